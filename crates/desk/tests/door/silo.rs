//! A customer's people see what is theirs and nothing else, counts, words and errors included.

use model::{Command, Query, Refusal};
use serde_json::json;

use crate::world::*;

async fn fill(world: &World, others: bool) {
    let now = at("2026-11-12T08:00:00Z");
    for number in ["CUS-1", "CUS-2"] {
        let command = Command::Create {
            kind: "customer".into(),
            number: Some(number.into()),
            input: input(json!({"name": number})),
        };
        world.desk.perform(&agent(), command, now).await.unwrap();
    }
    for title in ["alpha printer", "beta printer"] {
        world
            .create(
                &agent(),
                "incident",
                json!({"title": title, "impact": "low", "customer": "CUS-1", "cause": "secret squirrel"}),
                now,
            )
            .await;
    }
    world.create(&agent(), "article", json!({"title": "For customers", "audience": ["customers"]}), now).await;
    world.create(&agent(), "article", json!({"title": "For agents", "audience": ["staff"]}), now).await;
    world.create(&agent(), "article", json!({"title": "A sketch", "audience": ["customers"]}), now).await;
    for number in ["ART-1", "ART-2"] {
        let command = Command::Step {
            target: target("article", number),
            to: "published".into(),
            input: input(json!({})),
            note: None,
            public: false,
        };
        world.desk.perform(&agent(), command, now.plus(5)).await.unwrap();
    }
    if others {
        for at in 0..20 {
            world
                .create(
                    &agent(),
                    "incident",
                    json!({"title": format!("printer of another {at}"), "impact": "high", "customer": "CUS-2"}),
                    now,
                )
                .await;
        }
    }
    let note =
        Command::Note { target: target("incident", "INC-1"), text: "do not tell: hamster".into(), public: false };
    world.desk.perform(&agent(), note, now.plus(10)).await.unwrap();
}

async fn answers(world: &World) -> String {
    let now = at("2026-11-12T09:00:00Z");
    let me = customer("CUS-1");
    let mut told = String::new();
    for words in [None, Some("printer"), Some("hamster"), Some("squirrel")] {
        let query = Query { words: words.map(str::to_string), ..Query::of("incident") };
        for shown in world.desk.list(&me, &query, now).await.unwrap().records {
            told += &format!("{} {} {:?}\n", shown.number(), shown.title(), shown.fields());
        }
        told += &format!("count {}\n", world.desk.count(&me, &query, now).await.unwrap());
    }
    for shown in world.desk.list(&me, &Query::everything(), now).await.unwrap().records {
        told += &format!("all {} {}\n", shown.kind(), shown.title());
    }
    for number in ["INC-3", "INC-9", "INC-999", "ART-2", "ART-3", "SVC-1"] {
        let kind = if number.starts_with("ART") { "article" } else { "incident" };
        told += &format!(
            "{number} {:?}\n",
            world.desk.show(&me, kind, number, None, now).await.map(|shown| shown.title().to_string())
        );
    }
    let whole = world.desk.whole(&me, "incident", "INC-1", now).await.unwrap();
    for shown in &whole.entries {
        told += &format!("{} {:?} {:?}\n", shown.entry.act, shown.entry.changes, shown.entry.note);
    }
    let note = Command::Note { target: target("incident", "INC-5"), text: "mine?".into(), public: true };
    told += &format!("{:?}\n", world.desk.perform(&me, note, now).await);
    told
}

#[tokio::test]
async fn answers_are_the_same_whether_or_not_others_have_data() {
    let mut all = Vec::new();
    for others in [false, true] {
        for world in worlds().await {
            fill(&world, others).await;
            all.push(answers(&world).await);
        }
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:#?}");
    assert!(all[0].contains("alpha printer") && all[0].contains("For customers"));
    for secret in ["hamster", "squirrel", "another", "For agents", "A sketch"] {
        assert!(!all[0].contains(secret), "{secret} is told: {}", all[0]);
    }
}

#[tokio::test]
async fn what_is_internal_cannot_be_asked_for() {
    for world in worlds().await {
        fill(&world, true).await;
        let now = at("2026-11-12T09:00:00Z");
        let kind = catalog().find("incident").unwrap().clone();
        let mut queries: Vec<Query> =
            ["cause contains squirrel", "not (title = x or cause is empty)", "linked to problem"]
                .into_iter()
                .map(|text| Query { filter: model::filter_text::parse(text, &kind).unwrap(), ..Query::of("incident") })
                .collect();
        queries.push(Query { order: model::query::orders("cause", &kind).unwrap(), ..Query::of("incident") });
        queries.push(Query { columns: vec!["cause".into()], ..Query::of("incident") });
        for query in queries {
            assert!(matches!(world.desk.list(&customer("CUS-1"), &query, now).await, Err(Refusal::Query(_))));
            assert!(matches!(world.desk.count(&customer("CUS-1"), &query, now).await, Err(Refusal::Query(_))));
            assert!(world.desk.list(&agent(), &query, now).await.is_ok());
        }
    }
}

#[tokio::test]
async fn a_customers_person_writes_for_that_customer_only() {
    for world in worlds().await {
        fill(&world, false).await;
        let now = at("2026-11-12T09:00:00Z");
        let done = world
            .create(&customer("CUS-1"), "incident", json!({"title": "Mine", "impact": "low", "customer": "CUS-2"}), now)
            .await;
        assert_eq!(
            world.desk.show(&agent(), "incident", &done.number, None, now).await.unwrap().customer(),
            Some("CUS-1")
        );
        let hidden = Command::Create {
            kind: "incident".into(),
            number: None,
            input: input(json!({"title": "x", "impact": "low", "cause": "y"})),
        };
        assert!(matches!(world.desk.perform(&customer("CUS-1"), hidden, now).await, Err(Refusal::Invalid(_))));
        let edit = Command::Edit { target: target("incident", "INC-1"), input: input(json!({"title": "Changed"})) };
        assert!(matches!(world.desk.perform(&customer("CUS-1"), edit.clone(), now).await, Err(Refusal::Forbidden(_))));
        assert_eq!(world.desk.perform(&customer("CUS-2"), edit, now).await, Err(Refusal::NotFound));
    }
}
