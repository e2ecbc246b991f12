//! The difference of two states of a record, as the journal tells it.

use model::{
    Draft, Fields, Record, Value,
    journal::{Changes, Folded},
};

pub fn created(draft: &Draft) -> Changes {
    let mut changes: Changes = draft.fields.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
    changes.insert("title".into(), Some(Value::text(&draft.title)));
    changes.insert("state".into(), Some(Value::text(&draft.state)));
    changes
}

pub fn between(before: &Record, after: &Draft) -> Changes {
    let mut changes = fields(&before.fields, &after.fields);
    if before.title != after.title {
        changes.insert("title".into(), Some(Value::text(&after.title)));
    }
    if before.state != after.state {
        changes.insert("state".into(), Some(Value::text(&after.state)));
    }
    changes
}

/// What must be set to come from what the journal tells to what a line says.
pub fn from_folded(before: &Folded, after: &Draft) -> Changes {
    let mut changes = fields(&before.fields, &after.fields);
    if before.title != after.title {
        changes.insert("title".into(), Some(Value::text(&after.title)));
    }
    if before.state != after.state {
        changes.insert("state".into(), Some(Value::text(&after.state)));
    }
    changes
}

fn fields(before: &Fields, after: &Fields) -> Changes {
    let mut changes = Changes::new();
    for (name, value) in after {
        if before.get(name) != Some(value) {
            changes.insert(name.clone(), Some(value.clone()));
        }
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        changes.insert(name.clone(), None);
    }
    changes
}
