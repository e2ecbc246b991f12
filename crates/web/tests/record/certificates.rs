//! Certificates: what is warned of before it is too late, what the body is to be told, and the way from one body to another.

use model::{Command, Input, Query, Target, query::EVERY};
use serde_json::{Value as Json, json};
use web::pages::road;

use crate::{
    road::{certified, houses, ines, ok},
    world::{World, now},
};

/// Titles of the actions on record, in order.
async fn actions(world: &World) -> Vec<String> {
    let query = Query { columns: vec![EVERY.into()], size: 100, ..Query::of("action") };
    let page = world.desk.list(&ines(), &query, now()).await.expect("a list");
    let mut titles: Vec<String> = page.records.iter().map(|shown| shown.title().to_owned()).collect();
    titles.sort_unstable();
    titles
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_and_the_time_to_restore_are_warned_of_before_they_end() {
    for world in houses().await {
        limits_of(&world).await;
    }
}

async fn limits_of(world: &World) {
    certified(world).await;
    world.line(json!({"kind": "certificate", "number": "CER-2", "title": "Second", "state": "suspended", "fields": {"body": "CBO-1", "owner": "ines@tidewell.example", "decided_on": "2025-12-20", "valid_to": "2028-12-19", "suspended_on": "2026-06-10", "suspended_for": "Late"}})).await;
    world.line(json!({"kind": "certificate", "number": "CER-3", "title": "Third", "state": "expired", "fields": {"body": "CBO-1", "owner": "ines@tidewell.example", "decided_on": "2023-08-01", "valid_to": "2026-07-31"}})).await;
    let page = ok(world, "/road").await;
    for words in
        ["Six months end on Thu 10 Dec 2026, 15 days left", "may restore it until Sun 31 Jan 2027, 67 days left"]
    {
        assert!(page.contains(words), "{words} in {page:.4000}");
    }
    for number in ["CER-1", "CER-2", "CER-3"] {
        assert!(page.contains(&format!("id=\"cer-{number}\"")), "{number} stands beside the others");
    }
    road::watch(&world.desk, now()).await.expect("it is looked after");
    let told = actions(world).await;
    for title in [
        "Have CER-3 restored (by 2027-01-31)",
        "Have the suspension of CER-2 lifted (by 2026-12-10)",
        "Book surveillance audit 1 of CER-1 (by 2027-01-10)",
    ] {
        assert!(told.iter().any(|known| known == title), "{title} in {told:?}");
    }
    assert_eq!(road::watch(&world.desk, now()).await.expect("it is looked after"), 0, "done twice it changes nothing");
    let made = world.post("/road/calendar", &[]).await;
    let (_, rest) = made.text.split_once("/calendar/").expect("the address is shown");
    let feed = world.get(&format!("/calendar/{}", rest.split('<').next().expect("an address"))).await.text;
    for words in [
        "Last day of the suspension (CER-2)",
        "Last day to restore the certificate (CER-3)",
        "DTSTART;VALUE=DATE:20261210",
    ] {
        assert!(feed.contains(words), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_body_is_to_be_told_of_what_changed_since() {
    for world in houses().await {
        telling(&world).await;
    }
}

async fn telling(world: &World) {
    world.line(json!({"kind": "location", "number": "LOC-1", "title": "Harbour House", "state": "current", "fields": {"name": "Harbour House", "address": "1 Quay"}, "history": [{"at": "2025-05-01T08:00:00Z"}]})).await;
    certified(world).await;
    assert!(
        !ok(world, "/road").await.contains("The body does not know of changes."),
        "nothing changed since the decision"
    );
    world.line(json!({"kind": "location", "number": "LOC-2", "title": "North", "state": "current", "fields": {"name": "North", "address": "2 Dock"}, "history": [{"at": "2026-11-02T08:00:00Z"}]})).await;
    world.line(json!({"kind": "role", "number": "ROL-1", "title": "Top", "state": "current", "fields": {"name": "top-management", "holder": "helena@tidewell.example"}, "history": [{"at": "2026-11-03T08:00:00Z"}]})).await;
    let page = ok(world, "/road").await;
    assert!(
        page.contains("The body does not know of changes.") && page.contains("addresses and sites: North is new"),
        "{page:.3000}"
    );
    road::watch(&world.desk, now()).await.expect("it is looked after");
    let title = "Tell Meridian of changes of addresses and sites, key people (CER-1: LOC-2, ROL-1)";
    let told = actions(world).await;
    assert!(told.iter().any(|known| known == title), "{told:?}");
    road::watch(&world.desk, now()).await.expect("it is looked after");
    assert_eq!(actions(world).await, told, "done twice it changes nothing");
    let target = Target { kind: "certificate".into(), number: "CER-1".into(), version: None };
    let rows = json!([{"on": "2026-11-20", "about": "addresses and sites", "text": "North"}, {"on": "2026-11-20", "about": "key people", "text": "Helena"}]);
    let input = Input::json([("told".to_owned(), rows)]);
    world.desk.perform(&ines(), Command::Edit { target, input }, now()).await.expect("it is told");
    assert!(!ok(world, "/road").await.contains("The body does not know of changes."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_moves_to_another_body_without_open_majors_and_keeps_its_cycle() {
    for world in houses().await {
        moving(&world).await;
    }
}

async fn moving(world: &World) {
    certified(world).await;
    world.line(json!({"kind": "certification_body", "number": "CBO-2", "fields": {"name": "Albion"}})).await;
    world.line(json!({"kind": "certification_audit", "number": "CAU-1", "state": "closed", "fields": {"type": "surveillance", "turn": 1, "certificate": "CER-1", "begins": "2026-11-02", "ends": "2026-11-03", "conclusion": "recommended", "findings": ["NCR-7"]}})).await;
    world.line(json!({"kind": "nonconformity", "number": "NCR-7", "title": "No audit", "state": "acting", "fields": {"grade": "major"}})).await;
    let perform = async |command: Command| world.desk.perform(&ines(), command, now()).await;
    let step = |to: &str, fields: Json| Command::Step {
        target: Target { kind: "certificate".into(), number: "CER-1".into(), version: None },
        to: to.into(),
        input: Input::json(fields.as_object().cloned().unwrap_or_default()),
        note: None,
        public: false,
    };
    let create = |kind: &str, number: &str, fields: Json| Command::Create {
        kind: kind.into(),
        number: Some(number.into()),
        input: Input::json(fields.as_object().cloned().unwrap_or_default()),
    };
    let visit =
        || create("certification_audit", "CAU-2", json!({"type": "transfer", "certificate": "CER-1", "body": "CBO-2"}));
    for refused in [perform(visit()).await, perform(step("transferred", json!({"moved_to": "CBO-2"}))).await] {
        let why = refused.expect_err("a major is open");
        assert!(why.sentence().contains("NCR-7 of CER-1 is open"), "{why}");
    }
    let closed = Command::Step {
        target: Target { kind: "nonconformity".into(), number: "NCR-7".into(), version: None },
        to: "closed".into(),
        input: Input::default(),
        note: None,
        public: false,
    };
    perform(closed).await.expect("it is closed");
    let same = perform(step("transferred", json!({"moved_to": "CBO-1"}))).await.expect_err("the same body");
    assert!(same.sentence().contains("keeps it already"), "{same}");
    perform(visit()).await.expect("the other body looks at it");
    let later = json!({"title": "Moved", "body": "CBO-2", "transferred_from": "CER-1", "decided_on": "2026-01-10", "valid_to": "2029-11-24"});
    let refused = perform(create("certificate", "CER-2", later.clone())).await.expect_err("a cycle of its own");
    assert!(refused.sentence().contains("its cycle goes on"), "{refused}");
    let mut fields = later;
    fields["valid_to"] = "2029-01-09".into();
    perform(create("certificate", "CER-2", fields)).await.expect("the cycle goes on");
    perform(step("transferred", json!({"moved_to": "CBO-2"}))).await.expect("it moves");
    let award = Command::Step {
        target: Target { kind: "certificate".into(), number: "CER-2".into(), version: None },
        to: "valid".into(),
        input: Input::default(),
        note: None,
        public: false,
    };
    perform(award).await.expect("it is valid");
    let page = ok(world, "/road").await;
    assert!(page.contains("taken over with CER-1") && page.contains("held Tue 3 Nov 2026"), "{page:.4000}");
    assert!(!page.contains("id=\"cer-CER-1\""), "what has moved stands no more");
}
