//! Looking after the certificate without anybody at a page: before a window closes for which no audit is planned, whoever
//! keeps the certificate gets an action with its last day.

use desk::Desk;
use engines::{road::cycle::Nearness, rules::dates::add_days};
use kinds::road::certificate;
use model::{Actor, Command, Moment, Refusal, Via};
use serde_json::json;

use super::{
    cycle,
    facts::{Road, all},
    input,
};
use crate::view::time;

/// Days before the end of a window by which an audit must be booked: bodies plan ahead.
const BOOK_DAYS: i64 = 30;

/// Writes the actions that are due and not on record yet, and answers how many. Done twice it changes nothing.
///
/// # Errors
/// What the door refuses, which it never should.
pub async fn watch(desk: &Desk, now: Moment) -> Result<usize, Refusal> {
    let actor = Actor::system("certification cycle", Via::Job);
    let road = Road::gather(desk, &actor, now).await?;
    let Some(shown) = road.certificate().filter(|shown| shown.state() != "applied") else { return Ok(0) };
    let owner = certificate::OWNER.get(shown.fields()).map(|owner| owner.0);
    let known = all(desk, &actor, "action", &format!("source = \"{}\"", shown.number()), "number", now).await?;
    let mut missing = Vec::new();
    for window in cycle::windows(&road, shown).into_iter().flatten() {
        let near = matches!(window.nearness(now.date()), Nearness::Soon | Nearness::Urgent | Nearness::Missed);
        if !near || cycle::planned_for(&road, shown, window.visit).is_some() {
            continue;
        }
        let title =
            format!("Book {} of {} (by {})", window.visit.words().to_lowercase(), shown.number(), window.closes);
        if known.iter().any(|action| action.title() == title) {
            continue;
        }
        let text = format!(
            "The window of the {} closes on {}. Book it with the certification body, or the certificate is suspended.",
            window.visit.words().to_lowercase(),
            time::day(window.closes)
        );
        let due = add_days(window.closes, -BOOK_DAYS).unwrap_or(window.closes).max(now.date());
        let fields = json!({"title": title, "text": text, "source": shown.number(), "owner": owner, "due": due.to_string(), "priority": "high"});
        missing.push(Command::Create { kind: "action".into(), number: None, input: input(fields) });
    }
    let count = missing.len();
    if count > 0 {
        desk.perform_all(&actor, missing, now, true).await?;
    }
    Ok(count)
}
