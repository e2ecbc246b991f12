//! What the door does and what it refuses.

use desk::Outcome;
use model::{Actor, Command, Link, Moment, Refusal, command::File, time::HOUR};
use serde_json::json;

use crate::world::*;

#[tokio::test]
async fn a_record_is_made_changed_moved_and_told() {
    for world in worlds().await {
        let now = at("2026-11-12T08:00:00Z");
        let done = world
            .create(&agent(), "incident", json!({"title": "Mail is down", "impact": "high", "tags": ["mail"]}), now)
            .await;
        assert_eq!((done.number.as_str(), done.outcome), ("INC-1", Outcome::Created));
        let edit = Command::Edit {
            target: target("incident", "INC-1"),
            input: input(json!({"title": "Mail is slow", "effort": 2.5})),
        };
        let done = world.desk.perform(&agent(), edit.clone(), now.plus(1000)).await.unwrap();
        assert_eq!((done.version, done.outcome), (2, Outcome::Changed));
        let again = world.desk.perform(&agent(), edit, now.plus(2000)).await.unwrap();
        assert_eq!((again.version, again.outcome), (2, Outcome::Unchanged));

        let resolve = |fields| Command::Step {
            target: target("incident", "INC-1"),
            to: "resolved".into(),
            input: input(fields),
            note: Some("Restarted".into()),
            public: true,
        };
        let refused = world.desk.perform(&agent(), resolve(json!({})), now.plus(3000)).await.unwrap_err();
        assert!(matches!(&refused, Refusal::Invalid(errors) if errors[0].field == "resolution"), "{refused:?}");
        world
            .desk
            .perform(&agent(), resolve(json!({"resolution": "Restarted the queue"})), now.plus(3000))
            .await
            .unwrap();

        let whole = world.desk.whole(&agent(), "incident", "INC-1", now.plus(4000)).await.unwrap();
        assert_eq!((whole.shown.state(), whole.shown.title(), whole.shown.version()), ("resolved", "Mail is slow", 3));
        assert_eq!(whole.shown.fields()["priority"], model::Value::text("P1"), "the rule filled it in");
        let acts: Vec<&str> = whole.entries.iter().map(|shown| shown.entry.act.as_str()).collect();
        assert_eq!(acts, ["create", "edit", "step"]);
        assert_eq!(whole.entries[1].before["title"], Some(model::Value::text("Mail is down")));
        assert_eq!(whole.entries[2].entry.note.as_ref().unwrap().text, "Restarted");
        assert_eq!(whole.entries[2].entry.previous.len(), 64);
    }
}

#[tokio::test]
async fn every_error_is_told_beside_its_field() {
    for world in worlds().await {
        let now = at("2026-11-12T08:00:00Z");
        let command = Command::Create {
            kind: "incident".into(),
            number: None,
            input: input(json!({"impact": "hihg", "raised_on": "yesterday", "prioritty": "P1", "owner": "nobody"})),
        };
        let Refusal::Invalid(errors) = world.desk.perform(&agent(), command, now).await.unwrap_err() else {
            panic!("invalid")
        };
        let said: Vec<String> = errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
        assert_eq!(said.len(), 4, "{said:?}");
        assert!(
            said.iter().any(|s| s.contains("impact: \"hihg\" is not one of high, medium, low, did you mean \"high\"?")),
            "{said:?}"
        );
        assert!(
            said.iter().any(|s| s.contains("prioritty: incident has no such field, did you mean \"priority\"?")),
            "{said:?}"
        );
        let missing = Command::Create { kind: "incident".into(), number: None, input: input(json!({})) };
        let Refusal::Invalid(errors) = world.desk.perform(&agent(), missing, now).await.unwrap_err() else {
            panic!("invalid")
        };
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["title", "impact"]);
    }
}

#[tokio::test]
async fn of_two_who_open_the_same_record_the_second_is_told() {
    for world in worlds().await {
        let now = at("2026-11-12T08:00:00Z");
        let number = world.incident("Printer", now).await;
        let edit = |title: &str| Command::Edit {
            target: model::Target { version: Some(1), ..target("incident", &number) },
            input: input(json!({ "title": title })),
        };
        let me = agent();
        let (one, two) =
            tokio::join!(world.desk.perform(&me, edit("one"), now), world.desk.perform(&me, edit("two"), now));
        let refused = [&one, &two]
            .into_iter()
            .filter(|done| matches!(done, Err(Refusal::Stale { expected: 1, found: 2 })))
            .count();
        assert_eq!(refused, 1, "{}: {one:?} {two:?}", world.name);
    }
}

#[tokio::test]
async fn links_are_seen_from_both_ends_and_end() {
    for world in worlds().await {
        let now = at("2026-11-12T08:00:00Z");
        let (one, two) = (world.incident("One", now).await, world.incident("Two", now).await);
        let link = Link { name: "caused_by".into(), to: two.clone() };
        world
            .desk
            .perform(&agent(), Command::Link { target: target("incident", &one), link: link.clone() }, now)
            .await
            .unwrap();
        let dangling = Command::Link {
            target: target("incident", &one),
            link: Link { name: "caused_by".into(), to: "CHG-9".into() },
        };
        assert!(matches!(world.desk.perform(&agent(), dangling, now).await, Err(Refusal::Invalid(_))));
        let back = world.desk.whole(&agent(), "incident", &two, now).await.unwrap().links;
        assert!(back.len() == 1 && back[0].back && back[0].other.as_ref().unwrap().title == "One");
        world
            .desk
            .perform(&agent(), Command::Unlink { target: target("incident", &one), link }, now.plus(5))
            .await
            .unwrap();
        assert!(world.desk.whole(&agent(), "incident", &two, now.plus(6)).await.unwrap().links.is_empty());
    }
}

#[tokio::test]
async fn files_stay_with_their_record_and_words_are_found() {
    for world in worlds().await {
        let now = at("2026-11-12T08:00:00Z");
        let number = world.incident("Größere Störung im Café", now).await;
        let file = File { name: "log.txt".into(), media: "text/plain".into(), bytes: b"boom".to_vec(), public: false };
        world.desk.perform(&agent(), Command::Attach { target: target("incident", &number), file }, now).await.unwrap();
        let note = Command::Note {
            target: target("incident", &number),
            text: "the toaster is involved".into(),
            public: false,
        };
        world.desk.perform(&agent(), note, now).await.unwrap();
        assert_eq!(world.desk.whole(&agent(), "incident", &number, now).await.unwrap().files[0].size, 4);
        for words in ["grossere storung", "GRÖßERE", "cafe", "toast", &number] {
            let query = model::Query { words: Some(words.into()), ..model::Query::of("incident") };
            let found = world.desk.list(&agent(), &query, now).await.unwrap().records.len();
            let wanted = usize::from(words != "grossere storung");
            assert_eq!(found, wanted, "{}: {words}", world.name);
        }
    }
}

#[tokio::test]
async fn the_same_key_does_the_same_command_once() {
    for world in worlds().await {
        let now = at("2026-11-25T08:00:00Z");
        let create = |title: &str| Command::Create {
            kind: "incident".into(),
            number: None,
            input: input(json!({"title": title, "impact": "low"})),
        };
        let once =
            async |key: &str, command: Command, now: Moment| world.desk.perform_once(&agent(), key, command, now).await;
        let first = once("k-1", create("Tills"), now).await.expect("done");
        let again = once("k-1", create("Tills"), now.plus(HOUR)).await.expect("the same answer");
        assert_eq!(first, again, "{}", world.name);
        assert!(matches!(once("k-1", create("Routers"), now).await, Err(Refusal::Reused(_))));
        let (left, right) = tokio::join!(once("k-2", create("Race"), now), once("k-2", create("Race"), now));
        assert_eq!(left.expect("done"), right.expect("done"), "{}", world.name);
        // A refused command leaves its key free; another person's key is another key; a day later it is forgotten.
        let bad =
            Command::Create { kind: "incident".into(), number: None, input: input(json!({"title": "No impact"})) };
        assert!(matches!(once("k-3", bad, now).await, Err(Refusal::Invalid(_))));
        once("k-3", create("With impact"), now).await.expect("the key was not used up");
        let other = Actor { email: "tomas@tidewell.example".into(), ..agent() };
        let theirs = world.desk.perform_once(&other, "k-1", create("Tills"), now).await.expect("done");
        assert_ne!(theirs.number, first.number);
        let later = once("k-1", create("Routers"), now.plus(24 * HOUR)).await.expect("done");
        assert_ne!(later.number, first.number);
        assert!(once("", create("Tills"), now).await.is_err());
    }
}

#[tokio::test]
async fn several_commands_of_one_transaction_may_be_about_the_same_record() {
    for world in worlds().await {
        let now = at("2026-11-12T08:00:00Z");
        world.create(&agent(), "incident", json!({"title": "Mail is down", "impact": "high"}), now).await;
        let note = |text: &str| Command::Note { target: target("incident", "INC-1"), text: text.into(), public: false };
        let commands = vec![note("One"), note("Two"), note("Three")];
        let done = world.desk.perform_all(&agent(), commands, now, true).await.expect("all of them");
        let versions: Vec<i64> = done.into_iter().map(|done| done.expect("done").version).collect();
        assert_eq!(versions, [2, 3, 4], "{}", world.name);
    }
}
