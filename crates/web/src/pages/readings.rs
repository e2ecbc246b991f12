//! Readings of objectives that the program takes by itself: once a month is over, from its records.

use desk::{Desk, Shown};
use engines::rules::dates::add_months;
use jiff::civil::Date;
use kinds::governance::objective;
use model::{Actor, Command, Input, Moment, Refusal, Target, Value, Via, command::Raw};
use serde_json::{Value as Json, json};

use super::{
    forecast::today,
    reports::measured::measured,
    road::facts::{STANDS, all, rows},
};

/// Takes the reading of the month that is over for each objective that has none yet, and answers how many. Done twice it changes
/// nothing.
///
/// # Errors
/// What the desk itself cannot do.
pub async fn take_due(desk: &Desk, now: Moment) -> Result<usize, Refusal> {
    let actor = Actor::system("readings of objectives", Via::Job);
    let running = today(desk, now).first_of_month();
    let (Ok(month), Ok(last_day)) = (add_months(running, -1), running.yesterday()) else { return Ok(0) };
    let period = month.strftime("%Y-%m").to_string();
    let filter = format!("counted_from is filled and phase != done and {STANDS}");
    let mut taken = 0;
    for shown in all(desk, &actor, "objective", &filter, "number", now).await? {
        // What was set after the month is not read back.
        if shown.created().date() > last_day || has_reading(&shown, month, last_day) {
            continue;
        }
        let Some(source) = objective::COUNTED_FROM.get(shown.fields()) else { continue };
        let Some(value) = measured(desk, &source.0, &period, (now, None)).await? else { continue };
        desk.perform(&actor, with_reading(&shown, last_day, &value.round_dp(2).normalize().to_string()), now).await?;
        taken += 1;
    }
    Ok(taken)
}

fn has_reading(shown: &Shown, from: Date, to: Date) -> bool {
    let days = rows(shown, objective::READINGS.name).filter_map(|row| Some(row.part("at")?.as_moment()?.date()));
    days.into_iter().any(|day| from <= day && day <= to)
}

fn with_reading(shown: &Shown, on: Date, value: &str) -> Command {
    let stands = shown.fields().get(objective::READINGS.name).map(Value::to_json);
    let mut readings = match stands {
        Some(Json::Array(readings)) => readings,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    readings.push(json!({"at": on.to_string(), "value": value.parse::<serde_json::Number>().ok()}));
    let mut input = Input::default();
    input.fields.insert(objective::READINGS.name.into(), Raw::Json(Json::Array(readings)));
    let target = Target { kind: "objective".into(), number: shown.number().into(), version: Some(shown.version()) };
    Command::Edit { target, input }
}
