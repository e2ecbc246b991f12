//! The conformity map: every requirement as one cell, every figure a link.

use askama::Template;
use engines::conformity::{Assessment, State, catalogue};
use model::Moment;

use super::verdicts;
use crate::view::{
    parts::{Cells, Link, Mark},
    shell::Shell,
    time,
};

#[derive(Template)]
#[template(path = "page/conformity.html")]
pub struct ConformityPage {
    pub shell: Shell,
    pub proved: usize,
    pub whole: usize,
    pub share: String,
    pub troubles: String,
    pub states: Vec<StateLine>,
    pub checked: String,
    pub groups: Vec<Group>,
    pub steps: Vec<NextStep>,
    pub more: usize,
    /// The day that is shown, as a date field has it; empty for today.
    pub day: String,
    pub is_past: bool,
}

pub struct StateLine {
    pub mark: Mark,
    pub meaning: &'static str,
    pub count: Link,
}

/// A clause of one number with its clauses.
pub struct Group {
    pub id: String,
    pub title: String,
    pub tally: String,
    pub class: &'static str,
    pub clauses: Vec<Clause>,
}

pub struct Clause {
    pub id: String,
    pub title: String,
    pub href: String,
    pub cells: Cells,
    pub words: String,
}

/// A requirement that is not proved and what stands in the way.
pub struct NextStep {
    pub mark: Mark,
    pub requirement: Link,
    pub text: String,
    pub why: String,
}

/// Steps on the page; all of them are one click away.
const STEPS: usize = 12;

/// The page. With `state`, the list below the map holds every requirement in that state.
pub fn page(shell: Shell, assessment: &Assessment, state: Option<State>, now: Moment, is_past: bool) -> ConformityPage {
    let whole = assessment.verdicts.len();
    let proved = assessment.count(State::Proved);
    let query = if is_past { format!("?as_of={}", assessment.as_of) } else { String::new() };
    let (steps, more) = steps(assessment, state, &query);
    ConformityPage {
        share: percent(proved, whole),
        proved,
        whole,
        troubles: troubles(assessment),
        states: State::ALL.into_iter().map(|state| state_line(assessment, state, is_past)).collect(),
        checked: if is_past { time::exact(assessment.as_of) } else { time::when(assessment.as_of, now).near },
        groups: groups(assessment, &query),
        steps,
        more,
        day: if is_past { assessment.as_of.date().to_string() } else { String::new() },
        is_past,
        shell,
    }
}

/// Whole percent, rounded down so that 100 means all.
pub fn percent(part: usize, whole: usize) -> String {
    if whole == 0 { "0".into() } else { (part * 100 / whole).to_string() }
}

fn troubles(assessment: &Assessment) -> String {
    let told: Vec<String> = [State::Nonconforming, State::Gap, State::Stale]
        .into_iter()
        .map(|state| (assessment.count(state), state))
        .filter(|(count, _)| *count > 0)
        .map(|(count, state)| format!("{count} {}", verdicts::counted(state, count)))
        .collect();
    match told.as_slice() {
        [] => "Nothing that the program can judge stands in the way.".into(),
        [one] => format!("In the way: {one}."),
        [first @ .., last] => format!("In the way: {} and {last}.", first.join(", ")),
    }
}

fn state_line(assessment: &Assessment, state: State, is_past: bool) -> StateLine {
    let past = if is_past { format!("&as_of={}", assessment.as_of) } else { String::new() };
    let href = format!("/conformity?state={}{past}#steps", state.name());
    StateLine {
        mark: verdicts::mark(state),
        meaning: verdicts::meaning(state),
        count: Link::new(assessment.count(state).to_string(), href),
    }
}

fn groups(assessment: &Assessment, query: &str) -> Vec<Group> {
    let catalogue = catalogue();
    let top = catalogue.clauses.iter().filter(|clause| !clause.id.contains('.'));
    top.map(|group| {
        let inside = format!("{}.", group.id);
        let shown = catalogue.clauses.iter().filter(|clause| clause.id.starts_with(&inside));
        let shown = shown.filter(|clause| verdicts::is_shown(catalogue, &clause.id));
        let all = verdicts::below(assessment, &group.id);
        Group {
            id: group.id.clone(),
            title: group.title.clone(),
            tally: format!("{} of {}", all.iter().filter(|verdict| verdict.state == State::Proved).count(), all.len()),
            class: match group.id.as_str() {
                "7" | "8" => "span",
                "9" => "span2",
                _ => "",
            },
            clauses: shown
                .map(|clause| {
                    let verdicts = verdicts::below(assessment, &clause.id);
                    let cells: Vec<_> = verdicts.iter().map(|verdict| verdicts::cell(verdict.state)).collect();
                    Clause {
                        id: clause.id.clone(),
                        title: clause.title.clone(),
                        href: format!("/conformity/{}{query}", clause.id),
                        cells: Cells::new(&cells),
                        words: verdicts::tally(&verdicts),
                    }
                })
                .collect(),
        }
    })
    .collect()
}

fn steps(assessment: &Assessment, state: Option<State>, query: &str) -> (Vec<NextStep>, usize) {
    let wanted: Vec<State> = match state {
        Some(state) => vec![state],
        None => vec![State::Nonconforming, State::Gap, State::Stale],
    };
    let all = wanted.iter().flat_map(|state| assessment.verdicts.iter().filter(|verdict| verdict.state == *state));
    let mut steps: Vec<NextStep> = all
        .map(|verdict| NextStep {
            mark: verdicts::mark(verdict.state),
            requirement: Link::new(
                verdict.requirement.id.clone(),
                format!("/conformity/{}/{}{query}", verdict.requirement.clause, verdict.requirement.id),
            ),
            text: verdict.requirement.text.clone(),
            why: verdict.why.clone(),
        })
        .collect();
    let more = if state.is_some() { 0 } else { steps.len().saturating_sub(STEPS) };
    if state.is_none() {
        steps.truncate(STEPS);
    }
    (steps, more)
}
