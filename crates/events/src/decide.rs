//! What becomes of an event: a pure function of what it says, what is known of its trouble, and what the source's policy is.
//! Every event ends as exactly one outcome with a reason; the deed says what is to be written beside that.

use std::collections::BTreeSet;

use model::{Moment, time::MINUTE};
use serde::{Deserialize, Serialize};

use crate::{Ending, Event, OneFor, Policy, Standing};

/// How an event ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Opened,
    Repeated,
    Resolved,
    Suppressed,
    Ignored,
    Refused,
}

impl Outcome {
    pub const ALL: [Outcome; 6] = [
        Outcome::Opened,
        Outcome::Repeated,
        Outcome::Resolved,
        Outcome::Suppressed,
        Outcome::Ignored,
        Outcome::Refused,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Outcome::Opened => "opened",
            Outcome::Repeated => "repeated",
            Outcome::Resolved => "resolved",
            Outcome::Suppressed => "suppressed",
            Outcome::Ignored => "ignored",
            Outcome::Refused => "refused",
        }
    }
}

/// Most alerts of one trouble that are told apart, and turns that are remembered.
const MEMBERS_MAX: usize = 1_000;
const TURNS_MAX: usize = 60;
/// Most alerts of one trouble that are named in the record; more are counted.
const NAMED_MAX: usize = 20;
/// A change of plan during planned work is noticed after this.
const LOOK_AGAIN: i64 = 5 * MINUTE;

/// What is known of one trouble of the world: the alerts by which a source tells it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Alert {
    /// The record that it opened last; empty for none.
    pub number: String,
    /// Identities that fire now.
    pub members: BTreeSet<String>,
    /// When it began to fire or ended lately, oldest first, within the time in which flapping is counted.
    pub turns: Vec<Moment>,
    /// Since when its tool says that it fires.
    pub began: Option<Moment>,
    /// The last turn.
    pub since: Moment,
    /// What holds it back, and until when that is believed without looking again.
    pub held_by: String,
    pub held_until: Moment,
    /// Events that said the same again, and how often it came back.
    pub repeats: i64,
    pub returns: i64,
    /// Whether its end is not believed for now, because it flaps.
    pub flapping: bool,
}

/// How the record stands that a trouble opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub is_open: bool,
    /// Whether a step leads back from where it is.
    pub may_reopen: bool,
    /// Whether somebody has begun to work on it.
    pub is_touched: bool,
    /// Its last entry.
    pub changed: Moment,
}

/// What is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    Nothing,
    /// A new record, if nothing planned holds it back; the old one is named in it.
    Open,
    /// The record is open again.
    Reopen,
    Resolve,
    /// Words for the people who work on it.
    Note(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub outcome: Outcome,
    pub reason: String,
    pub deed: Deed,
    /// When somebody has to look at the trouble again, whatever comes until then.
    pub look_again: Option<Moment>,
}

impl Decision {
    fn new(outcome: Outcome, reason: impl Into<String>, deed: Deed) -> Decision {
        Decision { outcome, reason: reason.into(), deed, look_again: None }
    }
}

impl Alert {
    pub fn is_firing(&self) -> bool {
        !self.members.is_empty()
    }

    fn turn(&mut self, now: Moment, policy: &Policy) {
        let from = now.minus(policy.flap_minutes.saturating_mul(MINUTE));
        self.turns.retain(|at| *at > from);
        self.turns.push(now);
        if self.turns.len() > TURNS_MAX {
            self.turns.remove(0);
        }
        self.since = now;
    }

    fn flaps(&self, policy: &Policy) -> bool {
        self.turns.len() as i64 >= policy.flaps
    }

    /// Planned work holds it back.
    pub fn hold(&mut self, by: &str, until: Moment, now: Moment) {
        self.held_by = by.into();
        self.held_until = until.min(now.plus(LOOK_AGAIN));
    }

    fn free(&mut self) {
        self.held_by.clear();
        self.held_until = Moment::default();
    }
}

/// The key under which a trouble is kept: what a source counts as one.
pub fn key(policy: &Policy, event: &Event, item: Option<&str>, service: Option<&str>) -> String {
    let own = || format!("alert {}", event.identity);
    match policy.one_for {
        OneFor::Alert => own(),
        OneFor::Group if event.group.is_empty() => own(),
        OneFor::Group => format!("group {}", event.group),
        OneFor::Item => item.map_or_else(own, |number| format!("item {number}")),
        OneFor::Service => service.map_or_else(own, |number| format!("service {number}")),
    }
}

/// Decides upon one event and moves what is known of its trouble along.
pub fn decide(policy: &Policy, event: &Event, alert: &mut Alert, found: Option<Found>, now: Moment) -> Decision {
    match event.standing {
        Standing::Firing => fires(policy, event, alert, found, now),
        Standing::Over => ends(policy, event, alert, found, now),
        Standing::Told if alert.is_firing() => {
            Decision::new(Outcome::Repeated, "the tool says something of it that changes nothing", Deed::Nothing)
        }
        Standing::Told => Decision::new(Outcome::Ignored, "it speaks of something that does not fire", Deed::Nothing),
    }
}

fn fires(policy: &Policy, event: &Event, alert: &mut Alert, found: Option<Found>, now: Moment) -> Decision {
    let fired = alert.is_firing();
    if !fired && event.severity < policy.least {
        let why = format!("{} is less than {}", event.severity.name(), policy.least.name());
        return Decision::new(Outcome::Ignored, why, Deed::Nothing);
    }
    let is_new = alert.members.len() < MEMBERS_MAX && alert.members.insert(event.identity.clone());
    alert.began = event.began.or(alert.began);
    if fired {
        return goes_on(policy, event, alert, found, is_new, now);
    }
    alert.turn(now, policy);
    let number = alert.number.clone();
    match found {
        None => Decision::new(Outcome::Opened, "", Deed::Open),
        Some(found) if found.is_open => {
            alert.returns += 1;
            if alert.flaps(policy) && !alert.flapping {
                alert.flapping = true;
                let words = flapping(policy, alert);
                let why = format!("it is back and flaps: {number} stays open");
                return Decision::new(Outcome::Repeated, why, Deed::Note(words));
            }
            let deed = if alert.flapping { Deed::Nothing } else { Deed::Note(format!("{} fires again.", event.title)) };
            Decision::new(Outcome::Repeated, format!("it is back while {number} is open"), deed)
        }
        Some(found) if found.may_reopen && is_recent(policy, found.changed, now) => {
            alert.returns += 1;
            alert.flapping = alert.flaps(policy);
            Decision::new(Outcome::Repeated, format!("it is back: {number} is open again"), Deed::Reopen)
        }
        Some(_) => Decision::new(Outcome::Opened, format!("after {number}"), Deed::Open),
    }
}

/// It fired before and does so still.
fn goes_on(
    policy: &Policy,
    event: &Event,
    alert: &mut Alert,
    found: Option<Found>,
    is_new: bool,
    now: Moment,
) -> Decision {
    let number = alert.number.clone();
    if !alert.held_by.is_empty() {
        if now < alert.held_until {
            return Decision::new(Outcome::Suppressed, alert.held_by.clone(), Deed::Nothing);
        }
        alert.free();
        return Decision::new(Outcome::Opened, "", Deed::Open);
    }
    match found {
        // What should have opened a record was refused; perhaps it is better now.
        None => Decision::new(Outcome::Opened, "", Deed::Open),
        Some(found) if found.is_open => {
            alert.repeats += 1;
            if is_new && policy.one_for != OneFor::Alert && alert.members.len() <= NAMED_MAX {
                let words = format!("{} belongs to it too.", event.title);
                return Decision::new(Outcome::Repeated, format!("it belongs to {number}"), Deed::Note(words));
            }
            Decision::new(Outcome::Repeated, format!("it goes on in {number}"), Deed::Nothing)
        }
        Some(found) if is_recent(policy, found.changed, now) => {
            alert.repeats += 1;
            Decision::new(Outcome::Repeated, format!("{number} was resolved lately"), Deed::Nothing)
        }
        Some(_) => Decision::new(Outcome::Opened, format!("it goes on although {number} is resolved"), Deed::Open),
    }
}

fn ends(policy: &Policy, event: &Event, alert: &mut Alert, found: Option<Found>, now: Moment) -> Decision {
    if !alert.members.contains(&event.identity) {
        return Decision::new(Outcome::Ignored, "it ends what does not fire", Deed::Nothing);
    }
    if policy.one_for == OneFor::Alert && event.began.zip(alert.began).is_some_and(|(told, known)| told < known) {
        return Decision::new(
            Outcome::Ignored,
            "it came late: it ends an earlier time of the same alert",
            Deed::Nothing,
        );
    }
    alert.members.remove(&event.identity);
    let number = alert.number.clone();
    if alert.is_firing() {
        let why = format!("{} others still fire: {number} stays as it is", alert.members.len());
        return Decision::new(Outcome::Resolved, why, Deed::Nothing);
    }
    alert.turn(now, policy);
    if !alert.held_by.is_empty() {
        alert.free();
        return Decision::new(Outcome::Resolved, "it was over before anything was opened", Deed::Nothing);
    }
    let Some(found) = found else {
        return Decision::new(Outcome::Resolved, "nothing of it is on record", Deed::Nothing);
    };
    if !found.is_open {
        return Decision::new(Outcome::Resolved, format!("{number} is resolved already"), Deed::Nothing);
    }
    if alert.flaps(policy) || alert.flapping {
        let begins = !alert.flapping;
        alert.flapping = true;
        let quiet = now.plus(policy.flap_minutes.saturating_mul(MINUTE));
        let why = format!("it flaps: {number} stays open until it is quiet for {} minutes", policy.flap_minutes);
        let deed = if begins { Deed::Note(flapping(policy, alert)) } else { Deed::Nothing };
        return Decision { look_again: Some(quiet), ..Decision::new(Outcome::Resolved, why, deed) };
    }
    over(policy, found, &number)
}

/// What the source's policy says about a trouble that is over.
fn over(policy: &Policy, found: Found, number: &str) -> Decision {
    let note = || Deed::Note("Monitoring says that it is over.".into());
    match policy.ending {
        Ending::Note => Decision::new(Outcome::Resolved, format!("a note in {number} says so"), note()),
        Ending::Untouched if found.is_touched => {
            Decision::new(Outcome::Resolved, format!("somebody works on {number}: a note says so"), note())
        }
        Ending::Untouched | Ending::Resolve => {
            Decision::new(Outcome::Resolved, format!("{number} is resolved"), Deed::Resolve)
        }
    }
}

/// Looks at a trouble of which nothing was heard: one that was held back and fires still, one that flapped and is quiet.
pub fn look(policy: &Policy, alert: &mut Alert, found: Option<Found>, now: Moment) -> Option<Decision> {
    if alert.is_firing() {
        if alert.held_by.is_empty() {
            return None;
        }
        let why = format!("it fires still after {}", alert.held_by);
        alert.free();
        return Some(Decision::new(Outcome::Opened, why, Deed::Open));
    }
    let quiet = now >= alert.since.plus(policy.flap_minutes.saturating_mul(MINUTE));
    if !alert.flapping || !quiet {
        return None;
    }
    alert.flapping = false;
    alert.turns.clear();
    let found = found.filter(|found| found.is_open)?;
    Some(over(policy, found, &alert.number))
}

fn is_recent(policy: &Policy, since: Moment, now: Moment) -> bool {
    now < since.plus(policy.reopen_minutes.saturating_mul(MINUTE))
}

fn flapping(policy: &Policy, alert: &Alert) -> String {
    let (turns, minutes) = (alert.turns.len(), policy.flap_minutes);
    format!("It flaps: {turns} turns within {minutes} minutes. It stays open until it is quiet for {minutes} minutes.")
}
