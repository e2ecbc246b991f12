//! A decision as it is typed on a page: what was decided, who does it and by when, or that nothing is to be done.

use model::{FieldError, Refusal};

use crate::view::field::{Control, Field};

#[derive(Default)]
pub struct Typed {
    pub text: String,
    /// E-mail of whoever does it.
    pub owner: String,
    /// A day as it was typed.
    pub due: String,
    pub none_needed: bool,
}

impl Typed {
    pub fn of(sent: &[(String, String)]) -> Typed {
        Typed {
            text: given(sent, "text"),
            owner: given(sent, "owner"),
            due: given(sent, "due"),
            none_needed: given(sent, "none_needed") == "yes",
        }
    }

    /// # Errors
    /// `Invalid` with each field that is missing.
    pub fn complete(&self) -> Result<(), Refusal> {
        let mut errors = Vec::new();
        if self.text.is_empty() {
            errors.push(FieldError::new("text", "say what was decided"));
        }
        for (name, value) in [("owner", &self.owner), ("due", &self.due)] {
            if value.is_empty() && !self.none_needed {
                errors.push(FieldError::new(name, "is needed, unless nothing is to be done"));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(errors)) }
    }

    /// The form; `text` is how the decision itself is entered, `owner_help` what is said beside whoever does it.
    pub fn fields(&self, text: Control, owner_help: &str) -> Vec<Field> {
        let field = |name: &str, label: &str, help: &str, control| Field {
            name: name.into(),
            label: label.into(),
            help: help.into(),
            control,
            ..Field::default()
        };
        vec![
            Field { required: true, wide: true, ..field("text", "What was decided", "", text) },
            field("owner", "Who does it", owner_help, Control::line(self.owner.clone())),
            field("due", "By", "", Control::Date { value: self.due.clone() }),
            field("none_needed", "Nothing is to be done", "", Control::Flag { on: self.none_needed }),
        ]
    }
}

/// What was sent last under a name, without blanks around it.
pub fn given(sent: &[(String, String)], name: &str) -> String {
    sent.iter().rev().find(|(known, _)| known == name).map_or("", |(_, text)| text.trim()).to_owned()
}
