//! What every kind can do by its declaration alone: nothing here knows one by name.

use axum::{body::Body, http::Method};
use model::{Field, Kind, Type};
use serde_json::{Map, Value as Json, json};

use crate::{
    schema,
    world::{Who, World, escaped, worlds},
};

/// A value of a type that the door takes.
fn sample(ty: &Type, mail: &str) -> Json {
    match ty {
        Type::Text | Type::LongText => "In a few words".into(),
        Type::Number | Type::Money | Type::Percentage => 10.into(),
        Type::Duration => 3_600.into(),
        Type::Date => "2026-11-12".into(),
        Type::Instant => "2026-11-12T07:14:00Z".into(),
        Type::Period => "2026-11".into(),
        Type::Flag => true.into(),
        Type::Person => mail.into(),
        Type::Choice(choices) => choices.options.first().map_or("other", |option| &option.0).into(),
        Type::Ref(refs) => if refs.kinds.first() == Some(&"customer") { "CUS-1" } else { "XYZ-1" }.into(),
        Type::List(of) => json!([sample(of, mail)]),
        Type::Parts(fields) => {
            Json::Object(fields.iter().map(|field| (field.name.clone(), sample(&field.ty, mail))).collect())
        }
        Type::Mixed => json!({"note": "as it comes"}),
    }
}

/// The least that makes a record of a kind: a title, and what the refusals ask for.
pub async fn least(world: &World, kind: &Kind) -> Json {
    let mut body = json!({"title": format!("The first {}", kind.label.to_lowercase()), "fields": {}});
    for _ in 0..5 {
        let probe = world.post(Who::Admin, &format!("/{}", kind.plural), body.clone()).await;
        if probe.status == 201 {
            return body;
        }
        let problem = probe.is(422).json();
        complete(kind, &problem, &mut body["fields"]);
    }
    panic!("{}: no refusal leads to a record", kind.name);
}

/// Fills each field that a refusal names.
fn complete(kind: &Kind, problem: &Json, fields: &mut Json) {
    for error in problem["errors"].as_array().expect("errors") {
        let name = error["field"].as_str().expect("a field");
        let field = kind.find(name).unwrap_or_else(|| panic!("{}: {error}", kind.name));
        // A second person where one alone may not do it.
        let mail = if fields.get(name).is_some() { "tomas@tidewell.example" } else { "ines@tidewell.example" };
        fields[name] = match (kind.name, name) {
            ("saved_report", "source") => json!("/incidents"),
            _ => sample(&field.ty, mail),
        };
    }
}

#[tokio::test]
async fn every_kind_is_made_read_patched_moved_and_retold() {
    let catalog = kinds::catalog();
    let document = web::api::openapi::document(&catalog);
    for world in worlds().await {
        for kind in catalog.kinds() {
            let collection = format!("/{}", kind.plural);
            let body = least(&world, kind).await;
            let made = world.post(Who::Admin, &collection, body.clone()).await.is(201);
            let path = made.header("location").trim_start_matches("/api/v1").to_string();
            let read = world.get(Who::Admin, &path).await.is(200);
            assert_eq!(made.json(), read.json(), "{}", kind.name);
            assert_eq!((read.etag(), read.json()["state"].as_str()), ("\"1\"".into(), Some(kind.lifecycle.start())));
            conforms(&document, &schema_of(kind, ""), &read.json());
            conforms(&document, &schema_of(kind, "Create"), &body);

            let headers = [("content-type", "application/json")];
            let patch = || json!({"title": "Another title"});
            world.send(Who::Admin, Method::PATCH, &path, &headers[1..], patch()).await.is(428);
            let edited = world.patch(Who::Admin, &path, "\"1\"", patch()).await.is(200);
            assert_eq!(
                (edited.etag().as_str(), &edited.json()["title"]),
                ("\"2\"", &json!("Another title")),
                "{}",
                kind.name
            );
            world.patch(Who::Admin, &path, "\"1\"", patch()).await.is(412);
            let gone = world.ask(Who::Admin, Method::DELETE, &path, &[], Body::empty()).await.is(405);
            assert!(!gone.header("allow").contains("DELETE"));
            world.get(Who::Nobody, &path).await.is(401);
            moved(&world, kind, &path, &document).await;

            let journal = world.get(Who::Admin, &format!("{path}/journal")).await.is(200).json();
            conforms(&document, &json!({"$ref": "#/components/schemas/EntryPage"}), &journal);
            let acts: Vec<&str> = journal["items"]
                .as_array()
                .expect("entries")
                .iter()
                .filter_map(|entry| entry["act"].as_str())
                .collect();
            assert_eq!(acts, ["create", "edit", "step"], "{}", kind.name);
        }
    }
}

fn schema_of(kind: &Kind, what: &str) -> Json {
    let title = |word: &str| word[..1].to_uppercase() + &word[1..];
    json!({"$ref": format!("#/components/schemas/{}{what}", kind.name.split('_').map(title).collect::<String>())})
}

#[track_caller]
fn conforms(document: &Json, schema: &Json, value: &Json) {
    assert_eq!(schema::faults(document, schema, value), Vec::<String>::new(), "{schema}: {value}");
}

/// The first step from the start, with what it asks for; then one that there is not.
async fn moved(world: &World, kind: &Kind, path: &str, document: &Json) {
    let start = kind.lifecycle.start();
    let step = kind.lifecycle.steps_from(start).next().unwrap_or_else(|| panic!("{} cannot move", kind.name));
    let way = format!("{path}/transitions");
    let mut body = json!({"to": step.to, "note": "Onwards", "fields": {}});
    world.send(Who::Admin, Method::POST, &way, &[], body.clone()).await.is(428);
    for _ in 0..6 {
        let answer = world.send(Who::Admin, Method::POST, &way, &[("if-match", "\"2\"")], body.clone()).await;
        if answer.status == 422 {
            complete(kind, &answer.json(), &mut body["fields"]);
            continue;
        }
        let record = answer.is(200).json();
        assert_eq!(record["state"], step.to, "{}", kind.name);
        conforms(document, &schema_of(kind, ""), &record);
        break;
    }
    let lifecycle = &kind.lifecycle;
    let away =
        lifecycle.states.iter().find(|state| state.name != step.to && lifecycle.step_to(step.to, state.name).is_none());
    if let Some(away) = away {
        let body = json!({"to": away.name});
        let refused = world.send(Who::Admin, Method::POST, &way, &[("if-match", "*")], body).await.is(409).json();
        let told = refused["detail"].as_str().expect("a sentence");
        assert!(lifecycle.steps_from(step.to).all(|step| told.contains(step.to)), "{}: {told}", kind.name);
    }
    let body = json!({"to": "nowhere"});
    world.send(Who::Admin, Method::POST, &way, &[("if-match", "*")], body).await.is(422);
}

#[tokio::test]
async fn every_kind_is_listed_filtered_and_sorted_by_what_it_offers() {
    let catalog = kinds::catalog();
    let document = web::api::openapi::document(&catalog);
    for world in worlds().await {
        for kind in catalog.kinds() {
            let collection = format!("/{}", kind.plural);
            let body = full(&world, kind).await;
            world.post(Who::Admin, &collection, body).await.is(201);
            let list = world.get(Who::Admin, &format!("{collection}?count=true")).await.is(200).json();
            conforms(&document, &schema_of(kind, "Page"), &list);
            let all = list["count"].as_u64().expect("a count");
            assert!(all >= 2, "{}", kind.name);
            for (at, name) in kind.names().enumerate() {
                let ty = kind.type_of(name).expect("a type");
                let order = format!("{collection}?order_by={}{name}", if at % 2 == 0 { "" } else { "-" });
                let sorted = world.get(Who::Admin, &format!("{order}&page_size=1")).await;
                if ty.is_scalar() {
                    let first = sorted.is(200).json();
                    let token = first["next_page_token"].as_str().unwrap_or_else(|| panic!("{}: {name}", kind.name));
                    let next = world.get(Who::Admin, &format!("{order}&page_size=500&page_token={token}")).await;
                    let seen = 1 + next.is(200).json()["items"].as_array().map_or(0, Vec::len) as u64;
                    assert_eq!(seen, all, "{}: {name} loses or repeats records", kind.name);
                } else {
                    sorted.is(400);
                }
                let held = async |filter: String| {
                    let path = format!("{collection}?count=true&filter={}", escaped(&filter));
                    world.get(Who::Admin, &path).await.is(200).json()["count"].as_u64().expect("a count")
                };
                let (filled, empty) = (held(format!("{name} is filled")).await, held(format!("{name} is empty")).await);
                assert_eq!(filled + empty, all, "{}: {name}", kind.name);
            }
            let names: Vec<&str> = kind.names().collect();
            let narrow =
                world.get(Who::Admin, &format!("{collection}?fields={}", names.join(","))).await.is(200).json();
            conforms(&document, &schema_of(kind, "Page"), &narrow);
            let nearly = format!("{}x", kind.columns.first().expect("a column"));
            let refused =
                world.get(Who::Admin, &format!("{collection}?filter={nearly}%20%3D%201")).await.is(400).json();
            assert!(refused["detail"].as_str().is_some_and(|text| text.contains("did you mean")), "{refused}");
        }
    }
}

/// Every field that can be set on a new record, each with a value of its type; what rules refuse is left out again.
async fn full(world: &World, kind: &Kind) -> Json {
    let body = least(world, kind).await;
    // Of what there is one at most, a second one is about nothing.
    let many = |field: &&Field| kind.single.is_none_or(|single| single.of != field.name);
    let settable = kind.fields.iter().filter(|field| field.alias.is_none());
    let mut fields: Map<String, Json> =
        settable.filter(many).map(|field| (field.name.clone(), sample(&field.ty, "ines@tidewell.example"))).collect();
    for (name, value) in body["fields"].as_object().expect("fields") {
        fields.insert(name.clone(), value.clone());
    }
    for _ in 0..12 {
        let body = json!({"title": "The fullest", "fields": fields});
        let probe = world.post(Who::Admin, &format!("/{}", kind.plural), body.clone()).await;
        if probe.status == 201 {
            return body;
        }
        for error in probe.is(422).json()["errors"].as_array().expect("errors") {
            fields.remove(error["field"].as_str().expect("a field"));
        }
    }
    panic!("{}: nothing full can be made", kind.name);
}
