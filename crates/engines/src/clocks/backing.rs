//! What was agreed with those who stand behind a service: with teams by internal agreements, with suppliers by contracts.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use model::{Fields, Mark, Moment, Record, Value};
use rust_decimal::prelude::ToPrimitive;

use super::{
    Name, Turn,
    agreed::{Agreed, Promise, Terms, Ticket, line, seconds, working_days},
};
use crate::rules::clock::REOPEN_DAYS;

/// States in which the time of a team or a supplier stands still unless the agreement says otherwise: what waits for somebody
/// else is in nobody's hands here.
const PAUSING: [&str; 3] = ["waiting_customer", "waiting_supplier", "scheduled"];

/// One version of an agreement; `terms` are missing from where it has ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Version {
    /// Numbers of the teams and the party that it binds.
    holders: Vec<String>,
    /// Empty for all of them.
    services: Vec<String>,
    since: Option<Moment>,
    /// The midnight after its last day.
    ends: Option<Timestamp>,
    terms: Option<Terms>,
}

impl Agreed for Version {
    fn since(&self) -> Option<Moment> {
        self.since
    }

    fn says_the_same(&self, other: &Version) -> bool {
        Version { since: None, ..self.clone() } == Version { since: None, ..other.clone() }
    }

    fn is_live(&self) -> bool {
        self.terms.is_some()
    }

    fn ended(&self) -> Version {
        Version { terms: None, ..self.clone() }
    }
}

/// All of them over time, found by whom they bind.
#[derive(Clone, Debug, Default)]
pub(super) struct Backing {
    lines: Vec<Vec<(Timestamp, Version)>>,
    of_holder: BTreeMap<String, Vec<usize>>,
}

impl Backing {
    pub fn read<'r>(records: impl Iterator<Item = (&'r Record, &'r [Mark])>) -> Backing {
        let lines = records.map(|(record, marks)| line(record, marks, version));
        let promises = |line: &Vec<(Timestamp, Version)>| line.iter().any(|(_, version)| version.is_live());
        let lines: Vec<Vec<(Timestamp, Version)>> = lines.filter(promises).collect();
        let mut of_holder: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, line) in lines.iter().enumerate() {
            for holder in line.iter().flat_map(|(_, version)| &version.holders) {
                let places = of_holder.entry(holder.clone()).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        Backing { lines, of_holder }
    }

    /// What binds a team or a supplier for a ticket at an instant, the closest first: about its service before about all
    /// services, the newest of several.
    pub fn terms(&self, holder: &str, ticket: &Ticket<'_>, instant: Timestamp) -> Vec<&Terms> {
        let mut found: Vec<(bool, Timestamp, &Terms)> = Vec::new();
        for place in self.of_holder.get(holder).into_iter().flatten() {
            let Some((from, version)) = self.lines[*place].iter().rev().find(|(from, _)| *from <= instant) else {
                continue;
            };
            let every = version.services.is_empty();
            let meant = version.holders.iter().any(|own| own == holder)
                && (every || version.services.iter().any(|own| Some(&**own) == ticket.service))
                && version.ends.is_none_or(|end| instant < end);
            found.extend(version.terms.as_ref().filter(|_| meant).map(|terms| (every, *from, terms)));
        }
        found.sort_by(|left, right| left.0.cmp(&right.0).then(right.1.cmp(&left.1)));
        found.into_iter().map(|(_, _, terms)| terms).collect()
    }

    /// Instants at which what binds a holder changes, in no order.
    pub fn turns_of(&self, holder: &str) -> impl Iterator<Item = Timestamp> {
        self.of_holder.get(holder).into_iter().flatten().flat_map(|place| turns(&self.lines[*place]))
    }

    /// The same of everybody.
    pub fn turns(&self) -> impl Iterator<Item = Timestamp> {
        self.lines.iter().flat_map(|line| turns(line))
    }
}

fn turns(line: &[(Timestamp, Version)]) -> impl Iterator<Item = Timestamp> {
    line.iter().flat_map(|(from, version)| [Some(*from), version.ends]).flatten()
}

fn version(record: &Record, turn: &Turn) -> Option<Version> {
    let text = |name: &str| turn.fields.get(name).and_then(Value::as_text).map(str::to_string);
    let texts = |name: &str| -> Vec<String> {
        let entries = turn.fields.get(name).map(Value::entries).unwrap_or_default();
        entries.iter().filter_map(|entry| Some(entry.as_text()?.to_string())).collect()
    };
    let day = |name: &str| turn.fields.get(name).and_then(Value::as_moment);
    let mut holders = texts("teams");
    holders.extend(text("party"));
    let pausing = texts("pausing_states");
    let days = turn.fields.get("reopen_days").and_then(Value::as_number).and_then(|days| days.to_i64());
    let terms = Terms {
        agreement: record.number.clone(),
        promises: promises(&turn.fields),
        calendar: text("calendar"),
        pausing: if pausing.is_empty() { PAUSING.map(str::to_string).to_vec() } else { pausing },
        reopen_days: days.unwrap_or(REOPEN_DAYS).clamp(0, 3_660),
        steps: Vec::new(),
    };
    Some(Version {
        holders,
        services: texts("services"),
        since: day("agreed_on").or_else(|| day("start")),
        ends: day("end").and_then(|end| end.timestamp().checked_add(SignedDuration::from_hours(24)).ok()),
        // Without times it promises nothing that a clock could count.
        terms: Some(terms).filter(|terms| !terms.promises.is_empty()),
    })
}

/// Times by kind and priority of a ticket; what is empty fits all of them.
fn promises(fields: &Fields) -> Vec<Promise> {
    let read = |row: &Value| {
        let text = |name: &str| row.part(name).and_then(Value::as_text).map(str::trim).unwrap_or_default().to_string();
        Some(Promise {
            ticket: text("kind"),
            priority: text("priority"),
            clock: Name::Leg,
            need: seconds(row, "resolution").or(working_days(row))?,
            calendar: Some(text("calendar")).filter(|number| !number.is_empty()),
        })
    };
    fields.get("ticket_targets").map(Value::entries).unwrap_or_default().iter().filter_map(read).collect()
}
