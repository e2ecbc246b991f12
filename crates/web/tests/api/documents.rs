//! The OpenAPI document by the rules of OpenAPI 3.1 that can be checked here, and against the doors that there are.

use std::collections::BTreeSet;

use axum::{body::Body, http::Method};
use serde_json::Value as Json;

use crate::{
    schema,
    world::{Who, worlds},
};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

#[tokio::test]
async fn the_document_is_served_whole_once_for_each_version() {
    for world in worlds().await {
        let served = world.get(Who::Reader, "/openapi.json").await.is(200);
        assert_eq!(served.json(), web::api::openapi::document(&kinds::catalog()));
        let known = [("if-none-match", served.header("etag"))];
        world.ask(Who::Reader, Method::GET, "/openapi.json", &known, Body::empty()).await.is(304);
        world.get(Who::Nobody, "/openapi.json").await.is(401);
    }
}

#[test]
fn every_reference_leads_somewhere_and_nothing_lies_about_unused() {
    let document = web::api::openapi::document(&kinds::catalog());
    let mut used = BTreeSet::new();
    references(&document, &mut used);
    for path in &used {
        assert!(document.pointer(path.trim_start_matches('#')).is_some(), "{path} leads nowhere");
    }
    for part in ["parameters", "headers", "responses", "schemas"] {
        for name in document["components"][part].as_object().expect(part).keys() {
            assert!(used.contains(&format!("#/components/{part}/{name}")), "nobody uses {part}/{name}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)), "{name} is no name");
        }
    }
}

fn references(json: &Json, used: &mut BTreeSet<String>) {
    match json {
        Json::Object(parts) => {
            if let Some(Json::String(path)) = parts.get("$ref") {
                used.insert(path.clone());
                assert_eq!(parts.len(), 1, "{path} has neighbours");
            }
            parts.values().for_each(|part| references(part, used));
        }
        Json::Array(entries) => entries.iter().for_each(|entry| references(entry, used)),
        _ => {}
    }
}

#[test]
fn every_operation_is_complete() {
    let document = web::api::openapi::document(&kinds::catalog());
    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["info"]["title"].is_string() && document["info"]["version"].is_string());
    let tags: BTreeSet<&str> =
        document["tags"].as_array().expect("tags").iter().filter_map(|tag| tag["name"].as_str()).collect();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let wanted: BTreeSet<&str> = path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        for (method, door) in
            item.as_object().expect("an item").iter().filter(|(name, _)| METHODS.contains(&name.as_str()))
        {
            let id = door["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no name"));
            assert!(ids.insert(id.to_string()), "{id} is there twice");
            assert!(tags.contains(door["tags"][0].as_str().expect("a tag")), "{id}: an unknown tag");
            let all = [&item["parameters"], &door["parameters"]].into_iter().filter_map(Json::as_array).flatten();
            let parameters: Vec<&Json> = all.map(|parameter| resolved(&document, parameter)).collect();
            let in_path: BTreeSet<&str> = parameters
                .iter()
                .filter(|parameter| parameter["in"] == "path" && parameter["required"] == true)
                .filter_map(|parameter| parameter["name"].as_str())
                .collect();
            assert_eq!(in_path, wanted, "{id}: parameters of the path");
            let unique: BTreeSet<(&str, &str)> = parameters
                .iter()
                .map(|one| (one["in"].as_str().expect("in"), one["name"].as_str().expect("name")))
                .collect();
            assert_eq!(unique.len(), parameters.len(), "{id}: a parameter is there twice");
            assert_eq!(door.get("requestBody").is_some(), ["post", "patch"].contains(&method.as_str()), "{id}: body");
            let answers = door["responses"].as_object().expect("answers");
            assert!(answers.keys().any(|status| status.starts_with('2')) && answers.contains_key("401"), "{id}");
            assert!(answers.values().all(|answer| resolved(&document, answer)["description"].is_string()), "{id}");
        }
    }
    assert!(ids.len() > 13 * 80, "{} doors", ids.len());
}

fn resolved<'d>(document: &'d Json, part: &'d Json) -> &'d Json {
    part["$ref"].as_str().map_or(part, |path| document.pointer(path.trim_start_matches('#')).expect(path))
}

/// The document and the table of doors say the same: no door without a description, no description without a door.
#[test]
fn the_document_describes_the_doors_that_there_are() {
    let document = web::api::openapi::document(&kinds::catalog());
    let catalog = kinds::catalog();
    let mut doors = BTreeSet::new();
    for route in web::routes::table() {
        let Some(path) = route.path.strip_prefix("/api/v1") else { continue };
        let method = route.method.as_str().to_lowercase();
        if path.starts_with("/{plural}") {
            let of = |kind: &model::Kind| format!("{method} {}", path.replace("{plural}", kind.plural));
            // What is no paper has no PDF: its door answers like a missing one.
            let papers = ["audit", "document", "management_review", "report"];
            // Nor are there terms of what nobody orders from.
            let is_ticket = |kind: &model::Kind| ["incident", "service_request", "problem"].contains(&kind.name);
            let has_it = |kind: &&model::Kind| match path.rsplit('/').next().unwrap_or_default() {
                "pdf" => papers.contains(&kind.name),
                "terms" => kind.name == "request_model",
                "split" | "unsplit" => kind.name == "incident",
                "escalate" => is_ticket(kind),
                "work" => is_ticket(kind) || ["change", "plan_task"].contains(&kind.name),
                "merge" | "unmerge" => kind.lifecycle.steps.iter().any(|step| step.name == "mark_as_duplicate"),
                _ => true,
            };
            doors.extend(catalog.kinds().iter().filter(has_it).map(of));
        } else {
            doors.insert(format!("{method} {path}"));
        }
    }
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let methods = item.as_object().expect("an item").keys().filter(|name| METHODS.contains(&name.as_str()));
        described.extend(methods.map(|method| format!("{method} {path}")));
    }
    assert_eq!(doors, described);
}

#[test]
fn examples_fit_their_schemas() {
    let document = web::api::openapi::document(&kinds::catalog());
    for (name, held) in document["components"]["schemas"].as_object().expect("schemas") {
        for example in held["examples"].as_array().into_iter().flatten() {
            assert_eq!(schema::faults(&document, held, example), Vec::<String>::new(), "{name}: {example}");
        }
    }
}
