//! The one filter: lists, saved views, API, checks and scopes. Compiled to SQL by the desk, evaluated here by the same
//! meaning: what is not there is equal to nothing, smaller than nothing and different from everything.

use crate::{kind::Kind, link::Link, record::Record, time::Moment, value::Value};

#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    /// On a list, some entry compares so.
    Compare {
        path: String,
        op: Op,
        value: Operand,
    },
    In {
        path: String,
        values: Vec<Operand>,
    },
    /// The text holds these letters; A-Z and a-z are alike, other letters as written.
    Contains {
        path: String,
        text: String,
    },
    Filled {
        path: String,
    },
    /// Some link of whatever direction, with this name and to this kind or number where given.
    Linked {
        name: Option<String>,
        kind: Option<String>,
        number: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    Value(Value),
    /// The e-mail of whoever asks.
    Me,
    /// The instant of asking, moved by milliseconds.
    Now(i64),
}

/// What an operand may refer to.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub me: &'a str,
    pub now: Moment,
}

/// A link of a record with the kind at its other end, where that is on record.
pub struct Tie<'a> {
    pub link: &'a Link,
    pub kind: Option<&'a str>,
}

impl Op {
    pub fn sign(self) -> &'static str {
        match self {
            Op::Equal => "=",
            Op::Less => "<",
            Op::AtMost => "<=",
            Op::Greater => ">",
            Op::AtLeast => ">=",
        }
    }
}

impl Operand {
    pub fn resolve(&self, context: Context<'_>) -> Value {
        match self {
            Operand::Value(value) => value.clone(),
            Operand::Me => Value::text(context.me),
            Operand::Now(offset) => Value::Instant(context.now.plus(*offset)),
        }
    }
}

impl Filter {
    pub fn everything() -> Filter {
        Filter::All(Vec::new())
    }

    pub fn equal(path: &str, value: &str) -> Filter {
        Filter::Compare { path: path.into(), op: Op::Equal, value: Operand::Value(Value::text(value)) }
    }

    pub fn and(self, other: Filter) -> Filter {
        match (self, other) {
            (Filter::All(left), right) if left.is_empty() => right,
            (left, Filter::All(right)) if right.is_empty() => left,
            (Filter::All(mut left), right) => {
                left.push(right);
                Filter::All(left)
            }
            (left, right) => Filter::All(vec![left, right]),
        }
    }

    pub fn is_everything(&self) -> bool {
        matches!(self, Filter::All(parts) if parts.is_empty())
    }

    /// Every path that is tested; a test of links counts as `linked`.
    pub fn paths<'a>(&'a self, out: &mut Vec<&'a str>) {
        match self {
            Filter::All(parts) | Filter::Any(parts) => parts.iter().for_each(|part| part.paths(out)),
            Filter::Not(part) => part.paths(out),
            Filter::Compare { path, .. }
            | Filter::In { path, .. }
            | Filter::Contains { path, .. }
            | Filter::Filled { path } => {
                out.push(path);
            }
            Filter::Linked { .. } => out.push("linked"),
        }
    }

    /// Whether a record is meant. `ties` are its links with the kinds at their other ends, needed for `linked` alone.
    pub fn holds(&self, kind: &Kind, record: &Record, ties: &[Tie<'_>], context: Context<'_>) -> bool {
        match self {
            Filter::All(parts) => parts.iter().all(|part| part.holds(kind, record, ties, context)),
            Filter::Any(parts) => parts.iter().any(|part| part.holds(kind, record, ties, context)),
            Filter::Not(part) => !part.holds(kind, record, ties, context),
            Filter::Filled { path } => record.value(kind, path).is_some(),
            Filter::Compare { path, op, value } => {
                some_entry(kind, record, path, |entry| compares(entry, *op, &value.resolve(context)))
            }
            Filter::In { path, values } => some_entry(kind, record, path, |entry| {
                values.iter().any(|value| compares(entry, Op::Equal, &value.resolve(context)))
            }),
            Filter::Contains { path, text } => some_entry(kind, record, path, |entry| {
                let held = match entry {
                    Value::Text(held) => held.clone(),
                    other => crate::types::Type::Mixed.print(other),
                };
                held.to_ascii_lowercase().contains(&text.to_ascii_lowercase())
            }),
            Filter::Linked { name, kind, number } => ties.iter().any(|tie| {
                name.as_ref().is_none_or(|name| *name == tie.link.name)
                    && number.as_ref().is_none_or(|number| *number == tie.link.to)
                    && kind.as_ref().is_none_or(|kind| Some(kind.as_str()) == tie.kind)
            }),
        }
    }
}

fn some_entry(kind: &Kind, record: &Record, path: &str, test: impl Fn(&Value) -> bool) -> bool {
    record.value(kind, path).is_some_and(|value| value.entries().iter().any(test))
}

fn compares(left: &Value, op: Op, right: &Value) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = match (left, right) {
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Number(left), Value::Number(right)) => left.cmp(right),
        (Value::Flag(left), Value::Flag(right)) => left.cmp(right),
        (left, right) => match (left.as_moment(), right.as_moment()) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => return false,
        },
    };
    match op {
        Op::Equal => order == Equal,
        Op::Less => order == Less,
        Op::AtMost => order != Greater,
        Op::Greater => order == Greater,
        Op::AtLeast => order != Less,
    }
}
