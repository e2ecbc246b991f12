//! Pictures and macros over HTTP.

use axum::http::StatusCode;
use serde_json::json;

use crate::world::{World, form, set};

async fn house() -> World {
    let world = World::new().await;
    world.line(json!({"kind": "service", "number": "SVC-1", "title": "Mail"})).await;
    world
        .line(
            json!({"kind": "team", "number": "TM-1", "fields": {"name": "Desk", "members": ["ines@tidewell.example"]}}),
        )
        .await;
    for at in 1..=6 {
        let raised = format!("2026-11-{:02}T08:00:00Z", 24 - at * 3);
        let done = at % 2 == 0;
        let fields = match done {
            true => {
                json!({"service": "SVC-1", "priority": "P3", "raised_on": raised, "resolved_on": "2026-11-24T10:00:00Z"})
            }
            false => json!({"service": "SVC-1", "priority": "P3", "raised_on": raised}),
        };
        let state = if done { "resolved" } else { "new" };
        world
            .line(json!({"kind": "incident", "number": format!("INC-{at}"), "title": format!("Ticket {at}"), "state": state, "fields": fields,
                "history": [{"at": raised, "state": "new"}, {"at": if done { "2026-11-24T10:00:00Z" } else { &raised }, "state": state}]}))
            .await;
    }
    world
}

/// Addresses of lists behind a figure.
fn addresses(html: &str) -> Vec<String> {
    let links = html.split("href=\"/incidents?filter=").skip(1);
    links
        .filter_map(|rest| Some(format!("/incidents?filter={}", rest.split('"').next()?.replace("&#38;", "&"))))
        .collect()
}

#[tokio::test]
async fn every_number_of_a_picture_is_the_count_of_the_list_behind_it() {
    let world = house().await;
    let page = world.get("/pictures?service=SVC-1&weeks=13&by=service").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("3 incidents are open"), "{}", page.text);
    let main = page.text.split("<main").nth(1).expect("a page");
    let mut seen = 0;
    for part in main.split("<a href=\"/incidents?filter=").skip(1) {
        let (address, rest) = part.split_once('"').expect("an address");
        let count = rest.trim_start_matches('>').split('<').next().unwrap_or_default().to_string();
        let list = world.get(&format!("/incidents?filter={}", address.replace("&#38;", "&"))).await;
        assert_eq!(list.status, StatusCode::OK, "{address}");
        assert_eq!(list.text.matches("<tr data-href").count().to_string(), count, "{address}");
        seen += 1;
    }
    assert!(seen > 10, "only {seen} numbers lead somewhere");
    assert_eq!(addresses(main).len(), seen);
}

#[tokio::test]
async fn pictures_are_narrowed_exported_and_kept() {
    let world = house().await;
    assert!(world.get("/pictures?service=SVC-9").await.text.contains("No incidents are open."));
    for wrong in ["kind=problem", "weeks=5", "by=owner", "servise=SVC-1"] {
        let answer = world.get(&format!("/pictures?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    let csv = world.get("/pictures.csv?weeks=4").await;
    assert!(csv.text.starts_with("picture,line,what,count,list\nnow,Open,,3,/incidents"), "{}", csv.text);
    let new = world.get("/saved_reports/new?name=Pictures&source=%2Fpictures%3Fweeks%3D4").await.text;
    let mut pairs = form(&new, "/saved_reports/new");
    set(&mut pairs, "name", "Mail, four weeks");
    assert_eq!(world.post("/saved_reports/new", &pairs).await.status, StatusCode::SEE_OTHER);
    let page = world.get("/pictures").await.text;
    assert!(page.contains("href=\"/pictures?weeks=4\">Mail, four weeks"), "{page}");
}

async fn with_macro(world: &World, state: &str) {
    world
        .line(json!({"kind": "macro", "number": "MAC-1", "state": state, "fields": {"name": "Ask for the error text",
            "used_when": "It says only that it does not work.", "kinds": ["incident"], "team": "TM-1", "to_state": "waiting_customer",
            "says": "About {{number}}: what does it say?", "values": [{"field": "owner", "value": "me"}]}}))
        .await;
}

#[tokio::test]
async fn a_macro_says_moves_and_sets_in_one_go() {
    let world = house().await;
    with_macro(&world, "approved").await;
    assert!(world.get("/incidents/INC-1").await.text.contains("href=\"/incidents/INC-1/macro\""));
    assert!(world.get("/incidents/INC-1/macro").await.text.contains("Ask for the error text"));
    let page = world.get("/incidents/INC-1/macro?use=MAC-1").await.text;
    assert!(page.contains("About INC-1: what does it say?"), "{page}");
    let pairs = form(&page, "/incidents/INC-1/macro");
    let done = world.post("/incidents/INC-1/macro", &pairs).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let shown = world.get("/incidents/INC-1").await.text;
    assert!(shown.contains("Waiting customer") && shown.contains("About INC-1: what does it say?"), "{shown}");
    assert!(world.get("/incidents?filter=owner+%3D+me").await.text.contains("INC-1"));
    // What the record cannot do is said with the words still there.
    let resolved = world.get("/incidents/INC-2/macro?use=MAC-1").await.text;
    let refused = world.post("/incidents/INC-2/macro", &form(&resolved, "/incidents/INC-2/macro")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("About INC-2: what does it say?"), "{}", refused.text);
}

#[tokio::test]
async fn only_what_is_approved_and_for_the_team_is_offered() {
    let world = house().await;
    with_macro(&world, "draft").await;
    assert!(!world.get("/incidents/INC-1/macro").await.text.contains("Ask for the error text"));
    assert_eq!(world.get("/incidents/INC-1/macro?use=MAC-1").await.status, StatusCode::NOT_FOUND);
    world.line(json!({"kind": "macro", "number": "MAC-2", "state": "approved", "fields": {"name": "Of others", "team": "TM-9", "says": "No"}})).await;
    assert!(!world.get("/incidents/INC-1/macro").await.text.contains("Of others"));
    let page = world.get("/macros/new").await.text;
    let mut pairs = form(&page, "/macros/new");
    set(&mut pairs, "name", "Wrong");
    set(&mut pairs, "says", "Dear {{reqester}}");
    let wrong = world.post("/macros/new", &pairs).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("here is no {{reqester}}, did you mean"), "{}", wrong.text);
}
