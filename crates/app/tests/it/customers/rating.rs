//! How it was: asked by a signed link in the mail that tells of the end, and counted into the survey of the period.

use axum::http::{Method, StatusCode};
use model::{Actor, Command, Input, Via, time::DAY};
use plumbline::duties::satisfaction;
use serde_json::{Value as Json, json};

use crate::{
    building::{BASE, Building, CUSTOMER, OWNER, Who},
    complaints::house::{House as Desk, pairs},
    mail::house::{self, House, KIM, machine, message},
    world::{Database, now},
};

both_databases!(
    the_mail_of_the_end_asks_how_it_was,
    nobody_else_rates_and_nobody_twice,
    nobody_is_asked_how_nothing_was,
    surveys_are_counted_from_what_was_said,
    a_ticket_has_one_rating_of_each_person,
);

/// An incident of Kim's that came by mail and is resolved, and the link in the mail about that.
async fn resolved(house: &mut House, building: &Building, id: &str) -> (String, String) {
    let number =
        house.take(message(KIM, &format!("{id}@harbour.example"), "Printer", "", "It is broken.")).await.number;
    house.resolve(&number, Some("A new roller is in.")).await;
    building.turn_to(house.now);
    let letter = house_answer(house, &number).await;
    assert!(letter.contains(&format!("{BASE}/portal/requests/{number}")), "{letter}");
    let link = letter.lines().find_map(|line| line.trim().strip_prefix("Happy: "));
    let link = link.unwrap_or_else(|| panic!("{letter}"));
    (number, link.trim().strip_prefix(BASE).expect("ours").to_string())
}

/// What the house writes about the last thing that was done.
async fn house_answer(house: &House, number: &str) -> String {
    let version = house.world.desk.show(&machine(), "incident", number, None, house.now).await.expect("it").version();
    let payload = json!({"kind": "incident", "number": number, "version": version});
    let outgoing = house.world.desk.write_answer(&payload, house.now).await.expect("written").expect("a mail");
    mail::read(&outgoing.raw).letter.expect("a letter").text
}

async fn the_mail_of_the_end_asks_how_it_was(database: Database) {
    let mut house = House::new(database).await;
    let building = Building::over(&house.world.desk).await;
    let (number, link) = resolved(&mut house, &building, "one").await;
    let page = building.get(Who::Nobody, &link).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("value=\"4\" checked"), "the answer is chosen: {}", page.text);
    // Whoever holds it reads which ticket it is, and nothing else of it.
    for word in ["It is broken", "new roller", "paper path", "ines@", "Ines", "kim@", "CUS-1"] {
        assert!(!page.text.contains(word), "{word}: {}", page.text);
    }
    let kept = async || building.get(OWNER, "/api/v1/feedbacks?count=true").await.json();
    assert_eq!(kept().await["count"], 0, "to look says nothing");
    let place = link.split('?').next().expect("a path");
    let empty = building.form(Who::Nobody, place, &pairs(&[("rating", "9")])).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", empty.text);
    let answer =
        building.form(Who::Nobody, place, &pairs(&[("rating", "4"), ("comment", "A day earlier, please")])).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.contains("Your answer: Happy"), "{}", answer.text);
    let given = building.get(OWNER, "/api/v1/feedbacks/FBK-1").await.json();
    let fields = &given["fields"];
    assert_eq!(
        (&fields["rating"], &fields["ticket"], &fields["customer"], &fields["requester"], &fields["comment"]),
        (&json!(4), &json!(number), &json!("CUS-1"), &json!(KIM), &json!("A day earlier, please"))
    );
    let again = building.form(Who::Nobody, place, &pairs(&[("rating", "1")])).await;
    assert!(again.text.contains("Your answer: Happy"), "one ticket, one answer: {}", again.text);
    assert_eq!(kept().await["count"], 1);
}

async fn nobody_else_rates_and_nobody_twice(database: Database) {
    let mut house = House::new(database).await;
    let building = Building::over(&house.world.desk).await;
    let (number, link) = resolved(&mut house, &building, "one").await;
    let (other, _) = resolved(&mut house, &building, "two").await;
    let token = link.strip_prefix("/rate/").and_then(|rest| rest.split('?').next()).expect("a token");
    let signature = token.rsplit_once('.').expect("signed").1;
    for wrong in [
        format!("{other}.{signature}"),
        format!("{number}.{}", "a".repeat(signature.len())),
        number.clone(),
        "x".into(),
    ] {
        let answer = building.get(Who::Nobody, &format!("/rate/{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}: {}", answer.text);
        let answer = building.form(Who::Nobody, &format!("/rate/{wrong}"), &pairs(&[("rating", "1")])).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    // The signature stands for whoever asked: another one has another link.
    let target = house::target(&number);
    let input = Input::text([("requester".to_string(), "lee@harbour.example".to_string())]);
    house.perform(&house::ines(), Command::Edit { target: target.clone(), input }).await;
    assert_eq!(building.get(Who::Nobody, &link).await.status, StatusCode::NOT_FOUND);
    let input = Input::text([("requester".to_string(), KIM.to_string())]);
    house.perform(&house::ines(), Command::Edit { target, input }).await;
    assert_eq!(building.get(Who::Nobody, &link).await.status, 200);
    // What goes on is not over, and what was over long ago is not asked about.
    let body = json!({"to": "in_progress"});
    let path = format!("/api/v1/incidents/{number}/transitions");
    let moved = building.send(OWNER, Method::POST, &path, &[("if-match", "*")], &body).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(building.get(Who::Nobody, &link).await.status, StatusCode::NOT_FOUND);
    let (_, late) = resolved(&mut house, &building, "three").await;
    building.turn_to(house.now.plus(61 * DAY));
    assert_eq!(building.get(Who::Nobody, &late).await.status, StatusCode::NOT_FOUND);
}

async fn nobody_is_asked_how_nothing_was(database: Database) {
    let mut house = House::new(database).await;
    house.world.desk.is_reached_at("https://sms.tidewell.example");
    let number = house.take(message(KIM, "one@harbour.example", "Printer", "", "It is broken.")).await.number;
    let (target, input) = (house::target(&number), Input::default());
    let note = Some("It was no printer of ours.".to_string());
    house.perform(&house::ines(), Command::Step { target, to: "cancelled".into(), input, note, public: true }).await;
    let letter = house_answer(&house, &number).await;
    assert!(letter.contains("no printer of ours") && !letter.contains("/rate/"), "{letter}");
}

async fn surveys_are_counted_from_what_was_said(database: Database) {
    let house = Desk::new(database).await;
    let ticket = |at: usize, customer: &str| json!({"kind": "incident", "number": format!("INC-{at}"), "title": format!("Printer {at}"), "state": "closed", "fields": {"customer": customer, "requester": "kim@harbour.example", "resolved_on": "2026-11-05T08:00:00Z"}});
    house.lines((1..=6).map(|at| ticket(at, if at == 6 { "CUS-2" } else { "CUS-1" }))).await;
    let path = house.make("surveys", json!({"title": "How content are you?", "fields": {"period": "2026-11", "counted": true, "invited": ["CUS-1"]}})).await;
    let rated = async |ticket: usize, rating: i64, customer: &str, words: &str| {
        let fields = json!({"nature": "rating", "rating": rating, "ticket": format!("INC-{ticket}"), "customer": customer, "comment": words});
        house.make("feedbacks", json!({"fields": fields})).await;
    };
    rated(1, 5, "CUS-1", "Quick").await;
    rated(2, 4, "CUS-1", "").await;
    rated(3, 2, "CUS-1", "Slow").await;
    rated(6, 1, "CUS-2", "Not ours to count").await;
    let of = |record: &Json| ["answers", "score", "population", "scale"].map(|name| record["fields"][name].clone());
    assert_eq!(satisfaction::watch(&house.world.desk, now()).await.expect("counted"), 1);
    let record = house.read(&path).await;
    assert_eq!(of(&record), [json!(3), json!(66.67), json!(5), json!("csat-5")], "{record}");
    assert_eq!(record["fields"]["comments"], json!(["Slow", "Quick"]), "{record}");
    assert_eq!(satisfaction::watch(&house.world.desk, now()).await.expect("counted"), 0, "twice changes nothing");
    // Nobody types it.
    for (name, value) in [("score", json!(99)), ("answers", json!(50)), ("population", json!(3))] {
        let body = json!({"fields": {name: value}});
        let answer = house.building.send(OWNER, Method::PATCH, &path, &[("if-match", "*")], &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {}", answer.text);
        assert!(answer.text.contains("is counted from what people said"), "{}", answer.text);
    }
    // An answer is counted when it is given, and what is reported stands.
    rated(4, 5, "CUS-1", "").await;
    let machine = Actor::system("test", Via::Command);
    let waiting = house.world.desk.jobs(&machine, now()).await.expect("jobs");
    assert!(waiting.iter().any(|job| job.name == satisfaction::COUNT), "it is promised");
    satisfaction::watch(&house.world.desk, now()).await.expect("counted");
    assert_eq!(of(&house.read(&path).await)[..2], [json!(4), json!(75)]);
    house.step(&path, "reported", json!({})).await;
    rated(5, 1, "CUS-1", "").await;
    assert_eq!(satisfaction::watch(&house.world.desk, now()).await.expect("counted"), 0);
    // What was counted elsewhere comes in as it was.
    let elsewhere = json!({"period": "2026-09", "counted": true, "answers": 12, "score": 75, "population": 40});
    house.lines([json!({"kind": "survey", "number": "SRV-900", "state": "reported", "fields": elsewhere})]).await;
    let typed = json!({"title": "Another", "fields": {"period": "2026-10", "counted": true, "scale": "nps-10"}});
    let refused = house.building.send(OWNER, Method::POST, "/api/v1/surveys", &[], &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
}

/// By whatever way it comes: the API, the portal, an edit, and two at the same moment.
async fn a_ticket_has_one_rating_of_each_person(database: Database) {
    let house = Desk::new(database).await;
    let me = "customer-user@tidewell.example";
    let ticket = |at: usize| json!({"kind": "incident", "number": format!("INC-{at}"), "title": format!("Printer {at}"), "state": "closed", "fields": {"customer": "CUS-1", "requester": me, "resolved_on": "2026-11-05T08:00:00Z"}});
    house.lines((1..=2).map(ticket)).await;
    let building = &house.building;
    let rate = async |who: Who<'static>, fields: Json| {
        building.send(who, Method::POST, "/api/v1/feedbacks", &[], &json!({"fields": fields})).await
    };
    let rated = rate(CUSTOMER, json!({"nature": "rating", "rating": 5, "ticket": "INC-1"})).await;
    assert_eq!(rated.status, 201, "{}", rated.text);
    for again in [
        json!({"nature": "rating", "rating": 1, "ticket": "INC-1"}),
        json!({"rating": 1, "ticket": "INC-1"}),
        json!({"nature": "rating", "rating": 5, "ticket": "INC-1", "requester": me.to_uppercase()}),
    ] {
        let refused = rate(CUSTOMER, again).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert_eq!(refused.json()["errors"][0]["field"], "ticket", "{}", refused.text);
        assert!(refused.text.contains("FBK-1 already: one person rates a ticket once"), "{}", refused.text);
    }
    let named = rate(CUSTOMER, json!({"rating": 1, "ticket": "INC-1", "requester": "lee@harbour.example"})).await;
    assert_eq!(named.json()["errors"][0]["field"], "requester", "{}", named.text);
    // Praise is no rating, and another person has a word of their own.
    assert_eq!(
        rate(CUSTOMER, json!({"nature": "compliment", "ticket": "INC-1", "comment": "So kind"})).await.status,
        201
    );
    let lee = json!({"nature": "rating", "rating": 2, "ticket": "INC-1", "customer": "CUS-1", "requester": "lee@harbour.example"});
    let lee = rate(OWNER, lee).await;
    assert_eq!(lee.status, 201, "{}", lee.text);
    let lee = lee.header("location").to_string();
    let edit = async |path: &str, fields: Json| {
        building.send(OWNER, Method::PATCH, path, &[("if-match", "*")], &json!({"fields": fields})).await
    };
    let given = edit(&lee, json!({"requester": me})).await;
    assert_eq!(given.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", given.text);
    assert!(given.text.contains("FBK-1 already"), "{}", given.text);
    assert_eq!(edit("/api/v1/feedbacks/FBK-1", json!({"rating": 4})).await.status, 200, "it can be edited");
    let page = building.get(CUSTOMER, "/portal/requests/INC-1").await;
    assert!(page.text.contains("Your answer to how we did") && page.text.contains("Happy"), "{}", page.text);
    let sent = building.form(CUSTOMER, "/portal/requests/INC-1/rate", &pairs(&[("rating", "1")])).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    // What is taken back leaves room for another word.
    let mine = async || {
        let of = format!("/api/v1/feedbacks?count=true&filter=nature+%3D+rating+and+requester+%3D+%22{me}%22");
        building.get(OWNER, &of).await.json()["count"].clone()
    };
    assert_eq!(mine().await, 1);
    house.step("/api/v1/feedbacks/FBK-1", "withdrawn", json!({})).await;
    let sent = building.form(CUSTOMER, "/portal/requests/INC-1/rate", &pairs(&[("rating", "3")])).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert_eq!(mine().await, 2);
    let back = json!({"to": "received"});
    let path = "/api/v1/feedbacks/FBK-1/transitions";
    let back = building.send(OWNER, Method::POST, path, &[("if-match", "*")], &back).await;
    assert!(back.status.is_client_error() && back.text.contains("already"), "{}", back.text);
    // Of two at the same moment one is taken.
    let word = |rating: u8| rate(CUSTOMER, json!({"nature": "rating", "rating": rating, "ticket": "INC-2"}));
    let (one, other) = tokio::join!(word(5), word(1));
    let mut both = [one.status.as_u16(), other.status.as_u16()];
    both.sort_unstable();
    assert_eq!(both, [201, 422], "{} {}", one.text, other.text);
}
