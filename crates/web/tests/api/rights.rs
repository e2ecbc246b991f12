//! Who may what, seen from outside: nobody, a reader, a customer's person, an external auditor.

use axum::{body::Body, http::Method};
use serde_json::{Value as Json, json};

use crate::world::{Who, World, escaped, worlds};

#[tokio::test]
async fn nobody_is_asked_for_a_token_at_every_door() {
    for world in worlds().await {
        let mut tried = 0;
        for route in web::routes::table() {
            let Some(path) = route.path.strip_prefix("/api/v1") else { continue };
            let path = path
                .replace("{plural}", "incidents")
                .replace("{number}", "INC-1")
                .replace("{id}", "1")
                .replace("{name}", "incident");
            let answer = world.send(Who::Nobody, route.method.clone(), &path, &[], json!({})).await.is(401);
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{path}");
            tried += 1;
        }
        assert!(tried >= 20, "{tried} doors were tried");
    }
}

#[tokio::test]
async fn who_may_only_read_reads_and_writes_nothing() {
    for world in worlds().await {
        let path = world.incident(json!({"title": "Slow"})).await;
        for who in [Who::Reader, Who::Auditor] {
            world.get(who, &path).await.is(200);
            world.get(who, "/incidents").await.is(200);
            world.get(who, &format!("{path}/journal")).await.is(200);
            world.post(who, "/incidents", json!({"title": "x"})).await.is(403);
            world.patch(who, &path, "\"1\"", json!({"title": "x"})).await.is(403);
            world.send(who, Method::PATCH, &path, &[], json!({"title": "x"})).await.is(403);
            world
                .send(
                    who,
                    Method::POST,
                    &format!("{path}/transitions"),
                    &[("if-match", "*")],
                    json!({"to": "assigned"}),
                )
                .await
                .is(403);
            world.post(who, &format!("{path}/notes"), json!({"text": "x"})).await.is(403);
            world.post(who, &format!("{path}/links"), json!({"type": "affects", "to": "CUS-1"})).await.is(403);
            let file = format!("{path}/attachments?filename=a.txt");
            world.ask(who, Method::POST, &file, &[("content-type", "text/plain")], Body::from("x")).await.is(403);
        }
        assert_eq!(world.get(Who::Agent, &path).await.json()["version"], 1);
    }
}

async fn counted(world: &World, who: Who, path: &str) -> usize {
    let list = world.get(who, path).await.is(200).json();
    list["items"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn what_is_another_customers_looks_as_if_it_were_not_there() {
    for world in worlds().await {
        let own = world.incident(json!({"title": "Ours alone", "customer": "CUS-1", "problem": "PRB-1"})).await;
        let foreign = world.incident(json!({"title": "Theirs alone", "customer": "CUS-2"})).await;
        let house = world.incident(json!({"title": "The house's alone"})).await;
        for path in [&foreign, &house, &"/incidents/INC-9999".to_string()] {
            let who = Who::Customer;
            let mut told = Vec::new();
            for rest in ["", "/journal", "/links", "/attachments", "/attachments/1"] {
                told.push(world.get(who, &format!("{path}{rest}")).await.is(404).json());
            }
            told.push(world.patch(who, path, "\"1\"", json!({"title": "x"})).await.is(404).json());
            told.push(world.send(who, Method::PATCH, path, &[], json!({"title": "x"})).await.is(404).json());
            told.push(world.post(who, &format!("{path}/notes"), json!({"text": "x"})).await.is(404).json());
            told.push(
                world
                    .send(
                        who,
                        Method::POST,
                        &format!("{path}/transitions"),
                        &[("if-match", "*")],
                        json!({"to": "closed"}),
                    )
                    .await
                    .is(404)
                    .json(),
            );
            let details: Vec<&Json> = told.iter().map(|problem| &problem["detail"]).collect();
            assert!(details.iter().all(|detail| *detail == details[0]), "{path} tells more than nothing: {details:?}");
        }
        assert_eq!(counted(&world, Who::Customer, "/incidents").await, 1);
        assert_eq!(counted(&world, Who::Customer, "/search?q=alone").await, 1);
        let list = world.get(Who::Customer, "/incidents?count=true").await.is(200).json();
        assert_eq!(list["count"], 1);
        world.get(Who::Customer, "/risks").await.is(404);
        world.post(Who::Customer, "/risks", json!({"title": "x"})).await.is(403);

        // Of its own record it sees what is meant for it, and no question tells the rest.
        let record = world.get(Who::Customer, &own).await.is(200).json();
        assert_eq!(record["fields"].get("problem"), None);
        let filter = escaped("problem = PRB-1");
        world.get(Who::Customer, &format!("/incidents?filter={filter}")).await.is(400);
        world.get(Who::Customer, "/incidents?order_by=problem").await.is(400);
        world.get(Who::Customer, "/incidents?fields=problem").await.is(400);
        world.post(Who::Agent, &format!("{own}/notes"), json!({"text": "Between ourselves"})).await.is(201);
        world.post(Who::Agent, &format!("{own}/notes"), json!({"text": "For both", "public": true})).await.is(201);
        let journal = world.get(Who::Customer, &format!("{own}/journal")).await.is(200).text();
        assert!(
            journal.contains("For both") && !journal.contains("Between ourselves") && !journal.contains("PRB-1"),
            "{journal}"
        );
        let said =
            world.post(Who::Customer, &format!("{own}/notes"), json!({"text": "Still slow"})).await.is(201).json();
        assert_eq!(said["public"], true);
    }
}

#[tokio::test]
async fn a_customer_writes_for_itself_alone() {
    for world in worlds().await {
        let made = world.post(Who::Customer, "/incidents", json!({"title": "Mine", "customer": "CUS-2"})).await;
        let made = made.is(201).json();
        assert_eq!((&made["customer"], &made["fields"]["requester"]), (&json!("CUS-1"), &json!("carl@cus-1.example")));
        let refused =
            world.post(Who::Customer, "/incidents", json!({"title": "Mine", "problem": "PRB-1"})).await.is(422);
        assert!(refused.json()["errors"][0]["message"].as_str().is_some_and(|text| text.contains("no such field")));
    }
}
