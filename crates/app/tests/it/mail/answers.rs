//! What goes out: to whom, when, with which words; and when nothing does.

use desk::{
    accounts::Preferences,
    post::{Delivery, Messages, Text, Way},
};
use model::{Actor, Command, Input, Refusal, Role, Via, time::MINUTE};
use serde_json::json;

use super::house::{House, KIM, SUPPORT, ines, machine, message, target};
use crate::world::Database;

both_databases!(
    a_receipt_a_note_and_the_end_are_told_and_nothing_else,
    a_mailbox_that_only_files_sends_nothing,
    what_a_server_says_is_told,
    own_words_are_strict,
    two_houses_that_answer_each_other_stop,
    history_that_is_imported_sends_nothing,
    whoever_wants_no_mail_gets_none,
);

/// Mail to send for every version of a record, by subject and text.
async fn written(house: &House, number: &str) -> Vec<(i64, mail::Letter)> {
    let version = house.world.desk.show(&machine(), "incident", number, None, house.now).await.expect("it").version();
    let mut all = Vec::new();
    for version in 1..=version {
        let payload = json!({"kind": "incident", "number": number, "version": version});
        if let Some(outgoing) = house.world.desk.write_answer(&payload, house.now).await.expect("an answer or none") {
            assert_eq!(outgoing.to, KIM);
            all.push((version, mail::read(&outgoing.raw).letter.expect("what we write can be read")));
        }
    }
    all
}

async fn a_receipt_a_note_and_the_end_are_told_and_nothing_else(database: Database) {
    let mut house = House::new(database).await;
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await;
    let note = |text: &str, public| Command::Note { target: target(&first.number), text: text.into(), public };
    house.perform(&ines(), note("What model is it?", true)).await;
    house.perform(&ines(), note("Not again, this printer.", false)).await;
    let reply =
        message(KIM, "two@harbour.example", "Re: Printer", "In-Reply-To: <one@harbour.example>\r\n", "An XL-5.");
    house.take(reply).await;
    house.resolve(&first.number, Some("A new roller is in.")).await;
    let closing = Command::Step {
        target: target(&first.number),
        to: "closed".into(),
        input: Input::default(),
        note: None,
        public: false,
    };
    house.perform(&ines(), closing).await;
    let jobs = house.world.desk.jobs(&machine(), house.now).await.expect("jobs");
    assert_eq!(jobs.iter().filter(|job| job.name == desk::post::SEND).count(), 5, "promised with each deed");
    let all = written(&house, &first.number).await;
    let (versions, letters): (Vec<i64>, Vec<mail::Letter>) = all.into_iter().unzip();
    assert_eq!(versions.len(), 3, "receipt, note, end: {versions:?}");
    let [receipt, question, end] = letters.as_slice() else { panic!("three") };
    let tag = format!("[{}] Printer", first.number);
    assert!(letters.iter().all(|letter| letter.subject == tag && letter.sender == SUPPORT));
    assert!(letters.iter().all(|letter| letter.references.contains(&"one@harbour.example".to_string())));
    assert!(receipt.automatic.is_some() && end.automatic.is_some() && question.automatic.is_none());
    assert!(question.text.contains("What model is it?") && question.text.contains("Ines Okafor"));
    assert!(end.text.contains("A new roller is in.") && end.text.contains("The paper path was cleaned."));
    assert!(letters.iter().all(|letter| !letter.text.contains("Not again")), "internal notes stay inside");
    let rows = house.world.desk.messages(&machine(), &Messages::default(), 50, house.now).await.expect("messages");
    assert_eq!(rows.iter().filter(|row| row.way == Way::Out && row.number == first.number).count(), 3);
    // The same job again writes nothing new and keeps its Message-ID.
    let again = written(&house, &first.number).await;
    let rows_again =
        house.world.desk.messages(&machine(), &Messages::default(), 50, house.now).await.expect("messages");
    assert_eq!((again.len(), rows_again.len()), (3, rows.len()));
}

async fn a_mailbox_that_only_files_sends_nothing(database: Database) {
    let mut house = House::new(database).await;
    let edit = desk::post::MailboxEdit {
        name: house.mailbox.name.clone(),
        address: SUPPORT.into(),
        definition: house.mailbox.definition.clone(),
        answers: false,
        active: true,
        secret: None,
    };
    let id = house.mailbox.id;
    house.mailbox = house.world.desk.save_mailbox(&machine(), Some(id), edit, house.now).await.expect("changed");
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await;
    house.resolve(&first.number, None).await;
    assert!(house.world.desk.jobs(&machine(), house.now).await.expect("jobs").is_empty());
    assert!(written(&house, &first.number).await.is_empty());
}

async fn what_a_server_says_is_told(database: Database) {
    let mut house = House::new(database).await;
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await;
    let payload = json!({"kind": "incident", "number": first.number, "version": 1});
    let desk = house.world.desk.clone();
    let outgoing = desk.write_answer(&payload, house.now).await.expect("written").expect("a receipt");
    assert_eq!(outgoing.envelope_from, "", "an automatic answer bounces to nobody");
    desk.tell_delivery(&outgoing, Delivery::Later("451 busy".into()), house.now).await.expect("told");
    let jobs = desk.jobs(&machine(), house.now).await.expect("jobs");
    assert!(
        jobs.iter().any(|job| job.name == desk::post::SEND && job.run_at == house.now.plus(MINUTE)),
        "it comes back"
    );
    let waiting = Messages { outcome: "waiting".into(), ..Messages::default() };
    assert_eq!(desk.messages(&machine(), &waiting, 9, house.now).await.expect("messages")[0].reason, "451 busy");
    assert!(desk.write_answer(&payload, house.now).await.expect("an answer").is_some());
    desk.tell_delivery(&outgoing, Delivery::Failed("550 no such user".into()), house.now).await.expect("told");
    assert!(house.told(&first.number).await.internal().iter().any(|note| note.contains("550 no such user")));
    assert!(desk.write_answer(&payload, house.now).await.expect("an answer").is_none(), "what failed for good is over");
    let activity = desk.activity(&machine(), 20, house.now).await.expect("the journal");
    assert!(
        activity.iter().any(|entry| entry.kind == "message" && entry.act == "send"),
        "the end stands in the journal"
    );
}

async fn own_words_are_strict(database: Database) {
    let mut house = House::new(database).await;
    let desk = house.world.desk.clone();
    let text = |body: &str| Text { subject: "{{ number }}: angekommen".into(), body: body.into() };
    let wrong = desk.set_mail_text(&machine(), "receipt", text("Hallo\n{{ nmuber }}"), house.now).await;
    assert!(
        matches!(wrong, Err(Refusal::Invalid(errors)) if errors[0].field == "body" && errors[0].message.contains("line 2"))
    );
    assert!(desk.set_mail_text(&machine(), "recipt", text("x"), house.now).await.is_err());
    let agent = desk.set_mail_text(&ines(), "receipt", text("x"), house.now).await;
    assert!(matches!(agent, Err(Refusal::Forbidden(_))));
    desk.set_mail_text(&machine(), "receipt", text("Ihre Meldung: {{ title }}"), house.now).await.expect("set");
    let first = house.take(message(KIM, "one@harbour.example", "Drucker", "", "Kaputt.")).await;
    let letter = &written(&house, &first.number).await[0].1;
    assert_eq!(
        (letter.subject.clone(), letter.text.as_str()),
        (format!("{}: angekommen", first.number), "Ihre Meldung: Drucker")
    );
    let empty = Text { subject: String::new(), body: String::new() };
    desk.set_mail_text(&machine(), "receipt", empty, house.now).await.expect("taken back");
    assert!(desk.mail_texts(&machine(), house.now).await.expect("texts").iter().all(|(_, _, own)| !own));
}

/// Two installations, of which the other marks nothing as automatic and makes every answer a new message.
async fn two_houses_that_answer_each_other_stop(database: Database) {
    let mut house = House::new(database).await;
    let mut receipts = 0;
    for round in 0..40 {
        let id = format!("auto{round}@harbour.example");
        let taken = house
            .take(message(
                KIM,
                &id,
                &format!("We got your message {round}"),
                "",
                "Thank you for your message, we will answer.",
            ))
            .await;
        let sent = if taken.number.is_empty() { 0 } else { written(&house, &taken.number).await.len() };
        if sent == 0 {
            break;
        }
        receipts += sent;
        house.now = house.now.minus(MINUTE - 1_000);
    }
    assert!(receipts <= 6, "{receipts} receipts went out before it stopped");
    let held = Messages { outcome: "held".into(), ..Messages::default() };
    assert_eq!(house.world.desk.messages(&machine(), &held, 10, house.now).await.expect("messages").len(), 1);
}

/// Complaint 25: what was brought along sends no mail.
async fn history_that_is_imported_sends_nothing(database: Database) {
    let house = House::new(database).await;
    house
        .world
        .import(format!(
            "{{\"kind\":\"incident\",\"number\":\"INC-7\",\"title\":\"Old\",\"state\":\"closed\",\"fields\":{{\"requester\":\"{KIM}\"}},\
             \"history\":[{{\"at\":\"2026-10-01T00:00:00Z\",\"by\":\"ines@tidewell.example\",\"state\":\"new\",\"note\":\"Hello\",\"public\":true}},\
             {{\"at\":\"2026-10-02T00:00:00Z\",\"by\":\"ines@tidewell.example\",\"state\":\"closed\"}}]}}\n"
        ))
        .await;
    assert!(house.world.desk.jobs(&machine(), house.now).await.expect("jobs").is_empty());
}

async fn whoever_wants_no_mail_gets_none(database: Database) {
    let mut house = House::new(database).await;
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await;
    let input = Input::text([("notify".to_string(), "phone".to_string())]);
    house.perform(&ines(), Command::Edit { target: target(&first.number), input }).await;
    assert!(written(&house, &first.number).await.is_empty(), "the requester wants to be called");
    let second = house.take(message(KIM, "two@harbour.example", "Screen", "", "It is black.")).await;
    let account = desk::accounts::NewAccount {
        email: KIM.into(),
        name: "Kim".into(),
        roles: vec![Role::CustomerUser],
        customer: Some("CUS-1".into()),
        ..Default::default()
    };
    let account = house.world.desk.create_account(&machine(), account, house.now).await.expect("an account");
    let kim: Actor = account.actor(Via::Web, false);
    let preferences = Preferences { mail: false, ..Preferences::default() };
    house.world.desk.set_preferences(&kim, preferences, house.now).await.expect("set");
    assert!(written(&house, &second.number).await.is_empty());
    house.world.desk.set_preferences(&kim, Preferences::default(), house.now).await.expect("set");
    assert_eq!(written(&house, &second.number).await.len(), 1);
}
