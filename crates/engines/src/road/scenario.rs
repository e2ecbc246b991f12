//! What the way costs, how long it takes and when it pays back if size, complexity, scope or readiness were other ones.
//!
//! The reckoning is short enough to be told beside its figures: closing what is open takes so many person-days each and grows with
//! the services in scope, as does what comes back; the body charges the audit days of its own table; everything else that is
//! planned stays as it is.

use jiff::civil::Date;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::returns::{Gain, Sum, returns};
use crate::rules::{
    Refused,
    certification::{AuditTableRow, AuditTime, MOST_REDUCTION_PERCENT, audit_time},
    dates::{add_days, add_months},
    number::shown,
};

/// Hours of a person-day.
pub const HOURS_A_DAY: Decimal = Decimal::from_parts(8, 0, 0, false, 0);
/// Days of a week, which a team's hours are promised for.
const WEEK: Decimal = Decimal::from_parts(7, 0, 0, false, 0);
/// Longer than ten years ahead nobody plans.
const FURTHEST: i64 = 3_660;

/// What stands on record and is the same in every scenario. Sums are in one currency.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub table: Vec<AuditTableRow>,
    /// Price of an audit day.
    pub day_rate: Option<Decimal>,
    /// Cost of an hour of our own.
    pub hour_cost: Option<Decimal>,
    /// Person-days that closing one requirement takes, by the mean of the gaps.
    pub days_each: Option<Decimal>,
    /// Hours a week that the team was promised for it.
    pub team_hours: Decimal,
    /// Services in scope today.
    pub services: Decimal,
    pub paid: Vec<Sum>,
    /// Still to be paid besides hours of our own and the body.
    pub planned: Vec<Sum>,
    pub gains: Vec<Gain>,
}

/// What is tried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Size: people in scope; `None` where nobody has said.
    pub people: Option<Decimal>,
    /// Complexity: factors of audit time together, in percent.
    pub percent: Decimal,
    /// Scope: services in it.
    pub services: Decimal,
    /// Readiness: requirements that are open.
    pub open: Decimal,
}

/// What comes of it; `None` where something that is needed for it is not on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Days of stage 1 and 2.
    pub audit_days: Option<Decimal>,
    /// What the body charges for the audit and the two surveillance audits after it.
    pub body: Option<Decimal>,
    /// Person-days of our own.
    pub own_days: Option<Decimal>,
    pub own: Option<Decimal>,
    /// Everything else that is planned and not paid.
    pub planned: Decimal,
    /// What is still to be spent, all together.
    pub cost: Option<Decimal>,
    /// The day on which what is open is closed, if the team gives the hours that it promised.
    pub ready_on: Option<Date>,
    pub pays_back: Option<Date>,
}

/// Reckons a scenario from a day on; the balance is looked at for so many months from the first cost on.
///
/// # Errors
/// Dates outside the years that can be written.
pub fn outcome(known: &Known, tried: &Scenario, today: Date, months: usize) -> Result<Outcome, Refused> {
    let share = if known.services.is_zero() { Decimal::ONE } else { tried.services / known.services };
    let audit = tried.people.and_then(|people| {
        audit_time(people.round().to_u64()?, &[tried.percent], MOST_REDUCTION_PERCENT, &known.table)
    });
    let own_days = match tried.open.is_zero() {
        true => Some(Decimal::ZERO),
        false => known.days_each.map(|each| each * tried.open * share),
    };
    let own = own_days.zip(known.hour_cost).map(|(days, cost)| days * HOURS_A_DAY * cost);
    let ready_on = own_days.and_then(|days| ready(days, known.team_hours, today));
    let charged = audit.as_ref().zip(known.day_rate).and_then(|(audit, rate)| charged(audit, rate));
    let planned: Decimal = known.planned.iter().map(|sum| sum.amount).sum();
    let body = charged.map(|(first, later, _)| first + later + later);
    let cost = own.zip(body).map(|(own, body)| own + body + planned);
    let pays_back = match (own, charged, ready_on) {
        (Some(own), Some((first, later, again)), Some(on)) => {
            let mut sums: Vec<Sum> = known.paid.iter().chain(&known.planned).copied().collect();
            sums.push(Sum { on, amount: own + first });
            for (months, amount) in [(12, later), (24, later), (36, again)] {
                sums.push(Sum { on: add_months(on, months)?, amount });
            }
            let gain = |gain: &Gain| Gain { a_month: gain.a_month * share, ..*gain };
            returns(&sums, &known.gains.iter().map(gain).collect::<Vec<_>>(), today, months)?.pays_back
        }
        _ => None,
    };
    let audit_days = audit.as_ref().and_then(|audit| days(&audit.initial_days));
    Ok(Outcome { audit_days, body, own_days, own, planned, cost, ready_on, pays_back })
}

/// The day by which so many person-days are worked; `None` where nobody was promised an hour, or it takes more than ten years.
fn ready(own_days: Decimal, team_hours: Decimal, today: Date) -> Option<Date> {
    if own_days.is_zero() {
        return Some(today);
    }
    let weeks = (own_days * HOURS_A_DAY).checked_div(team_hours)?;
    let days = (weeks * WEEK).ceil().to_i64().filter(|days| *days <= FURTHEST)?;
    add_days(today, days).ok()
}

/// What the first audit costs, each surveillance audit, and recertification.
fn charged(audit: &AuditTime, rate: Decimal) -> Option<(Decimal, Decimal, Decimal)> {
    let price = |of| Some(days(of)? * rate);
    Some((price(&audit.initial_days)?, price(&audit.surveillance_days)?, price(&audit.recertification_days)?))
}

/// Audit time stands in half days.
fn days(of: &crate::rules::number::Fraction) -> Option<Decimal> {
    shown(of, 1).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn known() -> Known {
        Known {
            table: vec![
                AuditTableRow { from_people: 1, to_people: 20, days: 4.into() },
                AuditTableRow { from_people: 21, to_people: 60, days: 6.into() },
            ],
            day_rate: Some(1_000.into()),
            hour_cost: Some(50.into()),
            days_each: Some(2.into()),
            team_hours: 80.into(),
            services: 10.into(),
            paid: vec![Sum { on: date(2026, 1, 10), amount: 5_000.into() }],
            planned: vec![Sum { on: date(2026, 3, 1), amount: 700.into() }],
            gains: vec![Gain { since: date(2026, 1, 1), a_month: 2_000.into() }],
        }
    }

    fn tried() -> Scenario {
        Scenario { people: Some(26.into()), percent: Decimal::ZERO, services: 10.into(), open: 20.into() }
    }

    const TODAY: Date = date(2026, 2, 2);

    #[test]
    fn cost_duration_and_pay_back_follow_from_what_is_tried() {
        let told = outcome(&known(), &tried(), TODAY, 36).expect("dates");
        assert_eq!((told.audit_days, told.body), (Some(6.into()), Some(10_000.into())), "and two days twice after it");
        assert_eq!((told.own_days, told.own), (Some(40.into()), Some(16_000.into())));
        assert_eq!(told.cost, Some(26_700.into()));
        assert_eq!(told.ready_on, Some(date(2026, 3, 2)), "four weeks of ten days each");
        // 27,700 in the first months against 2,000 a month: nothing is missing after the fourteenth.
        assert_eq!(told.pays_back, Some(date(2027, 2, 1)));
    }

    #[test]
    fn each_of_the_four_changes_what_it_should() {
        let base = outcome(&known(), &tried(), TODAY, 36).expect("dates");
        let other = |scenario: Scenario| outcome(&known(), &scenario, TODAY, 36).expect("dates");
        let smaller = other(Scenario { people: Some(20.into()), ..tried() });
        assert_eq!((smaller.audit_days, smaller.own_days), (Some(4.into()), base.own_days));
        let harder = other(Scenario { percent: 50.into(), ..tried() });
        assert_eq!((harder.audit_days, harder.ready_on), (Some(9.into()), base.ready_on));
        let narrower = other(Scenario { services: 5.into(), ..tried() });
        assert_eq!((narrower.own_days, narrower.audit_days), (Some(20.into()), base.audit_days));
        assert!(narrower.pays_back > base.pays_back, "half of the services bring half of the return");
        let further = other(Scenario { open: Decimal::ZERO, ..tried() });
        assert_eq!((further.own, further.ready_on), (Some(Decimal::ZERO), Some(TODAY)));
        assert!(further.pays_back < base.pays_back);
    }

    #[test]
    fn what_is_not_on_record_is_left_open() {
        let bare = Known { days_each: None, day_rate: None, ..known() };
        let told = outcome(&bare, &tried(), TODAY, 36).expect("dates");
        assert_eq!((told.own_days, told.body, told.cost, told.ready_on), (None, None, None, None));
        let alone = Known { team_hours: Decimal::ZERO, ..known() };
        let told = outcome(&alone, &tried(), TODAY, 36).expect("dates");
        assert_eq!((told.cost, told.ready_on, told.pays_back), (Some(26_700.into()), None, None));
        let crowd = Scenario { people: Some(61.into()), ..tried() };
        assert_eq!(outcome(&known(), &crowd, TODAY, 36).expect("dates").audit_days, None, "beyond the body's table");
    }
}
