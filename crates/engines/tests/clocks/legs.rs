//! Legs: the time that each team and each supplier has a ticket, against what was agreed with them.

use engines::clocks::{Agreements, Clock, Holder, Name, Pace, Standing, hands, replay, shares, working};
use model::{Mark, Record};
use serde_json::{Value as Json, json};

use crate::build::{at, incident, kind, mark, record};

const LONG_AGO: &str = "2026-01-01T00:00:00Z";

/// An agreement with TM-2: P1 within so many hours.
fn internal(number: &str, hours: i64, more: Json) -> (Record, Vec<Mark>) {
    let row = json!({"kind": "incident", "priority": "P1", "resolution": hours * 3_600});
    let mut fields = json!({"state": "agreed", "teams": ["TM-2"], "ticket_targets": [row]});
    fields.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
    record("internal_agreement", number, &[(LONG_AGO, fields)])
}

/// A contract with PTY-1: every ticket within so many hours.
fn contract(hours: i64, more: Json) -> (Record, Vec<Mark>) {
    let row = json!({"resolution": hours * 3_600});
    let mut fields = json!({"state": "active", "party": "PTY-1", "start": "2026-01-01", "ticket_targets": [row]});
    fields.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
    record("contract", "CON-1", &[(LONG_AGO, fields)])
}

/// A P1 that the desk takes at nine and hands to TM-2 at eleven.
fn ticket(then: &[(&str, Json)]) -> Vec<Mark> {
    let new = json!({"state": "new", "priority": "P1", "service": "SVC-1", "team": "TM-1"});
    let mut told = vec![("09:00", new), ("11:00", json!({"team": "TM-2"}))];
    told.extend(then.iter().cloned());
    incident(&told)
}

fn legs(marks: &[Mark], agreed: &Agreements, now: &str) -> Vec<Clock> {
    let clocks = replay(&kind("incident"), marks, agreed, at(now));
    clocks.into_iter().filter(|clock| clock.name == Name::Leg).collect()
}

/// Whose, standing, working seconds used, due.
fn told(clocks: &[Clock]) -> Vec<(&str, Standing, i64, Option<model::Moment>)> {
    clocks.iter().map(|clock| (clock.leg.as_str(), clock.standing, clock.used_seconds, clock.due)).collect()
}

#[test]
fn a_leg_begins_at_the_hand_over_and_ends_when_it_leaves() {
    let agreed = Agreements::read(&[internal("OLA-1", 2, json!({}))]);
    let marks = ticket(&[]);
    assert!(legs(&marks, &agreed, "10:59").is_empty(), "nobody agreed on anything with the first team");
    let running = legs(&marks, &agreed, "12:00");
    assert_eq!(told(&running), [("TM-2", Standing::Running, 3_600, Some(at("13:00")))]);
    assert_eq!((running[0].started, running[0].agreement.as_str()), (at("11:00"), "OLA-1"));
    let late = legs(&marks, &agreed, "13:30");
    assert_eq!(late[0].standing, Standing::Late);
    let left = ticket(&[("12:30", json!({"team": "TM-1"}))]);
    assert_eq!(told(&legs(&left, &agreed, "20:00")), [("TM-2", Standing::Met, 5_400, Some(at("13:00")))]);
    let solved = ticket(&[("13:30", json!({"state": "resolved"}))]);
    assert_eq!(told(&legs(&solved, &agreed, "20:00")), [("TM-2", Standing::Missed, 9_000, Some(at("13:00")))]);
    let dropped = ticket(&[("11:30", json!({"state": "cancelled"}))]);
    assert_eq!(legs(&dropped, &agreed, "20:00")[0].standing, Standing::Dropped);
}

#[test]
fn what_a_leg_waits_for_somebody_else_is_not_its_time() {
    let agreed = Agreements::read(&[internal("OLA-1", 2, json!({}))]);
    let marks = ticket(&[("11:30", json!({"state": "waiting_customer"})), ("14:30", json!({"state": "in_progress"}))]);
    assert_eq!(told(&legs(&marks, &agreed, "12:00")), [("TM-2", Standing::OnHold, 1_800, None)]);
    assert_eq!(told(&legs(&marks, &agreed, "15:00")), [("TM-2", Standing::Running, 3_600, Some(at("16:00")))]);
    let strict = Agreements::read(&[internal("OLA-1", 2, json!({"pausing_states": ["none"]}))]);
    assert_eq!(legs(&marks, &strict, "15:00")[0].standing, Standing::Late, "time always runs under this one");
}

#[test]
fn a_second_visit_goes_on_with_the_clock_of_the_first() {
    let agreed = Agreements::read(&[internal("OLA-1", 2, json!({"reopen_days": 1}))]);
    let to_and_fro = |back: &str| ticket(&[("12:00", json!({"team": "TM-1"})), (back, json!({"team": "TM-2"}))]);
    let marks = to_and_fro("15:00");
    // One hour of two is used, whatever happened elsewhere: passing it on makes no new time.
    assert_eq!(told(&legs(&marks, &agreed, "15:30")), [("TM-2", Standing::Running, 5_400, Some(at("16:00")))]);
    let shown = working(&kind("incident"), &marks, &agreed, at("15:30"));
    let paces: Vec<Pace> = shown.last().expect("a leg").segments.iter().map(|segment| segment.pace.clone()).collect();
    assert_eq!(paces, [Pace::Running, Pace::Away("TM-1".into()), Pace::Running]);
    assert_eq!(paces[1].rule(Name::Leg), "R06");
    // Two days later it is another leg, and the first one stays as it was.
    let marks = to_and_fro("2026-11-14T15:00:00Z");
    let late = legs(&marks, &agreed, "2026-11-14T15:30:00Z");
    assert_eq!(
        told(&late),
        [
            ("TM-2", Standing::Met, 3_600, Some(at("13:00"))),
            ("TM-2", Standing::Running, 1_800, Some(at("2026-11-14T17:00:00Z")))
        ]
    );
    // What was resolved and comes back in time goes on as well.
    let marks = ticket(&[("12:00", json!({"state": "resolved"})), ("14:00", json!({"state": "in_progress"}))]);
    assert_eq!(told(&legs(&marks, &agreed, "14:30")), [("TM-2", Standing::Running, 5_400, Some(at("15:00")))]);
}

#[test]
fn a_supplier_has_it_while_it_waits_for_the_one_that_is_named() {
    let agreed = Agreements::read(&[internal("OLA-1", 2, json!({})), contract(4, json!({}))]);
    let marks = ticket(&[
        ("12:00", json!({"state": "waiting_supplier"})),
        ("12:30", json!({"vendor": "PTY-1"})),
        ("18:00", json!({"state": "in_progress"})),
    ]);
    let now = legs(&marks, &agreed, "14:30");
    // Half an hour of waiting for nobody in particular is nobody's; the team's clock stands still.
    assert_eq!(
        told(&now),
        [("TM-2", Standing::Met, 3_600, Some(at("13:00"))), ("PTY-1", Standing::Running, 7_200, Some(at("16:30")))]
    );
    let after = legs(&marks, &agreed, "18:30");
    assert_eq!(
        told(&after),
        [("TM-2", Standing::Running, 5_400, Some(at("19:00"))), ("PTY-1", Standing::Missed, 19_800, Some(at("16:30")))]
    );
}

#[test]
fn each_leg_has_the_hours_of_its_own_agreement() {
    let windows = json!([{"weekday": "thursday", "from": "08:00", "to": "12:00"}, {"weekday": "friday", "from": "08:00", "to": "12:00"}]);
    let hours = record(
        "service_calendar",
        "CLN-7",
        &[(LONG_AGO, json!({"state": "current", "name": "Mornings", "zone": "UTC", "windows": windows}))],
    );
    let agreed = Agreements::read(&[internal("OLA-1", 2, json!({"calendar": "CLN-7"})), hours]);
    let leg = &legs(&ticket(&[]), &agreed, "12:30")[0];
    assert_eq!((leg.due, leg.used_seconds, leg.hours.as_str()), (Some(at("2026-11-13T09:00:00Z")), 3_600, "Mornings"));
}

#[test]
fn the_closest_agreement_in_force_binds() {
    let one = internal("OLA-1", 2, json!({}));
    let two = internal("OLA-2", 3, json!({"services": ["SVC-1"]}));
    let other = internal("OLA-3", 4, json!({"services": ["SVC-2"]}));
    let goal = |agreed: &[(Record, Vec<Mark>)]| {
        let legs = legs(&ticket(&[]), &Agreements::read(agreed), "12:00");
        legs.first().map(|leg| (leg.agreement.clone(), leg.goal_seconds / 3_600))
    };
    assert_eq!(goal(&[one.clone(), two.clone(), other.clone()]), Some(("OLA-2".into(), 3)), "about the service");
    assert_eq!(goal(&[one.clone(), other.clone()]), Some(("OLA-1".into(), 2)), "about all services");
    assert_eq!(goal(&[other]), None, "another service's is nothing to this one");
    let mut ended = one.clone();
    ended.1.push(mark(&kind("internal_agreement"), "2026-02-01T00:00:00Z", json!({"state": "withdrawn"})));
    assert_eq!(goal(&[ended]), None, "an ended one binds nobody");
    let mut emptied = one;
    emptied.1.push(mark(&kind("internal_agreement"), "2026-02-01T00:00:00Z", json!({"ticket_targets": null})));
    assert_eq!(goal(&[emptied]), None, "neither does one from which the times were taken");
}

#[test]
fn what_is_agreed_on_the_way_counts_from_then() {
    let row = json!({"resolution": 7_200});
    let fields = json!({"state": "agreed", "teams": ["TM-2"], "ticket_targets": [row]});
    let agreed = Agreements::read(&[record("internal_agreement", "OLA-1", &[("12:00", fields)])]);
    assert_eq!(told(&legs(&ticket(&[]), &agreed, "12:30")), [("TM-2", Standing::Running, 1_800, Some(at("14:00")))]);
    let left = ticket(&[("11:30", json!({"team": "TM-1"}))]);
    assert!(legs(&left, &agreed, "12:30").is_empty(), "what was over before it was agreed is nobody's miss");
    // A priority that is said late counts from the hand-over, as it does for the ticket.
    let agreed = Agreements::read(&[internal("OLA-1", 2, json!({}))]);
    let marks = incident(&[("09:00", json!({"state": "new", "team": "TM-2"})), ("09:30", json!({"priority": "P1"}))]);
    assert_eq!(told(&legs(&marks, &agreed, "10:00")), [("TM-2", Standing::Running, 3_600, Some(at("11:00")))]);
    // A contract that runs out binds nobody from the day after its last one on.
    let short = Agreements::read(&[contract(48, json!({"end": "2026-11-12"}))]);
    let marks = ticket(&[("12:00", json!({"state": "waiting_supplier", "vendor": "PTY-1"}))]);
    assert_eq!(legs(&marks, &short, "13:00").len(), 1);
    let marks = ticket(&[("2026-11-13T08:00:00Z", json!({"state": "waiting_supplier", "vendor": "PTY-1"}))]);
    assert!(legs(&marks, &short, "2026-11-13T09:00:00Z").is_empty());
}

#[test]
fn shares_say_whose_leg_ate_the_time() {
    let agreed = Agreements::read(&[]);
    let marks = ticket(&[
        ("12:00", json!({"state": "waiting_customer"})),
        ("14:00", json!({"state": "in_progress"})),
        ("14:30", json!({"team": "TM-1"})),
        ("15:00", json!({"state": "waiting_supplier", "vendor": "Halden"})),
        ("15:45", json!({"state": "resolved"})),
    ]);
    let stays = hands(&kind("incident"), &marks, &agreed, at("20:00"));
    let told: Vec<_> = shares(&stays)
        .into_iter()
        .map(|share| (share.holder, share.visits, share.held_seconds / 60, share.used_seconds / 60))
        .collect();
    let team = |number: &str| Holder::Team(number.into());
    assert_eq!(
        told,
        [
            (team("TM-1"), 2, 150, 150),
            (team("TM-2"), 2, 90, 90),
            (Holder::Asker, 1, 120, 0),
            (Holder::Supplier("Halden".into()), 1, 45, 45),
        ]
    );
    // Together they are all of the time, and all that the clock of the whole ticket used.
    let clock = crate::build::resolution(&marks, &agreed, "20:00");
    assert_eq!(told.iter().map(|share| share.3).sum::<i64>() * 60, clock.used_seconds);
    assert_eq!(told.iter().map(|share| share.2).sum::<i64>(), 6 * 60 + 45);
    assert!(stays.windows(2).all(|pair| pair[0].to == pair[1].from), "without gaps");
}
