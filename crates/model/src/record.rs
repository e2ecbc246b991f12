//! One thing the organisation keeps, and the draft of one that is not yet true.

use std::collections::BTreeMap;

use crate::{
    field::{Key, Stored},
    kind::Kind,
    time::Moment,
    value::Value,
};

pub type Fields = BTreeMap<String, Value>;

/// Time-ordered, made by the program; never shown to people, who know the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RecordId(pub i64);

/// Deliberately not `Serialize`: only what the desk has shown leaves the building (house.md invariant 5).
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub id: RecordId,
    pub kind: &'static str,
    pub number: String,
    pub title: String,
    pub state: String,
    /// Number of the customer whose record it is; `None` for the provider's own.
    pub customer: Option<String>,
    /// Counts writes; the ETag.
    pub version: i64,
    /// Time of its first history entry; [`Moment::UNKNOWN`] for imports that tell no history.
    pub created: Moment,
    /// Time of its last history entry.
    pub changed: Moment,
    pub fields: Fields,
}

impl Record {
    pub fn get<T: Stored>(&self, key: Key<T>) -> Option<T> {
        key.get(&self.fields)
    }

    /// A common part or a field by name, aliases of the kind included; dotted paths reach into parts.
    pub fn value(&self, kind: &Kind, path: &str) -> Option<Value> {
        let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
        let value = match kind.common_name(name) {
            "number" => Value::text(&self.number),
            "kind" if !kind.has_field("kind") => Value::text(self.kind),
            "title" => Value::text(&self.title),
            "state" => Value::text(&self.state),
            "phase" => Value::text(kind.phase(&self.state).name()),
            "customer" if !kind.has_field("customer") => Value::text(self.customer.as_deref()?),
            "created" => Value::Instant(self.created),
            "changed" => Value::Instant(self.changed),
            _ => self.fields.get(name)?.clone(),
        };
        let value = match rest {
            Some(rest) => value.part(rest)?.clone(),
            None => value,
        };
        value.is_filled().then_some(value)
    }
}

/// A record that is not yet true: what the rules of a kind look at and may complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub title: String,
    pub state: String,
    pub fields: Fields,
}

impl Draft {
    pub fn get<T: Stored>(&self, key: Key<T>) -> Option<T> {
        key.get(&self.fields)
    }

    pub fn set<T: Stored>(&mut self, key: Key<T>, value: T) {
        self.fields.insert(key.name.into(), value.store());
    }

    pub fn clear<T>(&mut self, key: Key<T>) {
        self.fields.remove(key.name);
    }
}
