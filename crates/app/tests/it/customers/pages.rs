//! Every page that people of customers are led to opens, in their words: names instead of numbers, and nothing internal.

use std::collections::{BTreeSet, VecDeque};

use axum::http::StatusCode;
use model::{Act, Kind, Role};
use serde_json::json;

use crate::{
    building::{Building, CUSTOMER, OWNER},
    complaints::house::{AGENT, House as Desk, pairs},
    every_kind::{
        house::{House, full_number},
        sample,
    },
    world::Database,
};

both_databases!(
    every_link_of_a_customer_opens,
    every_list_of_a_customer_opens,
    services_and_people_have_their_names,
    no_page_tells_what_is_internal,
    articles_and_orders_stand_before_old_tickets,
    a_way_round_that_helped_is_counted,
);

/// Most pages that are looked at: far more than a customer of two records of each kind has.
const PAGES: usize = 900;

/// Addresses within the house that a page leads to. Accounts are no token's to look after, and these tests knock with one.
fn links(html: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in html.split("href=\"").skip(1) {
        let href = part.split('"').next().unwrap_or_default().replace("&amp;", "&");
        let href = href.split('#').next().unwrap_or_default().to_string();
        if href.starts_with('/') && !href.starts_with("/static/") && href != "/account" {
            found.insert(href);
        }
    }
    found
}

async fn crawled(building: &Building, from: &[String]) -> (usize, Vec<String>) {
    let mut waiting: VecDeque<(String, String)> = from.iter().map(|path| (path.clone(), "the test".into())).collect();
    let mut seen: BTreeSet<String> = from.iter().cloned().collect();
    let mut wrong = Vec::new();
    let mut opened = 0;
    while let Some((path, led_from)) = waiting.pop_front() {
        let answer = building.get(CUSTOMER, &path).await;
        opened += 1;
        if answer.status.is_client_error() || answer.status.is_server_error() {
            wrong.push(format!("{} {path} (from {led_from})", answer.status));
            continue;
        }
        let mut next = links(&answer.text);
        next.extend(Some(answer.header("location").to_string()).filter(|place| place.starts_with('/')));
        for link in next {
            if seen.len() < PAGES && seen.insert(link.clone()) {
                waiting.push_back((link, path.clone()));
            }
        }
    }
    (opened, wrong)
}

async fn every_link_of_a_customer_opens(database: Database) {
    let house = House::new(database).await;
    let building = Building::over(&house.world.desk).await;
    let (opened, wrong) = crawled(&building, &["/".to_string(), "/records".to_string()]).await;
    assert!(opened > 60, "only {opened} pages are led to");
    assert!(wrong.is_empty(), "{} of {opened} pages fail:\n  {}\n", wrong.len(), wrong.join("\n  "));
}

fn reads(kind: &Kind) -> bool {
    kind.grants.iter().any(|grant| grant.role == Role::CustomerUser && grant.acts.contains(&Act::Read))
}

async fn every_list_of_a_customer_opens(database: Database) {
    let house = House::new(database).await;
    let building = Building::over(&house.world.desk).await;
    let mut asked = 0;
    for kind in house.catalog.kinds().iter().filter(|kind| reads(kind)) {
        for path in [format!("/{}", kind.plural), format!("/{}.csv", kind.plural), format!("/api/v1/{}", kind.plural)] {
            let answer = building.get(CUSTOMER, &path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {:.400}", answer.text);
            asked += 1;
        }
    }
    assert!(asked > 30, "only {asked} lists");
    let page = building.get(CUSTOMER, "/knowledge_articles").await;
    for foreign in
        ["href=\"/trends\"", "href=\"/my-work\"", "href=\"/wall\"", "href=\"/pictures\"", "href=\"/conformity\""]
    {
        assert!(!page.text.contains(foreign), "{foreign} stands in the navigation of a customer");
    }
    assert!(page.text.contains("href=\"/portal/requests\""), "{}", page.text);
}

async fn services_and_people_have_their_names(database: Database) {
    let house = Desk::new(database).await;
    house
        .lines([
            json!({"kind": "service", "number": "SVC-1", "fields": {"name": "Tills and scales", "criticality": "critical"}}),
            json!({"kind": "service", "number": "SVC-2", "fields": {"name": "Secret treasury"}}),
            json!({"kind": "person", "number": "PER-1", "fields": {"name": "Anna Agent", "email": "agent@tidewell.example"}}),
        ])
        .await;
    house.edit("/api/v1/customers/CUS-1", json!({"fields": {"services": ["SVC-1"]}})).await;
    let building = &house.building;
    let form = building.get(CUSTOMER, "/portal/report").await;
    assert!(form.text.contains(">Tills and scales</option>") && !form.text.contains(">SVC-1<"), "{}", form.text);
    let sent = building.form(CUSTOMER, "/portal/report", &pairs(&[("title", "No till"), ("service", "SVC-1")])).await;
    let place = sent.header("location").to_string();
    let number = place.rsplit('/').next().expect("a number").to_string();
    house.note(AGENT, &format!("/api/v1/incidents/{number}"), "We come at ten.", true).await;
    let page = building.get(CUSTOMER, &place).await;
    assert!(page.text.contains("Tills and scales") && !page.text.contains("SVC-1"), "{}", page.text);
    assert!(page.text.contains("Anna Agent") && !page.text.contains("/people/"), "{}", page.text);
    let list = building.get(CUSTOMER, "/incidents").await;
    assert!(list.text.contains("Tills and scales") && !list.text.contains("/services/SVC-1"), "{}", list.text);
    // The name alone: neither the record nor another customer's service.
    for path in ["/services/SVC-1", "/api/v1/services/SVC-1", "/services", "/lookup?kinds=service&q=Tills"] {
        let answer = building.get(CUSTOMER, path).await;
        assert!(
            !answer.text.contains("critical") && !answer.text.contains("Tills and scales"),
            "{path}: {}",
            answer.text
        );
    }
    let path =
        house.make("incidents", json!({"title": "Odd", "fields": {"customer": "CUS-1", "service": "SVC-2"}})).await;
    let odd = path.rsplit('/').next().expect("a number");
    for path in [format!("/portal/requests/{odd}"), "/incidents".into(), "/incidents?filter=service+%3D+SVC-2".into()] {
        assert!(!building.get(CUSTOMER, &path).await.text.contains("Secret treasury"), "{path}");
    }
}

async fn no_page_tells_what_is_internal(database: Database) {
    let house = House::new(database).await;
    let building = Building::over(&house.world.desk).await;
    let mut looked = 0;
    let customer = crate::every_kind::house::of_role(Role::CustomerUser);
    for kind in house.catalog.kinds().iter().filter(|kind| reads(kind) && kind.customer_field.is_some()) {
        let number = full_number(kind);
        if house.world.desk.find(&customer, &number, crate::world::now()).await.is_err() {
            continue;
        }
        let paths = [
            format!("/{}", kind.plural),
            format!("/{}/{number}", kind.plural),
            format!("/{}/{number}/history", kind.plural),
            format!("/{}.csv", kind.plural),
            format!("/api/v1/{}/{number}", kind.plural),
            format!("/api/v1/{}/{number}/journal", kind.plural),
            format!("/portal/requests/{number}"),
            format!("/portal/read/{number}"),
        ];
        for path in paths {
            let mut answer = building.get(CUSTOMER, &path).await;
            if answer.status.is_redirection() {
                let place = answer.header("location").to_string();
                assert!(place.starts_with("/portal/"), "{path} leads to {place}");
                answer = building.get(CUSTOMER, &place).await;
            }
            looked += usize::from(answer.status == StatusCode::OK);
            for field in sample::own(kind).filter(|field| field.internal) {
                let word = sample::word(kind, &field.name);
                // A journal names the fields that it tells of, a record has each under its name.
                let named = match path.strip_prefix("/api/") {
                    Some(rest) if rest.ends_with("journal") => format!("\"field\":\"{}\"", field.name),
                    Some(_) => format!("\"{}\":", field.name),
                    None if path.ends_with("history") => format!(">{}<", field.label),
                    None => word.clone(),
                };
                let told = answer.text.contains(word.trim_end_matches("qz")) || answer.text.contains(&named);
                assert!(!told, "{path} tells {}: {:.3000}", field.name, answer.text);
            }
        }
    }
    assert!(looked > 20, "only {looked} pages");
    // Owner and team of a ticket are ours.
    for kind in ["incident", "service_request"] {
        for name in ["owner", "team", "reassignment_count", "escalations"] {
            let kind = house.catalog.find(kind).expect("a kind");
            assert!(kind.find(name).is_some_and(|field| field.internal), "{}: {name}", kind.name);
        }
    }
}

async fn articles_and_orders_stand_before_old_tickets(database: Database) {
    let house = Desk::new(database).await;
    let old = |at: usize| json!({"kind": "incident", "number": format!("INC-{}", 500 + at), "title": format!("Zqmail is slow {at}"), "state": "closed", "fields": {"customer": "CUS-1", "requester": "customer-user@tidewell.example"}});
    house.lines((0..70).map(old)).await;
    house
        .lines([
            json!({"kind": "knowledge_article", "number": "KBA-1", "title": "Set zqmail up", "state": "published", "fields": {"text": "Open zqmail", "audience": ["customers"]}}),
            json!({"kind": "request_model", "number": "RQM-1", "state": "current", "fields": {"title": "A zqmail box", "category": "account", "audience": ["customers"]}}),
            json!({"kind": "incident", "number": "INC-900", "title": "Zqmail does not open", "state": "in_progress", "fields": {"customer": "CUS-1", "requester": "customer-user@tidewell.example"}}),
        ])
        .await;
    let text = house.building.get(CUSTOMER, "/portal/search?q=zqmail").await.text;
    let at = |word: &str| text.find(word).unwrap_or_else(|| panic!("{word} is not found: {text}"));
    assert!(at("Set zqmail up") < at("A zqmail box") && at("A zqmail box") < at("Zqmail does not open"), "{text}");
    assert!(at("Zqmail does not open") < at("Zqmail is slow"), "what is open comes first: {text}");
}

async fn a_way_round_that_helped_is_counted(database: Database) {
    let house = Desk::new(database).await;
    house
        .lines([json!({"kind": "known_error", "number": "KNE-1", "title": "Zq tills freeze", "state": "active", "fields": {"symptom": "Frozen", "workaround": "Press both keys", "audience": ["customers"], "uses": 4}})])
        .await;
    let page = house.building.get(CUSTOMER, "/portal/read/KNE-1").await;
    assert!(page.text.contains("Did this help?"), "{}", page.text);
    for _ in 0..2 {
        let answer = house.building.form(CUSTOMER, "/portal/read/KNE-1/helped", &pairs(&[("helped", "yes")])).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }
    let record = house.building.get(OWNER, "/api/v1/known_errors/KNE-1").await.json();
    assert_eq!(record["fields"]["uses"], 5, "each reader counts once: {record}");
}
