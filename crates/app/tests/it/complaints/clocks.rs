//! Clocks that must be right whatever happens to a ticket on its way, as pages, lists, files and API tell them.

use axum::http::Method;
use model::time::MINUTE;
use serde_json::{Value as Json, json};

use super::house::{AGENT, House, clock};
use crate::{
    building::OWNER,
    world::{Database, World, at, program, said},
};

both_databases!(
    a_change_of_priority_keeps_the_pauses_already_taken,
    a_weekend_on_hold_is_counted_once,
    what_is_on_hold_is_late_nowhere,
    what_was_resolved_and_comes_back_was_not_on_hold_in_between,
    the_next_update_leaves_the_first_answer_alone,
    the_program_tries_its_own_clocks_and_finds_a_wrong_one,
    a_day_that_is_closed_from_tomorrow_on_moves_open_tickets_and_no_day_before_it,
    the_night_of_the_clock_change_has_the_hours_that_it_has,
);

/// A Thursday, nine in the morning in London.
const BEGIN: &str = "2026-11-12T09:00:00Z";

/// An agreement about SVC-1, in force since the beginning of the month: P1 in four hours and P3 in eight, a quarter of it to
/// answer, in the hours of a calendar.
async fn agreed(house: &House, since: &str, zone: &str, windows: &[(&str, &str, &str)]) {
    house.turn(since);
    let windows: Vec<Json> =
        windows.iter().map(|(day, from, to)| json!({"weekday": day, "from": from, "to": to})).collect();
    house.make("service_calendars", json!({"name": "Agreed hours", "zone": zone, "windows": windows})).await;
    house.make("services", json!({"name": "Payments"})).await;
    let row = |priority: &str, hours: i64| json!({"kind": "incident", "priority": priority, "response": hours * 900, "resolution": hours * 3_600});
    let targets = json!([row("P1", 4), row("P3", 8), row("P5", 7)]);
    let sla = json!({"title": "Payments", "service": "SVC-1", "ticket_targets": targets, "calendar": "CLN-1"});
    let sla = house.make("slas", sla).await;
    house.step(&sla, "agreed", json!({})).await;
}

const OFFICE: [(&str, &str, &str); 5] = [
    ("monday", "09:00", "17:00"),
    ("tuesday", "09:00", "17:00"),
    ("wednesday", "09:00", "17:00"),
    ("thursday", "09:00", "17:00"),
    ("friday", "09:00", "17:00"),
];

async fn office(database: Database) -> House {
    let house = House::new(database).await;
    agreed(&house, "2026-11-02T08:00:00Z", "Europe/London", &OFFICE).await;
    house
}

/// A ticket that comes in at an instant, with one level for impact and urgency: medium is P3, high P1, low P5.
async fn raised(house: &House, instant: &str, level: &str) -> String {
    house.turn(instant);
    let fields = json!({"title": "Tills decline", "service": "SVC-1", "impact": level, "urgency": level});
    house.make("incidents", fields).await
}

async fn step(house: &House, path: &str, to: &str, instant: &str) {
    house.turn(instant);
    let fields = if to == "resolved" { json!({"resolution": "Restarted", "category": "other"}) } else { json!({}) };
    house.step(path, to, fields).await;
}

/// Standing, seconds used and due moment of the clock to resolve.
async fn resolution(house: &House, path: &str, instant: &str) -> (String, i64, String) {
    house.turn(instant);
    let record = house.read(path).await;
    let clock = clock(&record, "resolution");
    let text = |name: &str| clock[name].as_str().unwrap_or_default().to_string();
    (text("standing"), clock["used"].as_i64().expect("seconds"), text("due"))
}

fn told(standing: &str, used: i64, due: &str) -> (String, i64, String) {
    (standing.to_string(), used, due.to_string())
}

/// Complaint 13: another target is measured from the same beginning with the same pauses.
async fn a_change_of_priority_keeps_the_pauses_already_taken(database: Database) {
    let house = office(database).await;
    let path = raised(&house, BEGIN, "medium").await;
    step(&house, &path, "waiting_customer", "2026-11-12T10:00:00Z").await;
    step(&house, &path, "in_progress", "2026-11-12T13:00:00Z").await;
    let noon = "2026-11-12T13:30:00Z";
    assert_eq!(resolution(&house, &path, noon).await, told("running", 5_400, "2026-11-13T12:00:00Z"));
    // Four and a half hours after it came in, three of them on hold, it becomes a matter of four hours.
    house.edit(&path, json!({"impact": "high", "urgency": "high"})).await;
    assert_eq!(resolution(&house, &path, noon).await, told("running", 5_400, "2026-11-12T16:00:00Z"));
    // And back: nothing of it is lost on the way.
    house.edit(&path, json!({"impact": "medium", "urgency": "medium"})).await;
    assert_eq!(resolution(&house, &path, noon).await, told("running", 5_400, "2026-11-13T12:00:00Z"));
}

/// Complaint 14: one meaning of working time: what a pause takes off is what the calendar gives.
async fn a_weekend_on_hold_is_counted_once(database: Database) {
    let house = office(database).await;
    let path = raised(&house, "2026-11-13T15:00:00Z", "medium").await;
    step(&house, &path, "waiting_customer", "2026-11-13T16:00:00Z").await;
    assert_eq!(resolution(&house, &path, "2026-11-15T12:00:00Z").await, told("on_hold", 3_600, ""));
    step(&house, &path, "in_progress", "2026-11-16T10:00:00Z").await;
    // Seven hours are left of eight, and there are seven until five o'clock.
    assert_eq!(resolution(&house, &path, "2026-11-16T10:00:00Z").await, told("running", 3_600, "2026-11-16T17:00:00Z"));
    step(&house, &path, "resolved", "2026-11-16T17:00:00Z").await;
    let (standing, used, _) = resolution(&house, &path, "2026-11-17T10:00:00Z").await;
    assert_eq!((standing.as_str(), used), ("met", 8 * 3_600), "a limit that is reached exactly is kept");
}

/// Complaint 17: page, list, file, filter, picture and escalation read one and the same clock.
async fn what_is_on_hold_is_late_nowhere(database: Database) {
    let house = office(database).await;
    let held = raised(&house, BEGIN, "high").await;
    let late = raised(&house, BEGIN, "high").await;
    step(&house, &held, "waiting_customer", "2026-11-12T10:00:00Z").await;
    step(&house, &late, "in_progress", "2026-11-12T10:00:00Z").await;
    // A day after the four hours were over.
    let then = "2026-11-13T14:00:00Z";
    house.turn(then);
    house.world.desk.work_once(&[], at(then)).await.expect("the worker");
    assert_eq!(resolution(&house, &held, then).await, told("on_hold", 3_600, ""));
    assert_eq!(resolution(&house, &late, then).await.0, "late");
    let listed = house.read("/api/v1/incidents?filter=phase+%21%3D+done&order_by=number").await;
    let standings: Vec<&Json> =
        listed["items"].as_array().expect("items").iter().map(|one| &clock(one, "resolution")["standing"]).collect();
    assert_eq!(standings, ["on_hold", "late"]);
    let overdue = house.read("/api/v1/incidents?filter=due+%3C+now&fields=number&count=true").await;
    assert_eq!((&overdue["count"], &overdue["items"][0]["number"]), (&json!(1), &json!("INC-2")));
    let page = house.building.get(AGENT, "/incidents/INC-1").await.text;
    assert!(page.contains("On hold, 3:00 left"), "{page}");
    let queue = house.building.get(AGENT, "/incidents?filter=number+%3D+INC-1").await.text;
    assert!(queue.contains("On hold, 3:00 left"), "{queue}");
    let pictures = house.building.get(OWNER, "/pictures.csv?weeks=4").await.text;
    assert!(pictures.lines().any(|line| line.starts_with("now,Late,,1,")), "{pictures}");
    for (number, brought_in) in [("INC-1", false), ("INC-2", true)] {
        let record = house.read(&format!("/api/v1/incidents/{number}/journal")).await;
        let escalated = record.to_string().contains("\"escalate\"");
        assert_eq!(escalated, brought_in, "{number}: {record}");
    }
}

/// Complaint 18: between the end and the return nothing was on hold: it was over, and that is what the working says.
async fn what_was_resolved_and_comes_back_was_not_on_hold_in_between(database: Database) {
    let house = office(database).await;
    let path = raised(&house, BEGIN, "medium").await;
    step(&house, &path, "in_progress", BEGIN).await;
    step(&house, &path, "resolved", "2026-11-12T11:00:00Z").await;
    assert_eq!(resolution(&house, &path, "2026-11-12T12:00:00Z").await.0, "met");
    step(&house, &path, "in_progress", "2026-11-13T11:00:00Z").await;
    let then = "2026-11-13T12:00:00Z";
    assert_eq!(resolution(&house, &path, then).await, told("running", 3 * 3_600, "2026-11-13T17:00:00Z"));
    let record = house.read(&path).await;
    let segments = clock(&record, "resolution")["segments"].as_array().expect("segments").clone();
    let paces: Vec<&str> = segments.iter().filter_map(|part| part["pace"].as_str()).collect();
    assert!(!paces.contains(&"on_hold") && paces.contains(&"over"), "{paces:?}");
    let over = segments.iter().filter(|part| part["pace"] == "over");
    assert!(over.clone().all(|part| part["used"] == 0 && part["rule"] == "R06"), "{segments:?}");
    let page = house.building.get(AGENT, "/incidents/INC-1").await.text;
    assert!(!page.contains("time stands still."), "no state that holds the clock is named: {page}");
}

/// Complaint 21: each promise has its own clock; the soonest leads and none hides another.
async fn the_next_update_leaves_the_first_answer_alone(database: Database) {
    let house = office(database).await;
    house.edit("/api/v1/services/SVC-1", json!({"criticality": "critical"})).await;
    let path = raised(&house, BEGIN, "high").await;
    let record = house.read(&path).await;
    let due = |record: &Json, name: &str| clock(record, name)["due"].as_str().unwrap_or_default().to_string();
    assert_eq!(record["fields"]["major"], true, "{record}");
    assert_eq!(due(&record, "response"), "2026-11-12T10:00:00Z");
    assert_eq!(due(&record, "resolution"), "2026-11-12T13:00:00Z");
    // Whatever the next word is promised for, the answer is due when it was.
    for (promised, soonest) in
        [("2026-11-12T09:20:00Z", "2026-11-12T09:20:00Z"), ("2026-11-12T15:00:00Z", "2026-11-12T10:00:00Z")]
    {
        house.edit(&path, json!({"next_update": promised})).await;
        let record = house.read(&path).await;
        assert_eq!(due(&record, "update"), promised);
        assert_eq!(due(&record, "response"), "2026-11-12T10:00:00Z");
        assert_eq!(due(&record, "resolution"), "2026-11-12T13:00:00Z");
        assert_eq!(record["due_on"], soonest, "the soonest leads");
        let names: Vec<&Json> =
            record["clocks"].as_array().expect("clocks").iter().map(|clock| &clock["name"]).collect();
        assert_eq!(names, ["response", "resolution", "update"], "all are told");
    }
    house.turn("2026-11-12T09:10:00Z");
    house.note(AGENT, &path, "We are looking into it.", true).await;
    let record = house.read(&path).await;
    assert_eq!(clock(&record, "response")["standing"], "met");
    assert!(due(&record, "update").as_str() > "2026-11-12T09:10:00Z", "a word promises the next one");
    assert_eq!(due(&record, "resolution"), "2026-11-12T13:00:00Z");
}

/// Complaint 23: the scenarios of clocks travel with the program, and whoever installs it can run them.
async fn the_program_tries_its_own_clocks_and_finds_a_wrong_one(database: Database) {
    let world = World::new(database).await;
    let (code, answer, error) = said(program(&world.url).arg("selftest"));
    assert_eq!((code, error.as_str()), (Some(0), ""), "{answer}");
    let vectors: Json = serde_json::from_str(engines::rules::BUILT_IN_VECTORS).expect("JSON");
    for rule in ["R01", "R02", "R03", "R04", "R05", "R06", "R07", "R08", "R10"] {
        let count = vectors["vectors"].as_array().expect("vectors").iter().filter(|one| one["rule"] == rule).count();
        assert!(count >= 2, "{rule} is tried {count} times");
    }
    let passed: usize = answer.lines().last().and_then(|line| line.split(' ').next()?.parse().ok()).expect("a count");
    assert!(passed >= 100 && answer.contains(" 0 failed"), "{answer}");
    // One second more than it is, and the program says so.
    let mut wrong = vectors;
    let one =
        wrong["vectors"].as_array_mut().expect("vectors").iter_mut().find(|one| one["id"] == "R01-01").expect("it");
    one["expected"]["seconds"] = json!(one["expected"]["seconds"].as_i64().expect("seconds") + 1);
    let file = world.file("wrong.json", wrong.to_string().as_bytes());
    let (code, answer, _) = said(program(&world.url).arg("selftest").arg(file));
    assert_eq!(code, Some(1));
    assert!(answer.contains("R01-01") && answer.contains("1 failed"), "{answer}");
}

/// Complaint 27: other hours hold from the day that somebody said, for open tickets as for new ones, and change no day before.
async fn a_day_that_is_closed_from_tomorrow_on_moves_open_tickets_and_no_day_before_it(database: Database) {
    let house = office(database).await;
    let path = raised(&house, "2026-11-12T15:00:00Z", "medium").await;
    assert_eq!(resolution(&house, &path, "2026-11-12T15:30:00Z").await, told("running", 1_800, "2026-11-13T15:00:00Z"));
    house.turn("2026-11-12T16:00:00Z");
    let windows: Vec<Json> =
        OFFICE.iter().map(|(day, from, to)| json!({"weekday": day, "from": from, "to": to})).collect();
    let hours = json!({"name": "Agreed hours", "zone": "Europe/London", "windows": windows, "valid_from": "2026-11-13",
        "closed_dates": ["2026-11-12", "2026-11-13"]});
    house.make("service_calendars", hours).await;
    let soon = at("2026-11-12T16:00:00Z").plus(MINUTE);
    house.world.desk.work_once(&[], soon).await.expect("the worker");
    // Thursday was over before the new hours began to hold: its two hours count. Friday is closed.
    let used = resolution(&house, &path, "2026-11-12T17:30:00Z").await;
    assert_eq!(used, told("running", 2 * 3_600, "2026-11-16T15:00:00Z"));
    let listed = house.read("/api/v1/incidents?filter=phase+%21%3D+done").await;
    assert_eq!(clock(&listed["items"][0], "resolution")["due"], "2026-11-16T15:00:00Z", "the list says the same");
    assert_eq!(house.world.desk.rebuild_clocks(at("2026-11-12T17:30:00Z")).await.expect("clocks"), 0);
    // A pause moves the end by itself and not from the beginning.
    step(&house, &path, "waiting_customer", "2026-11-16T10:00:00Z").await;
    step(&house, &path, "in_progress", "2026-11-16T11:00:00Z").await;
    let moved = resolution(&house, &path, "2026-11-16T11:00:00Z").await;
    assert_eq!(moved, told("running", 3 * 3_600, "2026-11-16T16:00:00Z"));
}

/// Complaint 28: hours are those of a zone, instants those of the world: one night has seven hours and another one five.
async fn the_night_of_the_clock_change_has_the_hours_that_it_has(database: Database) {
    let house = House::new(database).await;
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let nights: Vec<(&str, &str, &str)> = days.iter().map(|day| (*day, "00:00", "06:00")).collect();
    agreed(&house, "2026-03-02T08:00:00Z", "Europe/Berlin", &nights).await;
    // P5 is seven hours. In spring the night has five of them, the next one the other two.
    let spring = raised(&house, "2026-03-28T23:00:00Z", "low").await;
    assert_eq!(
        resolution(&house, &spring, "2026-03-29T12:00:00Z").await,
        told("running", 5 * 3_600, "2026-03-30T00:00:00Z")
    );
    // In autumn the night has all seven.
    let autumn = raised(&house, "2026-10-24T22:00:00Z", "low").await;
    assert_eq!(
        resolution(&house, &autumn, "2026-10-25T04:00:00Z").await,
        told("running", 6 * 3_600, "2026-10-25T05:00:00Z")
    );
    step(&house, &autumn, "resolved", "2026-10-25T05:00:00Z").await;
    assert_eq!(resolution(&house, &autumn, "2026-10-25T06:00:00Z").await.0, "met");
    let answer =
        house.building.ask(OWNER, Method::GET, "/api/v1/incidents?as_of=2026-03-29T12:00:00Z", &[], Vec::new()).await;
    assert_eq!(clock(&answer.json()["items"][0], "resolution")["left"], 2 * 3_600, "{}", answer.text);
}
