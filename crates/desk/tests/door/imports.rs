//! Lines of the past: written as it happened, repeatable, never half.

use desk::{Done, Outcome};
use model::{Actor, Command, Line, Moment, Refusal, Role, Value, Via};
use serde_json::{Value as Json, json};

use crate::world::*;

fn importer() -> Actor {
    Actor { roles: vec![Role::SmsManager], via: Via::Import, ..agent() }
}

async fn import(world: &World, line: Json) -> Result<Done, Refusal> {
    let line = Line::read(line).unwrap_or_else(|errors| panic!("{errors:?}"));
    world.desk.perform(&importer(), Command::Import { line: Box::new(line) }, at("2026-11-25T10:00:00Z")).await
}

fn example() -> Json {
    json!({"kind":"incident","number":"INC-20431","title":"Card payments declined","state":"resolved",
        "fields":{"service":"SVC-4","impact":"high","raised_on":"2026-11-12T07:14:00Z","owner":"tomas@tidewell.example","priority":"P3"},
        "links":[{"type":"caused_by","to":"CHG-1188"}],
        "history":[{"at":"2026-11-12T07:14:00Z","by":"ines@tidewell.example","state":"new"},
                   {"at":"2026-11-12T07:31:00Z","by":"tomas@tidewell.example","state":"waiting","fields":{"owner":"tomas@tidewell.example","priority":"P2"},"note":"Rolling back","public":false}]})
}

#[tokio::test]
async fn history_is_written_as_it_happened() {
    for world in worlds().await {
        let done = import(&world, example()).await.unwrap();
        assert_eq!((done.number.as_str(), done.outcome), ("INC-20431", Outcome::Created));
        let now = at("2026-11-25T11:00:00Z");
        let whole = world.desk.whole(&agent(), "incident", "INC-20431", now).await.unwrap();
        assert_eq!(whole.entries.len(), 2);
        assert_eq!(whole.entries[1].entry.at, at("2026-11-12T07:31:00Z"));
        assert_eq!(whole.entries[1].entry.recorded, at("2026-11-25T10:00:00Z"));
        assert_eq!(whole.entries[1].entry.by.as_deref(), Some("tomas@tidewell.example"));
        assert_eq!((whole.shown.state(), whole.shown.created()), ("resolved", at("2026-11-12T07:14:00Z")));
        assert_eq!(
            whole.shown.fields()["priority"],
            Value::text("P3"),
            "no rule runs over the past, the line has the last word"
        );
        let then = |text: &str| {
            let desk = world.desk.clone();
            let at = at(text);
            async move { desk.show(&agent(), "incident", "INC-20431", Some(at), now).await }
        };
        let early = then("2026-11-12T07:20:00Z").await.unwrap();
        assert_eq!(
            (early.state(), early.fields().get("owner"), early.fields().get("impact")),
            ("new", None, Some(&Value::text("high")))
        );
        assert_eq!(then("2026-11-12T07:00:00Z").await.unwrap_err(), Refusal::NotFound);
        let fresh = world.incident("Another", now).await;
        assert_eq!(fresh, "INC-20432", "the counter has moved past numbers from outside");
    }
}

#[tokio::test]
async fn an_empty_list_or_object_says_as_little_as_null() {
    for world in worlds().await {
        let mut line = example();
        line["fields"]["owner"] = json!([]);
        line["fields"]["due"] = json!({});
        line["fields"]["review"] = json!({"text": [], "score": {}, "held": true});
        // A list may be empty: that is something else than not having been asked for.
        line["fields"]["tags"] = json!([]);
        line["history"][1]["fields"]["owner"] = json!({});
        import(&world, line).await.unwrap();
        let now = at("2026-11-25T11:00:00Z");
        let whole = world.desk.whole(&agent(), "incident", "INC-20431", now).await.unwrap();
        let fields = whole.shown.fields();
        assert_eq!((fields.get("owner"), fields.get("due")), (None, None));
        assert_eq!(fields["review"].to_json(), json!({"held": true}));
        assert_eq!(fields["tags"], Value::List(Vec::new()));
        // One entry too many is another matter.
        let mut line = example();
        line["number"] = json!("INC-2");
        line["fields"]["due"] = json!(["2026-11-12T07:14:00Z"]);
        assert!(matches!(import(&world, line).await, Err(Refusal::Invalid(_))));
    }
}

#[tokio::test]
async fn the_same_line_twice_changes_nothing_and_a_new_one_adds() {
    for world in worlds().await {
        import(&world, example()).await.unwrap();
        assert_eq!(import(&world, example()).await.unwrap().outcome, Outcome::Unchanged);
        let mut line = example();
        line["history"]
            .as_array_mut()
            .unwrap()
            .push(json!({"at":"2026-11-12T09:00:00Z","by":"tomas@tidewell.example","note":"Fixed","public":true}));
        line["fields"]["effort"] = json!(3);
        let done = import(&world, line.clone()).await.unwrap();
        assert_eq!(done.outcome, Outcome::Changed);
        assert_eq!(import(&world, line).await.unwrap().outcome, Outcome::Unchanged);
        let whole = world.desk.whole(&agent(), "incident", "INC-20431", at("2026-11-25T11:00:00Z")).await.unwrap();
        assert_eq!(whole.entries.len(), 4, "two from before, the new one, and the change made by importing");
        assert_eq!(whole.shown.fields()["effort"], Value::Number(3.into()));
    }
}

#[tokio::test]
async fn a_line_that_cannot_be_taken_says_why_and_leaves_nothing() {
    for world in worlds().await {
        let mut line = example();
        line["fields"]["impact"] = json!("hihg");
        line["fields"]["colour"] = json!("red");
        line["history"][1]["fields"]["raised_on"] = json!("31.2.2026");
        line["state"] = json!("reslved");
        let Err(Refusal::Invalid(errors)) = import(&world, line).await else { panic!("refused") };
        assert_eq!(errors.len(), 4, "{errors:?}");
        let now = at("2026-11-25T11:00:00Z");
        assert_eq!(world.desk.show(&agent(), "incident", "INC-20431", None, now).await.unwrap_err(), Refusal::NotFound);
        let other = json!({"kind":"service","number":"INC-20431","fields":{"name":"x"}});
        import(&world, example()).await.unwrap();
        assert!(matches!(import(&world, other).await, Err(Refusal::Invalid(_))), "a number belongs to one record");
    }
}

#[tokio::test]
async fn what_tells_no_history_was_there_before_the_journal() {
    for world in worlds().await {
        import(&world, json!({"kind":"service","number":"SVC-4","fields":{"name":"Payments"}})).await.unwrap();
        let long_ago = world
            .desk
            .show(&agent(), "service", "SVC-4", Some(at("2001-01-01")), at("2026-11-25T11:00:00Z"))
            .await
            .unwrap();
        assert_eq!((long_ago.title(), long_ago.created()), ("Payments", Moment::UNKNOWN));
        let by_date =
            import(&world, json!({"kind":"incident","fields":{"title":"Old","impact":"low","resolution":"Restarted"}}))
                .await
                .unwrap();
        assert_eq!(
            world.desk.show(&agent(), "incident", &by_date.number, None, at("2026-11-25")).await.unwrap().state(),
            "resolved"
        );
    }
}
