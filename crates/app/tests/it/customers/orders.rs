//! What is known before something is ordered: what it costs, when it comes, who must allow it, and what need not be typed.

use axum::http::StatusCode;
use serde_json::json;

use crate::{
    building::{CUSTOMER, Who, untouched},
    complaints::house::{House, pairs},
    world::Database,
};

const AGENT_MAIL: &str = "agent@tidewell.example";

both_databases!(
    answers_begin_with_what_is_known,
    agents_see_the_terms_before_they_send,
    what_was_not_shown_comes_back_before_it_is_sent,
    the_terms_come_by_the_api_too,
);

async fn furnished(database: Database) -> House {
    let house = House::new(database).await;
    let questions = json!([
        {"name": "who", "label": "Who asks", "default": "{requester.name}"},
        {"name": "place", "label": "Where to", "default": "{customer.name}, {customer.address}"},
        {"name": "needed_on", "label": "Needed on", "type": "date", "default": "{today + 5}"},
        {"name": "size", "label": "Size", "type": "choice", "choices": ["Small", "Large"], "default": "Large"},
        {"name": "about", "label": "For", "default": "{service.name}"},
        {"name": "manager", "label": "Line manager", "default": "{requester.manager}"},
        {"name": "phone", "label": "Telephone", "default": "{requester.phone}"},
    ]);
    house
        .lines([
            json!({"kind": "person", "number": "PER-1", "fields": {"name": "Olga Owner", "email": "approver@tidewell.example"}}),
            json!({"kind": "person", "number": "PER-2", "fields": {"name": "Anna Agent", "email": AGENT_MAIL, "phone": "+44 20 1", "manager": "approver@tidewell.example"}}),
            json!({"kind": "service", "number": "SVC-1", "fields": {"name": "Workplace", "owner": "approver@tidewell.example"}}),
            json!({"kind": "request_model", "number": "RQM-1", "state": "current", "fields": {"title": "A desk", "category": "equipment", "service": "SVC-1", "audience": ["customers"],
                "price": {"amount": 240, "currency": "EUR"}, "delivery_days": 5, "questions": questions, "approval": [{"stage": 1, "approver": "service_owner"}]}}),
        ])
        .await;
    let known = json!({"fields": {"services": ["SVC-1"], "address": "Pier 1"}});
    house.edit("/api/v1/customers/CUS-1", known).await;
    house
}

fn typed_of(pairs: &[(String, String)], name: &str) -> String {
    let found = pairs.iter().find(|(known, _)| known == &format!("answers.{name}"));
    found.map(|(_, text)| text.clone()).unwrap_or_default()
}

async fn answers_begin_with_what_is_known(database: Database) {
    let house = furnished(database).await;
    let page = house.building.get(CUSTOMER, "/portal/order/RQM-1").await;
    let form = untouched(&page.text, "/portal/order/RQM-1");
    let began = ["who", "place", "needed_on", "size", "about", "phone"].map(|name| typed_of(&form, name));
    let wanted =
        ["customer-user@tidewell.example", "Customer number 1, Pier 1", "2026-11-30", "Large", "Workplace", ""];
    assert_eq!(began, wanted, "{}", page.text);
    // What the address says stands before what is known.
    let page = house.building.get(CUSTOMER, "/portal/order/RQM-1?answers.size=Small").await;
    let form = untouched(&page.text, "/portal/order/RQM-1");
    assert_eq!((typed_of(&form, "size").as_str(), typed_of(&form, "needed_on").as_str()), ("Small", "2026-11-30"));
    let sent = house.building.form(CUSTOMER, "/portal/order/RQM-1", &form).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
}

async fn agents_see_the_terms_before_they_send(database: Database) {
    let house = furnished(database).await;
    let agent = Who::Mail(AGENT_MAIL);
    let page = house.building.get(agent, "/service_requests/new?model=RQM-1&customer=CUS-1").await;
    for word in ["240 EUR", "5 working days", "Olga Owner", "What it costs and who approves"] {
        assert!(page.text.contains(word), "{word} is not said: {}", page.text);
    }
    let form = untouched(&page.text, "/service_requests/new");
    // What is internal on the record of a person never comes into an answer, which customers read.
    let began = ["who", "place", "needed_on", "about", "manager", "phone"].map(|name| typed_of(&form, name));
    assert_eq!(
        began,
        ["Anna Agent", "Customer number 1, Pier 1", "2026-11-30", "Workplace", "approver@tidewell.example", ""],
        "{}",
        page.text
    );
    let plain = house.building.get(agent, "/service_requests/new").await;
    assert!(!plain.text.contains("What it costs and who approves"), "nothing is chosen yet");
    let other = house.building.get(agent, "/incidents/new").await;
    assert!(!other.text.contains("What it costs and who approves"));
}

async fn what_was_not_shown_comes_back_before_it_is_sent(database: Database) {
    let house = furnished(database).await;
    let (agent, count) = (Who::Mail(AGENT_MAIL), "/api/v1/service_requests?count=true");
    // The model was typed into the form and the form sent at once.
    let typed = pairs(&[("model", "RQM-1"), ("customer", "CUS-1"), ("answers.size", "Small")]);
    let held = house.building.form(agent, "/service_requests/new", &typed).await;
    assert_eq!(held.status, 200, "{}", held.text);
    for word in ["Nothing is sent yet", "240 EUR", "Olga Owner"] {
        assert!(held.text.contains(word), "{word}: {}", held.text);
    }
    assert_eq!(house.read(count).await["count"], 0, "nothing is written");
    let form = untouched(&held.text, "/service_requests/new");
    assert_eq!((typed_of(&form, "size"), typed_of(&form, "about")), ("Small".into(), "Workplace".into()));
    let sent = house.building.form(agent, "/service_requests/new", &form).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let fields = house.read("/api/v1/service_requests/REQ-1").await["fields"].clone();
    assert_eq!((&fields["answers"]["size"], &fields["price"]["amount"]), (&json!("Small"), &json!(240)), "{fields}");
    // The button asks for the same and tells no news; another model has terms of its own.
    let asked =
        house.building.form(agent, "/service_requests/new", &pairs(&[("model", "RQM-1"), ("__update", "1")])).await;
    assert!(asked.text.contains("240 EUR") && !asked.text.contains("Nothing is sent yet"), "{}", asked.text);
    let free = json!({"kind": "request_model", "number": "RQM-2", "state": "current", "fields": {"title": "A pencil", "category": "equipment"}});
    house.lines([free]).await;
    let sent =
        house.building.form(agent, "/service_requests/new", &pairs(&[("model", "RQM-2"), ("customer", "CUS-1")])).await;
    assert_eq!(sent.status, 303, "what asks for nothing is sent at once: {}", sent.text);
}

async fn the_terms_come_by_the_api_too(database: Database) {
    let house = furnished(database).await;
    let terms = async |who: Who<'_>, path: &str| house.building.get(who, &format!("/api/v1/{path}")).await;
    let agent = Who::Mail(AGENT_MAIL);
    let told = terms(agent, "request_models/RQM-1/terms?customer=CUS-1").await.json();
    assert_eq!((&told["price"]["amount"], &told["delivery_days"]), (&json!(240), &json!(5)), "{told}");
    let asked = json!([{"stage": 1, "as": "service_owner", "approver": "approver@tidewell.example", "need": null}]);
    assert_eq!(told["approvals"], asked, "{told}");
    let begun = json!({"who": "Anna Agent", "place": "Customer number 1, Pier 1", "needed_on": "2026-11-30", "size": "Large", "about": "Workplace", "manager": "approver@tidewell.example"});
    assert_eq!(told["answers"], begun, "{told}");
    let theirs = terms(CUSTOMER, "request-models/RQM-1/terms").await.json();
    assert_eq!(theirs["answers"]["place"], "Customer number 1, Pier 1", "{theirs}");
    for (who, path) in [
        (agent, "request_models/RQM-1/terms?custommer=CUS-1"),
        (agent, "request_models/RQM-1/terms?requester=nobody"),
        (CUSTOMER, "request_models/RQM-1/terms?requester=agent@tidewell.example"),
    ] {
        let answer = terms(who, path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.text);
    }
    let other = json!({"kind": "request_model", "number": "RQM-3", "state": "current", "fields": {"title": "Gold", "category": "other", "service": "SVC-2", "audience": ["customers"]}});
    house.lines([json!({"kind": "service", "number": "SVC-2", "fields": {"name": "Treasury"}}), other]).await;
    for (who, path) in [
        (CUSTOMER, "request_models/RQM-3/terms"),
        (agent, "request_models/RQM-9/terms"),
        (agent, "services/SVC-1/terms"),
    ] {
        let answer = terms(who, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.text);
    }
}
