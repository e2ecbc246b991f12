//! Articles with their versions: told from the journal alone, compared, and for readers outside only what was published.

use axum::http::Method;
use serde_json::json;

use crate::{
    building::{CUSTOMER, OWNER},
    complaints::house::{AGENT, House},
    world::Database,
};

both_databases!(
    each_text_that_goes_out_is_a_version_to_read_and_to_compare,
    readers_outside_see_nothing_that_was_not_published_to_them,
    what_was_imported_has_the_versions_that_its_history_tells,
    while_it_is_revised_customers_read_what_was_published_last,
    a_revision_goes_out_is_kept_back_or_is_given_up,
);

const FIRST: &str = "Open the box.\n\nPress the **red** key.\n";
const SECOND: &str = "Open the box.\n\nPress the **green** key.\n";
const SECRET: &str = "Nobody outside may read of the wolpertinger.\n";

async fn published(house: &House) -> String {
    house.turn("2026-11-02T08:00:00Z");
    let fields = json!({"title": "Restart the till", "text": SECRET, "audience": ["customers", "staff"]});
    let path = house.make("knowledge_articles", fields).await;
    house.edit(&path, json!({"text": FIRST})).await;
    house.turn("2026-11-03T08:00:00Z");
    house.step(&path, "published", json!({})).await;
    path
}

async fn each_text_that_goes_out_is_a_version_to_read_and_to_compare(database: Database) {
    let house = House::new(database).await;
    let path = published(&house).await;
    house.turn("2026-11-04T08:00:00Z");
    house.step(&path, "in_revision", json!({})).await;
    house.edit(&path, json!({"proposed_text": SECOND})).await;
    let page = |query: &'static str| {
        let address = format!("/articles/{}{query}", path.rsplit('/').next().expect("a number"));
        let building = &house.building;
        async move { building.get(AGENT, &address).await }
    };
    // While it is written anew, readers have the first text, and who looks after it sees that the next one is on its way.
    let text = page("").await.text;
    assert!(text.contains("<strong>red</strong>") && !text.contains("<strong>green</strong>"), "{text}");
    assert!(text.contains("In revision") && text.contains("Being written"), "{text}");
    let next = page("?version=2&against=1").await.text;
    assert!(next.contains("<ins>") && next.contains("Readers have version 1 now"), "{next}");
    house.turn("2026-11-05T08:00:00Z");
    house.step(&path, "published", json!({})).await;
    let record = house.read(&path).await;
    assert_eq!(record["fields"]["version"], 2, "{record}");
    let text = page("").await.text;
    assert!(text.contains("<strong>green</strong>") && !text.contains("<strong>red</strong>"), "{text}");
    assert!(text.contains("1 line differs") && text.contains("Published"), "{text}");
    assert!(text.contains("administrator@tidewell.example"), "who wrote it is told: {text}");
    let old = page("?version=1").await.text;
    assert!(old.contains("<strong>red</strong>") && old.contains("readers have version 2 now"), "{old}");
    let both = page("?version=2&against=1").await.text;
    assert!(both.contains("One line differs from version 1"), "{both}");
    assert!(both.contains("<del>") && both.contains("<ins>"), "{both}");
    // The text of a published article is another version without a way round through a draft; counts are not.
    house.edit(&path, json!({"uses": 7})).await;
    assert_eq!(house.read(&path).await["fields"]["version"], 2);
    house.edit(&path, json!({"text": format!("{SECOND}\nThen wait.\n")})).await;
    assert_eq!(house.read(&path).await["fields"]["version"], 3);
    let text = page("").await.text;
    assert!(text.contains("Then wait."), "{text}");
    let unknown = page("?version=9").await;
    assert_eq!(unknown.status, 400, "{}", unknown.text);
    assert!(unknown.text.contains("there is no version"), "{}", unknown.text);
    assert_eq!(page("?vresion=1").await.status, 400);
    let record_page = house.building.get(AGENT, path.trim_start_matches("/api/v1")).await.text;
    assert!(record_page.contains("/articles/KBA-"), "the record leads to its versions: {record_page}");
    house.step(&path, "retired", json!({})).await;
    assert!(page("").await.text.contains("Retired"), "nobody is told to follow it");
}

async fn readers_outside_see_nothing_that_was_not_published_to_them(database: Database) {
    let house = House::new(database).await;
    let path = published(&house).await;
    let number = path.rsplit('/').next().expect("a number").to_string();
    house.turn("2026-11-04T08:00:00Z");
    house.step(&path, "retired", json!({})).await;
    house.step(&path, "draft", json!({})).await;
    house.edit(&path, json!({"text": format!("{SECRET}{SECOND}")})).await;
    house.edit(&path, json!({"text": SECOND})).await;
    let building = &house.building;
    assert_eq!(building.get(CUSTOMER, &format!("/portal/read/{number}")).await.status, 404, "a draft is not for them");
    house.turn("2026-11-05T08:00:00Z");
    house.step(&path, "published", json!({})).await;
    let read = building.get(CUSTOMER, &format!("/portal/read/{number}")).await;
    assert!(read.text.contains("version 2") && read.text.contains("<strong>green</strong>"), "{}", read.text);
    assert_eq!(building.get(CUSTOMER, &format!("/articles/{number}")).await.status, 404);
    for own in [
        format!("/knowledge_articles/{number}/history"),
        format!("/knowledge_articles/{number}/history/text"),
        format!("{path}/journal"),
        path.clone(),
    ] {
        let answer = building.get(CUSTOMER, &own).await;
        assert_eq!(answer.status, 200, "{own}: {}", answer.text);
        assert!(!answer.text.contains("wolpertinger"), "{own}: {}", answer.text);
    }
    let journal = building.get(CUSTOMER, &format!("{path}/journal")).await.json();
    assert_eq!(journal["items"].as_array().map(Vec::len), Some(2), "two publications: {journal}");
    // Nor do they read the past of it in which it was a draft.
    for (instant, status) in
        [("2026-11-02T09:00:00Z", 404), ("2026-11-04T09:00:00Z", 404), ("2026-11-03T09:00:00Z", 200)]
    {
        let answer = building.get(CUSTOMER, &format!("{path}?as_of={instant}")).await;
        assert_eq!(answer.status, status, "{instant}: {}", answer.text);
    }
    assert_eq!(building.get(OWNER, &format!("{path}?as_of=2026-11-02T09:00:00Z")).await.status, 200);
}

async fn what_was_imported_has_the_versions_that_its_history_tells(database: Database) {
    let house = House::new(database).await;
    house
        .lines([
            json!({"kind": "knowledge_article", "number": "KBA-7", "title": "Old one", "state": "published", "fields": {"text": "Now.", "audience": ["staff"]},
                "history": [{"at": "2026-01-05T08:00:00Z", "by": "rosa@tidewell.example", "state": "draft", "fields": {"text": "Once."}},
                    {"at": "2026-01-06T08:00:00Z", "by": "rosa@tidewell.example", "state": "published"},
                    {"at": "2026-02-06T08:00:00Z", "by": "tomas@tidewell.example", "fields": {"text": "Now."}}]}),
            json!({"kind": "knowledge_article", "number": "KBA-8", "title": "Bare", "state": "published", "fields": {"text": "Bare text.", "version": 4, "audience": ["staff"]}}),
        ])
        .await;
    let page = house.building.get(AGENT, "/articles/KBA-7?version=2&against=1").await.text;
    assert!(page.contains("tomas@tidewell.example") && page.contains("<del>Once"), "{page}");
    let page = house.building.get(AGENT, "/articles/KBA-8").await.text;
    assert!(page.contains("Bare text.") && page.contains("?version=4"), "{page}");
}

/// A published article under revision: `wolpertinger` stands in nothing but what is proposed.
async fn revised(house: &House) -> (String, String) {
    house.turn("2026-11-02T08:00:00Z");
    let fields = json!({"title": "Restart the till", "text": FIRST, "audience": ["customers", "staff"]});
    let path = house.make("knowledge_articles", fields).await;
    house.step(&path, "published", json!({})).await;
    house.turn("2026-11-03T08:00:00Z");
    house.step(&path, "in_revision", json!({})).await;
    let begun = house.read(&path).await;
    assert_eq!(begun["fields"]["proposed_text"], begun["fields"]["text"], "it begins with what stands: {begun}");
    let proposed = json!({"proposed_text": SECRET, "proposed_title": "Wake the wolpertinger"});
    house.edit(&path, proposed).await;
    let number = path.rsplit('/').next().expect("a number").to_string();
    (path, number)
}

async fn while_it_is_revised_customers_read_what_was_published_last(database: Database) {
    let house = House::new(database).await;
    let (path, number) = revised(&house).await;
    let building = &house.building;
    house.turn("2026-11-04T08:00:00Z");
    for state in ["in_revision", "revision_in_review"] {
        for place in [
            format!("/portal/read/{number}"),
            "/".into(),
            "/portal/search?q=red".into(),
            "/knowledge_articles".into(),
            format!("{path}?as_of=2026-11-03T09:00:00Z"),
            format!("{path}/journal"),
            format!("/knowledge_articles/{number}/history"),
            "/api/v1/knowledge_articles".into(),
        ] {
            let answer = building.get(CUSTOMER, &place).await;
            assert_eq!(answer.status, 200, "{state} {place}: {}", answer.text);
            assert!(!answer.text.contains("olpertinger"), "{state} {place}: {}", answer.text);
            let tells =
                answer.text.contains("Restart the till") || place.contains("journal") || place.contains("history");
            assert!(tells, "{state} {place}: {}", answer.text);
        }
        let read = building.get(CUSTOMER, &format!("/portal/read/{number}")).await.text;
        assert!(read.contains("<strong>red</strong>") && read.contains("version 1"), "{read}");
        let none = building.get(CUSTOMER, "/portal/search?q=wolpertinger").await.text;
        assert!(!none.contains("Restart the till"), "not found by what is proposed: {none}");
        let fields = building.get(CUSTOMER, &path).await.json()["fields"].clone();
        assert!(fields["proposed_text"].is_null() && fields["proposed_title"].is_null(), "{fields}");
        let asked = building.get(CUSTOMER, "/api/v1/knowledge_articles?filter=proposed_text+contains+%22a%22").await;
        assert_eq!(asked.status, 400, "{}", asked.text);
        // Whoever works on it sees how it stands, and what help is offered is what readers have.
        let list = building.get(AGENT, "/knowledge_articles").await.text;
        assert!(list.contains(if state == "in_revision" { "In revision" } else { "Revision in review" }), "{list}");
        if state == "in_revision" {
            house.step(&path, "revision_in_review", json!({})).await;
        }
    }
    let incident = house.make("incidents", json!({"title": "Restart the till", "symptom": "red key"})).await;
    let beside = format!("{}/beside", incident.trim_start_matches("/api/v1"));
    let beside = building.get(AGENT, &beside).await.text;
    assert!(beside.contains("Restart the till") && beside.contains(&number), "{beside}");
    assert!(!beside.contains("olpertinger"), "{beside}");
}

async fn a_revision_goes_out_is_kept_back_or_is_given_up(database: Database) {
    let house = House::new(database).await;
    let (path, number) = revised(&house).await;
    let patch = async |fields: serde_json::Value| {
        house.building.send(OWNER, Method::PATCH, &path, &[("if-match", "*")], &fields).await
    };
    for (field, aside) in [("text", "proposed_text"), ("title", "proposed_title")] {
        let refused = patch(json!({field: "Another"})).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.text.contains(&format!("\"{field}\"")) && refused.text.contains(aside), "{}", refused.text);
    }
    // Given up: the text stands as it was, and no version is counted.
    house.step(&path, "current", json!({})).await;
    let kept = house.read(&path).await;
    assert_eq!((&kept["title"], &kept["fields"]["version"]), (&json!("Restart the till"), &json!(1)), "{kept}");
    assert!(kept["fields"]["proposed_text"].is_null() && kept["fields"]["proposed_title"].is_null(), "{kept}");
    // Sent out: title and text together, as the next version.
    house.turn("2026-11-05T08:00:00Z");
    house.step(&path, "in_revision", json!({})).await;
    house.edit(&path, json!({"proposed_text": SECOND, "proposed_title": "Start the till again"})).await;
    house.step(&path, "revision_in_review", json!({})).await;
    house.step(&path, "approved", json!({})).await;
    let out = house.read(&path).await;
    let fields = &out["fields"];
    assert_eq!((&out["title"], &fields["version"]), (&json!("Start the till again"), &json!(2)), "{out}");
    assert_eq!(fields["text"].as_str().map(str::trim), Some(SECOND.trim()), "{out}");
    assert!(fields["proposed_text"].is_null(), "{out}");
    let read = house.building.get(CUSTOMER, &format!("/portal/read/{number}")).await.text;
    assert!(read.contains("Start the till again") && read.contains("<strong>green</strong>"), "{read}");
    let versions = house.building.get(AGENT, &format!("/articles/{number}")).await.text;
    assert!(versions.contains("?version=2") && !versions.contains("?version=3"), "{versions}");
}
