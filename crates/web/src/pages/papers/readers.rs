//! Who must read a document or know what a campaign tells, who has confirmed which version of it, and who has not: each new
//! version asks again, whoever joins later is asked as well, and whoever is late is reminded. What was confirmed of a campaign
//! goes on record as awareness.

use std::collections::BTreeSet;

use desk::{Desk, Shown, post::SEND};
use kinds::{
    information::{acknowledgement as word, document},
    people::{awareness, campaign, team},
};
use model::{
    Actor, Command, Entry, Input, Job, Kind, Moment, Record, Refusal, Target, Value, Via,
    field::{Many, Ref},
    time::DAY,
};
use serde_json::{Value as Json, json};

use crate::{
    pages::{lines, road::facts::all, staff::holders::Staff},
    view::{
        parts::{Mark, Person, Shape, Tone},
        time,
    },
};

/// Name of the job that asks the readers of a document or the people of a campaign.
pub const ASK: &str = "ask-readers";
/// Name of the job that writes down that a person was told what they have confirmed.
pub const RECORD: &str = "record-awareness";
/// What can ask people, by its kind, and the state in which it does. The word of a reader names it in the field of that name.
const SOURCES: [(&str, &str); 2] = [("document", "approved"), ("campaign", "running")];
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
    pub mail: String,
}

/// What the reader of the page may see of it: those in charge all, everybody else their own.
///
/// # Errors
/// Only what the desk itself cannot do.
pub async fn reading(desk: &Desk, actor: &Actor, of: &Shown, now: Moment) -> Result<Reading, Refusal> {
    let version = document::VERSION.get(of.fields()).unwrap_or_default();
    let source = of.kind();
    // What has ended keeps those who never said anything among its people: their words were called back.
    let over = if of.state() == "ended" { " or state = cancelled" } else { "" };
    let filter = format!(
        "{source} = \"{}\" and version = {version} and (state = asked or state = confirmed{over})",
        of.number()
    );
    let mut words = all(desk, actor, "acknowledgement", &filter, "number", now).await?;
    words.sort_by_key(|shown| (shown.state() == "confirmed", word::DUE.get(shown.fields())));
    let mails = words.iter().filter_map(|shown| word::PERSON.get(shown.fields())).map(|person| person.0).collect();
    let names = desk.names_of(actor, BTreeSet::new(), mails, now).await?;
    let confirmed = words.iter().filter(|shown| shown.state() == "confirmed").count();
    let row = |shown: &Shown| {
        let fields = shown.fields();
        let mail = word::PERSON.get(fields).map(|person| person.0).unwrap_or_default();
        Reader { person: lines::person(&mail, &names), mark: mark(shown, now), record: shown.number().into(), mail }
    };
    let of_document = |more: &str| {
        format!("/acknowledgements?filter={}", lines::encoded(&format!("{source} = \"{}\"{more}", of.number())))
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
        ("cancelled", ..) => Mark::new(Shape::Nothing, Tone::Mute, "Said nothing"),
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
    let (source, number) = (of.kind(), of.number());
    let filter = format!("{source} = \"{number}\" and version = {version} and state = asked and person = me");
    let found = all(desk, actor, "acknowledgement", &filter, "number", now).await?;
    Ok(found.first().map(|shown| (shown.number().to_owned(), version.normalize().to_string())))
}

/// What follows from an entry: readers are asked when a version comes into force, a campaign begins or ends, or the list of
/// readers is another one; a mail goes to whoever is asked or reminded; and what somebody confirmed of a campaign goes on
/// record. Never from what an import tells of the past.
pub fn promise(kind: &Kind, record: &Record, entry: &Entry) -> Vec<Job> {
    let changed = |name: &str| entry.changes.contains_key(name);
    match kind.name {
        _ if entry.via == Via::Import => Vec::new(),
        "document" => {
            let lists = changed(document::READERS.name) || changed(document::NAMED_READERS.name);
            let published = entry.act == "publish" && changed(document::VERSION.name);
            let asks = record.state == "approved" && (lists || published);
            if asks { vec![promised(ASK, record, entry)] } else { Vec::new() }
        }
        "campaign" => {
            let named = [document::READERS.name, document::NAMED_READERS.name, document::VERSION.name];
            let asks = entry.act == "step" || named.into_iter().any(changed);
            if asks { vec![promised(ASK, record, entry)] } else { Vec::new() }
        }
        "acknowledgement" if record.state == "confirmed" && entry.act == "step" => {
            let tells = record.get(word::CAMPAIGN).is_some();
            if tells { vec![promised(RECORD, record, entry)] } else { Vec::new() }
        }
        "acknowledgement" | "training_result" if record.state == "asked" => {
            let asks = entry.act == "create" || changed(word::REMINDED_ON.name);
            let to = record.get(word::PERSON).filter(|_| asks);
            to.map(|to| mail(record, entry, &to.0)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// A job about a record, done once however often it is promised meanwhile.
fn promised(name: &'static str, record: &Record, entry: &Entry) -> Job {
    Job {
        name,
        payload: json!({"kind": record.kind, "number": record.number}),
        run_at: entry.recorded,
        key: Some(format!("{name} {}", record.number)),
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

/// Asks everybody who must read the version that stands and was not asked yet; what was asked for another version, or of somebody
/// who need not read it any more, is asked no longer. Done twice it changes nothing.
///
/// # Errors
/// What the door refuses, which it never should.
pub async fn ask(desk: &Desk, source: &str, number: &str, now: Moment) -> Result<usize, Refusal> {
    let Some((source, asks_in)) = SOURCES.into_iter().find(|known| known.0 == source) else { return Ok(0) };
    let actor = Actor::system("readers", Via::Job);
    let Some(of) = there(desk, &actor, source, number, now).await? else { return Ok(0) };
    let fields = of.fields();
    let version = document::VERSION.get(fields).unwrap_or_default();
    let stands = of.state() == asks_in;
    let readers = if stands { people(desk, &actor, &of, now).await? } else { BTreeSet::new() };
    let filter = format!("{source} = \"{number}\" and (state = asked or state = confirmed)");
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
    let title = asked_for(&of, source, version);
    let missing: Vec<&String> = readers.difference(&known).collect();
    let asked = missing.len();
    commands.extend(missing.into_iter().map(|reader| {
        let fields = [
            ("title".to_owned(), json!(title)),
            (source.to_owned(), json!(number)),
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

fn asked_for(of: &Shown, source: &str, version: model::Decimal) -> String {
    match source {
        "document" => format!("Read and understand: {}, version {}", of.title(), version.normalize()),
        _ if version > model::Decimal::ONE => {
            format!("Read and confirm: {}, round {}", of.title(), version.normalize())
        }
        _ => format!("Read and confirm: {}", of.title()),
    }
}

fn step(shown: &Shown, to: &str) -> Command {
    let target = Target { kind: "acknowledgement".into(), number: shown.number().into(), version: None };
    Command::Step { target, to: to.into(), input: Input::default(), note: None, public: false }
}

/// Whom the list of readers means today: the people of teams, holders of roles, those named, or everybody who works here.
async fn people(desk: &Desk, actor: &Actor, of: &Shown, now: Moment) -> Result<BTreeSet<String>, Refusal> {
    let fields = of.fields();
    let staff = Staff::gather(desk, actor, now).await?;
    let Many(groups) = document::READERS.get(fields).unwrap_or(Many(Vec::new()));
    let Many(named) = document::NAMED_READERS.get(fields).unwrap_or(Many(Vec::new()));
    let mut found: BTreeSet<String> = named.into_iter().map(|person| person.0).collect();
    for Ref(group) in groups {
        if group.eq_ignore_ascii_case(document::STAFF) {
            found.extend(staff.members.iter().map(|member| member.mail.clone()));
        } else if let Some(shown) = there(desk, actor, "team", &group, now).await? {
            let members = team::MEMBERS.get(shown.fields()).map(|members| members.0).unwrap_or_default();
            found.extend(members.into_iter().chain(team::LEAD.get(shown.fields())).map(|person| person.0));
        } else if let Some(role) = staff.roles.iter().find(|role| role.number == group) {
            found.extend(role.holders.iter().cloned());
        }
    }
    // Whoever wrote or approved the text knows it, and is asked all the same: that they follow it is their word.
    Ok(found.difference(&staff.gone).cloned().collect())
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
    let today = now.date();
    end_campaigns(desk, &actor, now).await?;
    let mut asked = 0;
    for (source, asks_in) in SOURCES {
        let filter = format!("state = {asks_in} and (readers is filled or named_readers is filled)");
        for of in all(desk, &actor, source, &filter, "number", now).await? {
            asked += ask(desk, source, of.number(), now).await?;
        }
    }
    let late = format!("state = asked and due < {today}");
    let mut words = all(desk, &actor, "acknowledgement", &late, "number", now).await?;
    words.extend(all(desk, &actor, "training_result", &late, "number", now).await?);
    let reminded = |shown: &&Shown| {
        let last = word::REMINDED_ON.get(shown.fields());
        last.is_none_or(|last| Moment::of_date(last).plus(AGAIN * DAY).date() <= today)
    };
    let remind = |shown: &Shown| {
        let target = Target { kind: shown.kind().into(), number: shown.number().into(), version: None };
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

/// Ends what has run its time: nobody is asked any more.
async fn end_campaigns(desk: &Desk, actor: &Actor, now: Moment) -> Result<(), Refusal> {
    let over = format!("state = running and ends_on < {}", now.date());
    for of in all(desk, actor, "campaign", &over, "number", now).await? {
        let target = Target { kind: "campaign".into(), number: of.number().into(), version: None };
        let end = Command::Step { target, to: "ended".into(), input: Input::default(), note: None, public: false };
        desk.perform(actor, end, now).await?;
        ask(desk, "campaign", of.number(), now).await?;
    }
    Ok(())
}

/// Writes down that somebody was told what they have confirmed of a campaign. Done twice it changes nothing.
///
/// # Errors
/// What the door refuses, which it never should.
pub async fn record(desk: &Desk, number: &str, now: Moment) -> Result<(), Refusal> {
    let actor = Actor::system("readers", Via::Job);
    let Some(said) = there(desk, &actor, "acknowledgement", number, now).await? else { return Ok(()) };
    let (Some(told), Some(person)) = (word::CAMPAIGN.get(said.fields()), word::PERSON.get(said.fields())) else {
        return Ok(());
    };
    let Some(of) = there(desk, &actor, "campaign", &told.0, now).await? else { return Ok(()) };
    let topics = campaign::TOPICS.get(of.fields()).map(|topics| topics.0).unwrap_or_default();
    let filter = format!("person = \"{}\" and acknowledgement = \"{number}\"", person.0);
    let known = all(desk, &actor, "awareness", &filter, "number", now).await?;
    if topics.is_empty() || !known.is_empty() || said.state() != "confirmed" {
        return Ok(());
    }
    let on = word::CONFIRMED_ON.get(said.fields()).unwrap_or(now.date());
    let topics: Vec<String> = topics.into_iter().map(|topic| topic.0).collect();
    let fields = [
        ("title".to_owned(), json!(format!("{}: {}", of.title(), person.0))),
        (awareness::PERSON.name.into(), json!(person.0)),
        (awareness::TOPICS.name.into(), json!(topics)),
        (awareness::ON.name.into(), json!(on.to_string())),
        (awareness::HOW.name.into(), json!("campaign")),
        (awareness::CAMPAIGN.name.into(), json!(told.0)),
        (awareness::ACKNOWLEDGEMENT.name.into(), json!(number)),
    ];
    let command = Command::Create { kind: "awareness".into(), number: None, input: Input::json(fields) };
    desk.perform(&actor, command, now).await.map(drop)
}

/// Kind and number of the record that a job of these names.
pub fn named(payload: &Json) -> (&str, &str) {
    let text = |name: &str| payload.get(name).and_then(Json::as_str).unwrap_or_default();
    (text("kind"), text("number"))
}
