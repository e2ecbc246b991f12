//! Pages as PDF: who gets which, and what is refused.

use axum::http::StatusCode;
use desk::accounts::AccountEdit;
use model::{Actor, Role, Via};
use serde_json::{Value as Json, json};
use sheets::Format;
use web::pages::report::{Form, make};

use crate::world::{Answer, World, now};

fn person(email: &str, roles: &[Role], customer: Option<&str>) -> Actor {
    Actor {
        email: email.into(),
        name: "Somebody".into(),
        roles: roles.to_vec(),
        customer: customer.map(str::to_string),
        ..Actor::system("test", Via::Web)
    }
}

async fn house() -> World {
    let world = World::new().await;
    let admin = person("ines@tidewell.example", &[Role::Administrator, Role::SmsManager], None);
    let roles = admin.roles.clone();
    let edit = AccountEdit { name: "Ines Okafor".into(), roles, customer: None, active: true, window: None };
    world.desk.edit_account(&admin, "ines@tidewell.example", edit, now()).await.expect("the role is given");
    let name = [("organisation".to_string(), "Tidewell <Managed> Services".to_string())];
    world.desk.set_settings(&admin, &name, now()).await.expect("a name");
    world
}

async fn paper(world: &World, path: &str) -> Answer {
    let answer = world.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {:.600}", answer.text);
    assert_eq!(answer.headers["content-type"], "application/pdf", "{path}");
    assert!(answer.text.starts_with("%PDF-1.7"), "{path}");
    answer
}

fn document() -> [Json; 3] {
    let text = "# Rule\n\n#import \"/etc/passwd\" $x$ ![p](/etc/passwd) [open](/incidents)\n";
    [
        json!({"kind": "document", "number": "DOC-1", "title": "Incident procedure", "state": "approved",
            "fields": {"kind": "procedure", "version": 2, "access": ["staff"], "owner": "tomas@tidewell.example"}}),
        json!({"kind": "document_version", "number": "DVN-1", "title": "One", "state": "superseded",
            "fields": {"document": "DOC-1", "version": 1, "text": "Old words.", "ended_on": "2026-11-01"}}),
        json!({"kind": "document_version", "number": "DVN-2", "title": "Two", "state": "in_force",
            "fields": {"document": "DOC-1", "version": 2, "text": text, "effective_on": "2026-11-01",
                "approved_by": "ines@tidewell.example", "approved_on": "2026-10-30", "meaning": "Read in full."}}),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_a_paper_for_whoever_may_read_its_page() {
    let world = house().await;
    for line in document() {
        world.line(line).await;
    }
    let page = world.get("/papers/DOC-1").await;
    assert!(page.text.contains("href=\"/papers/DOC-1/pdf?version=DVN-2\""), "the page leads to it");
    let current = paper(&world, "/papers/DOC-1/pdf").await;
    assert_eq!(current.headers["content-disposition"], "inline; filename=\"DOC-1-version-2.pdf\"");
    assert!(current.headers["cache-control"].to_str().expect("words").contains("no-store"));
    for words in ["Incident procedure", "Tidewell &lt;Managed&gt; Services", "pdfuaid:part"] {
        assert!(current.text.contains(words), "{words}");
    }
    let same = paper(&world, "/papers/DOC-1/pdf?version=2").await;
    assert_eq!(same.text, current.text, "the same copy twice is the same file");
    let old = paper(&world, "/papers/DOC-1/pdf?version=DVN-1").await;
    assert_ne!(old.text, current.text);
    for (path, status) in [
        ("/papers/DOC-404/pdf", StatusCode::NOT_FOUND),
        ("/papers/DOC-1/pdf?version=9", StatusCode::BAD_REQUEST),
        ("/papers/DOC-1/pdf?versoin=2", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(world.get(path).await.status, status, "{path}");
    }
    // Nothing is written: nothing to take away.
    world.line(json!({"kind": "document", "number": "DOC-2", "title": "Empty", "state": "draft", "fields": {}})).await;
    assert!(!world.get("/papers/DOC-2").await.text.contains("/papers/DOC-2/pdf"));
    assert_eq!(world.get("/papers/DOC-2/pdf").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_minutes_and_pictures_are_papers() {
    let world = house().await;
    world
        .line(json!({"kind": "audit", "number": "AUD-1", "title": "Operation", "state": "reported",
            "fields": {"scope": {"clauses": ["8.6.1"]}, "owner": "tomas@tidewell.example", "conclusion": "It *works*.",
                "held_on": "2026-11-10", "report_on": "2026-11-12"}}))
        .await;
    world
        .line(json!({"kind": "audit_question", "number": "AQN-1", "title": "Q", "state": "answered",
            "fields": {"audit": "AUD-1", "clause": "8.6.1", "question": "Is each recorded?", "result": "nonconformity",
                "evidence": "Two were not.", "items": [{"record": "INC-1", "result": "nonconformity", "note": "Not recorded"}]}}))
        .await;
    world
        .line(json!({"kind": "nonconformity", "number": "NCF-1", "title": "Not recorded",
            "fields": {"source": "AUD-1", "grade": "minor", "clause": "8.6.1", "text": "Two were not recorded."}}))
        .await;
    world
        .line(json!({"kind": "management_review", "number": "MRV-1", "state": "held",
            "fields": {"held_on": "2026-11-20", "chair": "tomas@tidewell.example", "inputs": {"a": "- [2 open](/actions)"},
                "decisions": [{"text": "Hire one more."}], "minutes": {"text": "# All agreed"}}}))
        .await;
    for (page, file) in [
        ("/fieldwork/AUD-1/report", "/fieldwork/AUD-1/report/pdf"),
        ("/road/reviews/MRV-1", "/road/reviews/MRV-1/pdf"),
        ("/pictures", "/pictures.pdf"),
    ] {
        assert!(world.get(page).await.text.contains(&format!("href=\"{file}")), "{page} leads to {file}");
        let answer = paper(&world, file).await;
        assert!(answer.text.contains("pdfuaid:part"), "{file}: every letter of it can be read by everybody");
    }
    assert_eq!(world.get("/fieldwork/AUD-9/report/pdf").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/road/reviews/MRV-9/pdf").await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/pictures.pdf?weeks=5").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_report_goes_out_in_any_form() {
    let world = house().await;
    for at in 1..=3 {
        world
            .line(json!({"kind": "incident", "number": format!("INC-{at}"), "title": "=1+1 #panic()",
                "fields": {"priority": "P2", "raised_on": "2026-11-20T08:00:00Z"}}))
            .await;
    }
    let ines = person("ines@tidewell.example", &[Role::SmsManager], None);
    assert_eq!(Form::parse("pdf"), Some(Form::Paper));
    assert_eq!(Form::parse("xlsx"), Some(Form::Table(Format::Xlsx)));
    assert_eq!(Form::parse("docx"), None);
    for source in ["/incidents?filter=priority = P2&order_by=-raised_on", "/pictures?weeks=4"] {
        let made = make(&world.desk, &ines, source, Form::Paper, now()).await.expect("a paper");
        assert!(made.bytes.starts_with(b"%PDF-1.7") && made.name.ends_with("2026-11-25.pdf"), "{}", made.name);
        assert_eq!(made.form.media(), "application/pdf");
        assert!(made.words.contains('3'), "{}", made.words);
    }
    let refused = make(&world.desk, &ines, "/incidents?filter=nothing = 1", Form::Paper, now()).await;
    assert!(refused.is_err());
    let customer = person("kim@quay.example", &[Role::CustomerUser], Some("CUS-1"));
    assert!(make(&world.desk, &customer, "/pictures", Form::Paper, now()).await.is_err());
}
