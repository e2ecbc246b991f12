//! People and what they can do as a browser sees it: roles and holders, the matrix with its ways, campaigns.

use axum::http::StatusCode;
use desk::Shown;
use model::{Actor, Role, Via};
use serde_json::json;
use web::pages::papers::readers;

use crate::world::{World, assert_ids_are_unique, now};

async fn ok(world: &World, path: &str) -> String {
    let answer = world.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {:.900}", answer.text);
    assert_ids_are_unique(&answer.text, path);
    answer.text
}

/// Two teams, a role that two people hold, one that nobody holds.
async fn house() -> World {
    let world = World::new().await;
    let person = |number: &str, name: &str, mail: &str, team: &str, roles: &[&str]| {
        json!({"kind": "person", "number": number, "title": name, "fields": {"name": name, "email": mail, "active": true, "team": team,
            "roles": roles, "joined_on": "2026-11-24"}})
    };
    world
        .line(json!({"kind": "team", "number": "TM-1", "title": "Service desk", "fields": {"name": "Service desk"}}))
        .await;
    world.line(json!({"kind": "team", "number": "TM-2", "title": "Network", "fields": {"name": "Network"}})).await;
    world.line(person("PER-1", "Rosa Marin", "rosa@tidewell.example", "TM-1", &[])).await;
    world.line(person("PER-2", "Kofi Mensah", "kofi@tidewell.example", "TM-1", &["ROL-1"])).await;
    world.line(person("PER-3", "Nadia <b>Rahimi</b>", "nadia@tidewell.example", "TM-2", &["ROL-1"])).await;
    world.line(person("PER-4", "Ines Okafor", "ines@tidewell.example", "TM-2", &[])).await;
    let needs = json!([{"need": "Take and solve calls", "level": 3, "months": 12}, {"need": "Write for customers"}]);
    let fields = json!({"name": "agent", "holder": "rosa@tidewell.example", "needs": needs, "duties": ["take calls"], "authority": ["reset passwords"]});
    world.line(json!({"kind": "role", "number": "ROL-1", "title": "Agent", "fields": fields})).await;
    world.line(json!({"kind": "role", "number": "ROL-2", "title": "Desk lead", "fields": {"name": "desk lead"}})).await;
    let able = |number: &str, mail: &str, need: &str, more: serde_json::Value| {
        let mut fields =
            json!({"person": mail, "need": need, "level": 3, "proof": "Seen", "verified_on": "2026-06-01"});
        if let (Some(fields), Some(more)) = (fields.as_object_mut(), more.as_object()) {
            fields.extend(more.clone());
        }
        json!({"kind": "competence", "number": number, "title": need, "fields": fields})
    };
    let (rosa, kofi) = ("rosa@tidewell.example", "kofi@tidewell.example");
    world.line(able("CMP-1", rosa, "take and  solve calls", json!({}))).await;
    world.line(able("CMP-2", kofi, "Take and solve calls", json!({"verified_on": "2025-12-01"}))).await;
    world.line(able("CMP-3", kofi, "Write for customers", json!({"gap": "Too long"}))).await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_say_who_holds_them_and_which_nobody_holds() {
    let world = World::new().await;
    let page = ok(&world, "/staff").await;
    assert!(
        page.contains("No role is on record.") && page.contains("/roles/new?duties=conformity-of-sms"),
        "{page:.900}"
    );
    let world = house().await;
    let page = ok(&world, "/staff").await;
    for words in ["Rosa Marin", "Kofi Mensah", "reset passwords", "Nobody holds it", "/roles/ROL-2/edit"] {
        assert!(page.contains(words), "{words}");
    }
    assert!(page.contains("Nadia &#60;b&#62;"), "names are text");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_says_how_each_need_stands_and_leads_to_its_record() {
    let world = house().await;
    let page = ok(&world, "/staff/matrix").await;
    // Held until a day, found whatever the case and spaces of the words.
    assert!(page.contains("href=\"/competences/CMP-1\"") && page.contains("1 Jun 2027"), "{page}");
    assert!(page.contains("Kofi Mensah, Take and solve calls: runs out until 1 Dec 2026"), "{page}");
    assert!(page.contains("Kofi Mensah, Write for customers: not enough seen 1 Jun 2026"), "{page}");
    let form = "/competences/new?person=nadia%40tidewell.example&#38;need=Take+and+solve+calls&#38;level=3";
    assert!(page.contains(form), "what is missing is recorded with a form half done: {page}");
    let filled = ok(&world, &form.replace("&#38;", "&")).await;
    assert!(filled.contains("value=\"nadia@tidewell.example\"") && filled.contains("value=\"Take and solve calls\""));
    assert!(!page.contains("Ines Okafor</a></th>"), "who holds no such role is no column");
    // One team, and what is wanting alone.
    let network = ok(&world, "/staff/matrix?team=TM-2").await;
    assert!(network.contains("Nadia") && !network.contains("Kofi Mensah</a></th>"));
    let wanting = ok(&world, "/staff/matrix?show=wanting").await;
    assert!(wanting.contains("Rosa Marin"), "she cannot write for customers yet");
    let refused = |path: &'static str| {
        let world = &world;
        async move { world.get(path).await }
    };
    let typo = refused("/staff/matrix?tema=TM-1").await;
    assert!(typo.status == StatusCode::BAD_REQUEST && typo.text.contains("did you mean"), "{:.600}", typo.text);
    assert_eq!(refused("/staff/matrix?team=TM-9").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused("/staff/matrix?show=wantign").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_is_kept_as_a_file() {
    let world = house().await;
    let csv = world.get("/staff/matrix.csv?team=TM-1").await;
    assert_eq!(csv.status, StatusCode::OK);
    let lines: Vec<&str> = csv.text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "role,need,level,Kofi Mensah,Rosa Marin");
    assert_eq!(lines[1], "Agent,Take and solve calls,3,expiring 2026-12-01,held 2027-06-01");
    assert_eq!(lines[2], "Agent,Write for customers,,gap 2026-06-01,missing");
    assert!(csv.headers["content-disposition"].to_str().is_ok_and(|name| name.contains("competence-matrix.csv")));
    assert_eq!(world.get("/staff/matrix.xlsx").await.status, StatusCode::OK);
    assert_eq!(world.get("/staff/matrix.csv?team=TM-9").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_is_confirmed_with_one_click() {
    let world = house().await;
    assert!(ok(&world, "/staff/campaigns").await.contains("/campaigns/new"), "what to do first");
    let fields = json!({"text": "Read **it**. <script>alert(1)</script>", "topics": ["policy"], "readers": ["staff"], "version": 1,
        "begins_on": "2026-11-20"});
    world.line(json!({"kind": "campaign", "number": "CMG-1", "title": "What we hold to", "state": "running", "fields": fields})).await;
    assert_eq!(readers::ask(&world.desk, "campaign", "CMG-1", now()).await.expect("they are asked"), 4);
    let here = "/staff/campaigns/CMG-1";
    let page = ok(&world, here).await;
    assert!(page.contains("<strong>it</strong>") && !page.contains("<script>alert"), "{page}");
    assert!(page.contains("0 of 4") && page.contains("newcomer") && page.contains("Everybody who works here"));
    assert!(ok(&world, "/staff/campaigns").await.contains("0 of 4"));
    let done = world.post(&format!("{here}/confirm"), &[]).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, here));
    let page = ok(&world, here).await;
    assert!(page.contains("1 of 4") && !page.contains("You are asked to read this"), "{page}");
    let again = world.post(&format!("{here}/confirm"), &[]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "a second click does no harm");
    // The record of what is asked leads here, and so does the campaign's own.
    let ines = Actor { roles: vec![Role::SmsManager], ..actor() };
    let words = world.desk.list(&ines, &model::Query { size: 10, ..model::Query::of("acknowledgement") }, now()).await;
    let first = words.expect("a list").records.first().map(Shown::number).map(str::to_owned).expect("a word");
    for path in [format!("/acknowledgements/{first}"), "/campaigns/CMG-1".to_owned()] {
        assert!(ok(&world, &path).await.contains(&format!("href=\"{here}\"")), "{path}");
    }
    assert_eq!(world.get("/staff/campaigns/CMG-404").await.status, StatusCode::NOT_FOUND);
}

fn actor() -> Actor {
    Actor {
        email: "ines@tidewell.example".into(),
        name: "Ines".into(),
        roles: Vec::new(),
        ..Actor::system("test", Via::Web)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_answered_on_their_page() {
    let world = house().await;
    assert!(ok(&world, "/staff/training").await.contains("/trainings/new"), "what to do first");
    let questions = json!([{"question": "Who asks for a <b>password</b>?", "answers": ["The desk", "Nobody"], "right": 2},
        {"question": "And then?", "answers": ["Hang up", "Wait"], "right": 1}]);
    let fields = json!({"topic": "Passwords", "persons": ["ines@tidewell.example", "rosa@tidewell.example"], "questions": questions, "pass_mark": 100, "held_on": "2026-11-20"});
    world.line(json!({"kind": "training", "number": "TRN-1", "title": "Passwords", "fields": fields})).await;
    let page = ok(&world, "/staff/training").await;
    assert!(page.contains("Ask 2") && page.contains("To be looked at by"), "{page}");
    assert_eq!(world.post("/staff/training/TRN-1/ask", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(ok(&world, "/staff/training").await.contains("0 of 2"));
    let ines = Actor { roles: vec![Role::SmsManager], ..actor() };
    let query = model::Query { size: 10, columns: vec!["person".into()], ..model::Query::of("training_result") };
    let asked = world.desk.list(&ines, &query, now()).await.expect("a list").records;
    let of = |who: &str| {
        let found = asked.iter().find(|shown| shown.fields()["person"].as_text() == Some(who));
        found.map(|shown| format!("/staff/quiz/{}", shown.number())).expect("a result")
    };
    let here = of("ines@tidewell.example");
    let page = ok(&world, &here).await;
    assert!(page.contains("Who asks for a &#60;b&#62;") && page.contains("100 percent"), "{page}");
    let pair = |name: &str, value: &str| (name.to_string(), value.to_string());
    let half = world.post(&here, &[pair("q.0", "1")]).await;
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        half.text.contains("And then?: choose an answer") && half.text.contains("value=\"1\" checked"),
        "{}",
        half.text
    );
    let strange = world.post(&here, &[pair("q.0", "7"), pair("q.1", "x")]).await;
    assert_eq!(strange.status, StatusCode::UNPROCESSABLE_ENTITY);
    let wrong = world.post(&here, &[pair("q.0", "0"), pair("q.1", "0")]).await;
    assert_eq!(wrong.status, StatusCode::SEE_OTHER);
    assert!(ok(&world, &here).await.contains("50 percent"), "and the questions are there again");
    world.post(&here, &[pair("q.0", "1"), pair("q.1", "0")]).await;
    let page = ok(&world, &here).await;
    assert!(page.contains("Answered with 100 percent right.") && !page.contains("Send the answers"), "{page}");
    // Nobody answers for another.
    let other = of("rosa@tidewell.example");
    assert!(ok(&world, &other).await.contains("do not wait for your answers"));
    assert_eq!(world.post(&other, &[pair("q.0", "1"), pair("q.1", "0")]).await.status, StatusCode::SEE_OTHER);
    assert!(ok(&world, "/staff/training").await.contains("1 of 2"));
    assert_eq!(world.get("/staff/quiz/TRR-404").await.status, StatusCode::NOT_FOUND);
}
