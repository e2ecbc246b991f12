//! One ticket through its life under the standard terms: holds, reopening, priorities, answers, and what is stored of it.

use engines::clocks::{Agreements, Name, Pace, Standing, advanced, due, is_started, load, replay, store, working};
use model::{Entry, Mark, Moment, RecordId, Via};
use serde_json::json;

use crate::build::{at, clock, incident, kind, resolution};

fn standard() -> Agreements {
    Agreements::default()
}

#[test]
fn a_hold_moves_the_due_moment() {
    let mut marks = incident(&[
        ("09:00", json!({"state": "new", "priority": "P1"})),
        ("10:00", json!({"state": "waiting_customer"})),
    ]);
    let held = resolution(&marks, &standard(), "11:00");
    assert_eq!((held.standing, held.used_seconds, held.due), (Standing::OnHold, 3600, None));
    assert_eq!(held.held, "waiting_customer");
    marks.extend(incident(&[("11:30", json!({"state": "in_progress"}))]));
    let running = resolution(&marks, &standard(), "12:00");
    assert_eq!((running.standing, running.used_seconds, running.left_seconds), (Standing::Running, 5400, 9000));
    assert_eq!(running.due, Some(at("14:30")), "vector R04-01");
    let told = working(&kind("incident"), &marks, &standard(), at("12:00"));
    let paces: Vec<_> = told[1].segments.iter().map(|segment| (segment.pace.clone(), segment.used_seconds)).collect();
    let held = Pace::OnHold("waiting_customer".into());
    assert_eq!(paces, [(Pace::Running, 3600), (held, 0), (Pace::Running, 1800)]);
    assert_eq!(told[1].segments[1].pace.rule(Name::Resolution), "R05");
}

#[test]
fn a_supplier_is_our_own_affair() {
    let marks = incident(&[
        ("09:00", json!({"state": "new", "priority": "P1"})),
        ("10:00", json!({"state": "waiting_supplier"})),
    ]);
    assert_eq!(resolution(&marks, &standard(), "12:00").used_seconds, 3 * 3600, "rule R05");
}

#[test]
fn a_lower_priority_does_not_undo_a_breach() {
    let marks = incident(&[
        ("03:00", json!({"state": "new", "priority": "P1"})),
        ("08:00", json!({"priority": "P3"})),
        ("09:00", json!({"state": "resolved"})),
    ]);
    let clock = resolution(&marks, &standard(), "10:00");
    assert_eq!((clock.standing, clock.stopped), (Standing::Missed, Some(at("09:00"))), "rule R07");
}

#[test]
fn what_comes_back_goes_on_without_the_time_between() {
    let marks = incident(&[
        ("09:00", json!({"state": "new", "priority": "P1"})),
        ("10:00", json!({"state": "resolved"})),
        ("11:00", json!({"state": "closed"})),
        ("12:00", json!({"state": "in_progress"})),
    ]);
    let back = resolution(&marks, &standard(), "13:00");
    assert_eq!((back.standing, back.used_seconds, back.stopped), (Standing::Running, 2 * 3600, None), "rule R06");
    let closed = resolution(&marks[..3], &standard(), "13:00");
    assert_eq!((closed.standing, closed.stopped), (Standing::Met, Some(at("10:00"))), "it stops when it is resolved");
}

#[test]
fn what_comes_back_too_late_keeps_its_old_clock() {
    let marks = incident(&[
        ("2026-11-01T09:00:00Z", json!({"state": "new", "priority": "P1"})),
        ("2026-11-01T10:00:00Z", json!({"state": "resolved"})),
        ("2026-11-08T10:00:01Z", json!({"state": "in_progress"})),
    ]);
    let clock = resolution(&marks, &standard(), "13:00");
    assert_eq!((clock.standing, clock.used_seconds), (Standing::Met, 3600), "rule R06");
}

#[test]
fn an_answer_stops_the_response_clock() {
    let marks = incident(&[
        ("09:00", json!({"state": "new", "priority": "P1", "raised_on": "2026-11-12T08:50:00Z"})),
        ("09:40", json!({"responded_on": "2026-11-12T09:40:00Z"})),
    ]);
    let answered = clock(Name::Response, &marks, &standard(), "10:00");
    assert_eq!((answered.standing, answered.used_seconds), (Standing::Met, 3000), "rule R08");
    let waiting = clock(Name::Response, &marks[..1], &standard(), "10:00");
    assert_eq!((waiting.standing, waiting.due), (Standing::Late, Some(at("09:50"))));
}

#[test]
fn what_is_cancelled_is_neither_met_nor_missed() {
    let marks =
        incident(&[("09:00", json!({"state": "new", "priority": "P1"})), ("09:30", json!({"state": "cancelled"}))]);
    let standings: Vec<_> =
        replay(&kind("incident"), &marks, &standard(), at("12:00")).iter().map(|clock| clock.standing).collect();
    assert_eq!(standings, [Standing::Dropped, Standing::Dropped], "rule R09");
}

#[test]
fn without_a_priority_or_a_time_nothing_runs() {
    let marks = incident(&[("09:00", json!({"state": "new"}))]);
    assert!(replay(&kind("incident"), &marks, &standard(), at("12:00")).is_empty());
    let marks = incident(&[("1970-01-01T00:00:00Z", json!({"state": "new", "priority": "P1"}))]);
    assert!(replay(&kind("incident"), &marks, &standard(), at("12:00")).is_empty());
    // Nobody promises anything for problems unless an agreement says so.
    let marks = incident(&[("09:00", json!({"state": "new", "priority": "P1"}))]);
    assert!(replay(&kind("problem"), &marks, &standard(), at("12:00")).is_empty());
}

#[test]
fn what_is_stored_says_at_any_later_moment_what_a_replay_says() {
    let marks = incident(&[
        ("09:00", json!({"state": "new", "priority": "P1"})),
        ("09:10", json!({"state": "in_progress", "responded_on": "2026-11-12T09:10:00Z"})),
        ("10:00", json!({"state": "waiting_customer"})),
        ("11:30", json!({"state": "in_progress"})),
    ]);
    let kept = load(&store(&replay(&kind("incident"), &marks, &standard(), at("11:30"))));
    assert_eq!(due(&kept), Some(at("14:30")));
    for now in ["11:30", "12:00", "14:29", "14:30", "14:31", "23:00"] {
        let later: Vec<_> = kept.iter().map(|clock| advanced(clock.clone(), &standard(), at(now))).collect();
        let mut fresh = replay(&kind("incident"), &marks, &standard(), at(now));
        // What is stored is counted no further than the goal.
        fresh[1].used_seconds = fresh[1].used_seconds.min(fresh[1].goal_seconds);
        assert_eq!(later, fresh, "at {now}");
    }
}

fn entry(act: &str, mark: &Mark) -> Entry {
    Entry {
        seq: 0,
        record: RecordId(1),
        kind: "incident",
        number: "INC-1".into(),
        version: 1,
        at: mark.at,
        recorded: Moment(0),
        by: None,
        via: Via::Command,
        act: act.into(),
        changes: mark.changes.clone(),
        base: mark.base.clone(),
        note: None,
        linked: Vec::new(),
        unlinked: Vec::new(),
        attached: Vec::new(),
        previous: String::new(),
    }
}

#[test]
fn an_import_of_what_is_over_starts_no_clock() {
    let incident_kind = kind("incident");
    let marks = incident(&[
        ("09:00", json!({"state": "new", "priority": "P1"})),
        ("10:00", json!({"state": "closed"})),
        ("11:00", json!({"state": "in_progress"})),
    ]);
    let told = |acts: &[&str]| -> Vec<Entry> { acts.iter().zip(&marks).map(|(act, mark)| entry(act, mark)).collect() };
    assert!(is_started(&incident_kind, &told(&["import"])), "it came in open");
    assert!(!is_started(&incident_kind, &told(&["import", "import"])), "it came in over");
    assert!(is_started(&incident_kind, &told(&["import", "import", "step"])), "it was taken up again here");
    assert!(is_started(&incident_kind, &told(&["create", "step"])), "it was closed here");
}
