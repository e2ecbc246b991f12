//! Clocks that an agreement promises beside answer and resolution, the delivery time of the catalogue, the days on which an
//! agreement holds, and what is said of a pause.

use engines::clocks::{Agreements, Clock, Name, Standing, replay, steps, working};
use model::{Entry, Mark, Record, Via};
use serde_json::{Value as Json, json};

use crate::build::{at, incident, kind, mark, record, resolution};

type Told = (Record, Vec<Mark>);

/// An agreement about SVC-1 with one row for P1 incidents.
fn promising(row: Json, more: Json) -> Told {
    let mut own = json!({"kind": "incident", "priority": "P1"});
    own.as_object_mut().expect("a row").extend(row.as_object().cloned().unwrap_or_default());
    let mut fields = json!({"state": "agreed", "service": "SVC-1", "ticket_targets": [own]});
    fields.as_object_mut().expect("fields").extend(more.as_object().cloned().unwrap_or_default());
    record("sla", "SLA-1", &[("2026-01-01T00:00:00Z", fields)])
}

fn p1() -> (&'static str, Json) {
    ("08:00", json!({"state": "new", "service": "SVC-1", "priority": "P1"}))
}

fn named(clocks: Vec<Clock>, name: Name) -> Option<Clock> {
    clocks.into_iter().find(|clock| clock.name == name)
}

#[test]
fn every_clock_that_a_row_names_runs_and_no_other() {
    let row = json!({"response": 3_600, "workaround": 7_200, "fulfilment": 10_800, "update": 1_800});
    let agreements = Agreements::read(&[promising(row, json!({}))]);
    let clocks = replay(&kind("incident"), &incident(&[p1()]), &agreements, at("08:10"));
    let told: Vec<(&str, i64, &str)> =
        clocks.iter().map(|clock| (clock.name.name(), clock.goal_seconds, clock.agreement.as_str())).collect();
    let expected = [
        ("response", 3_600, "SLA-1"),
        // What the agreement does not promise is the standard promise.
        ("resolution", 14_400, ""),
        ("workaround", 7_200, "SLA-1"),
        ("fulfilment", 10_800, "SLA-1"),
        ("update", 1_800, "SLA-1"),
    ];
    assert_eq!(told, expected);
    let plain = replay(&kind("incident"), &incident(&[p1()]), &Agreements::default(), at("08:10"));
    let plain: Vec<&str> = plain.iter().map(|clock| clock.name.name()).collect();
    assert_eq!(plain, ["response", "resolution"]);
}

#[test]
fn the_wait_for_a_workaround_ends_when_there_is_one() {
    let agreements = Agreements::read(&[promising(json!({"workaround": 7_200}), json!({}))]);
    let clock = |told: &[(&str, Json)], now: &str| {
        named(replay(&kind("incident"), &incident(told), &agreements, at(now)), Name::Workaround).expect("a clock")
    };
    let found = [p1(), ("09:30", json!({"workaround": "Use the second till"}))];
    let met = clock(&found, "12:00");
    assert_eq!((met.standing, met.used_seconds, met.stopped), (Standing::Met, 5_400, Some(at("09:30"))));
    assert_eq!(clock(&[p1()], "10:01").standing, Standing::Late);
    // One that is taken back is none, and resolving ends it too.
    let back = [p1(), ("09:00", json!({"workaround": "Restart"})), ("09:10", json!({"workaround": null}))];
    assert_eq!(clock(&back, "09:30").standing, Standing::Running);
    let resolved = [p1(), ("09:00", json!({"state": "resolved"}))];
    assert_eq!(clock(&resolved, "12:00").standing, Standing::Met);
    // On hold it stands still, and what ends it there ends the pause.
    let held = [
        p1(),
        ("08:30", json!({"state": "waiting_customer"})),
        ("11:00", json!({"workaround": "Use the second till"})),
    ];
    let held = clock(&held, "12:00");
    assert_eq!((held.standing, held.used_seconds), (Standing::Met, 1_800));
    // A known error of a problem is one.
    let row = json!({"kind": "problem", "priority": "P3", "workaround": 7_200});
    let fields = json!({"state": "agreed", "service": "SVC-1", "ticket_targets": [row]});
    let agreements = Agreements::read(&[record("sla", "SLA-2", &[("2026-01-01T00:00:00Z", fields)])]);
    let problem = kind("problem");
    let marks = [
        mark(&problem, "08:00", json!({"state": "new", "service": "SVC-1", "priority": "P3"})),
        mark(&problem, "09:00", json!({"known_errors": ["KER-1"]})),
    ];
    let clocks = replay(&problem, &marks, &agreements, at("15:00"));
    assert_eq!(clocks.len(), 1, "{clocks:?}");
    assert_eq!((clocks[0].name, clocks[0].standing, clocks[0].used_seconds), (Name::Workaround, Standing::Met, 3_600));
}

#[test]
fn the_next_word_is_owed_anew_after_each_one() {
    let agreements = Agreements::read(&[promising(json!({"update": 1_800}), json!({}))]);
    let clock = |told: &[(&str, Json)], now: &str| {
        named(replay(&kind("incident"), &incident(told), &agreements, at(now)), Name::Update)
    };
    let first = clock(&[p1()], "08:20").expect("a clock");
    assert_eq!((first.standing, first.due), (Standing::Running, Some(at("08:30"))));
    assert_eq!(clock(&[p1()], "08:31").expect("a clock").standing, Standing::Late);
    let said = [p1(), ("08:20", json!({"told_on": "2026-11-12T08:20:00Z"}))];
    let next = clock(&said, "08:40").expect("a clock");
    assert_eq!((next.started, next.used_seconds, next.due), (at("08:20"), 1_200, Some(at("08:50"))));
    // What was promised by its moment comes before what is owed at intervals.
    let promised = [p1(), ("08:20", json!({"next_update": "2026-11-12T10:00:00Z"}))];
    assert_eq!(clock(&promised, "08:40").expect("a clock").due, Some(at("10:00")));
    // What is over owes nothing, what comes back owes it from then on.
    let over = [p1(), ("08:10", json!({"state": "resolved"}))];
    assert_eq!(clock(&over, "12:00"), None);
    let again = [p1(), ("08:10", json!({"state": "resolved"})), ("11:00", json!({"state": "in_progress"}))];
    assert_eq!(clock(&again, "11:10").expect("a clock").due, Some(at("11:30")));
}

/// Office hours in London with a closed day.
fn office() -> Told {
    let windows: Vec<Json> = ["monday", "tuesday", "wednesday", "thursday", "friday"]
        .iter()
        .map(|day| json!({"weekday": day, "from": "09:00", "to": "17:00"}))
        .collect();
    let hours = json!({"state": "current", "name": "Office", "zone": "Europe/London", "windows": windows,
        "closed_dates": ["2026-11-13"]});
    record("service_calendar", "CLN-1", &[("2026-01-01T00:00:00Z", hours)])
}

fn ordered(days: i64, service: &str, told: &[(&str, Json)]) -> Vec<Mark> {
    let request = kind("service_request");
    let first = json!({"state": "new", "service": service, "delivery_days": days});
    let mut marks = vec![mark(&request, "2026-11-12T04:58:00Z", first)];
    marks.extend(told.iter().map(|(time, fields)| mark(&request, time, fields.clone())));
    marks
}

/// "One working day" from 04:58 UTC on a Thursday: the closing time of the next day that is worked, by the hours of the service.
#[test]
fn a_delivery_time_is_counted_by_the_hours_of_the_service() {
    let service = record("service", "SVC-1", &[("2026-01-01T00:00:00Z", json!({"calendar": "CLN-1"}))]);
    let agreements = Agreements::read(&[office(), service]);
    let clock = |marks: &[Mark], now: &str| {
        named(replay(&kind("service_request"), marks, &agreements, at(now)), Name::Fulfilment).expect("a clock")
    };
    let now = "2026-11-12T10:00:00Z";
    // Friday is closed, so it is Monday.
    let one = clock(&ordered(1, "SVC-1", &[]), now);
    assert_eq!(one.due, Some(at("2026-11-16T17:00:00Z")));
    assert_eq!((one.calendar.as_str(), one.agreement.as_str(), one.used_seconds), ("CLN-1", "", 3_600));
    assert_eq!(clock(&ordered(0, "SVC-1", &[]), now).due, Some(at("2026-11-12T17:00:00Z")));
    // A service without hours works from Monday to Friday.
    assert_eq!(clock(&ordered(1, "SVC-9", &[]), now).due, Some(at("2026-11-14T00:00:00Z")));
    assert_eq!(clock(&ordered(2, "SVC-9", &[]), now).due, Some(at("2026-11-17T00:00:00Z")));
    // Waiting for whoever asked moves it on; when it is there it is met.
    let waits = [
        ("2026-11-12T10:00:00Z", json!({"state": "waiting_customer"})),
        ("2026-11-12T12:00:00Z", json!({"state": "in_progress"})),
    ];
    let moved = clock(&ordered(1, "SVC-1", &waits), "2026-11-12T13:00:00Z");
    assert_eq!(moved.due, Some(at("2026-11-17T11:00:00Z")), "two hours of Thursday");
    let there = [("2026-11-16T12:00:00Z", json!({"state": "fulfilled"}))];
    assert_eq!(clock(&ordered(1, "SVC-1", &there), "2026-12-01T00:00:00Z").standing, Standing::Met);
    let late = [("2026-11-16T17:00:01Z", json!({"state": "fulfilled"}))];
    let late = clock(&ordered(1, "SVC-1", &late), "2026-12-01T00:00:00Z");
    assert_eq!(late.standing, Standing::Met, "after closing time nothing is used");
    let next = [("2026-11-17T09:00:01Z", json!({"state": "fulfilled"}))];
    assert_eq!(clock(&ordered(1, "SVC-1", &next), "2026-12-01T00:00:00Z").standing, Standing::Missed);
}

#[test]
fn an_agreement_holds_from_its_first_valid_day_to_its_last_one() {
    let valid = json!({"valid_from": "2026-11-01", "valid_until": "2026-11-12"});
    let agreements = Agreements::read(&[promising(json!({"resolution": 7_200}), valid)]);
    let on = |day: &str, now: &str| {
        let fields = json!({"state": "new", "service": "SVC-1", "priority": "P1"});
        let marks = [mark(&kind("incident"), day, fields)];
        let clock = resolution(&marks, &agreements, now);
        (clock.agreement, clock.goal_seconds)
    };
    assert_eq!(on("2026-10-31T20:00:00Z", "2026-10-31T21:00:00Z"), (String::new(), 14_400), "not yet");
    assert_eq!(on("2026-11-01T08:00:00Z", "2026-11-01T09:00:00Z"), ("SLA-1".into(), 7_200));
    assert_eq!(on("2026-11-12T22:00:00Z", "2026-11-12T23:59:59Z"), ("SLA-1".into(), 7_200));
    // What began before the last day goes on under what holds then (R07).
    assert_eq!(on("2026-11-12T23:00:00Z", "2026-11-13T00:30:00Z"), (String::new(), 14_400));
    assert_eq!(agreements.next_turn(at("2026-11-12T10:00:00Z")), Some(at("2026-11-13T00:00:00Z")));
    assert_eq!(agreements.next_turn(at("2026-11-13T10:00:00Z")), None);
}

#[test]
fn the_working_says_for_whom_it_waited_and_why() {
    let held = json!({"state": "waiting_supplier", "waiting_on": "supplier", "waiting_whom": "Fibre Ltd",
        "waiting_because": "A new module", "waiting_until": "2026-11-12T12:00:00Z"});
    let over = json!({"state": "in_progress", "waiting_on": null, "waiting_whom": null, "waiting_because": null, "waiting_until": null});
    let pausing = json!({"pausing_states": ["waiting_supplier"]});
    let agreements = Agreements::read(&[promising(json!({"resolution": 14_400}), pausing)]);
    let marks = incident(&[p1(), ("09:00", held), ("11:00", over)]);
    let clocks = working(&kind("incident"), &marks, &agreements, at("11:30"));
    let resolution = named(clocks, Name::Resolution).expect("a clock");
    let told: Vec<_> = resolution
        .segments
        .iter()
        .map(|segment| {
            (segment.pace.name(), segment.waits.as_ref().map(|waits| (waits.whom.as_str(), waits.because.as_str())))
        })
        .collect();
    assert_eq!(told, [("running", None), ("on_hold", Some(("Fibre Ltd", "A new module"))), ("running", None)]);
    assert_eq!(resolution.segments[1].waits.as_ref().and_then(|waits| waits.until), Some(at("12:00")));
}

/// Entries as the door writes them.
fn entries(marks: &[Mark]) -> Vec<Entry> {
    let entry = |(place, mark): (usize, &Mark)| Entry {
        seq: 0,
        record: model::RecordId(1),
        kind: "incident",
        number: "INC-1".into(),
        version: i64::try_from(place).expect("a version") + 1,
        at: mark.at,
        recorded: mark.at,
        by: None,
        via: Via::Web,
        act: "step".into(),
        changes: mark.changes.clone(),
        base: mark.base.clone(),
        note: None,
        linked: Vec::new(),
        unlinked: Vec::new(),
        attached: Vec::new(),
        previous: String::new(),
    };
    marks.iter().enumerate().map(entry).collect()
}

#[test]
fn whoever_has_it_is_reminded_when_it_is_not_back() {
    let held = json!({"state": "on_hold", "waiting_on": "colleague", "waiting_whom": "Priya", "waiting_until": "2026-11-12T12:00:00Z"});
    let marks = incident(&[p1(), ("09:00", held)]);
    let ahead = |marks: &[Mark], now: &str| -> Vec<(String, bool, String)> {
        let ahead = steps::ahead(&kind("incident"), &entries(marks), &Agreements::default(), at(now));
        let back = ahead.into_iter().filter(|step| step.key.starts_with("expected back"));
        back.map(|step| (step.at.to_string(), step.reached, step.to)).collect()
    };
    let due = "2026-11-12T12:00:00Z".to_string();
    assert_eq!(ahead(&marks, "10:00"), [(due.clone(), false, "owner".to_string())]);
    assert!(ahead(&marks, "12:30")[0].1);
    // Once is enough, and what went on needs none.
    let row = json!({"escalations": [{"at": "2026-11-12T12:00:00Z", "step": format!("expected back {due}")}]});
    let reminded = incident(&[
        p1(),
        ("09:00", json!({"state": "on_hold", "waiting_until": "2026-11-12T12:00:00Z"})),
        ("12:00", row),
    ]);
    assert_eq!(ahead(&reminded, "12:30"), []);
    let back = incident(&[
        p1(),
        ("09:00", json!({"state": "on_hold", "waiting_until": "2026-11-12T12:00:00Z"})),
        ("10:00", json!({"state": "in_progress"})),
    ]);
    assert_eq!(ahead(&back, "12:30"), []);
}
