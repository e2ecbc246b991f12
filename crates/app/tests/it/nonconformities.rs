//! How the cause of a nonconformity is found: whys, cause and effect with its picture, and the similar ones that are looked for
//! and shown while it is written.

use axum::http::StatusCode;
use model::{Actor, Command, Input, Refusal, Role, Target, Via};
use serde_json::{Value as Json, json};

use crate::{
    building::{Building, Who, mail},
    world::{Database, World, now},
};

both_databases!(similar_ones_are_found_and_named, causes_are_drawn_and_the_root_is_the_cause);

const WHO: Role = Role::SmsManager;
const BEFORE: &str = r#"{"kind":"customer","number":"CUS-1","title":"Harbour","fields":{"name":"Harbour","active":true}}
{"kind":"customer","number":"CUS-2","title":"Quay","fields":{"name":"Quay","active":true}}
{"kind":"nonconformity","number":"NCR-1","title":"Changes without a review","state":"closed","fields":{"source":"none","clause":"8.5.1.3","grade":"minor","text":"Changes were closed and nobody reviewed them","cause":"Closing skips the review","raised_on":"2026-03-01","closed_on":"2026-06-01"}}
{"kind":"nonconformity","number":"NCR-2","title":"Releases without a review","state":"closed","fields":{"source":"none","clause":"8.5.3","grade":"minor","text":"Releases were deployed and nobody reviewed them","raised_on":"2026-03-01","closed_on":"2026-06-01"}}
{"kind":"nonconformity","number":"NCR-3","title":"Budget late","state":"open","fields":{"source":"none","clause":"8.4.1","grade":"minor","text":"Money was short","raised_on":"2026-03-01"}}
{"kind":"nonconformity","number":"NCR-4","title":"Withdrawn","state":"withdrawn","fields":{"source":"none","clause":"8.5.1.3","grade":"minor","text":"Changes were closed and nobody reviewed them","raised_on":"2026-03-01"}}
{"kind":"nonconformity","number":"NCR-9","title":"Again closed too early","state":"open","fields":{"source":"none","clause":"8.5.1.3","grade":"minor","text":"Changes were closed and nobody reviewed them","raised_on":"2026-10-01"}}
"#;

async fn house(database: Database) -> (World, Building) {
    let world = World::new(database).await;
    let taken = world.import(BEFORE).await;
    assert!(taken.is_whole(), "{taken:?}");
    let building = Building::over(&world.desk).await;
    (world, building)
}

async fn edit(world: &World, number: &str, fields: Json) -> Result<(), Refusal> {
    let actor = Actor { email: mail(WHO), roles: vec![WHO], ..Actor::system("test", Via::Web) };
    let kind = if number.starts_with("PRB") { "problem" } else { "nonconformity" };
    let target = Target { kind: kind.into(), number: number.into(), version: None };
    let input = Input::json(fields.as_object().cloned().expect("fields"));
    world.desk.perform(&actor, Command::Edit { target, input }, now()).await.map(drop)
}

async fn post(building: &Building, path: &str, pairs: &[(&str, &str)], fragment: bool) -> (StatusCode, String) {
    let pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    if fragment {
        let body: Vec<String> =
            pairs.iter().map(|(name, value)| format!("{name}={}", crate::building::escaped(value))).collect();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-fragment", "yes")];
        let body = body.join("&").into_bytes();
        let answer = building.ask(Who::Mail(&mail(WHO)), axum::http::Method::POST, path, &headers, body).await;
        return (answer.status, answer.text);
    }
    let answer = building.form(Who::Mail(&mail(WHO)), path, &pairs).await;
    (answer.status, answer.text)
}

async fn similar_ones_are_found_and_named(database: Database) {
    let (world, building) = house(database).await;
    // While it is written: by its clause and by its words.
    let typed =
        [("__look", "yes"), ("title", "Closed too early"), ("clause", "8.5.1.3"), ("text", "nobody reviewed them")];
    let (status, found) = post(&building, "/nonconformities/new", &typed, true).await;
    assert_eq!(status, StatusCode::OK, "{found}");
    for (number, wanted) in [("NCR-1", true), ("NCR-2", true), ("NCR-3", false), ("NCR-4", false)] {
        assert_eq!(found.contains(&format!("{number} ")), wanted, "{number}: {found}");
    }
    assert!(found.contains("Similar nonconformities") && found.contains("Closing skips the review"), "{found}");
    // Beside an open one, with a button that keeps it.
    let beside = building.get(Who::Mail(&mail(WHO)), "/nonconformities/NCR-9/beside").await.text;
    assert!(beside.contains("The same again: NCR-1") && !beside.contains("The same again: NCR-9"), "{beside}");
    assert_eq!(requirement(&world).await, ["NCR-9"], "nobody has looked for its cause and for similar ones");
    for (number, times) in [("NCR-1", 1), ("NCR-1", 1), ("NCR-2", 2)] {
        let (status, text) = post(&building, "/nonconformities/NCR-9/helped", &[("to", number)], false).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        let fields = world.exported("NCR-9").await["fields"].clone();
        assert_eq!(fields["similar_cases"].as_array().map(Vec::len), Some(times), "{fields}");
    }
    let fields = world.exported("NCR-9").await["fields"].clone();
    assert_eq!(fields["similar"], "Found among the nonconformities on record: NCR-1, NCR-2.");
    let beside = building.get(Who::Mail(&mail(WHO)), "/nonconformities/NCR-9/beside").await.text;
    assert!(beside.contains("the same again") && !beside.contains("The same again: NCR-1"), "{beside}");
    // With its cause, the check of 10.1.1 b is content.
    edit(&world, "NCR-9", json!({"cause": "No step for it"})).await.unwrap();
    assert_eq!(requirement(&world).await, [""; 0]);
    // A word of somebody's own stays.
    edit(&world, "NCR-9", json!({"similar": "In releases as well.", "similar_cases": ["NCR-2"]})).await.unwrap();
    edit(&world, "NCR-9", json!({"similar_cases": ["NCR-1", "NCR-2"]})).await.unwrap();
    assert_eq!(world.exported("NCR-9").await["fields"]["similar"], "In releases as well.");
    let refused = edit(&world, "NCR-9", json!({"similar_cases": ["NCR-9"]})).await.unwrap_err();
    assert!(refused.sentence().contains("not similar to itself"), "{refused}");
}

/// What the check of 10.1.1 b says against of what was raised in October.
async fn requirement(world: &World) -> Vec<String> {
    let assessment = world.desk.assess_as_of(now()).await.expect("an assessment");
    let verdict = assessment.find("10.1.1.b").expect("its verdict");
    let bad = verdict.seen.blamed().filter_map(|(place, _)| assessment.records.get(place));
    // Each thing that is said against a record stands there once.
    let bad: std::collections::BTreeSet<String> = bad.map(|(_, number)| number.to_string()).collect();
    bad.into_iter().filter(|number| number == "NCR-9").collect()
}

async fn causes_are_drawn_and_the_root_is_the_cause(database: Database) {
    let (world, building) = house(database).await;
    let problem = r#"{"kind":"problem","number":"PRB-1","title":"Pool runs dry","state":"in_progress","fields":{"category":"application"}}"#;
    assert!(world.import(problem).await.is_whole());
    let analysis = json!({
        "whys": [{"why": "Why was it closed?", "because": "Nothing stopped it"}, {"why": "Why did nothing stop it?", "because": "The step was missing"}],
        "causes": [
            {"branch": "process", "cause": "The step to close asks for nothing", "evidence": "Tried", "verdict": "root"},
            {"branch": "people", "cause": "Nobody was told", "verdict": "ruled-out"},
            {"branch": "people", "cause": "Holidays", "verdict": "contributes"},
        ],
    });
    for (number, plural) in [("NCR-9", "nonconformities"), ("PRB-1", "problems")] {
        let path = format!("/{plural}/{number}");
        let bare = building.get(Who::Mail(&mail(WHO)), &path).await.text;
        assert!(!bare.contains("Drawing of causes"), "nothing to draw: {bare}");
        edit(&world, number, analysis.clone()).await.unwrap_or_else(|why| panic!("{number}: {why}"));
        let fields = world.exported(number).await["fields"].clone();
        assert_eq!(fields["cause"], "The step to close asks for nothing", "{number}");
        let text = building.get(Who::Mail(&mail(WHO)), &path).await.text;
        let (_, drawn) = text.split_once("Drawing of causes").expect("the picture");
        let (drawn, _) = drawn.split_once("</svg>").expect("its end");
        assert!(drawn.contains("Process: The step to close asks for nothing (root cause)"), "{drawn}");
        assert!(drawn.contains(">People</text>") && drawn.contains("class=\"root\"") && drawn.contains("line-through"));
        assert!(text.contains("Nothing stopped it"), "the whys stand on the page");
        // What somebody wrote is not replaced.
        edit(&world, number, json!({"cause": "Something else"})).await.unwrap();
        edit(&world, number, json!({"causes": [{"branch": "process", "cause": "Other", "verdict": "root"}]}))
            .await
            .unwrap();
        assert_eq!(world.exported(number).await["fields"]["cause"], "Something else");
    }
}
