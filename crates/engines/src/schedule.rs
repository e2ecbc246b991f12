//! When something comes again: every day, week or month, at a time of day by the clock of a zone.

use jiff::{
    Span,
    civil::{Date, Time},
    tz::TimeZone,
};
use model::Moment;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    Day,
    /// On Mondays.
    Week,
    /// On the first.
    Month,
}

impl Every {
    /// `daily`, `weekly`, `monthly`.
    pub fn parse(name: &str) -> Option<Every> {
        match name {
            "daily" => Some(Every::Day),
            "weekly" => Some(Every::Week),
            "monthly" => Some(Every::Month),
            _ => None,
        }
    }

    /// The day of the turn in the week or month that a day lies in.
    fn begin(self, day: Date) -> Option<Date> {
        match self {
            Every::Day => Some(day),
            Every::Week => day.checked_sub(Span::new().days(i64::from(day.weekday().to_monday_zero_offset()))).ok(),
            Every::Month => Some(day.first_of_month()),
        }
    }

    fn after(self, day: Date) -> Option<Date> {
        let span = match self {
            Every::Day => Span::new().days(1),
            Every::Week => Span::new().weeks(1),
            Every::Month => Span::new().months(1),
        };
        day.checked_add(span).ok()
    }
}

/// The first turn after an instant. A time of day that the zone's clock leaves out in spring comes as much later; one that
/// it shows twice in autumn comes once, the first time (RFC 5545 section 3.3.5). `None` beyond the year 9999.
pub fn next(every: Every, at: Time, zone: &TimeZone, after: Moment) -> Option<Moment> {
    let today = zone.to_datetime(after.timestamp()).date();
    let mut day = every.begin(today)?;
    loop {
        let turn = zone.to_ambiguous_timestamp(day.to_datetime(at)).compatible().ok()?;
        let turn = Moment(turn.as_millisecond());
        if turn > after {
            return Some(turn);
        }
        day = every.after(day)?;
    }
}

#[cfg(test)]
mod tests {
    use model::time::time_of_day;

    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::parse(text).expect("an instant")
    }

    fn turns(every: &str, at: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let (every, at) = (Every::parse(every).expect("a word"), time_of_day(at).expect("a time"));
        let zone = TimeZone::get(zone).expect("a zone");
        let step = |from: &Moment| next(every, at, &zone, *from);
        std::iter::successors(step(&moment(after)), step).take(count).map(|turn| turn.to_string()).collect()
    }

    #[test]
    fn turns_follow_the_clock_of_the_zone() {
        let told = turns("daily", "07:00", "Europe/Berlin", "2026-10-23T05:00:00Z", 3);
        assert_eq!(told, ["2026-10-24T05:00:00Z", "2026-10-25T06:00:00Z", "2026-10-26T06:00:00Z"]);
        let told = turns("weekly", "08:30", "Europe/London", "2026-11-25T10:00:00Z", 2);
        assert_eq!(told, ["2026-11-30T08:30:00Z", "2026-12-07T08:30:00Z"]);
        let told = turns("monthly", "00:00", "America/New_York", "2026-01-31T23:00:00Z", 2);
        assert_eq!(told, ["2026-02-01T05:00:00Z", "2026-03-01T05:00:00Z"]);
        // The turn of today counts while it lies ahead.
        assert_eq!(turns("monthly", "12:00", "UTC", "2026-12-01T11:59:00Z", 1), ["2026-12-01T12:00:00Z"]);
    }

    #[test]
    fn an_hour_that_is_left_out_or_comes_twice_is_one_turn() {
        // On 29 March 2026 Berlin's clock goes from 02:00 to 03:00, on 25 October from 03:00 back to 02:00.
        let spring = turns("daily", "02:30", "Europe/Berlin", "2026-03-28T12:00:00Z", 2);
        assert_eq!(spring, ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]);
        let autumn = turns("daily", "02:30", "Europe/Berlin", "2026-10-24T12:00:00Z", 2);
        assert_eq!(autumn, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
    }

    #[test]
    fn every_turn_lies_ahead_and_none_is_passed_over() {
        for zone in ["Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "UTC"] {
            for every in ["daily", "weekly", "monthly"] {
                let told = turns(every, "02:15", zone, "2025-12-31T00:00:00Z", 60);
                let most = match every {
                    "daily" => 26,
                    "weekly" => 7 * 24 + 2,
                    _ => 31 * 24 + 2,
                };
                for pair in told.windows(2) {
                    let hours = (moment(&pair[1]).0 - moment(&pair[0]).0) / 3_600_000;
                    assert!(hours > 0 && hours <= most, "{zone} {every}: {pair:?}");
                }
            }
        }
    }
}
