//! Documents as people read them: versions with what differs, marked copies, words of readers, drafts of what must be written.

use axum::http::StatusCode;
use desk::accounts::AccountEdit;
use model::{Actor, Command, Input, Query, Refusal, Role, Target, Via, query::EVERY};
use serde_json::{Value as Json, json};
use web::pages::papers::{readers, sheet};

use crate::world::{World, assert_ids_are_unique, now};

const INES: &str = "ines@tidewell.example";

fn person(email: &str, roles: &[Role]) -> Actor {
    Actor { email: email.into(), name: "Somebody".into(), roles: roles.to_vec(), ..Actor::system("test", Via::Web) }
}

/// The reader of the pages runs the system; Tomas writes.
async fn house() -> World {
    let world = World::new().await;
    let roles = vec![Role::Administrator, Role::SmsManager];
    let edit =
        AccountEdit { name: "Ines Okafor".into(), roles: roles.clone(), customer: None, active: true, window: None };
    world.desk.edit_account(&person(INES, &roles), INES, edit, now()).await.expect("the role is given");
    world
}

fn ines() -> Actor {
    person(INES, &[Role::Administrator, Role::SmsManager])
}

fn tomas() -> Actor {
    person("tomas@tidewell.example", &[Role::ProcessOwner])
}

async fn create(world: &World, who: &Actor, kind: &str, fields: Json) -> String {
    let Json::Object(fields) = fields else { panic!("fields") };
    let command = Command::Create { kind: kind.into(), number: None, input: Input::json(fields) };
    world.desk.perform(who, command, now()).await.unwrap_or_else(|why| panic!("{kind}: {why}")).number
}

async fn step(world: &World, who: &Actor, number: &str, to: &str) {
    let target = Target { kind: "document_version".into(), number: number.into(), version: None };
    let command = Command::Step { target, to: to.into(), input: Input::default(), note: None, public: false };
    world.desk.perform(who, command, now()).await.unwrap_or_else(|why| panic!("{number} to {to}: {why}"));
}

async fn publish(world: &World, document: &str, text: &str) -> String {
    let fields = json!({"document": document, "text": text, "change_note": "Plainer words."});
    let number = create(world, &tomas(), "document_version", fields).await;
    step(world, &tomas(), &number, "in_review").await;
    step(world, &ines(), &number, "approved").await;
    number
}

async fn procedure(world: &World, more: Json) -> String {
    let mut fields = json!({"title": "Incident procedure", "kind": "procedure", "owner": "tomas@tidewell.example", "approver": INES,
        "access": ["staff"], "retention": "Six years"});
    if let (Json::Object(fields), Json::Object(more)) = (&mut fields, more) {
        fields.extend(more);
    }
    create(world, &tomas(), "document", fields).await
}

async fn ok(world: &World, path: &str) -> String {
    let answer = world.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {:.900}", answer.text);
    assert_ids_are_unique(&answer.text, path);
    answer.text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_read_with_what_differs() {
    let world = house().await;
    let document = procedure(&world, json!({})).await;
    let here = format!("/papers/{document}");
    assert!(ok(&world, &here).await.contains("Nothing is written yet."));
    let one = publish(
        &world,
        &document,
        "# Roles\n\n- **Lead**: is named by the shift leader\n\n## Words\n\n<script>alert(1)</script>\n",
    )
    .await;
    publish(&world, &document, "# Roles\n\n- **Lead**: is named by the service owner\n\n## Words\n\nPlain ones.\n")
        .await;
    let page = ok(&world, &here).await;
    for words in [
        "is named by the service owner",
        "<h2 id=\"s-1\">Roles</h2>",
        "href=\"#s-2\"",
        "Version",
        "Six years",
        "Fit",
        "In force",
    ] {
        assert!(page.to_lowercase().contains(&words.to_lowercase()), "{words}");
    }
    assert!(!page.contains("data-copy"), "what is in force is no old copy");
    let compared = ok(&world, &format!("{here}?version=2&against=1")).await;
    assert!(compared.contains("<del>shift leader</del><ins>service owner</ins>"), "{compared:.3000}");
    assert!(compared.contains("2 lines differ from version 1."));
    assert!(!compared.contains("<script>alert"), "what somebody wrote is never run");
    let old = ok(&world, &format!("{here}?version={one}")).await;
    assert!(
        old.contains("data-copy=\"Superseded on") && old.contains("do not follow this copy"),
        "an old copy says so"
    );
    let unknown = world.get(&format!("{here}?version=9")).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(unknown.text.contains("only 2, 1"));
    assert_eq!(world.get(&format!("{here}?versoin=1")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(world.get("/papers/DOC-404").await.status, StatusCode::NOT_FOUND);
    // Each page of a record leads to where it is read.
    assert!(ok(&world, &format!("/documents/{document}")).await.contains(&format!("href=\"{here}\"")));
    assert!(ok(&world, &format!("/document_versions/{one}")).await.contains(&format!("href=\"{here}?version={one}\"")));
    // What prints it begins with the same words.
    let sheet = sheet::sheet(&world.desk, &ines(), &document, Some("1"), now()).await.expect("a sheet");
    assert!(!sheet.in_force && sheet.warning.contains("Superseded") && sheet.markdown.contains("shift leader"));
    let said = |label: &str| sheet.control.iter().find(|(known, _)| known == label).map(|(_, words)| words.as_str());
    assert_eq!((said("Number"), said("Version")), (Some(document.as_str()), Some("1")));
    assert!(said("Approved by").is_some_and(|words| words.contains("25 Nov 2026")), "{:?}", sheet.control);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_version_begins_with_the_text_in_force() {
    let world = house().await;
    let document = procedure(&world, json!({"approver": "helena@tidewell.example"})).await;
    let here = format!("/papers/{document}");
    let begun = world.post(&format!("{here}/draft"), &[]).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{:.900}", begun.text);
    assert!(
        begun.location.starts_with("/document_versions/DVN-") && begun.location.ends_with("/edit"),
        "{}",
        begun.location
    );
    // One at a time: asked again, it leads to the one that is being written.
    let again = world.post(&format!("{here}/draft"), &[]).await;
    assert!(again.location.starts_with(&format!("{here}?version=DVN-")), "{}", again.location);
    let page = ok(&world, &again.location).await;
    assert!(page.contains("Draft: not approved, not to be followed."));
    assert!(page.contains("/edit\">Write</a>") && page.contains("step?to=in_review"));
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_say_that_they_have_understood() {
    let world = house().await;
    create(&world, &ines(), "person", json!({"name": "Ines Okafor", "email": INES, "active": true})).await;
    create(&world, &ines(), "person", json!({"name": "Rosa Marin", "email": "rosa@tidewell.example", "active": true}))
        .await;
    let document = procedure(&world, json!({"readers": ["staff"]})).await;
    publish(&world, &document, "Record it.").await;
    assert_eq!(readers::ask(&world.desk, "document", &document, now()).await.expect("they are asked"), 2);
    assert_eq!(readers::ask(&world.desk, "document", &document, now()).await.expect("once"), 0);
    let here = format!("/papers/{document}");
    let page = ok(&world, &here).await;
    assert!(page.contains("You are asked to read version 1.") && page.contains("0 of 2, version 1"), "{page:.2000}");
    let work = ok(&world, "/my-work").await;
    assert!(work.contains("Read and understand: Incident procedure, version 1"), "it stands in one's work");
    assert_eq!(world.post(&format!("{here}/confirm"), &[]).await.location, here);
    let page = ok(&world, &here).await;
    assert!(
        !page.contains("You are asked to read") && page.contains("1 of 2, version 1") && page.contains("Who has not")
    );
    let query = Query { columns: vec![EVERY.into()], size: 10, ..Query::of("acknowledgement") };
    let words = world.desk.list(&ines(), &query, now()).await.expect("a list").records;
    let mine = words.iter().find(|shown| shown.state() == "confirmed").expect("a word");
    assert_eq!(mine.fields().get("person").and_then(model::Value::as_text), Some(INES));
    // A new version asks again.
    publish(&world, &document, "Record it at once.").await;
    readers::ask(&world.desk, "document", &document, now()).await.expect("they are asked again");
    assert!(ok(&world, &here).await.contains("You are asked to read version 2."));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_be_in_writing_is_begun_with_a_click() {
    let world = house().await;
    create(&world, &ines(), "service", json!({"name": "Payments Hosting", "criticality": "critical", "owner": INES, "in_scope": true, "stage": "live"})).await;
    create(&world, &ines(), "role", json!({"name": "Incident manager", "holder": "tomas@tidewell.example"})).await;
    create(&world, &ines(), "other_party", json!({"name": "Northwind Lines", "kind": "external"})).await;
    let page = ok(&world, "/papers").await;
    for words in
        ["Scope of the SMS", "Major incident procedure", "Nothing yet", "5.2.2 ", "action=\"/papers/drafts/scope\""]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(ok(&world, "/papers?view=missing").await.contains("Service management policy"));
    let wrong = world.get("/papers?view=mising").await;
    assert!(wrong.status == StatusCode::BAD_REQUEST && wrong.text.contains("missing"), "{:.600}", wrong.text);
    // Every draft can be drawn and says something of the organisation's own.
    let names: Vec<String> = page
        .split("action=\"/papers/drafts/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect();
    assert!(names.len() > 40, "{} drafts are offered", names.len());
    let mut made: std::collections::BTreeSet<String> = names.into_iter().collect();
    made.insert("major-incident-criteria".into());
    for name in &made {
        let begun = world.post(&format!("/papers/drafts/{name}"), &[]).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{name}: {:.900}", begun.text);
        let page = ok(&world, &begun.location).await;
        assert!(!page.contains("{{") && !page.contains("{%"), "{name} was not drawn");
    }
    let scope = find(&world, "document", "Scope of the service management system").await;
    let page = ok(&world, &format!("/papers/{}", scope.number())).await;
    assert!(page.contains("Payments Hosting (critical)") && page.contains("Northwind Lines"), "{page:.3000}");
    let policy = find(&world, "policy", "Change management policy").await;
    assert!(
        policy
            .fields()
            .get("text")
            .and_then(model::Value::as_text)
            .is_some_and(|text| text.contains("Payments Hosting"))
    );
    let major = find(&world, "document", "Major incident procedure").await;
    assert_eq!(major.fields().get("subject").and_then(model::Value::as_text), Some("major-incident"));
    assert_eq!(world.post("/papers/drafts/nothing", &[]).await.status, StatusCode::NOT_FOUND);
}

async fn find(world: &World, kind: &'static str, title: &str) -> desk::Shown {
    let query = Query { columns: vec![EVERY.into()], size: 100, ..Query::of(kind) };
    let found: Result<_, Refusal> = world.desk.list(&ines(), &query, now()).await;
    let records = found.expect("a list").records;
    records.into_iter().find(|shown| shown.title() == title).unwrap_or_else(|| panic!("there is no {title}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_say_which_document_states_them() {
    let world = house().await;
    let document = procedure(&world, json!({})).await;
    publish(&world, &document, "```parameters\nnumber.auto_close_days = 5\n```\n").await;
    let page = ok(&world, "/administration/settings").await;
    assert!(page.contains(&format!("href=\"/papers/{document}\"")), "the page names the document");
    assert!(!page.contains("name=\"number.auto_close_days\""), "and has no box to type another value into");
    let forced = world.post("/administration/settings", &[("number.auto_close_days".into(), "9".into())]).await;
    assert_eq!(forced.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(forced.text.contains("it changes with the next version"), "{:.900}", forced.text);
    assert!(ok(&world, &format!("/papers/{document}")).await.contains("<dd>5"), "the document says what it sets");
}
