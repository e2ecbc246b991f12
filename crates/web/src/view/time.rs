//! Times in words: near ones as people say them, far ones as a date, the exact instant always behind them.

use jiff::{civil::Date, tz::TimeZone};
use model::{
    Moment,
    time::{DAY, HOUR, MINUTE},
};

use super::parts::When;

/// `4 min ago`, `in 3 h`, `Thu 12 Nov`, and with its year where that is another one; exact: `Thu 12 Nov 2026, 08:40 UTC`.
pub fn when(at: Moment, now: Moment) -> When {
    let past = now.0 - at.0;
    let near = match past {
        0..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => format!("{} min ago", past / MINUTE),
        HOUR..DAY => format!("{} h ago", past / HOUR),
        _ if (-HOUR..0).contains(&past) => format!("in {} min", (-past).div_euclid(MINUTE).max(1)),
        _ if (-DAY..0).contains(&past) => format!("in {} h", -past / HOUR),
        _ if at.date().year() == now.date().year() => at.date().strftime("%a %-d %b").to_string(),
        _ => day(at.date()),
    };
    When { iso: at.to_string(), near, exact: exact(at), ticking: (0..DAY).contains(&past) }
}

/// A date as a time: it has no hour and does not tick.
pub fn when_date(date: Date) -> When {
    let words = day(date);
    When { iso: date.to_string(), near: words.clone(), exact: words, ticking: false }
}

/// `Thu 12 Nov 2026`
pub fn day(date: Date) -> String {
    date.strftime("%a %-d %b %Y").to_string()
}

/// `Thu 12 Nov 2026, 08:40 UTC`
pub fn exact(at: Moment) -> String {
    at.timestamp().to_zoned(TimeZone::UTC).strftime("%a %-d %b %Y, %H:%M UTC").to_string()
}

/// `Thursday 12 November 2026, 08:40`, for the head of a page.
pub fn long(at: Moment) -> String {
    at.timestamp().to_zoned(TimeZone::UTC).strftime("%A %-d %B %Y, %H:%M UTC").to_string()
}

/// `08:40`
pub fn clock(at: Moment) -> String {
    at.timestamp().to_zoned(TimeZone::UTC).strftime("%H:%M").to_string()
}

/// `12 Nov`
pub fn short_day(date: Date) -> String {
    date.strftime("%-d %b").to_string()
}

/// How long something is still or already: `0:26`, `19 h`, `12 d`; never negative.
pub fn span(milliseconds: i64) -> String {
    let length = milliseconds.max(0);
    match length {
        0..=35_999_999 => format!("{}:{:02}", length / HOUR, length % HOUR / MINUTE),
        _ if length < 2 * DAY => format!("{} h", length / HOUR),
        _ => format!("{} d", length / DAY),
    }
}

/// `0:26 left` or `0:41 over`.
pub fn until(due: Moment, now: Moment) -> String {
    let left = due.0 - now.0;
    if left >= 0 { format!("{} left", span(left)) } else { format!("{} over", span(-left)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).expect("a moment")
    }

    #[test]
    fn near_times_are_words_and_far_times_are_dates() {
        let now = at("2026-11-12T08:40:00Z");
        let near = |text| when(at(text), now).near;
        assert_eq!(near("2026-11-12T08:39:30Z"), "just now");
        assert_eq!(near("2026-11-12T08:36:00Z"), "4 min ago");
        assert_eq!(near("2026-11-11T13:40:00Z"), "19 h ago");
        assert_eq!(near("2026-11-11T08:40:00Z"), "Wed 11 Nov");
        assert_eq!(near("2026-11-12T09:06:00Z"), "in 26 min");
        assert_eq!(near("2026-11-12T08:40:20Z"), "in 1 min");
        assert_eq!(near("2026-11-13T02:00:00Z"), "in 17 h");
        assert_eq!(near("2026-11-20T02:00:00Z"), "Fri 20 Nov");
        assert_eq!(near("2025-11-20T02:00:00Z"), "Thu 20 Nov 2025");
        assert_eq!(when(at("2026-11-12T08:36:00Z"), now).exact, "Thu 12 Nov 2026, 08:36 UTC");
        assert!(!when(at("2026-11-12T09:06:00Z"), now).ticking, "the script only counts what has passed");
    }

    #[test]
    fn what_is_left_and_what_is_over() {
        let now = at("2026-11-12T08:40:00Z");
        assert_eq!(until(at("2026-11-12T09:06:00Z"), now), "0:26 left");
        assert_eq!(until(at("2026-11-12T07:59:00Z"), now), "0:41 over");
        assert_eq!(until(at("2026-11-13T03:40:00Z"), now), "19 h left");
        assert_eq!(until(at("2026-11-24T08:40:00Z"), now), "12 d left");
    }
}
