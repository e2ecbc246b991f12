//! One line of the journal: who did what to which record, when, and what differed.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::{
    actor::Via,
    canonical,
    kind::Kind,
    link::Link,
    record::{Fields, Record, RecordId},
    time::Moment,
    types::Type,
    value::Value,
};

/// A text written to the record. Public ones are seen by the customer whose record it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub text: String,
    pub public: bool,
}

/// What differed, field by field; `None` empties it. Title and state stand under these names.
pub type Changes = BTreeMap<String, Option<Value>>;

#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Order in which the database took it; 0 before that.
    pub seq: i64,
    pub record: RecordId,
    pub kind: &'static str,
    pub number: String,
    /// Version of the record after it.
    pub version: i64,
    /// When it happened.
    pub at: Moment,
    /// When it was written down.
    pub recorded: Moment,
    /// E-mail of who did it; `None` once erased or where a log does not say.
    pub by: Option<String>,
    pub via: Via,
    /// The act: create, edit, step, note, link, unlink, attach, remove, undo, import.
    pub act: String,
    /// What this entry says was set at its time.
    pub changes: Changes,
    /// What the record was given along with it without a time of its own (contract.md section 4: a line's fields that no
    /// history entry carries, or whose last value no entry carries).
    pub base: Changes,
    pub note: Option<Note>,
    pub linked: Vec<Link>,
    pub unlinked: Vec<Link>,
    /// Names of files that were attached.
    pub attached: Vec<String>,
    /// Leaf hash of the same record's previous entry, in hexadecimal; empty for the first.
    pub previous: String,
}

/// What stands where a note was erased.
const ERASED: &str = "(erased)";

/// An entry as it is stored: bytes that are never written again, and what may be erased beside them.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    pub bytes: Vec<u8>,
    pub leaf: [u8; 32],
    pub disclosures: Vec<String>,
}

/// What history says of a record at one moment, for checks and for the past.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mark {
    pub at: Moment,
    pub by: Option<String>,
    pub note: Option<String>,
    /// Fields and state that this entry carries.
    pub changes: Changes,
    pub base: Changes,
    /// It wrote fields, whether they are still told here or not.
    pub wrote: bool,
}

impl Entry {
    /// The canonical bytes with their hash. Personal and free texts become commitments salted by `salt`.
    pub fn seal(&self, kind: &Kind, salt: &mut dyn FnMut() -> [u8; 16]) -> Sealed {
        let mut disclosures = Vec::new();
        let mut commit = |name: &str, value: &Json| {
            let open = canonical::disclosure(salt(), name, value);
            let closed = json!({"c": canonical::commitment(&open)});
            disclosures.push(open);
            closed
        };
        let mut entry = Map::new();
        entry.insert("v".into(), 1.into());
        entry.insert("at".into(), self.at.sortable().into());
        entry.insert("recorded".into(), self.recorded.sortable().into());
        entry.insert("act".into(), self.act.as_str().into());
        entry.insert("via".into(), self.via.name().into());
        entry.insert("kind".into(), self.kind.into());
        entry.insert("number".into(), self.number.as_str().into());
        entry.insert("record".into(), self.record.0.to_string().into());
        entry.insert("version".into(), self.version.into());
        entry.insert("previous".into(), self.previous.as_str().into());
        if let Some(by) = &self.by {
            entry.insert("by".into(), commit("by", &by.as_str().into()));
        }
        for (name, changes) in [("changes", &self.changes), ("base", &self.base)] {
            if !changes.is_empty() {
                entry.insert(name.into(), sealed_changes(kind, changes, &mut commit));
            }
        }
        if let Some(note) = &self.note {
            entry.insert("note".into(), commit("note", &note.text.as_str().into()));
            entry.insert("public".into(), note.public.into());
        }
        for (name, links) in [("linked", &self.linked), ("unlinked", &self.unlinked)] {
            if !links.is_empty() {
                entry.insert(name.into(), links.iter().map(|link| json!([link.name, link.to])).collect());
            }
        }
        if !self.attached.is_empty() {
            entry.insert(
                "attached".into(),
                self.attached.iter().map(|name| commit("attached", &name.as_str().into())).collect(),
            );
        }
        let bytes = canonical::bytes(&Json::Object(entry));
        let leaf = canonical::leaf(&bytes);
        Sealed { bytes, leaf, disclosures }
    }

    /// Reads stored bytes back. Disclosures stand in the order in which they were sealed, an empty text where one was
    /// erased; what was erased is missing from the result, nothing else is. Whether each one is what was committed to is
    /// for `verify` to say: reading history does not hash it again.
    pub fn open(seq: i64, bytes: &[u8], disclosures: &[String], kind: &Kind) -> Option<Entry> {
        let json: Json = serde_json::from_slice(bytes).ok()?;
        let mut sealed = disclosures.iter();
        let text = |name: &str| json.get(name).and_then(Json::as_str).unwrap_or_default().to_string();
        let links = |name: &str| json.get(name).map(opened_links).unwrap_or_default();
        let by = json.get("by").and_then(|by| reveal(by, &mut sealed)).and_then(words);
        let changes = opened_changes(kind, json.get("changes"), &mut sealed, |_| true);
        let base = opened_changes(kind, json.get("base"), &mut sealed, |_| true);
        let note = json.get("note").map(|note| Note {
            text: reveal(note, &mut sealed).and_then(words).unwrap_or_else(|| ERASED.into()),
            public: json.get("public").and_then(Json::as_bool).unwrap_or_default(),
        });
        let attached = json.get("attached").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let attached = attached.iter().filter_map(|name| reveal(name, &mut sealed).and_then(words)).collect();
        Some(Entry {
            seq,
            record: RecordId(text("record").parse().ok()?),
            kind: kind.name,
            number: text("number"),
            version: json.get("version").and_then(Json::as_i64).unwrap_or_default(),
            at: Moment::parse(&text("at"))?,
            recorded: Moment::parse(&text("recorded"))?,
            by,
            via: json.get("via").and_then(Json::as_str).and_then(Via::parse).unwrap_or(Via::Command),
            act: text("act"),
            changes,
            base,
            note,
            linked: links("linked"),
            unlinked: links("unlinked"),
            attached,
            previous: text("previous"),
        })
    }

    pub fn mark(&self) -> Mark {
        Mark {
            at: self.at,
            by: self.by.clone(),
            note: self.note.as_ref().map(|note| note.text.clone()),
            changes: self.changes.clone(),
            base: self.base.clone(),
            wrote: self.changes.keys().any(|name| is_field(name)),
        }
    }
}

impl Mark {
    /// Reads of stored bytes what a mark holds, and of the changes only those that are `wanted`: a fraction of the work of
    /// [`Entry::open`], for whoever goes through all of history.
    pub fn open(bytes: &[u8], disclosures: &[String], kind: &Kind, wanted: fn(&str) -> bool) -> Option<Mark> {
        let json: Json = serde_json::from_slice(bytes).ok()?;
        let mut sealed = disclosures.iter();
        let by = json.get("by").and_then(|by| reveal(by, &mut sealed)).and_then(words);
        let changes = opened_changes(kind, json.get("changes"), &mut sealed, wanted);
        let base = opened_changes(kind, json.get("base"), &mut sealed, wanted);
        let said = |note| reveal(note, &mut sealed).and_then(words).unwrap_or_else(|| ERASED.into());
        let note = json.get("note").map(said);
        let wrote =
            json.get("changes").and_then(Json::as_object).is_some_and(|all| all.keys().any(|name| is_field(name)));
        Some(Mark { at: Moment::parse(json.get("at")?.as_str()?)?, by, note, changes, base, wrote })
    }
}

/// Whether a change of this name is one of a field; state is none.
pub fn is_field(name: &str) -> bool {
    name != "state"
}

/// Type under which a change of this name is kept.
fn type_of(kind: &Kind, name: &str) -> Type {
    match name {
        "title" => Type::Text,
        "state" => Type::Ref(crate::types::Refs::default()),
        _ => kind.find(name).map_or(Type::Mixed, |field| field.ty.clone()),
    }
}

fn sealed_changes(kind: &Kind, changes: &Changes, commit: &mut impl FnMut(&str, &Json) -> Json) -> Json {
    let sealed = changes.iter().map(|(name, value)| {
        let ty = type_of(kind, name);
        let json = value.as_ref().map_or(Json::Null, |value| ty.store(value));
        let plain = json.is_null() || (!ty.is_erasable() && is_plain(&json));
        (name.clone(), if plain { json } else { commit(name, &json) })
    });
    Json::Object(sealed.collect())
}

/// Texts and lists of texts may stand in canonical bytes; anything with numbers inside goes the way of free text.
fn is_plain(json: &Json) -> bool {
    match json {
        Json::String(_) => true,
        Json::Array(items) => items.iter().all(Json::is_string),
        _ => false,
    }
}

fn opened_changes(
    kind: &Kind,
    json: Option<&Json>,
    sealed: &mut std::slice::Iter<'_, String>,
    wanted: fn(&str) -> bool,
) -> Changes {
    let Some(Json::Object(changes)) = json else { return Changes::new() };
    let mut opened = Changes::new();
    for (name, value) in changes {
        if !wanted(name) {
            // Its disclosure, if it has one, stands before those that follow.
            if value.get("c").is_some() {
                sealed.next();
            }
        } else if value.is_null() {
            opened.insert(name.clone(), None);
        } else if let Some(value) = reveal(value, sealed) {
            opened.insert(name.clone(), type_of(kind, name).load(&value));
        }
    }
    opened
}

/// A plain value as it stands, or the next disclosure where a commitment stands.
fn reveal(json: &Json, sealed: &mut std::slice::Iter<'_, String>) -> Option<Json> {
    match json.get("c") {
        Some(_) => canonical::disclosed(sealed.next()?),
        None => Some(json.clone()),
    }
}

fn words(json: Json) -> Option<String> {
    if let Json::String(words) = json { Some(words) } else { None }
}

fn opened_links(json: &Json) -> Vec<Link> {
    let Some(pairs) = json.as_array() else { return Vec::new() };
    let link = |pair: &Json| Some(Link { name: pair.get(0)?.as_str()?.into(), to: pair.get(1)?.as_str()?.into() });
    pairs.iter().filter_map(link).collect()
}

/// What marks say of a record at an instant: title, state and fields as they were on record then.
/// `None` before the first of them. Marks stand in the order of their times.
pub fn fold(marks: &[Mark], at: Moment) -> Option<Folded> {
    if marks.first()?.at > at {
        return None;
    }
    let mut folded = Folded::default();
    for mark in marks.iter().take_while(|mark| mark.at <= at) {
        // A line's own last word stands beside its last entry and weighs more than what that entry carries.
        for (name, value) in mark.changes.iter().chain(&mark.base) {
            folded.set(name, value.clone());
        }
        folded.changed = mark.at;
    }
    Some(folded)
}

/// The parts of a record that the journal retells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Folded {
    pub title: String,
    pub state: String,
    pub fields: Fields,
    pub changed: Moment,
}

impl Folded {
    fn set(&mut self, name: &str, value: Option<Value>) {
        let text = || value.as_ref().and_then(Value::as_text).map(str::to_string);
        match name {
            "title" => self.title = text().unwrap_or_default(),
            "state" => self.state = text().unwrap_or_default(),
            _ => match value {
                Some(value) => drop(self.fields.insert(name.into(), value)),
                None => drop(self.fields.remove(name)),
            },
        }
    }

    /// The same record with what it was then.
    pub fn apply(self, kind: &Kind, record: &mut Record) {
        record.title = self.title;
        record.state = self.state;
        record.customer = kind.customer_of(&self.fields);
        record.fields = self.fields;
        record.changed = self.changed;
    }
}
