//! The service management plan: assembled from records, its gaps named with where they are closed, begun with one press, frozen as
//! a version of a document, a PDF that says which it is.

use axum::http::StatusCode;
use model::Role;
use serde_json::{Value as Json, json};

use crate::{
    building::{Building, CUSTOMER, Who, mail},
    world::{Database, World},
};

both_databases!(it_is_assembled_and_its_gaps_are_named, what_the_records_say_is_taken_over, it_is_frozen_as_a_document);

const PAGE: &str = "/service-management-plan";

fn manager() -> String {
    mail(Role::SmsManager)
}

fn line(kind: &str, number: &str, state: &str, fields: Json) -> String {
    let title = fields["name"].as_str().unwrap_or(number).to_owned();
    json!({"kind": kind, "number": number, "title": title, "state": state, "fields": fields}).to_string()
}

/// Services, roles, what is measured, and what the plan is made from.
async fn house(database: Database) -> World {
    let world = World::new(database).await;
    let owner = "ines@tidewell.example";
    let lines = [
        line("customer", "CUS-1", "current", json!({})),
        line("customer", "CUS-2", "current", json!({})),
        line("person", "PER-1", "current", json!({"name": "Ines Okafor", "email": owner, "active": true})),
        line("service", "SVC-1", "current", json!({"name": "Mail", "stage": "live", "in_scope": true, "owner": owner})),
        line("service", "SVC-2", "current", json!({"name": "Web", "stage": "in-transition", "in_scope": true})),
        line("service", "SVC-3", "current", json!({"name": "Old", "stage": "retired", "in_scope": true})),
        line("role", "ROL-1", "current", json!({"name": "SMS manager", "holder": owner})),
        line("role", "ROL-2", "current", json!({"name": "Nobody's role"})),
        line("policy", "POL-1", "approved", json!({"kind": "service-management"})),
        line("objective", "OBJ-1", "open", json!({"measure": "Resolved in time"})),
        line("risk", "RSK-1", "open", json!({"area": "organization"})),
        line("service_requirement", "SRQ-1", "agreed", json!({"service": "SVC-1"})),
        line("measure", "MEA-1", "current", json!({"name": "In time"})),
        line("process", "PRC-1", "current", json!({"name": "Improvement", "purpose": "Gets better 10.2"})),
        line(
            "budget",
            "BUD-1",
            "approved",
            json!({"service": "SVC-1", "period": "2026", "amount": {"amount": 1200, "currency": "EUR"}, "approved_on": "2026-01-05"}),
        ),
        line("capacity_plan", "CPL-1", "approved", json!({"approved_on": "2026-02-01"})),
    ];
    let report = world.import(lines.join("\n")).await;
    assert!(report.is_whole(), "{:?}", report.refusals);
    world
}

async fn read(building: &Building) -> String {
    let manager = manager();
    let answer = building.get(Who::Mail(&manager), PAGE).await;
    assert_eq!(answer.status, StatusCode::OK, "{:.600}", answer.text);
    answer.text
}

async fn press(building: &Building, rest: &str) -> String {
    let manager = manager();
    let answer = building.form(Who::Mail(&manager), &format!("{PAGE}/{rest}"), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{rest}: {:.600}", answer.text);
    answer.header("location").to_owned()
}

/// One part of the page.
fn part(text: &str, id: &str) -> String {
    let from = text.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no part {id}"));
    text[from..from + text[from..].find("</section>").expect("its end")].to_owned()
}

async fn it_is_assembled_and_its_gaps_are_named(database: Database) {
    let world = house(database).await;
    let building = Building::over(&world.desk).await;
    let text = read(&building).await;
    assert!(text.contains("No plan is on record yet") && text.contains("Begin the plan from the records"));
    let services = part(&text, "services");
    assert!(
        services.contains("Mail")
            && services.contains("Web")
            && !services.contains("Old")
            && services.contains("6.3.a")
    );
    assert!(part(&text, "roles").contains("/roles/ROL-2/edit#f-holder"));
    let resources = part(&text, "resources");
    assert!(resources.contains("1,200 for 2026") && resources.contains("/budgets/new?service=SVC-2"));
    assert!(!resources.contains("service=SVC-1&"), "what has a budget lacks none");
    assert!(part(&text, "others").contains("CPL-1") && part(&text, "others").contains("is not linked to the plan"));
    assert!(part(&text, "scope").contains("/scope_statements/new"));
    assert_eq!(building.get(CUSTOMER, PAGE).await.status, StatusCode::NOT_FOUND);
    let agent = mail(Role::Agent);
    let seen = building.get(Who::Mail(&agent), PAGE).await;
    assert_eq!(seen.status, StatusCode::OK);
    assert!(!seen.text.contains("/take-over") && !seen.text.contains("/freeze"));
    assert_eq!(building.form(Who::Mail(&agent), &format!("{PAGE}/take-over"), &[]).await.status, StatusCode::FORBIDDEN);
    let early = building.form(Who::Mail(&manager()), &format!("{PAGE}/freeze"), &[]).await;
    assert!(early.status.is_client_error() && early.text.contains("begin it first"), "{:.300}", early.text);
}

async fn what_the_records_say_is_taken_over(database: Database) {
    let world = house(database).await;
    let building = Building::over(&world.desk).await;
    press(&building, "take-over").await;
    let plan = world.exported("SMP-1").await;
    let sections = &plan["fields"]["sections"];
    assert_eq!((&sections["a"], &sections["d"]), (&json!(["SVC-1", "SVC-2"]), &json!(["ROL-1"])));
    assert_eq!((&sections["h"]["measures"], &sections["h"]["improvement"]), (&json!(["MEA-1"]), &json!("PRC-1")));
    assert_eq!(plan["fields"]["references"], json!(["POL-1", "OBJ-1", "RSK-1", "SRQ-1"]));
    // Words stay, services follow.
    let target = model::Target { kind: "management_plan".into(), number: "SMP-1".into(), version: None };
    let words = json!({"a": ["SVC-1", "SVC-3"], "b": "Nights are thin.", "d": ["ROL-1"], "h": {"measures": ["MEA-1"], "improvement": "PRC-1"}});
    let input = model::Input::json([("sections".to_owned(), words)]);
    let ines = crate::world::person("ines@tidewell.example", Role::SmsManager);
    world.desk.perform(&ines, model::Command::Edit { target, input }, building.now()).await.expect("an edit");
    let text = read(&building).await;
    let services = part(&text, "services");
    assert!(services.contains("not in the plan: SVC-2") && services.contains("SVC-3"), "{services}");
    assert!(part(&text, "limits").contains("Nights are thin."));
    press(&building, "take-over").await;
    let sections = world.exported("SMP-1").await["fields"]["sections"].clone();
    assert_eq!((&sections["a"], &sections["b"]), (&json!(["SVC-1", "SVC-2"]), &json!("Nights are thin.")));
    let version = world.exported("SMP-1").await;
    press(&building, "take-over").await;
    assert_eq!(world.exported("SMP-1").await, version, "what is so already is not written again");
}

async fn it_is_frozen_as_a_document(database: Database) {
    let world = house(database).await;
    let building = Building::over(&world.desk).await;
    press(&building, "take-over").await;
    assert!(press(&building, "freeze").await.starts_with("/papers/DOC-1"));
    let draft = world.exported("DVN-1").await;
    let text = draft["fields"]["text"].as_str().expect("a text").to_owned();
    for words in [
        "SVC-1 Mail, owner Ines Okafor",
        "SMS manager: Ines Okafor",
        "| Mail | 1,200 |",
        "Measured: In time",
        "Improved through: Improvement",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert_eq!(world.exported("DOC-1").await["fields"]["subject"], json!("service-management-plan"));
    assert!(read(&building).await.contains("says what the records say now"));
    // What changes on record changes the draft that is being written, and after it is in force makes the next version.
    let renamed = line("service", "SVC-1", "current", json!({"name": "Post", "stage": "live", "in_scope": true}));
    assert!(world.import(renamed).await.is_whole());
    assert!(read(&building).await.contains("differs from what the records say now"));
    press(&building, "freeze").await;
    assert!(world.exported("DVN-1").await["fields"]["text"].as_str().expect("a text").contains("SVC-1 Post"));
    let step = |to: &str, fields: serde_json::Value| model::Command::Step {
        target: model::Target { kind: "document_version".into(), number: "DVN-1".into(), version: None },
        to: to.into(),
        input: model::Input::json(fields.as_object().expect("fields").clone()),
        note: None,
        public: false,
    };
    let (ines, helena) = (
        crate::world::person(&manager(), Role::SmsManager),
        crate::world::person("helena@tidewell.example", Role::TopManagement),
    );
    world
        .desk
        .perform(&ines, step("in_review", json!({"approver": "helena@tidewell.example"})), building.now())
        .await
        .expect("sent to review");
    world.desk.perform(&helena, step("approved", json!({})), building.now()).await.expect("approved");
    assert!(press(&building, "freeze").await.starts_with("/papers/DOC-1"));
    let pdf = building.get(Who::Mail(&manager()), &format!("{PAGE}/pdf")).await;
    assert_eq!((pdf.status, pdf.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert!(pdf.text.starts_with("%PDF-1.7") && pdf.text.contains("/StructTreeRoot"));
    let other = line("service", "SVC-4", "current", json!({"name": "Voice", "stage": "live", "in_scope": true}));
    assert!(world.import(other).await.is_whole());
    assert!(press(&building, "freeze").await.contains("version=DVN-2"));
}
