//! Bodies of writes as commands: the shape of contract.md section 4, with field names beside the title taken as well.

use std::{collections::BTreeMap, ops::RangeInclusive};

use desk::Shown;
use model::{FieldError, Input, Kind, Refusal, command::Raw, suggest};
use serde_json::{Map, Value as Json};

use crate::Refused;

/// Parts of a record that its answers carry and that are nobody's to set.
const GIVEN: [&str; 10] =
    ["kind", "version", "phase", "created_on", "changed_on", "due_on", "clocks", "hands", "self", "links"];

/// What a body asks for.
#[derive(Debug, Default)]
pub struct Asked {
    pub number: Option<String>,
    pub state: Option<Json>,
    /// Title and fields.
    pub fields: Map<String, Json>,
    /// Parts that may only repeat what the record says already.
    pub repeated: Map<String, Json>,
}

/// Sorts the names of a body. Where it has `fields`, the names beside them are the record's own parts first; without
/// `fields` every name that is a field is that field.
///
/// # Errors
/// `Invalid` for a name that stands twice. Unknown names are the door's to refuse.
pub fn read(kind: &Kind, body: Map<String, Json>) -> Result<Asked, Refused> {
    let mut asked = Asked::default();
    let mut errors = Vec::new();
    let mut body = body;
    let nested = match body.remove("fields") {
        None | Some(Json::Null) => None,
        Some(Json::Object(fields)) => Some(fields),
        Some(_) => return Err(Refused::field("fields", "needs an object of named fields")),
    };
    let flat = nested.is_none();
    for (name, value) in nested.unwrap_or_default() {
        match name.as_str() {
            "title" | "number" | "state" => errors.push(FieldError::new(name, "stands beside \"fields\", not in it")),
            _ => drop(asked.fields.insert(name, value)),
        }
    }
    for (name, value) in body {
        let own = !(flat && is_field(kind, &name)) || (name == "kind" && value == kind.name);
        match name.as_str() {
            "number" => match value {
                Json::String(number) => asked.number = Some(number.trim().to_string()).filter(|text| !text.is_empty()),
                Json::Number(number) => asked.number = Some(number.to_string()),
                Json::Null => {}
                _ => errors.push(FieldError::new("number", "needs a text")),
            },
            "state" => asked.state = Some(value),
            "history" => errors.push(FieldError::new("history", "comes in by an import; here the past is not written")),
            _ if own && GIVEN.contains(&name.as_str()) => drop(asked.repeated.insert(name, value)),
            "customer" if !is_field(kind, "customer") => drop(asked.repeated.insert(name, value)),
            _ if asked.fields.contains_key(&name) => {
                errors.push(FieldError::new(name, "stands twice: beside \"fields\" and in it"));
            }
            _ => drop(asked.fields.insert(name, value)),
        }
    }
    if errors.is_empty() { Ok(asked) } else { Err(Refusal::Invalid(errors).into()) }
}

fn is_field(kind: &Kind, name: &str) -> bool {
    kind.find(name).is_some_and(|field| field.alias.is_none())
}

impl Asked {
    /// For a new record: nothing stands yet that could be repeated.
    ///
    /// # Errors
    /// `Invalid` for parts that Plumbline sets.
    pub fn create(self, kind: &Kind) -> Result<(Option<String>, Input), Refused> {
        let wrong = self.repeated.iter().filter(|(name, value)| !(*name == "kind" && **value == kind.name));
        let errors: Vec<FieldError> = wrong.map(|(name, _)| FieldError::new(name, given(kind, name))).collect();
        if !errors.is_empty() {
            return Err(Refusal::Invalid(errors).into());
        }
        let mut input = Input::json(self.fields);
        // The state goes along: the door knows which one a new record may have.
        if let Some(state) = self.state.filter(|state| !state.is_null()) {
            input.fields.insert("state".into(), Raw::Json(state));
        }
        Ok((self.number, input))
    }

    /// Whether the present record must be looked at before this can be taken.
    pub fn repeats(&self) -> bool {
        self.number.is_some() || self.state.is_some() || !self.repeated.is_empty()
    }

    /// For a present record: whatever repeats what it says is fine, anything else of that is refused.
    ///
    /// # Errors
    /// `Invalid` with every part that differs.
    pub fn edit(self, kind: &Kind, present: Option<(&Shown, &Json)>) -> Result<Input, Refused> {
        let mut input =
            Input { fields: self.fields.into_iter().map(|(name, value)| (name, Raw::Merge(value))).collect() };
        let Some((shown, json)) = present else { return Ok(input) };
        let mut errors = Vec::new();
        for (name, value) in &self.repeated {
            // Which version is meant is said by If-Match, and a write repeated under its key must be the same write. Clocks
            // go on between reading and writing.
            let is_said = matches!(name.as_str(), "version" | "changed_on" | "due_on" | "clocks" | "hands");
            if !is_said && json.get(name) != Some(value) {
                errors.push(FieldError::new(name, given(kind, name)));
            }
        }
        if self.number.is_some_and(|number| number != shown.number()) {
            errors.push(FieldError::new("number", "the number of a record never changes"));
        }
        // Another state is the door's to refuse.
        if let Some(state) = self.state.filter(|state| state != shown.state()) {
            input.fields.insert("state".into(), Raw::Json(state));
        }
        if errors.is_empty() { Ok(input) } else { Err(Refusal::Invalid(errors).into()) }
    }
}

fn given(kind: &Kind, name: &str) -> String {
    match name {
        "kind" => format!("is \"{}\" at this address", kind.name),
        "links" => "are made and ended at …/links".into(),
        "customer" => format!("{} do not belong to a customer", kind.labels.to_lowercase()),
        name if is_field(kind, name) => {
            format!("counts writes and is not set; the field \"{name}\" goes into \"fields\"")
        }
        _ => "is set by Plumbline; leave it out".into(),
    }
}

/// The parts of a small body, each taken by its name; what is left over is unknown.
pub struct Parts {
    parts: Map<String, Json>,
    known: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl Parts {
    pub fn new(parts: Map<String, Json>) -> Parts {
        Parts { parts, known: Vec::new(), errors: Vec::new() }
    }

    pub fn needed_text(&mut self, name: &'static str) -> String {
        let there = self.parts.contains_key(name);
        let text = self.text(name).unwrap_or_default();
        if text.trim().is_empty() && (!there || !self.errors.iter().any(|error| error.field == name)) {
            self.errors.push(FieldError::new(name, "is needed"));
        }
        text
    }

    pub fn text(&mut self, name: &'static str) -> Option<String> {
        match self.take(name)? {
            Json::String(text) => Some(text),
            _ => {
                self.errors.push(FieldError::new(name, "needs a text"));
                None
            }
        }
    }

    pub fn flag(&mut self, name: &'static str) -> bool {
        match self.take(name) {
            None => false,
            Some(Json::Bool(flag)) => flag,
            Some(_) => {
                self.errors.push(FieldError::new(name, "needs true or false"));
                false
            }
        }
    }

    /// A flag that may be left out, which then says neither.
    pub fn maybe_flag(&mut self, name: &'static str) -> Option<bool> {
        match self.take(name)? {
            Json::Bool(flag) => Some(flag),
            _ => {
                self.errors.push(FieldError::new(name, "needs true or false"));
                None
            }
        }
    }

    /// A whole number within bounds.
    pub fn needed_whole(&mut self, name: &'static str, bounds: RangeInclusive<i64>) -> i64 {
        let why = match self.take(name) {
            None => "is needed".to_string(),
            Some(value) => match value.as_i64().filter(|number| bounds.contains(number)) {
                Some(number) => return number,
                None => format!("needs a whole number from {} to {}", bounds.start(), bounds.end()),
            },
        };
        self.errors.push(FieldError::new(name, why));
        0
    }

    pub fn object(&mut self, name: &'static str) -> Map<String, Json> {
        match self.take(name) {
            None => Map::new(),
            Some(Json::Object(parts)) => parts,
            Some(_) => {
                self.errors.push(FieldError::new(name, "needs an object of named fields"));
                Map::new()
            }
        }
    }

    fn take(&mut self, name: &'static str) -> Option<Json> {
        self.known.push(name);
        self.parts.remove(name).filter(|value| !value.is_null())
    }

    /// # Errors
    /// `Invalid` with everything that was wrong, names that nobody took included.
    pub fn end(mut self) -> Result<(), Refused> {
        for name in self.parts.keys() {
            let hint = suggest::hint(name, self.known.iter().copied());
            self.errors.push(FieldError::new(name, format!("is not a part of this{hint}")));
        }
        if self.errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.errors).into()) }
    }
}

/// Fields that come with a step.
pub fn fields(parts: Map<String, Json>) -> Input {
    let merge = |(name, value)| (name, Raw::Merge(value));
    Input { fields: parts.into_iter().map(merge).collect::<BTreeMap<_, _>>() }
}
