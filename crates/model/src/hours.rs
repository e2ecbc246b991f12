//! Zones, weekdays, times of day and days as people write them into calendars: the rules at the door and the clocks read
//! them by the same functions, so that nothing is taken that no clock can read.

use std::str::FromStr;

use jiff::{civil::Date, tz::TimeZone};

use crate::{suggest, value::Value};

/// Minutes of a local day; the end of a window may be this one, the next midnight.
pub const DAY_MINUTES: u16 = 24 * 60;

/// Longest time that can be promised, in seconds: ten years. Beyond it a typing error is meant.
pub const PROMISE_MAX_SECONDS: i64 = 10 * 366 * 86_400;
/// The same in working days.
pub const PROMISE_MAX_DAYS: i64 = 3_660;

/// The days of the week, Monday first (ISO 8601).
pub const WEEK: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The place in the week of "monday", "Mon", "Mondays" or the ISO number 1.
pub fn weekday(text: &str) -> Option<usize> {
    let text = text.trim().to_lowercase();
    if let Ok(number) = text.parse::<usize>() {
        return number.checked_sub(1).filter(|place| *place < WEEK.len());
    }
    let is_meant = |day: &&str| day.starts_with(&text) || text.strip_suffix('s') == Some(*day);
    WEEK.iter().position(|day| text.len() >= 3 && is_meant(day))
}

/// Minutes after midnight of a time of day such as `09:00`; `24:00` is the next midnight.
///
/// # Errors
/// A sentence about a text that is no time of day.
pub fn time_of_day(text: &str) -> Result<u16, String> {
    let number = |part: &str| match part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()) {
        true => part.parse::<u16>().ok(),
        false => None,
    };
    text.split_once(':')
        .and_then(|(hour, minute)| Some((number(hour)?, number(minute)?)))
        .filter(|(hour, minute)| *minute < 60 && hour * 60 + minute <= DAY_MINUTES)
        .map(|(hour, minute)| hour * 60 + minute)
        .ok_or_else(|| format!("\"{text}\" is not a time of day between 00:00 and 24:00"))
}

/// A window of minutes after local midnight, if it ends after it starts on the same day.
///
/// # Errors
/// A sentence about a window that is empty, reaches past the next midnight or crosses it.
pub fn window(start: u16, end: u16) -> Result<(u16, u16), String> {
    if start < end && end <= DAY_MINUTES {
        return Ok((start, end));
    }
    let text = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    Err(format!(
        "the window {}-{} does not end after it starts on the same day; a window over midnight is written as two, \
         such as 22:00-24:00 and 00:00-06:00",
        text(start),
        text(end)
    ))
}

/// The window of a row with the parts `from` (midnight where it is empty) and `to`.
///
/// # Errors
/// The part that cannot be read, with a sentence about it.
pub fn window_of(row: &Value) -> Result<(u16, u16), (&'static str, String)> {
    let part = |name: &str| row.part(name).and_then(Value::as_text).map(str::trim).filter(|text| !text.is_empty());
    let start = time_of_day(part("from").unwrap_or("00:00")).map_err(|why| ("from", why))?;
    let end = part("to").ok_or(("to", "say until when, such as 17:30".to_string()))?;
    let end = time_of_day(end).map_err(|why| ("to", why))?;
    window(start, end).map_err(|why| ("to", why))
}

/// A day as date or as text that begins with one: "2026-12-25 Christmas".
///
/// # Errors
/// A sentence about what is no day of the calendar.
pub fn day(value: &Value) -> Result<Date, String> {
    if let Value::Date(day) = value {
        return Ok(*day);
    }
    let text = value.as_text().unwrap_or_default().trim();
    let day = text.get(..10).and_then(|day| Date::from_str(day).ok());
    let rest = text.get(10..).unwrap_or_default();
    // "2026-12-251" is a slip, "2026-12-25 Christmas" and "2026-12-25: closed" say more.
    let ends = rest.chars().next().is_none_or(|next| !next.is_alphanumeric());
    day.filter(|_| ends).ok_or_else(|| format!("\"{text}\" is no day such as 2026-12-25"))
}

/// A time zone by its name in the IANA database.
///
/// # Errors
/// A sentence about a name that is not there, with the one that was meant.
pub fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name.trim()).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|known| known.to_string()).collect();
        let hint = suggest::hint(name, known.iter().map(String::as_str));
        format!("\"{name}\" is not a time zone of the IANA database, such as Europe/London{hint}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_week_are_meant_by_name_and_number() {
        for (text, place) in [("monday", 0), ("Mon", 0), ("tues", 1), ("Sundays", 6), ("7", 6)] {
            assert_eq!(weekday(text), Some(place), "{text}");
        }
        for text in ["monkey", "mo", "0", "8", "", "mondayish"] {
            assert_eq!(weekday(text), None, "{text}");
        }
    }

    #[test]
    fn a_window_stays_within_its_day() {
        let row = |from: &str, to: &str| {
            let part = |name: &str, text: &str| (name.to_string(), Value::text(text));
            Value::Parts([part("from", from), part("to", to)].into())
        };
        assert_eq!(window_of(&row("22:00", "24:00")), Ok((1_320, 1_440)));
        assert_eq!(window_of(&row("", "06:00")), Ok((0, 360)));
        for (from, to, part) in
            [("22:00", "06:00", "to"), ("25:00", "26:00", "from"), ("9:00", "17:00", "from"), ("09:00", "", "to")]
        {
            assert_eq!(window_of(&row(from, to)).expect_err("no window").0, part, "{from}-{to}");
        }
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert!(day(&Value::text("2026-12-25 Christmas")).is_ok());
        for text in ["2026-13-40", "2026-02-29", "25.12.2026", "", "2026-12-251"] {
            assert!(day(&Value::text(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_zone_is_known_by_its_name() {
        assert!(zone("Europe/Berlin").is_ok());
        assert!(zone("Mars/Base").expect_err("no zone").contains("\"Mars/Base\" is not a time zone"));
        assert!(zone("Europe/Berlni").expect_err("no zone").contains("did you mean \"Europe/Berlin\"?"));
    }
}
