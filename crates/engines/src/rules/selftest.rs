//! Runs test vectors of the calculation rules and says what failed, in the form of `data/vectors.json`.

mod clocks;
mod input;
mod services;
mod shares;
#[cfg(test)]
mod tests;
mod wanted;

use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

use self::input::{Calendars, Input, Read};
use self::wanted::Parts;

/// The built-in set of vectors, as JSON.
pub const BUILT_IN_VECTORS: &str = include_str!("../../data/vectors.json");

/// What a run of vectors gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub passed: usize,
    /// In the order of the vectors.
    pub failures: Vec<Failure>,
    /// Rules that vectors name and that have no implementation here; their vectors count as failed.
    pub unknown_rules: BTreeSet<String>,
}

/// A vector that did not pass, or a file that is no set of vectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its id, else its place in the file, such as `vector 12`.
    pub vector: String,
    /// What was wanted and what came out, or what is wrong with the vector.
    pub reason: String,
}

impl Outcome {
    pub fn failed(&self) -> usize {
        self.failures.len()
    }

    fn failed_as_a_whole(reason: &str) -> Outcome {
        let failure = Failure { vector: "the file".to_owned(), reason: reason.to_owned() };
        Outcome { failures: vec![failure], ..Outcome::default() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.vector, self.reason)
    }
}

/// A line per failure, a line for the rules without implementation, and `N passed, M failed`.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "{failure}")?;
        }
        if !self.unknown_rules.is_empty() {
            let rules: Vec<&str> = self.unknown_rules.iter().map(String::as_str).collect();
            writeln!(f, "without implementation: {}", rules.join(", "))?;
        }
        write!(f, "{} passed, {} failed", self.passed, self.failed())
    }
}

/// Runs vectors: an object with `calendars` and `vectors`, each with `id`, `rule`, `input` and `expected`.
///
/// A vector passes when every part of `expected` comes out. One that is malformed fails with a sentence that names the
/// field, as does a file without vectors.
pub fn selftest(vectors: &Value) -> Outcome {
    let Some(list) = vectors.get("vectors").and_then(Value::as_array) else {
        return Outcome::failed_as_a_whole("it has no list \"vectors\", so it is no set of test vectors");
    };
    if list.is_empty() {
        return Outcome::failed_as_a_whole("its list \"vectors\" is empty, so nothing was tested");
    }
    let calendars = Calendars(vectors.get("calendars"));
    let mut outcome = Outcome::default();
    for (at, vector) in list.iter().enumerate() {
        let id = vector.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
        let name = id.map_or_else(|| format!("vector {}", at + 1), str::to_owned);
        match run(vector, calendars, &mut outcome.unknown_rules) {
            Ok(()) => outcome.passed += 1,
            Err(reason) => outcome.failures.push(Failure { vector: name, reason }),
        }
    }
    outcome
}

fn run(vector: &Value, calendars: Calendars<'_>, unknown_rules: &mut BTreeSet<String>) -> Result<(), String> {
    let object = vector.as_object().ok_or("it is not an object")?;
    let text = |name: &str| object.get(name).and_then(Value::as_str).ok_or(format!("it has no text \"{name}\""));
    text("id")?;
    let rule = text("rule")?;
    let expected = object.get("expected").and_then(Value::as_object).filter(|expected| !expected.is_empty());
    let expected = expected.ok_or("it has no object \"expected\" that says what should come out")?;
    let input = object.get("input").filter(|input| input.is_object()).ok_or("it has no object \"input\"")?;
    match calculate(rule, &Input::new(input, "input"), calendars) {
        Some(parts) => compare(&parts?, expected),
        None => {
            unknown_rules.insert(rule.to_owned());
            Err(format!("the rule {rule} has no implementation"))
        }
    }
}

/// Sets a result against what is expected; every part of it that is wrong is named.
fn compare(parts: &Parts, expected: &Map<String, Value>) -> Result<(), String> {
    let wrong = expected.iter().filter_map(|(name, wanted)| match parts.iter().find(|(part, _)| part == name) {
        Some((_, got)) if got.is(wanted) => None,
        Some((_, got)) => Some(format!("{name}: wanted {wanted}, got {}", got.written_like(wanted))),
        None => Some(format!("{name}: wanted {wanted}, but this form of the rule does not give it")),
    });
    let wrong: Vec<String> = wrong.collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// The result of a rule for an input. None for a rule without implementation.
fn calculate(rule: &str, input: &Input<'_>, calendars: Calendars<'_>) -> Option<Read<Parts>> {
    Some(match rule {
        "R01" => clocks::working_time(input, calendars),
        "R02" => clocks::due_instant(input, calendars),
        "R03" => clocks::working_days(input, calendars),
        "R04" => clocks::paused(input, calendars),
        "R05" => clocks::states(input, calendars),
        "R06" => clocks::reopened(input, calendars),
        "R07" => clocks::priority_change(input, calendars),
        "R08" => clocks::response(input, calendars),
        "R09" => shares::targets_met(input),
        "R10" => clocks::warnings(input, calendars),
        "R11" => shares::priority(input),
        "R12" => shares::major(input),
        "R13" => services::availability(input, calendars),
        "R14" => services::allowance(input),
        "R15" => services::mean_times(input),
        "R16" => services::continuity(input),
        "R17" => shares::change_success(input),
        "R18" => shares::first_contact(input),
        "R19" => shares::backlog(input),
        "R20" => services::capacity(input),
        "R21" => services::risk(input),
        "R22" => services::budget(input),
        "R23" => services::error_budget(input),
        "R24" => services::audit_sample(input),
        "R25" => shares::satisfaction(input),
        "R26" => services::certification(input),
        "R27" => services::repeated_duty(input),
        "R28" => shares::workload_limit(input),
        "R29" => shares::trend_of(input),
        "R30" => shares::repeats(input),
        "R31" => services::audit_time(input),
        "R32" => shares::ready(input),
        "R33" => shares::configuration_accuracy(input),
        _ => return None,
    })
}
