//! Looking after certificates without anybody at a page: before a window closes for which no audit is planned, before a
//! suspension has lasted too long, before it is too late to restore, and when the body does not know of a change, whoever keeps
//! the certificate gets an action with its last day.

use std::collections::BTreeSet;

use desk::{Desk, Shown};
use engines::rules::dates::add_days;
use jiff::civil::Date;
use kinds::road::certificate;
use model::{Actor, Command, Moment, Refusal, Via};
use serde_json::json;

use super::{
    facts::{Road, all},
    input,
    untold::{Change, untold},
    warn::{Warning, warnings},
};

/// Days in which the body is told: without delay.
const TELL_DAYS: i64 = 7;

/// Writes the actions that are due and not on record yet, and answers how many. Done twice it changes nothing.
///
/// # Errors
/// What the door refuses, which it never should.
pub async fn watch(desk: &Desk, now: Moment) -> Result<usize, Refusal> {
    let actor = Actor::system("certification cycle", Via::Job);
    let road = Road::gather(desk, &actor, now).await?;
    let today = now.date();
    let mut missing = Vec::new();
    for shown in road.held() {
        let owner = certificate::OWNER.get(shown.fields()).map(|owner| owner.0);
        let known = all(desk, &actor, "action", &format!("source = \"{}\"", shown.number()), "number", now).await?;
        let mut told = warnings(&road, shown, today);
        told.extend(to_tell(&road, shown, &untold(desk, &actor, shown, now).await?, today));
        let is_new = |warning: &Warning| !known.iter().any(|action| tells(action, warning));
        missing.extend(told.into_iter().filter(is_new).map(|warning| {
            let fields = json!({"title": warning.title, "text": warning.text, "source": shown.number(), "owner": owner, "due": warning.due.to_string(), "priority": "high"});
            Command::Create { kind: "action".into(), number: None, input: input(fields) }
        }));
    }
    let count = missing.len();
    if count > 0 {
        desk.perform_all(&actor, missing, now, true).await?;
    }
    Ok(count)
}

fn tells(action: &Shown, warning: &Warning) -> bool {
    action.title() == warning.title
}

/// What the body is to be told, as one thing to do. A change that comes later makes another one.
fn to_tell(road: &Road, shown: &Shown, changes: &[Change], today: Date) -> Option<Warning> {
    if changes.is_empty() {
        return None;
    }
    let body = road.body_of(shown).map_or("the certification body", Shown::title);
    let about: BTreeSet<&str> = changes.iter().map(|change| change.about).collect();
    let records: Vec<&str> = changes.iter().map(|change| change.record.text.as_str()).collect();
    let lines: Vec<String> =
        changes.iter().map(|change| format!("- {}: {} ({})", change.about, change.text, change.record.text)).collect();
    Some(Warning {
        title: format!(
            "Tell {body} of changes of {} ({}: {})",
            about.into_iter().collect::<Vec<_>>().join(", "),
            shown.number(),
            records.join(", ")
        ),
        text: format!(
            "Changes are told without delay, those of law form and owners as well. Write down on {} what was told and when.\n\n{}",
            shown.number(),
            lines.join("\n")
        ),
        due: add_days(today, TELL_DAYS).unwrap_or(today),
    })
}
