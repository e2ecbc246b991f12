//! The word of whoever asked: one rule in the portal, by the API and by mail, within the days that were agreed.

use axum::http::{Method, StatusCode};
use model::time::DAY;
use serde_json::{Value as Json, json};

use crate::{
    building::{Answer, BYSTANDER, Building, CUSTOMER, OWNER, Who},
    complaints::house::{AGENT, House, clock, pairs},
    mail::house::{House as Mailbox, KIM, message},
    world::{Database, now},
};

both_databases!(
    it_does_not_work_opens_it_again_and_thank_you_does_not,
    it_works_closes_it,
    a_customer_may_say_that_and_nothing_else,
    what_is_over_for_too_long_stays_over_whatever_way,
    an_agreement_says_for_how_long,
    nothing_closes_by_itself_over_an_objection,
    a_complaint_goes_on_where_the_answer_is_not_enough,
);

const MINE: &str = "customer-user@tidewell.example";

async fn resolved(house: &House, title: &str, more: Json) -> String {
    let mut fields = json!({"customer": "CUS-1", "requester": MINE, "impact": "medium", "urgency": "medium", "category": "other", "service": "SVC-1"});
    if let (Json::Object(all), Json::Object(more)) = (&mut fields, more) {
        all.extend(more);
    }
    let path = house.make("incidents", json!({"title": title, "fields": fields})).await;
    house.step(&path, "resolved", json!({"resolution": "A new roller"})).await;
    path.rsplit('/').next().expect("a number").to_string()
}

async fn furnished(database: Database) -> House {
    let house = House::new(database).await;
    house.lines([json!({"kind": "service", "number": "SVC-1", "fields": {"name": "Printing"}})]).await;
    house
}

/// An agreement about the service, by which what is over may be opened again within so many days.
fn sla(number: &str, service: &str, days: i64) -> Json {
    json!({"kind": "sla", "number": number, "title": number, "state": "agreed", "fields": {"service": service, "agreed_on": "2026-01-01", "reopen_days": days,
        "ticket_targets": [{"kind": "incident", "priority": "P3", "response": 3600, "resolution": 36000}]}})
}

async fn state(house: &House, number: &str) -> Json {
    house.read(&format!("/api/v1/incidents/{number}")).await
}

async fn reply(building: &Building, number: &str, text: &str) -> Answer {
    building.form(CUSTOMER, &format!("/portal/requests/{number}/reply"), &pairs(&[("text", text)])).await
}

async fn word(building: &Building, number: &str, word: &str, text: &str) -> Answer {
    let form = pairs(&[("word", word), ("text", text)]);
    building.form(CUSTOMER, &format!("/portal/requests/{number}/word"), &form).await
}

async fn moved(building: &Building, who: Who<'_>, number: &str, to: &str) -> Answer {
    let path = format!("/api/v1/incidents/{number}/transitions");
    building.send(who, Method::POST, &path, &[("if-match", "*")], &json!({"to": to})).await
}

async fn noted(building: &Building, who: Who<'_>, number: &str, text: &str) {
    let path = format!("/api/v1/incidents/{number}/notes");
    let answer = building.send(who, Method::POST, &path, &[], &json!({"text": text, "public": true})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

async fn it_does_not_work_opens_it_again_and_thank_you_does_not(database: Database) {
    let house = furnished(database).await;
    let number = resolved(&house, "Printer", json!({})).await;
    house.building.turn_to(now().plus(DAY));
    assert_eq!(reply(&house.building, &number, "Thank you very much").await.status, 303);
    assert_eq!(state(&house, &number).await["state"], "resolved");
    assert_eq!(reply(&house.building, &number, "It still does not work!").await.status, 303);
    let record = state(&house, &number).await;
    assert_eq!((&record["state"], &record["fields"]["reopen_count"]), (&json!("in_progress"), &json!(1)), "{record}");
    assert!(record["fields"]["resolved_on"].is_null(), "{record}");
    let clock = clock(&record, "resolution");
    assert_eq!((&clock["standing"], &clock["used"]), (&json!("running"), &json!(0)), "the day between does not count");
    // By the API the same; and what our own people write opens nothing.
    house.step(&format!("/api/v1/incidents/{number}"), "resolved", json!({})).await;
    noted(&house.building, AGENT, &number, "Please tell us whether it works.").await;
    assert_eq!(state(&house, &number).await["state"], "resolved");
    noted(&house.building, CUSTOMER, &number, "No, not at all.").await;
    assert_eq!(state(&house, &number).await["state"], "in_progress");
    // And by its button, from closed as well.
    house.step(&format!("/api/v1/incidents/{number}"), "resolved", json!({})).await;
    let page = house.building.get(CUSTOMER, &format!("/portal/requests/{number}")).await;
    assert!(page.text.contains("Does it work?") && page.text.contains("It does not work"), "{}", page.text);
    house.step(&format!("/api/v1/incidents/{number}"), "closed", json!({})).await;
    let page = house.building.get(CUSTOMER, &format!("/portal/requests/{number}")).await;
    assert!(!page.text.contains("value=\"yes\">It works"), "it is closed already: {}", page.text);
    let answer = word(&house.building, &number, "no", "Paper jams").await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let record = state(&house, &number).await;
    assert_eq!((&record["state"], &record["fields"]["reopen_count"]), (&json!("in_progress"), &json!(3)));
    let page = house.building.get(CUSTOMER, &format!("/portal/requests/{number}")).await;
    assert!(page.text.contains("Paper jams") && !page.text.contains("Does it work?"), "{}", page.text);
}

async fn it_works_closes_it(database: Database) {
    let house = furnished(database).await;
    let number = resolved(&house, "Printer", json!({})).await;
    let answer = word(&house.building, &number, "yes", "").await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let record = state(&house, &number).await;
    assert_eq!(record["state"], "closed");
    let journal = house.read(&format!("/api/v1/incidents/{number}/journal")).await.to_string();
    assert!(journal.contains("It works.") && journal.contains(MINE), "{journal}");
    // What still needs something of ours stays open for us, and the word is kept.
    let major = resolved(&house, "All printers", json!({"major": true})).await;
    let answer = word(&house.building, &major, "yes", "").await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(state(&house, &major).await["state"], "resolved");
    assert!(house.read(&format!("/api/v1/incidents/{major}/journal")).await.to_string().contains("It works."));
    assert_eq!(word(&house.building, &number, "maybe", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn a_customer_may_say_that_and_nothing_else(database: Database) {
    let house = furnished(database).await;
    let number = resolved(&house, "Printer", json!({})).await;
    let building = &house.building;
    assert_eq!(moved(building, BYSTANDER, &number, "closed").await.status, 404);
    assert_eq!(moved(building, CUSTOMER, &number, "cancelled").await.status, 403);
    let path = format!("/api/v1/incidents/{number}/transitions");
    let body = json!({"to": "closed", "fields": {"impact": "high"}});
    let answer = building.send(CUSTOMER, Method::POST, &path, &[("if-match", "*")], &body).await;
    assert_eq!(answer.status, 403, "nothing is edited along with it: {}", answer.text);
    assert_eq!(moved(building, CUSTOMER, &number, "closed").await.status, 200);
    assert_eq!(moved(building, CUSTOMER, &number, "in_progress").await.status, 200);
    for to in ["resolved", "closed", "waiting_customer", "cancelled"] {
        assert_eq!(moved(building, CUSTOMER, &number, to).await.status, 403, "{to}");
    }
    let record = state(&house, &number).await;
    assert_eq!((&record["state"], &record["fields"]["impact"]), (&json!("in_progress"), &json!("medium")));
}

async fn what_is_over_for_too_long_stays_over_whatever_way(database: Database) {
    let house = furnished(database).await;
    house.lines([sla("SLA-1", "SVC-1", 2)]).await;
    let number = resolved(&house, "Printer", json!({})).await;
    let building = &house.building;
    building.turn_to(now().plus(3 * DAY));
    let page = building.get(CUSTOMER, &format!("/portal/requests/{number}")).await;
    assert!(page.text.contains("Report it again") && !page.text.contains("Does it work?"), "{}", page.text);
    for who in [CUSTOMER, AGENT, OWNER] {
        let answer = moved(building, who, &number, "in_progress").await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
        assert!(answer.text.contains("was done 3 days ago and may be opened again within 2"), "{}", answer.text);
    }
    let answer = word(building, &number, "no", "It jams").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
    noted(building, CUSTOMER, &number, "It jams").await;
    assert_eq!(state(&house, &number).await["state"], "resolved", "the word is kept, and it stays as it was");
    let form = building.get(CUSTOMER, &format!("/portal/report?again={number}")).await;
    assert!(form.text.contains(&format!("Again, as in {number}")) && form.text.contains("Printer"), "{}", form.text);
}

async fn an_agreement_says_for_how_long(database: Database) {
    let mut mailbox = Mailbox::new(database).await;
    let building = Building::over(&mailbox.world.desk).await;
    let lines = [
        json!({"kind": "service", "number": "SVC-1", "fields": {"name": "Printing"}}),
        json!({"kind": "service", "number": "SVC-2", "fields": {"name": "Tills"}}),
        sla("SLA-1", "SVC-1", 2),
        sla("SLA-2", "SVC-2", 20),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    assert!(mailbox.world.import(text).await.is_whole());
    let mut taken = Vec::new();
    for (service, opens) in [("SVC-1", false), ("SVC-2", true)] {
        let id = format!("{service}@harbour.example");
        let number = mailbox.take(message(KIM, &id, "Printer", "", "It is broken.")).await.number;
        building.turn_to(mailbox.now);
        let path = format!("/api/v1/incidents/{number}");
        let body =
            json!({"fields": {"service": service, "impact": "medium", "urgency": "medium", "category": "other"}});
        let answer = building.send(OWNER, Method::PATCH, &path, &[("if-match", "*")], &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let body = json!({"to": "resolved", "fields": {"resolution": "Done"}});
        let answer =
            building.send(OWNER, Method::POST, &format!("{path}/transitions"), &[("if-match", "*")], &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        taken.push((id, number, path, opens));
    }
    mailbox.now = mailbox.now.plus(5 * DAY);
    for (id, number, path, opens) in taken {
        let head = format!("In-Reply-To: <{id}>\r\n");
        let again = mailbox.take(message(KIM, &format!("b{id}"), "Re: Printer", &head, "It is broken again.")).await;
        let outcome = if opens { "follow_up" } else { "new" };
        assert_eq!((again.number == number, again.outcome.as_str()), (opens, outcome), "{}", again.reason);
        building.turn_to(mailbox.now);
        let record = building.get(OWNER, &path).await.json();
        assert_eq!(record["state"], if opens { "in_progress" } else { "resolved" }, "{record}");
    }
}

async fn nothing_closes_by_itself_over_an_objection(database: Database) {
    let house = furnished(database).await;
    let quiet = resolved(&house, "Quiet", json!({})).await;
    let agents = json!({"requester": "agent@tidewell.example"});
    let ours = resolved(&house, "Of our own", agents.clone()).await;
    let content = resolved(&house, "Of our own, content", agents).await;
    house.building.turn_to(now().plus(DAY));
    noted(&house.building, AGENT, &ours, "It still jams.").await;
    noted(&house.building, AGENT, &content, "Thanks!").await;
    house.world.desk.ring_until(now().plus(9 * DAY)).await.expect("what is due is done");
    assert_eq!(state(&house, &quiet).await["state"], "closed");
    assert_eq!(state(&house, &content).await["state"], "closed");
    assert_eq!(state(&house, &ours).await["state"], "resolved");
    let journal = house.read(&format!("/api/v1/incidents/{ours}/journal")).await.to_string();
    assert_eq!(journal.matches("whoever asked has written since").count(), 1, "said once: {journal}");
}

async fn a_complaint_goes_on_where_the_answer_is_not_enough(database: Database) {
    let house = furnished(database).await;
    let form = pairs(&[("about", "complaint"), ("text", "Nobody ever calls back")]);
    let answer = house.building.form(CUSTOMER, "/portal/say", &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let number = answer.header("location").rsplit('/').next().expect("a number").to_string();
    let path = format!("/api/v1/complaints/{number}");
    house.step(&path, "resolved", json!({"answer": "We call on Fridays"})).await;
    let page = house.building.get(CUSTOMER, &format!("/portal/requests/{number}")).await;
    assert!(page.text.contains("Is something still wrong?"), "{}", page.text);
    assert_eq!(reply(&house.building, &number, "That is not enough").await.status, 303);
    assert_eq!(house.read(&path).await["state"], "in_progress");
}
