//! Taking parts out of JSON, with the place of each part that is not as it must be.

use std::collections::BTreeMap;

use model::{FieldError, Moment};
use serde_json::{Map, Value as Json};

/// An object being read: where it stands, and what was wrong with it so far.
pub struct Pick<'j> {
    object: &'j Map<String, Json>,
    path: String,
    errors: Vec<FieldError>,
}

impl<'j> Pick<'j> {
    /// # Errors
    /// That it is no object.
    pub fn new(json: &'j Json, path: &str) -> Result<Pick<'j>, Vec<FieldError>> {
        match json {
            Json::Object(object) => Ok(Pick { object, path: path.into(), errors: Vec::new() }),
            other => {
                let field = if path.is_empty() { "body" } else { path };
                Err(vec![FieldError::new(field, format!("needs an object of named parts, not {}", sort(other)))])
            }
        }
    }

    /// Where a part of this stands.
    pub fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path) }
    }

    pub fn wrong(&mut self, name: &str, why: impl Into<String>) {
        let field = self.at(name);
        self.errors.push(FieldError::new(field, why));
    }

    pub fn get(&self, name: &str) -> Option<&'j Json> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A text; numbers and flags are taken as they are written. Empty where there is none.
    pub fn text(&mut self, name: &str) -> String {
        match self.get(name) {
            None => String::new(),
            Some(value) => plain(value).unwrap_or_else(|| {
                self.wrong(name, format!("needs a text, not {}", sort(value)));
                String::new()
            }),
        }
    }

    pub fn needed(&mut self, name: &str) -> String {
        let before = self.errors.len();
        let text = self.text(name);
        if text.trim().is_empty() && self.errors.len() == before {
            self.wrong(name, "is needed");
        }
        text
    }

    /// An instant of RFC 3339. The year 1 means none (Go programs write it so).
    pub fn moment(&mut self, name: &str) -> Option<Moment> {
        let text = self.text(name);
        if text.trim().is_empty() || text.starts_with("0001-01-01") {
            return None;
        }
        match Moment::parse(&text) {
            Some(at) => Some(at).filter(|at| at.0 > 0),
            None => {
                let shown: String = text.chars().take(60).collect();
                self.wrong(name, format!("\"{shown}\" is not an instant such as 2026-11-12T07:14:00Z"));
                None
            }
        }
    }

    /// Named texts.
    pub fn texts(&mut self, name: &str) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        match self.get(name) {
            None => {}
            Some(Json::Object(parts)) => {
                for (part, value) in parts {
                    match plain(value) {
                        Some(text) => drop(texts.insert(part.clone(), text)),
                        None if value.is_null() => {}
                        None => self.wrong(&format!("{name}.{part}"), format!("needs a text, not {}", sort(value))),
                    }
                }
            }
            Some(other) => self.wrong(name, format!("needs an object of named texts, not {}", sort(other))),
        }
        texts
    }

    /// # Errors
    /// All that was wrong.
    pub fn end<T>(self, value: T) -> Result<T, Vec<FieldError>> {
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors) }
    }
}

/// What of JSON reads as a text of one line.
pub fn plain(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Everything in a piece of JSON by dotted names, lists by their places.
pub fn flat(value: &Json, name: &str, into: &mut BTreeMap<String, String>) {
    // Far beyond what is kept: a hostile body costs no more than this.
    if into.len() > 500 {
        return;
    }
    match value {
        Json::Object(parts) => parts.iter().for_each(|(part, value)| {
            let name = if name.is_empty() { part.clone() } else { format!("{name}.{part}") };
            flat(value, &name, into);
        }),
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| flat(value, &format!("{name}.{at}"), into));
        }
        other => drop(plain(other).map(|text| into.insert(name.into(), text))),
    }
}

/// What sort of JSON it is, for sentences.
pub fn sort(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}
