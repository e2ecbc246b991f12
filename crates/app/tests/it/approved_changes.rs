//! Changes that are approved by those whom their main service names: as many as it needs, and nobody round them.

use axum::http::{Method, StatusCode};
use serde_json::{Value as Json, json};

use crate::{
    building::{Answer, OWNER, Who},
    complaints::house::House,
    world::Database,
};

both_databases!(
    two_of_three_approve_a_change_and_nobody_goes_round_them,
    what_two_of_three_refuse_is_asked_anew_when_it_comes_back,
    what_was_agreed_before_or_cannot_wait_asks_nobody,
);

const BOARD: [&str; 3] =
    ["approver@tidewell.example", "process-owner@tidewell.example", "sms-manager@tidewell.example"];

async fn house(database: Database) -> House {
    let house = House::new(database).await;
    let policy = json!([{"stage": 1, "approver": "named", "people": BOARD, "need": 2}]);
    house
        .lines([json!({"kind": "service", "number": "SVC-1", "fields": {"name": "Tills", "change_approval": policy}})])
        .await;
    house
}

async fn change(house: &House, category: &str) -> String {
    let fields = json!({"title": "New switch", "service": "SVC-1", "category": category, "kind": "technical"});
    house.make("changes", fields).await
}

async fn weighed(house: &House, path: &str) {
    let effects = json!({"a": "none", "b": "none", "c": "none", "d": "none", "e": "none"});
    let fields = json!({"risk": "low", "benefit": "Faster", "feasibility": "Yes", "cost": 100, "effects": effects, "backout": "Plug the old one in",
        "planned_start": "2026-12-01T20:00:00Z", "planned_end": "2026-12-01T22:00:00Z"});
    house.edit(path, fields).await;
}

async fn to(house: &House, path: &str, state: &str) -> Answer {
    let address = format!("{path}/transitions");
    house.building.send(OWNER, Method::POST, &address, &[("if-match", "*")], &json!({"to": state})).await
}

async fn says(house: &House, who: &'static str, path: &str, decision: &str) -> Answer {
    let body = json!({"decision": decision, "reason": "Looked at it"});
    house.building.send(Who::Mail(who), Method::POST, &format!("{path}/decisions"), &[], &body).await
}

fn waits_for(record: &Json) -> usize {
    record["fields"]["waits_for"].as_array().map_or(0, Vec::len)
}

async fn two_of_three_approve_a_change_and_nobody_goes_round_them(database: Database) {
    let house = house(database).await;
    let path = change(&house, "normal").await;
    assert_eq!(house.read(&path).await["state"], "new", "nobody is asked before it is weighed");
    let round = to(&house, &path, "approved").await;
    assert_eq!(round.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", round.text);
    assert!(round.text.contains("bring it to waiting_approval first"), "{}", round.text);
    let early = to(&house, &path, "waiting_approval").await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", early.text);
    assert!(early.text.contains("planned_start") && early.text.contains("before anybody is asked"), "{}", early.text);
    weighed(&house, &path).await;
    assert_eq!(to(&house, &path, "waiting_approval").await.status, 200);
    assert_eq!(waits_for(&house.read(&path).await), 3);
    let number = path.rsplit('/').next().expect("a number").to_string();
    let list = house.building.get(Who::Mail(BOARD[0]), "/approvals").await.text;
    assert!(list.contains(&number) && list.contains("New switch"), "{list}");
    let round = to(&house, &path, "approved").await;
    assert_eq!(round.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", round.text);
    assert!(round.text.contains("still waits for the approval of"), "{}", round.text);
    assert_eq!(says(&house, BOARD[0], &path, "approve").await.status, 200);
    let record = house.read(&path).await;
    assert_eq!((&record["state"], waits_for(&record)), (&json!("waiting_approval"), 2), "one is not enough");
    assert_eq!(says(&house, BOARD[0], &path, "approve").await.status, StatusCode::FORBIDDEN, "one voice each");
    assert_eq!(says(&house, BOARD[2], &path, "approve").await.status, 200);
    let record = house.read(&path).await;
    let fields = &record["fields"];
    assert_eq!((&record["state"], &fields["decided_by"]), (&json!("approved"), &json!(BOARD[2])), "{record}");
    assert_eq!((&fields["decision"], waits_for(&record)), (&json!("approved"), 0), "{record}");
    assert_eq!(says(&house, BOARD[1], &path, "refuse").await.status, StatusCode::FORBIDDEN, "it is decided");
}

async fn what_two_of_three_refuse_is_asked_anew_when_it_comes_back(database: Database) {
    let house = house(database).await;
    let path = change(&house, "normal").await;
    weighed(&house, &path).await;
    assert_eq!(to(&house, &path, "waiting_approval").await.status, 200);
    assert_eq!(says(&house, BOARD[0], &path, "refuse").await.status, 200);
    assert_eq!(house.read(&path).await["state"], "waiting_approval", "the two others can still agree");
    assert_eq!(says(&house, BOARD[1], &path, "refuse").await.status, 200);
    assert_eq!(house.read(&path).await["state"], "rejected");
    assert_eq!(to(&house, &path, "new").await.status, 200);
    assert!(house.read(&path).await["fields"]["approvals"].is_null(), "what was said then stands in the journal");
    let again = to(&house, &path, "waiting_approval").await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(waits_for(&house.read(&path).await), 3, "all are asked anew");
}

async fn what_was_agreed_before_or_cannot_wait_asks_nobody(database: Database) {
    let house = house(database).await;
    for category in ["standard", "emergency"] {
        let path = change(&house, category).await;
        weighed(&house, &path).await;
        let done = to(&house, &path, "approved").await;
        assert_eq!(done.status, 200, "{category}: {}", done.text);
        assert!(house.read(&path).await["fields"]["approvals"].is_null(), "{category}");
    }
    // A service that names nobody leaves it to whoever may.
    house.lines([json!({"kind": "service", "number": "SVC-2", "fields": {"name": "Scales"}})]).await;
    let fields = json!({"title": "New scale", "service": "SVC-2", "category": "normal", "kind": "technical"});
    let path = house.make("changes", fields).await;
    weighed(&house, &path).await;
    assert_eq!(to(&house, &path, "approved").await.status, 200);
}
