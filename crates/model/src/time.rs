//! Moments, dates and periods, all UTC.

use std::fmt;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

impl Moment {
    /// What was on record before the journal began: an imported line that tells no history.
    pub const UNKNOWN: Moment = Moment(0);

    /// Reads RFC 3339 ("2026-11-12T07:14:00Z", any offset) or a bare date, which is 00:00 UTC of that day.
    pub fn parse(text: &str) -> Option<Moment> {
        let text = text.trim();
        if text.len() == 10 {
            return text.parse::<Date>().ok().map(Moment::of_date);
        }
        text.parse::<Timestamp>().ok().map(|at| Moment(at.as_millisecond()))
    }

    /// 00:00 UTC of a day.
    pub fn of_date(date: Date) -> Moment {
        let at = date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp().as_millisecond());
        Moment(at.unwrap_or_default())
    }

    /// The UTC day this moment lies in.
    pub fn date(self) -> Date {
        TimeZone::UTC.to_datetime(self.timestamp()).date()
    }

    /// The same as a timestamp; moments outside jiff's range (year 9999) are clipped to it.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    pub fn plus(self, milliseconds: i64) -> Moment {
        Moment(self.0.saturating_add(milliseconds))
    }

    pub fn minus(self, milliseconds: i64) -> Moment {
        Moment(self.0.saturating_sub(milliseconds))
    }

    /// Adds months by the calendar: the same day number, else the last day of the month (rules.md, convention 7).
    pub fn plus_months(self, months: i32) -> Moment {
        let moved = TimeZone::UTC.to_datetime(self.timestamp()).checked_add(jiff::Span::new().months(months));
        let zoned = moved.ok().and_then(|at| at.to_zoned(TimeZone::UTC).ok());
        zoned.map_or(self, |zoned| Moment(zoned.timestamp().as_millisecond()))
    }

    /// Fixed width with milliseconds, so that text order is time order: "2026-11-12T07:14:00.000Z".
    pub fn sortable(self) -> String {
        format!("{:.3}", self.timestamp())
    }
}

/// RFC 3339 with seconds, and milliseconds only where they are not zero.
impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 % SECOND == 0 {
            write!(out, "{:.0}", self.timestamp())
        } else {
            write!(out, "{:.3}", self.timestamp())
        }
    }
}

/// A time of day such as `07:00` or `7:00`.
pub fn time_of_day(text: &str) -> Option<jiff::civil::Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let number = |text: &str, most: i8| {
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|letter| letter.is_ascii_digit());
        text.parse::<i8>().ok().filter(|number| plain && *number <= most)
    };
    let minute = number(minute, 59).filter(|_| minute.len() == 2)?;
    jiff::civil::Time::new(number(hour, 23)?, minute, 0, 0).ok()
}

/// The same time of day on the n-th working day after it: Monday to Friday, UTC, without holidays.
pub fn plus_working_days(at: Moment, days: u32) -> Moment {
    let (mut at, mut left) = (at, days);
    while left > 0 {
        at = at.plus(DAY);
        if at.date().weekday().to_monday_zero_offset() < 5 {
            left -= 1;
        }
    }
    at
}

/// A calendar month, quarter, half-year or year: "2025-08", "2025-Q2", "2025-H1", "2025".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    pub begin: Date,
    /// The first day after the period.
    pub end: Date,
}

impl Period {
    pub fn parse(text: &str) -> Option<Period> {
        let text = text.trim();
        let year: i16 = text.get(..4)?.parse().ok().filter(|year| (1..=9998).contains(year))?;
        let (month, months) = match text.get(4..)? {
            "" => (1, 12),
            rest => {
                let rest = rest.strip_prefix('-')?;
                match (rest.as_bytes().first()?, rest.get(1..)?.parse::<i8>().ok()) {
                    (b'Q', Some(q @ 1..=4)) if rest.len() == 2 => (3 * q - 2, 3),
                    (b'H', Some(h @ 1..=2)) if rest.len() == 2 => (6 * h - 5, 6),
                    _ if rest.len() == 2 => (rest.parse::<i8>().ok().filter(|month| (1..=12).contains(month))?, 1),
                    _ => return None,
                }
            }
        };
        let begin = Date::new(year, month, 1).ok()?;
        let end = begin.checked_add(jiff::Span::new().months(months)).ok()?;
        Some(Period { begin, end })
    }

    /// 00:00 UTC of the day after the last day.
    pub fn end_moment(self) -> Moment {
        Moment::of_date(self.end)
    }

    pub fn begin_moment(self) -> Moment {
        Moment::of_date(self.begin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_and_print() {
        let at = Moment::parse("2026-11-12T08:14:00+01:00").unwrap();
        assert_eq!(at.to_string(), "2026-11-12T07:14:00Z");
        assert_eq!(at.sortable(), "2026-11-12T07:14:00.000Z");
        assert_eq!(Moment::parse("2026-11-12").unwrap().to_string(), "2026-11-12T00:00:00Z");
        assert_eq!(Moment::parse("12/11/2026"), None);
        assert_eq!(Moment::parse("2026-02-30"), None);
    }

    #[test]
    fn times_of_day_are_read_strictly() {
        assert!(["07:00", "7:05", "23:59"].iter().all(|text| time_of_day(text).is_some()));
        assert!(["24:00", "7", "07:5", "-1:00", "07:60", "7:00 am", ""].iter().all(|text| time_of_day(text).is_none()));
    }

    #[test]
    fn months_clip_to_the_last_day() {
        assert_eq!(Moment::parse("2026-08-31").unwrap().plus_months(6).date().to_string(), "2027-02-28");
    }

    #[test]
    fn periods_know_their_ends() {
        let end = |text| Period::parse(text).map(|period| period.end.to_string());
        assert_eq!(end("2025-08").as_deref(), Some("2025-09-01"));
        assert_eq!(end("2025-Q2").as_deref(), Some("2025-07-01"));
        assert_eq!(end("2025-H1").as_deref(), Some("2025-07-01"));
        assert_eq!(end("2025").as_deref(), Some("2026-01-01"));
        assert_eq!(end("2025-13"), None);
        assert_eq!(end("2025-Q5"), None);
    }
}
