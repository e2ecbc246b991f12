//! The demonstration world: complete, consistent, the same each time, and honest about what is left undone.

use std::collections::BTreeSet;

use engines::conformity::State;
use plumbline::demo;

use crate::world::{Database, World, at};

both_databases!(every_kind_is_there_and_the_assessment_finds_what_was_left_undone);

const END: &str = "2026-11-25T10:00:00Z";

async fn every_kind_is_there_and_the_assessment_finds_what_was_left_undone(database: Database) {
    let world = World::new(database).await;
    demo::write(&world.desk, 20_000, at(END)).await.expect("a world");
    let export = world.export().await;
    let kinds: BTreeSet<String> = export
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON")["kind"]
                .as_str()
                .unwrap_or_default()
                .to_string()
        })
        .collect();
    let declared: BTreeSet<String> = world.desk.catalog().kinds().iter().map(|kind| kind.name.to_string()).collect();
    assert_eq!(kinds, declared);
    let assessment = world.desk.assess_as_of(at(END)).await.expect("an assessment");
    let found = |state: State| -> Vec<&str> {
        let verdicts = assessment.verdicts.iter().filter(|verdict| verdict.state == state);
        verdicts.map(|verdict| verdict.requirement.id.as_str()).collect()
    };
    assert_eq!(found(State::Nonconforming), ["7.2.c", "8.5.1.2-3", "8.5.1.3-7", "8.6.1-6"]);
    assert_eq!(found(State::Gap), ["8.7.3.1-3"]);
    assert_eq!(found(State::Stale), ["7.5.3.2-2", "8.6.3-7", "8.7.2-4"]);
    // What the desk does all day is judged by records, nothing of it by there being none.
    for clause in ["7.6", "8.3.2", "8.3.3", "8.6.1", "8.6.2", "8.6.3"] {
        let own: Vec<_> = assessment.verdicts.iter().filter(|verdict| verdict.requirement.clause == clause).collect();
        assert!(own.iter().any(|verdict| verdict.state == State::Proved), "{clause}");
        for verdict in own {
            assert!(verdict.state != State::NothingToSample, "{}: {}", verdict.requirement.id, verdict.why);
        }
    }
    assert!(assessment.count(State::Proved) > 230, "{}", assessment.count(State::Proved));
    assert_eq!(world.desk.verify(&mut |_| {}).await.expect("a verdict").first, Vec::<String>::new());
}

/// On either database, with whatever ends of months and years lie in it.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_and_end_give_the_same_world() {
    let other = if crate::world::postgres().is_some() { Database::Postgres } else { Database::Sqlite };
    let mut exports = Vec::new();
    for (database, seed) in [(Database::Sqlite, 7), (other, 7), (Database::Sqlite, 8)] {
        let world = World::new(database).await;
        demo::write(&world.desk, seed, at("2027-03-01T00:10:00Z")).await.expect("a world");
        exports.push(world.export().await);
    }
    assert!(exports[0] == exports[1], "the same seed gave two worlds");
    assert!(exports[0] != exports[2], "another seed gave the same world");
}
