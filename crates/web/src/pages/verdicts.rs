//! Verdicts in shapes and words, the same on the map, on clauses and at home.

use engines::conformity::{Assessment, Catalogue, State, Verdict};

use crate::view::{
    field::Pick,
    parts::{Cell, Mark, Shape, Tone},
};

/// How a state of a requirement is drawn.
pub fn mark(state: State) -> Mark {
    let (shape, tone, word) = match state {
        State::Proved => (Shape::Proved, Tone::Ok, "Proved"),
        State::Stale => (Shape::Stale, Tone::Warn, "Stale"),
        State::Gap => (Shape::Gap, Tone::Bad, "Gap"),
        State::Nonconforming => (Shape::Nonconforming, Tone::Bad, "Nonconformity"),
        State::NothingToSample => (Shape::Nothing, Tone::Mute, "Nothing to sample"),
        State::ForAPerson => (Shape::ForAPerson, Tone::Mute, "For a person"),
    };
    Mark::new(shape, tone, word)
}

/// What a person may judge: every state but the one that waits for them. `chosen` is the name of a state.
pub fn judgements(chosen: &str) -> Vec<Pick> {
    let judged = State::ALL.iter().filter(|state| **state != State::ForAPerson);
    let pick =
        |state: &State| Pick { value: state.name().into(), label: mark(*state).word, chosen: chosen == state.name() };
    judged.map(pick).collect()
}

/// What a state means, in a few words.
pub fn meaning(state: State) -> &'static str {
    match state {
        State::Proved => "checks pass on fresh evidence",
        State::Stale => "passed, but the evidence is too old",
        State::Gap => "no evidence yet",
        State::Nonconforming => "the evidence says no",
        State::NothingToSample => "the check met no record",
        State::ForAPerson => "a machine cannot judge",
    }
}

pub fn cell(state: State) -> Cell {
    match state {
        State::Proved => Cell::Proved,
        State::Stale => Cell::Stale,
        State::Gap => Cell::Gap,
        State::Nonconforming => Cell::Nonconforming,
        State::NothingToSample => Cell::Nothing,
        State::ForAPerson => Cell::ForAPerson,
    }
}

/// "9 of 11 proved, 1 stale, 1 nonconformity".
pub fn tally(verdicts: &[&Verdict]) -> String {
    let count = |state: State| verdicts.iter().filter(|verdict| verdict.state == state).count();
    let mut words = vec![format!("{} of {} proved", count(State::Proved), verdicts.len())];
    for state in State::ALL.into_iter().filter(|state| *state != State::Proved) {
        let number = count(state);
        if number > 0 {
            words.push(format!("{number} {}", counted(state, number)));
        }
    }
    words.join(", ")
}

/// The word of a state for so many requirements.
/// "2 gaps, 5 nothing to sample": what is still to be closed, by its state.
pub fn told_open<'v>(open: impl Iterator<Item = &'v Verdict>) -> String {
    let states: Vec<State> = open.map(|verdict| verdict.state).collect();
    let count = |wanted: State| states.iter().filter(|state| **state == wanted).count();
    let told = State::ALL.into_iter().filter(|state| count(*state) > 0);
    told.map(|state| format!("{} {}", count(state), counted(state, count(state)))).collect::<Vec<_>>().join(", ")
}

pub fn counted(state: State, count: usize) -> &'static str {
    match (state, count) {
        (State::Gap, 2..) => "gaps",
        (State::Nonconforming, 2..) => "nonconformities",
        (State::Proved, _) => "proved",
        (State::Stale, _) => "stale",
        (State::Gap, _) => "gap",
        (State::Nonconforming, _) => "nonconformity",
        (State::NothingToSample, _) => "nothing to sample",
        (State::ForAPerson, _) => "for a person",
    }
}

/// The worst state among several, as [reading].states orders them.
pub fn worst(verdicts: &[&Verdict]) -> State {
    let order =
        [State::Nonconforming, State::Gap, State::Stale, State::ForAPerson, State::Proved, State::NothingToSample];
    order
        .into_iter()
        .find(|state| verdicts.iter().any(|verdict| verdict.state == *state))
        .unwrap_or(State::NothingToSample)
}

/// Verdicts of a clause and of everything below it, in catalogue order.
pub fn below<'a>(assessment: &'a Assessment, clause: &str) -> Vec<&'a Verdict> {
    let inside = |id: &str| id == clause || id.strip_prefix(clause).is_some_and(|rest| rest.starts_with('.'));
    assessment
        .verdicts
        .iter()
        .map(AsRef::as_ref)
        .filter(|verdict: &&Verdict| inside(&verdict.requirement.clause))
        .collect()
}

/// The clauses that pages show as one: three numbers deep under 8, two elsewhere (as auditors speak of them).
pub fn is_shown(catalogue: &Catalogue, clause: &str) -> bool {
    let depth = clause.split('.').count();
    let deepest = if clause.starts_with("8.") { 3 } else { 2 };
    let leaf = catalogue.clauses.iter().any(|known| known.id == clause && known.leaf);
    depth == deepest || (leaf && depth > 1 && depth < deepest)
}

/// The label of a requirement within its clause: "a", "1", "n1".
pub fn item<'a>(clause: &str, requirement: &'a str) -> &'a str {
    requirement.strip_prefix(clause).map_or(requirement, |rest| rest.trim_start_matches(['.', '-']))
}
