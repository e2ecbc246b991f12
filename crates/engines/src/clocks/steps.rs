//! Steps of escalation: who is brought in when a clock has used so much of its goal, and when that comes next.
//!
//! Like a clock, a step follows from the journal and from what was agreed: it is done when the journal says so, and what lay
//! before an import is nobody's alarm. So the same step never fires twice, however often and wherever this is asked.

use std::collections::BTreeSet;

use model::{Decimal, Entry, Fields, Kind, Mark, Moment, Value, pause};
use rust_decimal::prelude::ToPrimitive;

use super::{
    Agreements, Clock, Name,
    agreed::Terms,
    history::{History, is_started},
    moment,
    replay::replay,
    second,
};

/// What is written in place of a word or an address where an agreement wants no step.
pub const NOBODY: &str = "none";
/// The word for whoever is on call: they alone are told outside of their team's hours.
pub const ON_CALL: &str = "on_call";

/// One step, as it was agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Kind and priority of the tickets it is for; `None` for all of them.
    pub ticket: Option<String>,
    pub priority: Option<String>,
    pub clock: Name,
    pub at: Reached,
    /// A word for somebody (`team_lead`), or an address.
    pub to: String,
}

/// How far the clock has come, in working time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// So much of its goal.
    Percent(i64),
    /// So many minutes after it began; below zero, before its goal is used up.
    Minutes(i64),
}

impl Reached {
    /// Working seconds that are used then.
    fn seconds(self, goal_seconds: i64) -> i64 {
        match self {
            Reached::Percent(percent) => {
                let whole = i128::from(goal_seconds) * i128::from(percent);
                i64::try_from((whole + 99) / 100).unwrap_or(i64::MAX)
            }
            Reached::Minutes(minutes) if minutes < 0 => (goal_seconds + minutes.saturating_mul(60)).max(0),
            Reached::Minutes(minutes) => minutes.saturating_mul(60),
        }
    }

    /// "75 %", "30 min", "15 min before".
    pub fn words(self) -> String {
        match self {
            Reached::Percent(percent) => format!("{percent} %"),
            Reached::Minutes(minutes) if minutes < 0 => format!("{} min before", -minutes),
            Reached::Minutes(minutes) => format!("{minutes} min"),
        }
    }
}

impl Step {
    fn new(clock: Name, percent: i64, to: &str) -> Step {
        Step { ticket: None, priority: None, clock, at: Reached::Percent(percent), to: to.into() }
    }

    /// What holds where an agreement says nothing of steps: the lead of the team hears of it when three quarters of the time
    /// to resolve are used, whoever answers for the service when all of it is, and the owner when a promised word is late.
    pub fn standard() -> Vec<Step> {
        vec![
            Step::new(Name::Resolution, 75, "team_lead"),
            Step::new(Name::Resolution, 100, "service_owner"),
            Step::new(Name::Update, 100, "owner"),
        ]
    }

    /// The rows of an agreement; `None` where it has none.
    pub fn read_all(fields: &Fields) -> Option<Vec<Step>> {
        let rows = fields.get("escalation_steps").map(Value::entries).unwrap_or_default();
        let steps: Vec<Step> = rows.iter().filter_map(Step::read).collect();
        (!steps.is_empty()).then_some(steps)
    }

    fn read(row: &Value) -> Option<Step> {
        let text = |part: &str| {
            let text = row.part(part).and_then(Value::as_text).map(str::trim);
            text.filter(|text| !text.is_empty()).map(str::to_string)
        };
        let number = |part: &str| row.part(part).and_then(Value::as_number).and_then(whole);
        let clock = text("clock");
        let at = number("percent").map(Reached::Percent).or_else(|| number("minutes").map(Reached::Minutes));
        let to = text("to")?;
        Some(Step {
            ticket: text("kind"),
            priority: text("priority"),
            clock: clock
                .map_or(Some(Name::Resolution), |name| Name::ALL.into_iter().find(|known| known.name() == name))?,
            // Who wants no step need not say when.
            at: at.or_else(|| (to == NOBODY).then_some(Reached::Percent(100)))?,
            to,
        })
    }

    fn is_for(&self, kind: &Kind, clock: &Clock) -> bool {
        self.clock == clock.name
            && self.to != NOBODY
            && self.ticket.as_deref().is_none_or(|ticket| ticket == kind.name)
            && self.priority.as_deref().is_none_or(|priority| priority == clock.priority)
    }

    /// By what the journal tells that it is done: the same step at another priority is another one.
    fn key(&self, clock: &Clock) -> String {
        let mut key = format!("{} {}", self.clock.name(), self.at.words());
        // Each word that is promised is a promise of its own.
        let due = clock.due.filter(|_| self.clock == Name::Update).map(|due| due.to_string());
        for part in [Some(clock.priority.clone()).filter(|priority| !priority.is_empty()), due].into_iter().flatten() {
            key.push(' ');
            key.push_str(&part);
        }
        key
    }
}

fn whole(number: Decimal) -> Option<i64> {
    number.round().to_i64().filter(|number| number.abs() <= 1_000_000)
}

/// A step that lies ahead of a ticket, or is reached and not done.
#[derive(Clone, Debug, PartialEq)]
pub struct Ahead {
    /// When it is reached as far as is known now; `now` for one that is.
    pub at: Moment,
    pub reached: bool,
    pub to: String,
    pub key: String,
    /// "75 % of the time to resolve is used (P1, SLA-12)".
    pub words: String,
}

/// The steps that a ticket has before it, the next one first. Nothing for what is over, on hold or without clocks.
pub fn ahead(kind: &Kind, entries: &[Entry], agreements: &Agreements, now: Moment) -> Vec<Ahead> {
    let Some(escalation) = kind.escalation.filter(|_| kind.clocked && is_started(kind, entries)) else {
        return Vec::new();
    };
    let marks: Vec<Mark> = entries.iter().map(Entry::mark).collect();
    let done = done(escalation.rows, &marks);
    let back = expected_back(kind, entries, &marks, &done, now);
    let clocks = replay(kind, &marks, agreements, now);
    if !clocks.iter().any(|clock| clock.standing.is_live()) {
        return back.into_iter().collect();
    }
    let past = past(kind, entries, &marks, agreements);
    let mut found: Vec<(Moment, i64, Ahead)> = back.into_iter().map(|step| (step.at, 0, step)).collect();
    for clock in clocks.iter().filter(|clock| clock.standing.is_live() && clock.goal_seconds < i64::MAX) {
        let terms = agreements.terms_of(clock, second(now));
        let before = past.iter().find(|(name, _)| *name == clock.name).map(|(_, used)| *used);
        for step in terms.steps.iter().filter(|step| step.is_for(kind, clock)) {
            let (needed, key) = (step.at.seconds(clock.goal_seconds), step.key(clock));
            // What was reached when it came in is the past's own business.
            if done.contains(&key) || before.is_some_and(|used| used >= needed) {
                continue;
            }
            let reached = clock.used_seconds >= needed;
            let Some(at) = (if reached { Some(now) } else { when(clock, needed, agreements, now) }) else { continue };
            found.push((at, needed, Ahead { at, reached, to: step.to.clone(), words: words(step, clock, terms), key }));
        }
    }
    // What is reached at once goes from the closest to the highest.
    found.sort_by(|left, right| (left.0, left.1, &left.2.key).cmp(&(right.0, right.1, &right.2.key)));
    found.into_iter().map(|(_, _, step)| step).collect()
}

/// Whoever has a record that waits is reminded when what it waits for was expected to be over. What was to be over before it
/// came in is the past's own business.
fn expected_back(
    kind: &Kind,
    entries: &[Entry],
    marks: &[Mark],
    done: &BTreeSet<String>,
    now: Moment,
) -> Option<Ahead> {
    let history = History::read(kind, marks, now)?;
    let (_, state) = history.states.last()?;
    let waits = history.said.waits_now();
    let until = waits.until.filter(|_| pause::is_said(kind, state))?;
    let came = entries.iter().filter(|entry| entry.act == "import").map(|entry| entry.recorded).max();
    let key = format!("expected back {until}");
    if done.contains(&key) || came.is_some_and(|came| until <= came) {
        return None;
    }
    let whom = [waits.on.as_str(), waits.whom.as_str()].into_iter().filter(|word| !word.is_empty());
    let whom: String = whom.map(|word| format!(" {word}")).collect();
    let whom = if whom.is_empty() { whom } else { format!(" for{whom}") };
    let words = format!("it waits{whom} and was expected back by {until}");
    Some(Ahead { at: until.max(now), reached: until <= now, to: "owner".into(), key, words })
}

/// When a running clock will have used so much, if nothing more happens. `None` on hold.
fn when(clock: &Clock, needed: i64, agreements: &Agreements, now: Moment) -> Option<Moment> {
    if !clock.held.is_empty() {
        return None;
    }
    let now = second(now);
    let hours = agreements.hours(&clock.calendar, now);
    hours.calendar.due(now, needed - clock.used_seconds).map(moment)
}

/// What each clock had used when the record last came in by an import.
fn past(kind: &Kind, entries: &[Entry], marks: &[Mark], agreements: &Agreements) -> Vec<(Name, i64)> {
    let imported = entries.iter().filter(|entry| entry.act == "import").map(|entry| entry.recorded).max();
    let Some(at) = imported else { return Vec::new() };
    replay(kind, marks, agreements, at).into_iter().map(|clock| (clock.name, clock.used_seconds)).collect()
}

/// Keys of the steps that the journal tells of, whatever became of the rows since.
fn done(rows: &str, marks: &[Mark]) -> BTreeSet<String> {
    let told = marks.iter().flat_map(|mark| [mark.changes.get(rows), mark.base.get(rows)]).flatten().flatten();
    let key = |row: &Value| row.part("step").and_then(Value::as_text).map(str::to_string);
    told.flat_map(|value| value.entries().iter().filter_map(key)).collect()
}

fn words(step: &Step, clock: &Clock, terms: &Terms) -> String {
    let what = match step.clock {
        Name::Response => "the time to answer",
        Name::Resolution => "the time to resolve",
        Name::Workaround => "the time to a workaround",
        Name::Fulfilment => "the time to fulfil",
        Name::Update => "the time to the next update",
        Name::Leg => "the time of whoever has it",
    };
    let told = match step.at {
        Reached::Percent(percent) => format!("{percent} % of {what} is used"),
        Reached::Minutes(minutes) if minutes < 0 => format!("{} min of {what} are left", -minutes),
        Reached::Minutes(minutes) => format!("{minutes} min of {what} are used"),
    };
    let by = [clock.priority.as_str(), terms.agreement.as_str()];
    let by: Vec<&str> = by.into_iter().filter(|word| !word.is_empty()).collect();
    if by.is_empty() { told } else { format!("{told} ({})", by.join(", ")) }
}
