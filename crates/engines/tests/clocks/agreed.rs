//! Which agreement holds, and what becomes of a clock when that changes on the way.

use engines::clocks::{Agreements, Name, Standing, working};
use serde_json::json;

use crate::build::{at, clock, incident, kind, record, resolution, sla};

const LONG_AGO: &str = "2026-01-01T00:00:00Z";

fn ticket() -> Vec<model::Mark> {
    incident(&[("09:00", json!({"state": "new", "priority": "P1", "service": "SVC-1", "customer": "CUS-1"}))])
}

#[test]
fn the_closest_agreement_in_force_holds() {
    let all = [
        sla("SLA-1", None, LONG_AGO, 1, 2),
        sla("SLA-2", Some("CUS-1"), LONG_AGO, 1, 3),
        sla("SLA-3", Some("CUS-2"), LONG_AGO, 1, 5),
    ];
    let goal = |records: &[_]| {
        let clock = resolution(&ticket(), &Agreements::read(records), "09:30");
        (clock.agreement, clock.goal_seconds / 3600)
    };
    assert_eq!(goal(&all), ("SLA-2".into(), 3), "with the customer");
    assert_eq!(goal(&[all[0].clone(), all[2].clone()]), ("SLA-1".into(), 2), "about the service alone");
    assert_eq!(goal(&all[2..]), (String::new(), 4), "another customer's is nothing to this one");
}

#[test]
fn a_priority_that_nobody_agreed_on_has_the_standard_goal() {
    let marks =
        incident(&[("09:00", json!({"state": "new", "priority": "P2", "service": "SVC-1", "customer": "CUS-1"}))]);
    let clock = resolution(&marks, &Agreements::read(&[sla("SLA-1", None, LONG_AGO, 1, 2)]), "09:30");
    assert_eq!((clock.agreement.as_str(), clock.goal_seconds), ("", 8 * 3600));
}

#[test]
fn seconds_used_are_carried_into_a_new_agreement() {
    // Four hours at first; from 11:00 on three with an agreement, of which two are used.
    let agreements = Agreements::read(&[sla("SLA-1", None, "11:00", 1, 3)]);
    let before = resolution(&ticket(), &agreements, "10:59");
    // It is known already, but it was not in force then.
    assert_eq!((before.agreement.as_str(), before.goal_seconds), ("", 4 * 3600));
    let after = resolution(&ticket(), &agreements, "11:30");
    assert_eq!((after.agreement.as_str(), after.used_seconds, after.due), ("SLA-1", 9_000, Some(at("12:00"))));
    let short = Agreements::read(&[sla("SLA-1", None, "11:00", 1, 1)]);
    let breached = resolution(&ticket(), &short, "11:30");
    assert_eq!((breached.standing, breached.due), (Standing::Late, Some(at("11:00"))), "nothing was left of it");
    let paces = working(&kind("incident"), &ticket(), &agreements, at("11:30"));
    let told: Vec<_> = paces[1].segments.iter().map(|segment| segment.agreement.as_str()).collect();
    assert_eq!(told, ["", "SLA-1"]);
}

#[test]
fn what_will_hold_is_counted_ahead() {
    let soon = Agreements::read(&[sla("SLA-1", None, "11:00", 1, 3)]);
    assert_eq!(resolution(&ticket(), &soon, "09:30").due, Some(at("12:00")), "the agreement of 11:00 is known");
}

#[test]
fn an_agreement_in_revision_holds_until_it_ends() {
    let row = json!([{"kind": "incident", "priority": "P1", "resolution": 7200}]);
    let (sla, mut marks) = record(
        "sla",
        "SLA-1",
        &[
            (LONG_AGO, json!({"state": "draft", "service": "SVC-1", "ticket_targets": row})),
            ("2026-02-01T00:00:00Z", json!({"state": "agreed"})),
            (
                "2026-11-01T00:00:00Z",
                json!({"state": "draft", "ticket_targets": [{"kind": "incident", "priority": "P1", "resolution": 60}]}),
            ),
        ],
    );
    let goal = |marks: &[model::Mark]| {
        resolution(&ticket(), &Agreements::read(&[(sla.clone(), marks.to_vec())]), "09:30").goal_seconds
    };
    assert_eq!(goal(&marks), 7_200);
    marks.extend([crate::build::mark(&kind("sla"), "2026-11-02T00:00:00Z", json!({"state": "terminated"}))]);
    assert_eq!(goal(&marks), 4 * 3_600, "an ended one promises nothing");
    assert_eq!(goal(&marks[..1]), 4 * 3_600, "neither does a draft");
}

#[test]
fn a_day_of_agreement_before_it_was_written_down_counts() {
    let row = json!([{"kind": "incident", "priority": "P1", "resolution": 7200}]);
    let told = |on: &str, written: &str| {
        let fields = json!({"state": "agreed", "service": "SVC-1", "ticket_targets": row, "agreed_on": on});
        resolution(&ticket(), &Agreements::read(&[record("sla", "SLA-1", &[(written, fields)])]), "09:30").agreement
    };
    assert_eq!(told("2026-11-01", "2026-11-20T08:00:00Z"), "SLA-1");
    assert_eq!(told("2026-11-01", "1970-01-01T00:00:00Z"), "SLA-1", "brought along without a history");
    assert_eq!(told("2026-11-13", "2026-11-01T08:00:00Z"), "", "agreed for later");
}

fn office(number: &str, valid_from: &str, opens: &str) -> (model::Record, Vec<model::Mark>) {
    let windows: Vec<_> = ["monday", "tuesday", "wednesday", "thursday", "friday"]
        .iter()
        .map(|day| json!({"weekday": day, "from": opens, "to": "17:00"}))
        .collect();
    let fields = json!({"state": "current", "name": "Office hours", "zone": "Europe/London", "windows": windows,
        "closed_dates": ["2026-11-13 Founders' day"], "special_dates": [{"date": "2026-11-14", "from": "10:00", "to": "12:00"}],
        "valid_from": valid_from});
    record("service_calendar", number, &[("2026-01-01T00:00:00Z", fields)])
}

fn in_office(records: Vec<(model::Record, Vec<model::Mark>)>) -> Agreements {
    let row = json!([{"kind": "incident", "priority": "P1", "response": 3600, "resolution": 28_800}]);
    let fields = json!({"state": "agreed", "service": "SVC-1", "ticket_targets": row, "calendar": "CLN-1"});
    let mut records = records;
    records.push(record("sla", "SLA-1", &[(LONG_AGO, fields)]));
    Agreements::read(&records)
}

#[test]
fn hours_are_those_of_the_agreement() {
    let agreements = in_office(vec![office("CLN-1", "2026-01-01", "09:00")]);
    let marks = incident(&[("15:00", json!({"state": "new", "priority": "P1", "service": "SVC-1"}))]);
    let clock = resolution(&marks, &agreements, "2026-11-14T11:00:00Z");
    // Two hours on Thursday, none on the closed Friday, one so far on the special Saturday, and five on Monday.
    assert_eq!((clock.used_seconds, clock.hours.as_str()), (3 * 3_600, "Office hours"));
    assert_eq!(clock.due, Some(at("2026-11-16T13:00:00Z")));
    let told = working(&kind("incident"), &marks, &agreements, at("2026-11-14T11:00:00Z"));
    let names: Vec<_> = told[1].segments.iter().map(|segment| segment.pace.name()).collect();
    assert_eq!(names, ["running", "closed_hours", "running"]);
    let gaps = told[1].segments.windows(2).all(|pair| pair[0].to == pair[1].from);
    assert!(gaps && told[1].segments[0].from == at("15:00"), "the working has no holes");
}

#[test]
fn a_calendar_that_changes_is_a_new_one_from_its_day_on() {
    let versions = vec![office("CLN-1", "2026-01-01", "09:00"), office("CLN-2", "2026-11-16", "07:00")];
    let marks = incident(&[("15:00", json!({"state": "new", "priority": "P1", "service": "SVC-1"}))]);
    // As above, but Monday begins at seven.
    for now in ["16:00", "2026-11-16T08:00:00Z"] {
        let clock = resolution(&marks, &in_office(versions.clone()), now);
        assert_eq!(clock.due, Some(at("2026-11-16T11:00:00Z")), "asked at {now}");
    }
}

#[test]
fn the_hours_of_the_service_hold_where_the_agreement_names_none() {
    let row = json!([{"kind": "incident", "priority": "P1", "resolution": 28_800}]);
    let sla =
        record("sla", "SLA-1", &[(LONG_AGO, json!({"state": "active", "service": "SVC-1", "ticket_targets": row}))]);
    let service = record("service", "SVC-1", &[(LONG_AGO, json!({"name": "Payments", "calendar": "CLN-1"}))]);
    let records = [sla, service, office("CLN-1", "2026-01-01", "09:00")];
    let marks = incident(&[("15:00", json!({"state": "new", "priority": "P1", "service": "SVC-1"}))]);
    assert_eq!(resolution(&marks, &Agreements::read(&records), "15:10").hours, "Office hours");
    assert_eq!(resolution(&marks, &Agreements::read(&records[..2]), "15:10").hours, "24×7", "it is not on record");
}

#[test]
fn a_goal_in_working_days_ends_at_closing_time() {
    let row = json!([{"kind": "incident", "priority": "P1", "working_days": 1}]);
    let sla = record(
        "sla",
        "SLA-1",
        &[(LONG_AGO, json!({"state": "active", "service": "SVC-1", "ticket_targets": row, "calendar": "CLN-1"}))],
    );
    let agreements = Agreements::read(&[sla, office("CLN-1", "2026-01-01", "09:00")]);
    let marks = incident(&[("15:00", json!({"state": "new", "priority": "P1", "service": "SVC-1"}))]);
    // Friday is closed; the special Saturday is the next working day and closes at noon.
    assert_eq!(resolution(&marks, &agreements, "15:10").due, Some(at("2026-11-14T12:00:00Z")), "rule R03");
}

#[test]
fn an_agreement_says_in_which_states_time_stands_still() {
    let row = json!([{"kind": "incident", "priority": "P1", "resolution": 7_200}]);
    let fields = json!({"state": "active", "service": "SVC-1", "ticket_targets": row, "pausing_states": ["waiting_supplier"], "reopen_days": 0});
    let agreements = Agreements::read(&[record("sla", "SLA-1", &[(LONG_AGO, fields)])]);
    let marks = |state: &str| {
        incident(&[
            ("09:00", json!({"state": "new", "priority": "P1", "service": "SVC-1"})),
            ("09:30", json!({"state": state})),
        ])
    };
    assert_eq!(resolution(&marks("waiting_supplier"), &agreements, "10:30").standing, Standing::OnHold);
    assert_eq!(resolution(&marks("waiting_customer"), &agreements, "10:30").standing, Standing::Running);
    let mut back = marks("resolved");
    back.extend(incident(&[("10:00", json!({"state": "in_progress"}))]));
    assert_eq!(resolution(&back, &agreements, "10:30").standing, Standing::Met, "nothing is reopened under it");
}

#[test]
fn a_service_named_late_counts_from_the_report() {
    let agreements = Agreements::read(&[sla("SLA-1", None, LONG_AGO, 1, 2)]);
    let marks =
        incident(&[("09:00", json!({"state": "new", "priority": "P1"})), ("09:20", json!({"service": "SVC-1"}))]);
    let answer = clock(Name::Response, &marks, &agreements, "09:30");
    assert_eq!((answer.agreement.as_str(), answer.due), ("SLA-1", Some(at("10:00"))));
}
