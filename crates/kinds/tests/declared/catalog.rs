//! The declarations fit together and say enough for a reader who knows nothing yet.

use std::collections::BTreeSet;

use model::{Field, Kind, Type, lifecycle::WITHDRAWN};

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
