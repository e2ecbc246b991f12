//! Internal audits: nobody audits their own work, samples are drawn from frozen populations and stay as drawn, a
//! nonconformity is raised where it was seen, and several minor ones on a clause are told to be a major one.

use axum::http::{Method, StatusCode};
use engines::{conformity::checklist, rules::sample};
use model::{Actor, Command, Filter, Input, Query, Refusal, Role, Target, Value, Via, query::EVERY};
use serde_json::{Value as Json, json};

use crate::{
    building::{Answer, Building, CUSTOMER, Who, mail},
    world::{Database, World, now},
};

both_databases!(nobody_audits_their_own_work, an_audit_from_its_checklist_to_its_report);

fn actor(role: Role) -> Actor {
    Actor { email: mail(role), roles: vec![role], ..Actor::system("test", Via::Web) }
}

fn input(fields: Json) -> Input {
    Input::json(fields.as_object().cloned().expect("fields"))
}

async fn create(world: &World, kind: &str, fields: Json) -> Result<String, Refusal> {
    let command = Command::Create { kind: kind.into(), number: None, input: input(fields) };
    Ok(world.desk.perform(&actor(Role::SmsManager), command, now()).await?.number)
}

async fn edit(world: &World, kind: &str, number: &str, fields: Json) -> Result<(), Refusal> {
    let target = Target { kind: kind.into(), number: number.into(), version: None };
    let command = Command::Edit { target, input: input(fields) };
    world.desk.perform(&actor(Role::InternalAuditor), command, now()).await.map(drop)
}

async fn nobody_audits_their_own_work(database: Database) {
    let world = World::new(database).await;
    let owner = "samuel@tidewell.example";
    let process = json!({"name": "Changes", "owner": owner, "purpose": "Alters things safely, as asked in 8.5.1."});
    create(&world, "process", process).await.unwrap();
    let audit =
        |clause: &str, auditor: &str| json!({"title": "A look", "scope": {"clauses": [clause]}, "auditors": [auditor]});
    for clause in ["8.5.1", "8.5.1.3"] {
        let refused = create(&world, "audit", audit(clause, "Samuel@tidewell.example")).await.unwrap_err();
        let Refusal::Invalid(errors) = refused else { panic!("{refused}") };
        assert_eq!(errors[0].field, "auditors");
        assert!(
            errors[0].message.contains("PRC-1 Changes, which covers 8.5.1: nobody audits"),
            "{}",
            errors[0].message
        );
    }
    let lead = json!({"title": "A look", "scope": {"clauses": ["8.5.1.1"]}, "owner": owner});
    assert!(create(&world, "audit", lead).await.is_err());
    // Clause 8.5.11 would be another one, and so is 8.5.2.
    create(&world, "audit", audit("8.5.2.1", owner)).await.unwrap();
    let number = create(&world, "audit", audit("8.5.1.3", "lucia@tidewell.example")).await.unwrap();
    assert!(edit(&world, "audit", &number, json!({"auditors": ["lucia@tidewell.example", owner]})).await.is_err());
    edit(&world, "audit", &number, json!({"criteria": ["The standard"]})).await.unwrap();
    // What happened is told as it happened; the check of 9.2.2 finds it.
    let line = format!(
        r#"{{"kind":"audit","number":"AUD-90","title":"Then","fields":{{"scope":{{"clauses":["8.5.1.3"]}},"auditors":["{owner}"],"held_on":"2026-03-01"}}}}"#
    );
    assert!(world.import(line).await.is_whole());
    // A process that changes hands in the same moment counts as it stands then.
    edit(&world, "audit", "AUD-90", json!({"criteria": ["The standard"]})).await.unwrap();
    assert!(edit(&world, "audit", "AUD-90", json!({"scope": {"clauses": ["8.5.1.2"]}})).await.is_err());
}

/// Forty incidents, some closed without a solution.
fn lines() -> String {
    let mut lines = String::new();
    for number in 1..=80 {
        let resolution = if number % 10 == 0 { "" } else { r#","resolution":"Restarted""# };
        lines += &format!(
            r#"{{"kind":"incident","number":"INC-{number}","title":"Printer {number}","state":"closed","fields":{{"impact":"low","urgency":"low","raised_on":"2026-11-10T09:00:00Z","closed_on":"2026-11-20T09:00:00Z"{resolution}}}}}"#
        );
        lines.push('\n');
    }
    lines
        + r#"{"kind":"customer","number":"CUS-1","title":"Harbour","fields":{"name":"Harbour","active":true}}
{"kind":"customer","number":"CUS-2","title":"Quay","fields":{"name":"Quay","active":true}}
"#
}

async fn send(building: &Building, role: Role, path: &str, body: String) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    building.ask(Who::Mail(&mail(role)), Method::POST, path, &headers, body.into_bytes()).await
}

async fn questions(world: &World, audit: &str) -> Vec<desk::Shown> {
    let query = Query {
        filter: Filter::equal("audit", audit),
        columns: vec![EVERY.into()],
        size: 500,
        ..Query::of("audit_question")
    };
    world.desk.list(&actor(Role::InternalAuditor), &query, now()).await.unwrap().records
}

async fn field(world: &World, kind: &str, number: &str, name: &str) -> Json {
    let shown = world.desk.show(&actor(Role::InternalAuditor), kind, number, None, now()).await.unwrap();
    shown.fields().get(name).map_or(Json::Null, Value::to_json)
}

async fn an_audit_from_its_checklist_to_its_report(database: Database) {
    let world = World::new(database).await;
    assert!(world.import(lines()).await.is_whole());
    let building = Building::over(&world.desk).await;
    let auditor = Role::InternalAuditor;
    let scope = json!({"title": "Operation", "scope": {"clauses": ["8.6.1"]}, "owner": mail(auditor)});
    let audit = create(&world, "audit", scope).await.unwrap();
    let path = format!("/fieldwork/{audit}");
    assert_eq!(building.get(CUSTOMER, &path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        send(&building, Role::ProcessOwner, &format!("{path}/checklist"), String::new()).await.status,
        StatusCode::FORBIDDEN
    );
    for _ in 0..2 {
        assert_eq!(
            send(&building, auditor, &format!("{path}/checklist"), String::new()).await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(questions(&world, &audit).await.len(), checklist(&["8.6.1"]).len());
    }
    let question = questions(&world, &audit).await.remove(0).number().to_string();
    let at = |act: &str| format!("{path}/{question}/{act}");

    // The sample is what anybody draws by the same seed.
    let assessment = world.desk.assess_as_of(now()).await.unwrap();
    let verdict = assessment.verdicts.iter().filter(|verdict| verdict.requirement.clause == "8.6.1");
    let verdict = verdict.max_by_key(|verdict| verdict.population).unwrap();
    assert_eq!(verdict.population, 80);
    let requirement = &verdict.requirement.id;
    for (body, words) in [
        ("requirement=4.1-1&seed=s&size=".to_string(), "choose a requirement of this clause"),
        (format!("requirement={requirement}&seed=&size="), "by what is drawn"),
        (format!("requirement={requirement}&seed=s&size=x"), "is not a whole number"),
    ] {
        let refused = send(&building, auditor, &at("draw"), body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(words), "{words}");
    }
    let drawn = send(&building, auditor, &at("draw"), format!("requirement={requirement}&seed=AUD+1&size=")).await;
    assert_eq!(drawn.status, StatusCode::SEE_OTHER);
    let numbers: Vec<String> = (1..=80).map(|number| format!("INC-{number}")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let size = sample::discovery(80, 5.into(), 95.into()).unwrap().sample.unwrap();
    let wanted: Vec<&str> = sample::pick(&numbers, size as usize, "AUD 1");
    let items = field(&world, "audit_question", &question, "items").await;
    let records: Vec<&str> = items.as_array().unwrap().iter().map(|item| item["record"].as_str().unwrap()).collect();
    assert_eq!(records, wanted);
    assert_eq!(field(&world, "audit", &audit, "records_sampled").await, json!(wanted));
    let population = field(&world, "audit_question", &question, "population").await;
    assert_eq!((&population["count"], &population["seed"]), (&json!(80), &json!("AUD 1")));
    let other = json!({"items": [{"record": "INC-1"}]});
    let refused = edit(&world, "audit_question", &question, other).await.unwrap_err();
    assert!(refused.sentence().contains("stay as they were drawn"), "{refused}");
    an_answer_needs_evidence(&world, &building, &path, &question).await;
    three_minor_ones_are_a_major_one(&world, &building, &audit, &question).await;
}

/// A refused answer loses nothing.
async fn an_answer_needs_evidence(world: &World, building: &Building, path: &str, question: &str) {
    let auditor = Role::InternalAuditor;
    let answer = format!("{path}/{question}/answer");
    let refused = send(building, auditor, &answer, "result=conforms&evidence=&note.0=seen+at+the+desk".into()).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("an answer without evidence is none") && refused.text.contains("seen at the desk"));
    let kept = send(building, auditor, &answer, "result=&evidence=Half+way&result.0=conforms&note.0=ok".into()).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER);
    let items = field(world, "audit_question", question, "items").await;
    assert_eq!((&items[0]["result"], &items[0]["note"]), (&json!("conforms"), &json!("ok")));
}

async fn three_minor_ones_are_a_major_one(world: &World, building: &Building, audit: &str, question: &str) {
    let auditor = Role::InternalAuditor;
    let path = format!("/fieldwork/{audit}");
    let all = questions(world, audit).await;
    for one in all.iter().take(3) {
        let answer = "result=nonconformity&evidence=Closed+without+a+solution&grade=minor";
        let answered = send(building, auditor, &format!("{path}/{}/answer", one.number()), answer.into()).await;
        assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.text);
    }
    let findings = field(world, "audit", audit, "findings").await;
    assert_eq!(findings.as_array().map(Vec::len), Some(3));
    let first = findings[0].as_str().unwrap();
    assert_eq!(field(world, "nonconformity", first, "source").await, json!(audit));
    assert_eq!(field(world, "nonconformity", first, "grade").await, json!("minor"));
    for page in [path.clone(), format!("{path}/report"), format!("{path}?question={question}")] {
        let page = building.get(Who::Mail(&mail(auditor)), &page).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("3 minor findings on clause 8.6.1 together show a broken system"));
    }
    let report = building.get(Who::Mail(&mail(Role::ExternalAuditor)), &format!("{path}/report")).await;
    assert!(report.text.contains("Closed without a solution") && report.text.contains(first));
    let coverage = building.get(Who::Mail(&mail(auditor)), "/coverage").await;
    assert_eq!(coverage.status, StatusCode::OK);
    assert!(coverage.text.contains("8.6.1"));
    let record = building.get(Who::Mail(&mail(auditor)), &format!("/audits/{audit}")).await;
    assert!(record.text.contains(&path));
}
