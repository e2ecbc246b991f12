//! The journal of a record as people read it: messages, moves, values before and after, newest first.

use desk::ShownEntry;
use model::{Kind, Moment, Type, Value, Via, time::MINUTE};

use super::{chip::label_of, piece::Lens};
use crate::view::{
    parts::{Entry, Mark, Person, Said, Shape, ShownDelta, Tab, Tone, When},
    text, time,
};

/// What of the journal is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    #[default]
    Everything,
    Public,
    Internal,
    Values,
}

impl Part {
    const ALL: [Part; 4] = [Part::Everything, Part::Public, Part::Internal, Part::Values];

    pub fn named(name: &str) -> Part {
        Part::ALL.into_iter().find(|part| part.name() == name).unwrap_or_default()
    }

    fn name(self) -> &'static str {
        match self {
            Part::Everything => "",
            Part::Public => "public",
            Part::Internal => "internal",
            Part::Values => "values",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Part::Everything => "Everything",
            Part::Public => "Public",
            Part::Internal => "Internal",
            Part::Values => "Field changes",
        }
    }

    fn has(self, shown: &ShownEntry) -> bool {
        let entry = &shown.entry;
        match self {
            Part::Everything => true,
            Part::Public => entry.note.as_ref().is_some_and(|note| note.public),
            Part::Internal => entry.note.as_ref().is_some_and(|note| !note.public),
            Part::Values => !entry.changes.is_empty() || !entry.base.is_empty(),
        }
    }
}

/// Entries on one page of the journal.
const PAGE: usize = 50;

/// One page of a journal.
pub struct Timeline {
    pub tabs: Vec<Tab>,
    pub entries: Vec<Entry>,
    /// That and when the past was imported; empty where nothing was.
    pub imported: String,
    /// Address of older entries; empty where there are none.
    pub older: String,
    pub newer: String,
}

/// Who reads what, for the heads of messages.
pub struct Audience<'a> {
    /// Name of the customer whose record it is; empty for the provider's own.
    pub customer: &'a str,
    pub provider: &'a str,
}

/// A page of the journal, newest first. `address` is the record's own.
pub fn timeline(
    lens: &Lens<'_>,
    kind: &Kind,
    entries: &[ShownEntry],
    audience: &Audience<'_>,
    (part, skip): (Part, usize),
    address: &str,
) -> Timeline {
    let tab = |own: Part| Tab {
        label: own.label().into(),
        href: if own == Part::Everything { format!("{address}#journal") } else { journal_address(address, own, 0) },
        count: entries.iter().filter(|shown| own.has(shown)).count().to_string(),
        current: own == part,
    };
    let outer = audience.provider.is_empty();
    let tabs = Part::ALL.into_iter().filter(|own| !(outer && *own == Part::Internal)).map(tab).collect();
    let chosen: Vec<&ShownEntry> = entries.iter().rev().filter(|shown| part.has(shown)).collect();
    let page = chosen.iter().skip(skip).take(PAGE);
    let older = if chosen.len() > skip + PAGE { journal_address(address, part, skip + PAGE) } else { String::new() };
    let newer = if skip > 0 { journal_address(address, part, skip.saturating_sub(PAGE)) } else { String::new() };
    let imported = entries.iter().rev().find(|shown| shown.entry.via == Via::Import).map(|shown| {
        format!("Imported {}: what is older stands here as it was told then.", time::exact(shown.entry.recorded))
    });
    let imported = imported.unwrap_or_default();
    Timeline {
        imported,
        tabs,
        entries: page.flat_map(|shown| told(lens, kind, shown, audience, part)).collect(),
        older,
        newer,
    }
}

fn journal_address(address: &str, part: Part, skip: usize) -> String {
    let mut pairs = Vec::new();
    if part != Part::Everything {
        pairs.push(format!("journal={}", part.name()));
    }
    if skip > 0 {
        pairs.push(format!("skip={skip}"));
    }
    let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
    format!("{address}{query}#journal")
}

/// An entry as its message and what was done along with it.
fn told(lens: &Lens<'_>, kind: &Kind, shown: &ShownEntry, audience: &Audience<'_>, part: Part) -> Vec<Entry> {
    let entry = &shown.entry;
    let who = match &entry.by {
        Some(mail) => lens.person(mail),
        None => Person { name: "Somebody".into(), href: String::new() },
    };
    let at = happened(lens, entry.at);
    let mut found = Vec::new();
    let id = |what: &str| format!("entry-{}{what}", entry.seq);
    if let Some(note) = &entry.note
        && part != Part::Values
    {
        let said = Said::Message {
            public: note.public,
            audience: readers(note.public, audience),
            html: text::markdown(&note.text),
        };
        let mark = if note.public { (Shape::Say, Tone::Info) } else { (Shape::Lock, Tone::Mute) };
        let mark = Mark::new(mark.0, mark.1, "");
        found.push(Entry { id: id("-note"), mark, who: who.clone(), at: at.clone(), said });
    }
    let only_said = part == Part::Public || part == Part::Internal;
    let (words, mark) = act(kind, shown);
    if !only_said && !words.is_empty() {
        let mut words = words;
        if let Some(late) = recorded(entry.at, entry.recorded, entry.via) {
            words = format!("{words} ({late})");
        }
        let told = if is_first(shown) && part == Part::Everything { Vec::new() } else { deltas(lens, kind, shown) };
        let deltas = told.into_iter().map(|(_, delta)| delta).collect();
        found.push(Entry { id: id(""), mark, who, at, said: Said::Done { text: words, deltas } });
    }
    found
}

fn happened(lens: &Lens<'_>, at: Moment) -> When {
    if at == Moment::UNKNOWN {
        // A line that told no history: when it happened is not on record, and no date is made up.
        return When { iso: String::new(), near: "at an unknown time".into(), exact: String::new(), ticking: false };
    }
    time::when(at, lens.now)
}

/// The entry with which the record began; what it came with stands in the record itself.
fn is_first(shown: &ShownEntry) -> bool {
    shown.entry.previous.is_empty()
}

/// When it was written down, where that is not when it happened.
fn recorded(at: Moment, recorded: Moment, via: Via) -> Option<String> {
    // What an import told has one time of recording, said once above the journal.
    let late = via != Via::Import && recorded.0 - at.0 > MINUTE;
    late.then(|| format!("recorded {}", time::exact(recorded)))
}

fn readers(public: bool, audience: &Audience<'_>) -> String {
    match (public, audience.customer.is_empty(), audience.provider.is_empty()) {
        // A customer's people see public messages only, and those are between them and the provider.
        (_, _, true) => "Reply".into(),
        (true, true, _) => "Public reply".into(),
        (true, false, _) => format!("Public reply to {}", audience.customer),
        (false, _, _) => format!("Internal note, {} only", audience.provider),
    }
}

/// What was done, in words behind a name.
fn act(kind: &Kind, shown: &ShownEntry) -> (String, Mark) {
    let entry = &shown.entry;
    let state = entry.changes.get("state").cloned().flatten();
    let state = state.as_ref().and_then(Value::as_text).map(|state| crate::view::state::mark(kind, state));
    let plain = |shape, tone| Mark { shape, tone, word: String::new() };
    let list = |links: &[model::Link]| {
        links.iter().map(|link| format!("{} {}", link_label(kind, &link.name), link.to)).collect::<Vec<_>>().join(", ")
    };
    let values = !entry.changes.is_empty() || !entry.base.is_empty();
    match entry.act.as_str() {
        _ if is_first(shown) => ("put it on record".into(), plain(Shape::New, Tone::Info)),
        "note" if !values => (String::new(), Mark::default()),
        "link" => (format!("linked it: {}", list(&entry.linked)), plain(Shape::Tie, Tone::Info)),
        "unlink" => (format!("took a link away: {}", list(&entry.unlinked)), plain(Shape::Tie, Tone::Mute)),
        "undo" => ("undid the last change".into(), plain(Shape::Pen, Tone::Mute)),
        "escalate" => ("brought somebody in".into(), plain(Shape::Risk, Tone::Warn)),
        "publish" if state.is_none() => ("brought a version into force".into(), plain(Shape::Met, Tone::Ok)),
        "attach" => (format!("attached {}", entry.attached.join(", ")), plain(Shape::Clip, Tone::Mute)),
        _ => match state {
            Some(mark) => (format!("moved it to {}", mark.word), Mark { word: String::new(), ..mark }),
            None if values => ("edited it".into(), plain(Shape::Pen, Tone::Mute)),
            None if !entry.linked.is_empty() => {
                (format!("linked it: {}", list(&entry.linked)), plain(Shape::Tie, Tone::Info))
            }
            None if entry.note.is_some() => (String::new(), Mark::default()),
            None => ("confirmed it".into(), plain(Shape::Pen, Tone::Mute)),
        },
    }
}

pub fn link_label(kind: &Kind, name: &str) -> String {
    let known = kind.links.iter().find(|link| link.name == name);
    known.map_or_else(|| name.replace(['_', '-'], " "), |link| link.label.clone())
}

/// Values before and after; what came with the line without a time of its own stands among them.
pub fn deltas(lens: &Lens<'_>, kind: &Kind, shown: &ShownEntry) -> Vec<(String, ShownDelta)> {
    let entry = &shown.entry;
    let mut found: Vec<(String, ShownDelta)> = Vec::new();
    for (name, after) in entry.changes.iter().chain(&entry.base) {
        let ty = type_of(kind, name);
        let words = |value: &Option<Value>| {
            let said = value.as_ref().map(|value| match name.as_str() {
                "state" => value.as_text().map(|state| kind.state_label(state)).unwrap_or_default(),
                _ => lens.words(&ty, value),
            });
            text::shortened(&said.unwrap_or_default(), 200)
        };
        let before = shown.before.get(name).cloned().flatten();
        // A line's own last word repeats what its entry carries.
        if before == *after || found.iter().any(|(known, _)| known == name) {
            continue;
        }
        let delta = ShownDelta { label: label_of(kind, name), before: words(&before), after: words(after) };
        found.push((name.clone(), delta));
    }
    found
}

pub fn type_of(kind: &Kind, name: &str) -> Type {
    match name {
        "title" | "state" => Type::Text,
        _ => kind.find(name).map_or(Type::Mixed, |field| field.ty.clone()),
    }
}
