//! A ticket from its call to its end, as its clocks tell it through the API.

use axum::{body::Body, http::Method};
use serde_json::{Value as Json, json};

use crate::world::{Who, World, escaped, worlds};

/// An agreement about SVC-1: P1 is answered in half an hour and resolved in two hours of the office.
async fn agreed(world: &World) {
    let windows: Vec<Json> = ["monday", "tuesday", "wednesday", "thursday", "friday"]
        .iter()
        .map(|day| json!({"weekday": day, "from": "09:00", "to": "17:00"}))
        .collect();
    let hours = json!({"fields": {"name": "Office hours", "zone": "Europe/London", "windows": windows}});
    world.post(Who::Admin, "/service-calendars", hours).await.is(201);
    world.post(Who::Admin, "/services", json!({"fields": {"name": "Payments"}})).await.is(201);
    let row = json!({"kind": "incident", "priority": "P1", "response": "PT30M", "resolution": "PT2H"});
    let sla =
        json!({"title": "Payments", "fields": {"service": "SVC-1", "ticket_targets": [row], "calendar": "CLN-1"}});
    let made = world.post(Who::Admin, "/slas", sla).await.is(201);
    step(world, Who::Admin, "/slas/SLA-1", &made.etag(), json!({"to": "agreed"})).await;
}

async fn step(world: &World, who: Who, path: &str, tag: &str, body: Json) -> Json {
    let path = format!("{path}/transitions");
    world.send(who, Method::POST, &path, &[("if-match", tag)], body).await.is(200).json()
}

/// A P1 that has just been raised, and what its clocks say.
async fn raised(world: &World) -> String {
    let fields = json!({"impact": "high", "urgency": "high", "service": "SVC-1"});
    let path = world.incident(json!({"title": "Card payments declined", "fields": fields})).await;
    let read = world.get(Who::Agent, &path).await.is(200);
    let record = read.json();
    assert_eq!(record["due_on"], "2026-11-25T10:30:00Z", "the answer is due first");
    assert_eq!(record["fields"]["due"], Json::Null, "nobody promised a date of its own");
    let clock = &record["clocks"][1];
    let told = |names: &[&str]| names.iter().map(|name| clock[*name].clone()).collect::<Vec<_>>();
    assert_eq!(
        told(&["name", "standing", "goal", "used", "left", "due", "agreement", "calendar", "hours"]),
        [
            json!("resolution"),
            json!("running"),
            json!(7_200),
            json!(0),
            json!(7_200),
            json!("2026-11-25T12:00:00Z"),
            json!("SLA-1"),
            json!("CLN-1"),
            json!("Office hours"),
        ]
    );
    // What runs is never "as you know it".
    let tag = read.etag();
    world.ask(Who::Agent, Method::GET, &path, &[("if-none-match", &tag)], Body::empty()).await.is(200);
    path
}

#[tokio::test]
async fn a_ticket_tells_what_was_agreed_and_how_that_stands() {
    for world in worlds().await {
        agreed(&world).await;
        let path = raised(&world).await;
        for _ in 0..10 {
            world.tick();
        }
        step(&world, Who::Agent, &path, "*", json!({"to": "waiting_customer"})).await;
        for _ in 0..50 {
            world.tick();
        }
        let filter = escaped("phase != done and due is empty");
        let listed = world.get(Who::Agent, &format!("/incidents?filter={filter}&order_by=due")).await.is(200).json();
        let held = &listed["items"][0];
        assert_eq!((&held["due_on"], &held["clocks"][1]["due"]), (&Json::Null, &Json::Null), "{held}");
        assert_eq!(
            (&held["clocks"][0]["standing"], &held["clocks"][1]["standing"]),
            (&json!("met"), &json!("on_hold"))
        );
        assert_eq!(
            (&held["clocks"][1]["on_hold_in"], &held["clocks"][1]["left"]),
            (&json!("waiting_customer"), &json!(6_600))
        );
        assert_eq!(held["clocks"][1]["segments"], Json::Null, "lists tell no working");
        step(&world, Who::Agent, &path, "*", json!({"to": "in_progress"})).await;
        let read = world.get(Who::Agent, &path).await.is(200).json();
        let clock = &read["clocks"][1];
        assert_eq!((&clock["due"], &clock["used"]), (&json!("2026-11-25T12:50:00Z"), &json!(600)), "the hold moved it");
        let told: Vec<(&str, &str, i64)> = clock["segments"]
            .as_array()
            .expect("segments")
            .iter()
            .map(|part| {
                (
                    part["pace"].as_str().expect("a word"),
                    part["rule"].as_str().expect("a rule"),
                    part["used"].as_i64().expect("seconds"),
                )
            })
            .collect();
        assert_eq!(told, [("running", "R04", 600), ("on_hold", "R05", 0)]);
        // A customer's person sees the clocks of their own tickets by the same rights as the rest.
        world.get(Who::Customer, &path).await.is(404);
        let done = json!({"to": "resolved", "fields": {"resolution": "Certificate replaced", "category": "network"}});
        let resolved = step(&world, Who::Agent, &path, "*", done).await;
        assert_eq!((&resolved["clocks"][1]["standing"], &resolved["due_on"]), (&json!("met"), &Json::Null));
        // Of the past: as it stood when it was on hold.
        let then = world.get(Who::Agent, &format!("{path}?as_of=2026-11-25T10:30:00Z")).await.is(200).json();
        assert_eq!((&then["clocks"][1]["standing"], &then["clocks"][1]["used"]), (&json!("on_hold"), &json!(600)));
    }
}
