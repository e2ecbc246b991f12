//! Looking ahead: what runs out, to the day.

use engines::conformity::{Standing, State, assess};
use model::{Moment, time::MINUTE};

use crate::{
    build::{assessed, at, world},
    faults::{NOW, edit, good},
};

const UNTIL: &str = "2027-11-12T00:00:00Z";

#[test]
fn each_turn_is_what_an_assessment_of_that_day_says() {
    let outlook = Standing::new(world(&good(), NOW)).outlook(at(UNTIL));
    assert!(outlook.turns.len() > 20, "a year without any work leaves much overdue: {}", outlook.turns.len());
    let state = |when: Moment, id: &str| assessed(&good(), &when.to_string()).find(id).unwrap().state;
    for turn in outlook.turns.iter().step_by(4) {
        let id = turn.requirement.id.as_str();
        let (last, next) = (state(turn.turns_at.minus(MINUTE), id), state(turn.turns_at, id));
        assert!(matches!(last, State::Proved | State::NothingToSample), "{id} until {}: {last:?}", turn.turns_at);
        assert_eq!(next, turn.to, "{id} from {}", turn.turns_at);
    }
    assert!(outlook.turns.is_sorted_by_key(|turn| turn.turns_at));
    let (last, proved) = *outlook.points.last().unwrap();
    assert_eq!((last, proved), (at(UNTIL), assessed(&good(), UNTIL).count(State::Proved)));
}

#[test]
fn looking_ahead_changes_nothing() {
    let mut standing = Standing::new(world(&good(), NOW));
    standing.outlook(at(UNTIL));
    standing.renew(at(NOW), Vec::new());
    assert_eq!(standing.assessment(Vec::new()).to_json(), assess(world(&good(), NOW)).to_json());
}

#[test]
fn what_a_review_puts_off_turns_later() {
    let turn = |lines: &[serde_json::Value]| {
        let outlook = Standing::new(world(lines, NOW)).outlook(at(UNTIL));
        let turn = outlook.turns.into_iter().find(|turn| turn.requirement.id == "4.1-1");
        turn.map(|turn| turn.turns_at)
    };
    let mut lines = good();
    let before = turn(&lines).expect("context is reviewed every year");
    for number in ["CTX-1", "CTX-2", "CTX-3"] {
        if lines.iter().any(|line| line["number"] == number) {
            edit(&mut lines, &format!("{number} reviewed_on = \"2026-11-11\""));
        }
    }
    assert!(turn(&lines).is_none_or(|after| after > before));
}
