//! What was asked, seen and found in an audit stays as its report tells it: by its page, the forms of records, many at once,
//! undoing, the API and lines of an import alike. Taken up again, it can be changed again.

use axum::http::{Method, StatusCode};
use model::{Actor, Command, Input, Refusal, Role, Target, Via, time::MINUTE};
use serde_json::{Value as Json, json};

use crate::{
    building::{Answer, Building, Who, mail},
    world::{Database, World, now},
};

both_databases!(a_reported_audit_stays, taken_up_again_it_is_worked_on, what_it_found_stays);

const AUDITOR: Role = Role::InternalAuditor;
/// An audit that is held, with an answer, an open question and a finding; incidents that may be sampled.
const HELD: &str = r#"{"kind":"incident","number":"INC-1","title":"Printer","state":"closed","fields":{"impact":"low","urgency":"low","raised_on":"2026-11-10T09:00:00Z","closed_on":"2026-11-20T09:00:00Z","resolution":"Restarted"}}
{"kind":"customer","number":"CUS-1","title":"Harbour","fields":{"name":"Harbour","active":true}}
{"kind":"customer","number":"CUS-2","title":"Quay","fields":{"name":"Quay","active":true}}
{"kind":"audit","number":"AUD-1","title":"Operation","state":"held","fields":{"scope":{"clauses":["8.6.1"]},"auditors":["internal-auditor@tidewell.example"],"owner":"internal-auditor@tidewell.example","held_on":"2026-11-20","findings":["NCR-1"],"conclusion":"Sound."}}
{"kind":"audit_question","number":"AUQ-1","title":"Who decides?","state":"answered","fields":{"audit":"AUD-1","clause":"8.6.1","question":"Who decides?","result":"nonconformity","evidence":"Nobody knew.","finding":"NCR-1"}}
{"kind":"audit_question","number":"AUQ-2","title":"How many?","state":"open","fields":{"audit":"AUD-1","clause":"8.6.1","question":"How many?"}}
{"kind":"nonconformity","number":"NCR-1","title":"Nobody decides","state":"open","fields":{"source":"AUD-1","clause":"8.6.1","grade":"minor","text":"Nobody knew.","raised_on":"2026-11-20"}}
"#;

const STAYS: &str = "AUD-1 is reported, and what was told then stays";

fn actor() -> Actor {
    Actor { email: mail(AUDITOR), roles: vec![AUDITOR], ..Actor::system("test", Via::Web) }
}

fn target(kind: &str, number: &str) -> Target {
    Target { kind: kind.into(), number: number.into(), version: None }
}

fn input(fields: &Json) -> Input {
    Input::json(fields.as_object().cloned().unwrap_or_default())
}

async fn step(world: &World, kind: &str, number: &str, to: &str, fields: Json) -> Result<(), Refusal> {
    let target = target(kind, number);
    let command = Command::Step { target, to: to.into(), input: input(&fields), note: None, public: false };
    world.desk.perform(&actor(), command, now()).await.map(drop)
}

async fn edit(world: &World, kind: &str, number: &str, fields: Json) -> Result<(), Refusal> {
    let command = Command::Edit { target: target(kind, number), input: input(&fields) };
    world.desk.perform(&actor(), command, now()).await.map(drop)
}

async fn held(database: Database) -> (World, Building) {
    let world = World::new(database).await;
    let taken = world.import(HELD).await;
    assert!(taken.is_whole(), "{taken:?}");
    let building = Building::over(&world.desk).await;
    (world, building)
}

async fn send(building: &Building, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    building.form(Who::Mail(&mail(AUDITOR)), path, &pairs).await
}

/// Everything about the two questions, their audit and its finding, as an export tells it.
async fn told(world: &World) -> Vec<Json> {
    let mut all = Vec::new();
    for number in ["AUD-1", "AUQ-1", "AUQ-2", "NCR-1"] {
        all.push(world.exported(number).await);
    }
    all
}

async fn a_reported_audit_stays(database: Database) {
    let (world, building) = held(database).await;
    // While it is worked on, every one of these is taken; this one is undone below, after the report.
    edit(&world, "audit_question", "AUQ-2", json!({"evidence": "Half way"})).await.unwrap();
    let version = world.desk.show(&actor(), "audit_question", "AUQ-2", None, now()).await.unwrap().version();
    step(&world, "audit", "AUD-1", "reported", json!({"report_on": "2026-11-24"})).await.unwrap();
    let before = told(&world).await;
    let tries = [
        ("/fieldwork/AUD-1/AUQ-1/answer", vec![("result", "conforms"), ("evidence", "All is well")]),
        ("/fieldwork/AUD-1/AUQ-2/answer", vec![("result", "nonconformity"), ("evidence", "More"), ("grade", "major")]),
        ("/fieldwork/AUD-1/AUQ-2/draw", vec![("requirement", "8.6.1-3"), ("seed", "s"), ("size", "")]),
        ("/fieldwork/AUD-1/checklist", vec![]),
        ("/audit_questions/AUQ-1/edit", vec![("evidence", "All is well")]),
        ("/audit_questions/AUQ-1/field/evidence", vec![("evidence", "All is well")]),
    ];
    for (path, pairs) in tries {
        let refused = send(&building, path, &pairs).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{path}: {}", refused.text);
        assert!(refused.text.contains(STAYS), "{path}: {}", refused.text);
    }
    by_many_and_undone(&world, &building, version).await;
    by_machines(&world, &building).await;
    by_import(&world).await;
    assert_eq!(told(&world).await, before, "nothing of it is another");
    let export = world.export().await;
    assert_eq!(export.matches(r#""kind":"audit_question""#).count(), 5, "two, and three of another audit of long ago");
    assert!(!export.contains("AUQ-77"));
    assert_eq!(export.matches(r#""kind":"nonconformity""#).count(), 1, "no finding is raised for an answer not taken");
    // No page offers what the door refuses.
    let page = building.get(Who::Mail(&mail(AUDITOR)), "/fieldwork/AUD-1?question=AUQ-2").await.text;
    assert!(page.contains(STAYS) && !page.contains("Keep the answer") && !page.contains("Draw the sample"));
    assert!(!page.contains("Add missing questions") && !page.contains("Make the checklist"));
    let record = building.get(Who::Mail(&mail(AUDITOR)), "/audit_questions/AUQ-1").await.text;
    assert!(record.contains(STAYS) && !record.contains("/audit_questions/AUQ-1/edit"), "{record}");
    let form = building.get(Who::Mail(&mail(AUDITOR)), "/audit_questions/AUQ-1/edit").await;
    assert_eq!(form.status, StatusCode::CONFLICT);
}

async fn by_many_and_undone(world: &World, building: &Building, version: i64) {
    let many = [("number", "AUQ-1"), ("number", "AUQ-2"), ("field", "result"), ("result", "conforms")];
    for go in ["preview", "apply"] {
        let done = send(building, "/audit_questions/bulk", &[&many[..], &[("go", go)]].concat()).await;
        assert_eq!(done.text.matches(STAYS).count(), 2, "{go}: {}", done.text);
    }
    let target = Target { version: Some(version), ..target("audit_question", "AUQ-2") };
    let undone = world.desk.perform(&actor(), Command::Undo { target }, now().plus(MINUTE)).await.unwrap_err();
    assert!(matches!(&undone, Refusal::Step(why) if why.contains(STAYS)), "{undone}");
}

async fn by_machines(world: &World, building: &Building) {
    let who = mail(AUDITOR);
    let tag = building.get(Who::Mail(&who), "/api/v1/audit_questions/AUQ-1").await.header("etag").to_string();
    let own = [("if-match", tag.as_str())];
    let asked = [
        (Method::PATCH, "/api/v1/audit_questions/AUQ-1", json!({"fields": {"result": "conforms"}})),
        (Method::POST, "/api/v1/audit_questions/AUQ-1/transitions", json!({"to": "open"})),
        (Method::POST, "/api/v1/audit_questions", json!({"fields": {"audit": "AUD-1", "question": "One more?"}})),
    ];
    for (method, path, body) in asked {
        let refused = building.send(Who::Mail(&who), method.clone(), path, &own, &body).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{method} {path} {body}: {}", refused.text);
        assert!(refused.json()["detail"].as_str().unwrap_or_default().contains(STAYS), "{}", refused.text);
    }
    // What is written to the audit itself is refused at its field.
    for field in ["conclusion", "held_on", "records_sampled"] {
        let value = if field == "records_sampled" { json!(["INC-1"]) } else { json!("2026-11-21") };
        let refused = edit(world, "audit", "AUD-1", json!({field: value})).await.unwrap_err();
        assert!(matches!(&refused, Refusal::Invalid(errors) if errors[0].field == field), "{refused}");
    }
    // Another audit that is still worked on is no way around it.
    let create = Command::Create { kind: "audit".into(), number: None, input: input(&json!({"title": "Another"})) };
    let other = world.desk.perform(&actor(), create, now()).await.unwrap().number;
    let moved = edit(world, "audit_question", "AUQ-1", json!({"audit": other})).await.unwrap_err();
    assert!(moved.sentence().contains(STAYS), "{moved}");
}

async fn by_import(world: &World) {
    let line = |more: &str| {
        format!(
            r#"{{"kind":"audit_question","number":"AUQ-1","title":"Who decides?","state":"answered","fields":{{"audit":"AUD-1","clause":"8.6.1","question":"Who decides?","result":"conforms","evidence":"All is well"}}{more}}}"#
        )
    };
    let history =
        r#","history":[{"at":"2026-11-19T10:00:00Z","by":"lucia@tidewell.example","fields":{"result":"conforms"}}]"#;
    for more in ["", history, r#","links":[{"type":"related","to":"INC-1"}]"#] {
        let taken = world.import(line(more)).await;
        assert!(!taken.is_whole(), "{more}");
        assert!(taken.to_json().to_string().contains(STAYS), "{}", taken.to_json());
    }
    // The same file once more is no change, and what is new to the house is told as it was.
    let again = HELD.lines().filter(|line| line.contains("AUQ-1")).collect::<String>();
    assert!(world.import(again).await.is_whole());
    // A question that nobody asked then is not asked afterwards.
    let question = |number: &str, audit: &str| {
        format!(
            r#"{{"kind":"audit_question","number":"{number}","title":"Who else?","fields":{{"audit":"{audit}","clause":"8.6.1","question":"Who else?"}}}}"#
        )
    };
    let taken = world.import(question("AUQ-77", "AUD-1")).await;
    assert!(!taken.is_whole() && taken.to_json().to_string().contains(STAYS), "{}", taken.to_json());
    // What comes in as reported brings its questions, in the same file or a later one, before it or after it.
    let past = r#"{"kind":"audit","number":"AUD-8","title":"Long ago","state":"reported","fields":{"held_on":"2024-05-02","report_on":"2024-05-09","scope":{"clauses":["8.6.1"]}}}"#;
    let file = [question("AUQ-81", "AUD-8"), past.to_string(), question("AUQ-82", "AUD-8")].join("\n");
    let taken = world.import(file).await;
    assert!(taken.is_whole(), "{}", taken.to_json());
    let taken = world.import(question("AUQ-83", "AUD-8")).await;
    assert!(taken.is_whole(), "{}", taken.to_json());
}

async fn taken_up_again_it_is_worked_on(database: Database) {
    let (world, building) = held(database).await;
    step(&world, "audit", "AUD-1", "reported", json!({"report_on": "2026-11-24"})).await.unwrap();
    step(&world, "audit", "AUD-1", "closed", json!({})).await.unwrap();
    let refused = edit(&world, "audit_question", "AUQ-2", json!({"evidence": "More"})).await.unwrap_err();
    assert!(refused.sentence().contains("AUD-1 is closed"), "{refused}");
    // What follows from a report is still written on it.
    edit(&world, "audit", "AUD-1", json!({"told": "2026-11-25"})).await.unwrap();
    step(&world, "audit", "AUD-1", "in_progress", json!({"conclusion": "To be looked at again."})).await.unwrap();
    let audit = world.exported("AUD-1").await;
    assert_eq!(audit["fields"].get("report_on"), None, "it is not reported any more");
    let answered =
        send(&building, "/fieldwork/AUD-1/AUQ-2/answer", &[("result", "conforms"), ("evidence", "Counted.")]).await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text);
    let report = building.get(Who::Mail(&mail(AUDITOR)), "/fieldwork/AUD-1/report").await.text;
    assert!(report.contains("Counted."), "{report}");
}

async fn what_it_found_stays(database: Database) {
    let (world, building) = held(database).await;
    step(&world, "audit", "AUD-1", "reported", json!({"report_on": "2026-11-24"})).await.unwrap();
    for (field, value) in [("grade", "major"), ("text", "Somebody knew."), ("clause", "8.6.2"), ("source", "AUD-9")] {
        let refused = edit(&world, "nonconformity", "NCR-1", json!({field: value})).await.unwrap_err();
        assert!(matches!(&refused, Refusal::Invalid(errors) if errors[0].field == field), "{field}: {refused}");
        assert!(refused.sentence().contains(STAYS));
    }
    edit(&world, "nonconformity", "NCR-1", json!({"cause": "No rule", "correction": "Told"})).await.unwrap();
    // What is raised later with the audit as its source is no part of its report.
    let later = json!({"title": "Seen later", "source": "AUD-1", "clause": "8.6.1", "grade": "minor", "text": "Late"});
    let create = Command::Create { kind: "nonconformity".into(), number: None, input: input(&later) };
    let later = world.desk.perform(&actor(), create, now()).await.unwrap().number;
    let report = building.get(Who::Mail(&mail(AUDITOR)), "/fieldwork/AUD-1/report").await.text;
    assert!(report.contains(&format!("Raised since the report: {later}.")), "{report}");
    assert!(report.contains("1 finding") || report.contains("NCR-1"));
}
