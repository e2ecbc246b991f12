//! Handling over HTTP: who is brought in, what helps, what changed before, children and twins, and what follows from a record.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::{World, form, set};

const INES: &str = "ines@tidewell.example";

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

/// A service with its team, a known error, an article, a change of yesterday, and three incidents.
async fn house() -> World {
    let world = World::new().await;
    for line in [
        json!({"kind": "team", "number": "TM-1", "title": "Platform", "fields": {"name": "Platform", "members": [INES, "priya@tidewell.example"]}}),
        json!({"kind": "team", "number": "TM-2", "title": "Workplace", "fields": {"name": "Workplace"}}),
        json!({"kind": "service", "number": "SVC-1", "title": "Payments", "fields": {"name": "Payments", "team": "TM-1",
            "assignment": [{"category": "printing", "team": "TM-2"}]}}),
        json!({"kind": "known_error", "number": "KER-1", "title": "Gateway refuses cards at noon", "state": "active",
            "fields": {"symptom": "Tills decline cards", "workaround": "Restart the gateway on the second site.", "services": ["SVC-1"]}}),
        json!({"kind": "known_error", "number": "KER-2", "title": "Scanner profile lost", "state": "active",
            "fields": {"symptom": "Scanner forgets its folder", "workaround": "Load the profile."}}),
        json!({"kind": "knowledge_article", "number": "KBA-1", "title": "When tills decline cards", "state": "published",
            "fields": {"text": "Look at the gateway first.", "services": ["SVC-1"]}}),
        json!({"kind": "change", "number": "CHG-1", "title": "New gateway settings", "state": "implemented",
            "fields": {"services": ["SVC-1"], "implemented_on": "2026-11-24T20:00:00Z"}}),
        json!({"kind": "change", "number": "CHG-2", "title": "Long ago", "state": "implemented",
            "fields": {"services": ["SVC-1"], "implemented_on": "2026-10-01T20:00:00Z"}}),
    ] {
        world.line(line).await;
    }
    for (number, title) in
        [("INC-1", "Tills decline cards"), ("INC-2", "Cards declined in Bristol"), ("INC-3", "Cards declined in Leeds")]
    {
        world
            .line(json!({"kind": "incident", "number": number, "title": title, "state": "in_progress",
                "fields": {"service": "SVC-1", "team": "TM-1", "owner": INES, "category": "application", "impact": "medium",
                    "urgency": "medium", "priority": "P3", "raised_on": "2026-11-25T09:00:00Z"},
                "history": [{"at": "2026-11-25T09:00:00Z", "state": "in_progress"}]}))
            .await;
    }
    world
}

#[tokio::test]
async fn somebody_is_brought_in_with_a_reason_and_it_stands_in_the_journal() {
    let world = house().await;
    let page = world.get("/incidents/INC-1").await.text;
    assert!(
        page.contains("Who is brought in next") && page.contains("75 % of the time to resolve is used (P3)"),
        "{page}"
    );
    let answer = world
        .post(
            "/incidents/INC-1/escalate",
            &pairs(&[("to", "priya@tidewell.example"), ("reason", "Needs a second look")]),
        )
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let page = world.get("/incidents/INC-1").await.text;
    assert!(page.contains("brought somebody in") && page.contains("Needs a second look"), "{page}");
    for (to, reason) in [("nobody", "Why"), ("priya@tidewell.example", "")] {
        let answer = world.post("/incidents/INC-1/escalate", &pairs(&[("to", to), ("reason", reason)])).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{to} {reason}");
    }
    let answer = world.post("/changes/CHG-1/escalate", &pairs(&[("to", INES), ("reason", "Why")])).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "changes are not escalated");
}

#[tokio::test]
async fn what_helps_stands_beside_and_its_use_is_counted_once() {
    let world = house().await;
    assert!(world.get("/incidents/INC-1").await.text.contains("data-load=\"/incidents/INC-1/beside\""));
    let part = world.fragment("/incidents/INC-1/beside").await.text;
    assert!(part.contains("KER-1") && !part.contains("<html"), "{part}");
    let page = world.get("/incidents/INC-1/beside").await.text;
    for words in [
        "Known errors",
        "KER-1",
        "Restart the gateway on the second site.",
        "KBA-1",
        "Similar incidents",
        "What changed before this",
        "CHG-1 New gateway settings",
        "Who has room",
        "3 open",
    ] {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    assert!(!page.contains("KER-2"), "it has nothing in common: {page}");
    assert!(!page.contains("CHG-2"), "it was long ago");
    for (to, said) in [("KER-1", "counted there"), ("KER-1", "already"), ("KBA-1", "counted there")] {
        let answer = world.post("/incidents/INC-1/helped", &pairs(&[("to", to)])).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{said}: {}", answer.text);
    }
    for (path, words) in [("/known_errors/KER-1", "Used"), ("/knowledge_articles/KBA-1", "Solved with it")] {
        let page = world.get(path).await.text;
        assert!(page.contains(words) && page.contains("INC-1"), "{path}: {page}");
    }
    let actor = crate::world::system();
    let counted = world.desk.show(&actor, "known_error", "KER-1", None, crate::world::now()).await.expect("a record");
    assert_eq!(counted.fields().get("uses"), Some(&model::Value::Number(1.into())));
    let ticket = world.desk.show(&actor, "incident", "INC-1", None, crate::world::now()).await.expect("a record");
    assert_eq!(ticket.fields().get("knowledge_used"), Some(&model::Value::Flag(true)), "solved by an article");
    let answer = world.post("/incidents/INC-1/helped", &pairs(&[("to", "CHG-1")])).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_is_known_is_offered_while_one_writes_with_and_without_a_script() {
    let world = house().await;
    let page = world.get("/incidents/new").await.text;
    assert!(page.contains("Known already?") && page.contains("name=\"__look\""), "{page}");
    let mut typed = form(&page, "/incidents/new");
    set(&mut typed, "title", "The till says declined for cards");
    set(&mut typed, "service", "SVC-1");
    set(&mut typed, "__look", "yes");
    let whole = world.post("/incidents/new", &typed).await;
    assert_eq!(whole.status, StatusCode::OK);
    assert!(whole.text.contains("KER-1") && whole.text.contains("INC-2"), "{}", whole.text);
    assert!(whole.text.contains("The till says declined for cards"), "nothing typed is lost");
    let part = world.post_with("/incidents/new", &typed, &[("x-fragment", "1")]).await.text;
    assert!(part.contains("KER-1") && !part.contains("<html"), "{part}");
    let none = world.get("/incidents").await.text;
    assert!(!none.contains("The till says"), "looking writes nothing");
}

#[tokio::test]
async fn a_new_ticket_comes_to_the_team_of_its_service_and_category() {
    let world = house().await;
    let page = world.get("/incidents/new").await.text;
    for (category, team) in [("printing", "TM-2"), ("application", "TM-1")] {
        let mut typed = form(&page, "/incidents/new");
        typed.retain(|pair| pair.0 != "__look");
        for (name, value) in [("title", "Something"), ("service", "SVC-1"), ("category", category)] {
            set(&mut typed, name, value);
        }
        set(&mut typed, "once", &format!("{:032x}", category.len()));
        let answer = world.post("/incidents/new", &typed).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let number = answer.location.rsplit('/').next().expect("a number").to_string();
        let actor = crate::world::system();
        let shown = world.desk.show(&actor, "incident", &number, None, crate::world::now()).await.expect("a record");
        assert_eq!(shown.fields().get("team"), Some(&model::Value::text(team)), "{category}");
    }
}

#[tokio::test]
async fn who_ends_a_parent_is_offered_its_children() {
    let world = house().await;
    for child in ["INC-2", "INC-3"] {
        let answer =
            world.post(&format!("/incidents/{child}/link"), &pairs(&[("name", "part_of"), ("to", "INC-1")])).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    let page = world.get("/incidents/INC-1/step?to=waiting_customer").await.text;
    assert!(!page.contains("__child"), "they go along to an end alone");
    let page = world.get("/incidents/INC-1/step?to=resolved").await.text;
    assert!(page.contains("INC-2 Cards declined in Bristol") && page.contains("INC-3"), "{page}");
    let mut typed = form(&page, "/incidents/INC-1/step");
    typed.retain(|pair| pair.0 != "__child");
    set(&mut typed, "resolution", "The gateway was restarted.");
    typed.extend(pairs(&[("__child", "INC-2"), ("__child", "INC-1")]));
    let answer = world.post("/incidents/INC-1/step", &typed).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let actor = crate::world::system();
    for (number, state) in [("INC-1", "resolved"), ("INC-2", "resolved"), ("INC-3", "in_progress")] {
        let shown = world.desk.show(&actor, "incident", number, None, crate::world::now()).await.expect("a record");
        assert_eq!(shown.state(), state, "{number}");
    }
    let child = world.get("/incidents/INC-2").await.text;
    assert!(child.contains("The gateway was restarted.") && child.contains("With its parent INC-1."), "{child}");
}

#[tokio::test]
async fn what_is_merged_is_taken_out_again_as_it_was() {
    let world = house().await;
    world.line(json!({"kind": "incident", "number": "INC-9", "title": "Of a customer", "state": "new", "fields": {"customer": "CUS-1"}})).await;
    for (to, why) in [("INC-77", "there is no incident"), ("INC-3", "into itself"), ("INC-9", "another customer")] {
        let answer = world.post("/incidents/INC-3/merge", &pairs(&[("to", to)])).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains(why), "{why}: {}", answer.text);
    }
    let waits = world.get("/incidents/INC-3/step?to=waiting_customer").await.text;
    let typed = form(&waits, "/incidents/INC-3/step");
    assert_eq!(world.post("/incidents/INC-3/step", &typed).await.status, StatusCode::SEE_OTHER);
    let answer = world.post("/incidents/INC-3/merge", &pairs(&[("to", "INC-1")])).await;
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/incidents/INC-1"));
    let page = world.get("/incidents/INC-3").await.text;
    assert!(page.contains("<b>Merged</b>") && page.contains("Take it out again"), "{page}");
    assert!(!page.contains("Service level clocks") || page.contains("Not judged"), "it is in no report on targets");
    assert!(world.get("/incidents/INC-1").await.text.contains("INC-3 was merged into this"));
    let answer = world.post("/incidents/INC-3/unmerge", &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let actor = crate::world::system();
    let shown = world.desk.show(&actor, "incident", "INC-3", None, crate::world::now()).await.expect("a record");
    assert_eq!(shown.state(), "waiting_customer", "as it was");
    let links = world.desk.own_links(&actor, "incident", "INC-3", None, crate::world::now()).await.expect("links");
    assert!(links.is_empty(), "{links:?}");
    assert_eq!(world.post("/incidents/INC-3/unmerge", &[]).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn several_incidents_lead_to_one_problem_that_they_name() {
    let world = house().await;
    let list = world.get("/incidents").await.text;
    assert!(list.contains("value=\"offer:problem\""), "{list}");
    assert!(!list.contains("value=\"offer:change\""), "a change names one of them");
    let ticked = pairs(&[("number", "INC-1"), ("number", "INC-2"), ("number", "INC-3"), ("go", "offer:problem")]);
    let answer = world.post("/incidents/bulk", &ticked).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let page = world.get(&answer.location).await.text;
    let mut typed = form(&page, "/problems/new");
    let named: Vec<&str> = typed.iter().filter(|pair| pair.0 == "incidents").map(|pair| pair.1.as_str()).collect();
    assert_eq!(named, ["", "INC-1", "INC-2", "INC-3", ""], "{page}");
    set(&mut typed, "title", "Why are cards declined");
    let answer = world.post("/problems/new", &typed).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let problem = answer.location.rsplit('/').next().expect("a number").to_string();
    let actor = crate::world::system();
    for number in ["INC-1", "INC-2", "INC-3"] {
        let shown = world.desk.show(&actor, "incident", number, None, crate::world::now()).await.expect("a record");
        assert_eq!(shown.fields().get("problem"), Some(&model::Value::text(&problem)), "{number}");
    }
    let wrong = world.get("/documents/new?__from=INC-1").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "no document follows from an incident");
    assert_eq!(world.get("/problems/new?__from=INC-88").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn trends_propose_the_problem_that_incidents_ask_for() {
    let world = house().await;
    world.line(json!({"kind": "ci", "number": "CI-1", "title": "Gateway", "fields": {}})).await;
    for number in ["INC-1", "INC-2", "INC-3"] {
        let mut typed = form(
            &world.get(&format!("/incidents/{number}/field/ci")).await.text,
            &format!("/incidents/{number}/field/ci"),
        );
        set(&mut typed, "ci", "CI-1");
        let answer = world.post(&format!("/incidents/{number}/field/ci"), &typed).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    }
    let page = world.get("/trends?days=30").await.text;
    assert!(page.contains("Gateway") && page.contains("Asks for a problem") && page.contains("3 incidents"), "{page}");
    assert!(page.contains("Payments, application"), "alike in service and category");
    let raise = page.split("href=\"/problems/new?").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    let address = format!("/problems/new?{}", raise.replace("&#38;", "&"));
    let mut typed = form(&world.get(&address).await.text, "/problems/new");
    assert!(typed.contains(&("source".into(), "trend".into())), "{typed:?}");
    set(&mut typed, "title", "Why does the gateway fail");
    assert_eq!(world.post("/problems/new", &typed).await.status, StatusCode::SEE_OTHER);
    let page = world.get("/trends").await.text;
    assert!(page.contains("Has a problem") && !page.contains("Asks for a problem"), "{page}");
    assert_eq!(world.get("/trends?days=31").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn readers_say_once_for_each_version_whether_an_article_helped() {
    let world = house().await;
    let page = world.get("/portal/read/KBA-1").await.text;
    assert!(page.contains("Did this help?"), "{page}");
    for word in ["yes", "no", "yes"] {
        let answer = world.post("/portal/read/KBA-1/helped", &pairs(&[("helped", word)])).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    }
    let actor = crate::world::system();
    let shown =
        world.desk.show(&actor, "knowledge_article", "KBA-1", None, crate::world::now()).await.expect("a record");
    assert_eq!(shown.fields().get("helpful"), Some(&model::Value::Number(1.into())));
    assert_eq!(shown.fields().get("not_helpful"), None, "one reader counts once");
    for (path, word) in [("KBA-1", "perhaps"), ("KER-404", "yes")] {
        let answer = world.post(&format!("/portal/read/{path}/helped"), &pairs(&[("helped", word)])).await;
        assert!(answer.status.is_client_error(), "{path} {word}");
    }
}

#[tokio::test]
async fn what_of_an_agreement_cannot_be_read_is_told_on_its_page() {
    let world = World::new().await;
    world
        .line(json!({"kind": "sla", "number": "SLA-7", "title": "Old agreement", "state": "agreed",
            "fields": {"service": "SVC-1", "ticket_targets": [{"kind": "incidnet", "priority": "P1", "resolution": "PT1H"}]}}))
        .await;
    let page = world.get("/slas/SLA-7").await.text;
    assert!(
        page.contains("Not everything here can be read") && page.contains("did you mean &#34;incident&#34;?"),
        "{page}"
    );
    world.line(json!({"kind": "sla", "number": "SLA-8", "title": "Good agreement", "state": "agreed"})).await;
    assert!(!world.get("/slas/SLA-8").await.text.contains("Not everything here can be read"));
}

#[tokio::test]
async fn the_page_of_a_step_asks_for_whom_and_why_something_waits() {
    let world = house().await;
    let asks = world.get("/incidents/INC-1/step?to=on_hold").await.text;
    for name in model::pause::FIELDS {
        assert!(asks.contains(&format!("name=\"{name}\"")), "{name} is not asked: {asks}");
    }
    let asks = world.get("/incidents/INC-1/step?to=waiting_customer").await.text;
    assert!(asks.contains("name=\"waiting_because\""), "{asks}");
    let plain = world.get("/incidents/INC-1/step?to=resolved").await.text;
    assert!(!plain.contains("name=\"waiting_because\""), "{plain}");
}

#[tokio::test]
async fn a_person_is_asked_whether_what_the_criteria_leave_open_is_major() {
    let world = World::new().await;
    for (number, priority, major) in
        [("INC-1", "P1", json!(null)), ("INC-2", "P3", json!(null)), ("INC-3", "P1", json!(true))]
    {
        let fields = json!({"priority": priority, "major": major, "raised_on": "2026-11-25T09:00:00Z"});
        world
            .line(
                json!({"kind": "incident", "number": number, "title": "Slow", "state": "in_progress", "fields": fields,
            "history": [{"at": "2026-11-25T09:00:00Z", "state": "in_progress"}]}),
            )
            .await;
    }
    let asked = world.get("/incidents/INC-1").await.text;
    assert!(asked.contains("Major incident?") && asked.contains("/incidents/INC-1/field/major"), "{asked}");
    assert!(!world.get("/incidents/INC-2").await.text.contains("Major incident?"));
    let board = world.get("/incidents/INC-3").await.text;
    assert!(board.contains("The cause is carried on") && board.contains("/incidents/INC-3/field/problem"), "{board}");
    assert!(!board.contains("The public page tells of it"), "a house without such a page has no such step");
}
