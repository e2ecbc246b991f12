//! The versions of a text on its page: each to be read, and any two to be compared.

use super::edition::Edition;
use crate::view::{
    parts::{Link, Mark, Tab},
    text, time,
};

/// What `part/versions.html` draws.
#[derive(Clone, Debug, Default)]
pub struct Versions {
    /// Address of the page that shows them.
    pub here: String,
    pub rows: Vec<VersionRow>,
    /// What may be compared: key, words, whether it is the one shown and the one compared with.
    pub choices: Vec<(String, String, bool, bool)>,
}

#[derive(Clone, Debug, Default)]
pub struct VersionRow {
    pub number: String,
    pub href: String,
    pub record: Link,
    pub mark: Mark,
    pub words: String,
    pub current: bool,
}

impl Versions {
    pub fn of(here: &str, editions: &[Edition], shown: &Edition, other: Option<&Edition>) -> Versions {
        Versions {
            here: here.into(),
            rows: editions.iter().map(|one| row(here, one, shown)).collect(),
            choices: editions.iter().map(|one| choice(one, shown, other)).collect(),
        }
    }
}

fn address(here: &str, version: &Edition) -> String {
    format!("{here}?version={}", version.key())
}

/// The text in force, and the one on its way with what it changes.
pub fn tabs(here: &str, editions: &[Edition], shown: &Edition, other: Option<&Edition>) -> Vec<Tab> {
    let in_force = editions.iter().find(|one| one.is_in_force());
    let next = editions.iter().find(|one| !one.is_over() && !one.is_in_force());
    let mut tabs = Vec::new();
    let mut tab = |label: String, href: String, current: bool| {
        tabs.push(Tab { label, href, count: String::new(), current });
    };
    if let Some(next) = next {
        if let Some(in_force) = in_force {
            let href = format!("{}&against={}", address(here, next), in_force.key());
            let current = other.is_some_and(|other| other.key() == in_force.key()) && shown.key() == next.key();
            tab(format!("Version {} with changes", next.number()), href, current);
        }
        tab(format!("Version {}", next.number()), address(here, next), other.is_none() && shown.key() == next.key());
    }
    if let Some(in_force) = in_force {
        let current = other.is_none() && shown.key() == in_force.key();
        tab(format!("{}, {}", in_force.mark.word, in_force.number()), here.into(), current);
    }
    tabs
}

fn row(here: &str, one: &Edition, shown: &Edition) -> VersionRow {
    let mut words: Vec<String> = Vec::new();
    if let Some(day) = one.effective_on.or(one.approved.as_ref().map(|(_, day)| *day)) {
        words.push(format!("from {}", time::day(day)));
    }
    words.extend(one.ended_on.map(|day| format!("until {}", time::day(day))));
    if !one.note.is_empty() {
        words.push(text::shortened(&one.note, 90));
    }
    let record = if one.record.is_empty() {
        Link::default()
    } else {
        Link::new(&one.record, format!("/document_versions/{}", one.record))
    };
    VersionRow {
        number: one.number(),
        href: address(here, one),
        record,
        mark: one.mark.clone(),
        words: words.join(", "),
        current: one.key() == shown.key(),
    }
}

fn choice(one: &Edition, shown: &Edition, other: Option<&Edition>) -> (String, String, bool, bool) {
    let words = format!("{}, {}", one.number(), one.mark.word.to_lowercase());
    (one.key(), words, one.key() == shown.key(), other.is_some_and(|other| other.key() == one.key()))
}
