//! People and what they can do: a campaign asks everybody once, newcomers as well, and what they confirm is on record as
//! awareness; the quiz of a training is answered by the person alone.

use desk::Shown;
use model::{Actor, Command, Input, Query, Refusal, Role, Target, query::EVERY};
use plumbline::duties;
use serde_json::{Value as Json, json};
use web::pages::papers::readers;

use crate::world::{Database, World, at, person};

both_databases!(
    a_campaign_asks_everybody_and_records_what_they_confirm,
    a_campaign_ends_and_begins_another_round,
    a_campaign_begins_with_something_to_say_and_somebody_to_tell,
    needs_of_a_role_are_such_as_people_can_meet,
    a_quiz_is_answered_by_the_person_and_proves_what_it_teaches,
    whoever_owns_a_training_is_reminded_to_look_at_its_effect,
    a_risk_is_weighed_before_and_after_and_accepted_for_a_time,
);

const NOW: &str = "2026-11-25T10:00:00Z";
const INES: &str = "ines@tidewell.example";
const ROSA: &str = "rosa@tidewell.example";
const KOFI: &str = "kofi@tidewell.example";

fn ines() -> Actor {
    person(INES, Role::SmsManager)
}

fn input(fields: Json) -> Input {
    let Json::Object(fields) = fields else { return Input::default() };
    Input::json(fields)
}

async fn create(world: &World, kind: &str, fields: Json) -> String {
    let command = Command::Create { kind: kind.into(), number: None, input: input(fields) };
    world.desk.perform(&ines(), command, at(NOW)).await.unwrap_or_else(|why| panic!("{kind}: {why}")).number
}

async fn edit(world: &World, kind: &str, number: &str, fields: Json, when: &str) -> Result<(), Refusal> {
    let target = Target { kind: kind.into(), number: number.into(), version: None };
    world.desk.perform(&ines(), Command::Edit { target, input: input(fields) }, at(when)).await.map(drop)
}

async fn step(world: &World, who: &Actor, kind: &str, number: &str, to: &str, when: &str) -> Result<(), Refusal> {
    let target = Target { kind: kind.into(), number: number.into(), version: None };
    let command = Command::Step { target, to: to.into(), input: Input::default(), note: None, public: false };
    world.desk.perform(who, command, at(when)).await.map(drop)
}

fn text(shown: &Shown, field: &str) -> String {
    shown.fields().get(field).map(|value| value.to_json().to_string().trim_matches('"').to_owned()).unwrap_or_default()
}

async fn all(world: &World, who: &Actor, kind: &'static str) -> Vec<Shown> {
    let query = Query { columns: vec![EVERY.into()], size: 100, ..Query::of(kind) };
    world.desk.list(who, &query, at("2027-12-31T00:00:00Z")).await.expect("a list").records
}

/// Person, round and state of the words on a campaign.
async fn words(world: &World) -> Vec<(String, String, String)> {
    let found = all(world, &ines(), "acknowledgement").await;
    let told = |shown: &Shown| (text(shown, "person"), text(shown, "version"), shown.state().to_owned());
    let mut words: Vec<_> = found.iter().map(told).collect();
    words.sort();
    words
}

fn word(person: &str, round: &str, state: &str) -> (String, String, String) {
    (person.into(), round.into(), state.into())
}

async fn work(world: &World, when: &str) {
    world.desk.work_once(&duties::doings(), at(when)).await.expect("work is done");
}

async fn staff(world: &World) {
    for (name, email) in [("Ines Okafor", INES), ("Rosa Marin", ROSA)] {
        create(world, "person", json!({"name": name, "email": email, "active": true})).await;
    }
    create(world, "person", json!({"name": "Viktor Holm", "email": "viktor@tidewell.example", "active": false})).await;
}

async fn begun(world: &World, more: Json) -> String {
    let mut fields = json!({"title": "What we hold to", "text": "Read the policy.", "topics": ["policy", "objectives"], "readers": ["staff"],
        "read_within": 7});
    if let (Json::Object(fields), Json::Object(more)) = (&mut fields, more) {
        fields.extend(more);
    }
    let number = create(world, "campaign", fields).await;
    step(world, &ines(), "campaign", &number, "running", NOW).await.expect("it begins");
    work(world, NOW).await;
    number
}

async fn a_campaign_asks_everybody_and_records_what_they_confirm(database: Database) {
    let world = World::new(database).await;
    staff(&world).await;
    let campaign = begun(&world, json!({})).await;
    assert_eq!(
        words(&world).await,
        [word(INES, "1", "asked"), word(ROSA, "1", "asked")],
        "whoever has left is not asked"
    );
    let rosa = person(ROSA, Role::Agent);
    let mine = all(&world, &rosa, "acknowledgement").await;
    assert_eq!(mine.len(), 1, "each sees their own");
    assert_eq!((text(&mine[0], "due"), text(&mine[0], "campaign")), ("2026-12-02".into(), campaign.clone()));
    let number = mine[0].number().to_owned();
    let other = step(&world, &ines(), "acknowledgement", &number, "confirmed", NOW).await;
    assert!(matches!(other, Err(Refusal::Invalid(_))), "nobody confirms for another: {other:?}");
    assert!(all(&world, &ines(), "awareness").await.is_empty());
    step(&world, &rosa, "acknowledgement", &number, "confirmed", "2026-11-26T08:00:00Z").await.expect("she knows it");
    work(&world, "2026-11-26T08:00:00Z").await;
    let told = all(&world, &ines(), "awareness").await;
    assert_eq!(told.len(), 1);
    let said = |field: &str| text(&told[0], field);
    assert_eq!((said("person"), said("on"), said("how")), (ROSA.into(), "2026-11-26".into(), "campaign".into()));
    assert_eq!((said("campaign"), said("acknowledgement")), (campaign, number.clone()));
    assert_eq!(said("topics"), r#"["policy","objectives"]"#);
    readers::record(&world.desk, &number, at("2026-11-26T09:00:00Z")).await.expect("once");
    assert_eq!(all(&world, &ines(), "awareness").await.len(), 1, "done twice it changes nothing");
    // A newcomer is asked the next day; who is late is reminded once a week.
    create(&world, "person", json!({"name": "Kofi Mensah", "email": KOFI, "active": true})).await;
    let turn = async |when: &str| readers::watch(&world.desk, at(when)).await.expect("a turn");
    assert_eq!(turn("2026-11-27T06:00:00Z").await, (1, 0));
    assert_eq!(turn("2026-11-27T06:00:00Z").await, (0, 0), "a second turn changes nothing");
    assert_eq!(turn("2026-12-08T06:00:00Z").await, (0, 2));
    assert_eq!(turn("2026-12-09T06:00:00Z").await, (0, 0));
}

async fn a_campaign_ends_and_begins_another_round(database: Database) {
    let world = World::new(database).await;
    staff(&world).await;
    // A role is held by whoever it names and by whoever has it on their own record.
    let role = create(&world, "role", json!({"name": "auditor", "holder": INES})).await;
    let kofi = json!({"name": "Kofi Mensah", "email": KOFI, "active": true, "roles": [role]});
    create(&world, "person", kofi).await;
    let campaign = begun(&world, json!({"readers": [role], "ends_on": "2026-12-10"})).await;
    assert_eq!(words(&world).await, [word(INES, "1", "asked"), word(KOFI, "1", "asked")]);
    readers::watch(&world.desk, at("2026-12-10T06:00:00Z")).await.expect("a turn");
    assert!(words(&world).await.contains(&word(KOFI, "1", "asked")), "on its last day it still runs");
    readers::watch(&world.desk, at("2026-12-11T06:00:00Z")).await.expect("a turn");
    assert_eq!(words(&world).await, [word(INES, "1", "cancelled"), word(KOFI, "1", "cancelled")]);
    let later = "2027-01-05T10:00:00Z";
    edit(&world, "campaign", &campaign, json!({"version": 2, "ends_on": null}), later).await.expect("another round");
    step(&world, &ines(), "campaign", &campaign, "running", later).await.expect("it begins again");
    work(&world, later).await;
    assert!(words(&world).await.contains(&word(KOFI, "2", "asked")), "{:?}", words(&world).await);
}

#[track_caller]
fn field(outcome: Result<(), Refusal>) -> (String, String) {
    match outcome {
        Err(Refusal::Invalid(errors)) => (errors[0].field.clone(), errors[0].message.clone()),
        other => panic!("{other:?} instead of a refusal that names a field"),
    }
}

async fn a_campaign_begins_with_something_to_say_and_somebody_to_tell(database: Database) {
    let world = World::new(database).await;
    let begin = async |fields: Json| {
        let number = create(&world, "campaign", fields).await;
        step(&world, &ines(), "campaign", &number, "running", NOW).await
    };
    assert_eq!(field(begin(json!({"title": "Nothing", "readers": ["staff"]})).await).0, "text");
    assert_eq!(field(begin(json!({"title": "Nobody", "text": "Read the policy."})).await).0, "readers");
    begin(json!({"title": "Both", "text": "Read the policy.", "named_readers": [ROSA]})).await.expect("it begins");
    let none = json!({"title": "Which?", "version": 1, "person": ROSA});
    let number = create(&world, "acknowledgement", none).await;
    let rosa = person(ROSA, Role::Agent);
    assert_eq!(field(step(&world, &rosa, "acknowledgement", &number, "confirmed", NOW).await).0, "document");
}

async fn needs_of_a_role_are_such_as_people_can_meet(database: Database) {
    let world = World::new(database).await;
    let role = create(&world, "role", json!({"name": "desk lead"})).await;
    let refused = async |row: Json| field(edit(&world, "role", &role, json!({"needs": [row]}), NOW).await).1;
    assert_eq!(refused(json!({"level": 3})).await, "row 1: say what its holders must be able to do");
    assert_eq!(refused(json!({"need": "Lead", "level": 6})).await, "row 1: the level is a whole number from 1 to 5");
    assert_eq!(
        refused(json!({"need": "Lead", "months": 0})).await,
        "row 1: the months are a whole number from 1 to 120"
    );
    edit(&world, "role", &role, json!({"needs": [{"need": "Lead", "level": 3, "months": 12}]}), NOW)
        .await
        .expect("taken");
}

async fn answer(world: &World, who: &Actor, result: &str, to: &str, answers: Json, when: &str) -> Result<(), Refusal> {
    let target = Target { kind: "training_result".into(), number: result.into(), version: None };
    let input = input(json!({"answers": answers}));
    let command = Command::Step { target, to: to.into(), input, note: None, public: false };
    world.desk.perform(who, command, at(when)).await.map(drop)
}

async fn a_quiz_is_answered_by_the_person_and_proves_what_it_teaches(database: Database) {
    let world = World::new(database).await;
    staff(&world).await;
    let questions = json!([{"question": "Who asks for a password?", "answers": ["The service desk", "Nobody of ours"], "right": 2},
        {"question": "And then?", "answers": ["Hang up and tell", "Wait"], "right": 1}]);
    let fields = json!({"topic": "Passwords", "persons": [ROSA], "questions": questions, "teaches": "Handle personal data", "level": 2, "valid_months": 12});
    let training = create(&world, "training", fields).await;
    let number =
        create(&world, "training_result", json!({"title": "Questions", "training": training, "person": ROSA})).await;
    let rosa = person(ROSA, Role::Agent);
    assert!(
        matches!(world.desk.show(&rosa, "training", &training, None, at(NOW)).await, Err(Refusal::NotFound)),
        "what is right is not theirs to read"
    );
    assert_eq!(field(answer(&world, &ines(), &number, "passed", json!([2, 1]), NOW).await).0, "state");
    assert_eq!(field(answer(&world, &rosa, &number, "passed", json!([2]), NOW).await).0, "answers");
    assert_eq!(
        field(answer(&world, &rosa, &number, "passed", json!([1, 1]), NOW).await).1,
        "too few answers are right to pass"
    );
    answer(&world, &rosa, &number, "failed", json!([1, 1]), NOW).await.expect("half of it is not enough");
    let shown = world.desk.show(&rosa, "training_result", &number, None, at(NOW)).await.expect("her own");
    assert_eq!((text(&shown, "score"), text(&shown, "attempts")), ("50".into(), "1".into()));
    work(&world, NOW).await;
    assert!(all(&world, &ines(), "competence").await.is_empty(), "nothing is proved by failing");
    step(&world, &rosa, "training_result", &number, "asked", NOW).await.expect("once more");
    let later = "2026-11-26T09:00:00Z";
    answer(&world, &rosa, &number, "passed", json!([2, 1]), later).await.expect("all of it is right");
    let shown = world.desk.show(&rosa, "training_result", &number, None, at(later)).await.expect("her own");
    let said = |name: &str| text(&shown, name);
    assert_eq!(
        (said("score"), said("attempts"), said("answered_on")),
        ("100".into(), "2".into(), "2026-11-26T09:00:00Z".into())
    );
    assert_eq!(
        field(edit(&world, "training_result", &number, json!({"answers": [1, 1]}), later).await).1,
        "only whoever is asked answers the questions"
    );
    work(&world, later).await;
    let able = all(&world, &ines(), "competence").await;
    assert_eq!(able.len(), 1);
    let said = |name: &str| text(&able[0], name);
    assert_eq!((said("person"), said("need"), said("level")), (ROSA.into(), "Handle personal data".into(), "2".into()));
    assert_eq!(
        (said("verified_on"), said("valid_until"), said("training")),
        ("2026-11-26".into(), "2027-11-26".into(), training)
    );
    assert!(said("proof").contains("100 percent") && said("proof").contains(&number), "{}", said("proof"));
    // Asked again, what is there is brought up to date; a higher level stays.
    edit(&world, "competence", able[0].number(), json!({"level": 4, "gap": "Forgets it"}), later).await.expect("a gap");
    web::pages::staff::proof::record(&world.desk, &number, at(later)).await.expect("once more");
    let able = all(&world, &ines(), "competence").await;
    assert_eq!((able.len(), text(&able[0], "level"), text(&able[0], "gap")), (1, "4".into(), String::new()));
}

async fn whoever_owns_a_training_is_reminded_to_look_at_its_effect(database: Database) {
    let world = World::new(database).await;
    let fields = json!({"topic": "Passwords", "owner": INES, "held_on": "2026-08-30"});
    let training = create(&world, "training", fields).await;
    step(&world, &ines(), "training", &training, "done", NOW).await.expect("it was held");
    let shown = world.desk.show(&ines(), "training", &training, None, at(NOW)).await.expect("it is there");
    assert_eq!(text(&shown, "effect_check_due"), "2026-11-28", "ninety days after it was held");
    assert_eq!(duties::remind::watch(&world.desk, at(NOW)).await.expect("a turn"), 1);
    assert_eq!(duties::remind::watch(&world.desk, at(NOW)).await.expect("a turn"), 0, "once");
    edit(&world, "training", &training, json!({"effect_checked_on": "2026-11-27", "effective": true}), NOW)
        .await
        .expect("checked");
    assert_eq!(duties::remind::watch(&world.desk, at("2026-12-10T08:00:00Z")).await.expect("a turn"), 0, "it is done");
}

async fn a_risk_is_weighed_before_and_after_and_accepted_for_a_time(database: Database) {
    let world = World::new(database).await;
    let fields = json!({"area": "continuity", "description": "Fire", "likelihood": 3, "impact": 5, "residual_likelihood": 2, "residual_impact": 5});
    let risk = create(&world, "risk", fields).await;
    let shown = async || world.desk.show(&ines(), "risk", &risk, None, at(NOW)).await.expect("it is there");
    assert_eq!((text(&shown().await, "score"), text(&shown().await, "residual")), ("15".into(), "10".into()));
    assert_eq!(field(edit(&world, "risk", &risk, json!({"residual_impact": 6}), NOW).await).0, "residual_impact");
    let target = Target { kind: "risk".into(), number: risk.clone(), version: None };
    let accept = |until: &str| Command::Step {
        target: target.clone(),
        to: "accepted".into(),
        input: input(json!({"accepted_until": until})),
        note: None,
        public: false,
    };
    let helena = person("helena@tidewell.example", Role::TopManagement);
    let past = world.desk.perform(&helena, accept("2026-11-01"), at(NOW)).await.map(drop);
    assert_eq!(field(past).0, "accepted_until");
    world.desk.perform(&helena, accept("2027-05-31"), at(NOW)).await.expect("it is accepted");
    assert_eq!(text(&shown().await, "accepted_by"), "helena@tidewell.example");
    // A score of its own, without levels, stays what somebody wrote.
    let own = create(&world, "risk", json!({"area": "continuity", "description": "Flood", "residual": 7})).await;
    let own = world.desk.show(&ines(), "risk", &own, None, at(NOW)).await.expect("it is there");
    assert_eq!(text(&own, "residual"), "7");
}
