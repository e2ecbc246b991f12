//! Problems to their end: nothing left open, the change on both sides, the effect looked at; and articles with their versions.

use desk::Shown;
use model::{
    Command, Moment, Value,
    time::{DAY, HOUR},
};
use serde_json::{Value as Json, json};

use crate::world::*;

const BEGIN: &str = "2026-11-12T08:00:00Z";

async fn step(world: &World, kind: &str, number: &str, to: &str, fields: Json, now: Moment) -> Result<(), String> {
    let command =
        Command::Step { target: target(kind, number), to: to.into(), input: input(fields), note: None, public: false };
    world.desk.perform(&agent(), command, now).await.map(drop).map_err(|why| why.sentence())
}

async fn show(world: &World, kind: &str, number: &str) -> Shown {
    world.desk.show(&agent(), kind, number, None, at("2027-06-01T00:00:00Z")).await.expect("a record")
}

fn texts(shown: &Shown, field: &str) -> Vec<String> {
    let value = shown.fields().get(field).cloned();
    value
        .map(|value| value.entries().iter().filter_map(Value::as_text).map(str::to_string).collect())
        .unwrap_or_default()
}

#[tokio::test]
async fn no_problem_closes_with_open_actions() {
    for world in worlds_of(kinds::catalog).await {
        let now = at(BEGIN);
        let fields = json!({"title": "Why are tills slow", "category": "application", "source": "trend"});
        let problem = world.create(&agent(), "problem", fields, now).await.number;
        // One names the problem, the other is named by it.
        let one = json!({"text": "Warm the cache", "source": problem});
        let one = world.create(&agent(), "action", one, now.plus(HOUR)).await.number;
        let other = world.create(&agent(), "action", json!({"text": "Tell the maker"}), now.plus(HOUR)).await.number;
        assert_eq!(texts(&show(&world, "problem", &problem).await, "actions"), vec![one.clone()], "{}", world.name);
        let fields = json!({"cause": "An empty cache", "actions": [one, other, "Warm it by hand"]});
        step(&world, "problem", &problem, "resolved", fields, now.plus(DAY)).await.expect("resolved");
        let shown = show(&world, "problem", &problem).await;
        let due = at("2026-12-13T00:00:00Z").date();
        assert_eq!(shown.fields().get("effect_due"), Some(&Value::Date(due)), "{}", world.name);
        let refused =
            step(&world, "problem", &problem, "closed", json!({}), now.plus(2 * DAY)).await.expect_err("refused");
        assert!(refused.contains(&format!("not all are done yet: {one}, {other}")), "{refused}");
        for action in [&one, &other] {
            step(&world, "action", action, "done", json!({}), now.plus(3 * DAY)).await.expect("done");
        }
        // Whether it helped is told a month later, or on an earlier day that somebody sets; without it nothing is closed.
        let refused =
            step(&world, "problem", &problem, "closed", json!({}), now.plus(4 * DAY)).await.expect_err("refused");
        assert!(refused.contains("from 2026-12-13 on whether it helped"), "{refused}");
        let effect =
            json!({"effect": {"indicator": "Incidents a month", "before": 6, "after": 0, "verdict": "effective"}});
        let refused =
            step(&world, "problem", &problem, "closed", effect.clone(), now.plus(4 * DAY)).await.expect_err("early");
        assert!(refused.contains("2026-12-13 lies ahead"), "{refused}");
        let bad = json!({"effect": {"verdict": "not-effective"}});
        let refused = step(&world, "problem", &problem, "closed", bad, now.plus(32 * DAY)).await.expect_err("no help");
        assert!(refused.contains("take the problem up again"), "{refused}");
        // Whoever looks at the effect signs it.
        let command = Command::Edit { target: target("problem", &problem), input: input(effect) };
        world.desk.perform(&agent(), command, now.plus(32 * DAY)).await.expect("an edit");
        step(&world, "problem", &problem, "closed", json!({}), now.plus(32 * DAY)).await.expect("closed");
        let effect = show(&world, "problem", &problem).await.fields().get("effect").cloned().expect("an effect");
        assert_eq!(effect.part("by"), Some(&Value::text("ines@tidewell.example")), "{}", world.name);
        assert_eq!(effect.part("on"), Some(&Value::Date(now.plus(32 * DAY).date())), "{}", world.name);
    }
}

/// Whether the problem names the change or, in what was imported, the change alone names the problem.
#[tokio::test]
async fn no_problem_closes_with_an_open_change() {
    for world in worlds_of(kinds::catalog).await {
        let now = at(BEGIN);
        let fields = json!({"title": "Why are tills slow", "category": "application", "effect_due": "2026-11-12"});
        let problem = world.create(&agent(), "problem", fields, now).await.number;
        let fields = json!({"title": "Warm the cache", "problem": problem});
        let one = world.create(&agent(), "change", fields, now).await.number;
        let line =
            model::Line::read(json!({"kind": "change", "number": "CHG-77", "title": "Old one", "state": "scheduled",
            "fields": {"problem": problem}}))
            .expect("a line");
        let importer = model::Actor { roles: vec![model::Role::SmsManager], via: model::Via::Import, ..agent() };
        world.desk.perform(&importer, Command::Import { line: Box::new(line) }, now).await.expect("imported");
        let effect = json!({"verdict": "effective", "indicator": "Incidents a month"});
        step(&world, "problem", &problem, "resolved", json!({"cause": "An empty cache"}), now.plus(HOUR))
            .await
            .expect("resolved");
        let over = json!({"effect": effect});
        let refused =
            step(&world, "problem", &problem, "closed", over.clone(), now.plus(2 * HOUR)).await.expect_err("refused");
        assert!(refused.contains(&format!("not all are done yet: {one}, CHG-77")), "{}: {refused}", world.name);
        for change in [one.as_str(), "CHG-77"] {
            step(&world, "change", change, "cancelled", json!({}), now.plus(3 * HOUR)).await.expect("cancelled");
        }
        step(&world, "problem", &problem, "closed", over, now.plus(4 * HOUR)).await.expect("closed");
    }
}

#[tokio::test]
async fn a_change_that_removes_a_cause_stands_with_its_problem() {
    for world in worlds_of(kinds::catalog).await {
        let problem = world.create(&agent(), "problem", json!({"title": "Why"}), at(BEGIN)).await.number;
        let fields = json!({"title": "Other settings", "problem": problem});
        let change = world.create(&agent(), "change", fields, at(BEGIN).plus(HOUR)).await.number;
        assert_eq!(texts(&show(&world, "problem", &problem).await, "changes"), vec![change.clone()], "{}", world.name);
        let other = world.create(&agent(), "change", json!({"title": "More"}), at(BEGIN).plus(HOUR)).await.number;
        let command =
            Command::Edit { target: target("problem", &problem), input: input(json!({"changes": [change, other]})) };
        world.desk.perform(&agent(), command, at(BEGIN).plus(2 * HOUR)).await.expect("an edit");
        assert_eq!(texts(&show(&world, "change", &other).await, "problem"), vec![problem.clone()], "{}", world.name);
        assert_eq!(world.desk.verify(&mut |_| {}).await.expect("a verdict").first, Vec::<String>::new());
    }
}

#[tokio::test]
async fn an_article_has_versions_and_a_day_to_be_reviewed() {
    for world in worlds_of(kinds::catalog).await {
        let fields = json!({"title": "When tills are slow", "text": "Warm the cache."});
        let number = world.create(&agent(), "knowledge_article", fields, at(BEGIN)).await.number;
        let kind = "knowledge_article";
        step(&world, kind, &number, "published", json!({}), at(BEGIN).plus(HOUR)).await.expect("published");
        let shown = show(&world, kind, &number).await;
        assert_eq!(shown.fields().get("version"), Some(&Value::Number(1.into())), "{}", world.name);
        let day = at("2027-11-12T00:00:00Z").date();
        assert_eq!(shown.fields().get("review_due"), Some(&Value::Date(day)), "{}", world.name);
        step(&world, kind, &number, "current", json!({}), at(BEGIN).plus(2 * HOUR)).await.expect("current");
        step(&world, kind, &number, "in_revision", json!({"proposed_text": "Warm it twice."}), at(BEGIN).plus(DAY))
            .await
            .expect("in revision");
        step(&world, kind, &number, "published", json!({}), at(BEGIN).plus(2 * DAY)).await.expect("published");
        let shown = show(&world, kind, &number).await;
        assert_eq!(shown.fields().get("version"), Some(&Value::Number(2.into())), "{}", world.name);
    }
}
