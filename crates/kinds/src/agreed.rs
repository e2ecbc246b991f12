//! What calendars and agreements must say so that clocks can be counted by it: refused at the door with the row and the part
//! where it could not be, and shown on the page of what came in from the past.

use model::{
    hours::{self, PROMISE_MAX_DAYS, PROMISE_MAX_SECONDS},
    suggest,
};

use crate::prelude::*;

/// Kinds of tickets that have clocks.
pub const TICKETS: [&str; 3] = ["incident", "service_request", "problem"];
/// Priorities that rule R11 knows.
pub const PRIORITIES: [&str; 5] = ["P1", "P2", "P3", "P4", "P5"];
/// States in which a ticket waits; the test of the catalogue holds this together with the lives of tickets.
pub const WAITING_STATES: [&str; 7] = [
    "waiting_customer",
    "waiting_supplier",
    "waiting_problem",
    "waiting_change",
    "waiting_approval",
    "scheduled",
    "on_hold",
];
/// What a target can be about, in which unit and over which time.
const MEASURES: [&str; 5] =
    ["availability", "incident-resolution", "incident-response", "request-fulfilment", "satisfaction"];
const UNITS: [&str; 5] = ["percent", "hours", "minutes", "days", "score"];
const PERIODS: [&str; 4] = ["month", "quarter", "half-year", "year"];

/// Adds to a service level agreement, an internal agreement or a contract what it must say about the fields that it has.
pub fn checked(kind: Kind) -> Kind {
    let kind = kind
        .check(times_can_be_counted)
        .check(steps_can_be_read)
        .check(targets_can_be_measured)
        .check(pauses_are_states)
        .check(days_are_days)
        .rule(calendars_are_on_record);
    let looked_at = [kind.looks_at_all.as_slice(), &["service_calendar"]].concat();
    kind.looks_at_all(&looked_at)
}

/// Adds to a calendar what it must say.
pub fn calendar(kind: Kind) -> Kind {
    kind.check(zone_is_known).check(windows_can_be_read).check(closed_days_are_days).check(special_days_can_be_read)
}

/// What is wrong in the rows of one list, told together.
struct Faults {
    field: &'static str,
    found: Vec<String>,
}

impl Faults {
    fn of(field: &'static str) -> Faults {
        Faults { field, found: Vec::new() }
    }

    /// Notes what is wrong with a part of a row, which is counted from 0.
    fn add(&mut self, row: usize, part: &str, why: impl std::fmt::Display) {
        self.found.push(format!("entry {}: {part}: {why}", row + 1));
    }

    fn told(self) -> Result<(), FieldError> {
        // Ten of them show what is meant; the others come to light when these are mended.
        let more = self.found.len().saturating_sub(10);
        let told: Vec<String> = self.found.into_iter().take(10).collect();
        match (told.as_slice(), more) {
            ([], _) => Ok(()),
            (told, 0) => Err(FieldError::new(self.field, told.join("; "))),
            (told, more) => Err(FieldError::new(self.field, format!("{}; and {more} more", told.join("; ")))),
        }
    }
}

/// The rows of a field that this write says something about, with their places.
fn rows<'d>(draft: &'d Draft, facts: &Facts<'_>, field: &'static str) -> Vec<(usize, &'d Value)> {
    let given = draft.fields.get(field).filter(|_| rules::touched(draft, facts, &[field]));
    let rows = given.map(Value::entries).unwrap_or_default().iter().enumerate();
    rows.filter(|(_, row)| matches!(row, Value::Parts(_))).collect()
}

fn text<'v>(row: &'v Value, part: &str) -> Option<&'v str> {
    row.part(part).and_then(Value::as_text).map(str::trim).filter(|text| !text.is_empty())
}

fn number(row: &Value, part: &str) -> Option<Decimal> {
    row.part(part).and_then(Value::as_number)
}

/// A word that is none of those that the clocks reason on.
fn unknown(word: Option<&str>, known: &[&str]) -> Option<String> {
    let word = word.filter(|word| !known.contains(word))?;
    Some(format!("\"{word}\" is not one of {}{}", known.join(", "), suggest::hint(word, known.iter().copied())))
}

/// A word that a house may choose freely and that is one slip away from a known one.
fn slip(word: Option<&str>, known: &[&str]) -> Option<String> {
    let word = word.filter(|word| !known.contains(word))?;
    suggest::nearest(word, known.iter().copied()).map(|meant| format!("\"{word}\": did you mean \"{meant}\"?"))
}

fn between(number: Option<Decimal>, most: i64, unit: &str) -> Option<String> {
    let number = number?;
    let fits = number > Decimal::ZERO && number <= Decimal::from(most);
    (!fits).then(|| format!("must be more than nothing and at most {most} {unit}"))
}

fn times_can_be_counted(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    const FIELD: &str = "ticket_targets";
    const SECONDS: [&str; 5] = ["response", "resolution", "workaround", "update", "fulfilment"];
    let mut faults = Faults::of(FIELD);
    let mut seen: Vec<[Option<&str>; 3]> = Vec::new();
    for (place, row) in rows(draft, facts, FIELD) {
        if let Some(why) = unknown(text(row, "kind"), &TICKETS) {
            faults.add(place, "kind", why);
        }
        if let Some(why) = unknown(text(row, "priority"), &PRIORITIES) {
            faults.add(place, "priority", why);
        }
        for part in SECONDS {
            if let Some(why) = between(number(row, part), PROMISE_MAX_SECONDS, "seconds (ten years)") {
                faults.add(place, part, why);
            }
        }
        let days = number(row, "working_days");
        if days.is_some_and(|days| {
            !days.fract().is_zero() || days < Decimal::ZERO || days > Decimal::from(PROMISE_MAX_DAYS)
        }) {
            faults.add(place, "working_days", format!("must be a whole number from 0 to {PROMISE_MAX_DAYS}"));
        }
        if days.is_some() && number(row, "resolution").is_some() {
            faults.add(place, "working_days", "either a time or working days, not both");
        }
        if days.is_none() && SECONDS.iter().all(|part| number(row, part).is_none()) {
            faults.add(place, "resolution", "say how much time is promised");
        }
        let own = [text(row, "kind"), text(row, "priority"), text(row, "calendar")];
        if seen.contains(&own) {
            faults.add(place, "priority", "an earlier entry says how fast these tickets are already");
        }
        seen.push(own);
    }
    faults.told()
}

/// A step that nobody could carry out is refused when it is written, and not passed over when it counts.
fn steps_can_be_read(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    const FIELD: &str = "escalation_steps";
    let mut faults = Faults::of(FIELD);
    let words: Vec<&str> = shared::ESCALATION.sources.iter().map(|source| source.word).chain(["none"]).collect();
    for (place, row) in rows(draft, facts, FIELD) {
        if let Some(why) = unknown(text(row, "kind"), &TICKETS) {
            faults.add(place, "kind", why);
        }
        if let Some(why) = unknown(text(row, "priority"), &PRIORITIES) {
            faults.add(place, "priority", why);
        }
        let to = text(row, "to").unwrap_or_default();
        if to.is_empty() {
            faults.add(place, "to", "say who is brought in");
        } else if !words.contains(&to) && !model::types::is_mail(to) {
            let hint = suggest::hint(to, words.iter().copied());
            faults.add(place, "to", format!("\"{to}\" is neither an address nor one of {}{hint}", words.join(", ")));
        }
        match (number(row, "percent"), number(row, "minutes")) {
            (None, None) if to != "none" => faults.add(place, "percent", "say at how many percent or minutes"),
            (Some(_), Some(_)) => faults.add(place, "minutes", "either percent or minutes, not both"),
            (Some(percent), None) if percent <= Decimal::ZERO || percent > Decimal::from(1_000) => {
                faults.add(place, "percent", "must be from 1 to 1000");
            }
            (None, Some(minutes)) if minutes.abs() > Decimal::from(1_000_000) => {
                faults.add(place, "minutes", "is too far away");
            }
            _ => {}
        }
    }
    faults.told()
}

fn targets_can_be_measured(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    const FIELD: &str = "targets";
    let mut faults = Faults::of(FIELD);
    for (place, row) in rows(draft, facts, FIELD) {
        for (part, known) in [("kind", MEASURES.as_slice()), ("unit", UNITS.as_slice()), ("period", PERIODS.as_slice())]
        {
            if let Some(why) = slip(text(row, part), known) {
                faults.add(place, part, why);
            }
        }
        match (number(row, "number"), text(row, "unit")) {
            (Some(number), _) if number < Decimal::ZERO => faults.add(place, "number", "must not be below zero"),
            (Some(number), Some("percent")) if number > Decimal::ONE_HUNDRED => {
                faults.add(place, "number", "must be from 0 to 100 percent");
            }
            _ => {}
        }
    }
    faults.told()
}

fn pauses_are_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    const FIELD: &str = "pausing_states";
    let given = draft.fields.get(FIELD).filter(|_| rules::touched(draft, facts, &[FIELD]));
    let states = given.map(Value::entries).unwrap_or_default().iter().filter_map(Value::as_text);
    let known: Vec<&str> = WAITING_STATES.iter().copied().chain(["none"]).collect();
    match states.into_iter().find_map(|state| unknown(Some(state.trim()), &known)) {
        Some(why) => Err(FieldError::new(FIELD, why)),
        None => Ok(()),
    }
}

/// Numbers of days that the clocks or reminders count by.
fn days_are_days(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    for field in ["reopen_days", "notice_days"] {
        let days =
            draft.fields.get(field).filter(|_| rules::touched(draft, facts, &[field])).and_then(Value::as_number);
        if days.is_some_and(|days| days < Decimal::ZERO || days > Decimal::from(PROMISE_MAX_DAYS)) {
            return Err(FieldError::new(field, format!("must be from 0 to {PROMISE_MAX_DAYS} days")));
        }
    }
    Ok(())
}

/// Hours that nobody has written down do not count: who names them is told so. An import may name what comes after it.
fn calendars_are_on_record(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let known = || facts.related.records().filter(|record| record.kind == "service_calendar");
    let missing = |number: &str| {
        let is_missing = known().all(|calendar| calendar.number != number);
        let hint = || suggest::hint(number, known().map(|calendar| calendar.number.as_str()));
        is_missing.then(|| format!("there is no service calendar {number}{}", hint()))
    };
    let own = draft.fields.get("calendar").filter(|_| rules::touched(draft, facts, &["calendar"]));
    if let Some(why) = own.and_then(Value::as_text).and_then(missing) {
        return Err(FieldError::new("calendar", why));
    }
    let mut faults = Faults::of("ticket_targets");
    for (place, row) in rows(draft, facts, "ticket_targets") {
        if let Some(why) = text(row, "calendar").and_then(missing) {
            faults.add(place, "calendar", why);
        }
    }
    faults.told()
}

fn zone_is_known(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let zone = draft.fields.get("zone").filter(|_| rules::touched(draft, facts, &["zone"])).and_then(Value::as_text);
    match zone.map(hours::zone) {
        Some(Err(why)) => Err(FieldError::new("zone", why)),
        _ => Ok(()),
    }
}

fn windows_can_be_read(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let mut faults = Faults::of("windows");
    for (place, row) in rows(draft, facts, "windows") {
        match text(row, "weekday") {
            None => faults.add(place, "weekday", "say which day"),
            Some(day) if hours::weekday(day).is_none() => {
                faults.add(place, "weekday", unknown(Some(day), &hours::WEEK).unwrap_or_default());
            }
            Some(_) => {}
        }
        if let Err((part, why)) = hours::window_of(row) {
            faults.add(place, part, why);
        }
    }
    faults.told()
}

fn closed_days_are_days(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    const FIELD: &str = "closed_dates";
    let given = draft.fields.get(FIELD).filter(|_| rules::touched(draft, facts, &[FIELD]));
    let mut found = Vec::new();
    for (place, entry) in given.map(Value::entries).unwrap_or_default().iter().enumerate() {
        let is_none = entry.as_text().is_some_and(|text| text.trim() == "none");
        if let Err(why) = hours::day(entry)
            && !is_none
        {
            found.push(format!("entry {}: {why}", place + 1));
        }
    }
    if found.is_empty() { Ok(()) } else { Err(FieldError::new(FIELD, found.join("; "))) }
}

fn special_days_can_be_read(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let mut faults = Faults::of("special_dates");
    for (place, row) in rows(draft, facts, "special_dates") {
        if row.part("date").is_none_or(|day| hours::day(day).is_err()) {
            faults.add(place, "date", "say which day, such as 2026-12-24");
        }
        // Without hours it is a closed day.
        let has_hours = text(row, "from").is_some() || text(row, "to").is_some();
        if let Some(Err((part, why))) = has_hours.then(|| hours::window_of(row)) {
            faults.add(place, part, why);
        }
    }
    faults.told()
}
