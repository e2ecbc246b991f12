//! Why something was not done: one type for the whole house.

use serde::Serialize;

/// A sentence about one field, to stand beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> FieldError {
        FieldError { field: field.into(), message: message.into() }
    }
}

/// What the caller did that cannot be done. Faults of our own are never a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not there, or the actor may not know that it is.
    NotFound,
    /// The actor may see the record but not do this. The sentence says what is missing.
    Forbidden(String),
    /// The input cannot be taken, with every reason.
    Invalid(Vec<FieldError>),
    /// The query cannot be understood: the sentence says where and what was meant.
    Query(String),
    /// Somebody else changed the record since it was read.
    Stale { expected: i64, found: i64 },
    /// The step is not possible from the state the record is in.
    Step(String),
    /// The same key was used for another command.
    Reused(String),
    /// Our own fault or the database's; the cause is in the log under this id and nowhere else.
    Fault(String),
}

impl Refusal {
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Refusal {
        Refusal::Invalid(vec![FieldError::new(field, message)])
    }

    /// One sentence for a terminal or a log line.
    pub fn sentence(&self) -> String {
        match self {
            Refusal::NotFound => "There is no such record.".into(),
            Refusal::Forbidden(why) | Refusal::Query(why) | Refusal::Step(why) | Refusal::Reused(why) => why.clone(),
            Refusal::Invalid(errors) => {
                errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect::<Vec<_>>().join("; ")
            }
            Refusal::Stale { .. } => "Somebody else changed this record since you opened it.".into(),
            Refusal::Fault(id) => format!("Something went wrong on our side (reference {id})."),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.sentence())
    }
}

impl std::error::Error for Refusal {}
