//! Lists: filters, views, pages, the past.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::World;

async fn queue() -> World {
    let world = World::new().await;
    for at in 1..=60 {
        let priority = ["P1", "P2", "P3"][at % 3];
        world
            .line(json!({"kind": "incident", "number": format!("INC-{at}"), "title": format!("Incident number {at}"),
                "state": if at % 2 == 0 { "new" } else { "closed" },
                "fields": {"priority": priority, "owner": "tomas@tidewell.example"},
                "history": [{"at": format!("2026-11-{:02}T08:{:02}:00Z", 1 + at / 4, at % 60), "state": "new"}]}))
            .await;
    }
    world.line(json!({"kind": "person", "number": "PER-1", "title": "Tomas Lind", "fields": {"email": "tomas@tidewell.example"}})).await;
    world
}

#[tokio::test]
async fn a_list_has_pages_counts_and_names() {
    let world = queue().await;
    let first = world.get("/incidents").await.text;
    assert!(first.contains("50 of 60, newest first"), "{first}");
    assert!(first.contains("Tomas Lind"), "people stand with their names");
    let next = first.split("rel=\"next\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a next page");
    let second = world.get(&next.replace("&#38;", "&")).await.text;
    assert!(second.contains("10 of 60") && second.contains(">First</a>"));
    assert_eq!(second.matches("<tr data-href").count(), 10);
}

#[tokio::test]
async fn a_list_costs_three_statements() {
    let world = queue().await;
    world.get("/incidents").await;
    let before = world.desk.statements();
    world.get("/incidents?filter=priority+%3D+P1").await;
    // The session, the saved views and the list with its names; a page that holds everything needs no count.
    let cost = world.desk.statements() - before;
    assert!(cost <= 5, "{cost} statements for one list");
}

#[tokio::test]
async fn filters_are_chips_and_mistakes_are_sentences() {
    let world = queue().await;
    let page = world.get("/incidents?filter=priority+%3D+P1+and+state+%3D+new&order_by=-title").await.text;
    assert!(page.contains("Priority: P1") && page.contains("State: New"));
    assert!(page.contains("aria-sort=\"descending\"") && page.matches("<tr data-href").count() == 10, "{page}");
    let wrong = world.get("/incidents?filter=prioritty+%3D+P1").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.text.contains("did you mean") && wrong.text.contains("value=\"prioritty = P1\""));
    assert_eq!(world.get("/incidents?nonsense=1").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.get("/nonsense").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn small_forms_lead_to_one_address() {
    let world = queue().await;
    let to = |answer: crate::world::Answer| answer.location;
    let pick = to(world.get("/incidents?set=pick&field=priority&in=P1&in=P2&order_by=title").await);
    assert_eq!(pick, "/incidents?order_by=title&filter=priority+in+%28P1%2C+P2%29");
    assert_eq!(world.get(&pick).await.status, StatusCode::OK);
    let columns = to(world.get("/incidents?set=columns&column=number&column=symptom").await);
    assert_eq!(columns, "/incidents?fields=number%2Csymptom");
    let past = to(world.get("/incidents?set=as_of&day=2026-11-05").await);
    let page = world.get(&past).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("as they were on record at") && !page.text.contains("class=\"bulk\""));
    assert!(page.text.contains("INC-4") && !page.text.contains("INC-59"));
}

#[tokio::test]
async fn views_are_saved_renamed_and_deleted() {
    let world = queue().await;
    let pairs = |given: &[(&str, &str)]| -> Vec<(String, String)> {
        given.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    };
    let saved =
        world.post("/incidents/views", &pairs(&[("name", "Urgent"), ("query", "filter=priority+%3D+P1")])).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let page = world.get(&saved.location).await.text;
    assert!(page.contains("Urgent <span>20</span>"), "a view has its count");
    let id = saved.location.split("view=").nth(1).expect("an id").to_string();
    let named = world.post(&format!("/incidents/views/{id}"), &pairs(&[("name", "Hot"), ("go", "rename")])).await;
    assert!(world.get(&named.location).await.text.contains("Hot <span>20</span>"));
    let gone = world.post(&format!("/incidents/views/{id}"), &pairs(&[("name", "Hot"), ("go", "delete")])).await;
    assert!(!world.get(&gone.location).await.text.contains("Hot <span>"));
    let refused = world.post("/incidents/views", &pairs(&[("name", "Bad"), ("query", "filter=nonsense+%3D+1")])).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn lookups_find_records_and_people() {
    let world = queue().await;
    let people = world.get("/lookup?people=yes&q=tom").await.text;
    assert_eq!(people, r#"[{"value":"tomas@tidewell.example","label":"Tomas Lind"}]"#);
    let number = world.get("/lookup?kinds=incident&q=INC-12").await.text;
    assert!(number.starts_with(r#"[{"value":"INC-12","label":"Incident number 12"}"#), "{number}");
    assert_eq!(world.get("/lookup?kinds=nonsense").await.status, StatusCode::BAD_REQUEST);
    let box_of_notes = world.get("/incidents/INC-12").await.text;
    assert!(box_of_notes.contains("data-mention=\"/lookup?named=yes\""), "{box_of_notes}");
}

#[tokio::test]
async fn a_list_is_saved_as_csv_to_its_last_line() {
    let world = queue().await;
    for at in 61..=560 {
        world.line(json!({"kind": "incident", "number": format!("INC-{at}"), "title": "=cmd|'/c calc'!A0"})).await;
    }
    let answer = world.get("/incidents.csv?fields=number,title,priority&filter=number+!%3D+INC-1").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.headers["content-disposition"].to_str().expect("ASCII").contains("incidents.csv"));
    let lines: Vec<&str> = answer.text.lines().collect();
    assert_eq!(lines[0], "number,title,priority");
    assert_eq!(lines.len(), 560, "559 records on two pages and the head");
    assert!(answer.text.contains("\nINC-100,'=cmd|") && answer.text.contains("INC-2,Incident number 2,P3"));
    assert_eq!(world.get("/incidents.csv?filter=nonsense+%3D+1").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.get("/nonsense.csv").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn many_are_edited_after_a_preview_and_put_back() {
    let world = queue().await;
    let chosen = |more: &[(&str, &str)]| -> Vec<(String, String)> {
        let numbers = ["INC-2", "INC-4", "INC-6"].iter().map(|number| ("number".to_string(), number.to_string()));
        numbers.chain(more.iter().map(|(name, value)| (name.to_string(), value.to_string()))).collect()
    };
    let asked = world.post("/incidents/bulk", &chosen(&[("field", "priority"), ("go", "ask")])).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    assert!(asked.text.contains("name=\"priority\"") && asked.text.contains("INC-6"));
    let before = world.get("/incidents/INC-2").await.text;
    let preview =
        world.post("/incidents/bulk", &chosen(&[("field", "priority"), ("priority", "P3"), ("go", "preview")])).await;
    assert!(preview.text.contains("2 would be written, 1 stay as they are, 0 are refused"), "{}", preview.text);
    assert_eq!(
        world.get("/incidents/INC-2").await.text.matches("edited it").count(),
        before.matches("edited it").count()
    );
    let mut apply = crate::world::form(&preview.text, "/incidents/bulk");
    apply.push(("go".into(), "apply".into()));
    let done = world.post("/incidents/bulk", &apply).await;
    assert!(done.text.contains("2 are written, 1 stay as they are"), "{}", done.text);
    let list = |text: &str| text.matches("<tr data-href").count();
    let p3 = "/incidents?filter=priority+%3D+P3+and+number+in+(INC-2,INC-4,INC-6)";
    assert_eq!(list(&world.get(p3).await.text), 3);
    let undo = crate::world::form(&done.text, "/incidents/undo");
    let back = world.post("/incidents/undo", &undo).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
    assert_eq!(list(&world.get(p3).await.text), 1);
}

#[tokio::test]
async fn many_take_a_step_where_they_may() {
    let world = queue().await;
    let pairs: Vec<(String, String)> =
        [("number", "INC-2"), ("number", "INC-5"), ("field", "state"), ("state", "assigned"), ("go", "preview")]
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
    let preview = world.post("/incidents/bulk", &pairs).await.text;
    assert!(preview.contains("1 would be written") && preview.contains("1 are refused"), "{preview}");
    assert!(preview.contains("INC-5 is closed"), "the reason stands beside it");
}

#[tokio::test]
async fn one_press_gives_many_to_whoever_presses() {
    let world = queue().await;
    let pairs: Vec<(String, String)> = [("number", "INC-2"), ("number", "INC-4"), ("go", "mine"), ("field", "state")]
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    let done = world.post("/incidents/bulk", &pairs).await;
    assert!(done.text.contains("2 are written"), "{}", done.text);
    let mine = world.get("/incidents?filter=owner+%3D+me").await.text;
    assert_eq!(mine.matches("<tr data-href").count(), 2);
    assert!(mine.contains("Mine <span>2</span>"), "the tab counts them: {mine}");
}

#[tokio::test]
async fn rows_are_asked_for_anew_with_the_counts_of_their_views() {
    let world = queue().await;
    let part = world.fragment("/incidents?filter=phase+!%3D+done&only=INC-2,INC-3,INC-999").await;
    assert_eq!(part.status, StatusCode::OK, "{}", part.text);
    assert_eq!(part.text.matches("<tr data-href").count(), 1, "INC-3 is closed and not in this view: {}", part.text);
    assert!(part.text.contains("data-number=\"INC-2\"") && part.text.contains("Open <span>30</span>"));
    assert!(!part.text.contains("<main"), "a part is no page");
    let wrong = world.fragment("/incidents?filter=nonsense+%3D+1&only=INC-2").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_value_that_was_edited_in_its_row_is_taken_back() {
    let world = queue().await;
    let set = |value: &str| vec![("state".to_string(), value.to_string())];
    let answer = world.post_with("/incidents/INC-2/field/state", &set("assigned"), &[("x-fragment", "1")]).await;
    let undo = answer.headers["x-undo"].to_str().expect("ASCII").to_string();
    assert_eq!(undo, "/incidents/undo?done=INC-2%402");
    world
        .line(json!({"kind": "incident", "number": "INC-2", "state": "assigned", "fields": {"symptom": "slow"}}))
        .await;
    let late = world.post_with(&undo, &[], &[("x-fragment", "1")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert_eq!(late.text, r#"{"said":"Not undone: it was changed by system since."}"#);
    let answer = world.post_with("/incidents/INC-4/field/state", &set("assigned"), &[("x-fragment", "1")]).await;
    let undo = answer.headers["x-undo"].to_str().expect("ASCII").to_string();
    let back = world.post_with(&undo, &[], &[("x-fragment", "1")]).await;
    assert_eq!((back.status, back.text.as_str()), (StatusCode::OK, r#"{"said":"INC-4 is as it was."}"#));
    assert!(world.get("/incidents/INC-4").await.text.contains("undid the last change"));
    // What a state needs is asked for where the step is taken.
    let needs = world.post_with("/incidents/INC-4/field/state", &set("resolved"), &[("x-fragment", "1")]).await;
    assert_eq!(needs.headers["x-step"], "/incidents/INC-4/step?to=resolved");
    assert_eq!(world.post("/incidents/undo", &[("done".into(), "nonsense".into())]).await.status, 422);
}

#[tokio::test]
async fn a_view_is_shared_with_a_team_by_its_members() {
    let world = queue().await;
    world.line(json!({"kind": "team", "number": "TM-1", "fields": {"name": "Service desk", "members": ["ines@tidewell.example"]}})).await;
    world.line(json!({"kind": "incident", "number": "INC-2", "state": "new", "fields": {"team": "TM-1"}})).await;
    let page = world.get("/incidents").await.text;
    assert!(page.contains("Service desk <span>1</span>"), "one's own team has a tab: {page}");
    let pairs = |team: &str| -> Vec<(String, String)> {
        [("name", "Urgent"), ("query", "filter=priority+%3D+P1"), ("for", team)]
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect()
    };
    assert_eq!(world.post("/incidents/views", &pairs("TM-1")).await.status, StatusCode::SEE_OTHER);
    assert!(world.get("/incidents").await.text.contains("Urgent <span>20</span>"));
    let strange = world.post("/incidents/views", &pairs("TM-9")).await;
    assert_eq!(strange.status, StatusCode::UNPROCESSABLE_ENTITY, "a team that is not one's own");
}
