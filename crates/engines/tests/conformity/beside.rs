//! The checks of our own beside the requirements: each says yes to good practice and names the record that breaks it.

use engines::conformity::{State, Verdict, beside, judge, own};
use serde_json::{Map, Value as Json, json};

use crate::build::{assessed, world};

const NOW: &str = "2026-06-30T12:00:00Z";

/// Lines as the contract has them, from lines that name fields beside the parts of a line.
fn whole(lines: &[Json]) -> Vec<Json> {
    let parts = ["kind", "number", "title", "state", "history", "links"];
    let whole = |line: &Json| {
        let named = line.as_object().expect("an object").clone();
        let (mut line, fields): (Map<String, Json>, Map<String, Json>) = named
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .partition(|(name, _)| parts.contains(&name.as_str()));
        line.insert("fields".into(), fields.into());
        Json::from(line)
    };
    lines.iter().map(whole).collect()
}

fn told(id: &str, lines: &[Json]) -> Verdict {
    judge(&world(&whole(lines), NOW), &own(id).expect("a check of our own").requirement)
}

/// What holds, and the same with one thing altered.
fn turns(id: &str, lines: &[Json], at: usize, alter: impl FnOnce(&mut Json)) {
    let good = told(id, lines);
    assert_eq!(good.state, State::Proved, "{id}: {}", good.why);
    let mut bad = lines.to_vec();
    alter(&mut bad[at]);
    let number = bad[at]["number"].clone();
    let bad = told(id, &bad);
    assert_eq!((bad.state, bad.bad), (State::Nonconforming, 1), "{id}: {}", bad.why);
    assert_eq!(json!(bad.examples), json!([number]), "{id}");
}

fn person(mail: &str) -> Json {
    json!({"kind": "person", "number": format!("PER-{mail}"), "title": mail, "email": mail, "active": true})
}

fn change() -> Json {
    json!({
        "kind": "change", "number": "CHG-1", "title": "New disks", "category": "normal", "decision": "approved",
        "decided_by": "ann@example.org", "decided_on": "2026-06-01T09:00:00Z", "implementer": "bob@example.org",
        "implemented_on": "2026-06-02T20:00:00Z", "cis": ["CI-1"],
        "history": [
            {"at": "2026-05-30T09:00:00Z", "by": "bob@example.org"},
            {"at": "2026-06-01T09:00:00Z", "by": "ann@example.org", "fields": {"decision": "approved"}},
        ],
    })
}

#[test]
fn dates_of_review_are_looked_at_wherever_they_stand() {
    let lines = [
        json!({"kind": "document", "number": "DOC-1", "title": "Plan", "state": "approved", "review_due": "2026-06-30"}),
        json!({"kind": "contract", "number": "CON-1", "title": "Hall", "start": "2025-01-01", "review_due": "2026-12-01"}),
        json!({"kind": "knowledge_article", "number": "KB-1", "title": "Printers", "state": "published"}),
    ];
    turns("review-dates", &lines, 0, |line| line["review_due"] = "2026-06-29".into());
    turns("review-dates", &lines, 1, |line| line["review_due"] = Json::Null);
    assert_eq!(told("review-dates", &lines).population, 2, "an article without a date is not asked for one");
}

#[test]
fn what_has_no_owner_is_found() {
    let lines = [
        person("ann@example.org"),
        json!({"kind": "risk", "number": "RSK-1", "title": "Fire", "owner": "ann@example.org"}),
        json!({"kind": "security_incident", "number": "SEC-1", "title": "Mail", "owner": "ann@example.org", "state": "assigned", "due": "2026-07-01T00:00:00Z"}),
    ];
    turns("risk-owners", &lines, 1, |line| line["owner"] = "gone@example.org".into());
    turns("security-escalation", &lines, 2, |line| line["owner"] = Json::Null);
    turns("security-escalation", &lines, 2, |line| line["due"] = "2026-06-29T00:00:00Z".into());
}

#[test]
fn what_is_open_where_it_should_be_done_is_found() {
    let lines = [
        json!({"kind": "problem", "number": "PRB-1", "title": "Heat", "closed_on": "2026-06-01T00:00:00Z", "actions": ["ACT-1"]}),
        json!({"kind": "action", "number": "ACT-1", "title": "Cool", "status": "done"}),
        json!({"kind": "improvement", "number": "IMP-1", "title": "Faster", "decision": "approved", "plan": {"end": "2026-07-01"}}),
    ];
    let mut open = lines.to_vec();
    open[1]["status"] = "open".into();
    assert_eq!(told("closed-problems", &lines).state, State::Proved);
    assert_eq!(told("closed-problems", &open).examples, ["PRB-1"]);
    turns("improvements-overdue", &lines, 2, |line| line["plan"] = json!({"end": "2026-06-01"}));
}

#[test]
fn links_lead_somewhere_and_demand_looks_ahead() {
    let lines = [
        json!({"kind": "ci", "number": "CI-1", "title": "Disk", "links": [{"type": "relates", "to": "CI-2"}]}),
        json!({"kind": "ci", "number": "CI-2", "title": "Old disk", "state": "withdrawn"}),
        json!({"kind": "service", "number": "SVC-1", "title": "Mail", "stage": "live", "in_scope": true}),
        json!({"kind": "demand", "number": "DEM-1", "title": "July", "service": "SVC-1", "period": "2026-07", "forecast": 12}),
    ];
    turns("lost-links", &lines, 0, |line| line["links"][0]["to"] = "CI-9".into());
    let mut behind = lines.to_vec();
    behind[3]["period"] = "2026-05".into();
    assert_eq!(told("forecasts", &lines).state, State::Proved);
    assert_eq!(told("forecasts", &behind).examples, ["SVC-1"]);
}

#[test]
fn the_journal_tells_of_approval_afterwards() {
    let lines = [change()];
    turns("approved-afterwards", &lines, 0, |line| line["history"][1]["at"] = "2026-06-03T09:00:00Z".into());
    // The same two days late are in time for an emergency, and nobody is asked who told nothing.
    let mut late = change();
    late["history"][1]["at"] = "2026-06-03T09:00:00Z".into();
    late["category"] = "emergency".into();
    assert_eq!(told("approved-afterwards", &[late]).state, State::Proved);
    let mut silent = change();
    silent["history"] = json!([]);
    assert_eq!(told("approved-afterwards", &[silent]).state, State::NothingToSample);
}

#[test]
fn nobody_implements_what_they_approved() {
    let lines = [change()];
    turns("approver-implements", &lines, 0, |line| line["decided_by"] = "BOB@example.org".into());
    turns("approver-implements", &lines, 0, |line| line["history"][1]["by"] = "bob@example.org".into());
}

#[test]
fn emergencies_are_looked_back_at_and_top_management_is_told() {
    let mut emergency = change();
    emergency["category"] = "emergency".into();
    emergency["review"] = json!({"text": "went well"});
    let lines = [
        emergency,
        json!({"kind": "incident", "number": "INC-1", "title": "Down", "major": true, "resolved_on": "2026-06-10T12:00:00Z"}),
        json!({"kind": "major_incident_review", "number": "MIR-1", "title": "Down", "incident": "INC-1", "told_top_on": "2026-06-10T11:00:00Z"}),
    ];
    turns("emergency-review", &lines, 0, |line| line["review"] = Json::Null);
    let mut late = lines.to_vec();
    late[2]["told_top_on"] = "2026-06-10T13:00:00Z".into();
    assert_eq!(told("top-told", &lines).state, State::Proved);
    assert_eq!(told("top-told", &late).examples, ["INC-1"]);
}

#[test]
fn configuration_items_are_altered_by_people_of_ours_because_of_a_change() {
    let ci = json!({
        "kind": "ci", "number": "CI-1", "title": "Disk", "model": "B",
        "history": [
            {"at": "2025-01-01T00:00:00Z", "by": "ann@example.org", "fields": {"model": "A"}},
            {"at": "2026-06-03T08:00:00Z", "by": "ann@example.org", "fields": {"model": "B"}},
        ],
    });
    let lines = [ci, change(), person("ann@example.org")];
    turns("configuration-writers", &lines, 0, |line| line["history"][1]["by"] = "gone@example.org".into());
    turns("unchanged-items", &lines, 0, |line| line["history"][1]["at"] = "2026-06-20T08:00:00Z".into());
    let mut unnamed = lines.to_vec();
    unnamed[1]["cis"] = json!(["CI-2"]);
    assert_eq!(told("unchanged-items", &unnamed).examples, ["CI-1"]);
    let mut noted = unnamed;
    noted[0]["history"][1] = json!({"at": "2026-06-03T08:00:00Z", "by": "ann@example.org", "note": "looked at"});
    assert_eq!(told("unchanged-items", &noted).state, State::NothingToSample, "a note alters nothing");
}

#[test]
fn they_are_judged_with_the_requirements_and_counted_apart() {
    let assessment = assessed(&whole(&[change()]), NOW);
    assert_eq!(assessment.verdicts.len(), 260);
    assert_eq!(assessment.beside.len(), beside().len());
    assert_eq!(assessment.to_json()["requirements"].as_array().map(Vec::len), Some(260));
    assert!(assessment.find("approver-implements").is_some_and(|verdict| verdict.state == State::Proved));
}
