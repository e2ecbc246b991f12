//! Mail as the agent sees it on the ticket: over real servers, with what our own server found out about each sender; and by
//! nobody who may not read the ticket.

use axum::http::StatusCode;
use desk::post::{Definition, MailboxEdit};
use serde_json::{Value as Json, json};

use super::{
    house::{House, KIM, SUPPORT, machine, message},
    servers::Servers,
    story::{add_mailbox, fetched, kim_sends},
};
use crate::{
    building::{Answer, BYSTANDER, Building, CUSTOMER, OWNER, Who},
    complaints::house::AGENT,
    world::{Database, World},
};

both_databases!(
    an_agent_reads_each_message_and_is_warned_of_senders_that_are_not_proved,
    who_may_not_read_the_ticket_finds_no_mail_of_it,
);

const OURS: &str = "mx.tidewell.example";

/// As our own server hands it on: with what it found out on top.
fn checked(found: &str, id: &str, subject: &str, more: &str) -> String {
    let results = if found.is_empty() { String::new() } else { format!("Authentication-Results: {OURS}; {found}\r\n") };
    format!(
        "{results}From: Kim Harbour <{KIM}>\r\nTo: {SUPPORT}\r\nSubject: {subject}\r\nMessage-ID: <{id}@harbour.example>\r\n{more}\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"m\"\r\n\r\n--m\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
         <p>All cards are <b>declined</b>.</p><script>alert(1)</script><img src=\"https://spy.example/p.gif\">\r\n\
         --m\r\nContent-Type: text/html; name=\"log.html\"\r\nContent-Disposition: attachment; filename=\"log.html\"\r\n\r\n\
         <script>alert(2)</script> {id}\r\n--m--\r\n"
    )
}

async fn mail_of(building: &Building, who: Who<'_>, number: &str) -> Vec<Json> {
    let answer = building.get(who, &format!("/api/v1/incidents/{number}/mail")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].as_array().expect("items").clone()
}

/// Three messages of one thread by real servers, as our own server hands them on: proved, forged, and not looked at.
async fn three(world: &World, servers: &Servers) {
    let customer = |at: usize| {
        format!(
            "{}\n",
            json!({"kind": "customer", "number": format!("CUS-{at}"), "fields": {"name": format!("Customer {at}")}})
        )
    };
    assert!(world.import(customer(1) + &customer(2)).await.is_whole());
    add_mailbox(world, servers);
    let mailbox = world.desk.mailboxes(&machine(), plumbline::clock::now()).await.expect("mailboxes").remove(0);
    let edit = MailboxEdit {
        name: mailbox.name,
        address: mailbox.address,
        definition: Definition { trusted: OURS.into(), opens: "incident".into(), ..mailbox.definition },
        answers: false,
        active: true,
        secret: None,
    };
    world.desk.save_mailbox(&machine(), Some(mailbox.id), edit, plumbline::clock::now()).await.expect("saved");
    let proved = "dkim=pass header.d=harbour.example; spf=pass; dmarc=pass header.from=harbour.example";
    let forged = "dkim=none; spf=fail; dmarc=fail header.from=harbour.example";
    let again = "In-Reply-To: <one@harbour.example>\r\n";
    for raw in [
        checked(proved, "one", "Terminal declines cards", ""),
        checked(forged, "two", "Re: Terminal declines cards", again),
        checked("", "three", "Re: Terminal declines cards", again),
    ] {
        kim_sends(servers, SUPPORT, raw.as_bytes());
        fetched(world, servers);
    }
}

async fn an_agent_reads_each_message_and_is_warned_of_senders_that_are_not_proved(database: Database) {
    let servers = Servers::start();
    let world = World::new(database).await;
    three(&world, &servers).await;
    let building = Building::over(&world.desk).await;
    building.turn_to(plumbline::clock::now());
    let items = mail_of(&building, AGENT, "INC-1").await;
    let proofs: Vec<(&Json, &Json, &Json)> =
        items.iter().map(|item| (&item["sender_is_proved"], &item["dmarc"], &item["dkim"])).collect();
    let (pass, fail, none, null) = (json!("pass"), json!("fail"), json!("none"), Json::Null);
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(proofs, [(&null, &null, &null), (&no, &fail, &none), (&yes, &pass, &pass)], "newest first: {items:?}");
    assert_eq!((&items[2]["sender"], &items[2]["sender_name"]), (&json!(KIM), &json!("Kim Harbour")));

    let page = building.get(AGENT, "/incidents/INC-1").await.text;
    assert!(page.contains("data-load=\"/incidents/INC-1/mail\""), "{page}");
    let list = building.get(AGENT, "/incidents/INC-1/mail").await.text;
    for words in ["Sender proved", "Sender not proved", "Sender not checked", "kim@harbour.example"] {
        assert!(list.contains(words), "{words}: {list}");
    }
    let id = |at: usize| items[at]["id"].as_str().expect("an id").to_string();
    let show = |at: usize| {
        let address = format!("/incidents/INC-1/mail/{}", id(at));
        let building = &building;
        async move { building.get(AGENT, &address).await.text }
    };
    let good = show(2).await;
    assert!(good.contains("pass: the domain in From stands behind the message"), "{good}");
    assert!(!good.contains("role=\"note\""), "nothing to be warned of: {good}");
    // The frame has the laid out words without anything that runs or loads.
    assert!(good.contains("sandbox=\"\"") && good.contains("declined"), "{good}");
    assert!(!good.contains("alert(1)") && !good.contains("spy.example"), "{good}");
    let forged = show(1).await;
    assert!(forged.contains("does not speak for the domain of kim@harbour.example"), "{forged}");
    assert!(forged.contains("DKIM") && forged.contains("none: it carries no signature"), "{forged}");
    assert!(show(0).await.contains("No mail server that we trust"), "whoever is not checked is not proved");

    // What came along is saved from there, and never run.
    let one = building.get(AGENT, &format!("/api/v1/incidents/INC-1/mail/{}", id(2))).await.json();
    assert!(one["html"].as_str().is_some_and(|html| html.contains("<b>declined</b>")), "{one}");
    assert_eq!(one["files"][0]["name"], "log.html");
    let href =
        good.split("href=\"").find(|part| part.starts_with("/incidents/INC-1/files/")).expect("a link to the file");
    let file = building.get(AGENT, href.split('"').next().unwrap_or_default()).await;
    assert_eq!(file.status, 200);
    assert!(file.header("content-disposition").starts_with("attachment"), "{file:?}");
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-security-policy").contains("sandbox"));
}

async fn who_may_not_read_the_ticket_finds_no_mail_of_it(database: Database) {
    let mut house = House::new(database).await;
    let first = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await;
    let other = house.take(message("bea@quay.example", "two@quay.example", "Scanner", "", "It hums.")).await;
    let building = Building::over(&house.world.desk).await;
    building.turn_to(house.now);
    assert_eq!(mail_of(&building, AGENT, &first.number).await.len(), 1);
    let ask = |who: Who<'static>, path: String| {
        let building = &building;
        async move { building.get(who, &path).await }
    };
    let missing = |answer: &Answer| assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
    for number in [&first.number, &other.number] {
        for base in ["/incidents", "/api/v1/incidents"] {
            for rest in ["mail".to_string(), format!("mail/{}", first.id), format!("mail/{}", other.id)] {
                for who in [CUSTOMER, BYSTANDER] {
                    // Of CUS-1 is the first ticket: its people see the ticket, and nothing of how its mail came.
                    missing(&ask(who, format!("{base}/{number}/{rest}")).await);
                }
            }
        }
    }
    assert_eq!(ask(CUSTOMER, format!("/api/v1/incidents/{}", first.number)).await.status, 200);
    // A message is found at its own ticket alone, and what is none at none.
    missing(&ask(AGENT, format!("/incidents/{}/mail/{}", other.number, first.id)).await);
    missing(&ask(AGENT, format!("/api/v1/incidents/{}/mail/soon", first.number)).await);
    missing(&ask(AGENT, "/incidents/INC-999/mail".into()).await);
    missing(&ask(OWNER, format!("/problems/{}/mail", first.number)).await);
    let page = ask(CUSTOMER, format!("/portal/requests/{}", first.number)).await.text;
    assert!(!page.contains("/mail\"") && !page.contains("DMARC"), "{page}");
}
