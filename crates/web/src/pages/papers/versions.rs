//! The versions of a text on its page: each to be read, and any two to be compared.

use model::Refusal;
use serde::Deserialize;

use super::edition::{Edition, pick};
use crate::view::{
    marked::marked,
    parts::{Link, Mark, Tab},
    text::{self, Heading},
    time,
};

/// Which version is asked for, and with which other one it is to be compared. An unknown parameter is refused, never ignored.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    version: Option<String>,
    against: Option<String>,
}

impl Asked {
    /// Both among the versions of a text; the one that readers have where none is asked for, and none where nothing is written.
    ///
    /// # Errors
    /// `NotFound` for a version that is not among them.
    pub fn of<'e>(&self, editions: &'e [Edition]) -> Result<(Option<&'e Edition>, Option<&'e Edition>), Refusal> {
        let against = self.against.as_deref().filter(|against| !against.is_empty());
        let other = against.map(|against| pick(editions, Some(against))).transpose()?.flatten();
        Ok((pick(editions, self.version.as_deref())?, other))
    }
}

/// The text of a version as it is read.
pub struct ReadText {
    /// Sanitised markup, with what differs marked where it is compared.
    pub html: String,
    /// Which version the text is compared with, and in how many lines it differs.
    pub compared: Option<(String, usize)>,
    /// The title of the version that it is compared with, where the versions of a text have titles and that was another one.
    pub retitled: String,
    pub headings: Vec<Heading>,
}

impl ReadText {
    pub fn of(shown: &Edition, other: Option<&Edition>) -> ReadText {
        let told = text::document(&shown.text, |markup| markup);
        let compared = other.map(|other| (other.number(), marked(&other.text, &shown.text)));
        ReadText {
            html: compared.as_ref().map_or(told.html, |(_, marked)| marked.html.clone()),
            compared: compared.map(|(number, marked)| (number, marked.lines)),
            retitled: String::new(),
            headings: told.headings,
        }
    }
}

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
