//! What the program does with records by itself when its time has come: steps of escalation, closing what nobody objected
//! to, bringing texts into force. When that is follows from journal and agreements; the table of alarms is a copy that is
//! read in the order of time, so that nothing is looked through however many records there are. Everything done goes through
//! the door.

use std::collections::{BTreeSet, HashMap};

use engines::{
    clocks::{
        Agreements,
        steps::{self, Ahead, ON_CALL},
    },
    conformity::catalogue,
};
use futures::FutureExt;
use model::{
    Actor, Command, Entry, Input, Job, Kind, Moment, Record, Refusal, Target, Value, Via,
    command::Raised,
    handling::{Closing, Escalation},
    kind::Related,
    time::{DAY, MINUTE},
};
use serde_json::Value as Json;

use crate::{
    Desk, publish, reopening,
    settings::Settings,
    store::{
        alarm::{self, Alarm, Wanted},
        db::Conn,
        fault::Fault,
        job, journal,
        record::{self, Kept},
    },
};

/// Name of the job that does what is due.
pub(crate) const RING: &str = "ring";
/// Names of alarms.
pub(crate) const ESCALATE: &str = "escalate";
pub(crate) const CLOSE: &str = "close";
pub(crate) const PUBLISH: &str = "publish";

/// Alarms read at a time.
const AT_ONCE: i64 = 50;
/// What could not be done is tried again after this.
const AGAIN: i64 = 5 * MINUTE;

/// When the next step of a record is reached.
pub(crate) fn next_step(kind: &Kind, entries: &[Entry], agreements: &Agreements, now: Moment) -> Option<Moment> {
    steps::ahead(kind, entries, agreements, now).first().map(|step| step.at)
}

/// Whether entries say something of when a record closes.
pub(crate) fn touches(closing: &Closing, entries: &[&Entry]) -> bool {
    entries.iter().any(|entry| says(entry, closing))
}

fn says(entry: &Entry, closing: &Closing) -> bool {
    ["state", closing.since].iter().any(|name| entry.changes.contains_key(*name) || entry.base.contains_key(*name))
}

/// When a record closes by itself, by the entries that say something of it: nothing that was over in time before it came in.
pub(crate) fn closing_at(kind: &Kind, record: &Record, entries: &[&Entry], settings: &Settings) -> Option<Moment> {
    let closing = kind.closing.filter(|closing| record.state == closing.state)?;
    let since = record.fields.get(closing.since).and_then(Value::as_moment)?;
    let at = since.plus(settings.number(closing.days) * DAY);
    let last = entries.iter().rev().find(|entry| says(entry, &closing));
    let past = last.is_some_and(|entry| entry.act == "import" && at <= entry.recorded);
    (!past).then_some(at)
}

/// Everything that is to stand in the table for a record.
pub(crate) fn wanted(
    kind: &Kind,
    record: &Record,
    entries: &[Entry],
    agreements: &Agreements,
    settings: &Settings,
    now: Moment,
) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    if kind.escalation.is_some() {
        wanted.push((record.id.0, ESCALATE, next_step(kind, entries, agreements, now)));
    }
    if kind.closing.is_some() {
        let entries: Vec<&Entry> = entries.iter().collect();
        wanted.push((record.id.0, CLOSE, closing_at(kind, record, &entries, settings)));
    }
    wanted.extend(publish::alarm(kind, record).map(|at| (record.id.0, PUBLISH, at)));
    wanted
}

/// Whether it stands there already. What is due is due, since whenever; what is put off until later stays so.
pub(crate) fn stands(wanted: &Wanted, standing: &[Alarm], now: Moment) -> bool {
    let (record, name, at) = wanted;
    let stands = standing.iter().find(|alarm| alarm.record == *record && alarm.name == *name).map(|alarm| alarm.at);
    match (at, stands) {
        (Some(at), Some(_)) if *at <= now => true,
        (at, stands) => *at == stands,
    }
}

/// Alarms follow the number of days when it is set anew.
pub(crate) async fn follow(
    conn: &mut Conn,
    setting: &str,
    before: Option<&Json>,
    after: Option<&Json>,
) -> Result<(), Fault> {
    let Some(key) = setting.strip_prefix("number.") else { return Ok(()) };
    let offered = catalogue().defaults.get(key).copied();
    let number = |value: Option<&Json>| value.and_then(Json::as_i64).or(offered).unwrap_or_default();
    // There is one number of days for all kinds that close by themselves.
    if key == "auto_close_days" {
        alarm::shift(conn, CLOSE, (number(after) - number(before)) * DAY).await?;
    }
    Ok(())
}

impl Desk {
    /// Promises the job that does what is due, if anything is.
    pub(crate) async fn promise_alarms(&self, now: Moment) -> Result<(), Fault> {
        if !alarm::waits(&mut self.db().read().await?, now, RING).await? {
            return Ok(());
        }
        let ids = self.inner.ids.clone();
        let ring = Job { name: RING, payload: Json::Null, run_at: now, key: Some(RING.into()) };
        self.db().write(move |conn| async move { job::add(conn, &ids, &[ring], now).await }.boxed()).await
    }

    /// A database of an earlier program has tickets and no alarms: they are made with the clocks.
    pub(crate) async fn wake_alarms(&self, now: Moment) -> Result<(), Fault> {
        let catalog = self.catalog();
        let kinds: Vec<&str> = catalog.kinds().iter().filter(|kind| kind.clocked).map(|kind| kind.name).collect();
        let mut conn = self.db().read().await?;
        let needless = kinds.is_empty()
            || !alarm::is_silent(&mut conn).await?
            || record::ids(&mut conn, &kinds, true, i64::MIN, 1).await?.is_empty();
        drop(conn);
        if needless {
            return Ok(());
        }
        let ids = self.inner.ids.clone();
        let reckon = crate::jobs::reckon_soon(now);
        self.db().write(move |conn| async move { job::add(conn, &ids, &[reckon], now).await }.boxed()).await
    }

    /// Does everything that is due, each thing in a transaction of its own. What cannot be done now stays for later and
    /// stops nothing else.
    pub(crate) async fn ring(&self, now: Moment) -> Result<(), Refusal> {
        loop {
            let due = alarm::due(&mut self.db().read().await?, now, AT_ONCE).await?;
            if due.is_empty() {
                return Ok(());
            }
            for one in due {
                self.ring_one(one, now).await?;
            }
        }
    }

    /// Does what was due until `end` at the moments at which it was due: for a house whose past is played.
    ///
    /// # Errors
    /// What the desk itself cannot do.
    pub async fn ring_until(&self, end: Moment) -> Result<usize, Refusal> {
        let mut rung = 0;
        loop {
            let due = alarm::due(&mut self.db().read().await?, end, 1).await?;
            let Some(one) = due.into_iter().next() else { return Ok(rung) };
            let at = one.at;
            self.ring_one(one, at).await?;
            rung += 1;
        }
    }

    async fn ring_one(&self, one: Alarm, now: Moment) -> Result<(), Refusal> {
        let kept = record::by_ids(&mut self.db().read().await?, &self.catalog(), &[one.record]).await?;
        let until = match kept.into_iter().next() {
            None => Ok(None),
            Some(kept) if one.name == ESCALATE => self.escalate(&kept, now).await,
            Some(kept) if one.name == CLOSE => self.close_by_itself(&kept, now).await,
            Some(kept) if one.name == PUBLISH => self.publish_by_itself(&kept, now).await,
            // What a newer program has set is its own to do.
            Some(_) => Ok(Some(now.plus(DAY))),
        };
        let until = match until {
            Ok(until) => until,
            // Somebody was faster: what they wrote has set it anew, or the next look finds it.
            Err(Refusal::Stale { .. }) => Some(now.plus(MINUTE)),
            Err(refusal) => {
                tracing::warn!(alarm = %one.name, why = %refusal.sentence(), "what was due could not be done");
                Some(now.plus(AGAIN))
            }
        };
        // The write itself has set the alarm anew; one that is reached again must wait all the same.
        let standing = alarm::of(&mut self.db().read().await?, &[one.record]).await?;
        let Some(stands) = standing.into_iter().find(|alarm| alarm.name == one.name) else { return Ok(()) };
        if stands.at > now {
            return Ok(());
        }
        self.db().write(move |conn| async move { alarm::put_off(conn, &stands, until).await }.boxed()).await?;
        Ok(())
    }

    /// Carries out the steps that are reached; answers when the next look is worth it.
    async fn escalate(&self, kept: &Kept, now: Moment) -> Result<Option<Moment>, Refusal> {
        let catalog = self.catalog();
        let record = &kept.record;
        let Some(kind) = catalog.find(record.kind) else { return Ok(None) };
        let Some(escalation) = kind.escalation else { return Ok(None) };
        let mut conn = self.db().read().await?;
        let entries = journal::of_record(&mut conn, &catalog, record.id).await?;
        let agreements = self.agreements(&mut conn, None).await?;
        let ahead = steps::ahead(kind, &entries, &agreements, now);
        let mut related = Related::default();
        let by = escalation.sources.iter().map(|source| source.by).chain([escalation.hours.0]);
        let wanted: BTreeSet<String> =
            by.filter_map(|by| Some(record.fields.get(by)?.as_text()?.to_string())).collect();
        record::look_up(&mut conn, &catalog, &wanted, &HashMap::new(), &mut related).await?;
        drop(conn);
        let mut again: Option<Moment> = None;
        let mut raised = Vec::new();
        for step in ahead {
            let opens = if step.reached && step.to != ON_CALL {
                opening(&escalation, record, &related, &agreements, now)
            } else {
                now
            };
            if !step.reached || opens > now {
                let at = if step.reached { opens } else { step.at };
                again = Some(again.map_or(at, |known| known.min(at)));
                continue;
            }
            raised.extend(raise(&escalation, record, &related, &step, now));
        }
        if !raised.is_empty() {
            let target = target(record);
            self.perform(&Actor::system("escalation", Via::Job), Command::Escalate { target, raised }, now).await?;
        }
        Ok(again)
    }

    /// Closes a record that was over for long enough. What stands in the way is said on the record, once.
    async fn close_by_itself(&self, kept: &Kept, now: Moment) -> Result<Option<Moment>, Refusal> {
        let catalog = self.catalog();
        let record = &kept.record;
        let Some(kind) = catalog.find(record.kind) else { return Ok(None) };
        let Some(closing) = kind.closing.filter(|closing| closing.state == record.state) else { return Ok(None) };
        let Some(since) = record.fields.get(closing.since).and_then(Value::as_moment) else { return Ok(None) };
        let days = self.settings().number(closing.days);
        let at = since.plus(days * DAY);
        if at > now {
            return Ok(Some(at));
        }
        let actor = Actor::system("closing", Via::Job);
        let told = journal::of_record(&mut self.db().read().await?, &catalog, record.id).await?;
        if reopening::objected(kind, record, &told, since) {
            let text = "It is not closed by itself: whoever asked has written since. Take it up again, or close it.";
            self.say_once(record, &actor, text, now).await?;
            return Ok(Some(now.plus(DAY)));
        }
        let note = format!("Nobody objected within {days} days.");
        let command = Command::Step {
            target: target(record),
            to: closing.to.into(),
            input: Input::default(),
            note: Some(note),
            public: false,
        };
        let why = match self.perform(&actor, command, now).await {
            Ok(_) => return Ok(None),
            Err(refusal @ (Refusal::Invalid(_) | Refusal::Step(_) | Refusal::Forbidden(_))) => refusal.sentence(),
            Err(other) => return Err(other),
        };
        self.say_once(record, &actor, &format!("It could not be closed by itself: {why}"), now).await?;
        Ok(Some(now.plus(DAY)))
    }

    /// A note inside the house that is not there yet.
    async fn say_once(&self, record: &Record, actor: &Actor, text: &str, now: Moment) -> Result<(), Refusal> {
        let entries = self.journal(actor, record.kind, &record.number, now).await?;
        if entries.iter().any(|shown| shown.entry.note.as_ref().is_some_and(|note| note.text == text)) {
            return Ok(());
        }
        let command = Command::Note { target: target(record), text: text.into(), public: false };
        self.perform(actor, command, now).await.map(drop)
    }
}

/// Against the version that was looked at: two servers never do the same thing twice.
fn target(record: &Record) -> Target {
    Target { kind: record.kind.into(), number: record.number.clone(), version: Some(record.version) }
}

/// From when on the people of a record are told: at once in the hours of their team, else when they begin again.
fn opening(
    escalation: &Escalation,
    record: &Record,
    related: &Related,
    agreements: &Agreements,
    now: Moment,
) -> Moment {
    let (by, field) = escalation.hours;
    let team = record.fields.get(by).and_then(Value::as_text).and_then(|number| related.get(number));
    let hours = team.and_then(|team| team.fields.get(field)).and_then(Value::as_text);
    hours.map_or(now, |number| agreements.opening(number, now))
}

/// Who is brought in by a step. One that leads to nobody is on record all the same.
fn raise(escalation: &Escalation, record: &Record, related: &Related, step: &Ahead, now: Moment) -> Vec<Raised> {
    let people = whom(escalation, record, related, &step.to, now);
    let one = |to: String, reason: String| Raised { to, reason, step: step.key.clone() };
    if people.is_empty() {
        return vec![one(String::new(), format!("{}; nobody is named as {}", step.words, step.to.replace('_', " ")))];
    }
    people.into_iter().map(|to| one(to, step.words.clone())).collect()
}

/// Whom a word means: the first source from that word on that names anybody.
pub(crate) fn whom(
    escalation: &Escalation,
    record: &Record,
    related: &Related,
    word: &str,
    now: Moment,
) -> Vec<String> {
    if model::types::is_mail(word) {
        return vec![word.to_lowercase()];
    }
    let from = escalation.sources.iter().position(|source| source.word == word).unwrap_or(escalation.sources.len());
    let people = escalation.sources[from..].iter().map(|source| {
        let there = match source.by {
            "" => Some(record),
            by => record.fields.get(by).and_then(Value::as_text).and_then(|known| related.get(known)),
        };
        there.and_then(|there| there.fields.get(source.field)).map(|value| on_duty(value, now)).unwrap_or_default()
    });
    people.into_iter().find(|people| !people.is_empty()).unwrap_or_default()
}

/// A person, people, or those of rows with `from` and `to` whose turn it is.
fn on_duty(value: &Value, now: Moment) -> Vec<String> {
    let people = value.entries().iter().filter_map(|entry| person(entry, now));
    people.filter(|text| model::types::is_mail(text)).map(str::to_lowercase).collect()
}

fn person(entry: &Value, now: Moment) -> Option<&str> {
    let Value::Parts(_) = entry else { return entry.as_text() };
    let at = |part: &str| entry.part(part).and_then(Value::as_moment);
    let turn = at("from").is_none_or(|from| from <= now) && at("to").is_none_or(|to| now < to);
    entry.part("person").and_then(Value::as_text).filter(|_| turn)
}
