//! Windows, months, working days and closed periods, counted as `[reading]` says, seen from the instant of a world.
//!
//! Checks ask for the time here and nowhere else: each question also notes when its answer turns ([`trace::until`]).

pub use model::time::plus_working_days;
use model::{
    Date, Moment, Period,
    time::{DAY, MINUTE},
};

use super::{trace, world::World};

impl World {
    /// Not after the instant.
    pub(super) fn has_come(&self, at: Moment) -> bool {
        let come = at <= self.instant;
        if !come {
            trace::until(at);
        }
        come
    }

    /// Before the instant.
    pub(super) fn is_past(&self, at: Moment) -> bool {
        self.has_come(at.plus(1))
    }

    /// The day of this date has not ended.
    pub(super) fn is_today_or_later(&self, at: Moment) -> bool {
        self.is_day_open(at.date())
    }

    fn is_day_open(&self, day: Date) -> bool {
        match day.tomorrow() {
            Ok(next) => !self.has_come(Moment::of_date(next)),
            Err(_) => true,
        }
    }

    /// The date of the instant; whatever is made of it may be otherwise tomorrow.
    fn today(&self) -> Date {
        let today = self.instant.date();
        self.is_day_open(today);
        today
    }

    /// Not after the instant and at most so many times 24 hours before it.
    pub(super) fn is_within_days(&self, at: Moment, days: i64) -> bool {
        self.has_come(at) && !self.is_past(at.plus(days * DAY))
    }

    /// In window_days.
    pub(super) fn is_in_window(&self, at: Option<Moment>) -> bool {
        at.is_some_and(|at| self.is_within_days(at, self.number("window_days")))
    }

    /// More than so many times 24 hours ago; reaching the number exactly is still in time.
    pub(super) fn is_older_than_days(&self, at: Moment, days: i64) -> bool {
        self.is_past(at.plus(days * DAY))
    }

    /// Full 24 hours since then; negative for what lies ahead.
    pub(super) fn whole_days_since(&self, at: Moment) -> i64 {
        let days = (self.instant.0 - at.0).div_euclid(DAY);
        trace::until(at.plus((days + 1) * DAY));
        days
    }

    /// That date plus the months is today or later: the day it falls due is still in time.
    pub(super) fn is_within_months(&self, at: Option<Moment>, months: i32) -> bool {
        at.is_some_and(|at| self.has_come(at) && self.is_day_open(plus_months(at.date(), months)))
    }

    /// A period end may lie ahead: the newest result of a running period is not too old.
    pub(super) fn is_period_fresh(&self, end: Option<Moment>, interval: &str) -> bool {
        end.is_some_and(|end| self.is_day_open(plus_months(end.date(), self.interval(interval))))
    }

    /// Not older than a repeated duty asks for.
    pub(super) fn is_fresh(&self, at: Option<Moment>, interval: &str) -> bool {
        self.is_within_months(at, self.interval(interval))
    }

    /// The calendar year of the instant, as periods write it.
    pub(super) fn year(&self) -> String {
        format!("{:04}", self.today().year())
    }

    /// Whole months of the last 12 that are over, oldest first.
    pub(super) fn closed_months(&self) -> Vec<Period> {
        self.closed_periods(1)
    }

    /// Whole quarters of the last 12 months that are over, oldest first.
    pub(super) fn closed_quarters(&self) -> Vec<Period> {
        self.closed_periods(3)
    }

    fn closed_periods(&self, months: i8) -> Vec<Period> {
        let today = self.today();
        let earliest = plus_months(today, -12);
        let month = (today.month() - 1) / months * months + 1;
        let running = Date::new(today.year(), month, 1).unwrap_or(today);
        let mut periods = Vec::new();
        let mut end = running;
        loop {
            let begin = plus_months(end, -i32::from(months));
            // At the beginning of the calendar there is nothing before.
            if begin < earliest || begin >= end {
                break;
            }
            periods.push(Period { begin, end });
            end = begin;
        }
        periods.reverse();
        periods
    }

    /// The newest closed calendar month.
    pub(super) fn last_closed_month(&self) -> Period {
        let today = self.today();
        let end = Date::new(today.year(), today.month(), 1).unwrap_or(today);
        Period { begin: plus_months(end, -1), end }
    }

    /// Those of the closed months that do not lie before the month of a date; all of them without one.
    pub(super) fn closed_months_from(&self, from: Option<Moment>) -> Vec<Period> {
        let mut months = self.closed_months();
        if let Some(from) = from {
            months.retain(|month| month.end > from.date());
        }
        months
    }
}

/// The same day number some months on, or the last day of that month.
pub(super) fn plus_months(date: Date, months: i32) -> Date {
    date.checked_add(jiff::Span::new().months(months)).unwrap_or(date)
}

/// "2025-08" for a month, "2025-Q2" for a quarter.
pub(super) fn period_name(period: Period) -> String {
    let (year, month) = (period.begin.year(), period.begin.month());
    if plus_months(period.begin, 1) == period.end {
        format!("{year:04}-{month:02}")
    } else {
        format!("{year:04}-Q{}", (month + 2) / 3)
    }
}

pub(super) fn minutes(count: i64) -> i64 {
    count * MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformity::Settings;

    fn world(at: &str) -> World {
        World::new(Moment::parse(at).unwrap(), Settings::default(), Vec::new())
    }

    fn at(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn a_window_holds_its_last_instant() {
        let world = world("2026-11-12T09:00:00Z");
        assert!(world.is_within_days(at("2026-08-14T09:00:00Z"), 90));
        assert!(!world.is_within_days(at("2026-08-14T08:59:59Z"), 90));
        assert!(!world.is_within_days(at("2026-11-12T09:00:01Z"), 90));
        assert!(!world.is_older_than_days(at("2026-10-13T09:00:00Z"), 30));
        assert!(world.is_older_than_days(at("2026-10-13T08:59:59Z"), 30));
    }

    #[test]
    fn the_day_that_it_falls_due_is_in_time() {
        let world = world("2026-11-12T23:59:00Z");
        assert!(world.is_within_months(Some(at("2025-11-12")), 12));
        assert!(!world.is_within_months(Some(at("2025-11-11T23:00:00Z")), 12));
        assert!(!world.is_within_months(None, 12));
        // 31 August plus 6 months is 28 February.
        let february = super::tests::world("2027-02-28T12:00:00Z");
        assert!(february.is_within_months(Some(at("2026-08-31")), 6));
        assert!(!super::tests::world("2027-03-01").is_within_months(Some(at("2026-08-31")), 6));
    }

    #[test]
    fn closed_periods_are_whole_and_over() {
        let names = |periods: Vec<Period>| periods.into_iter().map(period_name).collect::<Vec<_>>();
        let months = names(world("2026-11-12").closed_months());
        assert_eq!((months.len(), months[0].as_str(), months[10].as_str()), (11, "2025-12", "2026-10"));
        // On the first of a month the 12 months are whole, and the month just over is closed.
        let months = names(world("2026-11-01").closed_months());
        assert_eq!((months.len(), months[0].as_str(), months[11].as_str()), (12, "2025-11", "2026-10"));
        assert_eq!(names(world("2026-11-12").closed_quarters()), ["2026-Q1", "2026-Q2", "2026-Q3"]);
        assert_eq!(names(world("2026-10-01").closed_quarters()), ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]);
        assert_eq!(period_name(world("2027-01-15").last_closed_month()), "2026-12");
        assert_eq!(world("2026-11-12").closed_months_from(Some(at("2026-09-30"))).len(), 2);
    }

    #[test]
    fn working_days_leave_out_weekends() {
        assert_eq!(plus_working_days(at("2026-11-13T15:00:00Z"), 1), at("2026-11-16T15:00:00Z"));
        assert_eq!(plus_working_days(at("2026-11-14T15:00:00Z"), 2), at("2026-11-17T15:00:00Z"));
        assert_eq!(plus_working_days(at("2026-11-02"), 10), at("2026-11-16"));
    }
}
