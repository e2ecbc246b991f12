//! What rules may look at besides the draft and its actor: the records that it refers to, and what the house has stated.

use std::{collections::HashMap, sync::Arc};

use crate::{
    house::House,
    kind::Kind,
    record::{Draft, Record},
};

/// Records that a draft refers to in the fields that its kind looks at: by number, people by e-mail.
#[derive(Clone, Debug, Default)]
pub struct Related {
    records: HashMap<String, Record>,
    kinds: HashMap<&'static str, Kind>,
    house: Arc<House>,
}

impl Related {
    /// Nothing yet, in a house that has stated this.
    pub fn in_house(house: Arc<House>) -> Related {
        Related { house, ..Related::default() }
    }

    /// What the house has stated in its documents.
    pub fn house(&self) -> &House {
        &self.house
    }

    pub fn add(&mut self, reference: String, record: Record, kind: &Kind) {
        self.kinds.entry(kind.name).or_insert_with(|| kind.clone());
        self.records.insert(reference, record);
    }

    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values()
    }

    pub fn kind_of(&self, record: &Record) -> Option<&Kind> {
        self.kinds.get(record.kind)
    }

    /// The record behind a reference; `None` for one that is not on record.
    pub fn get(&self, reference: &str) -> Option<&Record> {
        self.records.get(reference)
    }

    /// The record that a field of a draft refers to.
    pub fn of(&self, draft: &Draft, field: &str) -> Option<&Record> {
        self.get(draft.fields.get(field)?.as_text()?)
    }
}
