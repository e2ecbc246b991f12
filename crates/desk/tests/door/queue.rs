//! Counts that are kept are those that are there, whatever happens; what one has just done can be taken back.

use model::{Command, Query, Refusal, filter_text, time::MINUTE};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;

use crate::world::*;

const VIEWS: [&str; 6] = [
    "phase != done",
    "phase != done and owner is empty",
    "priority = P1 or major = true",
    "state in (waiting, resolved) and impact != high",
    "title contains \"3\"",
    "tags = t1",
];

fn queries(world: &World) -> Vec<Query> {
    let catalog = world.desk.catalog();
    let kind = catalog.find("incident").unwrap();
    let query = |text: &&str| Query { filter: filter_text::parse(text, kind).unwrap(), ..Query::of("incident") };
    VIEWS.iter().map(query).collect()
}

/// What lists find, one by one.
async fn counted(world: &World, queries: &[Query]) -> Vec<i64> {
    let now = at("2026-11-12T12:00:00Z");
    let mut counts = Vec::new();
    for query in queries {
        counts.push(world.desk.count(&agent(), query, now).await.unwrap());
    }
    counts
}

#[derive(Clone, Debug)]
enum Deed {
    Create(serde_json::Value),
    Edit(usize, serde_json::Value),
    Step(usize, &'static str),
    Undo(usize),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let fields = (
        prop::sample::select(vec!["high", "medium", "low"]),
        prop::option::of(prop::sample::select(vec!["ines@tidewell.example", "tomas@tidewell.example"])),
        any::<bool>(),
        prop::collection::vec(prop::sample::select(vec!["t1", "t2"]), 0..2),
        0..9u8,
    );
    let fields = fields.prop_map(|(impact, owner, major, tags, title)| {
        json!({"impact": impact, "owner": owner, "major": major, "tags": tags, "title": format!("Ticket {title}")})
    });
    let deed = prop_oneof![
        2 => fields.clone().prop_map(Deed::Create),
        3 => (0..20usize, fields).prop_map(|(at, fields)| Deed::Edit(at, fields)),
        3 => (0..20usize, prop::sample::select(vec!["waiting", "new", "resolved"])).prop_map(|(at, to)| Deed::Step(at, to)),
        2 => (0..20usize).prop_map(Deed::Undo),
    ];
    prop::collection::vec(deed, 1..25)
}

fn command(deed: Deed, made: &[String], versions: &std::collections::HashMap<String, i64>) -> Option<Command> {
    let number = |at: usize| made.get(at % made.len().max(1)).cloned();
    Some(match deed {
        Deed::Create(fields) => Command::Create { kind: "incident".into(), number: None, input: input(fields) },
        Deed::Edit(at, fields) => Command::Edit { target: target("incident", &number(at)?), input: input(fields) },
        Deed::Step(at, to) => Command::Step {
            target: target("incident", &number(at)?),
            to: to.into(),
            input: input(json!({"resolution": "Done"})),
            note: None,
            public: false,
        },
        Deed::Undo(at) => {
            let number = number(at)?;
            let version = versions.get(&number).copied();
            Command::Undo { target: model::Target { version, ..target("incident", &number) } }
        }
    })
}

#[test]
fn kept_counts_are_what_lists_find() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let worlds = runtime.block_on(worlds());
    let mut runner = TestRunner::new(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() });
    let begin = at("2026-11-12T08:00:00Z");
    let ran = runner.run(&deeds(), |deeds| {
        runtime.block_on(async {
            for world in &worlds {
                let queries = queries(world);
                // The first look begins the counts; all later ones are kept.
                world.desk.counts(&agent(), &queries, begin).await.unwrap();
                let (mut made, mut versions) = (Vec::new(), std::collections::HashMap::new());
                // Half of it in one transaction, where one record may be written more than once.
                for (at, chunk) in deeds.chunks(3).enumerate() {
                    let commands: Vec<Command> =
                        chunk.iter().filter_map(|deed| command(deed.clone(), &made, &versions)).collect();
                    let outcomes =
                        world.desk.perform_all(&agent(), commands, begin.plus(at as i64), false).await.unwrap();
                    for done in outcomes.into_iter().flatten() {
                        versions.insert(done.number.clone(), done.version);
                        if !made.contains(&done.number) {
                            made.push(done.number);
                        }
                    }
                }
                let kept = world.desk.counts(&agent(), &queries, begin).await.unwrap();
                prop_assert_eq!(&kept, &counted(world, &queries).await, "{}", world.name);
            }
            Ok(())
        })
    });
    ran.unwrap();
    runtime.block_on(async {
        for world in &worlds {
            let queries = queries(world);
            assert_eq!(world.desk.rebuild_counts().await.unwrap(), VIEWS.len() as u64);
            let anew = world.desk.counts(&agent(), &queries, begin).await.unwrap();
            assert_eq!(anew, counted(world, &queries).await, "{}", world.name);
        }
    });
}

#[tokio::test]
async fn a_count_costs_one_statement_whatever_the_number_of_views() {
    for world in worlds().await {
        let now = at("2026-11-12T08:00:00Z");
        for at in 0..5 {
            world.incident(&format!("Ticket {at}"), now).await;
        }
        let queries = queries(&world);
        world.desk.counts(&agent(), &queries, now).await.unwrap();
        let before = world.desk.statements();
        world.desk.counts(&agent(), &queries, now).await.unwrap();
        assert_eq!(world.desk.statements() - before, 1, "{}", world.name);
        // A customer's people count their own, and nothing of it is kept for others to see.
        let own = world.desk.counts(&customer("CUS-1"), &queries, now).await.unwrap();
        assert_eq!(own, vec![0; VIEWS.len()]);
    }
}

#[tokio::test]
async fn counts_that_begin_while_others_write_miss_nothing() {
    for world in worlds().await {
        let now = at("2026-11-12T08:00:00Z");
        let queries = queries(&world);
        let writing = (0..40).map(|at| {
            let (desk, actor) = (world.desk.clone(), agent());
            async move {
                let fields = input(json!({"title": format!("Ticket {at}"), "impact": "high"}));
                let create = Command::Create { kind: "incident".into(), number: None, input: fields };
                desk.perform(&actor, create, now).await.unwrap();
            }
        });
        let looking = (0..6).map(|_| {
            let (desk, queries) = (world.desk.clone(), queries.clone());
            async move {
                desk.counts(&agent(), &queries, now).await.unwrap();
            }
        });
        futures::join!(futures::future::join_all(writing), futures::future::join_all(looking));
        let kept = world.desk.counts(&agent(), &queries, now).await.unwrap();
        assert_eq!(kept, counted(&world, &queries).await, "{}", world.name);
    }
}

fn undo(number: &str, version: i64) -> Command {
    Command::Undo { target: model::Target { version: Some(version), ..target("incident", number) } }
}

#[tokio::test]
async fn what_was_just_done_is_taken_back_by_whoever_did_it() {
    for world in worlds().await {
        let now = at("2026-11-12T08:00:00Z");
        let number = world.incident("Mail is down", now).await;
        let wait = Command::Step {
            target: target("incident", &number),
            to: "resolved".into(),
            input: input(json!({"resolution": "Restarted", "impact": "high"})),
            note: None,
            public: false,
        };
        let done = world.desk.perform(&agent(), wait, now).await.unwrap();
        let other = model::Actor { email: "tomas@tidewell.example".into(), ..agent() };
        let refused = world.desk.perform(&other, undo(&number, done.version), now).await.unwrap_err();
        assert!(matches!(refused, Refusal::Forbidden(_)), "{refused:?}");
        let back = world.desk.perform(&agent(), undo(&number, done.version), now.plus(MINUTE)).await.unwrap();
        let whole = world.desk.whole(&agent(), "incident", &number, now.plus(MINUTE)).await.unwrap();
        assert_eq!((whole.shown.state(), back.version), ("new", 3), "no step of the lifecycle leads there");
        assert_eq!(whole.shown.fields().get("resolution"), None);
        assert_eq!(whole.shown.fields().get("priority"), None, "what a rule had set goes with it");
        assert_eq!(whole.entries.last().unwrap().entry.act, "undo");
        // Taking back is itself taken back.
        world.desk.perform(&agent(), undo(&number, back.version), now.plus(MINUTE)).await.unwrap();
        let shown = world.desk.show(&agent(), "incident", &number, None, now.plus(MINUTE)).await.unwrap();
        assert_eq!(
            (shown.state(), shown.value(world.desk.catalog().find("incident").unwrap(), "priority")),
            ("resolved", Some(model::Value::text("P1")))
        );
    }
}

#[tokio::test]
async fn what_others_have_built_on_is_not_taken_back() {
    for world in worlds().await {
        let now = at("2026-11-12T08:00:00Z");
        let number = world.incident("Mail is down", now).await;
        let edit = |fields| Command::Edit { target: target("incident", &number), input: input(fields) };
        let done = world.desk.perform(&agent(), edit(json!({"category": "Mail"})), now).await.unwrap();
        let other = model::Actor { email: "tomas@tidewell.example".into(), ..agent() };
        world.desk.perform(&other, edit(json!({"category": "Network"})), now).await.unwrap();
        let refused = world.desk.perform(&agent(), undo(&number, done.version), now).await.unwrap_err();
        assert!(matches!(refused, Refusal::Stale { .. }), "{refused:?}");
        let late =
            world.desk.perform(&other, undo(&number, done.version + 1), now.plus(31 * MINUTE)).await.unwrap_err();
        assert!(matches!(&late, Refusal::Step(why) if why.contains("30 minutes")), "{late:?}");
        let note = Command::Note { target: target("incident", &number), text: "Looked".into(), public: false };
        let noted = world.desk.perform(&agent(), note, now).await.unwrap();
        let refused = world.desk.perform(&agent(), undo(&number, noted.version), now).await.unwrap_err();
        assert!(matches!(refused, Refusal::Step(_)), "{refused:?}");
        let foreign = world.desk.perform(&customer("CUS-2"), undo(&number, noted.version), now).await.unwrap_err();
        assert_eq!(foreign, Refusal::NotFound);
    }
}
