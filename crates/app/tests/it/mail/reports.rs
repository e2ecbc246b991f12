//! Saved reports: when they go out, to whom, with whose rights; and when they do not.

use desk::{
    accounts::AccountEdit,
    post::{Delivery, MessageRow, Messages, Way},
};
use model::{Actor, Command, Input, Moment, Refusal, Role, Target, time::DAY};
use plumbline::duties::reports;
use serde_json::{Value as Json, json};

use super::house::{House, INES, KIM, STRANGER, ines, machine};
use crate::world::{Database, at};

both_databases!(
    a_report_goes_out_at_its_hour_of_the_zone_and_once,
    a_report_goes_through_the_same_rights_as_its_owner,
    whoever_left_sends_no_reports_any_more,
    nobody_sends_with_the_rights_of_somebody_else,
    a_report_that_cannot_be_made_says_so_and_goes_on,
    a_report_goes_out_as_a_paper,
);

/// Somebody who can sign in and look after accounts.
async fn with_an_administrator(house: &House) {
    let account = desk::accounts::NewAccount {
        email: "nils@tidewell.example".into(),
        name: "Nils".into(),
        roles: vec![Role::Administrator],
        password: Some("plumb lines hang straight".into()),
        ..desk::accounts::NewAccount::default()
    };
    house.world.desk.create_account(&machine(), account, house.now).await.expect("an account");
}

fn target() -> Target {
    Target { kind: "saved_report".into(), number: "SRP-1".into(), version: None }
}

async fn save(house: &mut House, actor: &Actor, fields: Json) -> Result<(), Refusal> {
    let Json::Object(fields) = fields else { panic!("fields") };
    let command =
        Command::Create { kind: "saved_report".into(), number: Some("SRP-1".into()), input: Input::json(fields) };
    house.world.desk.perform(actor, command, house.now).await.map(drop)
}

async fn field(house: &House, name: &str) -> Json {
    let shown = house.world.desk.show(&machine(), "saved_report", "SRP-1", None, house.now).await.expect("it is there");
    shown.fields().get(name).map_or(Json::Null, model::Value::to_json)
}

/// What the program does by itself at an instant.
async fn turn(house: &mut House, at: Moment) {
    house.now = at;
    reports::promise_due(&house.world.desk, at).await.expect("it looks");
    house.world.desk.work_once(&reports::doings(), at).await.expect("it works");
}

async fn sent(house: &House) -> Vec<MessageRow> {
    let mut rows = house.world.desk.messages(&machine(), &Messages::default(), 50, house.now).await.expect("messages");
    rows.retain(|row| row.way == Way::Out && row.number == "SRP-1");
    rows.sort_by(|one, other| one.recipient.cmp(&other.recipient));
    rows
}

/// The lines of the file that a message brings.
async fn lines(house: &House, row: &MessageRow) -> (String, Vec<Vec<String>>) {
    let payload = json!({"message": row.id});
    let outgoing = house.world.desk.write_answer(&payload, house.now).await.expect("an answer").expect("it waits");
    assert_eq!(outgoing.to, row.recipient);
    let letter = mail::read(&outgoing.raw).letter.expect("what we write can be read");
    let [file] = letter.enclosures.as_slice() else { panic!("{} files", letter.enclosures.len()) };
    let read = sheets::read(&file.bytes).expect("a table");
    (letter.text, read.into_iter().map(|(_, cells)| cells).collect())
}

async fn incidents(house: &House) {
    house
        .world
        .import(
            "{\"kind\":\"incident\",\"number\":\"INC-1\",\"title\":\"=1+1 at Harbour\",\"fields\":{\"customer\":\"CUS-1\",\"priority\":\"P1\"}}\n\
             {\"kind\":\"incident\",\"number\":\"INC-2\",\"title\":\"Mail is slow\",\"fields\":{\"customer\":\"CUS-2\",\"priority\":\"P3\"}}\n\
             {\"kind\":\"contract\",\"number\":\"CTR-1\",\"title\":\"Secret terms\",\"fields\":{}}\n",
        )
        .await;
}

async fn a_report_goes_out_at_its_hour_of_the_zone_and_once(database: Database) {
    let mut house = House::new(database).await;
    incidents(&house).await;
    let zone = [("zone".to_string(), "Europe/Berlin".to_string())];
    house.world.desk.set_settings(&machine(), &zone, house.now).await.expect("a zone");
    let fields = json!({"name": "What is open", "source": "/incidents?filter=phase != done&fields=number,title,priority",
        "send_to": [KIM, INES], "every": "daily", "at": "07:00", "message": "Good morning"});
    save(&mut house, &ines(), fields).await.expect("it is saved");
    // Saved on a day of winter time: 07:00 is 06:00 UTC.
    house.now = at("2026-11-25T12:00:00Z");
    reports::promise_due(&house.world.desk, house.now).await.expect("it looks");
    assert_eq!(field(&house, "next_on").await, json!("2026-11-26T06:00:00Z"));
    turn(&mut house, at("2026-11-26T05:59:00Z")).await;
    assert!(sent(&house).await.is_empty(), "too early");
    turn(&mut house, at("2026-11-26T06:01:00Z")).await;
    let rows = sent(&house).await;
    assert_eq!(rows.iter().map(|row| row.recipient.as_str()).collect::<Vec<_>>(), [INES, KIM]);
    let (text, table) = lines(&house, &rows[0]).await;
    assert!(text.contains("Good morning") && text.contains("2 incidents."), "{text}");
    assert_eq!(table[0], ["Number", "Title", "Priority"]);
    assert!(table.contains(&["INC-1", "=1+1 at Harbour", "P1"].map(String::from).to_vec()), "{table:?}");
    assert_eq!(field(&house, "next_on").await, json!("2026-11-27T06:00:00Z"));
    assert!(field(&house, "outcome").await.as_str().expect("words").contains("to 2 people: 2 incidents."));
    // Looked at again, and even if the job runs twice, nothing goes out twice.
    turn(&mut house, at("2026-11-26T06:02:00Z")).await;
    assert_eq!(sent(&house).await.len(), 2);
    // A house that slept over two turns sends one.
    turn(&mut house, at("2026-11-28T20:00:00Z")).await;
    assert_eq!(sent(&house).await.len(), 4);
    assert_eq!(field(&house, "next_on").await, json!("2026-11-29T06:00:00Z"));
    // What the server says is told as of any mail.
    let outgoing = house.world.desk.write_answer(&json!({"message": rows[0].id}), house.now).await.expect("one");
    let gone = Delivery::Failed("550 no such user".into());
    house.world.desk.tell_delivery(&outgoing.expect("one"), gone, house.now).await.expect("told");
    let again = house.world.desk.write_answer(&json!({"message": rows[0].id}), house.now).await.expect("an answer");
    assert!(again.is_none(), "what failed for good is not sent again");
}

/// Complaint 39: a report asks with the rights of whoever owns it.
async fn a_report_goes_through_the_same_rights_as_its_owner(database: Database) {
    let mut house = House::new(database).await;
    with_an_administrator(&house).await;
    incidents(&house).await;
    let fields =
        json!({"name": "Contracts", "source": "/contracts", "send_to": [STRANGER], "every": "daily", "form": "csv"});
    save(&mut house, &ines(), fields).await.expect("it is saved");
    let begin = house.now;
    turn(&mut house, begin).await;
    turn(&mut house, begin.plus(2 * DAY)).await;
    assert!(sent(&house).await.is_empty(), "agents see no contracts");
    let outcome = field(&house, "outcome").await;
    assert!(outcome.as_str().expect("words").contains(&format!("{INES} may not see what it shows")), "{outcome}");
    assert_ne!(field(&house, "next_on").await, Json::Null);
    // The same address with more rights: they are those of the moment, not of when it was saved.
    let edit = AccountEdit {
        name: "Ines Okafor".into(),
        roles: vec![Role::SmsManager],
        customer: None,
        active: true,
        window: None,
    };
    house.world.desk.edit_account(&machine(), INES, edit, house.now).await.expect("more rights");
    turn(&mut house, begin.plus(4 * DAY)).await;
    let rows = sent(&house).await;
    assert_eq!(rows.len(), 1);
    let (_, table) = lines(&house, &rows[0]).await;
    assert!(table.iter().flatten().any(|cell| cell == "Secret terms"), "{table:?}");
}

async fn whoever_left_sends_no_reports_any_more(database: Database) {
    let mut house = House::new(database).await;
    with_an_administrator(&house).await;
    incidents(&house).await;
    let fields = json!({"name": "Open", "source": "/pictures?weeks=4", "send_to": [KIM], "every": "weekly"});
    save(&mut house, &ines(), fields).await.expect("it is saved");
    let begin = house.now;
    turn(&mut house, begin).await;
    let edit = AccountEdit {
        name: "Ines Okafor".into(),
        roles: vec![Role::Agent],
        customer: None,
        active: false,
        window: None,
    };
    house.world.desk.edit_account(&machine(), INES, edit, house.now).await.expect("closed");
    turn(&mut house, begin.plus(8 * DAY)).await;
    assert!(sent(&house).await.is_empty());
    let shown = house.world.desk.show(&machine(), "saved_report", "SRP-1", None, house.now).await.expect("it is there");
    assert_eq!(shown.state(), "stopped");
    let outcome = field(&house, "outcome").await;
    let told = outcome.as_str().expect("words");
    assert!(told.starts_with(&format!("Stopped: {INES} has no open account")), "{told}");
    // Stopped it stays, until somebody starts it and so makes it theirs.
    turn(&mut house, begin.plus(16 * DAY)).await;
    assert!(sent(&house).await.is_empty());
    let own = Actor { email: "tomas@tidewell.example".into(), ..ines() };
    let start =
        Command::Step { target: target(), to: "current".into(), input: Input::default(), note: None, public: false };
    house.perform(&own, start).await;
    let now = house.now;
    turn(&mut house, now).await;
    assert_ne!(field(&house, "next_on").await, Json::Null, "it is reckoned anew");
    assert_eq!(field(&house, "owner").await, json!("tomas@tidewell.example"), "whoever starts it answers for it");
}

async fn nobody_sends_with_the_rights_of_somebody_else(database: Database) {
    let mut house = House::new(database).await;
    let mallory = Actor { email: STRANGER.into(), ..ines() };
    let fields = json!({"name": "Contracts", "source": "/contracts", "send_to": [STRANGER], "owner": INES});
    let refused = save(&mut house, &mallory, fields).await.expect_err("a refusal");
    assert!(refused.sentence().contains("owner: is filled in by itself"), "{}", refused.sentence());
    save(&mut house, &ines(), json!({"name": "Mine", "source": "/incidents", "send_to": [INES]})).await.expect("saved");
    assert_eq!(field(&house, "owner").await, json!(INES));
    // Other words with it change nothing; what it shows and who gets it make it one's own.
    for (name, value, owner) in
        [("message", "Good morning", INES), ("send_to", STRANGER, STRANGER), ("source", "/contracts", STRANGER)]
    {
        let edit = Command::Edit { target: target(), input: Input::text([(name.into(), value.into())]) };
        house.perform(&mallory, edit).await;
        assert_eq!(field(&house, "owner").await, json!(owner), "{name}");
    }
    // What the program fills in cannot be said, and what is no address of ours is refused.
    for (name, value, why) in [
        ("next_on", "2026-11-25T12:00:00Z", "is filled in by itself"),
        ("source", "https://elsewhere.example/", "is not an address"),
        ("source", "//elsewhere.example", "is not an address"),
        ("at", "25:00", "is not one of"),
    ] {
        let edit = Command::Edit { target: target(), input: Input::text([(name.into(), value.into())]) };
        let refused = house.world.desk.perform(&ines(), edit, house.now).await.expect_err("a refusal");
        assert!(refused.sentence().contains(why), "{name}: {}", refused.sentence());
    }
    let zone = [("zone".to_string(), "Mars/Olympus".to_string())];
    let refused = house.world.desk.set_settings(&machine(), &zone, house.now).await.expect_err("a refusal");
    assert!(refused.sentence().contains("time zone"), "{}", refused.sentence());
}

async fn a_report_that_cannot_be_made_says_so_and_goes_on(database: Database) {
    let mut house = House::new(database).await;
    incidents(&house).await;
    let fields = json!({"name": "Typo", "source": "/incidents?filter=stat = new", "send_to": [KIM], "every": "daily"});
    save(&mut house, &ines(), fields).await.expect("it is saved");
    let begin = house.now;
    turn(&mut house, begin).await;
    for (days, source, told) in [
        (2, None, "did you mean"),
        (4, Some("/incidentz"), "did you mean \"incidents\""),
        (6, Some("/pictures?weeks=5"), "weeks: 4, 13 or 26"),
        (8, Some("/incidents"), "Sent on"),
    ] {
        if let Some(source) = source {
            let edit = Command::Edit { target: target(), input: Input::text([("source".into(), source.into())]) };
            house.perform(&ines(), edit).await;
        }
        turn(&mut house, begin.plus(days * DAY)).await;
        let outcome = field(&house, "outcome").await;
        assert!(outcome.as_str().expect("words").contains(told), "{outcome}");
    }
    assert_eq!(sent(&house).await.len(), 1);
    // Without a mailbox that sends, that is what it says.
    let edit = desk::post::MailboxEdit {
        name: house.mailbox.name.clone(),
        address: house.mailbox.address.clone(),
        definition: house.mailbox.definition.clone(),
        answers: false,
        active: true,
        secret: None,
    };
    house.world.desk.save_mailbox(&machine(), Some(house.mailbox.id), edit, house.now).await.expect("it files");
    turn(&mut house, begin.plus(10 * DAY)).await;
    let outcome = field(&house, "outcome").await;
    assert!(outcome.as_str().expect("words").contains("no mailbox sends mail"), "{outcome}");
}

async fn a_report_goes_out_as_a_paper(database: Database) {
    let mut house = House::new(database).await;
    incidents(&house).await;
    let fields =
        json!({"name": "On paper", "source": "/pictures?weeks=4", "send_to": [INES], "every": "daily", "form": "pdf"});
    save(&mut house, &ines(), fields).await.expect("it is saved");
    for source in ["/pictures?weeks=4", "/incidents?filter=priority = P1"] {
        let edit = Command::Edit { target: target(), input: Input::text([("source".into(), source.into())]) };
        house.perform(&ines(), edit).await;
        let now = house.now;
        reports::promise_due(&house.world.desk, now).await.expect("it looks");
        turn(&mut house, now.plus(DAY)).await;
    }
    let mut files = Vec::new();
    for row in sent(&house).await {
        let payload = json!({"message": row.id});
        let outgoing = house.world.desk.write_answer(&payload, house.now).await.expect("an answer").expect("it waits");
        let letter = mail::read(&outgoing.raw).letter.expect("what we write can be read");
        let [file] = letter.enclosures.as_slice() else { panic!("{} files", letter.enclosures.len()) };
        assert!(file.bytes.starts_with(b"%PDF-1.7"), "{}", file.name);
        assert_eq!(file.media, "application/pdf");
        files.push(file.name.split('-').next().unwrap_or_default().to_string());
    }
    files.sort();
    assert_eq!(files, ["incidents", "pictures"]);
}
