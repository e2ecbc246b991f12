//! A value of a field, whatever its type.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};

use crate::time::Moment;

/// What a field holds. References, people, choices and periods are texts: a number, an e-mail, a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Flag(bool),
    Number(Decimal),
    Date(Date),
    Instant(Moment),
    Text(String),
    List(Vec<Value>),
    Parts(BTreeMap<String, Value>),
}

/// Whether a text says nothing. Looks no further than the first letter, where `trim` goes through both ends.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

impl Value {
    pub fn text(text: impl Into<String>) -> Value {
        Value::Text(text.into())
    }

    /// Reads JSON as it stands, without a type: strings stay texts. `None` for null.
    /// NUL characters are left out: PostgreSQL cannot store them, and they mean nothing in a text.
    pub fn from_json(json: &Json) -> Option<Value> {
        Some(match json {
            Json::Null => return None,
            Json::Bool(flag) => Value::Flag(*flag),
            Json::Number(number) => Value::Number(decimal(&number.to_string())?),
            Json::String(text) => Value::Text(text.replace('\0', "")),
            Json::Array(items) => Value::List(items.iter().filter_map(Value::from_json).collect()),
            Json::Object(parts) => Value::Parts(
                parts
                    .iter()
                    .filter_map(|(name, part)| Some((name.replace('\0', ""), Value::from_json(part)?)))
                    .collect(),
            ),
        })
    }

    /// The natural JSON of contract.md section 4.
    pub fn to_json(&self) -> Json {
        match self {
            Value::Flag(flag) => Json::Bool(*flag),
            Value::Number(number) => number_json(*number),
            Value::Date(date) => Json::String(date.to_string()),
            Value::Instant(at) => Json::String(at.to_string()),
            Value::Text(text) => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Value::to_json).collect()),
            Value::Parts(parts) => {
                Json::Object(parts.iter().map(|(name, part)| (name.clone(), part.to_json())).collect::<Map<_, _>>())
            }
        }
    }

    /// Filled as [reading] of the fact base says: not an empty text, list or object; false and 0 are filled.
    pub fn is_filled(&self) -> bool {
        match self {
            Value::Text(text) => !is_blank(text),
            Value::List(items) => !items.is_empty(),
            Value::Parts(parts) => !parts.is_empty(),
            _ => true,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    pub fn as_flag(&self) -> Option<bool> {
        if let Value::Flag(flag) = self { Some(*flag) } else { None }
    }

    pub fn as_number(&self) -> Option<Decimal> {
        if let Value::Number(number) = self { Some(*number) } else { None }
    }

    /// The instant of an instant, a date (00:00 UTC) or a text that reads as one (parts without a declared type).
    pub fn as_moment(&self) -> Option<Moment> {
        match self {
            Value::Instant(at) => Some(*at),
            Value::Date(date) => Some(Moment::of_date(*date)),
            Value::Text(text) => Moment::parse(text),
            _ => None,
        }
    }

    /// The entries of a list; a single value where a list is meant is a list of one ([reading].filled).
    pub fn entries(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            single => std::slice::from_ref(single),
        }
    }

    /// A part by dotted path ("sections.a", "review.on").
    pub fn part(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, name| match value {
            Value::Parts(parts) => parts.get(name),
            _ => None,
        })
    }
}

/// Reads a decimal number exactly, also in the scientific form that JSON permits.
pub fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    text.parse().ok().or_else(|| Decimal::from_scientific(text).ok())
}

/// A decimal as a JSON number: whole numbers without a point.
pub fn number_json(number: Decimal) -> Json {
    let plain = number.normalize();
    if plain.scale() == 0
        && let Ok(whole) = i64::try_from(plain)
    {
        return Json::from(whole);
    }
    plain.to_string().parse::<f64>().ok().and_then(serde_json::Number::from_f64).map_or(Json::Null, Json::Number)
}
