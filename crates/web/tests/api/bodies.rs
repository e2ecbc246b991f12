//! Bodies that nobody sends by accident, and those that everybody does: a sentence each, never a fault of ours.

use axum::{body::Body, http::Method};
use serde_json::{Value as Json, json};

use crate::world::{Who, worlds};

#[tokio::test]
async fn json_that_cannot_be_read_is_refused_with_its_place() {
    for world in worlds().await {
        let deep = format!("{{\"title\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let bodies: [(&[u8], &str); 12] = [
            (b"", "EOF"),
            (b"{", "EOF"),
            (b"{\"title\": \"a\",}", "column 15"),
            (b"[1]", "object"),
            (b"\"title\"", "object"),
            (b"null", "object"),
            (b"{\"title\": \"a\", \"title\": \"b\"}", "twice"),
            (b"{\"fields\": {\"impact\": \"low\", \"impact\": \"high\"}}", "twice"),
            (b"{\"title\": 1e999}", "out of range"),
            (b"{\"title\": \"\\ud800\"}", "escape"),
            (b"{\"title\": \"\xff\xfe\"}", "UTF-8"),
            (deep.as_bytes(), "deeper"),
        ];
        for (body, word) in bodies {
            let headers = [("content-type", "application/json")];
            let answer = world.ask(Who::Agent, Method::POST, "/incidents", &headers, Body::from(body.to_vec())).await;
            let problem = answer.is(400).json();
            assert!(problem["detail"].as_str().is_some_and(|text| text.contains(word)), "{word}: {problem}");
        }
    }
}

#[tokio::test]
async fn other_media_and_bodies_without_end_are_refused() {
    for world in worlds().await {
        let path = world.incident(json!({"title": "Slow"})).await;
        for media in ["text/plain", "application/x-www-form-urlencoded", "application/xml", "", "nonsense"] {
            let headers = [("content-type", media), ("if-match", "*")];
            let body = || Body::from("{\"title\": \"x\"}");
            let refused = world.ask(Who::Agent, Method::POST, "/incidents", &headers, body()).await.is(415);
            assert!(refused.header("accept").contains("application/json"));
            world.ask(Who::Agent, Method::PATCH, &path, &headers, body()).await.is(415);
        }
        let headers = [("content-type", "Application/JSON; charset=utf-8")];
        world.ask(Who::Agent, Method::POST, "/incidents", &headers, Body::from("{\"title\": \"x\"}")).await.is(201);
        let huge = format!("{{\"title\": \"{}\"}}", "x".repeat(3 << 20));
        world.ask(Who::Agent, Method::POST, "/incidents", &headers, Body::from(huge)).await.is(413);
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    for world in worlds().await {
        let fields = json!({"impact": "hgih", "raised_on": "tomorrow", "owner": "ines", "urgancy": "low", "major": 7});
        let refused =
            world.post(Who::Agent, "/incidents", json!({"title": "x", "fields": fields})).await.is(422).json();
        let errors = refused["errors"].as_array().expect("errors");
        let of = |field: &str| {
            errors.iter().find(|error| error["field"] == field).and_then(|error| error["message"].as_str())
        };
        for (field, word) in [
            ("impact", "did you mean \"high\""),
            ("raised_on", "2026-11-12T07:14:00Z"),
            ("owner", "e-mail"),
            ("urgancy", "did you mean \"urgency\""),
            ("major", "true or false"),
        ] {
            assert!(of(field).is_some_and(|text| text.contains(word)), "{field}: {refused}");
        }
        for (body, field) in [
            (json!({"fields": {"category": "email"}}), "title"),
            (json!({"title": "x", "fields": [1]}), "fields"),
            (json!({"title": "x", "category": "a", "fields": {"category": "b"}}), "category"),
            (json!({"title": "x", "fields": {"title": "y"}}), "title"),
            (json!({"title": "x", "state": "closed"}), "state"),
            (json!({"title": "x", "version": 3}), "version"),
            (json!({"title": "x", "kind": "change"}), "kind"),
            (json!({"title": "x", "links": []}), "links"),
            (json!({"title": "x", "history": []}), "history"),
            (json!({"title": "x", "number": "a b"}), "number"),
            (json!({"title": ["x"]}), "title"),
        ] {
            let refused = world.post(Who::Agent, "/incidents", body.clone()).await.is(422).json();
            assert_eq!(refused["errors"][0]["field"], field, "{body}: {refused}");
        }
        let own = json!({"title": "x", "number": "INC-77", "kind": "incident", "state": "new", "fields": {}});
        assert_eq!(world.post(Who::Agent, "/incidents", own.clone()).await.is(201).json()["number"], "INC-77");
        world.post(Who::Agent, "/incidents", own).await.is(422);
        let change = json!({"title": "x", "fields": {"kind": "normal"}});
        assert_eq!(world.post(Who::Agent, "/changes", change).await.is(201).json()["fields"]["kind"], "normal");
        let change = json!({"title": "x", "kind": "normal"});
        assert_eq!(world.post(Who::Agent, "/changes", change).await.is(201).json()["fields"]["kind"], "normal");
    }
}

/// Values that have broken programs before, in every field of a kind with many types, on both databases.
#[tokio::test]
async fn no_value_of_any_field_is_a_fault_of_ours() {
    let values: Vec<Json> = vec![
        json!("\u{0}"),
        json!("a\u{0}b"),
        json!("none"),
        json!("'; drop table record; --"),
        json!("\u{202e}\u{feff}\u{fffd}"),
        json!("x".repeat(200_000)),
        json!(1e300),
        json!(-1e300),
        json!(1e-300),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0.1),
        json!(true),
        json!([]),
        json!({}),
        json!([null, [[]], {"a\u{0}": "b\u{0}"}]),
        json!({"amount": 1e40, "currency": "EUR"}),
        json!({"amount": "7", "currency": "eur"}),
        json!({"a": {"b": {"c": [1, "\u{0}", null]}}, "": 1}),
        json!("9999-12-31T23:59:59Z"),
        json!("-009999-01-01T00:00:00Z"),
        json!("2026-02-30"),
        json!("P999999999Y"),
        json!("99999999999999999999999999999999"),
    ];
    let catalog = kinds::catalog();
    for world in worlds().await {
        for name in ["incident", "change", "sla", "cost", "risk", "person"] {
            let kind = catalog.find(name).expect("a kind");
            let body = crate::every_kind::least(&world, kind).await;
            let made = world.post(Who::Admin, &format!("/{}", kind.plural), body).await.is(201);
            let path = made.header("location").trim_start_matches("/api/v1").to_string();
            for field in &kind.fields {
                for value in &values {
                    let patch = json!({"fields": {field.name.clone(): value}});
                    let answer = world.patch(Who::Admin, &path, "*", patch).await;
                    assert!(
                        matches!(answer.status.as_u16(), 200 | 422),
                        "{name}.{} = {value}: {}",
                        field.name,
                        answer.text()
                    );
                }
            }
            world.get(Who::Admin, &path).await.is(200);
            world.get(Who::Admin, &format!("{path}/journal?page_size=500")).await.is(200);
        }
    }
}
