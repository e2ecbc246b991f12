//! How records of a kind are handled beyond their fields and states: escalation, procedures, ties that stand on both sides,
//! what follows from a record and what helps with it. All of it is declared; nothing here knows a kind.

use crate::approval::Source;

/// Records that resemble one: by values that both have and by the words of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    pub label: &'static str,
    pub kind: &'static str,
    /// Fields of both whose values are compared, those that tell most first.
    pub shares: &'static [(&'static str, &'static str)],
    /// Texts whose words are compared, of this record and of the other; the titles always are.
    pub own_words: &'static [&'static str],
    pub words: &'static [&'static str],
    /// States in which the other one helps; none means all but those that were withdrawn.
    pub states: &'static [&'static str],
    /// The field of the other one that helps.
    pub helps: &'static str,
    /// How it is said that it did help, or that it is the same again; `None` where nothing is kept of that.
    pub used: Option<Used>,
}

/// What is kept of a record that resembles one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// It helped: a link to it, counted there.
    Helped(Helped),
    /// It is the same again: its number in a field of this record, a list of references.
    Named(&'static str),
}

/// A link from the record that was helped, a number there that counts it, and a flag here that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Helped {
    pub link: &'static str,
    pub count: &'static str,
    /// Empty for none.
    pub flag: &'static str,
}

/// What stays as it was told once something has come to an end, whoever asks and by whatever way: the answers of an audit
/// that is reported, and what its report says of the audit itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The field with the number of the record whose state seals, and the kind of that record; an empty field for the record
    /// itself.
    pub by: &'static str,
    pub kind: &'static str,
    /// States in which it seals.
    pub states: &'static [&'static str],
    /// Fields that stay; none means the whole record, and that no new one comes to it.
    pub fields: &'static [&'static str],
    /// Whether a line of an import that would change a record on record is refused as well. A line tells what was, so most
    /// seals leave imports alone.
    pub holds_imports: bool,
}

/// Records that happened to the same things in the days before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    pub label: &'static str,
    pub kind: &'static str,
    pub shares: &'static [(&'static str, &'static str)],
    /// When it happened there, and from when here the days are counted back.
    pub when: &'static str,
    pub until: &'static str,
    pub days: i64,
}

/// The field of the team, and in the record of a team those of its people and of who is on shift when: rows with `person`,
/// `from` and `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub team: &'static str,
    pub members: &'static str,
    pub rota: &'static str,
    pub owner: &'static str,
}

/// In whose hands a record is: in those of its team, and in those of the named supplier while it waits for that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hands {
    pub team: &'static str,
    /// The field that names the supplier, and the state in which the record is there; empty where it goes to none.
    pub supplier: &'static str,
    pub waits: &'static str,
}

/// What a record proposes for another one: once it is in a state, a new version of that one comes to be which has what was
/// proposed, from a day on. The other one itself stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// The field that refers to the other record.
    pub of: &'static str,
    pub state: &'static str,
    /// Rows with a day and words, and the part of a row that says whether it is taken.
    pub rows: &'static str,
    pub day: &'static str,
    pub words: &'static str,
    pub taken: (&'static str, &'static str),
    /// The list of the other record to which they are added, as text that begins with the day.
    pub list: &'static str,
    /// The day from which on it holds: here, and in the new version.
    pub from: (&'static str, &'static str),
    /// The field that refers to what came of it.
    pub version: &'static str,
}

/// What must happen when a flag of a record says that it is out of the ordinary: somebody leads it, top management is told,
/// those concerned hear at intervals how it stands, and a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Procedure {
    pub flag: &'static str,
    /// Who leads it; whoever owns it where nobody is named.
    pub lead: &'static str,
    /// When the next word is due, and the number among the settings that says how many minutes after the one before.
    pub next_update: &'static str,
    pub every: &'static str,
    /// Within how many minutes top management is told: a number among the settings.
    pub within: &'static str,
    /// The kind of the report, and its fields: the record it is about, who led, when top management was told, the course of
    /// events, when it was given.
    pub report: &'static str,
    pub about: &'static str,
    pub manager: &'static str,
    pub told: &'static str,
    pub timeline: &'static str,
    pub reported: &'static str,
    /// The state of the report in which it is given: nothing of this is closed before.
    pub given: &'static str,
    /// What everybody is told: the choice whether it is shown and the words; and the field with the record that carries the
    /// cause on, or there why none does.
    pub public: (&'static str, &'static str),
    pub cause: &'static str,
    pub no_cause: &'static str,
    /// What a person decides: a field, what stands there, and the question that it raises as long as the flag is not set.
    pub asks: &'static [(&'static str, &'static str, &'static str)],
    /// Where it is written how this is done: a kind, a field of it and what stands there.
    pub papers: (&'static str, &'static str, &'static [&'static str]),
}

/// What a field of one record says of another one, the other says of it: written in one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// A reference or a list of them.
    pub field: &'static str,
    pub kind: &'static str,
    /// The field there, filled where it is empty; added to where it is a list.
    pub back: &'static str,
}

/// A new record that follows from another one, with what is known of it already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    pub label: &'static str,
    pub kind: &'static str,
    /// Fields of the new record, and the field or common part of the old one that fills each.
    pub carries: &'static [(&'static str, &'static str)],
    /// Fields of the new record with what they say.
    pub says: &'static [(&'static str, &'static str)],
}

/// How records of a kind are escalated, by people and by their clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// Rows with `at`, `by`, `to`, `reason` and `step`.
    pub rows: &'static str,
    /// Whom the words of steps mean. Where a word leads to nobody, the sources after it are asked in turn.
    pub sources: &'static [Source],
    /// The field that refers to the team in charge, and the one there that refers to the hours in which it works.
    pub hours: (&'static str, &'static str),
}

/// Where it stands who worked on a record, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkLog {
    /// Rows with `on`, `by`, `text` and the part with the time.
    pub rows: &'static str,
    pub time: &'static str,
    /// Minutes of one of what that part counts: 1 for minutes, 60 for hours.
    pub minutes: i64,
    /// The number of minutes of all rows together.
    pub sum: &'static str,
}

impl WorkLog {
    /// Longest time of one row, in minutes: nobody works longer on a day.
    pub const LONGEST: i64 = 24 * 60;
}

/// What a public word does beside being said, by whatever way it comes: the first one of our people is the answer, one of
/// whoever asked ends the wait for them, and takes up again what is over and does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Talk {
    /// The instant at which one of our people answered first; empty where that is not kept.
    pub answered: &'static str,
    /// The person who asked.
    pub asker: &'static str,
    /// The state that waits for whoever asked, empty for none, and the one that their word brings it to.
    pub waits: &'static str,
    pub goes_on: &'static str,
    /// States in which it is over for us; a word of whoever asked takes it up again, by a step that there is.
    pub over: &'static [&'static str],
}

/// Of which records there is one at most: of those with a value in a field, and still standing, no two agree in both others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Single {
    /// The field and its value.
    pub when: (&'static str, &'static str),
    /// The field that refers to what it is about, and the one with whose it is; the first is indexed.
    pub of: &'static str,
    pub by: &'static str,
    /// The end of the sentence that refuses a second one.
    pub says: &'static str,
}

/// From a state to its end, so many days after what a date field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    pub state: &'static str,
    pub since: &'static str,
    /// The number among the settings that says how many days of 24 hours.
    pub days: &'static str,
    pub to: &'static str,
}

/// Records that say what another one says from a day on, as the versions of a document do. One stands at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The field that refers to the record whose text it is, and the kind of that record.
    pub of: &'static str,
    pub kind: &'static str,
    /// The state in which what it says is checked before anybody decides on it.
    pub checked_in: &'static str,
    /// The state in which it waits for its day, and the field with that day.
    pub waiting: &'static str,
    pub on: &'static str,
    /// The state from that day on, that of the one which stood before, and the field with the day on which it ended.
    pub stands: &'static str,
    pub ended: &'static str,
    pub ended_on: &'static str,
    /// The number that grows from one to the next, here and there.
    pub count: &'static str,
    /// There: the state from then on, and the field that names the one that stands.
    pub state: &'static str,
    pub current: &'static str,
    /// Fields there, each with the field here that fills it.
    pub carries: &'static [(&'static str, &'static str)],
    /// There: the day of its next review, the months until then, and what holds where nothing is said.
    pub review: (&'static str, &'static str, i32),
    /// The field with the text that may state settings of the house.
    pub text: &'static str,
}
