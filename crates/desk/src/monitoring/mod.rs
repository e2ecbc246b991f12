//! Events of monitoring tools meet records: sources, what is known of each trouble, and what became of each event. How an
//! event is read and decided upon stands in the crate `events`.

mod correlate;
mod deeds;
mod look;
mod settle;
mod source;
mod take;

use events::{Alert, Policy};
use model::Moment;
use serde_json::Value as Json;

pub use look::Events;
pub use settle::LOOK;
pub use source::SourceEdit;
pub(crate) use take::lanes;
pub use take::{Brought, Taken};

/// A monitoring tool that sends events.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub id: i64,
    pub name: String,
    /// Its name in the address it sends to: small letters, digits, hyphens.
    pub slug: String,
    pub policy: Policy,
    pub active: bool,
    pub added: Moment,
    /// When it was last heard; to the minute.
    pub heard: Option<Moment>,
}

/// One trouble of the world, with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    pub source: i64,
    /// What its source counts as one.
    pub key: String,
    pub title: String,
    pub severity: String,
    /// When it was first and last spoken of.
    pub first: Moment,
    pub last: Moment,
    pub alert: Alert,
}

/// An event as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    pub id: i64,
    pub source: i64,
    /// The key of its trouble; empty for one that could not be read.
    pub alert: String,
    /// By what it is known when it comes twice; empty for nothing.
    pub delivery: String,
    /// A name of `events::decide::Outcome`.
    pub outcome: String,
    pub reason: String,
    /// The record that it belongs to; empty for none.
    pub number: String,
    pub title: String,
    pub severity: String,
    pub standing: String,
    /// E-mail of the account whose token brought it.
    pub brought_by: String,
    pub at: Moment,
    /// What it said, by name.
    pub body: Json,
}

/// Longest reason, in characters.
const REASON_MAX: usize = 500;

fn reason(text: &str) -> String {
    text.chars().take(REASON_MAX).collect()
}
