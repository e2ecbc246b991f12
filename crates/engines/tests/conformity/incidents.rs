//! Clause 8.6.1 by hand: the edges that the reading names.

use engines::conformity::{State, catalogue};
use serde_json::{Value as Json, json};

use crate::build::verdict;

const NOW: &str = "2026-11-12T00:00:00Z";

fn closed(number: &str, fields: Json) -> Json {
    let mut line = json!({"kind": "incident", "number": number, "state": "closed", "fields": {
        "service": "SVC-1", "category": "network", "impact": "high", "urgency": "medium", "priority": "P2",
        "raised_on": "2026-11-02T08:00:00Z", "resolved_on": "2026-11-02T09:00:00Z", "closed_on": "2026-11-03T09:00:00Z",
        "resolution": "Restarted the gateway"},
        "history": [{"at": "2026-11-02T08:00:00Z", "by": "ines@tidewell.example", "note": "Raised by phone"}]});
    for (name, value) in fields.as_object().unwrap() {
        line["fields"][name] = value.clone();
    }
    line
}

fn state(lines: &[Json], requirement: &str) -> State {
    verdict(lines, NOW, requirement).state
}

#[test]
fn a_good_incident_proves_what_it_can() {
    let lines = [closed("INC-1", json!({}))];
    for requirement in catalogue().requirements_of_clause("8.6.1") {
        let expected = match requirement.id.as_str() {
            "8.6.1.a" | "8.6.1.b" | "8.6.1.d" | "8.6.1.e" | "8.6.1-1" => State::Proved,
            "8.6.1-2" | "8.6.1-3" => State::Gap,
            _ => State::NothingToSample,
        };
        assert_eq!(state(&lines, &requirement.id), expected, "{}", requirement.id);
    }
}

#[test]
fn counts_and_sentences_are_exact() {
    let mut lines: Vec<Json> = (1..=12).map(|n| closed(&format!("INC-{n}"), json!({}))).collect();
    lines[9]["fields"]["resolution"] = Json::Null;
    lines[1]["fields"]["resolution"] = "  ".into();
    let found = verdict(&lines, NOW, "8.6.1.d");
    assert_eq!((found.state, found.population, found.good, found.bad), (State::Nonconforming, 12, 10, 2));
    assert_eq!(found.examples, ["INC-2", "INC-10"]);
    assert_eq!(found.why, "2 of 12 incidents closed in the last 90 days have no resolution");
    assert_eq!(found.newest.unwrap().to_string(), "2026-11-03T09:00:00Z");
}

#[test]
fn the_window_and_the_instant_bound_what_is_sampled() {
    let bad = |closed_on: &str| state(&[closed("INC-1", json!({"closed_on": closed_on, "resolution": ""}))], "8.6.1.d");
    assert_eq!(bad("2026-08-14T00:00:00Z"), State::Nonconforming);
    assert_eq!(bad("2026-08-13T23:59:59Z"), State::NothingToSample);
    // Closed later than the instant: not closed yet.
    assert_eq!(bad("2026-11-12T00:00:01Z"), State::NothingToSample);
}

#[test]
fn the_matrix_or_a_reasoned_override_gives_the_priority() {
    let told = |fields: Json| state(&[closed("INC-1", fields)], "8.6.1.b");
    assert_eq!(told(json!({"priority": "P3"})), State::Nonconforming);
    let reasoned =
        json!({"priority": "P3", "priority_override": {"reason": "few users", "by": "ines@tidewell.example"}});
    assert_eq!(told(reasoned), State::Proved);
    assert_eq!(told(json!({"priority": "P3", "priority_override": {"reason": "few users"}})), State::Nonconforming);
    assert_eq!(told(json!({"impact": "low", "urgency": "low", "priority": "P5"})), State::Proved);
    assert_eq!(told(json!({"impact": Json::Null})), State::Nonconforming);
}

#[test]
fn three_quarters_of_the_target_need_an_escalation() {
    let told = |resolved: &str, more: Json| {
        let mut line = closed("INC-1", json!({"priority": "P1", "resolved_on": resolved}));
        line["fields"]["escalations"] = more;
        state(&[line], "8.6.1.c")
    };
    assert_eq!(told("2026-11-02T10:59:59Z", json!([])), State::NothingToSample);
    assert_eq!(told("2026-11-02T11:00:00Z", json!([])), State::Nonconforming);
    assert_eq!(told("2026-11-02T11:00:00Z", json!([{"at": "2026-11-02T10:00:00Z"}])), State::Proved);
}

#[test]
fn waiting_to_be_closed_has_an_end() {
    let open = |resolved: &str| {
        let mut line = closed("INC-1", json!({"resolved_on": resolved}));
        line["fields"]["closed_on"] = Json::Null;
        state(&[line], "8.6.1.e")
    };
    assert_eq!(open("2026-11-05T00:00:00Z"), State::Proved);
    assert_eq!(open("2026-11-04T23:59:59Z"), State::Nonconforming);
    assert_eq!(
        state(&[closed("INC-1", json!({"closed_on": "2026-11-02T08:30:00Z"}))], "8.6.1.e"),
        State::Nonconforming
    );
}

#[test]
fn log_entries_are_fields_or_notes() {
    let mut line = closed("INC-1", json!({}));
    line["history"][0]["note"] = Json::Null;
    assert_eq!(state(&[line.clone()], "8.6.1-1"), State::Nonconforming);
    line["fields"]["log"] = json!([{"at": "2026-11-02T08:30:00Z", "text": "Looked at it"}]);
    assert_eq!(state(&[line.clone()], "8.6.1-1"), State::Nonconforming, "nobody wrote it");
    line["fields"]["log"][0]["by"] = "tomas@tidewell.example".into();
    assert_eq!(state(&[line], "8.6.1-1"), State::Proved);
}

fn major(fields: Json) -> Vec<Json> {
    let mut incident = closed("INC-1", json!({"priority": "P1", "urgency": "high", "major": true}));
    incident["history"]
        .as_array_mut()
        .unwrap()
        .push(json!({"at": "2026-11-02T08:30:00Z", "fields": {"major": true, "priority": "P1"}}));
    incident["fields"]["resolved_on"] = "2026-10-20T09:00:00Z".into();
    incident["fields"]["raised_on"] = "2026-10-20T08:00:00Z".into();
    let mut review = json!({"kind": "major_incident_review", "number": "MIR-1", "fields": {"incident": "INC-1",
        "manager": "ines@tidewell.example", "told_top_on": "2026-11-02T09:30:00Z", "causes": ["Certificate ran out"]}});
    for (name, value) in fields.as_object().unwrap() {
        review["fields"][name] = value.clone();
    }
    let person =
        json!({"kind": "person", "number": "PER-1", "fields": {"email": "ines@tidewell.example", "active": true}});
    let action =
        json!({"kind": "action", "number": "ACT-1", "fields": {"source": "MIR-1", "text": "Watch certificates"}});
    let service = json!({"kind": "service", "number": "SVC-1", "fields": {"criticality": "critical"}});
    vec![incident, review, person, action, service]
}

#[test]
fn major_incidents_are_told_led_and_reviewed() {
    let lines = major(json!({}));
    for requirement in ["8.6.1-4", "8.6.1-5", "8.6.1-6"] {
        assert_eq!(state(&lines, requirement), State::Proved, "{requirement}");
    }
    assert_eq!(state(&major(json!({"told_top_on": "2026-11-02T09:30:01Z"})), "8.6.1-4"), State::Nonconforming);
    assert_eq!(state(&major(json!({"manager": "bo@tidewell.example"})), "8.6.1-5"), State::Nonconforming);
    assert_eq!(state(&major(json!({"causes": []})), "8.6.1-6"), State::Nonconforming);
    assert_eq!(state(&lines[..3], "8.6.1-6"), State::Nonconforming, "no action");
    let found = verdict(&lines[..1], NOW, "8.6.1-4");
    assert_eq!(found.examples, ["INC-1"]);
}

#[test]
fn a_top_priority_on_a_critical_service_is_a_major_incident() {
    let document = json!({"kind": "document", "number": "DOC-1", "state": "approved",
        "fields": {"kind": "procedure", "subject": "major-incident"}});
    let mut lines = major(json!({}));
    assert_eq!(state(&lines, "8.6.1-3"), State::Gap);
    lines.push(document);
    assert_eq!(state(&lines, "8.6.1-3"), State::Proved);
    lines[0]["fields"]["major"] = Json::Null;
    lines[0]["history"].as_array_mut().unwrap().pop();
    let found = verdict(&lines, NOW, "8.6.1-3");
    assert_eq!((found.state, found.population, found.bad), (State::Nonconforming, 2, 1));
}

#[test]
fn withdrawn_records_are_left_out() {
    let mut line = closed("INC-1", json!({"resolution": ""}));
    line["state"] = "cancelled".into();
    assert_eq!(state(&[line], "8.6.1.d"), State::NothingToSample);
}

#[test]
fn the_past_knows_only_what_was_on_record() {
    let mut line = closed("INC-1", json!({}));
    line["history"] = json!([
        {"at": "2026-11-02T08:00:00Z", "by": "ines@tidewell.example", "state": "new", "note": "Raised"},
        {"at": "2026-11-03T09:00:00Z", "by": "ines@tidewell.example", "state": "closed",
         "fields": {"resolution": "Restarted the gateway", "closed_on": "2026-11-03T09:00:00Z"}}]);
    assert_eq!(verdict(&[line.clone()], "2026-11-02T07:59:59Z", "8.6.1.a").population, 0);
    assert_eq!(verdict(&[line.clone()], "2026-11-02T08:00:00Z", "8.6.1.a").population, 1);
    assert_eq!(verdict(&[line.clone()], "2026-11-03T08:59:59Z", "8.6.1.d").state, State::NothingToSample);
    assert_eq!(verdict(&[line], "2026-11-03T09:00:00Z", "8.6.1.d").state, State::Proved);
}
