//! Calendar dates: months counted by the calendar, days between dates (convention 7).

use jiff::ToSpan;
use jiff::civil::Date;

use super::Refused;

/// The date so many months later (or earlier): same day number, else the last day of that month (convention 7).
/// Always count from the first date, never from one that was clipped before.
///
/// # Errors
/// A date outside the years that can be written, -9999 to 9999.
pub fn add_months(date: Date, months: i32) -> Result<Date, Refused> {
    let later = 0.months().try_months(months).ok().and_then(|span| date.checked_add(span).ok());
    later.ok_or_else(|| Refused::new(format!("{months} months from {date} is outside the years -9999 to 9999")))
}

/// The date so many days later (or earlier).
///
/// # Errors
/// A date outside the years that can be written, -9999 to 9999.
pub fn add_days(date: Date, days: i64) -> Result<Date, Refused> {
    let later = 0.days().try_days(days).ok().and_then(|span| date.checked_add(span).ok());
    later.ok_or_else(|| Refused::new(format!("{days} days from {date} is outside the years -9999 to 9999")))
}

/// Whole days from one date to another; negative when the second is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_clip_to_the_last_day() {
        assert_eq!(add_months(date(2026, 8, 31), 6), Ok(date(2027, 2, 28)));
        assert_eq!(add_months(date(2027, 8, 31), 6), Ok(date(2028, 2, 29)));
        assert_eq!(add_months(date(2026, 3, 31), -1), Ok(date(2026, 2, 28)));
        assert!(add_months(date(9999, 12, 1), 1).is_err());
        assert!(add_months(date(2026, 1, 1), i32::MAX).is_err());
        assert!(add_days(date(2026, 1, 1), i64::MIN).is_err());
        assert_eq!(days_between(date(2029, 3, 14), date(2029, 3, 15)), 1);
        assert_eq!(days_between(date(2029, 9, 15), date(2029, 3, 14)), -185);
    }
}
