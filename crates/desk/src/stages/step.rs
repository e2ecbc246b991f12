//! Whether a move from one state to another is one that the kind knows.

use model::{Kind, Record, Refusal, suggest};

/// # Errors
/// `Step` with where one can go from here.
pub fn step(kind: &Kind, before: &Record, to: &str) -> Result<(), Refusal> {
    let lifecycle = &kind.lifecycle;
    if lifecycle.find(to).is_none() {
        let names = lifecycle.states.iter().map(|state| state.name);
        return Err(Refusal::field(
            "to",
            format!("\"{to}\" is no state of {}{}", kind.label.to_lowercase(), suggest::hint(to, names)),
        ));
    }
    if lifecycle.step_to(&before.state, to).is_some() {
        return Ok(());
    }
    let ways: Vec<&str> = lifecycle.steps_from(&before.state).map(|step| step.to).collect();
    let ways = if ways.is_empty() { "nowhere".into() } else { ways.join(", ") };
    Err(Refusal::Step(format!(
        "{} is {}; from there it goes to {ways}.",
        before.number,
        kind.state_label(&before.state).to_lowercase()
    )))
}
