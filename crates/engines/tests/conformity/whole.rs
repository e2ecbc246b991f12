//! The world in which all is well, and what a single fault does to it.

use std::collections::BTreeSet;

use engines::conformity::{State, catalogue, has_check};

use crate::{
    build::{Variations, assessed},
    faults::{NOW, differences, edit, faults, good, print},
};

#[test]
fn a_sound_provider_is_proved_throughout() {
    let assessment = assessed(&good(), NOW);
    let mut wrong = Vec::new();
    for verdict in &assessment.verdicts {
        let id = verdict.requirement.id.as_str();
        let expected = if has_check(id) { State::Proved } else { State::ForAPerson };
        if verdict.state != expected {
            wrong.push(format!("{id} {:?} {:?}: {}", verdict.state, verdict.examples, verdict.why));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_fault_is_found_where_it_belongs_and_nowhere_else() {
    let sound = Variations::of(good(), NOW);
    let before = sound.assessed(&sound.lines());
    let mut wrong = Vec::new();
    let mut struck: BTreeSet<String> = BTreeSet::new();
    let mut count = 0;
    for (edits, expected) in faults() {
        let mut lines = sound.lines();
        edit(&mut lines, edits);
        let found = differences(&before, &sound.assessed(&lines));
        if found != expected {
            wrong.push(format!("{edits} => {}", print(&found)));
        }
        struck.extend(found.into_iter().filter(|(_, told)| !told.starts_with("nothing")).map(|(id, _)| id));
        count += 1;
    }
    assert!(wrong.is_empty(), "{} of {count} faults have other outcomes:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 100);
    let mut untouched = catalogue().requirements.iter().map(|one| one.id.as_str()).filter(|id| has_check(id));
    // The note of 4.2 informs; it can never fail.
    assert_eq!(
        untouched.find(|id| !struck.contains(*id) && *id != "4.2-n1"),
        None,
        "no fault strikes this requirement"
    );
}
