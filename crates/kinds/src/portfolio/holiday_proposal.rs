//! A holiday proposal says which days a service calendar is to be closed on, mostly from a file, until somebody has approved them.

use std::collections::BTreeSet;

use model::{handling::Amendment, time::HOUR};

use super::service_calendar as calendar;
use crate::prelude::*;

pub const CALENDAR: Key<Ref> = Key::new("calendar");
pub const EFFECTIVE_ON: Key<Date> = Key::new("effective_on");
pub const SOURCE: Key<Text> = Key::new("source");
pub const DAYS: Key<Many<Parts>> = Key::new("days");
pub const NOT_UNDERSTOOD: Key<Many<Text>> = Key::new("not_understood");
pub const MOVES: Key<Decimal> = Key::new("moves");
pub const PROPOSED_BY: Key<Many<Person>> = Key::new("proposed_by");
pub const DECIDED_BY: Key<Person> = Key::new("decided_by");
pub const DECIDED_ON: Key<Moment> = Key::new("decided_on");
pub const REASON: Key<Long> = Key::new("reason");
pub const VERSION: Key<Ref> = Key::new("version");

/// What becomes of a day.
const ADDED: &str = "added";
const THERE: &str = "already_closed";
const SPECIAL: &str = "has_hours_of_its_own";
const PAST: &str = "before_its_day";

/// Once it is approved, a new version of the calendar has the days that are added.
const AMENDMENT: Amendment = Amendment {
    of: "calendar",
    state: "approved",
    rows: "days",
    day: "date",
    words: "name",
    taken: ("becomes", ADDED),
    list: "closed_dates",
    from: ("effective_on", "valid_from"),
    version: "version",
};

pub fn kind() -> Kind {
    Kind::new("holiday_proposal", "holiday_proposals", "HOL")
        .about(
            "A holiday proposal says which days a service calendar is to be closed on, \
             mostly from a file, until somebody has approved them.",
        )
        .clause(&["8.3.3"])
        .area(Area::Services)
        .include(fields())
        .include(shared::grouped("Decision", decision()))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::service_design())
        .list(&["number", "title", "calendar", "state", "effective_on", "moves", "decided_by"])
        .titled_by(&["source"])
        .looks_at_all(&["service_calendar"])
        .amends(AMENDMENT)
        .rule(whoever_wrote_in_it)
        .rule(days_are_compared)
        .rule(decided_by_another)
}

fn fields() -> Vec<Field> {
    vec![
        CALENDAR.reference(&["service_calendar"]).required().help("Its newest version."),
        EFFECTIVE_ON.date().label("In force from").help(
            "From this day on a new version of the calendar has these days; what was due before stays. Empty means the first \
             day that has begun in no time zone yet.",
        ),
        SOURCE.text().label("From the file").required().help("Its name, or who says that these days are holidays."),
        DAYS.rows(vec![
            part::date("date").label("Day"),
            part::text("name"),
            part::choice("becomes", &[ADDED, THERE, SPECIAL, PAST])
                .label("What becomes of it")
                .help("Told by the program: compared with the calendar."),
        ])
        .required()
        .help("Days on which it is to be closed."),
        NOT_UNDERSTOOD.texts().help("What the file says beyond that, with its lines: look whether a day is missing."),
        MOVES
            .number()
            .label("Open clocks that move")
            .help("Running clocks of open tickets that would be due at another moment, when it was proposed."),
        PROPOSED_BY.persons().derived().help("Who wrote in it. None of them approves it."),
    ]
}

fn decision() -> Vec<Field> {
    vec![
        DECIDED_BY.person().derived().column(Column::Owner),
        DECIDED_ON.instant().derived().label("Decided"),
        REASON.long().required_in(&["refused"]).help("Why it is not to be so."),
        VERSION.reference(&["service_calendar"]).derived().label("New version").help("The calendar that came of it."),
    ]
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("proposed", Open)
        .state("approved", Done)
        .state("refused", Done)
        .step("refuse", &["proposed"], "refused")
        .step("approve", &["proposed"], "approved");
    lifecycles::ending(lifecycle)
}

/// Keeps who says which days, so that somebody else decides.
fn whoever_wrote_in_it(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let written = [CALENDAR.name, DAYS.name, EFFECTIVE_ON.name];
    let me = &facts.actor.email;
    if !rules::touched(draft, facts, &written) || !model::types::is_mail(me) {
        return Ok(());
    }
    let mut writers = draft.get(PROPOSED_BY).unwrap_or(Many(Vec::new()));
    if !writers.0.iter().any(|writer| writer.0 == *me) {
        writers.0.push(Person(me.clone()));
        draft.set(PROPOSED_BY, writers);
    }
    Ok(())
}

/// The first day that has begun in no time zone: none is more than 14 hours ahead.
pub fn earliest(now: Moment) -> Date {
    now.plus((14 + 24) * HOUR).date()
}

/// Days on which a calendar is closed, and those with hours of their own.
fn known(calendar: &model::Record) -> (BTreeSet<Date>, BTreeSet<Date>) {
    let rows = |name: &str| calendar.fields.get(name).map(Value::entries).unwrap_or_default().iter();
    let closed = rows(calendar::CLOSED_DATES.name).filter_map(day);
    let special = rows(calendar::SPECIAL_DATES.name).filter_map(|row| row.part("date").and_then(day));
    (closed.collect(), special.collect())
}

/// A day as date or as text that begins with one.
fn day(value: &Value) -> Option<Date> {
    match value {
        Value::Date(day) => Some(*day),
        other => other.as_text()?.trim().get(..10)?.parse().ok(),
    }
}

/// Says of each day what becomes of it, while nobody has decided.
fn days_are_compared(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let written = [CALENDAR.name, DAYS.name, EFFECTIVE_ON.name];
    let decides = rules::enters(draft, facts, &["approved"]);
    if !(decides || rules::touched(draft, facts, &written)) {
        return Ok(());
    }
    if facts.before.is_some_and(|before| before.state != "proposed") {
        let changed = |name: &&&str| rules::touched(draft, facts, &[**name]);
        return match written.iter().find(changed) {
            Some(name) => Err(FieldError::new(*name, "is as it was decided: propose anew what is to be otherwise")),
            None => Ok(()),
        };
    }
    let from = match draft.get(EFFECTIVE_ON) {
        Some(day) => day,
        None => {
            let first = earliest(facts.now);
            if decides {
                draft.set(EFFECTIVE_ON, first);
            }
            first
        }
    };
    if from < earliest(facts.now) {
        let first = earliest(facts.now);
        return Err(FieldError::new(
            EFFECTIVE_ON.name,
            format!("what was due is not moved: {first} is the first day that has begun nowhere yet"),
        ));
    }
    let Some(calendar) = draft.get(CALENDAR).and_then(|number| facts.related.get(&number.0)) else { return Ok(()) };
    newest(calendar, from, facts)?;
    let (closed, special) = known(calendar);
    let mut added = false;
    let Some(Value::List(rows)) = draft.fields.get_mut(DAYS.name) else { return Ok(()) };
    for (place, row) in rows.iter_mut().enumerate() {
        let Some(date) = row.part("date").and_then(day) else {
            return Err(FieldError::new(DAYS.name, format!("entry {}: date: say which day", place + 1)));
        };
        let Value::Parts(parts) = row else { continue };
        let becomes = match date {
            date if date < from => PAST,
            date if special.contains(&date) => SPECIAL,
            date if closed.contains(&date) => THERE,
            _ => ADDED,
        };
        added |= becomes == ADDED;
        parts.insert("becomes".into(), Value::text(becomes));
    }
    match added || !decides {
        true => Ok(()),
        false => Err(FieldError::new(DAYS.name, "no day is left that the calendar does not have")),
    }
}

/// What is not the newest version of its calendar would be followed by one without these days.
fn newest(calendar: &model::Record, from: Date, facts: &Facts<'_>) -> Result<(), FieldError> {
    let valid_from = |record: &model::Record| record.get(calendar::VALID_FROM);
    if valid_from(calendar).is_some_and(|begun| begun >= from) {
        let why = format!("{} itself begins to hold no earlier than that", calendar.number);
        return Err(FieldError::new(EFFECTIVE_ON.name, why));
    }
    let name = |record: &model::Record| record.get(calendar::NAME).map(|name| name.0.trim().to_lowercase());
    let newer = facts.related.records().find(|other| {
        other.kind == calendar.kind
            && other.number != calendar.number
            && !model::lifecycle::WITHDRAWN.contains(&other.state.as_str())
            && name(other).is_some()
            && name(other) == name(calendar)
            && valid_from(other) > valid_from(calendar)
    });
    match newer {
        Some(newer) => {
            Err(FieldError::new(CALENDAR.name, format!("{} is newer and takes its place: name that one", newer.number)))
        }
        None => Ok(()),
    }
}

/// Four eyes: who wrote in it does not approve it.
fn decided_by_another(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::enters(draft, facts, &["approved", "refused"]) {
        return Ok(());
    }
    let writers = draft.get(PROPOSED_BY).filter(|_| draft.state == "approved");
    if writers.is_some_and(|writers| writers.0.iter().any(|writer| writer.0 == facts.actor.email)) {
        return Err(FieldError::new("state", "whoever wrote in it does not approve it"));
    }
    rules::sign(draft, facts, DECIDED_BY);
    rules::stamp(draft, facts, DECIDED_ON);
    Ok(())
}
