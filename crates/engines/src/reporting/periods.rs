//! The periods of reports: their names, from when to when each lasts by the clock of a zone, and when its report is due.

use jiff::{
    Span,
    civil::{Date, Time},
    tz::TimeZone,
};
use model::{Moment, Period};

/// How often a report is made. Only whole months can be closed: a week lies in two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    Month,
    Quarter,
    HalfYear,
    Year,
}

/// The report of a period, and when it is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// `2026-10`, `2026-Q3`, `2026-H1`, `2026`
    pub period: String,
    pub at: Moment,
}

/// When reports are made: so many days after the end of a period, at a time of day by the clock of a zone.
#[derive(Clone, Debug)]
pub struct Terms {
    pub every: Every,
    pub wait_days: i64,
    pub at: Time,
    pub zone: TimeZone,
}

impl Every {
    /// `monthly`, `quarterly`, `half-yearly`, `yearly`.
    pub fn parse(frequency: &str) -> Option<Every> {
        Some(match frequency {
            "monthly" => Every::Month,
            "quarterly" => Every::Quarter,
            "half-yearly" => Every::HalfYear,
            "yearly" => Every::Year,
            _ => return None,
        })
    }

    fn months(self) -> i8 {
        match self {
            Every::Month => 1,
            Every::Quarter => 3,
            Every::HalfYear => 6,
            Every::Year => 12,
        }
    }

    /// The name of the period that a day lies in.
    pub fn containing(self, day: Date) -> String {
        let (year, month) = (day.year(), day.month() - 1);
        match self {
            Every::Month => format!("{year:04}-{:02}", month + 1),
            Every::Quarter => format!("{year:04}-Q{}", month / 3 + 1),
            Every::HalfYear => format!("{year:04}-H{}", month / 6 + 1),
            Every::Year => format!("{year:04}"),
        }
    }

    /// What a period of this name is one of: its length in months says so.
    fn of(period: Period) -> Every {
        match (period.end.year() - period.begin.year()) * 12 + i16::from(period.end.month() - period.begin.month()) {
            1 => Every::Month,
            3 => Every::Quarter,
            6 => Every::HalfYear,
            _ => Every::Year,
        }
    }
}

/// From when to when a period lasts by the clock of a zone. `None` for what names no period.
pub fn spanned(period: &str, zone: &TimeZone) -> Option<(Moment, Moment)> {
    let period = Period::parse(period)?;
    Some((instant(period.begin, Time::midnight(), zone)?, instant(period.end, Time::midnight(), zone)?))
}

fn instant(day: Date, at: Time, zone: &TimeZone) -> Option<Moment> {
    let told = zone.to_ambiguous_timestamp(day.to_datetime(at)).compatible().ok()?;
    Some(Moment(told.as_millisecond()))
}

/// The name of the last period that was over at an instant.
pub fn last_closed(every: Every, zone: &TimeZone, at: Moment) -> Option<String> {
    let today = zone.to_datetime(at.timestamp()).date();
    before(&every.containing(today))
}

/// The period before one, of the same length.
pub fn before(period: &str) -> Option<String> {
    let period = Period::parse(period)?;
    let every = Every::of(period);
    Some(every.containing(period.begin.checked_sub(Span::new().months(every.months())).ok()?))
}

/// The period after one, of the same length.
fn after(period: &str) -> Option<String> {
    let period = Period::parse(period)?;
    Some(Every::of(period).containing(period.end))
}

/// So many periods in a row of which this one is the last, oldest first.
pub fn row(period: &str, count: usize) -> Vec<String> {
    let known = Period::parse(period).is_some().then(|| period.to_string());
    let mut row: Vec<String> = std::iter::successors(known, |name| before(name)).take(count).collect();
    row.reverse();
    row
}

impl Terms {
    fn turn(&self, period: &str) -> Option<Turn> {
        let end = Period::parse(period)?.end.checked_add(Span::new().days(self.wait_days)).ok()?;
        Some(Turn { period: period.into(), at: instant(end, self.at, &self.zone)? })
    }

    /// The first turn after an instant. `None` beyond the year 9998.
    pub fn next(&self, instant: Moment) -> Option<Turn> {
        let today = self.zone.to_datetime(instant.timestamp()).date();
        // The wait may be longer than a period: begin so far back that no turn still to come is left out.
        let mut day = today.checked_sub(Span::new().days(self.wait_days.max(0) + 1)).ok()?;
        day = Period::parse(&self.every.containing(day))?.begin;
        let mut period = before(&self.every.containing(day))?;
        loop {
            let turn = self.turn(&period)?;
            if turn.at > instant {
                return Some(turn);
            }
            period = after(&period)?;
        }
    }

    /// The newest turn that has come at an instant.
    pub fn last(&self, instant: Moment) -> Option<Turn> {
        let mut period = before(&self.next(instant)?.period)?;
        loop {
            let turn = self.turn(&period)?;
            if turn.at <= instant {
                return Some(turn);
            }
            period = before(&period)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::parse(text).expect("an instant")
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("a zone")
    }

    #[test]
    fn a_period_lasts_by_the_clock_of_its_zone() {
        let told = |period, name| {
            let (from, until) = spanned(period, &zone(name)).expect("a period");
            (from.to_string(), until.to_string())
        };
        assert_eq!(told("2026-10", "UTC"), ("2026-10-01T00:00:00Z".into(), "2026-11-01T00:00:00Z".into()));
        // October has an hour more in Berlin: 745 of them.
        let (from, until) = spanned("2026-10", &zone("Europe/Berlin")).expect("a period");
        assert_eq!((from.to_string(), (until.0 - from.0) / 3_600_000), ("2026-09-30T22:00:00Z".into(), 745));
        assert_eq!(told("2026-Q4", "Asia/Tokyo").1, "2026-12-31T15:00:00Z");
        assert_eq!(spanned("last month", &zone("UTC")), None);
    }

    #[test]
    fn periods_follow_each_other() {
        assert_eq!(row("2026-02", 4), ["2025-11", "2025-12", "2026-01", "2026-02"]);
        assert_eq!(row("2026-Q1", 2), ["2025-Q4", "2026-Q1"]);
        assert_eq!(row("2026-H1", 2), ["2025-H2", "2026-H1"]);
        assert_eq!(row("2026", 2), ["2025", "2026"]);
        assert!(row("soon", 3).is_empty());
        let closed = |every, name, now| last_closed(every, &zone(name), at(now));
        assert_eq!(closed(Every::Month, "UTC", "2026-11-01T00:00:00Z").as_deref(), Some("2026-10"));
        assert_eq!(closed(Every::Month, "America/New_York", "2026-11-01T00:00:00Z").as_deref(), Some("2026-09"));
        assert_eq!(closed(Every::Quarter, "UTC", "2026-12-31T23:59:59Z").as_deref(), Some("2026-Q3"));
    }

    #[test]
    fn every_period_has_one_turn_and_none_is_passed_over() {
        for (every, name) in [("monthly", "Europe/Berlin"), ("quarterly", "America/St_Johns"), ("yearly", "UTC")] {
            for wait_days in [0, 1, 45] {
                let every = Every::parse(every).expect("a word");
                let terms = Terms { every, wait_days, at: jiff::civil::time(6, 30, 0, 0), zone: zone(name) };
                let mut now = at("2025-01-01T00:00:00Z");
                let mut seen = Vec::new();
                for _ in 0..30 {
                    let turn = terms.next(now).expect("a turn");
                    assert!(turn.at > now);
                    assert_eq!(terms.last(turn.at).as_ref(), Some(&turn), "{name} {wait_days}");
                    assert_ne!(terms.last(turn.at.minus(1)).as_ref(), Some(&turn));
                    let over = spanned(&turn.period, &terms.zone).expect("a period").1;
                    assert!(turn.at >= over, "no report before its period is over");
                    now = turn.at;
                    seen.push(turn.period);
                }
                assert_eq!(seen, row(seen.last().expect("some"), 30));
            }
        }
    }
}
