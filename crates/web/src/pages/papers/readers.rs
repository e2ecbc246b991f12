//! Who must read a document, who has confirmed which version, and who has not: each new version asks again, whoever joins
//! later is asked as well, and whoever is late is reminded.

use std::collections::BTreeSet;

use desk::{Desk, Shown, post::SEND};
use kinds::{
    governance::role,
    information::{acknowledgement as word, document},
    people::{person, team},
};
use model::{
    Actor, Command, Entry, Input, Job, Kind, Moment, Record, Refusal, Target, Value, Via,
    field::{Many, Ref},
    time::DAY,
};
use serde_json::{Value as Json, json};

use crate::{
    pages::{
        lines,
        road::facts::{STANDS, all},
    },
    view::{
        parts::{Mark, Person, Shape, Tone},
        time,
    },
};

/// Name of the job that asks the readers of a document.
pub const ASK: &str = "ask-readers";
/// Days in which a version is to be read, where the document says nothing.
const WITHIN: i64 = 14;
/// Days between two reminders.
const AGAIN: i64 = 7;
/// Readers that are drawn one by one; all of them stand in the list of acknowledgements.
const DRAWN: usize = 60;

/// How far the version in force is read.
#[derive(Default)]
pub struct Reading {
    pub version: String,
    pub all: usize,
    pub confirmed: usize,
    pub percent: usize,
    /// Who waits comes first.
    pub rows: Vec<Reader>,
    /// The list of everybody who has not confirmed it, and of all words on the document.
    pub waiting: String,
    pub list: String,
}

pub struct Reader {
    pub person: Person,
    pub mark: Mark,
    pub record: String,
}

/// What the reader of the page may see of it: those in charge all, everybody else their own.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn reading(desk: &Desk, actor: &Actor, of: &Shown, now: Moment) -> Result<Reading, Refusal> {
    let version = document::VERSION.get(of.fields()).unwrap_or_default();
    let filter =
        format!("document = \"{}\" and version = {version} and (state = asked or state = confirmed)", of.number());
    let mut words = all(desk, actor, "acknowledgement", &filter, "number", now).await?;
    words.sort_by_key(|shown| (shown.state() == "confirmed", word::DUE.get(shown.fields())));
    let mails = words.iter().filter_map(|shown| word::PERSON.get(shown.fields())).map(|person| person.0).collect();
    let names = desk.names_of(actor, BTreeSet::new(), mails, now).await?;
    let confirmed = words.iter().filter(|shown| shown.state() == "confirmed").count();
    let row = |shown: &Shown| {
        let fields = shown.fields();
        let mail = word::PERSON.get(fields).map(|person| person.0).unwrap_or_default();
        Reader { person: lines::person(&mail, &names), mark: mark(shown, now), record: shown.number().into() }
    };
    let of_document = |more: &str| {
        format!("/acknowledgements?filter={}", lines::encoded(&format!("document = \"{}\"{more}", of.number())))
    };
    Ok(Reading {
        version: version.normalize().to_string(),
        all: words.len(),
        confirmed,
        percent: confirmed * 100 / words.len().max(1),
        rows: words.iter().take(DRAWN).map(row).collect(),
        waiting: of_document(" and phase != done"),
        list: of_document(""),
    })
}

fn mark(shown: &Shown, now: Moment) -> Mark {
    let fields = shown.fields();
    match (shown.state(), word::CONFIRMED_ON.get(fields), word::DUE.get(fields)) {
        ("confirmed", Some(day), _) => Mark::new(Shape::Met, Tone::Ok, format!("Read {}", time::short_day(day))),
        ("confirmed", ..) => Mark::new(Shape::Met, Tone::Ok, "Read"),
        (_, _, Some(due)) if due < now.date() => Mark::new(Shape::Risk, Tone::Warn, "Late"),
        _ => Mark::new(Shape::New, Tone::Mute, "Waits"),
    }
}

/// The word that the actor is asked for on the version in force: its record and the version.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn asked_of(
    desk: &Desk,
    actor: &Actor,
    of: &Shown,
    now: Moment,
) -> Result<Option<(String, String)>, Refusal> {
    let version = document::VERSION.get(of.fields()).unwrap_or_default();
    let filter = format!("document = \"{}\" and version = {version} and state = asked and person = me", of.number());
    let found = all(desk, actor, "acknowledgement", &filter, "number", now).await?;
    Ok(found.first().map(|shown| (shown.number().to_owned(), version.normalize().to_string())))
}

/// What follows from an entry: readers are asked when a version comes into force or the list of readers is another one, and a
/// mail goes to whoever is asked or reminded. Never from what an import tells of the past.
pub fn promise(kind: &Kind, record: &Record, entry: &Entry) -> Vec<Job> {
    let changed = |name: &str| entry.changes.contains_key(name);
    match kind.name {
        _ if entry.via == Via::Import => Vec::new(),
        "document" => {
            let lists = changed(document::READERS.name) || changed(document::NAMED_READERS.name);
            let published = entry.act == "publish" && changed(document::VERSION.name);
            let asks = record.state == "approved" && (lists || published);
            let job = Job {
                name: ASK,
                payload: json!({"document": record.number}),
                run_at: entry.recorded,
                key: Some(format!("{ASK} {}", record.number)),
            };
            if asks { vec![job] } else { Vec::new() }
        }
        "acknowledgement" if record.state == "asked" => {
            let asks = entry.act == "create" || changed(word::REMINDED_ON.name);
            let to = record.get(word::PERSON).filter(|_| asks);
            to.map(|to| mail(record, entry, &to.0)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn mail(record: &Record, entry: &Entry, to: &str) -> Job {
    let due = record.get(word::DUE).map(|due| format!("Until {}.", time::day(due))).unwrap_or_default();
    Job {
        name: SEND,
        payload: json!({"kind": record.kind, "number": record.number, "version": entry.version, "occasion": "reading",
            "to": to, "note": due}),
        run_at: entry.recorded,
        key: Some(format!("{SEND}:{}:{}:reading", record.number, entry.version)),
    }
}

/// Asks everybody who must read the version in force and was not asked yet; what was asked for another version, or of somebody
/// who need not read it any more, is asked no longer. Done twice it changes nothing.
///
/// # Errors
/// What the door refuses, which it never should.
pub async fn ask(desk: &Desk, number: &str, now: Moment) -> Result<usize, Refusal> {
    let actor = Actor::system("readers", Via::Job);
    let of = match desk.show(&actor, "document", number, None, now).await {
        Err(Refusal::NotFound) => return Ok(0),
        of => of?,
    };
    let fields = of.fields();
    let version = document::VERSION.get(fields).unwrap_or_default();
    let stands = of.state() == "approved";
    let readers = if stands { people(desk, &actor, &of, now).await? } else { BTreeSet::new() };
    let filter = format!("document = \"{number}\" and (state = asked or state = confirmed)");
    let words = all(desk, &actor, "acknowledgement", &filter, "number", now).await?;
    let (mut commands, mut known) = (Vec::new(), BTreeSet::new());
    for shown in &words {
        let Some(reader) = word::PERSON.get(shown.fields()).map(|reader| reader.0) else { continue };
        let same = word::VERSION.get(shown.fields()) == Some(version);
        if same && (shown.state() == "confirmed" || readers.contains(&reader)) {
            known.insert(reader);
        } else if shown.state() == "asked" {
            commands.push(step(shown, if same || !stands { "cancelled" } else { "superseded" }));
        }
    }
    let days = document::READ_WITHIN.get(fields).and_then(|days| i64::try_from(days).ok()).unwrap_or(WITHIN);
    let due = now.plus(days * DAY).date();
    let title = format!("Read and understand: {}, version {}", of.title(), version.normalize());
    let missing: Vec<&String> = readers.difference(&known).collect();
    let asked = missing.len();
    commands.extend(missing.into_iter().map(|reader| {
        let fields = [
            ("title".to_owned(), json!(title)),
            (word::DOCUMENT.name.into(), json!(number)),
            (word::VERSION.name.into(), Value::Number(version).to_json()),
            (word::PERSON.name.into(), json!(reader)),
            (word::DUE.name.into(), json!(due.to_string())),
        ];
        Command::Create { kind: "acknowledgement".into(), number: None, input: Input::json(fields) }
    }));
    if !commands.is_empty() {
        desk.perform_all(&actor, commands, now, true).await?;
    }
    Ok(asked)
}

fn step(shown: &Shown, to: &str) -> Command {
    let target = Target { kind: "acknowledgement".into(), number: shown.number().into(), version: None };
    Command::Step { target, to: to.into(), input: Input::default(), note: None, public: false }
}

/// Whom the list of readers means today: the people of teams, holders of roles, those named, or everybody who works here.
async fn people(desk: &Desk, actor: &Actor, of: &Shown, now: Moment) -> Result<BTreeSet<String>, Refusal> {
    let fields = of.fields();
    let staff = all(desk, actor, "person", STANDS, "number", now).await?;
    let today = now.date();
    let works = |shown: &Shown| {
        person::ACTIVE.get(shown.fields()) != Some(false)
            && person::LEFT_ON.get(shown.fields()).is_none_or(|left| left > today)
    };
    let mail = |shown: &Shown| person::EMAIL.get(shown.fields()).map(|mail| mail.0);
    let gone: BTreeSet<String> = staff.iter().filter(|shown| !works(shown)).filter_map(mail).collect();
    let Many(groups) = document::READERS.get(fields).unwrap_or(Many(Vec::new()));
    let Many(named) = document::NAMED_READERS.get(fields).unwrap_or(Many(Vec::new()));
    let mut found: BTreeSet<String> = named.into_iter().map(|person| person.0).collect();
    for Ref(group) in groups {
        if group.eq_ignore_ascii_case(document::STAFF) {
            found.extend(staff.iter().filter(|shown| works(shown)).filter_map(mail));
        } else if let Some(shown) = there(desk, actor, "team", &group, now).await? {
            let members = team::MEMBERS.get(shown.fields()).map(|members| members.0).unwrap_or_default();
            found.extend(members.into_iter().chain(team::LEAD.get(shown.fields())).map(|person| person.0));
        } else if let Some(shown) = there(desk, actor, "role", &group, now).await? {
            found.extend(role::HOLDER.get(shown.fields()).map(|holder| holder.0));
        }
    }
    // Whoever wrote or approved the text knows it, and is asked all the same: that they follow it is their word.
    Ok(found.difference(&gone).cloned().collect())
}

async fn there(desk: &Desk, actor: &Actor, kind: &str, number: &str, now: Moment) -> Result<Option<Shown>, Refusal> {
    match desk.show(actor, kind, number, None, now).await {
        Ok(shown) => Ok(Some(shown)),
        Err(Refusal::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// What is done day by day: newcomers are asked, and whoever is late is reminded once a week. Answers how many were asked and
/// how many reminded.
///
/// # Errors
/// What the door refuses, which it never should.
pub async fn watch(desk: &Desk, now: Moment) -> Result<(usize, usize), Refusal> {
    let actor = Actor::system("readers", Via::Job);
    let filter = "state = approved and (readers is filled or named_readers is filled)";
    let mut asked = 0;
    for of in all(desk, &actor, "document", filter, "number", now).await? {
        asked += ask(desk, of.number(), now).await?;
    }
    let today = now.date();
    let late = format!("state = asked and due < {today}");
    let words = all(desk, &actor, "acknowledgement", &late, "number", now).await?;
    let reminded = |shown: &&Shown| {
        let last = word::REMINDED_ON.get(shown.fields());
        last.is_none_or(|last| Moment::of_date(last).plus(AGAIN * DAY).date() <= today)
    };
    let remind = |shown: &Shown| {
        let target = Target { kind: "acknowledgement".into(), number: shown.number().into(), version: None };
        let input = Input::json([(word::REMINDED_ON.name.to_owned(), json!(today.to_string()))]);
        Command::Edit { target, input }
    };
    let commands: Vec<Command> = words.iter().filter(reminded).map(remind).collect();
    let count = commands.len();
    if count > 0 {
        desk.perform_all(&actor, commands, now, true).await?;
    }
    Ok((asked, count))
}

/// The document that a job of [`ASK`] names.
pub fn named(payload: &Json) -> &str {
    payload.get("document").and_then(Json::as_str).unwrap_or_default()
}
