//! A filter means the same in SQL, on both databases, and in memory; pages follow on each other without gap or overlap.

use model::{Moment, Query, Value, filter::Context, filter_text};
use proptest::prelude::*;
use serde_json::json;

use crate::world::*;

async fn fill(world: &World) {
    let begin = at("2026-11-01T00:00:00Z");
    for n in 0..60i64 {
        let mut fields =
            json!({"title": format!("Ticket {}", n % 7), "impact": (["high", "medium", "low"][n as usize % 3])});
        let set = fields.as_object_mut().unwrap();
        if n % 2 == 0 {
            set.insert("effort".into(), json!((n - 20) as f64 * 0.75));
            set.insert("owner".into(), json!(["ines@tidewell.example", "tomas@tidewell.example"][n as usize % 4 / 2]));
        }
        if n % 3 == 0 {
            set.insert("major".into(), json!(n % 6 == 0));
            set.insert("due".into(), json!(begin.plus(n * 86_400_000).to_string()));
            set.insert("planned".into(), json!(begin.plus(n * 43_200_000).date().to_string()));
        }
        if n % 4 == 0 {
            set.insert("raised_on".into(), json!(begin.plus(n * 3_600_500).to_string()));
            set.insert("tags".into(), json!((0..n % 5).map(|tag| format!("t{tag}")).collect::<Vec<_>>()));
        }
        if n % 5 == 0 {
            set.insert("category".into(), json!(["Mail", "mail", "Netz'werk", "100 %"][n as usize % 4]));
            set.insert("review".into(), json!({"text": "fine", "held": n % 10 == 0, "score": n}));
        }
        world.create(&agent(), "incident", fields, begin.plus(n * 1000)).await;
    }
}

fn test() -> impl Strategy<Value = String> {
    let op = prop_oneof![Just("="), Just("!="), Just("<"), Just("<="), Just(">"), Just(">=")];
    let field = prop_oneof![
        Just(("effort", vec!["0", "7.5", "-3.75"])),
        Just(("impact", vec!["high", "low"])),
        Just(("priority", vec!["P1", "P2"])),
        Just(("owner", vec!["me", "tomas@tidewell.example", "x@y"])),
        Just(("due", vec!["2026-11-10", "now", "now - 3d", "2026-11-19T00:00:00Z"])),
        Just(("planned", vec!["2026-11-05", "2026-11-10", "today"])),
        Just(("raised_on", vec!["2026-11-01T12:00:06Z", "2026-11-02"])),
        Just(("category", vec!["Mail", "\"100 %\"", "\"Netz'werk\""])),
        Just(("tags", vec!["t0", "t2", "t9"])),
        Just(("review.score", vec!["10", "40"])),
        Just(("review.text", vec!["fine", "bad"])),
        Just(("title", vec!["\"Ticket 3\""])),
        Just(("created", vec!["2026-11-01T00:00:30Z"])),
    ];
    let unordered = prop_oneof![
        Just("major = true"),
        Just("major != no"),
        Just("review.held = yes"),
        Just("not review.held = false"),
        Just("state != new"),
        Just("state in (new, resolved)"),
        Just("phase = open"),
        Just("phase != done"),
        Just("phase in (open, waiting)"),
    ];
    let value = field.prop_flat_map(|(name, values)| (Just(name), proptest::sample::select(values)));
    let compare = (value.clone(), op).prop_map(|((name, value), op)| format!("{name} {op} {value}"));
    let within = value.clone().prop_map(|(name, value)| format!("{name} in ({value}, {value})"));
    let out = value.clone().prop_map(|(name, value)| format!("{name} not in ({value})"));
    let filled = (value.clone(), any::<bool>())
        .prop_map(|((name, _), full)| format!("{name} is {}", if full { "filled" } else { "empty" }));
    let contains = prop_oneof![Just("category contains MAIL"), Just("title ~ \"cket 3\""), Just("tags ~ 2")]
        .prop_map(str::to_string);
    prop_oneof![5 => compare, 2 => unordered.prop_map(str::to_string), 1 => within, 1 => out, 1 => filled, 1 => contains]
}

fn filters() -> impl Strategy<Value = String> {
    test().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" or "))),
            inner.prop_map(|part| format!("not ({part})")),
        ]
    })
}

#[test]
fn a_filter_means_the_same_everywhere() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let worlds = runtime.block_on(async {
        let worlds = worlds().await;
        for world in &worlds {
            fill(world).await;
        }
        worlds
    });
    let now = at("2026-11-12T08:00:00Z");
    let kind = catalog().find("incident").unwrap().clone();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 250,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&filters(), |text| {
            let filter = filter_text::parse(&text, &kind).unwrap_or_else(|why| panic!("{text}: {why}"));
            let context = Context { me: "ines@tidewell.example", now };
            let mut answers: Vec<Vec<String>> = Vec::new();
            for world in &worlds {
                runtime.block_on(async {
                    let all = world
                        .desk
                        .list(
                            &agent(),
                            &Query {
                                size: 500,
                                columns: kind.fields.iter().map(|f| f.name.clone()).collect(),
                                ..Query::of("incident")
                            },
                            now,
                        )
                        .await
                        .unwrap();
                    let memory = all
                        .records
                        .iter()
                        .filter(|shown| shown.holds(&filter, &kind, context))
                        .map(|shown| shown.number().to_string())
                        .collect();
                    let found = world
                        .desk
                        .list(&agent(), &Query { filter: filter.clone(), size: 500, ..Query::of("incident") }, now)
                        .await;
                    let found = found.unwrap_or_else(|refusal| panic!("{}: {text}: {refusal}", world.name));
                    answers.push(memory);
                    answers.push(found.records.iter().map(|shown| shown.number().to_string()).collect());
                });
            }
            prop_assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{text}: {answers:?}");
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn pages_follow_on_each_other_in_every_order() {
    for world in worlds().await {
        fill(&world).await;
        let now = at("2026-11-12T08:00:00Z");
        let kind = catalog().find("incident").unwrap().clone();
        for order in [
            "",
            "number",
            "-priority, due",
            "effort",
            "-effort, title",
            "raised_on",
            "category desc, -due",
            "title, owner, -created",
            "review.score",
        ] {
            for as_of in [None, Some(Moment(now.0 - 1))] {
                let orders = model::query::orders(order, &kind).unwrap();
                let mut query = Query { order: orders, size: 7, as_of, ..Query::of("incident") };
                let whole = world.desk.list(&agent(), &Query { size: 500, ..query.clone() }, now).await.unwrap();
                let mut numbers = Vec::new();
                loop {
                    let page = world.desk.list(&agent(), &query, now).await.unwrap();
                    numbers.extend(page.records.iter().map(|shown| shown.number().to_string()));
                    match page.next {
                        Some(next) => query.after = Some(model::Cursor::read(&next.write()).unwrap()),
                        None => break,
                    }
                }
                let wanted: Vec<String> = whole.records.iter().map(|shown| shown.number().to_string()).collect();
                assert_eq!(numbers.len(), 60, "{}: {order}", world.name);
                assert_eq!(numbers, wanted, "{}: {order} {as_of:?}", world.name);
            }
        }
    }
}

#[tokio::test]
async fn the_same_order_now_and_in_the_past() {
    let now = at("2026-11-12T08:00:00Z");
    let kind = catalog().find("incident").unwrap().clone();
    let mut answers = Vec::new();
    for world in worlds().await {
        fill(&world).await;
        for order in ["effort", "-due", "category", "owner, -title"] {
            let mut numbers = Vec::new();
            for as_of in [None, Some(Moment(now.0 - 1))] {
                let query = Query {
                    order: model::query::orders(order, &kind).unwrap(),
                    size: 500,
                    as_of,
                    filter: filter_text::parse("due is filled", &kind).unwrap(),
                    ..Query::of("incident")
                };
                let page = world.desk.list(&agent(), &query, now).await.unwrap();
                numbers.push(
                    page.records
                        .iter()
                        .map(|shown| {
                            format!(
                                "{} {:?}",
                                shown.number(),
                                shown.value(&kind, "title") == Some(Value::text(shown.title()))
                            )
                        })
                        .collect::<Vec<_>>(),
                );
            }
            assert_eq!(numbers[0], numbers[1], "{}: {order}", world.name);
            answers.push((order, numbers.remove(0)));
        }
    }
    for (order, numbers) in &answers {
        assert!(
            answers.iter().filter(|(other, _)| other == order).all(|(_, same)| same == numbers),
            "{order} differs between the databases"
        );
    }
}
