//! Whether something that is over may go on: one rule for pages, API, portal and mail, whoever asks. What was agreed says for
//! how many days (rule R06); later than that there is a new record, and the old one stays as it was.

use engines::clocks::{Agreements, Name, Ticket};
use model::{Actor, Column, Kind, Moment, Phase, Record, Refusal, Value, time::DAY};

use crate::{Desk, store::fault::Fault, unit::Unit};

/// How something that is over may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reopening {
    /// The state that it comes to.
    pub to: &'static str,
    /// Since when it is over, and for how many days of 24 hours it may be opened again.
    pub since: Moment,
    pub days: i64,
}

impl Reopening {
    /// Of a record that is over; `None` for one that is not, and where no step leads back.
    pub(crate) fn of(kind: &Kind, record: &Record, agreements: &Agreements, now: Moment) -> Option<Reopening> {
        if kind.phase(&record.state) != Phase::Done {
            return None;
        }
        let to = back(kind, &record.state)?;
        let since = over_since(kind, record).unwrap_or(now);
        Some(Reopening { to, since, days: days(kind, record, agreements, now) })
    }

    /// The last moment at which it may go on.
    pub fn until(&self) -> Moment {
        self.since.plus(self.days.saturating_mul(DAY))
    }

    pub fn is_late(&self, now: Moment) -> bool {
        now > self.until()
    }

    /// Whole days that it has been over.
    pub fn ago(&self, now: Moment) -> i64 {
        ((now.0 - self.since.0) / DAY).max(0)
    }

    /// Why it is too late.
    pub fn sentence(&self, number: &str, now: Moment) -> String {
        let (ago, days) = (self.ago(now), self.days);
        format!("{number} was done {ago} days ago and may be opened again within {days}: report it anew")
    }
}

/// The state that a record goes on in: back to work, by the step that is named for it, else by one that there is.
pub(crate) fn back(kind: &Kind, state: &str) -> Option<&'static str> {
    let mut steps = kind.lifecycle.steps_from(state).filter(|step| kind.phase(step.to) == Phase::Open);
    let named = kind.lifecycle.steps_from(state).find(|step| step.name == "reopen");
    named.or_else(|| steps.next()).map(|step| step.to)
}

/// When it was over: by the date from which it would close by itself, else by that of its state, else when it last changed. `None`
/// where nothing tells it.
fn over_since(kind: &Kind, record: &Record) -> Option<Moment> {
    let closing = kind.closing.map(|closing| closing.since);
    let dated = kind.lifecycle.dated.iter().filter(|(state, _)| *state == record.state).map(|(_, field)| *field);
    let mut fields = closing.into_iter().chain(dated);
    let told = fields.find_map(|field| record.fields.get(field)?.as_moment());
    told.or_else(|| (record.changed != Moment::UNKNOWN).then_some(record.changed))
}

/// The days of the agreement in force for the record, else those that hold without one.
fn days(kind: &Kind, record: &Record, agreements: &Agreements, now: Moment) -> i64 {
    let of = |column: Column| {
        let field = kind.fields.iter().find(|field| field.column == Some(column))?;
        record.fields.get(&field.name)?.as_text()
    };
    let ticket = Ticket {
        kind: kind.name,
        service: of(Column::Service),
        customer: record.customer.as_deref(),
        priority: of(Column::Priority),
    };
    let goal = agreements.goal(&ticket, Name::Resolution, now.timestamp());
    goal.map_or(agreements.standard().reopen_days, |goal| goal.terms.reopen_days)
}

/// Whether a record is over for us, so that a word of whoever asked counts.
fn is_over(kind: &Kind, state: &str) -> bool {
    kind.talk.is_some_and(|talk| talk.over.contains(&state))
}

/// Whether a step is the word of whoever asked: that it works, or that it does not. Nobody needs another right for it.
pub(crate) fn is_askers(kind: &Kind, record: &Record, to: &str) -> bool {
    let agrees = kind.closing.is_some_and(|closing| closing.state == record.state && closing.to == to);
    is_over(kind, &record.state) && (agrees || back(kind, &record.state) == Some(to))
}

/// Refuses to take up again what has been over for longer than was agreed.
///
/// # Errors
/// `Step` with the sentence.
pub(crate) async fn in_time(
    unit: &mut Unit<'_>,
    kind: &Kind,
    record: &Record,
    to: &str,
    now: Moment,
) -> Result<(), Refusal> {
    if !is_over(kind, &record.state) || kind.phase(to) == Phase::Done {
        return Ok(());
    }
    let agreements = unit.agreements().await?;
    match Reopening::of(kind, record, &agreements, now).filter(|reopening| reopening.is_late(now)) {
        Some(late) => Err(Refusal::Step(late.sentence(&record.number, now))),
        None => Ok(()),
    }
}

/// The state that a word of whoever asked takes it up again in; `None` for a thank-you, and where it is too late.
pub(crate) async fn by_word(
    unit: &mut Unit<'_>,
    kind: &Kind,
    record: &Record,
    text: &str,
    now: Moment,
) -> Result<Option<&'static str>, Fault> {
    if !is_over(kind, &record.state) || mail::quote::is_courtesy(text) {
        return Ok(None);
    }
    let agreements = unit.agreements().await?;
    let reopening = Reopening::of(kind, record, &agreements, now).filter(|reopening| !reopening.is_late(now));
    Ok(reopening.map(|reopening| reopening.to))
}

/// Whether somebody who asked has said since then that it is not over: no step by itself passes over that.
pub(crate) fn objected(kind: &Kind, record: &Record, entries: &[model::Entry], since: Moment) -> bool {
    let asker = kind.talk.and_then(|talk| record.fields.get(talk.asker)).and_then(Value::as_text);
    let says = |entry: &model::Entry| {
        let note = entry.note.as_ref().filter(|note| note.public);
        let theirs = asker.zip(entry.by.as_deref()).is_some_and(|(asker, by)| asker.eq_ignore_ascii_case(by));
        entry.at > since && theirs && note.is_some_and(|note| !mail::quote::is_courtesy(&note.text))
    };
    entries.iter().any(says)
}

impl Desk {
    /// How a record that is over may go on, for whoever may read it; `None` for one that is not over.
    ///
    /// # Errors
    /// `NotFound` for what is not there and for what the actor may not see.
    pub async fn reopening(
        &self,
        actor: &Actor,
        kind: &str,
        number: &str,
        now: Moment,
    ) -> Result<Option<Reopening>, Refusal> {
        let (mut conn, record) = self.seen(actor, kind, number, now).await?;
        let catalog = self.catalog();
        let Some(kind) = catalog.find(kind).filter(|kind| is_over(kind, &record.state)) else { return Ok(None) };
        let agreements = self.agreements(&mut conn, None).await?;
        Ok(Reopening::of(kind, &record, &agreements, now))
    }
}
