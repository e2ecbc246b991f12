//! The tasks of a request: ticked off on its page, by whom and when, in their order; in the work of whoever has them.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use desk::store::{
    db::{Db, Dialect},
    turn,
};
use model::{Actor, Via};
use serde_json::{Value as Json, json};

use crate::{
    building::{Building, CUSTOMER, OWNER, Who},
    complaints::house::{AGENT, House, pairs},
    world::{Database, now},
};

both_databases!(
    tasks_are_ticked_off_on_the_page,
    tasks_stand_in_the_work_of_whoever_has_them,
    nothing_waits_for_anybody_before_it_is_allowed,
    ones_own_tasks_are_found_by_their_index_among_thousands,
);

const APPROVER: Who<'static> = Who::Mail("process-owner@tidewell.example");
const AGENT_MAIL: &str = "agent@tidewell.example";

/// A model with three tasks, two of them of the agent's team; and a request of it.
async fn ordered(database: Database, more: Json) -> (House, String) {
    let house = House::new(database).await;
    let tasks = json!([
        {"name": "account", "title": "Make the account", "team": "TM-1", "days": 1},
        {"name": "rights", "title": "Give the rights", "team": "TM-1", "after": ["account"], "days": 2},
        {"name": "call", "title": "Call them", "owner": "process-owner@tidewell.example", "after": ["rights"]},
    ]);
    let mut model = json!({"title": "New joiner", "category": "account", "audience": ["customers"], "tasks": tasks, "delivery_days": 3});
    if let (Json::Object(all), Json::Object(more)) = (&mut model, more) {
        all.extend(more);
    }
    house
        .lines([
            json!({"kind": "team", "number": "TM-1", "fields": {"name": "Accounts", "members": [AGENT_MAIL]}}),
            json!({"kind": "person", "number": "PER-1", "fields": {"name": "Anna Agent", "email": AGENT_MAIL}}),
            json!({"kind": "request_model", "number": "RQM-1", "state": "current", "fields": model}),
        ])
        .await;
    let sent = house.building.form(CUSTOMER, "/portal/order/RQM-1", &pairs(&[("description", "For Jordan")])).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let number = sent.header("location").rsplit('/').next().expect("a number").to_string();
    (house, number)
}

async fn tick(building: &Building, who: Who<'_>, number: &str, name: &str, what: &str) -> StatusCode {
    let form = pairs(&[("name", name), ("do", what)]);
    building.form(who, &format!("/service_requests/{number}/piece"), &form).await.status
}

async fn record(house: &House, number: &str) -> Json {
    house.read(&format!("/api/v1/service_requests/{number}")).await
}

async fn tasks_are_ticked_off_on_the_page(database: Database) {
    let (house, number) = ordered(database, json!({})).await;
    let building = &house.building;
    let page = building.get(AGENT, &format!("/service_requests/{number}")).await;
    for word in ["Make the account", "0 of 3", "after Make the account", "Accounts", "Make the account is done"] {
        assert!(page.text.contains(word), "{word}: {}", page.text);
    }
    assert!(!page.text.contains("Give the rights is done"), "it waits for the one before it");
    let tasks = record(&house, &number).await["fields"]["tasks"].clone();
    // Wednesday, and working days.
    assert_eq!((&tasks[0]["due"], &tasks[1]["due"]), (&json!("2026-11-26"), &json!("2026-11-27")), "{tasks}");
    assert_eq!(tick(building, AGENT, &number, "rights", "done").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(tick(building, AGENT, &number, "accont", "done").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(tick(building, AGENT, &number, "account", "burn").await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(tick(building, AGENT, &number, "account", "done").await, StatusCode::SEE_OTHER);
    let first = record(&house, &number).await["fields"]["tasks"][0].clone();
    assert_eq!((&first["state"], &first["done_by"]), (&json!("done"), &json!(AGENT_MAIL)), "{first}");
    assert!(first["done_on"].is_string(), "{first}");
    let page = building.get(AGENT, &format!("/service_requests/{number}")).await;
    assert!(page.text.contains("1 of 3") && page.text.contains("Anna Agent, "), "{}", page.text);
    // It was not done after all.
    assert_eq!(tick(building, OWNER, &number, "account", "again").await, StatusCode::SEE_OTHER);
    let first = record(&house, &number).await["fields"]["tasks"][0].clone();
    assert!(first["state"] == "open" && first["done_by"].is_null() && first["done_on"].is_null(), "{first}");
    for (name, what) in [("account", "done"), ("rights", "needless"), ("call", "take"), ("call", "done")] {
        assert_eq!(tick(building, OWNER, &number, name, what).await, StatusCode::SEE_OTHER, "{name}");
    }
    let fields = record(&house, &number).await["fields"].clone();
    assert_eq!(
        (&fields["tasks"][1]["state"], &fields["tasks"][2]["owner"]),
        (&json!("not_needed"), &json!("administrator@tidewell.example"))
    );
    assert!(fields["task_owners"].is_null() && fields["task_teams"].is_null(), "{fields}");
    // People of customers neither see nor do any of it.
    assert_eq!(tick(building, CUSTOMER, &number, "account", "again").await, StatusCode::NOT_FOUND);
    let page = building.get(CUSTOMER, &format!("/portal/requests/{number}")).await;
    assert!(!page.text.contains("Make the account"), "{}", page.text);
}

async fn tasks_stand_in_the_work_of_whoever_has_them(database: Database) {
    let (house, number) = ordered(database, json!({})).await;
    let building = &house.building;
    let work = async |who: Who<'_>| building.get(who, "/my-work?view=tasks").await.text;
    let mine = work(AGENT).await;
    for word in [number.as_str(), "Make the account", "Accounts", "Thu 26 Nov 2026"] {
        assert!(mine.contains(word), "{word}: {mine}");
    }
    assert!(!mine.contains("Give the rights"), "it is not its turn: {mine}");
    assert!(work(APPROVER).await.contains("No task waits for you."));
    // What somebody has taken is nobody else's.
    assert_eq!(tick(building, OWNER, &number, "account", "take").await, StatusCode::SEE_OTHER);
    assert!(work(AGENT).await.contains("No task waits for you."));
    assert!(work(OWNER).await.contains("Make the account"));
    let back = pairs(&[("name", "account"), ("do", "done"), ("back", "/my-work?view=tasks")]);
    let answer = building.form(OWNER, &format!("/service_requests/{number}/piece"), &back).await;
    assert_eq!(answer.header("location"), "/my-work?view=tasks");
    assert!(work(AGENT).await.contains("Give the rights"));
    assert_eq!(tick(building, AGENT, &number, "rights", "done").await, StatusCode::SEE_OTHER);
    let theirs = work(APPROVER).await;
    assert!(theirs.contains("Call them") && theirs.contains("Mine"), "{theirs}");
}

async fn nothing_waits_for_anybody_before_it_is_allowed(database: Database) {
    let policy = json!({"approval": [{"stage": 1, "approver": "named", "people": ["approver@tidewell.example"]}]});
    let (house, number) = ordered(database, policy).await;
    let building = &house.building;
    assert_eq!(record(&house, &number).await["state"], "waiting_approval");
    assert!(building.get(AGENT, "/my-work?view=tasks").await.text.contains("No task waits for you."));
    let page = building.get(AGENT, &format!("/service_requests/{number}")).await;
    assert!(page.text.contains("Make the account") && !page.text.contains("Make the account is done"), "{}", page.text);
    // However long somebody thinks, nobody else is late: days run from when work may begin.
    assert!(record(&house, &number).await["fields"]["tasks"][0]["due"].is_null());
    house.turn("2026-11-27T10:00:00Z");
    let approver = Who::Mail("approver@tidewell.example");
    let form = pairs(&[("decision", "approve")]);
    let answer = building.form(approver, &format!("/approvals/{number}"), &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let mine = building.get(AGENT, "/my-work?view=tasks").await.text;
    assert!(mine.contains("Make the account") && mine.contains("Mon 30 Nov 2026"), "Friday and a working day: {mine}");
    let task = record(&house, &number).await["fields"]["tasks"][0].clone();
    assert!(task["due"] == "2026-11-30" && task["days"].is_null(), "{task}");
}

/// What waits for one of many is found by whose turn it is; requests that wait for others are not read.
async fn ones_own_tasks_are_found_by_their_index_among_thousands(database: Database) {
    let (house, own) = ordered(database, json!({})).await;
    let task =
        |at: usize| json!([{"name": "one", "title": format!("Task {at}"), "owner": format!("p{at}@tidewell.example")}]);
    let line = |at: usize| {
        json!({"kind": "service_request", "number": format!("REQ-{}", 1_000 + at), "title": format!("Request {at}"), "state": "in_progress",
            "fields": {"customer": "CUS-1", "tasks": task(at), "task_owners": [format!("p{at}@tidewell.example")]}})
    };
    house.lines((0..3_000).map(line)).await;
    let desk = &house.world.desk;
    desk.after_import().await.expect("the database looks at it");
    let catalog = desk.catalog();
    let kind = catalog.find("service_request").expect("a kind");
    let holders = [AGENT_MAIL.to_string(), "TM-1".into(), "p77@tidewell.example".into()];
    let owner = Actor::system("test", Via::Command);
    let found = async || {
        let found = desk.turns(&owner, kind, &holders, 100, now()).await.expect("turns");
        found.iter().map(|shown| shown.number().to_string()).collect::<BTreeSet<_>>()
    };
    let wanted = BTreeSet::from([own.clone(), "REQ-1077".to_string()]);
    assert_eq!(found().await, wanted);
    let db = Db::open(&house.world.url).await.expect("the same database");
    let mut conn = db.read().await.expect("a connection");
    let plan = turn::explain(&mut conn, kind, &holders, 100).await.expect("a plan").join("\n");
    let by_index = match db.dialect() {
        Dialect::Sqlite => plan.contains("SEARCH turn USING") && plan.contains("SEARCH r USING INTEGER PRIMARY KEY"),
        Dialect::Postgres => plan.contains("Index") && !plan.contains("Seq Scan"),
    };
    assert!(by_index, "{plan}");
    assert_eq!(desk.rebuild_turns().await.expect("made anew"), 3_001);
    assert_eq!(found().await, wanted, "made anew it is the same");
    // What is over waits for nobody.
    house.step("/api/v1/service_requests/REQ-1077", "cancelled", json!({})).await;
    assert_eq!(found().await, BTreeSet::from([own]));
}
