//! The procedure of records that are out of the ordinary, as their kind declares it: a report is opened, top management is
//! told, the next word is promised anew with each one, and the course of events writes itself from the journal.

use std::collections::BTreeSet;

use futures::{FutureExt, future::BoxFuture};
use model::{
    Actor, Column, Command, Draft, Entry, Filter, Input, Job, Kind, Moment, Phase, Query, Record, Refusal, Role,
    Target, Value, Via, command::Raw, handling::Procedure, lifecycle::WITHDRAWN, query::EVERY, time::MINUTE,
};
use serde_json::{Value as Json, json};

use crate::{
    Desk, Shown, post,
    settings::Settings,
    store::{account, job, journal, post as mail, record},
};

/// Name of the job that does what a procedure asks for.
pub(crate) const FOLLOW: &str = "procedure";

/// Most lines of a course of events, and most letters of each.
const LINES_MAX: usize = 300;
const LINE_MAX: usize = 500;

fn is_flagged(procedure: &Procedure, record: &Record) -> bool {
    record.fields.get(procedure.flag).and_then(Value::as_flag) == Some(true)
}

/// The job that follows from an entry: never from what an import tells of the past.
pub(crate) fn promised(kind: &Kind, record: &Record, entry: &Entry) -> Option<Job> {
    let procedure = kind.procedure.filter(|procedure| is_flagged(procedure, record) && entry.via != Via::Import)?;
    let owner = kind.fields.iter().find(|field| field.column == Some(Column::Owner)).map(|field| field.name.as_str());
    let telling = [Some(procedure.flag), Some(procedure.lead), owner, Some("state")];
    let changed = telling.into_iter().flatten().any(|name| entry.changes.contains_key(name));
    let said = entry.note.as_ref().is_some_and(|note| note.public);
    (changed || said || entry.act == "escalate").then(|| Job {
        name: FOLLOW,
        payload: json!({"number": record.number}),
        run_at: entry.recorded,
        key: Some(format!("{FOLLOW}:{}", record.number)),
    })
}

/// Promises the next word of a record that owes one: with each public word, and from when on it owes one. What is over or
/// ordinary again owes none. A moment that somebody sets stays.
pub(crate) fn keeps_word(
    kind: &Kind,
    draft: &mut Draft,
    before: Option<&Record>,
    said: bool,
    settings: &Settings,
    now: Moment,
) {
    let Some(procedure) = kind.procedure else { return };
    let name = procedure.next_update;
    let owing = |fields: &model::Fields, state: &str| {
        fields.get(procedure.flag).and_then(Value::as_flag) == Some(true) && kind.phase(state) != Phase::Done
    };
    if !owing(&draft.fields, &draft.state) {
        let owed = before.filter(|before| owing(&before.fields, &before.state));
        if owed.is_some_and(|before| before.fields.get(name) == draft.fields.get(name)) {
            draft.fields.remove(name);
        }
        return;
    }
    let standing = draft.fields.get(name);
    let set = standing.is_some() && before.is_none_or(|before| before.fields.get(name) != standing);
    if !set && (said || standing.is_none()) {
        let next = now.plus(settings.number(procedure.every).max(1) * MINUTE);
        draft.fields.insert(name.into(), Value::Instant(next));
    }
}

impl Desk {
    /// The report on a record that its procedure asks for; the newest of several, never one that was withdrawn.
    ///
    /// # Errors
    /// What the desk itself cannot do. `None` as well for whoever may not read such reports.
    pub async fn report_on(
        &self,
        actor: &Actor,
        procedure: &Procedure,
        number: &str,
        now: Moment,
    ) -> Result<Option<Shown>, Refusal> {
        let catalog = self.catalog();
        let Some(kind) = catalog.find(procedure.report) else { return Ok(None) };
        let filter = Filter::equal(procedure.about, number);
        let query = Query { filter, columns: vec![EVERY.into()], size: 10, ..Query::of(kind.name) };
        match self.list(actor, &query, now).await {
            Ok(page) => Ok(page.records.into_iter().find(|shown| !WITHDRAWN.contains(&shown.state()))),
            Err(Refusal::NotFound) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Does what the procedure of a record asks for and is not done yet. The same job twice does nothing twice.
    pub(crate) fn follow_procedure<'a>(&'a self, payload: &'a Json, now: Moment) -> BoxFuture<'a, Result<(), Refusal>> {
        async move {
            let number = payload.get("number").and_then(Json::as_str).unwrap_or_default().to_string();
            let catalog = self.catalog();
            let mut conn = self.db().read().await?;
            let kept = record::load(&mut conn, &catalog, std::slice::from_ref(&number), false).await?.remove(&number);
            let Some(record) = kept.map(|kept| kept.record) else { return Ok(()) };
            let Some(kind) = catalog.find(record.kind) else { return Ok(()) };
            let Some(procedure) = kind.procedure.filter(|procedure| is_flagged(procedure, &record)) else {
                return Ok(());
            };
            let entries = journal::of_record(&mut conn, &catalog, record.id).await?;
            drop(conn);
            let house = Actor::system("procedure", Via::Job);
            let lead = lead(kind, &procedure, &record);
            let report = match self.report_on(&house, &procedure, &number, now).await? {
                Some(report) => report,
                None => self.open_report(&house, &procedure, &record, lead.as_deref(), now).await?,
            };
            if !report.fields().contains_key(procedure.manager)
                && let Some(lead) = lead
            {
                self.edit_report(&house, &procedure, &report, procedure.manager, lead.into(), now).await?;
            }
            self.write_timeline(&house, kind, &procedure, &report, &entries, now).await?;
            if !report.fields().contains_key(procedure.told) {
                self.tell_top_management(&house, &procedure, &record, &report, &entries, now).await?;
            }
            Ok(())
        }
        .boxed()
    }

    async fn open_report(
        &self,
        house: &Actor,
        procedure: &Procedure,
        record: &Record,
        lead: Option<&str>,
        now: Moment,
    ) -> Result<Shown, Refusal> {
        let mut fields = vec![
            ("title".to_string(), json!(format!("Review: {}", record.title))),
            (procedure.about.to_string(), json!(record.number)),
        ];
        fields.extend(lead.map(|lead| (procedure.manager.to_string(), json!(lead))));
        let command = Command::Create { kind: procedure.report.into(), number: None, input: Input::json(fields) };
        let key = format!("{FOLLOW} {} {}", record.number, record.version);
        let done = self.perform_once(house, &key, command, now).await?;
        self.show(house, procedure.report, &done.number, None, now).await
    }

    /// Sets a field of the report as it stands now. Whoever writes to it at the same moment is not overwritten.
    async fn edit_report(
        &self,
        house: &Actor,
        procedure: &Procedure,
        report: &Shown,
        field: &str,
        value: Json,
        now: Moment,
    ) -> Result<(), Refusal> {
        let fresh = self.show(house, procedure.report, report.number(), None, now).await?;
        let target =
            Target { kind: procedure.report.into(), number: report.number().into(), version: Some(fresh.version()) };
        let input = Input { fields: [(field.to_string(), Raw::Json(value))].into() };
        self.perform(house, Command::Edit { target, input }, now).await.map(drop)
    }

    /// Adds to the report what the journal tells since its last line. What people wrote or took away there stays so.
    async fn write_timeline(
        &self,
        house: &Actor,
        kind: &Kind,
        procedure: &Procedure,
        report: &Shown,
        entries: &[Entry],
        now: Moment,
    ) -> Result<(), Refusal> {
        let over = self.catalog().find(procedure.report).is_some_and(|kind| kind.phase(report.state()) == Phase::Done);
        if over {
            return Ok(());
        }
        let rows = report.fields().get(procedure.timeline).map(|rows| rows.entries().to_vec()).unwrap_or_default();
        let newest = rows.iter().filter_map(written_by).max().unwrap_or_default();
        let people: BTreeSet<String> = entries.iter().flat_map(people_of).collect();
        let names = self.names_of(house, BTreeSet::new(), people, now).await?;
        let name = |mail: &str| names.people.get(mail).map_or_else(|| mail.to_string(), |known| known.0.clone());
        let fresh = entries.iter().filter(|entry| entry.version > newest);
        let lines: Vec<Value> = fresh.filter_map(|entry| line(kind, procedure, entry, &name)).collect();
        if lines.is_empty() || rows.len() >= LINES_MAX {
            return Ok(());
        }
        let mut all: Vec<Value> = rows.into_iter().chain(lines).take(LINES_MAX).collect();
        all.sort_by_key(|row| row.part("at").and_then(Value::as_moment));
        let all = Json::Array(all.iter().map(Value::to_json).collect());
        self.edit_report(house, procedure, report, procedure.timeline, all, now).await
    }

    /// Writes to everybody with the role of top management. That they were told is on record when a server has taken it.
    async fn tell_top_management(
        &self,
        house: &Actor,
        procedure: &Procedure,
        record: &Record,
        report: &Shown,
        entries: &[Entry],
        now: Moment,
    ) -> Result<(), Refusal> {
        let mut conn = self.db().read().await?;
        let accounts = account::all(&mut conn).await?.into_iter().map(|row| row.account);
        let top = accounts.filter(|account| account.roles.contains(&Role::TopManagement) && account.is_open_at(now));
        let top: Vec<String> = top.filter(|account| account.customer.is_none()).map(|account| account.email).collect();
        let answers = mail::answers(&mut conn).await?;
        drop(conn);
        if top.is_empty() || !answers {
            let why = if answers { "no account has the role of top management" } else { "no mailbox sends mail" };
            let text = format!(
                "Top management is not told by itself: {why}. Whoever tells them writes down when in {}.",
                report.number()
            );
            return self.note_once(house, record, entries, text, now).await;
        }
        let declared = entries.iter().find(|entry| entry.changes.contains_key(procedure.flag));
        let version = declared.map_or(record.version, |entry| entry.version);
        let note = match lead_of(report, procedure) {
            Some(lead) => format!("{lead} leads it; the report is {}.", report.number()),
            None => format!("The report is {}.", report.number()),
        };
        let stamp = json!([procedure.report, report.number(), procedure.told]);
        let jobs: Vec<Job> = top
            .iter()
            .map(|to| {
                let mut job = post::inner("major", to, &note, record, version, now);
                job.payload["stamp"] = stamp.clone();
                job
            })
            .collect();
        let ids = self.inner.ids.clone();
        self.db().write(move |conn| async move { job::add(conn, &ids, &jobs, now).await }.boxed()).await?;
        Ok(())
    }

    async fn note_once(
        &self,
        house: &Actor,
        record: &Record,
        entries: &[Entry],
        text: String,
        now: Moment,
    ) -> Result<(), Refusal> {
        if entries.iter().any(|entry| entry.note.as_ref().is_some_and(|note| note.text == text)) {
            return Ok(());
        }
        let target = Target { kind: record.kind.into(), number: record.number.clone(), version: None };
        self.perform(house, Command::Note { target, text, public: false }, now).await.map(drop)
    }

    /// Writes down when somebody was told, where a mail that has gone out carries the field for it and it is empty.
    pub(crate) async fn stamp_told(&self, payload: &Json, now: Moment) -> Result<(), Refusal> {
        let stamp: Option<(String, String, String)> =
            payload.get("stamp").and_then(|stamp| serde_json::from_value(stamp.clone()).ok());
        let Some((kind, number, field)) = stamp else { return Ok(()) };
        let house = Actor::system("procedure", Via::Job);
        let shown = self.show(&house, &kind, &number, None, now).await?;
        if shown.fields().contains_key(&field) {
            return Ok(());
        }
        let target = Target { kind, number, version: Some(shown.version()) };
        let input = Input { fields: [(field, Raw::Json(json!(now.to_string())))].into() };
        match self.perform(&house, Command::Edit { target, input }, now).await {
            // The mail to a second person, or somebody by hand, was faster.
            Ok(_) | Err(Refusal::Stale { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// Who leads a record, else who owns it.
fn lead(kind: &Kind, procedure: &Procedure, record: &Record) -> Option<String> {
    let owner = kind.fields.iter().find(|field| field.column == Some(Column::Owner));
    let owner = owner.and_then(|field| record.fields.get(&field.name));
    let lead = record.fields.get(procedure.lead).or(owner).and_then(Value::as_text);
    lead.filter(|lead| model::types::is_mail(lead)).map(str::to_string)
}

fn lead_of<'s>(report: &'s Shown, procedure: &Procedure) -> Option<&'s str> {
    report.fields().get(procedure.manager).and_then(Value::as_text)
}

/// The version of the entry that a line of the course was written from.
fn written_by(row: &Value) -> Option<i64> {
    row.part("entry").and_then(Value::as_number).and_then(|number| i64::try_from(number).ok())
}

fn people_of(entry: &Entry) -> Vec<String> {
    let values = entry.changes.values().flatten().flat_map(|value| value.entries().to_vec());
    let texts = values.filter_map(|value| value.as_text().map(str::to_string));
    texts.chain(entry.by.clone()).filter(|text| model::types::is_mail(text)).collect()
}

/// What an entry says of the course of events; `None` for what is no event.
fn line(kind: &Kind, procedure: &Procedure, entry: &Entry, name: &impl Fn(&str) -> String) -> Option<Value> {
    if entry.at == Moment::UNKNOWN {
        return None;
    }
    let changed = |field: &str| entry.changes.get(field).and_then(Option::as_ref);
    let by = entry.by.as_deref().map(name).filter(|name| name != "system");
    let mut said = Vec::new();
    if changed(procedure.flag).and_then(Value::as_flag) == Some(true) {
        let flag = kind.label_of(procedure.flag).to_lowercase();
        said.push(by.as_ref().map_or(format!("Declared: {flag}"), |by| format!("{by} declared it: {flag}")));
    }
    match changed("state").and_then(Value::as_text) {
        Some(_) if entry.previous.is_empty() => said.push("Raised".into()),
        Some(state) => said.push(kind.state_label(state)),
        None => {}
    }
    if let Some(lead) = changed(procedure.lead).and_then(Value::as_text) {
        said.push(format!("{} leads it", name(lead)));
    }
    if let Some(rows) = kind.escalation.filter(|_| entry.act == "escalate").and_then(|known| changed(known.rows)) {
        let own = rows.entries().iter().filter(|row| row.part("at").and_then(Value::as_moment) == Some(entry.at));
        let part = |row: &Value, part: &str| row.part(part).and_then(Value::as_text).unwrap_or_default().to_string();
        said.extend(own.map(|row| format!("{} is brought in: {}", name(&part(row, "to")), part(row, "reason"))));
    }
    if let Some(note) = entry.note.as_ref().filter(|note| note.public) {
        said.push(by.as_ref().map_or(note.text.clone(), |by| format!("{by}: {}", note.text)));
    }
    if said.is_empty() {
        return None;
    }
    let text: String = said.join(". ").chars().take(LINE_MAX).collect();
    let parts =
        [("at", Value::Instant(entry.at)), ("text", Value::Text(text)), ("entry", Value::Number(entry.version.into()))];
    Some(Value::Parts(parts.into_iter().map(|(name, value)| (name.to_string(), value)).collect()))
}
