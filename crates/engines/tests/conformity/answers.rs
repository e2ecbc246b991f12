//! What an assessment promises whatever the facts: the same answer for the same facts, no panic, people may only lower it.

use engines::conformity::{Judgement, State, assess, catalogue, has_check};
use model::Moment;
use serde_json::{Value as Json, json};

use crate::{
    build::{assessed, at, verdict, world},
    faults::{NOW, edit, good},
};

#[test]
fn the_order_of_records_does_not_matter() {
    let mut lines = good();
    edit(
        &mut lines,
        "drop RQM-1 ; RMT-1 acceptance.limit = 5 ; INC-3 problem = null ; PRC-1 inputs = null ; PRC-2 outputs = null",
    );
    let first = assessed(&lines, NOW).to_json().to_string();
    lines.reverse();
    assert_eq!(assessed(&lines, NOW).to_json().to_string(), first);
    lines.rotate_left(97);
    assert_eq!(assessed(&lines, NOW).to_json().to_string(), first);
}

#[test]
fn the_json_has_the_shape_of_the_contract() {
    let mut lines = good();
    edit(&mut lines, "INC-6 resolution = null");
    let json = assessed(&lines, NOW).to_json();
    let keys = |json: &Json| json.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&json), ["framework", "as_of", "summary", "requirements"]);
    assert_eq!(json["as_of"], NOW);
    assert_eq!(
        json["summary"].to_string(),
        r#"{"proved":255,"stale":0,"gap":0,"nonconforming":1,"nothing_to_sample":0,"for_a_person":4}"#
    );
    let rows = json["requirements"].as_array().unwrap();
    assert!(
        rows.iter()
            .map(|row| row["id"].as_str().unwrap())
            .eq(catalogue().requirements.iter().map(|one| one.id.as_str()))
    );
    let row = rows.iter().find(|row| row["id"] == "8.6.1.d").unwrap();
    assert_eq!(
        row.to_string(),
        concat!(
            r#"{"id":"8.6.1.d","clause":"8.6.1","state":"nonconforming","population":6,"good":5,"bad":1,"examples":["INC-6"],"#,
            r#""newest":"2026-10-19T12:00:00Z","why":"1 of 6 incidents closed in the last 90 days has no resolution"}"#
        )
    );
}

fn judgement(requirement: &str, state: State, on: &str) -> Judgement {
    let (requirement, by) = (requirement.to_string(), "vera@audit.example".to_string());
    Judgement { requirement, state, by, on: at(on), reason: "Seen on site".into() }
}

#[test]
fn a_person_lowers_and_never_raises() {
    let mut lines = good();
    edit(&mut lines, "INC-6 resolution = null");
    let world = world(&lines, NOW).with_judgements(vec![
        judgement("8.6.1.d", State::Proved, "2026-11-01"),
        judgement("8.6.1.a", State::Nonconforming, "2026-11-01"),
        judgement("8.6.1.b", State::Gap, "2026-10-01"),
        judgement("8.6.1.b", State::Stale, "2026-11-01"),
        judgement("8.6.1.c", State::Gap, "2026-11-13"),
        judgement("5.1.f", State::Proved, "2026-11-01"),
        judgement("5.1.j", State::Nonconforming, "2026-11-01"),
    ]);
    let assessment = assess(world);
    let found = |id: &str| {
        let verdict = assessment.find(id).unwrap();
        (verdict.state, verdict.judged)
    };
    assert_eq!(found("8.6.1.d"), (State::Nonconforming, false));
    assert_eq!(found("8.6.1.a"), (State::Nonconforming, true));
    assert_eq!(found("8.6.1.b"), (State::Stale, true), "the latest counts");
    assert_eq!(found("8.6.1.c"), (State::Proved, false), "not judged yet");
    assert_eq!(found("5.1.f"), (State::Proved, true));
    assert_eq!(found("5.1.j"), (State::Nonconforming, true));
    assert_eq!(found("5.1.l"), (State::ForAPerson, false));
    let why = &assessment.find("5.1.f").unwrap().why;
    assert_eq!(why, "Judged proved by vera@audit.example on 2026-11-01: Seen on site");
}

#[test]
fn a_due_date_is_past_during_its_own_day_and_the_day_keeps_what_ends_with_it() {
    let mut lines = good();
    edit(
        &mut lines,
        "OBJ-1 due = \"2026-11-12\" ; CON-2 end = \"2026-11-12\" ; AST-1 licence_until = \"2026-11-12\" ; AST-1 @links = []",
    );
    let noon = "2026-11-12T12:00:00Z";
    assert_eq!(verdict(&lines, noon, "6.2.1.f").state, State::Nonconforming);
    assert_eq!(verdict(&lines, noon, "8.2.5-1").state, State::Nonconforming);
    assert_eq!(verdict(&lines, noon, "8.3.4.1-2").state, State::Proved);
    assert_eq!(verdict(&lines, noon, "8.7.2-3").state, State::Proved, "review_due is today");
    assert_eq!(verdict(&lines, noon, "10.1.1.c").state, State::Proved, "due is today");
}

#[test]
fn before_the_first_record_there_is_nothing() {
    let assessment = assessed(&good(), "2024-01-01T00:00:00Z");
    for verdict in &assessment.verdicts {
        assert_eq!(verdict.population, 0, "{}", verdict.requirement.id);
        let expected = if has_check(&verdict.requirement.id) {
            [State::Gap, State::NothingToSample]
        } else {
            [State::ForAPerson; 2]
        };
        assert!(expected.contains(&verdict.state), "{} {:?}", verdict.requirement.id, verdict.state);
    }
}

#[test]
fn the_past_is_judged_by_what_was_known_then() {
    let mut lines = good();
    let incident = lines.iter_mut().find(|line| line["number"] == "INC-6").unwrap();
    incident["history"] = json!([
        {"at": "2026-10-18T08:00:00Z", "by": "ines@tidewell.example", "state": "new", "note": "Phone"},
        {"at": "2026-10-19T12:00:00Z", "by": "ines@tidewell.example", "state": "closed",
         "fields": {"resolution": "Rebooted", "resolved_on": "2026-10-18T11:30:00Z", "closed_on": "2026-10-19T12:00:00Z"}}]);
    let then = |instant: &str, requirement: &str| verdict(&lines, instant, requirement);
    assert_eq!(then("2026-10-18T09:00:00Z", "8.6.1.a").population, 6);
    assert_eq!(then("2026-10-18T07:00:00Z", "8.6.1.a").population, 5);
    // Escalated at 10:00; a quarter of the target is left until 11:00.
    assert_eq!(then("2026-10-18T10:59:59Z", "8.6.1.c").population, 5);
    assert_eq!(then("2026-10-18T11:00:00Z", "8.6.1.c").population, 6);
    assert_eq!(then("2026-10-19T11:59:59Z", "8.6.1.d").population, 5);
    assert_eq!(then("2026-10-19T12:00:00Z", "8.6.1.d").population, 6);
}

/// Whatever an import may bring in, nothing falls over, at no instant.
#[test]
fn no_value_makes_a_check_fall_over() {
    let strange = [
        json!(null),
        json!(""),
        json!("none"),
        json!(true),
        json!(-1),
        json!(7.9e27),
        json!("79228162514264337593543950335"),
        json!("2026-11-12"),
        json!("9999-12-30T23:59:59Z"),
        json!("-009999-01-03T00:00:00Z"),
        json!("\u{1F980}".repeat(12)),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"number": "x", "on": [], "percent": 7.9e27, "a": {"controlled": "x"}}),
        json!([null, {"number": 7.9e27, "unit": 1}]),
        json!("SVC-1"),
        json!("2026-13"),
        json!("9998"),
    ];
    for round in 0..38 {
        let mut lines = good();
        for (place, line) in lines.iter_mut().enumerate() {
            let names: Vec<String> = line["fields"].as_object().unwrap().keys().cloned().collect();
            for (nth, name) in names.iter().enumerate().filter(|(nth, _)| (nth + round + place) % 3 == 0) {
                line["fields"][name] = strange[(place + nth + round) % strange.len()].clone();
            }
        }
        let instant = [NOW, "-009998-01-01T00:00:00Z", "9999-12-01T00:00:00Z", "2026-03-31T12:00:00Z"][round % 4];
        let assessment = assessed(&lines, instant);
        for verdict in &assessment.verdicts {
            assert_eq!(verdict.population, verdict.good + verdict.bad, "{}", verdict.requirement.id);
            assert!(!verdict.why.is_empty());
        }
    }
    assert!(Moment::parse("-009998-01-01T00:00:00Z").is_some());
}
