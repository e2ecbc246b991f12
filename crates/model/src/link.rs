//! A named, directed tie between two records.

use serde::{Deserialize, Serialize};

/// From one record to the number of another, which may not be on record yet (contract.md section 4).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    #[serde(rename = "type")]
    pub name: String,
    pub to: String,
}

/// The link of a record that another one stands for.
pub const DUPLICATES: &str = "duplicates";

/// Names a kind offers for its links, with the words read from the other end.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkName {
    pub name: String,
    /// "caused by"
    pub label: String,
    /// The same tie read from its target: "caused".
    pub back: String,
    /// Kinds it may lead to; empty for any.
    pub to: Vec<&'static str>,
}
