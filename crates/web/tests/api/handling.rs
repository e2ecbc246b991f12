//! What people do with tickets beyond fields and states: merge, split, take either back, bring in, time and macros, with the
//! same rights as on the pages.

use axum::http::Method;
use serde_json::{Value as Json, json};

use crate::world::{Answer, Who, World, worlds};

const ANY: (&str, &str) = ("if-match", "*");

async fn act(world: &World, who: Who, path: &str, headers: &[(&str, &str)], body: Json) -> Answer {
    world.tick();
    world.send(who, Method::POST, path, headers, body).await
}

async fn state(world: &World, path: &str) -> Json {
    world.get(Who::Agent, path).await.is(200).json()["state"].clone()
}

#[tokio::test]
async fn a_merged_record_is_taken_out_again_as_it_was() {
    for world in worlds().await {
        let stays = world.incident(json!({"title": "Cards are declined"})).await;
        let twin = world.incident(json!({"title": "Cards again"})).await;
        let foreign = world.incident(json!({"title": "Cards there", "customer": "CUS-2"})).await;
        let step = json!({"to": "in_progress", "fields": {"owner": "ines@tidewell.example"}});
        act(&world, Who::Agent, &format!("{twin}/transitions"), &[ANY], step).await.is(200);
        let (merge, unmerge) = (format!("{twin}/merge"), format!("{twin}/unmerge"));
        // Which version is meant must be said, and a stale one is refused.
        act(&world, Who::Agent, &merge, &[], json!({"to": "INC-1"})).await.is(428);
        act(&world, Who::Agent, &merge, &[("if-match", "\"1\"")], json!({"to": "INC-1"})).await.is(412);
        for (body, why) in [
            (json!({}), "is needed"),
            (json!({"to": "INC-2"}), "cannot be merged into itself"),
            (json!({"to": "INC-77"}), "there is no incident INC-77"),
            (json!({"to": "INC-3"}), "belongs to another customer"),
            (json!({"into": "INC-1", "to": "INC-1"}), "is not a part of this"),
        ] {
            let refused = act(&world, Who::Agent, &merge, &[ANY], body).await.is(422).json();
            assert!(refused["errors"].to_string().contains(why), "{why}: {refused}");
        }
        assert_eq!(state(&world, &twin).await, "in_progress", "nothing of it is written");
        let key = [ANY, ("idempotency-key", "merge-1")];
        let merged = act(&world, Who::Agent, &merge, &key, json!({"to": "INC-1"})).await.is(200).json();
        assert_eq!((&merged["number"], &merged["state"]), (&json!("INC-2"), &json!("superseded")));
        assert_eq!(merged["links"], json!([{"type": "duplicates", "to": "INC-1"}]), "{merged}");
        let again = act(&world, Who::Agent, &merge, &key, json!({"to": "INC-1"})).await.is(200).json();
        assert_eq!(again["version"], merged["version"], "the same write is done once");
        let other = act(&world, Who::Agent, &merge, &key, json!({"to": "INC-3"})).await;
        assert!(other.status.is_client_error(), "a key is for one write: {}", other.text());
        let told = world.get(Who::Agent, &format!("{stays}/journal")).await.json().to_string();
        assert!(told.contains("INC-2 was merged into this"), "{told}");
        let apart = act(&world, Who::Agent, &unmerge, &[ANY, ("idempotency-key", "u")], json!({})).await.is(200).json();
        assert_eq!((&apart["state"], &apart["links"]), (&json!("in_progress"), &json!([])), "{apart}");
        let again = act(&world, Who::Agent, &unmerge, &[ANY, ("idempotency-key", "u")], json!({})).await.is(200).json();
        assert_eq!(again["version"], apart["version"]);
        act(&world, Who::Agent, &unmerge, &[ANY], json!({})).await.is(409);
        assert_eq!(state(&world, &foreign).await, "new");
    }
}

#[tokio::test]
async fn a_split_begins_with_what_is_known_and_is_taken_back() {
    for world in worlds().await {
        let whole = world
            .incident(json!({"title": "Two things at once", "fields": {"category": "network", "customer": "CUS-1"}}))
            .await;
        let body = json!({"title": "The second thing", "fields": {"category": "email"}});
        let key = [("idempotency-key", "split-1")];
        let answer = act(&world, Who::Agent, &format!("{whole}/split"), &key, body.clone()).await.is(201);
        assert_eq!(answer.header("location"), "/api/v1/incidents/INC-2");
        let part = answer.json();
        assert_eq!((&part["title"], &part["state"]), (&json!("The second thing"), &json!("new")));
        let fields = ["split_from", "customer", "category"].map(|name| part["fields"][name].clone());
        assert_eq!(fields, [json!("INC-1"), json!("CUS-1"), json!("email")], "{part}");
        let again = act(&world, Who::Agent, &format!("{whole}/split"), &key, body).await.is(201).json();
        assert_eq!(again["number"], "INC-2", "split off once");
        // What a customer's people may do is their own: of splitting they know nothing.
        act(&world, Who::Customer, &format!("{whole}/split"), &[], json!({})).await.is(404);
        let back = act(&world, Who::Agent, "/incidents/INC-2/unsplit", &[ANY], json!({})).await.is(200).json();
        assert_eq!((&back["state"], &back["links"][0]["to"]), (&json!("superseded"), &json!("INC-1")));
        act(&world, Who::Agent, "/incidents/INC-2/unmerge", &[ANY], json!({})).await.is(200);
        let refused = act(&world, Who::Agent, &format!("{whole}/unsplit"), &[ANY], json!({})).await.is(409).json();
        assert!(refused["detail"].as_str().is_some_and(|why| why.contains("split off from no other")), "{refused}");
    }
}

#[tokio::test]
async fn somebody_is_brought_in_and_time_is_written_down() {
    for world in worlds().await {
        let path = world.incident(json!({"title": "Slow"})).await;
        let raised = json!({"to": "lars@tidewell.example", "reason": "It stops the tills"});
        let after = act(&world, Who::Agent, &format!("{path}/escalate"), &[], raised).await.is(200).json();
        let row = &after["fields"]["escalations"][0];
        assert_eq!((&row["to"], &row["by"]), (&json!("lars@tidewell.example"), &json!("ines@tidewell.example")));
        let wrong =
            act(&world, Who::Agent, &format!("{path}/escalate"), &[], json!({"to": "Lars", "reason": "x"})).await;
        assert!(wrong.is(422).json()["errors"][0]["field"] == "to");
        act(&world, Who::Agent, &format!("{path}/escalate"), &[], json!({"to": "a@b.example"})).await.is(422);

        let line = json!({"minutes": 45, "on": "2026-11-24", "text": "Read the logs"});
        let key = [("idempotency-key", "work-1")];
        let work = format!("{path}/work");
        act(&world, Who::Agent, &work, &key, line.clone()).await.is(200);
        act(&world, Who::Agent, &work, &[], json!({"minutes": 30})).await.is(200);
        // The same line under its key is there already, whatever came below it since.
        act(&world, Who::Agent, &work, &key, line).await.is(200);
        let after = world.get(Who::Agent, &path).await.json();
        assert_eq!(after["fields"]["worked_minutes"], 75, "{after}");
        assert_eq!(after["fields"]["work"].as_array().map(Vec::len), Some(2));
        assert_eq!(after["fields"]["work"][0]["by"], "ines@tidewell.example");
        for minutes in [json!(0), json!(1_441), json!("soon"), json!(1.5), Json::Null] {
            let refused = act(&world, Who::Agent, &work, &[], json!({"minutes": minutes})).await.is(422).json();
            assert_eq!(refused["errors"][0]["field"], "minutes", "{refused}");
        }
        act(&world, Who::Agent, &work, &[("if-match", "\"1\"")], json!({"minutes": 5})).await.is(412);
    }
}

#[tokio::test]
async fn a_macro_is_used_with_its_words_or_with_others() {
    for world in worlds().await {
        let fields = json!({"title": "Ask for the number", "fields": {"name": "Ask for the number", "kinds": ["incident"], "public": true,
            "says": "Which terminal is it, {{number}}?", "to_state": "waiting_customer",
            "values": [{"field": "waiting_because", "value": "The number of the terminal"}]}});
        let made = world.post(Who::Admin, "/macros", fields).await.is(201);
        let own = made.header("location").trim_start_matches("/api/v1").to_string();
        let path = world.incident(json!({"title": "Terminal", "customer": "CUS-1"})).await;
        let used = format!("{path}/macro");
        let body = json!({"use": "MAC-1"});
        let asked = act(&world, Who::Agent, &used, &[ANY], body.clone()).await.is(422).json();
        assert!(asked["errors"].to_string().contains("no macro \\\"MAC-1\\\""), "not approved yet: {asked}");
        act(&world, Who::Admin, &format!("{own}/transitions"), &[ANY], json!({"to": "approved"})).await.is(200);
        act(&world, Who::Agent, &used, &[], body.clone()).await.is(428);
        let key = [ANY, ("idempotency-key", "macro-1")];
        let after = act(&world, Who::Agent, &used, &key, body.clone()).await.is(200).json();
        assert_eq!(after["state"], "waiting_customer", "{after}");
        act(&world, Who::Agent, &used, &key, body).await.is(200);
        let seen = world.get(Who::Customer, &format!("{path}/journal")).await.json();
        let said: Vec<&str> =
            seen["items"].as_array().expect("entries").iter().filter_map(|entry| entry["note"].as_str()).collect();
        assert_eq!(said, ["Which terminal is it, INC-1?"], "read by the customer, once");
        let other = world.incident(json!({"title": "Terminal", "customer": "CUS-1"})).await;
        let body = json!({"use": "MAC-1", "text": "Asked by telephone.", "public": false});
        act(&world, Who::Agent, &format!("{other}/macro"), &[ANY], body).await.is(200);
        let seen = world.get(Who::Customer, &format!("{other}/journal")).await.text();
        assert!(!seen.contains("telephone"), "{seen}");
        // One of a team that she is not in looks like one that is not there, and both are named with the field.
        let theirs = json!({"title": "Theirs", "fields": {"name": "Theirs", "says": "Ours alone", "team": "TM-77"}});
        world.post(Who::Admin, "/macros", theirs).await.is(201);
        act(&world, Who::Admin, "/macros/MAC-2/transitions", &[ANY], json!({"to": "approved"})).await.is(200);
        for missing in ["MAC-2", "MAC-77"] {
            let refused = act(&world, Who::Agent, &used, &[ANY], json!({"use": missing})).await.is(422).json();
            assert_eq!(refused["errors"][0]["field"], "use", "{refused}");
            let why = refused["errors"][0]["message"].as_str().unwrap_or_default();
            assert!(why.starts_with(&format!("there is no macro \"{missing}\"")), "{refused}");
            assert!(!why.contains("Theirs"), "{refused}");
        }
    }
}

#[tokio::test]
async fn verbs_are_for_those_who_may_and_for_kinds_that_know_them() {
    for world in worlds().await {
        let own = world.incident(json!({"title": "Ours", "customer": "CUS-1"})).await;
        let foreign = world.incident(json!({"title": "Theirs", "customer": "CUS-2"})).await;
        let verbs = [
            ("merge", json!({"to": "INC-2"})),
            ("unmerge", json!({})),
            ("split", json!({})),
            ("unsplit", json!({})),
            ("escalate", json!({"to": "a@b.example", "reason": "x"})),
            ("work", json!({"minutes": 5})),
            ("macro", json!({"use": "MAC-1"})),
        ];
        for (verb, body) in &verbs {
            for headers in [&[][..], &[ANY][..]] {
                let missing = act(&world, Who::Customer, &format!("{foreign}/{verb}"), headers, body.clone()).await;
                missing.is(404);
                for who in [Who::Customer, Who::Reader, Who::Auditor] {
                    let answer = act(&world, who, &format!("{own}/{verb}"), headers, body.clone()).await;
                    let status = answer.status.as_u16();
                    assert!([403, 404, 409, 428].contains(&status), "{who:?} {verb}: {} {}", status, answer.text());
                }
            }
            let nowhere = act(&world, Who::Agent, &format!("/incidents/INC-99/{verb}"), &[ANY], body.clone()).await;
            nowhere.is(404);
        }
        for path in [&own, &foreign] {
            assert_eq!(world.get(Who::Agent, path).await.json()["version"], 1, "nothing was written");
        }
        for verb in ["split", "escalate", "work", "unsplit"] {
            let strange = act(&world, Who::Admin, &format!("/customers/CUS-1/{verb}"), &[ANY], json!({})).await;
            assert!(strange.is(404).text().contains("know no"), "{verb}");
        }
    }
}
