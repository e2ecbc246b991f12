//! Sets what a rule gave against what a test vector wants.

use jiff::Timestamp;
use jiff::civil::Date;
use num_bigint::BigInt;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::rules::number::{Fraction, fraction, shown, whole};

/// One part of a result, in a form that knows how vectors write it.
#[derive(Clone, Debug)]
pub enum Got {
    /// A flag, a word, a whole number, a list: equal or not.
    Plain(Value),
    /// An instant; null is none.
    At(Option<Timestamp>),
    /// An exact number; null, or an object of nulls, is no data.
    Number(Number),
    /// Named parts, no more and no fewer.
    Parts(Vec<(String, Got)>),
    /// Words in any order: the rule names none.
    Words(Vec<String>),
    /// A word where the rule gives names to all other cases but not to this one: any word that is none of theirs.
    OwnWord { ours: &'static str, others: &'static [&'static str] },
    /// A date that the rule bounds but does not name: ours, or any other within both bounds.
    Between { ours: Date, from: Date, to: Date },
}

/// An exact number and how it is shown.
#[derive(Clone, Debug)]
pub struct Number {
    exact: Option<Fraction>,
    /// 100 for a share that is shown as a percentage, else 1. `num` and `den` are of the share itself.
    times: u8,
    /// Decimal places; None where the rule does not set them: then as many as the vector writes.
    places: Option<u32>,
}

/// The parts of a result by name.
pub type Parts = Vec<(&'static str, Got)>;

pub fn plain(value: impl Into<Value>) -> Got {
    Got::Plain(value.into())
}

/// A share shown as a percentage with two places (convention 4).
pub fn percentage(share: Option<Fraction>) -> Got {
    percentage_with(share, 2)
}

pub fn percentage_with(share: Option<Fraction>, places: u32) -> Got {
    Got::Number(Number { exact: share, times: 100, places: Some(places) })
}

pub fn number(exact: Option<Fraction>, places: u32) -> Got {
    Got::Number(Number { exact, times: 1, places: Some(places) })
}

/// A number whose places the rule does not set.
pub fn number_as_written(exact: Option<Fraction>) -> Got {
    Got::Number(Number { exact, times: 1, places: None })
}

/// A whole number of any size.
pub fn integer(number: impl Into<BigInt>) -> Got {
    self::number(Some(whole(number)), 0)
}

pub fn date(date: Option<Date>) -> Got {
    Got::Plain(date.map_or(Value::Null, |date| Value::from(date.to_string())))
}

impl Got {
    /// Whether this is what the vector wants.
    pub fn is(&self, wanted: &Value) -> bool {
        match self {
            Got::Plain(ours) => equal(ours, wanted),
            Got::At(None) => wanted.is_null(),
            Got::At(Some(at)) => wanted.as_str().and_then(|text| text.parse().ok()) == Some(*at),
            Got::Number(number) => number.is(wanted),
            Got::Parts(parts) => wanted.as_object().is_some_and(|wanted| {
                wanted.len() == parts.len()
                    && parts.iter().all(|(name, got)| wanted.get(name).is_some_and(|value| got.is(value)))
            }),
            Got::Words(words) => wanted.as_array().is_some_and(|wanted| {
                let mut ours: Vec<Option<&str>> = words.iter().map(|word| Some(word.as_str())).collect();
                let mut theirs: Vec<Option<&str>> = wanted.iter().map(Value::as_str).collect();
                ours.sort_unstable();
                theirs.sort_unstable();
                ours == theirs
            }),
            Got::OwnWord { others, .. } => wanted.as_str().is_none_or(|word| !others.contains(&word)),
            Got::Between { from, to, .. } => {
                let date = wanted.as_str().and_then(|text| text.parse::<Date>().ok());
                date.is_some_and(|date| (*from..=*to).contains(&date))
            }
        }
    }

    /// The value as the vector would write it.
    pub fn written_like(&self, wanted: &Value) -> Value {
        match self {
            Got::Plain(value) => value.clone(),
            Got::At(at) => at.map_or(Value::Null, |at| Value::from(at.to_string())),
            Got::Number(number) => number.written_like(wanted),
            Got::Parts(parts) => {
                let part = |name: &String| wanted.get(name).unwrap_or(&Value::Null);
                parts.iter().map(|(name, got)| (name.clone(), got.written_like(part(name)))).collect()
            }
            Got::Words(words) => Value::from(words.clone()),
            Got::OwnWord { ours, .. } => Value::from(*ours),
            Got::Between { ours, .. } => Value::from(ours.to_string()),
        }
    }
}

impl Number {
    fn is(&self, wanted: &Value) -> bool {
        let Some(exact) = &self.exact else {
            let nothing =
                |parts: &serde_json::Map<String, Value>| !parts.is_empty() && parts.values().all(Value::is_null);
            return wanted.is_null() || wanted.as_object().is_some_and(nothing);
        };
        let shown_value = exact * whole(self.times);
        let shows = |text: &str| {
            let written = text.split_once('.').map_or(0, |(_, places)| places.len());
            let places = self.places.unwrap_or(u32::try_from(written).unwrap_or(0));
            shown(&shown_value, places) == text
        };
        match wanted {
            Value::String(text) => shows(text),
            Value::Number(number) => {
                let written = Decimal::from_str_exact(&number.to_string()).ok().map(fraction);
                written.is_some_and(|written| written == shown_value)
            }
            Value::Object(parts) => {
                !parts.is_empty()
                    && parts.iter().all(|(name, part)| match (name.as_str(), part) {
                        ("num", Value::Number(part)) => same_integer(exact.numer(), part),
                        ("den", Value::Number(part)) => same_integer(exact.denom(), part),
                        ("shown" | "seconds", Value::String(text)) => shows(text),
                        _ => false,
                    })
            }
            _ => false,
        }
    }

    fn written_like(&self, wanted: &Value) -> Value {
        let Some(exact) = &self.exact else { return Value::Null };
        let shown = shown(&(exact * whole(self.times)), self.places.unwrap_or(6));
        let integer = |number: &BigInt| i64::try_from(number).map_or_else(|_| json!(number.to_string()), Value::from);
        match wanted {
            Value::Object(_) => json!({"num": integer(exact.numer()), "den": integer(exact.denom()), "shown": shown}),
            Value::Number(_) => shown.parse::<i64>().map_or(Value::from(shown), Value::from),
            _ => Value::from(shown),
        }
    }
}

/// Whole numbers beyond 64 bits reach us already rounded by the JSON reader; ours is read by the same reader then.
fn same_integer(ours: &BigInt, wanted: &serde_json::Number) -> bool {
    match (wanted.as_i64(), wanted.as_u64()) {
        (Some(wanted), _) => *ours == BigInt::from(wanted),
        (None, Some(wanted)) => *ours == BigInt::from(wanted),
        (None, None) => serde_json::from_str(&ours.to_string()).is_ok_and(|ours: serde_json::Number| ours == *wanted),
    }
}

/// Equal as JSON values, numbers by what they are worth.
fn equal(ours: &Value, wanted: &Value) -> bool {
    match (ours, wanted) {
        (Value::Number(ours), Value::Number(wanted)) => {
            let worth = |number: &serde_json::Number| Decimal::from_str_exact(&number.to_string()).ok();
            ours == wanted || (worth(ours).is_some() && worth(ours) == worth(wanted))
        }
        (Value::Array(ours), Value::Array(wanted)) => {
            ours.len() == wanted.len() && ours.iter().zip(wanted).all(|(ours, wanted)| equal(ours, wanted))
        }
        _ => ours == wanted,
    }
}
