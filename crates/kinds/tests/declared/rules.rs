//! What the rules of kinds complete and what they refuse, run as the door runs them.

use kinds::{follow_up, governance, relationship, shared, support, transition};
use model::{
    Actor, Draft, FieldError, Fields, Key, Kind, Moment, Record, RecordId, Role, Value, Via,
    field::{Choice, Stored},
    kind::Facts,
    value::decimal,
};
use support::{incident, problem, service_request};
use transition::change;

const NOW: &str = "2026-11-12T09:00:00Z";

fn now() -> Moment {
    Moment::parse(NOW).expect("an instant")
}

fn actor(email: &str) -> Actor {
    let roles = vec![Role::Agent];
    Actor { email: email.into(), name: email.into(), roles, ..Actor::system("test", Via::Web) }
}

fn kind(name: &str) -> Kind {
    kinds::catalog().find(name).expect("a kind").clone()
}

fn draft(state: &str, fields: &[(&str, Value)]) -> Draft {
    let fields = fields.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
    Draft { title: "T".into(), state: state.into(), fields }
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn at(text: &str) -> Value {
    Value::Instant(Moment::parse(text).expect("an instant"))
}

fn number(text: &str) -> Value {
    Value::Number(decimal(text).expect("a number"))
}

fn record(kind: &Kind, state: &str, fields: Fields) -> Record {
    Record {
        id: RecordId(1),
        kind: kind.name,
        number: "X-1".into(),
        title: "T".into(),
        state: state.into(),
        customer: None,
        version: 1,
        created: now(),
        changed: now(),
        fields,
    }
}

/// Runs all rules of a kind as ines, from the state and fields before, where there are any.
fn run(name: &str, before: Option<&Draft>, mut draft: Draft) -> Result<Draft, Vec<FieldError>> {
    let kind = kind(name);
    let actor = actor("ines@tidewell.example");
    let before = before.map(|before| record(&kind, &before.state, before.fields.clone()));
    let facts = Facts { actor: &actor, now: now(), before: before.as_ref(), related: &Default::default() };
    let errors: Vec<_> = kind.rules.iter().filter_map(|rule| rule(&mut draft, &facts).err()).collect();
    if errors.is_empty() { Ok(draft) } else { Err(errors) }
}

/// The same record in another state.
fn moved(before: &Draft, state: &str) -> Draft {
    Draft { state: state.into(), ..before.clone() }
}

fn refused_at(result: Result<Draft, Vec<FieldError>>) -> Vec<String> {
    result.expect_err("a refusal").into_iter().map(|error| error.field).collect()
}

fn has<T: Stored + PartialEq + std::fmt::Debug>(draft: &Draft, key: Key<T>, value: T) {
    assert_eq!(draft.get(key), Some(value), "{}", key.name);
}

#[test]
fn impact_and_urgency_give_the_priority() {
    let levels = ["high", "medium", "low"];
    for (row, impact) in levels.iter().enumerate() {
        for (column, urgency) in levels.iter().enumerate() {
            let given = draft("new", &[("impact", text(impact)), ("urgency", text(urgency))]);
            has(&run("incident", None, given).unwrap(), incident::PRIORITY, Choice(format!("P{}", row + column + 1)));
        }
    }
}

#[test]
fn another_priority_needs_a_reason_and_keeps_the_computed_one() {
    let levels = [("impact", text("high")), ("urgency", text("high"))];
    let mut other = draft("new", &levels);
    other.set(incident::PRIORITY, Choice("P3".into()));
    let errors = run("incident", None, other.clone()).unwrap_err();
    assert_eq!(errors[0].field, "priority");
    assert!(errors[0].message.contains("give P1"), "{}", errors[0].message);

    other.fields.insert("priority_override".into(), Value::Parts([("reason".to_string(), text("Night"))].into()));
    let kept = run("incident", None, other).unwrap();
    has(&kept, incident::PRIORITY, Choice("P3".into()));
    let override_ = &kept.fields["priority_override"];
    assert_eq!(override_.part("computed"), Some(&text("P1")));
    assert_eq!(override_.part("by"), Some(&text("ines@tidewell.example")));
}

#[test]
fn the_priority_follows_when_impact_changes() {
    let before = run("incident", None, draft("new", &[("impact", text("low")), ("urgency", text("low"))])).unwrap();
    let mut after = before.clone();
    after.set(incident::IMPACT, Choice("high".into()));
    has(&run("incident", Some(&before), after).unwrap(), incident::PRIORITY, Choice("P3".into()));
}

#[test]
fn states_of_an_incident_bring_their_times() {
    let fresh = run("incident", None, draft("new", &[])).unwrap();
    has(&fresh, incident::RAISED_ON, now());
    assert_eq!(fresh.get(incident::RESPONDED_ON), None);

    let worked = run("incident", Some(&fresh), moved(&fresh, "in_progress")).unwrap();
    has(&worked, incident::RESPONDED_ON, now());

    let resolved = run("incident", Some(&worked), moved(&worked, "resolved")).unwrap();
    has(&resolved, incident::RESOLVED_ON, now());
    assert_eq!(resolved.get(incident::CLOSED_ON), None);

    let closed = run("incident", Some(&resolved), moved(&resolved, "closed")).unwrap();
    has(&closed, incident::CLOSED_ON, now());

    let reopened = run("incident", Some(&closed), moved(&closed, "in_progress")).unwrap();
    assert_eq!((reopened.get(incident::RESOLVED_ON), reopened.get(incident::CLOSED_ON)), (None, None));
    has(&reopened, shared::REOPEN_COUNT, 1.into());
    has(&reopened, incident::RESPONDED_ON, now());
}

#[test]
fn a_time_that_is_given_stays() {
    let earlier = at("2026-11-12T08:00:00Z");
    let before = draft("in_progress", &[("raised_on", at("2026-11-12T07:00:00Z"))]);
    let mut after = moved(&before, "resolved");
    after.fields.insert("resolved_on".into(), earlier.clone());
    assert_eq!(run("incident", Some(&before), after).unwrap().fields["resolved_on"], earlier);
}

#[test]
fn moves_between_teams_and_owners_are_counted() {
    for (name, owner) in [("incident", incident::OWNER), ("service_request", service_request::OWNER)] {
        let before = draft("in_progress", &[("team", text("TM-1")), ("owner", text("a@b.example"))]);
        let mut after = before.clone();
        after.set(owner, model::field::Person("c@b.example".into()));
        after.set(shared::TEAM, model::field::Ref("TM-2".into()));
        has(&run(name, Some(&before), after).unwrap(), shared::REASSIGNMENT_COUNT, 1.into());
        let same = run(name, Some(&before), before.clone()).unwrap();
        assert_eq!(same.get(shared::REASSIGNMENT_COUNT), None);
        // The first owner of a ticket is no move.
        let first = run(name, Some(&draft("new", &[])), before).unwrap();
        assert_eq!(first.get(shared::REASSIGNMENT_COUNT), None);
    }
}

#[test]
fn a_request_is_fulfilled_closed_and_taken_up_again() {
    let worked = draft("in_progress", &[]);
    let fulfilled = run("service_request", Some(&worked), moved(&worked, "fulfilled")).unwrap();
    has(&fulfilled, service_request::FULFILLED_ON, now());
    let closed = run("service_request", Some(&fulfilled), moved(&fulfilled, "closed")).unwrap();
    has(&closed, service_request::CLOSED_ON, now());
    let again = run("service_request", Some(&closed), moved(&closed, "in_progress")).unwrap();
    assert_eq!(again.get(service_request::FULFILLED_ON), None);
    has(&again, shared::REOPEN_COUNT, 1.into());
}

#[test]
fn a_problem_closes_when_it_is_resolved_or_somebody_decided_to_live_with_it() {
    let open = draft("in_progress", &[("raised_on", at("2026-10-01T00:00:00Z"))]);
    assert_eq!(refused_at(run("problem", Some(&open), moved(&open, "closed"))), ["decision"]);

    let mut decided = open.clone();
    decided.fields.insert("decision".into(), Value::Parts([("text".to_string(), text("Too dear"))].into()));
    let closed = run("problem", Some(&open), moved(&decided, "closed")).unwrap();
    has(&closed, problem::CLOSED_ON, now());
    assert_eq!(closed.get(problem::RESOLVED_ON), None);
    assert_eq!(closed.fields["decision"].part("by"), Some(&text("ines@tidewell.example")));
    assert_eq!(closed.fields["decision"].part("on"), Some(&Value::Instant(now())));

    let resolved = run("problem", Some(&open), moved(&open, "resolved")).unwrap();
    // Not before somebody has looked whether it helped.
    assert_eq!(refused_at(run("problem", Some(&resolved), moved(&resolved, "closed"))), ["effect"]);
    let mut looked = moved(&resolved, "closed");
    looked.set(problem::EFFECT_DUE, now().date());
    looked.set(problem::EFFECT, model::field::Parts([("verdict".to_string(), text("effective"))].into()));
    has(&run("problem", Some(&resolved), looked).unwrap(), problem::RESOLVED_ON, now());
}

fn assessed() -> Draft {
    let none = Value::Parts([("a".to_string(), text("none"))].into());
    draft(
        "waiting_approval",
        &[
            ("category", text("normal")),
            ("risk", text("low")),
            ("benefit", text("Faster")),
            ("feasibility", text("Yes")),
            ("cost", number("0")),
            ("effects", none),
        ],
    )
}

#[test]
fn a_change_is_approved_when_everything_was_weighed() {
    let before = assessed();
    let approved = run("change", Some(&before), moved(&before, "approved")).unwrap();
    has(&approved, change::DECISION, Choice("approved".into()));
    has(&approved, change::DECIDED_ON, now());
    assert_eq!(approved.fields["decided_by"], text("ines@tidewell.example"));

    for name in ["risk", "benefit", "feasibility", "cost", "effects"] {
        let mut silent = moved(&before, "approved");
        silent.fields.remove(name);
        assert_eq!(refused_at(run("change", Some(&before), silent.clone())), [name]);
        for quick in ["emergency", "standard"] {
            silent.set(change::CATEGORY, Choice(quick.into()));
            assert!(run("change", Some(&before), silent.clone()).is_ok(), "{quick} without {name}");
        }
    }
    let rejected = run("change", Some(&before), moved(&before, "rejected")).unwrap();
    has(&rejected, change::DECISION, Choice("rejected".into()));
}

#[test]
fn whoever_decided_on_a_change_does_not_put_it_in_place() {
    let before = assessed();
    let approved = run("change", Some(&before), moved(&before, "approved")).unwrap();
    assert_eq!(refused_at(run("change", Some(&approved), moved(&approved, "implemented"))), ["implementer"]);

    let mut other = moved(&approved, "implemented");
    other.set(change::IMPLEMENTER, model::field::Person("tomas@tidewell.example".into()));
    has(&run("change", Some(&approved), other).unwrap(), change::IMPLEMENTED_ON, now());

    let mut standard = moved(&approved, "implemented");
    standard.set(change::STANDARD, true);
    assert!(run("change", Some(&approved), standard).is_ok());
}

#[test]
fn a_change_marked_as_standard_is_of_that_category() {
    has(
        &run("change", None, draft("new", &[("standard", Value::Flag(true))])).unwrap(),
        change::CATEGORY,
        Choice("standard".into()),
    );
    let fresh = run("change", None, draft("new", &[])).unwrap();
    has(&fresh, change::REQUESTED_ON, now());
}

#[test]
fn acceptance_passes_when_every_criterion_did() {
    let row = |passed: bool| Value::Parts([("passed".to_string(), Value::Flag(passed))].into());
    for (rows, passed) in [(vec![row(true), row(true)], true), (vec![row(true), row(false)], false)] {
        let given = draft("planned", &[("results", Value::List(rows))]);
        has(&run("acceptance", None, given).unwrap(), transition::acceptance::PASSED, passed);
    }
    let unknown = draft("planned", &[("results", Value::List(vec![Value::Parts(Fields::new())]))]);
    assert_eq!(run("acceptance", None, unknown).unwrap().get(transition::acceptance::PASSED), None);
}

#[test]
fn a_risk_scores_likelihood_times_impact() {
    use governance::risk;
    let given = draft("open", &[("likelihood", number("4")), ("impact", number("5")), ("score", number("3"))]);
    has(&run("risk", None, given).unwrap(), risk::SCORE, 20.into());
    for wrong in ["0", "6", "2.5"] {
        assert_eq!(refused_at(run("risk", None, draft("open", &[("impact", number(wrong))]))), ["impact"]);
    }
}

#[test]
fn approval_says_who_and_when() {
    for name in
        ["policy", "document", "management_plan", "scope_statement", "budget", "continuity_plan", "service_design"]
    {
        let before = draft("draft", &[]);
        let approved = run(name, Some(&before), moved(&before, "approved")).unwrap();
        assert_eq!(approved.fields["approved_by"], text("ines@tidewell.example"), "{name}");
        has(&approved, shared::APPROVED_ON, now().date());
        // Who approved before keeps the word.
        let theirs = draft("approved", &[("approved_by", text("top@tidewell.example"))]);
        assert_eq!(run(name, Some(&before), theirs).unwrap().fields["approved_by"], text("top@tidewell.example"));
    }
}

#[test]
fn closing_brings_the_day_and_reopening_takes_it_back() {
    for name in ["complaint", "dispute", "nonconformity"] {
        let fresh = run(name, None, draft("open", &[])).unwrap();
        has(&fresh, relationship::complaint::RAISED_ON, now().date());
        let closed = run(name, Some(&fresh), moved(&fresh, "closed")).unwrap();
        has(&closed, relationship::complaint::CLOSED_ON, now().date());
        let again = run(name, Some(&closed), moved(&closed, "open")).unwrap();
        assert_eq!(again.get(relationship::complaint::CLOSED_ON), None, "{name}");
    }
    let open = draft("open", &[]);
    let escalated = run("complaint", Some(&open), moved(&open, "escalated")).unwrap();
    has(&escalated, relationship::complaint::ESCALATED, now().date());
}

#[test]
fn an_action_is_done_on_a_day() {
    use follow_up::action;
    let open = draft("open", &[]);
    let done = run("action", Some(&open), moved(&open, "done")).unwrap();
    has(&done, action::DONE_ON, now().date());
    assert_eq!(run("action", Some(&done), moved(&done, "in_progress")).unwrap().get(action::DONE_ON), None);
}

#[test]
fn an_improvement_is_decided_and_implemented_on_a_day() {
    use follow_up::improvement;
    let open = draft("open", &[]);
    for state in ["approved", "rejected", "deferred"] {
        let decided = run("improvement", Some(&open), moved(&open, state)).unwrap();
        has(&decided, improvement::DECISION, Choice(state.into()));
        has(&decided, improvement::DECIDED_ON, now().date());
    }
    let done = run("improvement", Some(&open), moved(&open, "implemented")).unwrap();
    has(&done, improvement::IMPLEMENTED_ON, now().date());
}

/// State entered and the field that it fills with the present.
#[test]
fn entering_a_state_fills_its_time() {
    let cases = [
        ("major_incident_review", "open", "reported", "reported_on"),
        ("release", "approved", "deployed", "deployed_on"),
        ("acceptance", "testing", "accepted", "on"),
        ("outage", "open", "over", "end"),
        ("catalogue_entry", "draft", "published", "published_on"),
        ("sla", "draft", "agreed", "agreed_on"),
        ("survey", "running", "reported", "reported_on"),
        ("audit", "in_progress", "held", "held_on"),
        ("audit", "held", "reported", "report_on"),
        ("security_incident", "in_progress", "resolved", "resolved_on"),
        ("security_incident", "resolved", "closed", "closed_on"),
    ];
    for (name, from, to, field) in cases {
        let before = draft(from, &[]);
        let after = run(name, Some(&before), moved(&before, to)).unwrap();
        let filled = after.fields.get(field).and_then(Value::as_moment).expect(name);
        assert_eq!(filled.date(), now().date(), "{name}.{field}");
    }
    let fresh = run("known_error", None, draft("draft", &[])).unwrap();
    has(&fresh, support::known_error::RECORDED_ON, now());
    let released = draft("testing", &[]);
    let approved = run("release", Some(&released), moved(&released, "approved")).unwrap();
    assert_eq!(approved.fields["approved_by"], text("ines@tidewell.example"));
}

/// Kind, the earlier field, the later one.
#[test]
fn nothing_ends_before_it_began() {
    let pairs = [
        ("incident", "raised_on", "responded_on"),
        ("incident", "raised_on", "resolved_on"),
        ("incident", "resolved_on", "closed_on"),
        ("service_request", "raised_on", "fulfilled_on"),
        ("service_request", "fulfilled_on", "closed_on"),
        ("problem", "raised_on", "resolved_on"),
        ("problem", "resolved_on", "closed_on"),
        ("major_incident_review", "told_top_on", "reported_on"),
        ("change", "planned_start", "planned_end"),
        ("change", "requested_on", "closed_on"),
        ("change", "implemented_on", "closed_on"),
        ("release", "verified_on", "deployed_on"),
        ("transition_plan", "approved_on", "went_live_on"),
        ("trend_review", "on", "reported_on"),
        ("complaint", "raised_on", "closed_on"),
        ("contract", "start", "end"),
        ("dispute", "raised_on", "closed_on"),
        ("outage", "start", "end"),
        ("security_control", "decided_on", "checked_on"),
        ("security_incident", "raised_on", "resolved_on"),
        ("security_incident", "resolved_on", "closed_on"),
        ("person", "joined_on", "left_on"),
        ("training", "held_on", "effect_checked_on"),
        ("audit", "held_on", "report_on"),
        ("action", "done_on", "effect_checked_on"),
        ("nonconformity", "raised_on", "closed_on"),
        ("nonconformity", "checked_on", "closed_on"),
        ("improvement", "decided_on", "implemented_on"),
    ];
    for (name, first, then) in pairs {
        let kind = kind(name);
        let value = |field: &str, text: &str| {
            let ty = kind.type_of(field).unwrap_or_else(|| panic!("{name} has no {field}"));
            ty.parse(text).expect("a date").expect("a value")
        };
        let start = kind.lifecycle.start();
        let before = draft(start, &[]);
        let fields = |begin: &str, end: &str| draft(start, &[(first, value(first, begin)), (then, value(then, end))]);
        let wrong = run(name, Some(&before), fields("2026-02-02", "2026-02-01"));
        assert_eq!(refused_at(wrong), [then], "{name}: {then} before {first}");
        assert!(run(name, Some(&before), fields("2026-02-02", "2026-02-02")).is_ok(), "{name}: on the same day");
    }
}

/// What an import brought in wrong is for the checks to find; it does not stop the work on something else.
#[test]
fn old_faults_do_not_stop_other_work() {
    let incident = draft(
        "in_progress",
        &[
            ("raised_on", at("2026-02-02T00:00:00Z")),
            ("resolved_on", at("2026-02-01T00:00:00Z")),
            ("impact", text("high")),
            ("urgency", text("high")),
            ("priority", text("P4")),
        ],
    );
    let mut edited = incident.clone();
    edited.set(incident::SUBCATEGORY, model::field::Text("Lifts".into()));
    let kept = run("incident", Some(&incident), edited).unwrap();
    has(&kept, incident::PRIORITY, Choice("P4".into()));

    let risk = draft("open", &[("likelihood", number("9")), ("impact", number("1")), ("score", number("2"))]);
    assert_eq!(run("risk", Some(&risk), risk.clone()).unwrap(), risk);
}

#[test]
fn shares_and_totals_make_sense() {
    for (name, field, wrong) in [
        ("availability_target", "target", "100.5"),
        ("availability_result", "actual", "-1"),
        ("availability_result", "target", "101"),
        ("capacity_reading", "total", "0"),
    ] {
        assert_eq!(refused_at(run(name, None, draft("current", &[(field, number(wrong))]))), [field], "{name}");
    }
    let many = draft("running", &[("population", number("10")), ("answers", number("11"))]);
    assert_eq!(refused_at(run("survey", None, many)), ["answers"]);
}

/// The program itself is no person: it signs nothing in its own name.
#[test]
fn the_system_signs_nothing() {
    let kind = kind("policy");
    let system = Actor::system("demo", Via::Job);
    let before = record(&kind, "draft", Fields::new());
    let facts = Facts { actor: &system, now: now(), before: Some(&before), related: &Default::default() };
    let mut approved = draft("approved", &[]);
    for rule in &kind.rules {
        rule(&mut approved, &facts).unwrap();
    }
    assert!(!approved.fields.contains_key("approved_by"));
}
