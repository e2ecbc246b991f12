//! What was written a moment ago is found, and what is no longer so is found no more.

use axum::http::Method;
use serde_json::json;

use super::house::{AGENT, House};
use crate::{
    building::OWNER,
    world::{Database, program, said},
};

both_databases!(what_was_just_written_is_found_and_what_was_renamed_is_not_found_by_its_old_name);

async fn found(house: &House, word: &str) -> Vec<String> {
    let answer = house.building.get(AGENT, &format!("/api/v1/search?q={word}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let items = answer.json()["items"].as_array().expect("items").clone();
    items.iter().map(|item| item["number"].as_str().expect("a number").to_string()).collect()
}

/// Complaint 37: words are found by the same transaction that wrote them; nothing is indexed later.
async fn what_was_just_written_is_found_and_what_was_renamed_is_not_found_by_its_old_name(database: Database) {
    let house = House::new(database).await;
    let first = house.make("incidents", json!({"title": "Zanzibar is offline", "symptom": "kilimanjaro"})).await;
    assert_eq!(found(&house, "zanzibar").await, ["INC-1"]);
    house.make("incidents", json!({"title": "Zanzibar is slow"})).await;
    house.edit(&first, json!({"title": "Mombasa is offline"})).await;
    assert_eq!(found(&house, "mombasa").await, ["INC-1"]);
    assert_eq!(found(&house, "zanzibar").await, ["INC-2"], "the old name is gone");
    // What is ended takes nothing with it.
    house.step("/api/v1/incidents/INC-2", "cancelled", json!({})).await;
    assert_eq!(found(&house, "kilimanjaro").await, ["INC-1"]);
    house.note(AGENT, &first, "The cable at Dodoma is cut.", false).await;
    assert_eq!(found(&house, "dodoma").await, ["INC-1"], "notes are words as well");
    let article = json!({"title": "Cables", "text": "How to splice a cable near Tabora."});
    let article = house.make("knowledge_articles", article).await;
    assert_eq!(found(&house, "tabora").await, [article.rsplit('/').next().expect("a number")]);
    let person = house.make("people", json!({"name": "Quirin Adler", "email": "quirin@tidewell.example"})).await;
    house.edit(&first, json!({"owner": "quirin@tidewell.example"})).await;
    house.edit(&person, json!({"name": "Quirin Falk"})).await;
    assert_eq!(found(&house, "falk").await, ["PER-1"]);
    assert!(found(&house, "adler").await.is_empty(), "nobody goes by that name any more");
    for path in ["/incidents/INC-1", "/incidents", "/lookup?people=yes&q=falk"] {
        let page = house.building.get(OWNER, path).await.text;
        assert!(page.contains("Quirin Falk") && !page.contains("Adler"), "{path}: {page}");
    }
    // In many at once as well, and nothing is left for a rebuild to find.
    let line = |at: usize| json!({"kind": "incident", "number": format!("INC-{at}"), "title": "Brought along", "fields": {"symptom": format!("songea{at}")}});
    house.lines((100..400).map(line)).await;
    assert_eq!(found(&house, "songea317").await, ["INC-317"]);
    let gone = house
        .building
        .send(
            OWNER,
            Method::PATCH,
            "/api/v1/incidents/INC-317",
            &[("if-match", "*")],
            &json!({"fields": {"symptom": null}}),
        )
        .await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert!(found(&house, "songea317").await.is_empty());
    let (_, told, _) = said(program(&house.world.url).args(["doctor", "--json"]));
    assert!(told.contains("every record can be found"), "{told}");
}
