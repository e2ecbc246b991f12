//! Time on a record: what went into it so far, and a small form for what one has just spent.

use axum::{
    extract::{Path, RawForm, State},
    response::Response,
};
use desk::Shown;
use model::{Act, Decimal, Input, Kind, Value, command::Raw, handling::WorkLog};
use serde_json::{Map, Value as Json, json};

use super::{
    address::pairs,
    edit::{edit_as_it_stands, token},
    list::kind_of,
    piece::record_address,
    sent::Sent,
};
use crate::{App, Refused, Seat, flash};

/// What stands on the page of a record.
pub struct Board {
    /// `1:15 h` in all; empty while nothing is written down.
    pub sum: String,
    pub today: String,
    pub once: String,
}

/// `None` where no time is written down on records of the kind, or not by the reader.
pub fn board(seat: &Seat, kind: &Kind, shown: &Shown) -> Option<Board> {
    let log = kind.work.filter(|_| seat.actor.customer.is_none() && shown.can(Act::Edit))?;
    // By the lines themselves: an import brings them without their sum.
    let lines = shown.fields().get(log.rows).map(Value::entries).unwrap_or_default();
    let time: Decimal = lines.iter().filter_map(|line| line.part(log.time)?.as_number()).sum();
    let sum = if lines.is_empty() { String::new() } else { told(time * Decimal::from(log.minutes)) };
    Some(Board { sum, today: seat.now.date().to_string(), once: token() })
}

/// `45 min`, `1:15 h`
pub fn told(minutes: Decimal) -> String {
    let Ok(minutes) = i64::try_from(minutes.round()) else { return format!("{minutes} min") };
    if minutes < 60 { format!("{minutes} min") } else { format!("{}:{:02} h", minutes / 60, minutes % 60) }
}

/// `POST /{plural}/{number}/work`: one more line.
pub(super) async fn log(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let log = kind.work.filter(|_| seat.actor.customer.is_none()).ok_or_else(Refused::not_found)?;
    let sent = Sent::new(pairs(&body));
    let said = [("on", sent.text("on")), ("text", sent.text("text"))];
    let minutes = minutes(&sent.text("time")).map_err(|why| Refused::field("time", why))?;
    let line = |shown: &Shown| Ok(((), with_line(&log, shown, &said, minutes, &seat.actor.email)));
    edit_as_it_stands((&app, &seat), kind, &number, &sent, line).await?;
    let told = format!("{} on {number} is written down.", self::told(Decimal::from(minutes)));
    Ok(flash::said(&format!("{}#work", record_address(kind, &number)), told))
}

/// The lines with one more: so many minutes of somebody, on which day and for what as far as that is said.
pub fn with_line(log: &WorkLog, shown: &Shown, said: &[(&'static str, String); 2], minutes: i64, by: &str) -> Input {
    let mut lines: Vec<Json> = shown
        .fields()
        .get(log.rows)
        .map(|rows| rows.entries().iter().map(Value::to_json).collect())
        .unwrap_or_default();
    let mut line = Map::new();
    let time = Decimal::from(minutes) / Decimal::from(log.minutes);
    line.insert(log.time.into(), Value::Number(time.round_dp(4).normalize()).to_json());
    line.insert("by".into(), json!(by));
    for (name, text) in said {
        if !text.trim().is_empty() {
            line.insert((*name).into(), json!(text.trim()));
        }
    }
    lines.push(Json::Object(line));
    Input { fields: [(log.rows.to_string(), Raw::Json(Json::Array(lines)))].into() }
}

/// Minutes of `45`, `45m`, `1:15`, `1h`, `1h 15m` or `1.5h`.
///
/// # Errors
/// A sentence that says how time is written.
fn minutes(text: &str) -> Result<i64, String> {
    let plain: String = text.to_lowercase().replace("min", "m").replace(',', ".").split_whitespace().collect();
    let number = |text: &str| text.parse::<Decimal>().ok().filter(|number| !number.is_sign_negative());
    let minutes = match (plain.split_once(':'), plain.split_once('h')) {
        (Some((hours, minutes)), None) if minutes.len() == 2 => {
            let below = number(minutes).filter(|minutes| *minutes < Decimal::from(60));
            number(hours).zip(below).map(|(hours, minutes)| hours * Decimal::from(60) + minutes)
        }
        (None, Some((hours, ""))) => number(hours).map(|hours| hours * Decimal::from(60)),
        (None, Some((hours, rest))) => number(hours)
            .zip(number(rest.trim_end_matches('m')))
            .map(|(hours, minutes)| hours * Decimal::from(60) + minutes),
        (None, None) => number(plain.trim_end_matches('m')),
        _ => None,
    };
    let minutes = minutes.and_then(|minutes| i64::try_from(minutes.round()).ok());
    match minutes {
        Some(minutes @ 1..=WorkLog::LONGEST) => Ok(minutes),
        Some(_) => Err("is more than nothing and at most a day".into()),
        None => Err("is written as minutes (45), as hours and minutes (1:15) or as 1h 15m".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_read_as_people_write_it() {
        let read = ["45", "45 min", "1:15", "1h", "1h 15m", "1.5h", "1,5 h", "0:05", "24h"].map(minutes);
        assert_eq!(read.map(|read| read.expect("a time")), [45, 45, 75, 60, 75, 90, 90, 5, 1_440]);
        for wrong in ["", "0", "-5", "1:75", "1:5", "soon", "25h", "1h-5m", "1:10h", "99999999999999999999999999999999"]
        {
            assert!(minutes(wrong).is_err(), "{wrong}");
        }
        assert_eq!([45, 60, 75].map(|minutes| told(Decimal::from(minutes))), ["45 min", "1:00 h", "1:15 h"]);
    }
}
