//! The states a kind can be in and the steps between them; every state belongs to a phase.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    Open,
    Waiting,
    Done,
}

impl Phase {
    pub const ALL: &'static [Phase] = &[Phase::Open, Phase::Waiting, Phase::Done];

    pub fn name(self) -> &'static str {
        match self {
            Phase::Open => "open",
            Phase::Waiting => "waiting",
            Phase::Done => "done",
        }
    }

    pub fn parse(text: &str) -> Option<Phase> {
        Phase::ALL.iter().copied().find(|phase| phase.name() == text)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct State {
    pub name: &'static str,
    pub label: String,
    pub phase: Phase,
}

/// A named move. `from` lists the states it starts in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    pub name: &'static str,
    pub label: String,
    pub from: Vec<&'static str>,
    pub to: &'static str,
}

#[derive(Clone, Debug, PartialEq, Default, Serialize)]
pub struct Lifecycle {
    pub states: Vec<State>,
    pub steps: Vec<Step>,
    /// State that a filled date field justifies when a line names none; the first match wins (contract.md section 4).
    pub dated: Vec<(&'static str, &'static str)>,
    /// Whether a line that names no state is [`UNSTATED`], because a check asks whether there is one.
    pub may_be_unstated: bool,
}

/// State of a line that names none, where the difference counts; the checks read it as an empty field.
pub const UNSTATED: &str = "unstated";

/// Records in these states are left out of every check that does not name them ([reading].withdrawn).
pub const WITHDRAWN: [&str; 3] = ["withdrawn", "superseded", "cancelled"];

impl Lifecycle {
    /// Things that are simply kept: current until superseded or withdrawn. Keeping them is no work, so that lists of
    /// open work leave them out.
    pub fn kept() -> Lifecycle {
        Lifecycle::starts_in("current", Phase::Done)
            .state("superseded", Phase::Done)
            .step("supersede", &["current"], "superseded")
            .step("restore", &["superseded"], "current")
            .withdrawable()
    }

    pub fn starts_in(name: &'static str, phase: Phase) -> Lifecycle {
        Lifecycle::default().state(name, phase)
    }

    pub fn state(mut self, name: &'static str, phase: Phase) -> Lifecycle {
        self.states.push(State { name, label: sentence_case(name), phase });
        self
    }

    pub fn step(mut self, name: &'static str, from: &[&'static str], to: &'static str) -> Lifecycle {
        self.steps.push(Step { name, label: sentence_case(name), from: from.to_vec(), to });
        self
    }

    /// `state` is what a line is in that names no state but has `field` filled. Later states first.
    pub fn dated(mut self, state: &'static str, field: &'static str) -> Lifecycle {
        self.dated.push((state, field));
        self
    }

    /// Adds `withdrawn`, reachable from every other state, and the way back to the first.
    pub fn withdrawable(mut self) -> Lifecycle {
        let from: Vec<&'static str> = self.states.iter().map(|state| state.name).collect();
        let start = self.start();
        self = self.state("withdrawn", Phase::Done).step("withdraw", &from, "withdrawn");
        self.step("reinstate", &["withdrawn"], start)
    }

    /// Keeps apart what was never said from what was, and leads from there to the first state.
    pub fn unstated(mut self) -> Lifecycle {
        let start = self.start();
        self.may_be_unstated = true;
        self.state(UNSTATED, Phase::Open).step("set_state", &[UNSTATED], start)
    }

    /// The state of a line that neither names one nor has a date that justifies one.
    pub fn silent(&self) -> &'static str {
        if self.may_be_unstated { UNSTATED } else { self.start() }
    }

    /// The state a new record is in.
    pub fn start(&self) -> &'static str {
        self.states.first().map_or("current", |state| state.name)
    }

    pub fn find(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| state.name == name)
    }

    /// The state that a word means, however other tools spell it: "In Progress" and "in-progress" are in_progress.
    pub fn meant(&self, word: &str) -> Option<&State> {
        self.find(word).or_else(|| self.states.iter().find(|state| crate::suggest::same_word(state.name, word)))
    }

    /// Steps that lead from a state, in declared order.
    pub fn steps_from<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a Step> {
        self.steps.iter().filter(move |step| step.from.contains(&state))
    }

    /// The step that leads from one state to another.
    pub fn step_to(&self, from: &str, to: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.to == to && step.from.contains(&from))
    }
}

/// "in_progress" as people read it: "In progress".
pub fn sentence_case(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
