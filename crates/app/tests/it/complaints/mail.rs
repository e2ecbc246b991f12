//! Mail that must not run in circles: each of three walls by itself, and addresses that do not exist.

use desk::post::{Messages, Way};
use model::{Command, time::MINUTE};
use serde_json::json;

use crate::{
    mail::house::{House, KIM, SUPPORT, ines, machine, message, target},
    world::Database,
};

both_databases!(
    each_of_three_walls_stops_a_loop_by_itself,
    an_address_whose_mail_comes_back_is_written_to_no_more_until_it_writes,
);

async fn version(house: &House, number: &str) -> i64 {
    house.world.desk.show(&machine(), "incident", number, None, house.now).await.expect("it is there").version()
}

/// The mail about the newest version of a record, as it would go out.
async fn newest(house: &House, number: &str) -> Option<Vec<u8>> {
    let payload = json!({"kind": "incident", "number": number, "version": version(house, number).await});
    let written = house.world.desk.write_answer(&payload, house.now).await.expect("an answer or none");
    written.map(|outgoing| outgoing.raw)
}

/// Complaint 35: what comes in is looked at, what goes out is marked, and what comes too often waits for a person.
async fn each_of_three_walls_stops_a_loop_by_itself(database: Database) {
    let mut house = House::new(database).await;
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await.number;
    // What goes out says that a machine wrote it, whom not to answer, and which house it comes from.
    let receipt = String::from_utf8(newest(&house, &first).await.expect("a receipt")).expect("text");
    house.resolve(&first, None).await;
    let end = String::from_utf8(newest(&house, &first).await.expect("the end is told")).expect("text");
    for raw in [&receipt, &end] {
        let head = raw.split("\r\n\r\n").next().expect("a head").to_lowercase();
        for mark in ["auto-submitted: auto-", "x-auto-response-suppress: ", "x-plumbline-loop: "] {
            assert!(head.contains(mark), "{mark} is not in {head}");
        }
    }
    // What comes in by itself answers nothing and opens nothing again, whatever mark of ours it has lost.
    let ours = mail::read(end.as_bytes()).identity;
    for (at, mark) in
        ["Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes", "Return-Path: <>"].iter().enumerate()
    {
        let head = format!("{mark}\r\nIn-Reply-To: <{ours}>\r\n");
        let away =
            house.take(message(KIM, &format!("a{at}@harbour.example"), "Re: Printer", &head, "I am away.")).await;
        assert_eq!((away.outcome.as_str(), &away.number), ("automatic", &first), "{mark}: {}", away.reason);
        assert!(newest(&house, &first).await.is_none(), "{mark}: it is answered");
    }
    assert_eq!(house.told(&first).await.state, "resolved");
    // A machine without any mark, that contradicts each end: it gets as many rounds as an hour allows, and no more.
    house.mailbox.definition.rate = 8;
    let mut rounds = 0;
    for round in 0..20 {
        house.now = house.now.minus(MINUTE - 1_000);
        let head = format!("In-Reply-To: <{ours}>\r\n");
        let back = house
            .take(message(
                KIM,
                &format!("b{round}@harbour.example"),
                "Re: Printer",
                &head,
                "Your message was not understood.",
            ))
            .await;
        if back.outcome == "quarantined" {
            break;
        }
        assert_eq!(back.outcome, "follow_up", "{}", back.reason);
        rounds += 1;
        house.now = house.now.minus(MINUTE - 1_000);
        house.resolve(&first, None).await;
    }
    assert!((1..8).contains(&rounds), "{rounds} times it was opened again");
    assert_eq!(house.told(&first).await.state, "resolved");
    assert_eq!(house.count("incident").await, 1);
}

/// Complaint 34: mail that came back once for good is not sent there again, and the agent is told.
async fn an_address_whose_mail_comes_back_is_written_to_no_more_until_it_writes(database: Database) {
    let mut house = House::new(database).await;
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await.number;
    let raw = newest(&house, &first).await.expect("a receipt");
    let ours = mail::read(&raw).identity;
    let report = format!(
        "From: MAILER-DAEMON@mx.harbour.example\r\nTo: {SUPPORT}\r\nReturn-Path: <>\r\nMessage-ID: <dsn@mx.harbour.example>\r\nSubject: Undelivered\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.harbour.example\r\n\r\nFinal-Recipient: rfc822; {KIM}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 no such user\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{ours}>\r\n--b--\r\n"
    );
    assert_eq!(house.take(report).await.outcome, "bounce");
    let asks = |text: &str| Command::Note { target: target(&first), text: text.into(), public: true };
    house.perform(&ines(), asks("Which printer is it?")).await;
    assert!(newest(&house, &first).await.is_none(), "it would come back as well");
    let told = house.told(&first).await;
    let hint = told.internal().into_iter().find(|note| note.contains("did not go out")).expect("the agent is told");
    assert!(hint.contains(KIM) && hint.contains("550 no such user"), "{hint}");
    let held = Messages { outcome: "held".into(), ..Messages::default() };
    let rows = house.world.desk.messages(&machine(), &held, 9, house.now).await.expect("messages");
    assert_eq!(rows.iter().filter(|row| row.way == Way::Out && row.number == first).count(), 1);
    // Others are written to as before, and Kim as soon as there is a sign of life.
    let other =
        house.take(message("joe@harbour.example", "joe@harbour.example", "Screen", "", "It is black.")).await.number;
    assert!(newest(&house, &other).await.is_some());
    house
        .take(message(
            KIM,
            "two@harbour.example",
            "Re: Printer",
            "In-Reply-To: <one@harbour.example>\r\n",
            "I am back.",
        ))
        .await;
    house.perform(&ines(), asks("Good. Which printer is it?")).await;
    assert!(newest(&house, &first).await.is_some());
}
