//! What rules of the organisation did to a record, or why they did not, for its page.

use desk::{Shown, automation::Run};
use model::Refusal;

use crate::{
    App, Seat,
    view::{
        parts::{Mark, Shape, Tone, When},
        time,
    },
};

/// One run of a rule.
pub struct RuleRow {
    pub rule: String,
    pub mark: Mark,
    pub told: String,
    pub at: When,
}

/// The last runs about a record, newest first; none for people of customers.
///
/// # Errors
/// What the desk refuses.
pub async fn rules(app: &App, seat: &Seat, shown: &Shown) -> Result<Vec<RuleRow>, Refusal> {
    let runs = app.desk.automation_on(&seat.actor, shown).await?;
    let row = |(rule, run): (String, Run)| RuleRow {
        rule,
        mark: mark(&run),
        at: time::when(run.at, seat.now),
        told: run.told,
    };
    Ok(runs.into_iter().map(row).collect())
}

/// How a run ended.
pub fn mark(run: &Run) -> Mark {
    match run.outcome.as_str() {
        "done" => Mark::new(Shape::Met, Tone::Ok, "Done"),
        "stopped" => Mark::new(Shape::Pause, Tone::Warn, "Stopped"),
        _ => Mark::new(Shape::Nonconforming, Tone::Bad, "Failed"),
    }
}
