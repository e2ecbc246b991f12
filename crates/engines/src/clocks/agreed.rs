//! What was agreed about tickets: the service level agreements in force at each instant, and what holds without one.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{
    Entry, Fields, Mark, Moment, Record, Value,
    hours::{PROMISE_MAX_DAYS, PROMISE_MAX_SECONDS},
    lifecycle::WITHDRAWN,
    time::DAY,
};
use rust_decimal::prelude::ToPrimitive;

use super::{
    Clock, Name, Turn, at,
    backing::Backing,
    hours::{AllHours, Hours, WEEKDAYS},
    moment,
    steps::Step,
    versions,
};
use crate::rules::{clock::REOPEN_DAYS, spans::Span};

/// Kinds whose records say what was agreed, with those of their fields in which a change moves clocks. The state of an
/// agreement counts as well.
pub const HEEDED: &[(&str, &[&str])] = &[
    (
        "sla",
        &[
            "state",
            "service",
            "customer",
            "ticket_targets",
            "escalation_steps",
            "calendar",
            "agreed_on",
            "valid_from",
            "valid_until",
            "pausing_states",
            "reopen_days",
        ],
    ),
    (
        "internal_agreement",
        &[
            "state",
            "party",
            "teams",
            "services",
            "ticket_targets",
            "calendar",
            "agreed_on",
            "pausing_states",
            "reopen_days",
        ],
    ),
    (
        "contract",
        &["state", "party", "services", "ticket_targets", "calendar", "start", "end", "pausing_states", "reopen_days"],
    ),
    ("service_calendar", &["state", "title", "name", "zone", "windows", "closed_dates", "special_dates", "valid_from"]),
    ("service", &["calendar"]),
];

/// Whether an entry changes something that was agreed.
pub fn agrees(entry: &Entry) -> bool {
    let counted = HEEDED.iter().find(|(kind, _)| *kind == entry.kind).map(|(_, fields)| *fields);
    let changed = |name: &&str| entry.changes.contains_key(*name) || entry.base.contains_key(*name);
    counted.is_some_and(|fields| fields.iter().any(changed))
}

/// States in which an agreement holds. One that is taken up again for a new version holds on until that is agreed.
pub const IN_FORCE: [&str; 5] = ["agreed", "signed", "active", "in-force", "current"];
const ENDED: [&str; 2] = ["expired", "terminated"];

/// What was agreed for the tickets of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// Number of the agreement; empty where none was made.
    pub agreement: String,
    pub promises: Vec<Promise>,
    /// Number of the calendar for promises that name none.
    pub calendar: Option<String>,
    /// States in which the resolution clock is on hold (R05).
    pub pausing: Vec<String>,
    /// Days of 24 hours within which a resolved ticket goes on when it is reopened (R06).
    pub reopen_days: i64,
    /// Who is brought in when.
    pub steps: Vec<Step>,
}

/// One promise: this clock, for tickets of this kind and priority.
#[derive(Clone, Debug, PartialEq)]
pub struct Promise {
    pub ticket: String,
    pub priority: String,
    pub clock: Name,
    pub need: Need,
    /// Number of the calendar; `None` takes that of the agreement, then that of the service.
    pub calendar: Option<String>,
}

/// How much time is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Working seconds (R02).
    Seconds(i64),
    /// Until the closing time of the n-th working day after the day of the start (R03).
    WorkingDays(u32),
}

/// A promise as it holds at an instant.
#[derive(Clone, Copy, Debug)]
pub struct Goal<'a> {
    pub terms: &'a Terms,
    pub promise: &'a Promise,
    pub hours: &'a Hours,
}

impl Goal<'_> {
    /// Whether both are one promise in the same version of the same hours.
    pub fn is(&self, other: &Goal<'_>) -> bool {
        std::ptr::eq(self.promise, other.promise) && std::ptr::eq(self.hours, other.hours)
    }

    /// The whole goal in working seconds for a clock that started then.
    pub fn seconds(&self, start: Timestamp) -> i64 {
        match self.promise.need {
            Need::Seconds(seconds) => seconds,
            Need::WorkingDays(days) => {
                let calendar = &self.hours.calendar;
                let due = calendar.due_in_working_days(start, days);
                due.map_or(i64::MAX, |due| calendar.working_seconds(start, due))
            }
        }
    }
}

/// One version of an agreement; `terms` are missing from where it has ended.
#[derive(Clone, Debug)]
struct Version {
    service: String,
    customer: Option<String>,
    /// The day from which on it holds: its first valid one, else that of the agreement.
    since: Option<Moment>,
    /// The midnight (UTC) after its last valid day.
    ends: Option<Timestamp>,
    terms: Option<Terms>,
}

impl Version {
    fn holds(&self, instant: Timestamp) -> bool {
        self.ends.is_none_or(|end| instant < end)
    }
}

/// Everything that was agreed, over time. Cheap to ask, made anew when one of its records changes.
#[derive(Clone, Debug)]
pub struct Agreements {
    versions: Vec<Vec<(Timestamp, Version)>>,
    of_service: BTreeMap<String, Vec<usize>>,
    /// Number of the calendar that a service names, over time.
    service_hours: BTreeMap<String, Vec<(Timestamp, Option<String>)>>,
    hours: AllHours,
    backing: Backing,
    standard: Terms,
    /// Within so many working days as its place says.
    deliveries: Vec<Promise>,
}

/// Longest delivery time that is counted, in working days.
const DELIVERY_MAX: u32 = 366;

impl Default for Agreements {
    fn default() -> Agreements {
        Agreements::read(&[])
    }
}

impl Agreements {
    /// Reads the records of the kinds in [`HEEDED`] with their whole history.
    pub fn read(records: &[(Record, Vec<Mark>)]) -> Agreements {
        let of = |kind: &'static str| {
            let own = records.iter().filter(move |(record, _)| record.kind == kind);
            own.map(|(record, marks)| (record, marks.as_slice()))
        };
        let versions: Vec<Vec<(Timestamp, Version)>> =
            of("sla").map(|(record, marks)| line(record, marks, version)).filter(|line| !line.is_empty()).collect();
        let mut of_service: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, line) in versions.iter().enumerate() {
            for (_, version) in line {
                let places = of_service.entry(version.service.clone()).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        let service_hours = of("service").map(|(record, marks)| (record.number.clone(), calendars(record, marks)));
        Agreements {
            versions,
            of_service,
            service_hours: service_hours.collect(),
            hours: AllHours::read(of("service_calendar")),
            backing: Backing::read(of("internal_agreement").chain(of("contract"))),
            standard: Terms::standard(),
            deliveries: (0..=DELIVERY_MAX).map(delivered_within).collect(),
        }
    }

    /// The promise for a ticket at an instant: that of the agreement about the service with the customer, else of the one
    /// about the service alone, else the standard one. `None` where nobody promises anything.
    pub fn goal(&self, ticket: &Ticket<'_>, clock: Name, instant: Timestamp) -> Option<Goal<'_>> {
        let candidates = self.in_force(ticket, instant).into_iter().chain([&self.standard]);
        candidates.into_iter().find_map(|terms| {
            let fits = |promise: &&Promise| {
                promise.clock == clock && promise.ticket == ticket.kind && Some(&*promise.priority) == ticket.priority
            };
            let promise = terms.promises.iter().find(fits)?;
            let own = promise.calendar.as_deref().or(terms.calendar.as_deref());
            // What nobody agreed on runs round the clock, whatever the hours of the service.
            let of_service = || self.service_hours.get(ticket.service?).and_then(|line| at(line, instant)?.as_deref());
            let number = if terms.agreement.is_empty() { None } else { own.or_else(of_service) };
            Some(Goal { terms, promise, hours: self.hours.at(number, instant) })
        })
    }

    /// The delivery time of the catalogue: until closing time of the n-th working day by the hours of the service, from Monday
    /// to Friday where the service has none.
    pub fn delivery(&self, days: u32, ticket: &Ticket<'_>, instant: Timestamp) -> Option<Goal<'_>> {
        let promise = self.deliveries.get(usize::try_from(days).ok()?)?;
        let of_service = ticket.service.and_then(|service| at(self.service_hours.get(service)?, instant)?.as_deref());
        let number = of_service.filter(|number| self.hours.is_known(number)).unwrap_or(WEEKDAYS);
        Some(Goal { terms: &self.standard, promise, hours: self.hours.at(Some(number), instant) })
    }

    /// Terms that were in force, the closest first: with the customer before without one, the newest of several.
    fn in_force(&self, ticket: &Ticket<'_>, instant: Timestamp) -> Vec<&Terms> {
        let places = ticket.service.and_then(|service| self.of_service.get(service)).map(Vec::as_slice);
        let mut found: Vec<(bool, Timestamp, &Terms)> = Vec::new();
        for place in places.unwrap_or_default() {
            let line = &self.versions[*place];
            let Some((from, version)) = line.iter().rev().find(|(from, _)| *from <= instant) else { continue };
            let meant = version.customer.is_none() || version.customer.as_deref() == ticket.customer;
            let meant = meant && version.holds(instant) && Some(&*version.service) == ticket.service;
            if let Some(terms) = version.terms.as_ref().filter(|_| meant) {
                found.push((version.customer.is_none(), *from, terms));
            }
        }
        found.sort_by(|left, right| left.0.cmp(&right.0).then(right.1.cmp(&left.1)));
        found.into_iter().map(|(_, _, terms)| terms).collect()
    }

    /// The promise of a team or a supplier for the time in which it has a ticket, by the agreement that is closest.
    pub fn leg_goal(&self, holder: &str, ticket: &Ticket<'_>, instant: Timestamp) -> Option<Goal<'_>> {
        let is_for = |own: &str, ticket: Option<&str>| own.is_empty() || Some(own) == ticket;
        self.backing.terms(holder, ticket, instant).into_iter().find_map(|terms| {
            let fits = |promise: &&Promise| {
                is_for(&promise.ticket, Some(ticket.kind)) && is_for(&promise.priority, ticket.priority)
            };
            let promise = terms.promises.iter().find(fits)?;
            let number = promise.calendar.as_deref().or(terms.calendar.as_deref());
            Some(Goal { terms, promise, hours: self.hours.at(number, instant) })
        })
    }

    /// What binds a team or a supplier for a ticket at an instant, the closest first.
    pub fn leg_terms(&self, holder: &str, ticket: &Ticket<'_>, instant: Timestamp) -> Vec<&Terms> {
        self.backing.terms(holder, ticket, instant)
    }

    /// Instants at which that changes, in no order.
    pub fn leg_turns(&self, holder: &str) -> impl Iterator<Item = Timestamp> {
        self.backing.turns_of(holder)
    }

    /// The terms under which a clock runs at an instant: those of its agreement that are in force then, else the standard.
    pub fn terms_of(&self, clock: &Clock, instant: Timestamp) -> &Terms {
        let is_own = |terms: &&Terms| terms.agreement == clock.agreement;
        let mut in_force = self.versions.iter().filter_map(|line| {
            let (_, version) = line.iter().rev().find(|(from, _)| *from <= instant)?;
            version.terms.as_ref().filter(|_| version.holds(instant)).filter(is_own)
        });
        in_force.find(|_| !clock.agreement.is_empty()).unwrap_or(&self.standard)
    }

    /// What holds without any agreement.
    pub fn standard(&self) -> &Terms {
        &self.standard
    }

    /// Whether a calendar of this number is on record.
    pub fn has_calendar(&self, number: &str) -> bool {
        self.hours.is_known(number)
    }

    /// Agreements that do not count at an instant though they are in force, each with the one that does: of several about the
    /// same service with the same customer the newest.
    pub fn outdone(&self, instant: Timestamp) -> Vec<(&str, &str)> {
        type About<'a> = (&'a str, Option<&'a str>);
        let mut same: BTreeMap<About<'_>, Vec<(Timestamp, &str)>> = BTreeMap::new();
        for line in &self.versions {
            let Some((from, version)) = line.iter().rev().find(|(from, _)| *from <= instant) else { continue };
            if let Some(terms) = version.terms.as_ref().filter(|_| version.holds(instant)) {
                let about = (version.service.as_str(), version.customer.as_deref());
                same.entry(about).or_default().push((*from, &terms.agreement));
            }
        }
        let mut outdone = Vec::new();
        for mut several in same.into_values() {
            // As in `in_force`: the newest first, of two as new the one that was written down first.
            several.sort_by_key(|(from, _)| std::cmp::Reverse(*from));
            let mut numbers = several.into_iter().map(|(_, number)| number);
            if let Some(counts) = numbers.next() {
                outdone.extend(numbers.map(|number| (number, counts)));
            }
        }
        outdone
    }

    /// The calendar of a number at an instant.
    pub fn hours(&self, number: &str, instant: Timestamp) -> &Hours {
        self.hours.at(Some(number), instant)
    }

    /// Working seconds of a span by the calendar of a number, whichever version of it holds when.
    pub fn working_seconds(&self, number: &str, span: Span) -> i64 {
        self.hours.working_seconds(number, span)
    }

    /// The moment itself in the hours of a calendar, else when they begin again; itself where they never do.
    pub fn opening(&self, number: &str, at: Moment) -> Moment {
        let from = at.timestamp();
        let next = self.hours(number, from).calendar.segments(from).next();
        next.map_or(at, |span| moment(span.from).max(at))
    }

    /// The next moment after this one at which anything that is agreed already begins or ends to hold.
    pub fn next_turn(&self, now: Moment) -> Option<Moment> {
        let versions = self.versions.iter().flat_map(|line| turns(line));
        let services = self.service_hours.values().flatten().map(|(from, _)| *from);
        let all = versions.chain(services).chain(self.hours.turns()).chain(self.backing.turns());
        all.filter(|turn| *turn > now.timestamp()).min().map(moment)
    }

    /// Instants at which something about these services changes, in no order.
    pub fn turns(&self, services: &[&str]) -> Vec<Timestamp> {
        let mut turns: Vec<Timestamp> = self.hours.turns().collect();
        for service in services {
            for place in self.of_service.get(*service).into_iter().flatten() {
                turns.extend(self::turns(&self.versions[*place]));
            }
            turns.extend(self.service_hours.get(*service).into_iter().flatten().map(|(from, _)| *from));
        }
        turns
    }
}

/// Instants at which an agreement begins, changes or ends to hold.
fn turns(line: &[(Timestamp, Version)]) -> impl Iterator<Item = Timestamp> {
    line.iter().flat_map(|(from, version)| [Some(*from), version.ends]).flatten()
}

/// What of a ticket decides which promise holds for it.
#[derive(Clone, Copy, Debug)]
pub struct Ticket<'t> {
    pub kind: &'t str,
    pub service: Option<&'t str>,
    pub customer: Option<&'t str>,
    pub priority: Option<&'t str>,
}

/// A version of something that was agreed.
pub(super) trait Agreed {
    /// The day from which on it was agreed to hold.
    fn since(&self) -> Option<Moment>;
    /// Whether both say the same, whenever they were agreed.
    fn says_the_same(&self, other: &Self) -> bool;
    fn is_live(&self) -> bool;
    /// The same, promising nothing any more.
    fn ended(&self) -> Self;
}

impl Agreed for Version {
    fn since(&self) -> Option<Moment> {
        self.since
    }

    fn says_the_same(&self, other: &Version) -> bool {
        (&self.terms, &self.service, &self.customer, self.ends)
            == (&other.terms, &other.service, &other.customer, other.ends)
    }

    fn is_live(&self) -> bool {
        self.terms.is_some()
    }

    fn ended(&self) -> Version {
        Version { terms: None, ..self.clone() }
    }
}

/// The versions of one agreement, each from when it held.
pub(super) fn line<V: Agreed>(
    record: &Record,
    marks: &[Mark],
    read: impl Fn(&Record, &Turn) -> Option<V>,
) -> Vec<(Timestamp, V)> {
    let mut line: Vec<(Timestamp, V)> = Vec::new();
    for turn in versions(marks, record) {
        let ended = ENDED.contains(&turn.state.as_str()) || WITHDRAWN.contains(&turn.state.as_str());
        let before = line.last().map(|(_, version)| version);
        if ended {
            if let Some(version) = before.filter(|version| version.is_live()) {
                let ended = version.ended();
                line.push((turn.at, ended));
            }
        } else if IN_FORCE.contains(&turn.state.as_str())
            && let Some(version) = read(record, &turn)
            && before.is_none_or(|before| !before.says_the_same(&version))
        {
            let from = from(&turn, version.since(), before.map(Agreed::since));
            line.retain(|(earlier, _)| *earlier < from);
            line.push((from, version));
        }
    }
    line
}

/// From when a version holds: from the moment it was put in force. A day of agreement that came with it counts instead
/// where it is another day: what was agreed earlier than written down, or for later.
fn from(turn: &Turn, since: Option<Moment>, before: Option<Option<Moment>>) -> Timestamp {
    let day = since.filter(|day| before.is_none_or(|before| before != Some(*day)));
    match day {
        Some(day) if turn.at == Timestamp::MIN || day.date() != moment(turn.at).date() => day.timestamp(),
        _ => turn.at,
    }
}

fn version(record: &Record, turn: &Turn) -> Option<Version> {
    let text = |name: &str| turn.fields.get(name).and_then(Value::as_text).map(str::to_string);
    let day = |name: &str| turn.fields.get(name).and_then(Value::as_moment);
    let pausing = turn.fields.get("pausing_states").map(Value::entries).unwrap_or_default();
    let pausing: Vec<String> = pausing.iter().filter_map(|state| Some(state.as_text()?.to_string())).collect();
    let days = turn.fields.get("reopen_days").and_then(Value::as_number).and_then(|days| days.to_i64());
    let standard = Terms::standard();
    Some(Version {
        service: text("service")?,
        customer: text("customer"),
        since: day("valid_from").or_else(|| day("agreed_on")),
        ends: day("valid_until").and_then(|last| last.plus(DAY).0.checked_div(1_000)).and_then(second_of),
        terms: Some(Terms {
            agreement: record.number.clone(),
            promises: promises(&turn.fields),
            calendar: text("calendar"),
            // An agreement in which no state pauses says so with "none".
            pausing: if pausing.is_empty() { standard.pausing } else { pausing },
            reopen_days: days.unwrap_or(REOPEN_DAYS).clamp(0, 3_660),
            steps: Step::read_all(&turn.fields).unwrap_or(standard.steps),
        }),
    })
}

/// A time that is promised, in working seconds. What no clock could count (none at all, more than ten years) is no promise; the
/// door refuses it, and the page of the agreement says so of what was imported.
pub(super) fn seconds(row: &Value, part: &str) -> Option<Need> {
    let seconds = row.part(part).and_then(Value::as_number)?.to_i64()?;
    (1..=PROMISE_MAX_SECONDS).contains(&seconds).then_some(Need::Seconds(seconds))
}

pub(super) fn working_days(row: &Value) -> Option<Need> {
    let days = row.part("working_days").and_then(Value::as_number)?.to_i64()?;
    let days = u32::try_from(days).ok().filter(|days| i64::from(*days) <= PROMISE_MAX_DAYS)?;
    Some(Need::WorkingDays(days))
}

fn promises(fields: &Fields) -> Vec<Promise> {
    let mut promises = Vec::new();
    for row in fields.get("ticket_targets").map(Value::entries).unwrap_or_default() {
        let text = |name: &str| row.part(name).and_then(Value::as_text).map(str::trim).filter(|text| !text.is_empty());
        let Some(priority) = text("priority") else { continue };
        for clock in Name::PROMISED {
            let days = || working_days(row).filter(|_| clock == Name::Resolution);
            let need = seconds(row, clock.name()).or_else(days);
            promises.extend(need.map(|need| Promise {
                ticket: text("kind").unwrap_or("incident").into(),
                priority: priority.into(),
                clock,
                need,
                calendar: text("calendar").map(str::to_string),
            }));
        }
    }
    promises
}

fn delivered_within(days: u32) -> Promise {
    Promise {
        ticket: String::new(),
        priority: String::new(),
        clock: Name::Fulfilment,
        need: Need::WorkingDays(days),
        calendar: None,
    }
}

fn second_of(second: i64) -> Option<Timestamp> {
    Timestamp::from_second(second).ok()
}

fn calendars(record: &Record, marks: &[Mark]) -> Vec<(Timestamp, Option<String>)> {
    let mut line: Vec<(Timestamp, Option<String>)> = Vec::new();
    for turn in versions(marks, record) {
        let number = turn.fields.get("calendar").and_then(Value::as_text).map(str::to_string);
        if line.last().is_none_or(|(_, before)| *before != number) {
            // What was first known of it was always so.
            line.push((if line.is_empty() { Timestamp::MIN } else { turn.at }, number));
        }
    }
    line
}

impl Terms {
    /// What holds where nothing was agreed: incidents and requests of P1 in 4 hours to P5 in 80, round the clock, an answer
    /// within a quarter of that, and the states of rule R05.
    pub fn standard() -> Terms {
        let hours = [("P1", 4), ("P2", 8), ("P3", 24), ("P4", 40), ("P5", 80)];
        let mut promises = Vec::with_capacity(20);
        for ticket in ["incident", "service_request"] {
            for (priority, hours) in hours {
                for (clock, seconds) in [(Name::Response, hours * 900), (Name::Resolution, hours * 3_600)] {
                    promises.push(Promise {
                        ticket: ticket.into(),
                        priority: priority.into(),
                        clock,
                        need: Need::Seconds(seconds),
                        calendar: None,
                    });
                }
            }
        }
        Terms {
            agreement: String::new(),
            promises,
            calendar: None,
            pausing: vec!["waiting_customer".into(), "scheduled".into()],
            reopen_days: REOPEN_DAYS,
            steps: Step::standard(),
        }
    }
}
