//! The texts of a document: each approved one, those in force before, and those that are being written.

use desk::{Desk, Shown};
use kinds::{
    information::{document, document_version as version},
    shared,
};
use model::{Actor, Date, Decimal, Fields, Kind, Moment, Refusal, field::Person, lifecycle::WITHDRAWN};

use crate::{
    pages::road::facts::all,
    view::{parts::Mark, state},
};

/// A record as its fields tell it, as it is or as it was.
#[derive(Clone, Copy)]
pub struct Told<'r> {
    pub number: &'r str,
    pub title: &'r str,
    pub state: &'r str,
    pub fields: &'r Fields,
}

impl<'r> From<&'r Shown> for Told<'r> {
    fn from(shown: &'r Shown) -> Told<'r> {
        Told { number: shown.number(), title: shown.title(), state: shown.state(), fields: shown.fields() }
    }
}

/// One text of a document with what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Edition {
    /// Number of its record; empty for the text that a document holds without a record of its own, as imports bring it.
    pub record: String,
    pub version: Decimal,
    pub state: String,
    pub mark: Mark,
    /// Under which it was told, where a version has a title of its own.
    pub title: String,
    pub text: String,
    /// Name of the attached file, where the document is a file.
    pub file: String,
    pub note: String,
    pub author: String,
    pub writers: Vec<String>,
    pub reviewer: String,
    pub reviewed: Option<(String, Date)>,
    pub approver: String,
    pub approved: Option<(String, Date)>,
    pub meaning: String,
    pub effective_on: Option<Date>,
    pub ended_on: Option<Date>,
}

impl Edition {
    pub fn number(&self) -> String {
        self.version.normalize().to_string()
    }

    pub fn is_in_force(&self) -> bool {
        self.state == "in_force"
    }

    /// Whether it is neither in force nor on the way there.
    pub fn is_over(&self) -> bool {
        WITHDRAWN.contains(&self.state.as_str())
    }

    /// What leads here: `?version=`.
    pub fn key(&self) -> String {
        if self.record.is_empty() { self.number() } else { self.record.clone() }
    }
}

/// Every text of a document that the reader may see, the newest first.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn editions(desk: &Desk, actor: &Actor, of: &Shown, now: Moment) -> Result<Vec<Edition>, Refusal> {
    let catalog = desk.catalog();
    let kind = catalog.find("document_version").ok_or(Refusal::NotFound)?;
    let filter = format!("document = \"{}\"", of.number());
    let found = all(desk, actor, kind.name, &filter, "number", now).await?;
    Ok(ordered(kind, of.into(), found.iter().map(Told::from)))
}

/// The same of records that are at hand: the document, and its versions with their kind.
pub fn ordered<'r>(kind: &Kind, of: Told<'_>, versions: impl Iterator<Item = Told<'r>>) -> Vec<Edition> {
    let mut editions: Vec<Edition> = versions.map(|told| read(kind, told)).collect();
    if !editions.iter().any(Edition::is_in_force)
        && let Some(own) = own(of, kind)
    {
        editions.push(own);
    }
    editions.sort_by(|one, other| {
        other.version.cmp(&one.version).then(one.is_over().cmp(&other.is_over())).then(other.record.cmp(&one.record))
    });
    editions
}

fn read(kind: &Kind, told: Told<'_>) -> Edition {
    let fields = told.fields;
    let signed = |by: Option<Person>, on: Option<Date>| by.map(|by| by.0).zip(on);
    let person = |person: Option<Person>| person.map(|person| person.0).unwrap_or_default();
    Edition {
        record: told.number.into(),
        version: version::VERSION.get(fields).unwrap_or_default(),
        state: told.state.into(),
        mark: state::mark(kind, told.state),
        title: told.title.into(),
        text: version::TEXT.get(fields).map(|text| text.0).unwrap_or_default(),
        file: version::FILE.get(fields).map(|file| file.0).unwrap_or_default(),
        note: version::CHANGE_NOTE.get(fields).map(|note| note.0).unwrap_or_default(),
        author: person(version::AUTHOR.get(fields)),
        writers: version::WRITERS.get(fields).map_or_else(Vec::new, |all| all.0.into_iter().map(|one| one.0).collect()),
        reviewer: person(version::REVIEWER.get(fields)),
        reviewed: signed(version::REVIEWED_BY.get(fields), version::REVIEWED_ON.get(fields)),
        approver: person(version::APPROVER.get(fields)),
        approved: signed(shared::APPROVED_BY.get(fields), shared::APPROVED_ON.get(fields)),
        meaning: version::MEANING.get(fields).map(|meaning| meaning.0).unwrap_or_default(),
        effective_on: version::EFFECTIVE_ON.get(fields),
        ended_on: version::ENDED_ON.get(fields),
    }
}

/// The text that a document holds itself: the one in force for whoever may not read its versions, and where it has none.
fn own(of: Told<'_>, kind: &Kind) -> Option<Edition> {
    let fields = of.fields;
    let text = document::TEXT.get(fields).map(|text| text.0).unwrap_or_default();
    let stands = of.state == "approved";
    if text.is_empty() && !stands {
        return None;
    }
    let state = match of.state {
        "approved" => "in_force",
        "archived" | "superseded" => "superseded",
        "in_review" => "in_review",
        "cancelled" | "withdrawn" => "withdrawn",
        _ => "draft",
    };
    Some(Edition {
        version: document::VERSION.get(fields).unwrap_or(Decimal::ONE),
        state: state.into(),
        mark: state::mark(kind, state),
        text,
        note: document::CHANGE_NOTE.get(fields).map(|note| note.0).unwrap_or_default(),
        approved: shared::APPROVED_BY.get(fields).map(|by| by.0).zip(shared::APPROVED_ON.get(fields)),
        ..Edition::default()
    })
}

/// The one that is meant by its record or its number; the one in force, else the newest, where none is named.
///
/// # Errors
/// `Query` for one that the document does not have.
pub fn pick<'e>(editions: &'e [Edition], named: Option<&str>) -> Result<Option<&'e Edition>, Refusal> {
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        return Ok(editions
            .iter()
            .find(|one| one.is_in_force())
            .or(editions.iter().find(|one| !one.is_over()))
            .or(editions.first()));
    };
    let found = editions.iter().find(|one| one.record == named).or(editions.iter().find(|one| one.number() == named));
    let known = || editions.iter().map(Edition::number).collect::<Vec<_>>().join(", ");
    found.map(Some).ok_or_else(|| Refusal::Query(format!("there is no version \"{named}\", only {}", known())))
}
