//! From lines to verdicts: what an import keeps is all that the checks need.

use engines::conformity::{Assessment, State, has_check};
use model::{Actor, Command, Line, Role, Via};
use serde_json::Value as Json;

use crate::world::{World, agent, at, worlds_of};

#[path = "../../../engines/tests/conformity/build.rs"]
#[allow(dead_code)]
mod build;

#[path = "../../../engines/tests/conformity/faults.rs"]
mod faults;

use faults::{NOW, differences, edit, good, print};

/// Every so many of the engine's faults are tried through the door as well.
const EVERY: usize = 40;

async fn judged(world: &World, lines: Vec<Json>) -> Assessment {
    let importer = Actor { roles: vec![Role::SmsManager], via: Via::Import, ..agent() };
    let lines = lines.into_iter().map(|line| Line::read(line).unwrap_or_else(|errors| panic!("{errors:?}")));
    let commands = lines.map(|line| Command::Import { line: Box::new(line) }).collect();
    let done = world.desk.perform_all(&importer, commands, at("2026-11-25T10:00:00Z"), true).await;
    done.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    world.desk.assess_as_of(at(NOW)).await.expect("an assessment")
}

#[tokio::test]
async fn a_sound_provider_is_proved_from_its_lines() {
    for world in worlds_of(kinds::catalog).await {
        let assessment = judged(&world, good()).await;
        for verdict in &assessment.verdicts {
            let id = &verdict.requirement.id;
            let expected = if has_check(id) { State::Proved } else { State::ForAPerson };
            assert_eq!(verdict.state, expected, "{} on {}: {}", id, world.name, verdict.why);
        }
    }
}

/// Any past instant is answered from the journal as it is from the lines themselves.
#[tokio::test]
async fn the_past_is_the_same_from_the_journal() {
    for world in worlds_of(kinds::catalog).await {
        judged(&world, good()).await;
        for then in
            ["2025-11-01T08:00:00Z", "2026-01-05T09:00:00Z", "2026-06-10T09:00:00Z", "2026-10-15T10:30:00Z", NOW]
        {
            let kept = world.desk.assess_as_of(at(then)).await.expect("an assessment");
            let told = build::assessed(&good(), then);
            let kept = kept.verdicts.iter().map(|verdict| verdict.to_json().to_string());
            for (kept, told) in kept.zip(&told.verdicts) {
                assert_eq!(kept, told.to_json().to_string(), "{then} on {}", world.name);
            }
        }
    }
}

#[tokio::test]
async fn faults_in_lines_are_found() {
    let mut sound = worlds_of(kinds::catalog).await;
    let before = judged(&sound.remove(0), good()).await;
    let mut wrong = Vec::new();
    for (edits, expected) in faults::faults().into_iter().step_by(EVERY) {
        let mut lines = good();
        edit(&mut lines, edits);
        let found = differences(&before, &judged(&worlds_of(kinds::catalog).await.remove(0), lines).await);
        if found != expected {
            wrong.push(format!("{edits} => {}", print(&found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The map as it stands is followed write by write, and is what a whole assessment says.
#[tokio::test]
async fn what_stands_is_followed_entry_by_entry() {
    let edits = [
        "INC-6 resolution = null",
        "CHG-1 implemented_on = null",
        r#"add {"kind":"incident","number":"INC-900","state":"new","fields":{"raised_on":"2026-11-25T10:20:00Z"},"history":[{"at":"2026-11-25T10:20:00Z"},{"at":"2026-11-25T10:50:00Z","fields":{"category":"network"}}]}"#,
        "DOC-1 review_due = \"2026-11-25\"",
    ];
    for world in worlds_of(kinds::catalog).await {
        judged(&world, good()).await;
        let manager = Actor { roles: vec![Role::SmsManager], ..agent() };
        let mut now = at("2026-11-25T10:30:00Z");
        world.desk.assessment(&manager, now).await.expect("an assessment");
        let mut lines = good();
        for edits in edits {
            edit(&mut lines, edits);
            let changed = lines.iter().filter(|line| !good().contains(line)).cloned().collect();
            judged(&world, changed).await;
            for minutes in [0, 1, 30, 60 * 24] {
                now = now.plus(minutes * model::time::MINUTE);
                let stands = world.desk.assessment(&manager, now).await.expect("an assessment");
                let whole = world.desk.assess_as_of(stands.as_of).await.expect("an assessment");
                assert_eq!(stands.as_of, now, "{edits} on {}", world.name);
                for (stands, whole) in stands.verdicts.iter().zip(&whole.verdicts) {
                    let (stands, whole) = (stands.to_json().to_string(), whole.to_json().to_string());
                    assert_eq!(stands, whole, "{edits} at {now} on {}", world.name);
                }
            }
        }
    }
}

/// What is kept of the end of a day is what an assessment of that day says, and more of the past makes it forgotten.
#[tokio::test]
async fn the_course_of_the_year_is_kept_day_by_day() {
    for world in worlds_of(kinds::catalog).await {
        judged(&world, good()).await;
        let manager = Actor { roles: vec![Role::SmsManager], ..agent() };
        let now = at("2026-11-12T10:00:00Z");
        let (known, missing) = world.desk.scores(&manager, now).await.expect("scores");
        assert!(known.is_empty() && missing > 30, "{missing} on {}", world.name);
        let counted = world.desk.count_scores(now).await.expect("scores");
        assert_eq!(counted, missing);
        let (known, missing) = world.desk.scores(&manager, now).await.expect("scores");
        assert_eq!((known.len(), missing), (counted, 0));
        assert!(known.iter().any(|score| score.at == at("2026-11-01T00:00:00Z")), "the end of October");
        // The facts went from day to day; each day is what a look at that day alone says.
        for day in &known {
            let then = world.desk.assess_as_of(day.at.plus(-1)).await.expect("an assessment");
            for verdict in &then.verdicts {
                let id = &verdict.requirement.id;
                assert_eq!(day.states[id], verdict.state, "{id} until {} on {}", day.at, world.name);
            }
        }
        world.desk.after_import().await.expect("looked at");
        assert!(world.desk.scores(&manager, now).await.expect("scores").0.is_empty());
        let customer = Actor { customer: Some("CUS-1".into()), ..agent() };
        assert_eq!(world.desk.scores(&customer, now).await, Err(model::Refusal::NotFound));
    }
}

/// What the house sets today does not change what was judged by yesterday's limits.
#[tokio::test]
async fn the_past_keeps_its_limits() {
    for world in worlds_of(kinds::catalog).await {
        let then = judged(&world, good()).await;
        let owner = Actor { roles: vec![Role::Administrator], ..agent() };
        let set = async |months: &str, now: &str| {
            let given = [("interval.management_review".to_string(), months.to_string())];
            world.desk.set_settings(&owner, &given, at(now)).await.expect("a setting");
        };
        let as_of = async |day: &str| world.desk.assess_as_of(at(day)).await.expect("an assessment");
        set("1", "2026-11-20T10:00:00Z").await;
        assert_eq!(as_of(NOW).await, then, "before it was set on {}", world.name);
        let strict = as_of("2026-11-21T00:00:00Z").await;
        let is_old =
            |assessment: &Assessment| assessment.find("9.3-1").is_some_and(|verdict| verdict.state == State::Stale);
        assert!(is_old(&strict), "by the new interval on {}", world.name);
        set("", "2026-11-22T10:00:00Z").await;
        assert_eq!(as_of("2026-11-21T00:00:00Z").await, strict, "once it was taken back on {}", world.name);
        assert_eq!(as_of(NOW).await, then, "long before on {}", world.name);
        assert!(!is_old(&as_of("2026-11-22T10:00:00Z").await), "as offered on {}", world.name);
    }
}
