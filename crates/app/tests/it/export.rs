//! What is exported tells everything that there is: on the other database it gives the same export and the same verdicts.

use model::{Actor, Command, Input, Link, Role, Target, Via};
use serde_json::json;

use crate::world::{Database, World, at, now};

both_databases!(the_other_database_tells_the_same, what_was_overwritten_is_still_known);

fn other(database: Database) -> Database {
    match database {
        Database::Postgres => Database::Sqlite,
        Database::Sqlite if crate::world::postgres().is_some() => Database::Postgres,
        Database::Sqlite => Database::Sqlite,
    }
}

const LINES: &str = include_str!("data/lines.jsonl");

fn manager() -> Actor {
    Actor {
        email: "ines@tidewell.example".into(),
        name: "Ines".into(),
        roles: vec![Role::SmsManager],
        ..Actor::system("test", Via::Web)
    }
}

fn target(kind: &str, number: &str) -> Target {
    Target { kind: kind.into(), number: number.into(), version: None }
}

/// Imports, and then works on what was imported, as people do.
async fn worked(database: Database) -> World {
    let world = World::new(database).await;
    let report = world.import(LINES).await;
    assert!(report.is_whole(), "{:?}", report.refusals);
    let input = |parts: serde_json::Value| Input::json(parts.as_object().cloned().unwrap_or_default());
    let commands = [
        Command::Create {
            kind: "incident".into(),
            number: None,
            input: input(json!({"title": "Mail is late", "impact": "low", "urgency": "high", "service": "SVC-1"})),
        },
        Command::Edit { target: target("service", "SVC-1"), input: input(json!({"criticality": "high"})) },
        Command::Edit { target: target("service", "SVC-1"), input: input(json!({"criticality": null})) },
        Command::Note { target: target("service", "SVC-1"), text: "Seen".into(), public: false },
        Command::Link {
            target: target("incident", "INC-100"),
            link: Link { name: "relates_to".into(), to: "SVC-1".into() },
        },
        Command::Edit { target: target("incident", "INC-100"), input: input(json!({"category": "network"})) },
    ];
    for (minute, command) in commands.into_iter().enumerate() {
        let moment = at("2026-11-20T10:00:00Z").plus(minute as i64 * 60_000);
        let done = world.desk.perform(&manager(), command.clone(), moment).await;
        done.unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
    }
    world
}

async fn the_other_database_tells_the_same(database: Database) {
    let world = worked(database).await;
    let export = world.export().await;
    let second = World::new(other(database)).await;
    let report = second.import(&export).await;
    assert!(report.is_whole(), "{:?}", report.refusals);
    assert_eq!(second.export().await, export);
    for instant in [now(), at("2026-11-20T10:01:30Z"), at("2026-11-12T07:20:00Z"), at("2026-01-01T00:00:00Z")] {
        let verdicts = |world: &World| {
            let desk = world.desk.clone();
            async move { desk.assess_as_of(instant).await.unwrap().to_json().to_string() }
        };
        assert_eq!(verdicts(&world).await, verdicts(&second).await, "{instant}");
    }
    for world in [&world, &second] {
        assert_eq!(world.desk.verify(&mut |_| {}).await.unwrap().first, Vec::<String>::new());
    }
}

async fn what_was_overwritten_is_still_known(database: Database) {
    let world = World::new(database).await;
    let line = |extra: &str| {
        format!(
            r#"{{"kind":"incident","number":"INC-1","title":"T","state":"new","fields":{{"impact":"low","category":"{extra}"}},"history":[{{"at":"2026-01-01T00:00:00Z","fields":{{"impact":"high"}}}},{{"at":"2026-01-02T00:00:00Z"}}]}}"#
        )
    };
    world.import(line("data")).await;
    world.import(line("network")).await;
    world.import(r#"{"kind":"incident","number":"INC-2","title":"Old","fields":{"impact":"high"}}"#).await;
    world.import(r#"{"kind":"incident","number":"INC-2","title":"Old","fields":{"impact":"low"}}"#).await;
    let export = world.export().await;
    let second = World::new(other(database)).await;
    second.import(&export).await;
    assert_eq!(second.export().await, export);
    for instant in ["2025-01-01T00:00:00Z", "2026-01-01T12:00:00Z", "2026-01-03T00:00:00Z", "2026-11-25T11:00:00Z"] {
        let facts = |world: &World| {
            let desk = world.desk.clone();
            async move {
                let cases = desk.cases_of(&["incident"], at(instant)).await.unwrap();
                cases.into_iter().map(|case| (case.record.number, case.record.fields)).collect::<Vec<_>>()
            }
        };
        assert_eq!(facts(&world).await, facts(&second).await, "{instant}");
    }
}
