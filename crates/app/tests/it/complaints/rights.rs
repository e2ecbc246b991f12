//! Rights that do one thing each, exports that look through the same eyes as pages, and two who write at once.

use axum::http::Method;
use model::Role;
use serde_json::json;

use super::house::{AGENT, House, pairs};
use crate::{
    building::{BYSTANDER, CUSTOMER, OWNER, Who, mail, untouched},
    world::Database,
};

both_databases!(
    whoever_is_given_work_sees_that_and_nothing_more,
    files_pictures_and_counts_tell_a_customer_of_no_other,
    of_two_who_answer_at_once_neither_is_overwritten,
);

async fn seen(house: &House, who: Who<'_>) -> Vec<String> {
    let answer = house.building.get(who, "/api/v1/incidents?order_by=number&fields=number").await;
    if answer.status == 404 {
        return Vec::new();
    }
    assert_eq!(answer.status, 200, "{who:?}: {}", answer.text);
    let items = answer.json()["items"].as_array().expect("items").clone();
    items.iter().map(|item| item["number"].as_str().expect("a number").to_string()).collect()
}

/// Complaint 38: being given work is one right, seeing what others do is another one.
async fn whoever_is_given_work_sees_that_and_nothing_more(database: Database) {
    let house = House::new(database).await;
    let customer = |at: usize| format!("CUS-{}", at % 2 + 1);
    let line = |at: usize| json!({"kind": "incident", "number": format!("INC-{at}"), "title": format!("Ticket {at}"), "state": "new", "fields": {"customer": customer(at)}});
    house.lines((1..=4).map(line)).await;
    let accounts: Vec<String> =
        Role::ALL.iter().map(|role| mail(*role)).chain(["bea@cus-2.example".to_string()]).collect();
    let mut limited = 0;
    for account in &accounts {
        let who = Who::Mail(account);
        let before = seen(&house, who).await;
        house.edit("/api/v1/incidents/INC-2", json!({"owner": account})).await;
        let after = seen(&house, who).await;
        let more: Vec<&String> = after.iter().filter(|number| !before.contains(number)).collect();
        assert!(more.is_empty() || more == ["INC-2"], "{account} sees {more:?} for having been given INC-2");
        assert!(before.iter().all(|number| after.contains(number)), "{account} sees less for it");
        limited += usize::from(after.len() < 4);
    }
    assert!(limited >= 2, "people of customers see their own alone");
    // INC-2 is of CUS-1: being named as its owner opens no door to somebody of CUS-2.
    house.edit("/api/v1/incidents/INC-2", json!({"customer": "CUS-1", "owner": "bea@cus-2.example"})).await;
    assert_eq!(house.building.get(BYSTANDER, "/api/v1/incidents/INC-2").await.status, 404);
    assert_eq!(seen(&house, BYSTANDER).await, ["INC-1", "INC-3"]);
}

/// Complaint 39: a report asks as its reader; there is no second way to the records.
async fn files_pictures_and_counts_tell_a_customer_of_no_other(database: Database) {
    let house = House::new(database).await;
    let line = |at: usize, customer: &str, word: &str| {
        json!({"kind": "incident", "number": format!("INC-{at}"), "title": format!("{word} is down"), "state": "new",
            "fields": {"customer": customer, "symptom": word, "raised_on": "2026-11-24T08:00:00Z"}})
    };
    house.lines([line(1, "CUS-1", "Dodoma"), line(2, "CUS-2", "Zanzibar"), line(3, "CUS-2", "Zanzibar")]).await;
    let paths = [
        "/incidents",
        "/incidents.csv",
        "/incidents.xlsx",
        "/pictures",
        "/pictures.csv",
        "/search?q=zanzibar",
        "/lookup?kinds=incident&q=zanzibar",
        "/palette?q=zanzibar",
        "/trends",
        "/wall",
        "/portal/search?q=zanzibar",
        "/api/v1/incidents?count=true",
        "/api/v1/incidents?q=zanzibar&count=true",
        "/api/v1/search?q=zanzibar",
        "/incidents?filter=customer+%3D+CUS-2",
        "/incidents/INC-2",
        "/api/v1/incidents/INC-2/journal",
    ];
    let mut told = 0;
    for path in paths {
        let (theirs, ours) = (house.building.get(CUSTOMER, path).await, house.building.get(OWNER, path).await);
        assert!(!theirs.status.is_server_error(), "{path}: {}", theirs.text);
        for word in ["Zanzibar is", "INC-2", "INC-3"] {
            let asked = path.contains(word) || theirs.status == 404;
            assert!(asked || !theirs.text.contains(word), "{path} tells of {word}: {}", theirs.text);
        }
        told += usize::from(ours.text.contains("Zanzibar is"));
    }
    assert!(told >= 8, "whoever may see it is told of it in {told} places");
    let count =
        async |who: Who<'static>| house.building.get(who, "/api/v1/incidents?count=true").await.json()["count"].clone();
    assert_eq!((count(CUSTOMER).await, count(OWNER).await), (json!(1), json!(3)));
    let lines = |text: &str| text.lines().filter(|line| line.starts_with("INC-")).count();
    let csv = async |who: Who<'static>| house.building.get(who, "/incidents.csv?fields=number").await.text;
    assert_eq!((lines(&csv(CUSTOMER).await), lines(&csv(OWNER).await)), (1, 3));
}

/// Complaint 44: whoever writes says what they have seen; who has seen too little is told, and nothing of theirs is lost.
async fn of_two_who_answer_at_once_neither_is_overwritten(database: Database) {
    let house = House::new(database).await;
    let path = house.make("incidents", json!({"title": "Tills decline"})).await;
    let seen = house.building.get(AGENT, &path).await;
    let tag = seen.header("etag").to_string();
    let form = house.building.get(AGENT, "/incidents/INC-1/edit").await;
    let patch = async |tag: Option<&str>, title: &str| {
        let headers: Vec<(&str, &str)> = tag.map(|tag| ("if-match", tag)).into_iter().collect();
        house.building.send(AGENT, Method::PATCH, &path, &headers, &json!({"title": title})).await
    };
    assert_eq!(patch(None, "Blind").await.status, 428, "who says nothing of what they saw writes nothing");
    let (one, two) = tokio::join!(patch(Some(&tag), "By the first"), patch(Some(&tag), "By the second"));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort();
    assert_eq!(statuses, [200, 412], "one of two at the same moment");
    let kept = if one.status == 200 { "By the first" } else { "By the second" };
    assert_eq!(house.read(&path).await["title"], kept);
    // The form that was opened before: what was typed stands beside what somebody else wrote.
    let mut sent = untouched(&form.text, "/incidents/INC-1/edit");
    for (name, value) in pairs(&[("title", "By a third"), ("symptom", "typed for long")]) {
        sent.retain(|pair| pair.0 != name);
        sent.push((name, value));
    }
    let late = house.building.form(AGENT, "/incidents/INC-1/edit", &sent).await;
    assert_eq!(late.status, 412, "{}", late.text);
    for words in ["By a third", "typed for long", kept] {
        assert!(late.text.contains(words), "{words} is not on the page");
    }
    assert_eq!(house.read(&path).await["title"], kept, "nothing is written over it unseen");
    // Two replies are two replies.
    tokio::join!(house.note(AGENT, &path, "We come at ten.", true), house.note(OWNER, &path, "Switch it off.", true));
    let journal = house.read(&format!("{path}/journal")).await.to_string();
    assert!(journal.contains("We come at ten.") && journal.contains("Switch it off."), "{journal}");
}
