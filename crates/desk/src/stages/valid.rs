//! Whether a draft may become true: what is required, everywhere and in its state. Collects every error.

use model::{Draft, FieldError, Kind, Value};

pub fn valid(kind: &Kind, draft: &Draft) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    if draft.title.trim().is_empty() {
        let field = kind.titled_by.first().copied().unwrap_or("title");
        errors.push(FieldError::new(field, format!("{} is needed", kind.label_of(field))));
    }
    for field in kind.fields.iter().filter(|field| field.alias.is_none()) {
        let filled = draft.fields.get(&field.name).is_some_and(Value::is_filled);
        if filled {
            continue;
        }
        if field.required && !errors.iter().any(|error| error.field == field.name) {
            errors.push(FieldError::new(&field.name, format!("{} is needed", field.label)));
        } else if field.required_in.contains(&draft.state.as_str()) {
            let state = kind.state_label(&draft.state).to_lowercase();
            errors.push(FieldError::new(&field.name, format!("{} is needed when {state}", field.label)));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
