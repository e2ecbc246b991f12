//! Forms: nothing is lost, nothing is written twice, nobody overwrites others unseen.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::{World, form, set};

fn pairs(given: &[(&str, &str)]) -> Vec<(String, String)> {
    given.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

#[tokio::test]
async fn a_new_record_is_written_and_shown() {
    let world = World::new().await;
    let page = world.get("/incidents/new").await;
    let mut sent = form(&page.text, "/incidents/new");
    set(&mut sent, "title", "Card payments declined");
    set(&mut sent, "description", "Since **07:50** at all tills.\r\nCash works.");
    set(&mut sent, "impact", "high");
    set(&mut sent, "urgency", "high");
    let answer = world.post("/incidents/new", &sent).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(answer.location, "/incidents/INC-1");
    let record = world.get("/incidents/INC-1").await.text;
    assert!(record.contains("Card payments declined") && record.contains("<strong>07:50</strong>"));
    assert!(record.contains("put it on record") && record.contains(">P1<"));
    let list = world.get("/incidents").await.text;
    assert!(list.contains("INC-1") && list.contains("1 of 1"));
}

#[tokio::test]
async fn a_form_that_is_sent_twice_is_written_once() {
    let world = World::new().await;
    let mut sent = form(&world.get("/incidents/new").await.text, "/incidents/new");
    set(&mut sent, "title", "Card payments declined");
    let first = world.post("/incidents/new", &sent).await.location;
    assert_eq!(world.post("/incidents/new", &sent).await.location, first);
    assert!(world.get("/incidents").await.text.contains("1 of 1"));
    set(&mut sent, "title", "Another one, from the form that Back brought up again");
    assert_eq!(world.post("/incidents/new", &sent).await.location, "/incidents/INC-2");
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost() {
    let world = World::new().await;
    let sent = pairs(&[
        ("title", ""),
        ("description", "Kept as typed"),
        ("raised_on", "yesterday"),
        ("impact", "enormous"),
        ("escalations.0.at", "soon"),
        ("escalations.0.reason", "Also kept"),
    ]);
    let answer = world.post("/incidents/new", &sent).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for kept in ["Kept as typed", "yesterday", "enormous", "Also kept", "soon"] {
        assert!(answer.text.contains(kept), "{kept} is lost");
    }
    for link in ["#f-raised_on", "#f-impact", "#f-escalations.0.at"] {
        assert!(answer.text.contains(&format!("href=\"{link}\"")), "{link} is missing in {}", answer.text);
        assert!(answer.text.contains(&format!("id=\"{}-error\"", &link[1..])), "{link} has no sentence");
    }
}

#[tokio::test]
async fn rows_are_added_and_removed_without_a_script() {
    let world = World::new().await;
    let answer = world.post("/incidents/new", &pairs(&[("title", "Kept"), ("add.escalations", "1")])).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains("name=\"escalations.0.reason\"") && answer.text.contains("value=\"Kept\""));
    let mut sent = form(&answer.text, "/incidents/new");
    set(&mut sent, "escalations.0.reason", "Time runs out");
    sent.push(("add.escalations".into(), "1".into()));
    let answer = world.post("/incidents/new", &sent).await;
    assert!(answer.text.contains("name=\"escalations.1.reason\"") && answer.text.contains("Time runs out"));
    let mut sent = form(&answer.text, "/incidents/new");
    sent.push(("remove.escalations.0".into(), "1".into()));
    let answer = world.post("/incidents/new", &sent).await;
    assert!(!answer.text.contains("Time runs out"));
}

#[tokio::test]
async fn two_tabs_never_overwrite_each_other_unseen() {
    let world = World::new().await;
    world.line(json!({"kind": "incident", "number": "INC-7", "title": "Slow", "fields": {"symptom": "slow", "category": "network"}})).await;
    let edit = "/incidents/INC-7/edit";
    let mine = form(&world.get(edit).await.text, edit);
    let mut theirs = mine.clone();
    set(&mut theirs, "symptom", "very slow");
    set(&mut theirs, "category", "hardware");
    assert_eq!(world.post(edit, &theirs).await.status, StatusCode::SEE_OTHER);
    let mut mine = mine;
    set(&mut mine, "symptom", "stuck");
    let answer = world.post(edit, &mine).await;
    assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED);
    assert!(answer.text.contains("very slow") && answer.text.contains("value=\"stuck\""));
    assert!(answer.text.contains("Ines Okafor") || answer.text.contains("ines@tidewell.example"));
    // The field that I left alone follows theirs without a question.
    let again = form(&answer.text, edit);
    assert!(again.contains(&("category".into(), "hardware".into())), "{again:?}");
    assert_eq!(world.post(edit, &again).await.status, StatusCode::SEE_OTHER);
    let record = world.get("/incidents/INC-7").await.text;
    assert!(record.contains("stuck") && record.contains("Hardware") | record.contains("hardware"));
}

#[tokio::test]
async fn one_value_is_edited_where_it_stands() {
    let world = World::new().await;
    world.line(json!({"kind": "incident", "number": "INC-7", "title": "Slow", "fields": {"symptom": "slow"}})).await;
    let path = "/incidents/INC-7/field/symptom";
    let fragment = world.fragment(path).await;
    assert!(fragment.text.starts_with("<form class=\"inline-edit\"") && fragment.text.contains("value=\"slow\""));
    let page = world.get(path).await;
    assert!(page.text.contains("<!doctype html>") && page.text.contains("inline-edit"));
    let mut sent = form(&fragment.text, path);
    set(&mut sent, "symptom", "stuck");
    let saved = world.post_with(path, &sent, &[("x-fragment", "1")]).await;
    assert_eq!(saved.status, StatusCode::OK);
    assert!(saved.text.starts_with("stuck") && saved.headers["etag"] == "\"2\"", "{}", saved.text);
    let late = world.post_with(path, &sent, &[("x-fragment", "1")]).await;
    assert_eq!(late.status, StatusCode::OK, "the same value again is no conflict: {}", late.text);
    set(&mut sent, "symptom", "gone");
    let late = world.post_with(path, &sent, &[("x-fragment", "1")]).await;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    assert!(late.text.contains("“stuck” stands there now") && late.text.contains("value=\"gone\""));
}

#[tokio::test]
async fn a_step_asks_for_what_its_state_needs() {
    let world = World::new().await;
    world.line(json!({"kind": "incident", "number": "INC-7", "title": "Slow", "state": "in_progress"})).await;
    let page = world.get("/incidents/INC-7/step?to=resolved").await;
    assert!(page.text.contains("name=\"resolution\"") && page.text.contains("(needed)"));
    let mut sent = form(&page.text, "/incidents/INC-7/step");
    let answer = world.post("/incidents/INC-7/step", &sent).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("href=\"#f-resolution\""));
    world.line(json!({"kind": "service", "number": "SVC-1", "title": "Payments"})).await;
    for (name, value) in [
        ("resolution", "Restarted"),
        ("service", "SVC-1"),
        ("category", "network"),
        ("impact", "low"),
        ("urgency", "low"),
    ] {
        set(&mut sent, name, value);
    }
    set(&mut sent, "__note", "It came back by itself at first.");
    let answer = world.post("/incidents/INC-7/step", &sent).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let record = world.get("/incidents/INC-7").await.text;
    assert!(record.contains("moved it to Resolved") && record.contains("It came back by itself"));
}

#[tokio::test]
async fn notes_and_links_are_written_from_the_page() {
    let world = World::new().await;
    world.line(json!({"kind": "incident", "number": "INC-7", "title": "Slow"})).await;
    world.line(json!({"kind": "change", "number": "CHG-1", "title": "Firmware"})).await;
    let note =
        world.post("/incidents/INC-7/note", &pairs(&[("text", "We look at it"), ("audience", "internal")])).await;
    assert_eq!(note.status, StatusCode::SEE_OTHER);
    let link = world.post("/incidents/INC-7/link", &pairs(&[("name", "caused_by"), ("to", "CHG-1")])).await;
    assert_eq!(link.status, StatusCode::SEE_OTHER, "{}", link.text);
    let record = world.get("/incidents/INC-7").await.text;
    assert!(record.contains("We look at it") && record.contains("CHG-1 Firmware") && record.contains("caused by"));
    assert!(world.get("/changes/CHG-1").await.text.contains("INC-7 Slow"), "a link is seen from both ends");
    let away = world.post("/incidents/INC-7/unlink", &pairs(&[("name", "caused_by"), ("to", "CHG-1")])).await;
    assert_eq!(away.status, StatusCode::SEE_OTHER);
    assert!(!world.get("/changes/CHG-1").await.text.contains("INC-7 Slow"));
}

#[tokio::test]
async fn files_come_in_and_go_out_without_running() {
    let world = World::new().await;
    world.line(json!({"kind": "incident", "number": "INC-7", "title": "Slow"})).await;
    let answer = world.upload("/incidents/INC-7/files", "../../evil.html", b"<script>alert(1)</script>").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let record = world.get("/incidents/INC-7").await.text;
    assert!(record.contains("evil.html") && record.contains("attached evil.html"));
    let href =
        record.split("href=\"/incidents/INC-7/files/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let file = world.get(&format!("/incidents/INC-7/files/{href}")).await;
    assert_eq!(file.text, "<script>alert(1)</script>");
    assert_eq!(file.headers["content-type"], "application/octet-stream");
    assert!(
        file.headers["content-disposition"].to_str().expect("ASCII").starts_with("attachment; filename=\"evil.html\"")
    );
    assert!(file.headers["content-security-policy"].to_str().expect("ASCII").contains("sandbox"));
    assert_eq!(world.get(&format!("/incidents/INC-8/files/{href}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.upload("/incidents/INC-9/files", "a.txt", b"x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_field_has_its_history() {
    let world = World::new().await;
    world
        .line(json!({"kind": "incident", "number": "INC-7", "title": "Slow", "state": "in_progress",
            "fields": {"symptom": "stuck"},
            "history": [{"at": "2026-11-01T08:00:00Z", "by": "tomas@tidewell.example", "state": "new", "fields": {"symptom": "slow"}},
                {"at": "2026-11-02T09:30:00Z", "state": "in_progress", "fields": {"symptom": "stuck"}}]}))
        .await;
    let page = world.get("/incidents/INC-7/history/symptom").await.text;
    assert!(page.contains("<del>slow</del>") && page.contains("Mon 2 Nov 2026, 09:30 UTC"), "{page}");
    assert!(
        page.contains("Wed 25 Nov 2026, 10:00 UTC") && page.contains("not said"),
        "when it was written down, and by nobody known"
    );
    assert_eq!(world.get("/incidents/INC-7/history/nonsense").await.status, StatusCode::NOT_FOUND);
    let past = world.get("/incidents/INC-7?as_of=2026-11-01").await;
    assert_eq!(past.status, StatusCode::NOT_FOUND, "it was not on record yet");
    let past = world.get("/incidents/INC-7?as_of=2026-11-02").await.text;
    assert!(past.contains("as it was on record at") && past.contains("slow") && !past.contains(">stuck<"));
    assert!(!past.contains("class=\"edit\"") && !past.contains("class=\"composer\""));
}
