//! Articles with their versions: told from the journal alone, compared, and for readers outside only what was published.

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
    house.step(&path, "draft", json!({})).await;
    house.edit(&path, json!({"text": SECOND})).await;
    let page = |query: &'static str| {
        let address = format!("/articles/{}{query}", path.rsplit('/').next().expect("a number"));
        let building = &house.building;
        async move { building.get(AGENT, &address).await }
    };
    // While it is written anew, readers have none, and the first text is there to be read.
    let text = page("").await.text;
    assert!(text.contains("The last text that was published") || text.contains("Being written"), "{text}");
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
