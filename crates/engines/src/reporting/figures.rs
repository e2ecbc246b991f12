//! Figures of a period: which tickets count as in time (R09), how long a service was down on each day (R13).

use jiff::tz::TimeZone;
use model::Moment;
use rust_decimal::Decimal;

use crate::{
    clocks::{Clock, Standing},
    rules::{
        calendar::Calendar,
        number::{Fraction, percent, shown},
        share::TargetCounts,
        spans::{Span, common, join, total},
    },
};

/// From an instant up to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Moment,
    pub until: Moment,
}

impl Window {
    pub fn holds(self, at: Moment) -> bool {
        self.from <= at && at < self.until
    }

    pub fn span(self) -> Span {
        Span::new(self.from.timestamp(), self.until.timestamp())
    }
}

/// What became of a ticket's goal in a period (R09).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Met,
    Missed,
    /// Its goal passed in the period while it was open.
    OpenOverdue,
    OpenInTime,
    Cancelled,
    /// It belongs to another period.
    Elsewhere,
}

/// A ticket counts in the period in which it was done, or in which it passed its goal while it was still open (R09). What
/// was done after the end of the period was open then.
pub fn fate(clock: &Clock, window: Window) -> Fate {
    let stopped = clock.stopped.filter(|at| *at < window.until);
    let passed = clock.due.is_some_and(|due| window.holds(due));
    match (clock.standing, stopped) {
        (Standing::Dropped, _) => Fate::Cancelled,
        (Standing::Met, Some(at)) if window.holds(at) => Fate::Met,
        (Standing::Missed, Some(at)) if window.holds(at) => Fate::Missed,
        (Standing::Met | Standing::Missed, Some(_)) => Fate::Elsewhere,
        (Standing::Missed | Standing::Late, None) if passed => Fate::OpenOverdue,
        (Standing::Missed | Standing::Late, None) if clock.due.is_some_and(|due| due < window.from) => Fate::Elsewhere,
        _ => Fate::OpenInTime,
    }
}

/// Adds a ticket to the counts of a period.
pub fn count(counts: &mut TargetCounts, fate: Fate) {
    match fate {
        Fate::Met => counts.met += 1,
        Fate::Missed => counts.missed += 1,
        Fate::OpenOverdue => counts.open_overdue += 1,
        Fate::OpenInTime => counts.open_in_time += 1,
        Fate::Cancelled => counts.cancelled += 1,
        Fate::Elsewhere => {}
    }
}

/// Whole minutes down on each day of a window by the clock of a zone, cut to the hours that count.
pub fn down_by_day(calendar: &Calendar, window: Window, outages: &[Span], zone: &TimeZone) -> Vec<i64> {
    let down = common(&calendar.working_spans(window.span()), &join(outages.iter().copied()));
    let mut days = Vec::new();
    let mut day = zone.to_datetime(window.from.timestamp()).date();
    let mut from = window.from.timestamp();
    while from < window.until.timestamp() {
        let Ok(next) = day.tomorrow() else { break };
        let Ok(to) = zone.to_ambiguous_timestamp(next.to_datetime(jiff::civil::Time::midnight())).compatible() else {
            break;
        };
        days.push(total(&common(&down, &[Span::new(from, to.min(window.until.timestamp()))])) / 60);
        (day, from) = (next, to);
    }
    days
}

/// A share as a percentage with so many places, for people; never for a verdict (convention 4).
pub fn percentage(share: &Fraction, places: u32) -> Decimal {
    number(&(share * crate::rules::number::whole(100)), places)
}

/// A number with so many places, halves away from zero.
pub fn number(exact: &Fraction, places: u32) -> Decimal {
    shown(exact, places).parse().unwrap_or_default()
}

/// Whether a share keeps a promise in percent; `None` without data. The exact share decides.
pub fn keeps(share: Option<&Fraction>, target_percent: Decimal, at_most: bool) -> Option<bool> {
    let target = percent(target_percent);
    share.map(|share| if at_most { *share <= target } else { *share >= target })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clocks::Name;

    fn at(text: &str) -> Moment {
        Moment::parse(text).expect("an instant")
    }

    fn october() -> Window {
        Window { from: at("2026-10-01"), until: at("2026-11-01") }
    }

    fn clock(standing: Standing, due: &str, stopped: Option<&str>) -> Clock {
        Clock {
            name: Name::Resolution,
            leg: String::new(),
            agreement: String::new(),
            calendar: String::new(),
            hours: String::new(),
            priority: "P2".into(),
            goal_seconds: 3600,
            used_seconds: 0,
            left_seconds: 0,
            started: at("2026-09-20"),
            due: Some(at(due)),
            stopped: stopped.map(at),
            standing,
            held: String::new(),
            segments: Vec::new(),
        }
    }

    #[test]
    fn a_ticket_counts_where_it_was_done_or_passed_its_goal() {
        let told = |standing, due, stopped| fate(&clock(standing, due, stopped), october());
        assert_eq!(told(Standing::Met, "2026-10-05", Some("2026-10-04")), Fate::Met);
        assert_eq!(told(Standing::Missed, "2026-09-28", Some("2026-10-01")), Fate::Missed);
        assert_eq!(told(Standing::Met, "2026-09-28", Some("2026-09-27")), Fate::Elsewhere);
        assert_eq!(told(Standing::Late, "2026-10-31T23:59:59Z", None), Fate::OpenOverdue);
        assert_eq!(told(Standing::Late, "2026-09-28", None), Fate::Elsewhere, "it passed its goal in September");
        assert_eq!(told(Standing::Late, "2026-11-01", None), Fate::OpenInTime, "then it was in time");
        assert_eq!(told(Standing::Running, "2026-11-03", None), Fate::OpenInTime);
        assert_eq!(told(Standing::Dropped, "2026-10-03", Some("2026-10-02")), Fate::Cancelled);
        // Done after the end: what the end of the month knew was an open ticket past its goal, or in time.
        assert_eq!(told(Standing::Missed, "2026-10-30", Some("2026-11-02")), Fate::OpenOverdue);
        assert_eq!(told(Standing::Met, "2026-11-05", Some("2026-11-02")), Fate::OpenInTime);
    }

    #[test]
    fn each_day_has_its_minutes() {
        let outage = |from, to| Span::new(at(from).timestamp(), at(to).timestamp());
        let outages = [
            outage("2026-10-03T23:30:00Z", "2026-10-04T00:45:00Z"),
            outage("2026-10-31T23:00:00Z", "2026-11-01T05:00:00Z"),
        ];
        let days = down_by_day(&Calendar::always(), october(), &outages, &TimeZone::UTC);
        assert_eq!((days.len(), days[2], days[3], days[30]), (31, 30, 45, 60));
        assert_eq!(days.iter().sum::<i64>(), 135);
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        let (from, until) = crate::reporting::periods::spanned("2026-10", &berlin).expect("a period");
        let days = down_by_day(&Calendar::always(), Window { from, until }, &outages, &berlin);
        assert_eq!((days.len(), days[3], days.iter().sum::<i64>()), (31, 75, 75), "all of it lies on the fourth there");
    }

    #[test]
    fn the_exact_share_decides() {
        let share = Fraction::new(19_979.into(), 20_000.into());
        assert_eq!(percentage(&share, 1).to_string(), "99.9");
        assert_eq!(keeps(Some(&share), "99.9".parse().expect("a number"), false), Some(false));
        assert_eq!(keeps(None, Decimal::ONE, false), None);
        assert_eq!(keeps(Some(&share), "99.9".parse().expect("a number"), true), Some(true));
    }
}
