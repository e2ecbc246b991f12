//! A ticket that comes without impact, priority and team has all of it, whatever way it comes.

use axum::http::Method;
use desk::post::{Definition, MailboxEdit};
use events::Policy;
use model::{Actor, Role, Via};
use serde_json::{Value as Json, json};

use crate::{
    building::{Building, CUSTOMER, OWNER, Who, untouched},
    complaints::house::{AGENT, House, clock, pairs},
    events::house::{fires, source},
    mail::house::{KIM, answering, message},
    world::{Database, World, now},
};

both_databases!(
    whoever_says_nothing_of_impact_has_clocks_at_once,
    a_service_says_what_its_tickets_begin_with,
    a_model_says_what_its_requests_begin_with,
    the_first_line_is_a_team,
);

const MACHINE_MAIL: &str = "ines@tidewell.example";

/// A service of TM-1 whose tickets begin as felt by a site at once, one that says nothing, and models of both.
async fn furnished(database: Database) -> House {
    let world = World::new(database).await;
    let lines = [
        json!({"kind": "team", "number": "TM-1", "fields": {"name": "Workplace"}}),
        json!({"kind": "team", "number": "TM-2", "fields": {"name": "Service desk"}}),
        json!({"kind": "service", "number": "SVC-1", "fields": {"name": "Tills", "team": "TM-1", "first_impact": "high", "first_urgency": "medium",
            "assignment": [{"category": "access", "team": "TM-2"}]}}),
        json!({"kind": "service", "number": "SVC-2", "fields": {"name": "Paper"}}),
        json!({"kind": "customer", "number": "CUS-1", "fields": {"name": "Harbour", "services": ["SVC-1", "SVC-2"], "domains": ["harbour.example"]}}),
        json!({"kind": "customer", "number": "CUS-2", "fields": {"name": "Quay"}}),
        json!({"kind": "request_model", "number": "RQM-1", "state": "current", "fields": {"title": "A till", "category": "equipment", "service": "SVC-2", "audience": ["customers"], "team": "TM-1", "priority": "P3"}}),
        json!({"kind": "request_model", "number": "RQM-2", "state": "current", "fields": {"title": "A right", "category": "access", "service": "SVC-1", "audience": ["customers"]}}),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let report = world.import(text).await;
    assert!(report.is_whole(), "{:?}", report.refusals.first().map(plumbline::intake::Refused::sentence));
    let machine = Actor::system("test", Via::Command);
    world.desk.set_settings(&machine, &[("first_team".into(), "TM-2".into())], now()).await.expect("a setting");
    House::over(world).await
}

#[track_caller]
fn begins(record: &Json, way: &str, priority: &str, team: &str) {
    let fields = &record["fields"];
    assert_eq!((&fields["priority"], &fields["team"]), (&json!(priority), &json!(team)), "{way}: {record}");
    let clock = clock(record, "response");
    assert_eq!((&clock["standing"], &clock["used"]), (&json!("running"), &json!(0)), "{way}: {clock}");
    assert!(record["due"].is_string() || clock["due"].is_string(), "{way}: {record}");
}

async fn made(building: &Building, who: Who<'_>, plural: &str, body: Json) -> Json {
    let answer = building.send(who, Method::POST, &format!("/api/v1/{plural}"), &[], &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let number = answer.json()["number"].as_str().expect("a number").to_string();
    building.get(OWNER, &format!("/api/v1/{plural}/{number}")).await.json()
}

async fn reported(building: &Building, given: &[(&str, &str)]) -> Json {
    let answer = building.form(CUSTOMER, "/portal/report", &pairs(given)).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    read(building, "incidents", answer.header("location").rsplit('/').next().expect("a number")).await
}

async fn read(building: &Building, plural: &str, number: &str) -> Json {
    building.get(OWNER, &format!("/api/v1/{plural}/{number}")).await.json()
}

async fn whoever_says_nothing_of_impact_has_clocks_at_once(database: Database) {
    let house = furnished(database).await;
    let (building, desk) = (&house.building, &house.world.desk);
    let plain = json!({"title": "By the API"});
    begins(&made(building, AGENT, "incidents", plain.clone()).await, "by the API", "P3", "TM-2");
    begins(&made(building, CUSTOMER, "incidents", plain).await, "by a customer's API", "P3", "TM-2");
    let mut form = untouched(&building.get(AGENT, "/incidents/new").await.text, "/incidents/new");
    form.retain(|pair| pair.0 != "title");
    form.push(("title".into(), "On the page".into()));
    let answer = building.form(AGENT, "/incidents/new", &form).await;
    let number = answer.header("location").rsplit('/').next().expect("a number").to_string();
    begins(&read(building, "incidents", &number).await, "on the page", "P3", "TM-2");
    begins(&reported(building, &[("title", "In the portal")]).await, "in the portal", "P3", "TM-2");
    let mailbox = desk.save_mailbox(&Actor::system("test", Via::Command), None, answering(), now()).await;
    let raw = message(KIM, "one@harbour.example", "By mail", "", "Help");
    let taken = desk.take_message(&mailbox.expect("a mailbox"), raw.into(), now()).await.expect("taken");
    begins(&read(building, "incidents", &taken.number).await, "by mail", "P3", "TM-2");
    source(desk, "prod", Policy::default()).await;
    let brought = desk::monitoring::Brought {
        slug: "prod".into(),
        media: "application/json".into(),
        body: json!({"version": "4", "alerts": [fires("disk", json!({"host": "web-7"}))]}),
        ..desk::monitoring::Brought::default()
    };
    let bot = Actor {
        email: MACHINE_MAIL.into(),
        roles: vec![Role::Agent],
        via: Via::Api,
        ..Actor::system("test", Via::Command)
    };
    let number = desk.take_events(&bot, brought, now()).await.expect("it is taken").remove(0).number;
    let record = read(building, "incidents", &number).await;
    let priority = record["fields"]["priority"].as_str().expect("a priority").to_string();
    begins(&record, "by an event", &priority, "TM-2");
    begins(&made(building, AGENT, "service_requests", json!({"title": "A chair"})).await, "a request", "P4", "TM-2");
    // Whoever then knows more says so, and rule R11 sets the priority; the clocks count from the report.
    building.turn_to(now().plus(600_000));
    let path = format!("/api/v1/incidents/{number}");
    let body = json!({"fields": {"impact": "high", "urgency": "high"}});
    let answer = building.send(OWNER, Method::PATCH, &path, &[("if-match", "*")], &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let record = read(building, "incidents", &number).await;
    assert_eq!((&record["fields"]["priority"], &clock(&record, "response")["used"]), (&json!("P1"), &json!(600)));
    // Nothing stands in nobody's queue.
    for plural in ["incidents", "service_requests"] {
        let found = building.get(OWNER, &format!("/api/v1/{plural}?filter=team+is+empty&count=true")).await.json();
        assert_eq!(found["count"], 0, "{found}");
    }
}

async fn a_service_says_what_its_tickets_begin_with(database: Database) {
    let house = furnished(database).await;
    let building = &house.building;
    let record = reported(building, &[("title", "No till opens"), ("service", "SVC-1")]).await;
    begins(&record, "of a service", "P2", "TM-1");
    assert_eq!((&record["fields"]["impact"], &record["fields"]["urgency"]), (&json!("high"), &json!("medium")));
    // Whoever says more is believed.
    let said =
        json!({"title": "One till", "service": "SVC-1", "impact": "low", "urgency": "low", "category": "access"});
    begins(&made(building, AGENT, "incidents", said).await, "with its own", "P5", "TM-2");
    let said = json!({"title": "Two tills", "service": "SVC-1", "priority": "P4", "team": "TM-2"});
    begins(&made(building, AGENT, "incidents", said).await, "with a priority", "P4", "TM-2");
    let quiet = reported(building, &[("title", "No paper"), ("service", "SVC-2")]).await;
    begins(&quiet, "of a service that says nothing", "P3", "TM-2");
    // A mailbox says it for what comes in by it.
    let own =
        [("impact", "low"), ("urgency", "medium"), ("team", "TM-1")].map(|(name, value)| (name.into(), value.into()));
    let edit = MailboxEdit { definition: Definition { fields: own.into(), ..answering().definition }, ..answering() };
    let desk = &house.world.desk;
    let mailbox = desk.save_mailbox(&Actor::system("test", Via::Command), None, edit, now()).await.expect("a mailbox");
    let raw = message(KIM, "two@harbour.example", "By mail", "", "Help");
    let taken = desk.take_message(&mailbox, raw.into(), now()).await.expect("taken");
    begins(&read(building, "incidents", &taken.number).await, "by a mailbox", "P4", "TM-1");
}

async fn a_model_says_what_its_requests_begin_with(database: Database) {
    let house = furnished(database).await;
    let building = &house.building;
    for (model, priority, team) in [("RQM-1", "P3", "TM-1"), ("RQM-2", "P2", "TM-2")] {
        let answer =
            building.form(CUSTOMER, &format!("/portal/order/{model}"), &pairs(&[("description", "One")])).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let number = answer.header("location").rsplit('/').next().expect("a number").to_string();
        begins(&read(building, "service_requests", &number).await, model, priority, team);
        let made = made(building, AGENT, "service_requests", json!({"model": model})).await;
        begins(&made, "by the API", priority, team);
    }
}

async fn the_first_line_is_a_team(database: Database) {
    let house = furnished(database).await;
    let machine = Actor::system("test", Via::Command);
    for (given, word) in [("TM-9", "there is no team TM-9"), ("CUS-1", "there is no team CUS-1")] {
        let refused = house.world.desk.set_settings(&machine, &[("first_team".into(), given.into())], now()).await;
        let why = refused.expect_err("refused").sentence();
        assert!(why.contains(word), "{why}");
    }
    house.world.desk.set_settings(&machine, &[("first_team".into(), String::new())], now()).await.expect("cleared");
    let record = made(&house.building, AGENT, "incidents", json!({"title": "Nobody's"})).await;
    assert!(record["fields"]["team"].is_null(), "{record}");
}
