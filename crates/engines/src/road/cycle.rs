//! The audits that keep a certificate alive, each with its window, and what comes of them (rule R26).

use jiff::civil::Date;

use crate::rules::{
    Refused,
    certification::{Cycle, LastDay, years_without_audit},
    dates::{add_days, add_months, days_between},
};

/// Days before a window closes from which on it is spoken of, and from which on it is urgent.
pub const EARLY_DAYS: i64 = 90;
pub const LATE_DAYS: i64 = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// The first or second surveillance audit of the cycle, by its turn.
    Surveillance(u8),
    Recertification,
}

impl Visit {
    pub fn words(self) -> String {
        match self {
            Visit::Surveillance(turn) => format!("Surveillance audit {turn}"),
            Visit::Recertification => "Recertification audit".into(),
        }
    }
}

/// When one audit of the cycle may and must be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub visit: Visit,
    /// First day on which it counts.
    pub opens: Date,
    /// Last day on which it must be over.
    pub closes: Date,
    /// Last audit day, where it was held.
    pub held: Option<Date>,
}

/// How near the end of a window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    Held,
    Far,
    Soon,
    Urgent,
    Missed,
}

impl Window {
    /// How it stands on a day; the last day itself is not missed.
    pub fn nearness(&self, today: Date) -> Nearness {
        match days_between(today, self.closes) {
            _ if self.held.is_some() => Nearness::Held,
            ..0 => Nearness::Missed,
            0..=LATE_DAYS => Nearness::Urgent,
            left if left <= EARLY_DAYS => Nearness::Soon,
            _ => Nearness::Far,
        }
    }
}

/// The windows of the cycle that begins with a decision and ends with the last valid day.
///
/// The first surveillance audit closes twelve months after the decision, the second after 24 months;
/// recertification three months before the last valid day (our advice: findings must be closed
/// and the decision taken before expiry). Audits that were held fill the windows in their order.
///
/// # Errors
/// Dates outside the years that can be written.
pub fn windows(
    decision: Date,
    valid_to: Date,
    surveillance_held: &[Date],
    recertification_held: Option<Date>,
) -> Result<[Window; 3], Refused> {
    let cycle = Cycle::from_decision(decision, LastDay::Printed(valid_to))?;
    let mut held: Vec<Date> = surveillance_held.iter().copied().filter(|day| *day > decision).collect();
    held.sort_unstable();
    let first = held.first().copied();
    let second = held.iter().copied().find(|day| Some(*day) != first);
    let after_first = first.unwrap_or(cycle.first_surveillance_by);
    Ok([
        Window {
            visit: Visit::Surveillance(1),
            opens: add_days(decision, 1)?,
            closes: cycle.first_surveillance_by,
            held: first,
        },
        Window {
            visit: Visit::Surveillance(2),
            opens: add_days(after_first, 1)?,
            closes: cycle.second_surveillance_by,
            held: second,
        },
        Window {
            visit: Visit::Recertification,
            opens: add_months(valid_to, -12)?,
            closes: cycle.recertification_audit_by,
            held: recertification_held.filter(|day| *day > decision),
        },
    ])
}

/// Calendar years that went by without the surveillance audit they need (R26-17): only those that are over.
pub fn years_missed(decision: Date, surveillance_held: &[Date], recertification_by: Date, today: Date) -> Vec<i16> {
    let years = years_without_audit(decision, surveillance_held, recertification_by);
    years.into_iter().filter(|year| *year < today.year()).collect()
}

/// Whether stage 1 still holds on the last day of stage 2, when the body lets it hold for so many months.
///
/// # Errors
/// Dates outside the years that can be written.
pub fn stage_1_holds(stage_1_ends: Date, months: i32, stage_2_begins: Date) -> Result<bool, Refused> {
    Ok(stage_2_begins <= add_months(stage_1_ends, months)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn of(held: &[Date]) -> [Window; 3] {
        windows(date(2026, 3, 15), date(2029, 3, 14), held, None).expect("dates can be written")
    }

    #[test]
    fn windows_close_as_the_rule_says() {
        let found = of(&[]).map(|window| window.closes);
        assert_eq!(found, [date(2027, 3, 15), date(2028, 3, 15), date(2028, 12, 14)]);
    }

    #[test]
    fn audits_fill_windows_in_their_order_and_only_after_the_decision() {
        let found = of(&[date(2028, 2, 1), date(2026, 2, 1), date(2027, 2, 10)]);
        assert_eq!(found[0].held, Some(date(2027, 2, 10)));
        assert_eq!(found[1].held, Some(date(2028, 2, 1)));
        assert_eq!(found[1].opens, date(2027, 2, 11));
        assert_eq!(found[2].held, None);
    }

    #[test]
    fn the_last_day_is_urgent_and_the_day_after_is_missed() {
        let window = of(&[])[0];
        let on = |day| window.nearness(day);
        assert_eq!(on(date(2026, 12, 14)), Nearness::Far);
        assert_eq!(on(date(2026, 12, 15)), Nearness::Soon);
        assert_eq!(on(date(2027, 2, 13)), Nearness::Urgent);
        assert_eq!(on(date(2027, 3, 15)), Nearness::Urgent);
        assert_eq!(on(date(2027, 3, 16)), Nearness::Missed);
        assert_eq!(of(&[date(2027, 3, 1)])[0].nearness(date(2027, 4, 1)), Nearness::Held);
    }

    #[test]
    fn a_year_is_missed_once_it_is_over() {
        let missed = |today| years_missed(date(2026, 3, 15), &[date(2027, 2, 1)], date(2028, 12, 14), today);
        assert_eq!(missed(date(2028, 6, 1)), Vec::<i16>::new());
        let missed = |today| years_missed(date(2026, 3, 15), &[], date(2028, 12, 14), today);
        assert_eq!(missed(date(2028, 6, 1)), [2027]);
    }

    #[test]
    fn stage_1_runs_out() {
        assert_eq!(stage_1_holds(date(2027, 1, 20), 6, date(2027, 7, 20)), Ok(true));
        assert_eq!(stage_1_holds(date(2027, 1, 20), 6, date(2027, 7, 21)), Ok(false));
    }
}
