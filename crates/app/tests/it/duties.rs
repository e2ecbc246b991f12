//! What the program does by itself: a correction that did not work is taken up again, one that did is told so, and the job
//! that sees to it promises its next turn.

use desk::accounts::NewAccount;
use model::{Actor, Command, Input, Moment, Query, Role, Target, Via, query::EVERY, time::DAY};
use plumbline::duties;
use serde_json::{Value as Json, json};

use crate::world::{Database, World, at};

both_databases!(
    a_correction_is_judged_by_its_indicator,
    a_reading_is_looked_at_when_it_is_taken,
    the_yardstick_stays_once_the_effect_is_checked,
    owners_are_named_in_good_time_and_once_when_it_is_late,
    one_turn_promises_the_next
);

const NOW: &str = "2026-11-25T10:00:00Z";

fn actor() -> Actor {
    Actor::system("test", Via::Command)
}

async fn create(world: &World, kind: &str, number: &str, fields: Json) {
    let Json::Object(fields) = fields else { panic!("fields") };
    let command = Command::Create { kind: kind.into(), number: Some(number.into()), input: Input::json(fields) };
    world
        .desk
        .perform(&actor(), command, at("2026-09-01T08:00:00Z"))
        .await
        .unwrap_or_else(|why| panic!("{number}: {why}"));
}

async fn step(world: &World, number: &str, to: &str) {
    let target = Target { kind: "nonconformity".into(), number: number.into(), version: None };
    let command = Command::Step { target, to: to.into(), input: Input::default(), note: None, public: false };
    world
        .desk
        .perform(&actor(), command, at("2026-09-02T08:00:00Z"))
        .await
        .unwrap_or_else(|why| panic!("{number}: {why}"));
}

/// A nonconformity whose effect is watched through October with at least 90.
async fn watched(world: &World, number: &str, measure: &str, states: &[&str]) {
    let fields = json!({"text": "Answers came late", "indicator": measure, "direction": "at-least", "limit": 90,
        "watch_from": "2026-10-01", "watch_until": "2026-10-31"});
    create(world, "nonconformity", number, fields).await;
    for state in states {
        step(world, number, state).await;
    }
}

async fn reading(world: &World, number: &str, measure: &str, day: &str, value: i64) {
    create(
        world,
        "reading",
        number,
        json!({"title": number, "measure": measure, "at": format!("{day}T07:00:00Z"), "value": value}),
    )
    .await;
}

/// State and what the indicator says.
async fn told(world: &World, number: &str) -> (String, Json) {
    let shown = world.desk.show(&actor(), "nonconformity", number, None, at(NOW)).await.expect("it is there");
    (shown.state().to_owned(), shown.fields().get("effect").map_or(Json::Null, model::Value::to_json))
}

async fn a_correction_is_judged_by_its_indicator(database: Database) {
    let world = World::new(database).await;
    for measure in ["MEA-1", "MEA-2", "MEA-3"] {
        create(&world, "measure", measure, json!({"name": measure})).await;
    }
    watched(&world, "NCR-1", "MEA-1", &["checking"]).await;
    watched(&world, "NCR-2", "MEA-2", &["checking", "closed"]).await;
    watched(&world, "NCR-3", "MEA-3", &["checking"]).await;
    watched(&world, "NCR-4", "MEA-2", &["acting"]).await;
    reading(&world, "RDG-1", "MEA-1", "2026-10-03", 95).await;
    reading(&world, "RDG-2", "MEA-2", "2026-09-30", 10).await;
    reading(&world, "RDG-3", "MEA-2", "2026-10-05", 92).await;
    let early = at("2026-10-10T00:00:00Z");
    assert_eq!(duties::effect::watch(&world.desk, early).await.expect("it is judged"), 0);
    assert_eq!(
        told(&world, "NCR-2").await,
        ("closed".into(), json!("watching")),
        "what lay before the window does not count"
    );
    reading(&world, "RDG-4", "MEA-2", "2026-10-31", 71).await;
    assert_eq!(duties::effect::watch(&world.desk, at(NOW)).await.expect("it is judged"), 1);
    assert_eq!(told(&world, "NCR-1").await, ("checking".into(), json!("effective")));
    assert_eq!(told(&world, "NCR-2").await, ("open".into(), json!("failed")), "the last day counts");
    assert_eq!(told(&world, "NCR-3").await, ("checking".into(), json!("unknown")));
    assert_eq!(told(&world, "NCR-4").await, ("acting".into(), Json::Null), "it is not checked yet");
    let whole = world.desk.whole(&actor(), "nonconformity", "NCR-2", at(NOW)).await.expect("its journal");
    let said = format!("{:?}", whole.entries);
    assert!(
        said.contains("It came back: MEA-2 read 71 on 2026-10-31, where at least 90 was named beforehand."),
        "{said}"
    );
    assert_eq!(
        duties::effect::watch(&world.desk, at(NOW)).await.expect("it is judged"),
        0,
        "done twice it changes nothing"
    );
    step_at(&world, "NCR-2", "checking", at(NOW)).await;
    assert_eq!(told(&world, "NCR-2").await.1, json!("watching"), "each check begins anew");
}

/// The nonconformity comes back with the reading that says so, not a day later.
async fn a_reading_is_looked_at_when_it_is_taken(database: Database) {
    let world = World::new(database).await;
    create(&world, "measure", "MEA-1", json!({"name": "Answered in time"})).await;
    watched(&world, "NCR-1", "MEA-1", &["checking", "closed"]).await;
    let work = async |day: &str| world.desk.work_once(&duties::doings(), at(day)).await.expect("jobs are done");
    reading(&world, "RDG-1", "MEA-1", "2026-10-03", 95).await;
    work("2026-10-03T08:00:00Z").await;
    assert_eq!(told(&world, "NCR-1").await, ("closed".into(), json!("watching")));
    reading(&world, "RDG-2", "MEA-1", "2026-10-07", 71).await;
    work("2026-10-07T08:00:00Z").await;
    assert_eq!(told(&world, "NCR-1").await, ("open".into(), json!("failed")));
}

async fn step_at(world: &World, number: &str, to: &str, now: Moment) {
    let target = Target { kind: "nonconformity".into(), number: number.into(), version: None };
    let command = Command::Step { target, to: to.into(), input: Input::default(), note: None, public: false };
    world.desk.perform(&actor(), command, now).await.expect("the step is taken");
}

async fn the_yardstick_stays_once_the_effect_is_checked(database: Database) {
    let world = World::new(database).await;
    create(&world, "measure", "MEA-1", json!({"name": "Answers in time"})).await;
    watched(&world, "NCR-1", "MEA-1", &["checking"]).await;
    let edit = |fields: Json| {
        let Json::Object(fields) = fields else { panic!("fields") };
        let target = Target { kind: "nonconformity".into(), number: "NCR-1".into(), version: None };
        Command::Edit { target, input: Input::json(fields) }
    };
    let refused = world.desk.perform(&actor(), edit(json!({"limit": 10})), at(NOW)).await.expect_err("a refusal");
    assert!(refused.sentence().contains("was named before the effect is checked"), "{refused}");
    step_at(&world, "NCR-1", "acting", at(NOW)).await;
    world
        .desk
        .perform(&actor(), edit(json!({"limit": 80})), at(NOW))
        .await
        .expect("while it is worked on it may be named anew");
    let refused = world.desk.perform(&actor(), edit(json!({"direction": null})), at(NOW)).await.expect_err("a refusal");
    assert!(refused.sentence().contains("name measure, direction, limit and window together"), "{refused}");
}

async fn owners_are_named_in_good_time_and_once_when_it_is_late(database: Database) {
    let world = World::new(database).await;
    let email = "ines@tidewell.example";
    let account =
        NewAccount { email: email.into(), name: "Ines".into(), roles: vec![Role::SmsManager], ..NewAccount::default() };
    world.desk.create_account(&actor(), account, at(NOW)).await.expect("an account");
    let article = |number: &str, state: &str, fields: &str| {
        format!(
            "{{\"kind\":\"knowledge_article\",\"number\":\"{number}\",\"title\":\"{number}\",\"state\":\"{state}\",\"fields\":{{{fields}}}}}\n"
        )
    };
    let owner = format!("\"text\":\"How it is done.\",\"owner\":\"{email}\"");
    let lines = [
        article("KBA-1", "published", &format!("{owner},\"review_due\":\"2026-12-05\"")),
        article("KBA-2", "published", &format!("{owner},\"review_due\":\"2026-12-20\"")),
        article("KBA-3", "retired", &format!("{owner},\"review_due\":\"2026-12-05\"")),
        article("KBA-4", "published", "\"review_due\":\"2026-12-05\""),
        format!(
            "{{\"kind\":\"problem\",\"number\":\"PRB-1\",\"title\":\"P\",\"state\":\"closed\",\"fields\":{{\"owner\":\"{email}\",\"effect_due\":\"2026-11-20\"}}}}\n"
        ),
        format!(
            "{{\"kind\":\"problem\",\"number\":\"PRB-2\",\"title\":\"Q\",\"state\":\"closed\",\"fields\":{{\"owner\":\"{email}\",\"effect_due\":\"2026-11-20\",\
             \"effect\":{{\"verdict\":\"effective\"}}}}}}\n"
        ),
    ];
    let report = world.import(lines.concat()).await;
    assert_eq!(report.refused, 0, "{report:?}");
    assert_eq!(duties::remind::watch(&world.desk, at(NOW)).await.expect("they are named"), 2);
    assert_eq!(duties::remind::watch(&world.desk, at(NOW)).await.expect("they are named"), 0, "once is enough");
    let ines = Actor { email: email.into(), roles: vec![Role::SmsManager], via: Via::Web, ..actor() };
    let said = async |now: &str| -> Vec<(String, String)> {
        let waiting = world.desk.mentions(&ines, at(now)).await.expect("mentions");
        let mut said: Vec<_> = waiting.into_iter().map(|mention| (mention.number, mention.text)).collect();
        said.sort();
        said
    };
    let note = |number: &str, text: &str| (number.to_string(), format!("@{email}: {text}"));
    let article = note("KBA-1", "review by 2026-12-05.");
    let problem = note("PRB-1", "the day to look at whether it has helped was 2026-11-20.");
    assert_eq!(said(NOW).await, [article.clone(), problem.clone()]);
    const LATE: &str = "2026-12-06T10:00:00Z";
    assert_eq!(duties::remind::watch(&world.desk, at(LATE)).await.expect("they are named"), 2);
    let late = note("KBA-1", "the day to review was 2026-12-05.");
    assert_eq!(said(LATE).await, [article, late, note("KBA-2", "review by 2026-12-20."), problem]);
    let target = Target { kind: "knowledge_article".into(), number: "KBA-1".into(), version: None };
    let reviewed = Input::json([("reviewed_on".to_string(), json!("2026-12-06"))]);
    let command = Command::Edit { target, input: reviewed };
    world.desk.perform(&actor(), command, at(LATE)).await.expect("it is reviewed");
    assert_eq!(duties::remind::watch(&world.desk, at(LATE)).await.expect("they are named"), 0, "it is due in a year");
}

async fn one_turn_promises_the_next(database: Database) {
    let world = World::new(database).await;
    let now = at(NOW);
    duties::begin(&world.desk, now).await.expect("it is promised");
    duties::begin(&world.desk, now).await.expect("it is promised once");
    let run = async |now: Moment| {
        // The desk's own jobs may be due as well; what counts is that the daily turn is done and waits again.
        world.desk.work_once(&duties::doings(), now).await.expect("jobs are done");
        world
            .desk
            .jobs(&actor(), now)
            .await
            .expect("jobs")
            .into_iter()
            .filter(|job| job.name == "daily-duties")
            .collect::<Vec<_>>()
    };
    let waiting = run(now.plus(DAY / 24)).await;
    assert_eq!((waiting.len(), waiting[0].run_at), (1, now.plus(DAY / 24 + DAY)));
    assert!(waiting[0].last_error.is_empty());
    let query = Query { columns: vec![EVERY.into()], ..Query::of("action") };
    assert!(world.desk.list(&actor(), &query, now).await.expect("a list").records.is_empty());
}
