//! What an actor wants done to one record. The list is closed; another one needs a reason in docs/decisions.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::{line::Line, link::Link};

/// The record that is meant. With a version, only that one: a newer one refuses the command as stale.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub kind: String,
    pub number: String,
    pub version: Option<i64>,
}

/// A field as it came in: JSON from machines, text from people.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    Json(Json),
    /// Merged into what is there: parts of an object one by one, null takes a part away (RFC 7396).
    Merge(Json),
    Text(String),
}

/// Fields to set, not yet typed; the door types them all and reports every error. Null and empty text clear a field.
/// `title` and `state` stand among them under these names.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Input {
    pub fields: BTreeMap<String, Raw>,
}

impl Input {
    pub fn json(fields: impl IntoIterator<Item = (String, Json)>) -> Input {
        Input { fields: fields.into_iter().map(|(name, value)| (name, Raw::Json(value))).collect() }
    }

    pub fn text(fields: impl IntoIterator<Item = (String, String)>) -> Input {
        Input { fields: fields.into_iter().map(|(name, value)| (name, Raw::Text(value))).collect() }
    }
}

/// A file: its name as given, media type as found, and content.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    pub name: String,
    pub media: String,
    pub bytes: Vec<u8>,
    pub public: bool,
}

/// Who is brought in and why. `step` is the key of the agreed step that asks for it; empty for what a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// E-mail; empty where the step leads to nobody.
    pub to: String,
    pub reason: String,
    pub step: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// A new record; the number is given where the organisation brings its own.
    Create {
        kind: String,
        number: Option<String>,
        input: Input,
    },
    Edit {
        target: Target,
        input: Input,
    },
    /// A move to another state, with fields that it needs and a note.
    Step {
        target: Target,
        to: String,
        input: Input,
        note: Option<String>,
        public: bool,
    },
    Note {
        target: Target,
        text: String,
        public: bool,
    },
    /// What somebody says who is asked to approve it (docs/decisions/0009). Refusing needs a reason.
    Decide {
        target: Target,
        approve: bool,
        reason: String,
    },
    /// Brings people in beside the owner, each with the reason; by people or by a clock (docs/decisions/0016).
    Escalate {
        target: Target,
        raised: Vec<Raised>,
    },
    Link {
        target: Target,
        link: Link,
    },
    Unlink {
        target: Target,
        link: Link,
    },
    Attach {
        target: Target,
        file: File,
    },
    /// Takes back what the version that is named was made by, where nothing has happened since (docs/decisions).
    Undo {
        target: Target,
    },
    /// A line of contract.md section 4, with its history as it happened.
    Import {
        line: Box<Line>,
    },
}

/// Whether the word of somebody who is asked allows it: `approve` or `refuse`, as forms and the API have it.
///
/// # Errors
/// `Invalid` beside `decision` for any other word.
pub fn approves(decision: &str) -> Result<bool, crate::Refusal> {
    match decision {
        "approve" => Ok(true),
        "refuse" => Ok(false),
        other => Err(crate::Refusal::field("decision", format!("\"{other}\" is neither approve nor refuse"))),
    }
}
