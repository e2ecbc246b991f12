//! Folding the journal gives the record, whatever was done to it; and the past stays what it was.

use model::{Command, Entry, Moment, Query, journal::fold};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::world::*;

#[derive(Clone, Debug)]
enum Deed {
    Edit(&'static str, Json),
    Step(&'static str),
    Note(String),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let edit = prop_oneof![
        "[a-zäß]{1,12}".prop_map(|text| Deed::Edit("title", json!(text))),
        prop_oneof![Just(json!("high")), Just(json!("low")), Just(json!("medium"))]
            .prop_map(|value| Deed::Edit("impact", value)),
        (0..100_000i64).prop_map(|number| Deed::Edit("effort", json!(number as f64 / 100.0))),
        any::<bool>().prop_map(|flag| Deed::Edit("major", json!(flag))),
        Just(Deed::Edit("effort", Json::Null)),
        Just(Deed::Edit("resolution", json!("done"))),
        proptest::collection::vec("[a-c]{1,2}", 0..4).prop_map(|tags| Deed::Edit("tags", json!(tags))),
        (any::<bool>(), 0..50i64).prop_map(|(held, score)| Deed::Edit(
            "review",
            json!({"held": held, "score": score, "odd": [1, "x", {"y": 1.5}]})
        )),
        "2026-1[0-2]-1[0-9]T0[0-9]:00:00Z".prop_map(|at| Deed::Edit("due", json!(at))),
    ];
    let step = prop_oneof![Just("waiting"), Just("new"), Just("resolved"), Just("withdrawn")].prop_map(Deed::Step);
    let note = "[a-z ]{1,20}".prop_map(Deed::Note);
    proptest::collection::vec(prop_oneof![6 => edit, 3 => step, 1 => note], 1..25)
}

async fn retell(world: &World, deeds: &[Deed]) {
    let begin = at("2026-11-12T08:00:00Z");
    let number = world.incident("Begin", begin).await;
    let mut told = Vec::new();
    for (place, deed) in deeds.iter().enumerate() {
        let target = target("incident", &number);
        let command = match deed.clone() {
            Deed::Edit(name, value) => Command::Edit { target, input: input(json!({ name: value })) },
            Deed::Step(to) => {
                Command::Step { target, to: to.into(), input: input(json!({})), note: None, public: false }
            }
            Deed::Note(text) => Command::Note { target, text, public: place % 2 == 0 },
        };
        let now = begin.plus(1000 * (place as i64 + 1));
        // Some deeds are refused from where the record stands; what counts is that nothing is half done.
        let _ = world.desk.perform(&agent(), command, now).await;
        let shown = world.desk.show(&agent(), "incident", &number, None, now).await.unwrap();
        told.push((now, shown.title().to_string(), shown.state().to_string(), shown.fields().clone()));
    }
    let whole = world.desk.whole(&agent(), "incident", &number, begin).await.unwrap();
    let marks: Vec<_> = whole.entries.iter().map(|shown| shown.entry.mark()).collect();
    let folded = fold(&marks, Moment(i64::MAX)).unwrap();
    assert_eq!(
        (&folded.title[..], &folded.state[..], &folded.fields),
        (whole.shown.title(), whole.shown.state(), whole.shown.fields()),
        "{}",
        world.name
    );
    assert!(whole.entries.windows(2).all(|pair| pair[0].entry.version < pair[1].entry.version));
    chain(&whole.entries.into_iter().map(|shown| shown.entry).collect::<Vec<_>>());
    for (now, title, state, fields) in told {
        let past = world.desk.show(&agent(), "incident", &number, Some(now), begin.plus(90_000)).await.unwrap();
        assert_eq!(
            (past.title(), past.state(), past.fields()),
            (&title[..], &state[..], &fields),
            "{} at {now}",
            world.name
        );
    }
}

/// Each entry names the leaf hash of the one before it.
fn chain(entries: &[Entry]) {
    assert_eq!(entries[0].previous, "");
    assert!(entries[1..].iter().all(|entry| entry.previous.len() == 64));
    let mut seen = std::collections::BTreeSet::new();
    assert!(entries.iter().all(|entry| seen.insert(entry.previous.clone())), "no two follow the same one");
}

#[test]
fn the_journal_retells_the_record() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let worlds = runtime.block_on(worlds());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&deeds(), |deeds| {
            runtime.block_on(async {
                for world in &worlds {
                    retell(world, &deeds).await;
                }
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_list_of_the_past_shows_what_was_on_record_then() {
    for world in worlds().await {
        let begin = at("2026-11-12T08:00:00Z");
        let number = world.incident("First", begin).await;
        world.incident("Second", begin.plus(60_000)).await;
        let step = Command::Step {
            target: target("incident", &number),
            to: "waiting".into(),
            input: input(json!({})),
            note: None,
            public: false,
        };
        world.desk.perform(&agent(), step, begin.plus(30_000)).await.unwrap();
        let kind = catalog().find("incident").unwrap().clone();
        let list = |filter: &str, as_of: Moment| {
            let query = Query {
                filter: model::filter_text::parse(filter, &kind).unwrap(),
                as_of: Some(as_of),
                ..Query::of("incident")
            };
            let desk = world.desk.clone();
            async move { desk.list(&agent(), &query, begin.plus(90_000)).await.unwrap().records.len() }
        };
        assert_eq!(list("state = new", begin).await, 1);
        assert_eq!(list("state = new", begin.plus(40_000)).await, 0);
        assert_eq!(list("state = waiting", begin.plus(40_000)).await, 1);
        assert_eq!(list("", begin.plus(70_000)).await, 2);
        assert_eq!(list("", begin.minus(1)).await, 0);
    }
}
