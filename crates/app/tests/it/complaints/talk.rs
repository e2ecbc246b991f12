//! Who waits for whom, told by what was said; and clocks that begin whatever way a ticket comes in.

use axum::http::Method;
use events::Policy;
use model::{Actor, Role, Via};
use serde_json::{Value as Json, json};

use super::house::{AGENT, House, clock, pairs};
use crate::{
    building::{Building, CUSTOMER, OWNER, Who, untouched},
    events::house::{fires, source},
    mail::house::{House as Mailbox, INES, KIM, machine, message},
    world::{Database, now},
};

both_databases!(
    an_answer_stops_the_clock_by_whatever_way_it_comes,
    a_word_of_whoever_asked_ends_the_wait_for_them_by_whatever_way_it_comes,
    every_way_in_starts_the_same_clocks,
    what_comes_in_over_or_is_merged_has_no_clock_and_sends_no_mail,
);

/// A mailbox with a building over it, and an incident of Kim's that came by mail and has its priority.
async fn talking(database: Database) -> (Mailbox, Building, String) {
    let mut mailbox = Mailbox::new(database).await;
    let building = Building::over(&mailbox.world.desk).await;
    let number = reported(&mut mailbox, &building, "one").await;
    (mailbox, building, number)
}

async fn reported(mailbox: &mut Mailbox, building: &Building, id: &str) -> String {
    let id = format!("{id}@harbour.example");
    let taken = mailbox.take(message(KIM, &id, &format!("Printer {id}"), "", "It is broken.")).await;
    assert_eq!(taken.outcome, "new", "{}", taken.reason);
    building.turn_to(mailbox.now);
    let body = json!({"fields": {"impact": "medium", "urgency": "medium"}});
    let path = format!("/api/v1/incidents/{}", taken.number);
    let answer = building.send(OWNER, Method::PATCH, &path, &[("if-match", "*")], &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    taken.number
}

async fn read(building: &Building, number: &str) -> Json {
    building.get(OWNER, &format!("/api/v1/incidents/{number}")).await.json()
}

async fn answered(building: &Building, number: &str) -> String {
    clock(&read(building, number).await, "response")["standing"].as_str().expect("a standing").to_string()
}

/// Complaint 22: the clock to the first answer asks whether somebody answered, not which button was pressed.
async fn an_answer_stops_the_clock_by_whatever_way_it_comes(database: Database) {
    let (mut mailbox, building, number) = talking(database).await;
    let says = |text: &str, public: bool| json!({"text": text, "public": public});
    let notes = |number: &str| format!("/api/v1/incidents/{number}/notes");
    // What stays inside is no answer, nor is the receipt that the program sends, nor what Kim adds.
    building.send(AGENT, Method::POST, &notes(&number), &[], &says("Not again.", false)).await;
    let receipt = json!({"kind": "incident", "number": number, "version": 1});
    assert!(mailbox.world.desk.write_answer(&receipt, mailbox.now).await.expect("written").is_some());
    mailbox
        .take(message(
            KIM,
            "more@harbour.example",
            "Re: Printer",
            "In-Reply-To: <one@harbour.example>\r\n",
            "It smokes.",
        ))
        .await;
    building.turn_to(mailbox.now);
    assert_eq!(answered(&building, &number).await, "running");
    let answer = building.send(AGENT, Method::POST, &notes(&number), &[], &says("We come at ten.", true)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    building.turn_to(mailbox.now);
    assert_eq!(answered(&building, &number).await, "met", "by the API");
    let first = read(&building, &number).await["fields"]["responded_on"].clone();
    mailbox.now = mailbox.now.plus(3_600_000);
    building.turn_to(mailbox.now);
    building.send(AGENT, Method::POST, &notes(&number), &[], &says("We are late.", true)).await;
    assert_eq!(read(&building, &number).await["fields"]["responded_on"], first, "the first answer is the first");

    let number = reported(&mut mailbox, &building, "two").await;
    let form = pairs(&[("text", "We come at noon."), ("audience", "public")]);
    let answer = building.form(AGENT, &format!("/incidents/{number}/note"), &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    building.turn_to(mailbox.now);
    assert_eq!(answered(&building, &number).await, "met", "on the page");

    let number = reported(&mut mailbox, &building, "three").await;
    let head = "In-Reply-To: <three@harbour.example>\r\n";
    let forged = mailbox.take(message(INES, "f@tidewell.example", "Re: Printer", head, "Send us your password.")).await;
    assert_eq!(forged.number, number);
    building.turn_to(mailbox.now);
    assert_eq!(answered(&building, &number).await, "running", "whoever only claims to be one of us has not answered");
    let proved = format!(
        "Authentication-Results: mx.tidewell.example; dkim=pass; dmarc=pass header.from=tidewell.example\r\n{head}"
    );
    let sent =
        mailbox.take(message(INES, "i@tidewell.example", "Re: Printer", &proved, "A technician is on the way.")).await;
    assert_eq!((sent.outcome.as_str(), &sent.number), ("follow_up", &number));
    building.turn_to(mailbox.now);
    assert_eq!(answered(&building, &number).await, "met", "by mail");
}

/// Complaint 22: what waits for a customer waits no longer when the customer has spoken.
async fn a_word_of_whoever_asked_ends_the_wait_for_them_by_whatever_way_it_comes(database: Database) {
    let (mut mailbox, building, number) = talking(database).await;
    let fields =
        json!({"customer": "CUS-1", "requester": "customer-user@tidewell.example", "impact": "low", "urgency": "low"});
    let body = json!({"title": "Tills are slow", "fields": fields});
    let made = building.send(OWNER, Method::POST, "/api/v1/incidents", &[], &body).await;
    let own = made.json()["number"].as_str().expect("a number").to_string();
    let ask = async |number: &str| {
        let path = format!("/api/v1/incidents/{number}/transitions");
        let body = json!({"to": "waiting_customer", "note": "Which one is it?", "public": true});
        let answer = building.send(AGENT, Method::POST, &path, &[("if-match", "*")], &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let record = read(&building, number).await;
        assert_eq!(clock(&record, "resolution")["standing"], "on_hold", "{record}");
    };
    let goes_on = async |number: &str, way: &str| {
        let record = read(&building, number).await;
        assert_eq!(
            (&record["state"], &clock(&record, "resolution")["standing"]),
            (&json!("in_progress"), &json!("running")),
            "{way}: {record}"
        );
    };
    ask(&number).await;
    let head = "In-Reply-To: <one@harbour.example>\r\n";
    mailbox.take(message(KIM, "reply@harbour.example", "Re: Printer", head, "The one at the gate.")).await;
    building.turn_to(mailbox.now);
    goes_on(&number, "by mail").await;
    // A machine has not spoken.
    ask(&number).await;
    let away = format!("Auto-Submitted: auto-replied\r\n{head}");
    mailbox.take(message(KIM, "away@harbour.example", "Away", &away, "I am not here.")).await;
    assert_eq!(read(&building, &number).await["state"], "waiting_customer");
    ask(&own).await;
    let page = building.get(CUSTOMER, &format!("/portal/requests/{own}")).await;
    assert!(page.text.contains("Waits for you"), "{}", page.text);
    let sent =
        building.form(CUSTOMER, &format!("/portal/requests/{own}/reply"), &pairs(&[("text", "The third one")])).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    goes_on(&own, "in the portal").await;
    ask(&own).await;
    // What our own people add leaves it waiting.
    let note = |text: &str| json!({"text": text, "public": true});
    let notes = format!("/api/v1/incidents/{own}/notes");
    building.send(AGENT, Method::POST, &notes, &[], &note("We still wait for you.")).await;
    assert_eq!(read(&building, &own).await["state"], "waiting_customer");
    let sent = building.send(CUSTOMER, Method::POST, &notes, &[], &note("It is the fourth.")).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    goes_on(&own, "by the API").await;
    // One of our own who asked for something is asked as well, and answers; to ask is not to answer.
    let body = json!({"title": "My own screen", "impact": "low", "urgency": "low"});
    let made = building.send(AGENT, Method::POST, "/api/v1/incidents", &[], &body).await;
    let inner = made.json()["number"].as_str().expect("a number").to_string();
    assert_eq!(made.json()["fields"]["requester"], "agent@tidewell.example", "{}", made.text);
    ask(&inner).await;
    let notes = format!("/api/v1/incidents/{inner}/notes");
    building.send(AGENT, Method::POST, &notes, &[], &note("It is the left one.")).await;
    goes_on(&inner, "of our own").await;
    assert!(
        mailbox.world.desk.verify(&mut |_| {}).await.expect("a verdict").first.is_empty(),
        "the journal tells all of it"
    );
}

/// Complaint 25: there is one door, so there is no way in past the clocks.
async fn every_way_in_starts_the_same_clocks(database: Database) {
    let mailbox = Mailbox::new(database).await;
    let building = Building::over(&mailbox.world.desk).await;
    let mut numbers = Vec::new();
    let level = json!({"impact": "medium", "urgency": "medium"});
    let body = json!({"title": "By the API", "fields": level});
    let made = building.send(AGENT, Method::POST, "/api/v1/incidents", &[], &body).await;
    numbers.push(made.json()["number"].as_str().expect("a number").to_string());
    let page = building.get(AGENT, "/incidents/new").await;
    let mut form = untouched(&page.text, "/incidents/new");
    for (name, value) in pairs(&[("title", "On the page"), ("impact", "medium"), ("urgency", "medium")]) {
        form.retain(|pair| pair.0 != name);
        form.push((name, value));
    }
    let made = building.form(AGENT, "/incidents/new", &form).await;
    numbers.push(made.header("location").rsplit('/').next().expect("a number").to_string());
    let report = pairs(&[("title", "In the portal"), ("description", "Since eight")]);
    let made = building.form(CUSTOMER, "/portal/report", &report).await;
    assert_eq!(made.status, 303, "{}", made.text);
    numbers.push(made.header("location").rsplit('/').next().expect("a number").to_string());
    let taken = mailbox.take_by(&mailbox.mailbox, message(KIM, "w@harbour.example", "By mail", "", "Help")).await;
    numbers.push(taken.number);
    source(&mailbox.world.desk, "prod", Policy::default()).await;
    let brought = desk::monitoring::Brought {
        slug: "prod".into(),
        media: "application/json".into(),
        body: json!({"version": "4", "alerts": [fires("disk", json!({"host": "web-7"}))]}),
        ..desk::monitoring::Brought::default()
    };
    let bot = Actor { email: INES.into(), roles: vec![Role::Agent], via: Via::Api, ..machine() };
    numbers.push(mailbox.world.desk.take_events(&bot, brought, now()).await.expect("it is taken").remove(0).number);
    let line = json!({"kind": "incident", "number": "INC-900", "title": "From another tool", "state": "new",
        "fields": {"impact": "medium", "urgency": "medium", "priority": "P3", "raised_on": now().to_string()},
        "history": [{"at": now().to_string(), "by": INES, "state": "new"}]});
    assert!(mailbox.world.import(format!("{line}\n")).await.is_whole());
    numbers.push("INC-900".into());
    let mut told = Vec::new();
    for number in &numbers {
        // Who only reports says nothing of impact; as soon as somebody does, the clocks count from the report.
        building.turn_to(now().plus(600_000));
        let path = format!("/api/v1/incidents/{number}");
        let answer = building.send(OWNER, Method::PATCH, &path, &[("if-match", "*")], &json!({"fields": level})).await;
        assert_eq!(answer.status, 200, "{number}: {}", answer.text);
        let record = read(&building, number).await;
        told.push(["response", "resolution"].map(|name| {
            let clock = clock(&record, name);
            ["standing", "goal", "used", "due"].map(|part| clock[part].clone())
        }));
    }
    assert_eq!(told[0][0], [json!("running"), json!(21_600), json!(600), json!("2026-11-25T16:00:00Z")]);
    assert_eq!(numbers.len(), 6);
    for (number, own) in numbers.iter().zip(&told) {
        assert_eq!(own, &told[0], "{number} among {numbers:?}");
    }
}

/// Complaint 25: what is over is over: no clock, no mail, no place among what is late.
async fn what_comes_in_over_or_is_merged_has_no_clock_and_sends_no_mail(database: Database) {
    let mailbox = Mailbox::new(database).await;
    let House { world, building } = House::over(mailbox.world).await;
    let old = |number: &str, state: &str| {
        json!({"kind": "incident", "number": number, "title": "Of old", "state": state,
            "fields": {"priority": "P1", "requester": KIM, "raised_on": "2026-10-01T08:00:00Z"},
            "history": [{"at": "2026-10-01T08:00:00Z", "by": INES, "state": "new", "note": "Hello", "public": true},
                {"at": "2026-10-03T08:00:00Z", "by": INES, "state": state}]})
    };
    let lines = [old("INC-1", "closed"), old("INC-2", "resolved"), old("INC-3", "cancelled")];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    assert!(world.import(text).await.is_whole());
    let (waiting, failed) = world.desk.job_counts().await.expect("jobs");
    assert_eq!((waiting, failed), (0, 0), "no mail is promised for what was");
    let make = async |title: &str| {
        let body = json!({"title": title, "fields": {"impact": "high", "urgency": "high"}});
        let made = building.send(OWNER, Method::POST, "/api/v1/incidents", &[], &body).await;
        made.json()["number"].as_str().expect("a number").to_string()
    };
    let (kept, merged) = (make("Tills are down").await, make("Tills are down, too").await);
    let form = pairs(&[("into", &kept), ("to", &kept), ("number", &kept)]);
    let answer =
        building.form(Who::Mail("administrator@tidewell.example"), &format!("/incidents/{merged}/merge"), &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    // Days later only the one that goes on is late.
    building.turn_to(now().plus(3 * 24 * 3_600_000));
    let late = building.get(OWNER, "/api/v1/incidents?filter=due+%3C+now&fields=number&count=true").await.json();
    assert_eq!((&late["count"], &late["items"][0]["number"]), (&json!(1), &json!(kept)), "{late}");
    let record = read(&building, &merged).await;
    assert!(
        record["clocks"].as_array().expect("clocks").iter().all(|clock| clock["standing"] == "dropped"),
        "{record}"
    );
    for number in ["INC-1", "INC-2", "INC-3"] {
        let record = read(&building, number).await;
        assert!(record["clocks"].as_array().is_none_or(Vec::is_empty), "{number}: {record}");
    }
}
