//! What becomes of messages: every complaint that people have about mail in other service desks is a test here.

use desk::post::{Definition, MailboxEdit, Messages, Way};
use model::{Command, time::DAY};
use serde_json::json;

use super::{
    broken,
    house::{House, INES, KIM, STRANGER, SUPPORT, ines, machine, message, target},
};
use crate::world::Database;

both_databases!(
    a_message_with_html_and_files_opens_an_incident_of_its_customer,
    a_hundred_malformed_messages_cost_a_quarantine_entry_each,
    a_message_brought_on_every_run_is_taken_once,
    a_reply_to_all_among_colleagues_is_one_incident,
    a_thread_stays_whole_when_an_account_changes,
    thanks_do_not_reopen_and_a_complaint_does,
    the_system_does_not_answer_itself,
    bounces_and_out_of_office_end_where_they_come,
    one_message_to_two_mailboxes_is_two_incidents_that_know_each_other,
    the_tag_of_somebody_elses_ticket_opens_no_door,
    a_signed_address_finds_its_incident,
    too_many_from_one_sender_wait,
    a_colleague_by_name_alone_is_not_believed,
    what_waits_in_quarantine_can_be_let_out,
);

async fn a_message_with_html_and_files_opens_an_incident_of_its_customer(database: Database) {
    let mut house = House::new(database).await;
    let raw = "From: Kim Harbour <Kim@Harbour.example>\r\nTo: support@tidewell.example\r\nSubject: =?utf-8?q?Drucker_l=C3=A4uft_nicht?=\r\n\
        Message-ID: <one@harbour.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
        <p>Der <b>Drucker</b> l&auml;uft nicht.</p><script>alert(1)</script>\r\n--b\r\nContent-Type: image/png; name=\"../bild.png\"\r\n\
        Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--\r\n";
    let taken = house.take(raw).await;
    assert_eq!(taken.outcome, "new", "{}", taken.reason);
    let told = house.told(&taken.number).await;
    assert_eq!((told.title.as_str(), told.state.as_str()), ("Drucker läuft nicht", "new"));
    assert_eq!(told.field["description"], json!("Der Drucker läuft nicht."));
    assert_eq!(told.field["requester"], json!(KIM));
    assert_eq!(told.field["customer"], json!("CUS-1"));
    assert_eq!(told.field["contact_type"], json!("email"));
    assert_eq!(told.files, ["bild.png"]);
    let found = house.world.desk.message(&machine(), taken.id, house.now).await.expect("the message is kept");
    assert_eq!(found.raw, raw.as_bytes(), "byte for byte");
    assert!(!found.letter.html.expect("html").contains("script"));
    // The journal of the record folds to what it is.
    assert!(house.world.desk.verify_changed(100).await.expect("a look").broken == 0);
}

async fn a_hundred_malformed_messages_cost_a_quarantine_entry_each(database: Database) {
    let mut house = House::new(database).await;
    house.mailbox.definition.rate = 1_000;
    let all = broken::mails();
    assert!(all.len() >= 100);
    let mut distinct = std::collections::HashSet::new();
    for (name, raw) in all {
        let taken = house.take(raw).await;
        assert_eq!((taken.outcome.as_str(), taken.number.as_str()), ("quarantined", ""), "{name}: {}", taken.reason);
        distinct.insert(taken.id);
        let shown = house.world.desk.message(&machine(), taken.id, house.now).await;
        assert!(shown.is_ok(), "{name} can be looked at");
    }
    assert!(distinct.len() >= 100, "{} entries", distinct.len());
    assert_eq!(house.count("incident").await, 0);
}

/// Complaint 29: what was taken is known here, wherever the message itself still lies.
async fn a_message_brought_on_every_run_is_taken_once(database: Database) {
    let mut house = House::new(database).await;
    let raw = message(KIM, "one@harbour.example", "Printer", "", "It is broken.");
    let first = house.take(raw.clone()).await;
    for _ in 0..5 {
        let again = house.take(raw.clone()).await;
        assert!(again.again && again.id == first.id && again.number == first.number);
    }
    let nameless = "From: kim@harbour.example\r\nSubject: No id\r\n\r\nIt is broken.";
    let first = house.take(nameless).await;
    assert!(house.take(nameless).await.again, "known by its bytes");
    assert_ne!(first.number, house.take("From: kim@harbour.example\r\nSubject: No id\r\n\r\nToo.").await.number);
    assert_eq!(house.count("incident").await, 3);
}

/// Complaint 30: a thread is known by every message that any of its members named.
async fn a_reply_to_all_among_colleagues_is_one_incident(database: Database) {
    let mut house = House::new(database).await;
    let head = "References: <never-seen@harbour.example>\r\nIn-Reply-To: <never-seen@harbour.example>\r\n";
    let first = house.take(message(KIM, "two@harbour.example", "Re: Printer", head, "We need help here.")).await;
    assert_eq!(first.outcome, "new");
    for (id, from) in [("three@harbour.example", "joe@harbour.example"), ("four@harbour.example", KIM)] {
        let reply = house.take(message(from, id, "Re: Printer", head, "It fails here as well.")).await;
        assert_eq!((reply.outcome.as_str(), &reply.number), ("follow_up", &first.number), "{}", reply.reason);
    }
    let stranger =
        message(STRANGER, "x@elsewhere.example", "Re: Printer", "In-Reply-To: <two@harbour.example>\r\n", "Me too.");
    let reply = house.take(stranger).await;
    assert_eq!(
        (reply.outcome.as_str(), &reply.number),
        ("follow_up", &first.number),
        "whoever knows the message was written to"
    );
    let told = house.told(&first.number).await;
    assert_eq!(told.public().len(), 3);
    assert!(told.internal().iter().any(|note| note.contains(STRANGER) && note.contains("first time")));
    assert_eq!(house.count("incident").await, 1);
}

/// Complaint 31: what somebody may do never decides where their reply belongs.
async fn a_thread_stays_whole_when_an_account_changes(database: Database) {
    let mut house = House::new(database).await;
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await;
    let account = desk::accounts::NewAccount {
        email: KIM.into(),
        name: "Kim".into(),
        roles: vec![model::Role::CustomerUser],
        customer: Some("CUS-1".into()),
        ..Default::default()
    };
    let account = house.world.desk.create_account(&machine(), account, house.now).await.expect("an account");
    let reply = message(KIM, "two@harbour.example", "Re: Printer", "In-Reply-To: <one@harbour.example>\r\n", "Still.");
    assert_eq!(house.take(reply).await.number, first.number);
    let keeper = desk::accounts::NewAccount {
        email: "adm@tidewell.example".into(),
        name: "Keeper".into(),
        roles: vec![model::Role::Administrator],
        password: Some("herons wade at low tide".into()),
        ..Default::default()
    };
    house.world.desk.create_account(&machine(), keeper, house.now).await.expect("somebody who can sign in");
    let closed = desk::accounts::AccountEdit {
        name: account.name.clone(),
        roles: account.roles.clone(),
        customer: account.customer.clone(),
        active: false,
        window: None,
    };
    house.world.desk.edit_account(&machine(), KIM, closed, house.now).await.expect("closed");
    let reply =
        message(KIM, "three@harbour.example", "Re: Printer", "In-Reply-To: <two@harbour.example>\r\n", "Still!");
    assert_eq!(house.take(reply).await.number, first.number);
}

/// Complaint 32: thanks are no complaint.
async fn thanks_do_not_reopen_and_a_complaint_does(database: Database) {
    let mut house = House::new(database).await;
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await;
    house.resolve(&first.number, None).await;
    let head = "In-Reply-To: <one@harbour.example>\r\n";
    let thanks =
        house.take(message(KIM, "two@harbour.example", "Re: Printer", head, "Thanks!\r\n\r\n> Resolved.")).await;
    assert_eq!(thanks.outcome, "follow_up");
    let told = house.told(&first.number).await;
    assert_eq!((told.state.as_str(), told.public()), ("resolved", vec!["Thanks!"]));
    let complaint = message(
        KIM,
        "three@harbour.example",
        "Re: Printer",
        head,
        "It jams again.\r\n\r\nOn Wed, Support wrote:\r\n> x",
    );
    assert_eq!(house.take(complaint).await.number, first.number);
    let told = house.told(&first.number).await;
    assert_eq!((told.state.as_str(), told.field["reopen_count"].clone()), ("in_progress", json!(1)));
    assert_eq!(told.public()[1], "It jams again.");
    house.resolve(&first.number, None).await;
    house.now = house.now.plus(20 * DAY);
    let late = house.take(message(KIM, "four@harbour.example", "Re: Printer", head, "It jams once more.")).await;
    assert_eq!(late.outcome, "new", "{}", late.reason);
    assert!(house.told(&late.number).await.internal()[0].contains(&first.number));
    assert_eq!(house.told(&first.number).await.state, "resolved");
}

/// Complaint 33: our own mail is known first, by address, Message-ID and mark.
async fn the_system_does_not_answer_itself(database: Database) {
    let mut house = House::new(database).await;
    let own = house.take(message(SUPPORT, "a@b.example", "Printer", "", "Hello")).await;
    assert_eq!(own.outcome, "refused", "{}", own.reason);
    let plus = house.take(message("support+inc-1-abc@tidewell.example", "b@b.example", "x", "", "Hello")).await;
    assert_eq!(plus.outcome, "refused");
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await;
    let payload = json!({"kind": "incident", "number": first.number, "version": 1});
    let receipt = house.world.desk.write_answer(&payload, house.now).await.expect("written").expect("a receipt");
    let back = house.take(receipt.raw.clone()).await;
    assert_eq!(back.outcome, "refused", "our own receipt comes back: {}", back.reason);
    // The same with another name and sender, as a forwarding server would make of it.
    let text = String::from_utf8_lossy(&receipt.raw)
        .replace(SUPPORT, "list@harbour.example")
        .replace("Message-ID: <", "Message-ID: <x");
    let back = house.take(text).await;
    assert_eq!(back.outcome, "refused", "by its mark: {}", back.reason);
    assert_eq!(house.count("incident").await, 1);
}

/// Complaint 34: reports and automatic answers go to their thread and are answered by nobody.
async fn bounces_and_out_of_office_end_where_they_come(database: Database) {
    let mut house = House::new(database).await;
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await;
    house.resolve(&first.number, Some("Done.")).await;
    let version =
        house.world.desk.show(&machine(), "incident", &first.number, None, house.now).await.expect("it").version();
    let payload = json!({"kind": "incident", "number": first.number, "version": version});
    let sent = house.world.desk.write_answer(&payload, house.now).await.expect("written").expect("an answer");
    let ours = mail::read(&sent.raw).identity;
    let away = format!("Auto-Submitted: auto-replied\r\nIn-Reply-To: <{ours}>\r\n");
    let away = house.take(message(KIM, "away@harbour.example", "Away", &away, "I am not here until Monday.")).await;
    assert_eq!((away.outcome.as_str(), &away.number), ("automatic", &first.number));
    let report = format!(
        "From: MAILER-DAEMON@mx.harbour.example\r\nTo: {SUPPORT}\r\nReturn-Path: <>\r\nMessage-ID: <dsn@mx.harbour.example>\r\nSubject: Undelivered\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.harbour.example\r\n\r\nFinal-Recipient: rfc822; {KIM}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 no such user\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{ours}>\r\n--b--\r\n"
    );
    let bounce = house.take(report).await;
    assert_eq!((bounce.outcome.as_str(), &bounce.number), ("bounce", &first.number), "{}", bounce.reason);
    let told = house.told(&first.number).await;
    assert_eq!(told.state, "resolved", "machines reopen nothing");
    assert!(told.internal().iter().any(|note| note.contains("550 no such user")), "the agent is told");
    let list = house.world.desk.messages(&machine(), &Messages::default(), 50, house.now).await.expect("a list");
    let ours = list.iter().find(|row| row.way == Way::Out).expect("what we sent");
    assert_eq!(ours.outcome, "bounced");
    let lonely =
        house.take(message("noreply@shop.example", "n@shop.example", "Confirm your sign-up", "", "Click here")).await;
    assert_eq!((lonely.outcome.as_str(), lonely.number.as_str()), ("automatic", ""));
    assert_eq!(house.count("incident").await, 1);
}

/// Complaint 36: a message is known within its mailbox; two customers never share a ticket.
async fn one_message_to_two_mailboxes_is_two_incidents_that_know_each_other(database: Database) {
    let mut house = House::new(database).await;
    let edit = MailboxEdit {
        name: "Quay".into(),
        address: "quay@tidewell.example".into(),
        active: true,
        definition: Definition { opens: "incident".into(), customer: "CUS-2".into(), ..Definition::default() },
        ..MailboxEdit::default()
    };
    let quay = house.world.desk.save_mailbox(&machine(), None, edit, house.now).await.expect("a mailbox");
    let raw = message("both@neutral.example", "both@neutral.example", "Line down", "", "For both of you.");
    let first = house.take(raw.clone()).await;
    let second = house.take_by(&quay, raw).await;
    assert!(second.outcome == "new" && !second.again && first.number != second.number);
    assert_eq!(house.told(&second.number).await.field["customer"], json!("CUS-2"));
    assert!(house.told(&second.number).await.internal()[0].contains(&first.number));
    let head = "In-Reply-To: <both@neutral.example>\r\n";
    let reply = message("both@neutral.example", "r1@neutral.example", "Re: Line down", head, "Up again.");
    assert_eq!(house.take_by(&quay, reply.clone()).await.number, second.number, "the thread of its own mailbox");
    assert_eq!(house.take(reply).await.number, first.number);
}

async fn the_tag_of_somebody_elses_ticket_opens_no_door(database: Database) {
    let mut house = House::new(database).await;
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await;
    let subject = format!("Re: [{}] Printer", first.number);
    let kim = house.take(message(KIM, "two@harbour.example", &subject, "", "A new message by hand.")).await;
    assert_eq!((kim.outcome.as_str(), &kim.number), ("follow_up", &first.number), "{}", kim.reason);
    for (from, id) in [(STRANGER, "x@elsewhere.example"), ("bea@quay.example", "y@quay.example")] {
        let foreign = house.take(message(from, id, &subject, "", "Let me in.")).await;
        assert_eq!(foreign.outcome, "new", "{}", foreign.reason);
        assert_ne!(foreign.number, first.number);
        let told = house.told(&foreign.number).await;
        assert!(told.internal()[0].contains(&first.number) && told.public().is_empty(), "only agents learn of it");
    }
    // A person of another customer does not get in by a Message-ID either.
    let head = "In-Reply-To: <one@harbour.example>\r\n";
    let foreign = house.take(message("bea@quay.example", "z@quay.example", "Re: x", head, "Let me in.")).await;
    assert_eq!(foreign.outcome, "new", "{}", foreign.reason);
    assert_eq!(house.told(&first.number).await.public().len(), 1);
    let nothing = house.take(message(KIM, "three@harbour.example", "[INC-99999] Printer", "", "No such.")).await;
    assert_eq!(nothing.outcome, "new");
}

async fn a_signed_address_finds_its_incident(database: Database) {
    let mut house = House::new(database).await;
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await;
    let payload = json!({"kind": "incident", "number": first.number, "version": 1});
    let receipt = house.world.desk.write_answer(&payload, house.now).await.expect("written").expect("a receipt");
    let text = String::from_utf8_lossy(&receipt.raw).replace("\r\n ", " ");
    let line = text.lines().find(|line| line.starts_with("Reply-To:")).expect("where answers go");
    let address = line.split('<').nth(1).unwrap_or(&line[10..]).trim_end_matches('>').trim().to_string();
    let raw = message("joe@harbour.example", "joe@harbour.example", "Entirely new", "", "By its address.")
        .replace(SUPPORT, &address);
    let reply = house.take(raw.clone()).await;
    assert_eq!((reply.outcome.as_str(), &reply.number), ("follow_up", &first.number), "{} by {address}", reply.reason);
    let last = if address.contains("a@") { "b@" } else { "a@" };
    let (local, domain) = address.split_once('@').expect("an address");
    let forged = format!("{}{last}{domain}", &local[..local.len() - 1]);
    let raw = raw.replace(&address, &forged).replace("<joe@", "<joe2@");
    assert_eq!(house.take(raw).await.outcome, "new", "a signature that is not ours counts for nothing");
}

async fn too_many_from_one_sender_wait(database: Database) {
    let mut house = House::new(database).await;
    house.mailbox.definition.rate = 5;
    let mut outcomes = Vec::new();
    for at in 0..8 {
        house.now = house.now.minus(30_000);
        let raw = message(KIM, &format!("{at}@harbour.example"), "Printer", "", "It is broken.");
        outcomes.push(house.take(raw).await.outcome);
    }
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "new").count(), 5);
    assert_eq!(outcomes[5..], ["quarantined", "quarantined", "quarantined"]);
    house.now = house.now.plus(DAY);
    assert_eq!(house.take(message(KIM, "later@harbour.example", "Printer", "", "x")).await.outcome, "new");
}

async fn a_colleague_by_name_alone_is_not_believed(database: Database) {
    let mut house = House::new(database).await;
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await;
    let head = "In-Reply-To: <one@harbour.example>\r\n";
    house.take(message(INES, "i1@tidewell.example", "Re: Printer", head, "Please send us your password.")).await;
    let forged = format!("Authentication-Results: evil.example; dmarc=pass\r\n{head}");
    house.take(message(INES, "i2@tidewell.example", "Re: Printer", &forged, "Really.")).await;
    let told = house.told(&first.number).await;
    assert!(told.public().is_empty(), "nothing of it reaches the customer");
    assert!(told.internal().iter().any(|note| note.contains("could not be verified")));
    let proved = format!(
        "Authentication-Results: mx.tidewell.example; dkim=pass; dmarc=pass header.from=tidewell.example\r\n{head}"
    );
    house.take(message(INES, "i3@tidewell.example", "Re: Printer", &proved, "A technician is on the way.")).await;
    assert_eq!(house.told(&first.number).await.public(), ["A technician is on the way."]);
}

async fn what_waits_in_quarantine_can_be_let_out(database: Database) {
    let mut house = House::new(database).await;
    let raw = "From: kim@harbour.example\r\nSubject: Cut\r\nMessage-ID: <cut@harbour.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHelp us\r\n";
    let taken = house.take(raw).await;
    assert_eq!(taken.outcome, "quarantined");
    let number = house.world.desk.release_message(&machine(), taken.id, None, house.now).await.expect("let out");
    let told = house.told(&number).await;
    assert_eq!((told.title.as_str(), told.field["requester"].clone()), ("Cut", json!(KIM)));
    assert!(told.field["description"].as_str().expect("a text").contains("Help us"));
    let again = house.world.desk.release_message(&machine(), taken.id, None, house.now).await;
    assert!(again.is_err(), "once");
    let heap = house.take([0u8, 1, 2, 3, 255].repeat(100)).await;
    let into =
        house.world.desk.release_message(&machine(), heap.id, Some(&number), house.now).await.expect("into a record");
    assert_eq!(into, number);
    let agent = house.world.desk.release_message(&ines(), heap.id, None, house.now).await;
    assert!(matches!(agent, Err(model::Refusal::Forbidden(_))));
    // An incident that is done takes what is let in, as a note.
    let command = Command::Note { target: target(&number), text: "Seen".into(), public: false };
    house.perform(&ines(), command).await;
}
