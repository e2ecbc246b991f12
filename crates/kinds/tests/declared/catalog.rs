//! The declarations fit together and say enough for a reader who knows nothing yet.

use std::collections::BTreeSet;

use model::{
    Field, Fields, Kind, Moment, Record, RecordId, Type, Value,
    lifecycle::{UNSTATED, WITHDRAWN},
};
use serde_json::json;

#[test]
fn declarations_fit_together() {
    let faults = kinds::catalog().faults();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_kind_explains_itself() {
    let catalog = kinds::catalog();
    let silent = |kind: &&Kind| {
        kind.about.len() < 20
            || kind.clauses.is_empty()
            || !(4..=8).contains(&kind.columns.len())
            || kind.rules.len() > 8
    };
    let names: Vec<_> = catalog.kinds().iter().filter(silent).map(|kind| kind.name).collect();
    assert!(names.is_empty(), "about, clauses or four to eight list columns are missing: {names:?}");
}

/// Without a name of its own a record would stand in lists and links as a bare number.
#[test]
fn every_kind_has_a_title_of_its_own_or_takes_it_from_a_field() {
    let asks_twice = |kind: &&Kind| {
        let says = |name: &str| kind.has_field(name);
        kind.titled_by.is_empty() && (says("name") || says("topic") || says("statement"))
    };
    let catalog = kinds::catalog();
    let names: Vec<_> = catalog.kinds().iter().filter(asks_twice).map(|kind| kind.name).collect();
    assert!(names.is_empty(), "these would ask for a title and a name: {names:?}");
}

/// Imports use these states on any kind ([reading].withdrawn).
#[test]
fn every_record_can_be_withdrawn_superseded_and_cancelled() {
    for kind in kinds::catalog().kinds() {
        for state in WITHDRAWN {
            assert!(kind.lifecycle.find(state).is_some(), "{} has no state {state}", kind.name);
        }
    }
}

#[test]
fn steps_have_one_name_each_from_a_state() {
    for kind in kinds::catalog().kinds() {
        let mut names = BTreeSet::new();
        for step in &kind.lifecycle.steps {
            assert!(names.insert(step.name), "{}: two steps are called {}", kind.name, step.name);
            assert!(!step.from.contains(&step.to), "{}: {} leads to where it starts", kind.name, step.name);
        }
    }
}

/// A column holds one value, and a kind must not fight over it.
#[test]
fn columns_mirror_one_scalar_field_each() {
    for kind in kinds::catalog().kinds() {
        let mut columns = Vec::new();
        for field in kind.fields.iter().filter(|field| field.column.is_some()) {
            assert!(field.ty.is_scalar(), "{}.{} is no single value", kind.name, field.name);
            assert!(!columns.contains(&field.column), "{}.{} shares its column", kind.name, field.name);
            columns.push(field.column);
        }
    }
}

/// Each is an index of the one table of records: it costs every write and every plan of the database.
#[test]
fn indexes_are_few() {
    let catalog = kinds::catalog();
    let indexed = catalog.kinds().iter().flat_map(|kind| &kind.fields).filter(|field| field.indexed).count();
    assert!(indexed <= 40, "{indexed} fields are indexed; index only what lists of kinds with very many records need");
}

/// Other tools write the same word in another way; a closed list keeps one of them and refuses another word.
#[test]
fn closed_lists_take_other_spellings_and_refuse_other_words() {
    let catalog = kinds::catalog();
    let read = |kind: &str, field: &str, word: &str| {
        catalog.find(kind).and_then(|kind| kind.type_of(field)).expect("a type").read(&json!(word))
    };
    assert_eq!(read("incident", "impact", "High"), Ok(Some(Value::text("high"))));
    assert_eq!(read("incident", "state", "Waiting-Customer"), Ok(Some(Value::text("waiting_customer"))));
    assert_eq!(read("service", "stage", "in_transition"), Ok(Some(Value::text("in-transition"))));
    let refusal = read("incident", "impact", "enormous").expect_err("a refusal");
    assert!(refusal.contains("high, medium, low"), "{refusal}");
    // What the organisation names itself stays as it is written.
    assert_eq!(read("incident", "category", "Coffee Machine"), Ok(Some(Value::text("Coffee Machine"))));
}

/// Checks ask whether these have a state, so what was never said must not look like what was.
#[test]
fn what_was_never_said_is_unstated_where_a_check_asks() {
    let catalog = kinds::catalog();
    let silent = |name: &str| catalog.find(name).expect(name).lifecycle.silent();
    for name in ["ci", "complaint", "dispute"] {
        assert_eq!(silent(name), UNSTATED);
    }
    assert_eq!(silent("incident"), "new");
}

/// Checks sample these states, so a line that names none must not begin in one of them.
#[test]
fn first_states_are_not_those_that_checks_sample() {
    let sampled = [
        ("document", "approved"),
        ("knowledge_article", "current published approved"),
        ("sla", "agreed active in-force current"),
        ("transition_plan", "approved complete"),
        ("known_error", "active"),
        ("security_control", "operating"),
        ("asset", "in-use"),
        ("action", "done"),
        ("objective", "closed met reached withdrawn"),
    ];
    let catalog = kinds::catalog();
    for (name, states) in sampled {
        let lifecycle = &catalog.find(name).expect(name).lifecycle;
        assert!(!states.split(' ').any(|state| state == lifecycle.silent()), "{name} begins in {}", lifecycle.silent());
        for state in states.split(' ') {
            assert!(lifecycle.find(state).is_some(), "{name} has no state {state}");
        }
    }
}

/// Some kinds have a kind of their own (a policy of kind change); it must not read as the name of the record type.
#[test]
fn a_kind_of_its_own_is_the_field() {
    let catalog = kinds::catalog();
    let read = |name: &str, fields: Fields| {
        let kind = catalog.find(name).expect(name);
        let (number, title, state) = ("X-1".to_string(), "T".to_string(), kind.lifecycle.start().to_string());
        let (id, created, changed) = (RecordId(1), Moment(0), Moment(0));
        let record =
            Record { id, kind: kind.name, number, title, state, customer: None, version: 1, created, changed, fields };
        record.value(kind, "kind")
    };
    let policy = Fields::from([("kind".to_string(), Value::text("change"))]);
    assert_eq!(read("policy", policy), Some(Value::text("change")));
    assert_eq!(read("policy", Fields::new()), None);
    assert_eq!(read("incident", Fields::new()), Some(Value::text("incident")));
}

#[test]
fn help_and_labels_are_sentences() {
    for kind in kinds::catalog().kinds() {
        kind.fields.iter().for_each(|field| check_words(kind.name, field));
    }
}

fn check_words(place: &str, field: &Field) {
    let capital = |text: &str| text.chars().next().is_none_or(|first| !first.is_lowercase() || text.len() == 1);
    assert!(capital(&field.label), "{place}.{}: label {:?} begins small", field.name, field.label);
    let ends = field.help.is_empty() || field.help.ends_with(['.', '?']);
    assert!(ends, "{place}.{}: help {:?} is no sentence", field.name, field.help);
    if let Type::Parts(parts) = inner(&field.ty) {
        parts.iter().for_each(|part| check_words(&format!("{place}.{}", field.name), part));
    }
}

fn inner(ty: &Type) -> &Type {
    if let Type::List(of) = ty { of } else { ty }
}
