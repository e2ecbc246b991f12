//! Controlled documents: a text comes into force with four eyes and on its day, what it states is the setting, and whoever
//! must read it is asked for each version.

use desk::Shown;
use model::{Actor, Command, Input, Query, Refusal, Role, Target, query::EVERY};
use plumbline::duties;
use serde_json::{Value as Json, json};

use crate::{
    building::{Building, CUSTOMER, Who, mail},
    world::{Database, World, at, person},
};

both_databases!(
    a_version_comes_into_force_and_the_one_before_ends,
    four_eyes_see_more_than_two,
    what_was_sent_to_review_stays_as_it_is,
    a_version_waits_for_its_day,
    what_a_document_states_is_the_setting,
    what_cannot_be_a_setting_is_refused_with_its_line,
    door_and_check_read_the_matrix_that_a_document_states,
    readers_are_asked_for_each_version,
    staff_reads_what_is_meant_for_it_and_no_old_copies,
);

const NOW: &str = "2026-11-25T10:00:00Z";
const TOMAS: &str = "tomas@tidewell.example";
const INES: &str = "ines@tidewell.example";
const ROSA: &str = "rosa@tidewell.example";

fn tomas() -> Actor {
    person(TOMAS, Role::ProcessOwner)
}

fn ines() -> Actor {
    person(INES, Role::SmsManager)
}

fn input(fields: Json) -> Input {
    let Json::Object(fields) = fields else { return Input::default() };
    Input::json(fields)
}

async fn create(world: &World, who: &Actor, kind: &str, fields: Json) -> String {
    let command = Command::Create { kind: kind.into(), number: None, input: input(fields) };
    world.desk.perform(who, command, at(NOW)).await.unwrap_or_else(|why| panic!("{kind}: {why}")).number
}

async fn edit(world: &World, who: &Actor, kind: &str, number: &str, fields: Json) -> Result<(), Refusal> {
    let target = Target { kind: kind.into(), number: number.into(), version: None };
    world.desk.perform(who, Command::Edit { target, input: input(fields) }, at(NOW)).await.map(drop)
}

async fn step(world: &World, who: &Actor, kind: &str, number: &str, to: &str, when: &str) -> Result<(), Refusal> {
    let target = Target { kind: kind.into(), number: number.into(), version: None };
    let command = Command::Step { target, to: to.into(), input: Input::default(), note: None, public: false };
    world.desk.perform(who, command, at(when)).await.map(drop)
}

async fn show(world: &World, kind: &str, number: &str) -> Shown {
    world.desk.show(&ines(), kind, number, None, at(NOW)).await.unwrap_or_else(|why| panic!("{number}: {why}"))
}

fn text(shown: &Shown, field: &str) -> String {
    shown.fields().get(field).map(|value| value.to_json().to_string().trim_matches('"').to_owned()).unwrap_or_default()
}

/// A procedure that Tomas owns and Ines approves.
async fn procedure(world: &World, more: Json) -> String {
    let mut fields = json!({"title": "Incident procedure", "kind": "procedure", "owner": TOMAS, "approver": INES, "access": ["staff"]});
    if let (Json::Object(fields), Json::Object(more)) = (&mut fields, more) {
        fields.extend(more);
    }
    create(world, &tomas(), "document", fields).await
}

async fn draft(world: &World, document: &str, text: &str) -> String {
    let fields = json!({"document": document, "text": text, "change_note": "What is new."});
    create(world, &tomas(), "document_version", fields).await
}

/// Written by Tomas, sent to review, approved by Ines.
async fn publish(world: &World, document: &str, text: &str, when: &str) -> String {
    let number = draft(world, document, text).await;
    step(world, &tomas(), "document_version", &number, "in_review", when).await.expect("it is sent to review");
    step(world, &ines(), "document_version", &number, "approved", when).await.expect("it is approved");
    number
}

#[track_caller]
fn field(outcome: Result<(), Refusal>) -> (String, String) {
    match outcome {
        Err(Refusal::Invalid(errors)) => (errors[0].field.clone(), errors[0].message.clone()),
        other => panic!("{other:?} instead of a refusal that names a field"),
    }
}

async fn a_version_comes_into_force_and_the_one_before_ends(database: Database) {
    let world = World::new(database).await;
    let document = procedure(&world, json!({"review_months": 6})).await;
    let first = publish(&world, &document, "Record it.", NOW).await;
    let shown = show(&world, "document", &document).await;
    assert_eq!(
        (shown.state(), text(&shown, "version"), text(&shown, "text")),
        ("approved", "1".into(), "Record it.".into())
    );
    assert_eq!((text(&shown, "approved_by"), text(&shown, "approved_on")), (INES.into(), "2026-11-25".into()));
    assert_eq!((text(&shown, "in_force"), text(&shown, "review_due")), (first.clone(), "2027-05-25".into()));
    assert_eq!(show(&world, "document_version", &first).await.state(), "in_force");
    // The text in force changes with the next version alone, and stays in force while that is written.
    let by_hand = edit(&world, &ines(), "document", &document, json!({"text": "Forget it."})).await;
    assert_eq!(field(by_hand).0, "text");
    assert_eq!(field(step(&world, &ines(), "document", &document, "draft", NOW).await).0, "status");
    let second = draft(&world, &document, "Record it at once.").await;
    assert_eq!(text(&show(&world, "document_version", &second).await, "version"), "2");
    assert_eq!(text(&show(&world, "document", &document).await, "text"), "Record it.");
    step(&world, &tomas(), "document_version", &second, "in_review", NOW).await.expect("sent");
    step(&world, &ines(), "document_version", &second, "approved", NOW).await.expect("approved");
    let (one, two) = (show(&world, "document_version", &first).await, show(&world, "document_version", &second).await);
    assert_eq!(
        (one.state(), text(&one, "ended_on"), text(&one, "text")),
        ("superseded", "2026-11-25".into(), "Record it.".into())
    );
    assert_eq!(two.state(), "in_force");
    let shown = show(&world, "document", &document).await;
    assert_eq!((text(&shown, "version"), text(&shown, "text")), ("2".into(), "Record it at once.".into()));
    // What is in force is not merely undone.
    let target = Target { kind: "document_version".into(), number: second.clone(), version: Some(two.version()) };
    let undone = world.desk.perform(&ines(), Command::Undo { target }, at(NOW)).await;
    assert!(matches!(undone, Err(Refusal::Step(_))), "{undone:?}");
    // A version that grew old on the way is refused.
    let fields = json!({"document": document, "version": 2, "text": "Old.", "change_note": "None."});
    let command = Command::Create { kind: "document_version".into(), number: None, input: input(fields) };
    assert_eq!(field(world.desk.perform(&tomas(), command, at(NOW)).await.map(drop)).0, "version");
    assert_eq!(world.desk.verify(&mut |_| {}).await.expect("a verdict").first, Vec::<String>::new());
}

async fn four_eyes_see_more_than_two(database: Database) {
    let world = World::new(database).await;
    let document = procedure(&world, json!({"approver": TOMAS})).await;
    let version = draft(&world, &document, "Record it.").await;
    let (name, why) = field(step(&world, &tomas(), "document_version", &version, "in_review", NOW).await);
    assert!(name == "approver" && why.contains("four eyes"), "{name}: {why}");
    edit(&world, &tomas(), "document_version", &version, json!({"approver": INES, "reviewer": ROSA}))
        .await
        .expect("named");
    // Whoever puts a word into it has written in it.
    edit(&world, &ines(), "document_version", &version, json!({"text": "Record it, please."})).await.expect("written");
    let sent = step(&world, &tomas(), "document_version", &version, "in_review", NOW).await;
    assert_eq!(field(sent).0, "approver");
    let helena = "helena@tidewell.example";
    edit(&world, &tomas(), "document_version", &version, json!({"approver": helena})).await.expect("named");
    step(&world, &tomas(), "document_version", &version, "in_review", NOW).await.expect("sent");
    let turn = text(&show(&world, "document_version", &version).await, "turn");
    assert_eq!(turn, ROSA, "it stands in the work of whoever reviews it");
    let helena = person(helena, Role::TopManagement);
    let too_early = step(&world, &helena, "document_version", &version, "approved", NOW).await;
    assert!(field(too_early).1.contains("has not reviewed it"));
    assert!(
        field(step(&world, &ines(), "document_version", &version, "approved", NOW).await).1.contains("wrote in it")
    );
    let rosa = person(ROSA, Role::Approver);
    step(&world, &rosa, "document_version", &version, "reviewed", NOW).await.expect("reviewed");
    step(&world, &helena, "document_version", &version, "approved", NOW).await.expect("approved");
    let shown = show(&world, "document_version", &version).await;
    assert_eq!((text(&shown, "reviewed_by"), text(&shown, "approved_by")), (ROSA.into(), helena.email.clone()));
    assert!(text(&shown, "meaning").contains("fit for use"), "a signature says what it means");
    assert!(text(&shown, "writers").contains(TOMAS) && text(&shown, "writers").contains(INES));
}

async fn what_was_sent_to_review_stays_as_it_is(database: Database) {
    let world = World::new(database).await;
    let document = procedure(&world, json!({})).await;
    let version = draft(&world, &document, "Record it.").await;
    step(&world, &tomas(), "document_version", &version, "in_review", NOW).await.expect("sent");
    let late = edit(&world, &tomas(), "document_version", &version, json!({"text": "Something else."})).await;
    assert_eq!(field(late).0, "text");
    step(&world, &ines(), "document_version", &version, "draft", NOW).await.expect("sent back");
    edit(&world, &tomas(), "document_version", &version, json!({"text": "Something else."})).await.expect("written");
    step(&world, &tomas(), "document_version", &version, "in_review", NOW).await.expect("sent");
    step(&world, &ines(), "document_version", &version, "approved", NOW).await.expect("approved");
    for (name, value) in
        [("text", json!("Forged.")), ("meaning", json!("Nothing.")), ("effective_on", json!("2026-01-01"))]
    {
        let forged = edit(&world, &ines(), "document_version", &version, json!({name: value})).await;
        assert_eq!(field(forged).0, name);
    }
}

async fn a_version_waits_for_its_day(database: Database) {
    let world = World::new(database).await;
    let document = procedure(&world, json!({})).await;
    publish(&world, &document, "Now.", NOW).await;
    let next = draft(&world, &document, "From December on.").await;
    edit(&world, &tomas(), "document_version", &next, json!({"effective_on": "2026-12-01"})).await.expect("a day");
    step(&world, &tomas(), "document_version", &next, "in_review", NOW).await.expect("sent");
    step(&world, &ines(), "document_version", &next, "approved", NOW).await.expect("approved");
    assert_eq!(show(&world, "document_version", &next).await.state(), "approved");
    assert_eq!(text(&show(&world, "document", &document).await, "text"), "Now.");
    let early = step(&world, &ines(), "document_version", &next, "in_force", "2026-11-30T23:00:00Z").await;
    assert_eq!(field(early).0, "effective_on");
    assert_eq!(world.desk.ring_until(at("2026-11-30T23:59:59Z")).await.expect("nothing is due"), 0);
    assert_eq!(world.desk.ring_until(at("2026-12-01T00:00:00Z")).await.expect("it is due"), 1);
    assert_eq!(show(&world, "document_version", &next).await.state(), "in_force");
    let shown = show(&world, "document", &document).await;
    assert_eq!((text(&shown, "version"), text(&shown, "text")), ("2".into(), "From December on.".into()));
}

fn stating(days: &str) -> String {
    format!(
        "# Closing\n\nBy itself.\n\n```parameters\nnumber.auto_close_days = {days}\n[interval]\nsla_review = 6\n```\n"
    )
}

fn admin() -> Actor {
    person("nils@tidewell.example", Role::Administrator)
}

async fn what_a_document_states_is_the_setting(database: Database) {
    let world = World::new(database).await;
    let desk = &world.desk;
    assert_eq!(desk.settings().number("auto_close_days"), 7);
    let document = procedure(&world, json!({})).await;
    publish(&world, &document, &stating("5"), NOW).await;
    assert_eq!(desk.settings().number("auto_close_days"), 5);
    assert_eq!(desk.settings().conformity.intervals["sla_review"], 6);
    let by = desk.settings().governed["number.auto_close_days"].clone();
    assert_eq!((by.number, by.version), (document.clone(), "1".into()));
    // By hand it is locked; what it says already may be said again, and others are free.
    let set = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let locked = desk.set_settings(&admin(), &set("number.auto_close_days", "9"), at(NOW)).await;
    assert!(field(locked).1.contains(&document));
    desk.set_settings(&admin(), &set("number.auto_close_days", "5"), at(NOW)).await.expect("the same");
    desk.set_settings(&admin(), &set("number.problem_days", "90"), at(NOW)).await.expect("another one");
    // The next version changes it, and lets go of what it does not state any more.
    publish(&world, &document, "```parameters\nnumber.auto_close_days = 10\n```", NOW).await;
    assert_eq!(desk.settings().number("auto_close_days"), 10);
    assert_eq!(desk.settings().governed["number.auto_close_days"].version, "2");
    assert!(!desk.settings().governed.contains_key("interval.sla_review"));
    assert_eq!(
        desk.settings().conformity.intervals["sla_review"],
        6,
        "its last value stays until somebody sets another"
    );
    // Another document cannot state it as well.
    let other = procedure(&world, json!({"title": "Another one"})).await;
    let version = draft(&world, &other, &stating("3")).await;
    let refused = field(step(&world, &tomas(), "document_version", &version, "in_review", NOW).await);
    assert!(refused.0 == "text" && refused.1.contains("line 6") && refused.1.contains(&document), "{refused:?}");
    // A document that is archived states nothing, and its text is in force no longer.
    step(&world, &ines(), "document", &document, "archived", NOW).await.expect("archived");
    assert!(desk.settings().governed.is_empty());
    assert!(text(&show(&world, "document", &document).await, "in_force").is_empty());
    desk.set_settings(&admin(), &set("number.auto_close_days", "9"), at(NOW)).await.expect("free again");
    // Nor does it come back by the side door.
    step(&world, &ines(), "document", &document, "draft", NOW).await.expect("taken up again");
    assert_eq!(field(step(&world, &ines(), "document", &document, "approved", NOW).await).0, "text");
    // Another server reads the same.
    let again = plumbline::place::open(&world.url).await.expect("it opens");
    assert_eq!(again.settings().number("auto_close_days"), 9);
}

/// Every cell of every matrix: what the door gives, the check calls right, and it stays right when the matrix is another one.
async fn door_and_check_read_the_matrix_that_a_document_states(database: Database) {
    let world = World::new(database).await;
    let document = procedure(&world, json!({"title": "Priorities"})).await;
    for name in ["Payments", "Mail"] {
        create(&world, &ines(), "service", json!({"name": name})).await;
    }
    create(&world, &ines(), "customer", json!({"name": "Castlebrook Bank"})).await;
    let raise = async |service: &str, customer: &str, impact: &str, urgency: &str| {
        let fields =
            json!({"title": "Down", "service": service, "customer": customer, "impact": impact, "urgency": urgency});
        let number = create(&world, &ines(), "incident", fields).await;
        text(&show(&world, "incident", &number).await, "priority")
    };
    let levels = ["high", "medium", "low"];
    let raise_all = async |service: &str, customer: &str| {
        let mut given = Vec::new();
        for impact in levels {
            for urgency in levels {
                given.push(raise(service, customer, impact, urgency).await);
            }
        }
        given.join(" ")
    };
    let wrong = async || {
        let assessment = world.desk.assess_as_of(at(NOW)).await.expect("an assessment");
        let verdict = assessment.verdicts.iter().find(|verdict| verdict.requirement.id == "8.6.1.b").expect("a check");
        (verdict.population, verdict.examples.clone())
    };
    assert_eq!(raise_all("SVC-1", "").await, "P1 P2 P3 P2 P3 P4 P3 P4 P5", "rule R11");
    let says = "Priorities.\n\n```parameters\n[matrix]\nlow-low = \"P4\"\n[matrix.SVC-2]\nhigh-low = \"P1\"\nlow-low = \"P3\"\n[matrix.CUS-1]\nlow-low = \"P2\"\n```\n";
    publish(&world, &document, says, NOW).await;
    assert_eq!(raise_all("SVC-1", "").await, "P1 P2 P3 P2 P3 P4 P3 P4 P4");
    assert_eq!(raise_all("SVC-2", "").await, "P1 P2 P1 P2 P3 P4 P3 P4 P3");
    assert_eq!(raise_all("SVC-2", "CUS-1").await, "P1 P2 P1 P2 P3 P4 P3 P4 P2");
    assert_eq!(wrong().await, (36, Vec::<String>::new()), "those of before the matrix too");
    // What it gave is on record, and moves with the service that the incident turns out to be about.
    let fields = json!({"title": "Slow", "service": "SVC-1", "impact": "low", "urgency": "low"});
    let number = create(&world, &ines(), "incident", fields).await;
    edit(&world, &ines(), "incident", &number, json!({"service": "SVC-2"})).await.expect("an edit");
    let shown = show(&world, "incident", &number).await;
    let used = shown.fields().get("matrix_used").cloned().expect("a matrix");
    let part = |name: &str| used.part(name).and_then(model::Value::as_text).unwrap_or_default().to_owned();
    assert_eq!(
        (text(&shown, "priority"), part("computed"), part("by")),
        ("P3".into(), "P3".into(), "matrix.SVC-2.low-low".into())
    );
    // Nobody types what the door is to compute.
    let forged = edit(&world, &ines(), "incident", &number, json!({"matrix_used": {"computed": "P1"}})).await;
    assert_eq!(field(forged).0, "matrix_used");
    let refused = field(edit(&world, &ines(), "incident", &number, json!({"priority": "P1"})).await);
    assert!(refused.1.contains("give P3"), "{refused:?}");
    publish(
        &world,
        &document,
        "```parameters\n[matrix]\nlow-low = \"P1\"\n[matrix.SVC-2]\nlow-low = \"P5\"\n```\n",
        NOW,
    )
    .await;
    assert_eq!(raise("SVC-2", "", "low", "low").await, "P5");
    assert_eq!(wrong().await.1, Vec::<String>::new(), "each by the matrix of its day");
    let version = draft(&world, &document, "```parameters\n[matrix]\nhihg-low = \"P1\"\n```\n").await;
    let refused = field(step(&world, &tomas(), "document_version", &version, "in_review", NOW).await);
    assert!(refused.1.contains("line 3") && refused.1.contains("did you mean \"matrix.high-low\"?"), "{refused:?}");
}

async fn what_cannot_be_a_setting_is_refused_with_its_line(database: Database) {
    let world = World::new(database).await;
    let document = procedure(&world, json!({})).await;
    let cases = [
        (
            "One.\n\n```parameters\nnumber.auto_close_dys = 5\n```\n",
            "line 4: there is no setting \"number.auto_close_dys\", did you mean \"number.auto_close_days\"?",
        ),
        (
            "```parameters\nnumber.auto_close_days = \"soon\"\n```\n",
            "line 2: number.auto_close_days: \"soon\" is not a whole number",
        ),
        (
            "```parameters\n\n[interval]\nsla_review = 0\n```\n",
            "line 4: interval.sla_review: \"0\" is not a whole number from 1 to 120",
        ),
        ("```parameters\nnumber.auto_close_days = \n```\n", "line 2: is not to be read"),
        ("```parameters\nnumber.auto_close_days = 5\n", "line 1: begins a block of parameters that does not end"),
    ];
    for (says, wanted) in cases {
        let version = draft(&world, &document, says).await;
        let (name, why) = field(step(&world, &tomas(), "document_version", &version, "in_review", NOW).await);
        assert!(name == "text" && why.contains(wanted), "{says:?} gives {name}: {why}");
    }
    assert_eq!(world.desk.settings().number("auto_close_days"), 7);
}

/// Person, version and state of every word on a document.
async fn words(world: &World, document: &str) -> Vec<(String, String, String)> {
    let query = Query { columns: vec![EVERY.into()], size: 100, ..Query::of("acknowledgement") };
    let page = world.desk.list(&ines(), &query, at("2027-12-31T00:00:00Z")).await.expect("a list");
    let of = page.records.iter().filter(|shown| text(shown, "document") == document);
    let mut found: Vec<_> =
        of.map(|shown| (text(shown, "person"), text(shown, "version"), shown.state().to_owned())).collect();
    found.sort();
    found
}

async fn readers_are_asked_for_each_version(database: Database) {
    let world = World::new(database).await;
    let desk = &world.desk;
    for (name, email) in [("Rosa", ROSA), ("Tomas", TOMAS), ("Kofi", "kofi@tidewell.example")] {
        create(&world, &ines(), "person", json!({"name": name, "email": email, "active": true})).await;
    }
    let team = create(&world, &ines(), "team", json!({"name": "Service desk", "members": [ROSA]})).await;
    let document = procedure(&world, json!({"readers": [team], "named_readers": [TOMAS], "read_within": 7})).await;
    let work =
        |when: &'static str| async move { desk.work_once(&duties::doings(), at(when)).await.expect("work is done") };
    work(NOW).await;
    assert!(words(&world, &document).await.is_empty(), "nobody is asked to read a draft");
    publish(&world, &document, "Record it.", NOW).await;
    work(NOW).await;
    let asked = |person: &str, version: &str, state: &str| (person.to_owned(), version.to_owned(), state.to_owned());
    assert_eq!(words(&world, &document).await, [asked(ROSA, "1", "asked"), asked(TOMAS, "1", "asked")]);
    let rosa = person(ROSA, Role::Agent);
    let query = Query { columns: vec![EVERY.into()], size: 10, ..Query::of("acknowledgement") };
    let mine = desk.list(&rosa, &query, at(NOW)).await.expect("a list").records;
    assert_eq!(mine.len(), 1, "each sees their own");
    assert_eq!(text(&mine[0], "due"), "2026-12-02");
    let number = mine[0].number().to_owned();
    // Nobody confirms for another one.
    assert_eq!(field(step(&world, &ines(), "acknowledgement", &number, "confirmed", NOW).await).0, "state");
    step(&world, &rosa, "acknowledgement", &number, "confirmed", NOW).await.expect("she has read it");
    // A newcomer is asked the next day, and the other one is reminded once a week when late.
    let members = json!({"members": [ROSA, "kofi@tidewell.example"]});
    edit(&world, &ines(), "team", &team, members).await.expect("a newcomer");
    let turn = async |when: &str| web::pages::papers::readers::watch(desk, at(when)).await.expect("a turn");
    assert_eq!(turn("2026-11-26T06:00:00Z").await, (1, 0));
    assert_eq!(turn("2026-11-26T06:00:00Z").await, (0, 0), "a second turn changes nothing");
    assert_eq!(turn("2026-12-05T06:00:00Z").await, (0, 2));
    assert_eq!(turn("2026-12-06T06:00:00Z").await, (0, 0));
    assert_eq!(turn("2026-12-12T06:00:00Z").await, (0, 2));
    // A new version asks everybody again; what was confirmed stays on record.
    publish(&world, &document, "Record it at once.", "2026-12-13T10:00:00Z").await;
    work("2026-12-13T10:00:00Z").await;
    assert_eq!(
        words(&world, &document).await,
        [
            asked("kofi@tidewell.example", "1", "superseded"),
            asked("kofi@tidewell.example", "2", "asked"),
            asked(ROSA, "1", "confirmed"),
            asked(ROSA, "2", "asked"),
            asked(TOMAS, "1", "superseded"),
            asked(TOMAS, "2", "asked"),
        ]
    );
    // Whoever leaves need not read it, and an archived document asks nobody.
    let filter = format!("email = \"{TOMAS}\"");
    let people = Query {
        filter: model::filter_text::parse(&filter, desk.catalog().find("person").expect("a kind")).expect("a filter"),
        size: 1,
        ..Query::of("person")
    };
    let left = desk.list(&ines(), &people, at(NOW)).await.expect("a list").records[0].number().to_owned();
    edit(&world, &ines(), "person", &left, json!({"active": false})).await.expect("gone");
    turn("2026-12-14T06:00:00Z").await;
    assert!(words(&world, &document).await.contains(&asked(TOMAS, "2", "cancelled")));
}

async fn staff_reads_what_is_meant_for_it_and_no_old_copies(database: Database) {
    let world = World::new(database).await;
    let open = procedure(&world, json!({})).await;
    let closed = procedure(&world, json!({"title": "Salaries", "access": ["sms-manager"]})).await;
    let version = publish(&world, &open, "Read me.", NOW).await;
    let rosa = person(ROSA, Role::Agent);
    let shown = world.desk.show(&rosa, "document", &open, None, at(NOW)).await.expect("it is for staff");
    assert_eq!(text(&shown, "text"), "Read me.");
    for (kind, number) in [("document", &closed), ("document_version", &version)] {
        let hidden = world.desk.show(&rosa, kind, number, None, at(NOW)).await;
        assert!(matches!(hidden, Err(Refusal::NotFound)), "{number}: {hidden:?}");
    }
    let customer = Actor { customer: Some("CUS-1".into()), ..person("kim@harbour.example", Role::CustomerUser) };
    let hidden = world.desk.show(&customer, "document", &open, None, at(NOW)).await;
    assert!(matches!(hidden, Err(Refusal::NotFound)));
    edit(&world, &tomas(), "document", &open, json!({"access": ["staff", "customers"]})).await.expect("for customers");
    let shown = world.desk.show(&customer, "document", &open, None, at(NOW)).await.expect("it is for customers");
    assert!(!shown.fields().contains_key("approver"), "what is internal stays so");
    // On paper as on the page.
    let customers = ["CUS-1", "CUS-2"].map(|number| {
        format!("{{\"kind\":\"customer\",\"number\":\"{number}\",\"title\":\"Quay\",\"fields\":{{\"name\":\"Quay\"}}}}")
    });
    assert!(world.import(customers.join("\n")).await.is_whole());
    let building = Building::over(&world.desk).await;
    let agent = mail(Role::Agent);
    let next = publish(&world, &open, "Read me again.", NOW).await;
    for (who, path, status) in [
        (Who::Mail(&agent), format!("/papers/{open}/pdf"), 200),
        (Who::Mail(&agent), format!("/papers/{open}/pdf?version={next}"), 400),
        (Who::Mail(&agent), format!("/papers/{open}/pdf?version=1"), 400),
        (Who::Mail(&agent), format!("/papers/{closed}/pdf"), 404),
        (Who::Mail(&mail(Role::SmsManager)), format!("/papers/{open}/pdf?version=1"), 200),
        (CUSTOMER, format!("/papers/{open}/pdf"), 404),
    ] {
        let answer = building.get(who, &path).await;
        assert_eq!(answer.status.as_u16(), status, "{who:?} {path}: {:.300}", answer.text);
        assert_eq!(answer.header("content-type") == "application/pdf", status == 200, "{path}");
    }
}
