//! Dates of a certificate, audit time, readiness (rules R26, R31 and R32).

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Refused;
use super::dates::{add_days, add_months, days_between};
use super::number::{Fraction, fraction, share, whole};

const CYCLE_MONTHS: i32 = 36;
/// Months after the last valid day in which a body may restore a certificate (R26).
pub const RESTORE_MONTHS: i32 = 6;
/// Months that a suspension lasts at most, as a rule (R26).
pub const SUSPENSION_MONTHS: i32 = 6;
const MAJOR_MONTHS: i32 = 6;

/// The last day that a certification body prints. The certificate wins over both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastDay {
    /// Decision + 36 months - 1 day, the usual one.
    DayBefore,
    /// Decision + 36 months, which some bodies print.
    SameDay,
    /// What the certificate says.
    Printed(Date),
}

/// The dates of a cycle (R26).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Last valid day.
    pub valid_to: Date,
    /// Latest last audit day of the first surveillance.
    pub first_surveillance_by: Date,
    /// And one audit in each calendar year; see [`years_without_audit`].
    pub second_surveillance_by: Date,
    /// Our advice: three months before the last valid day.
    pub recertification_audit_by: Date,
    /// Last day to restore the certificate after expiry.
    pub restore_by: Date,
}

impl Cycle {
    /// The cycle that begins with a certification decision (R26).
    ///
    /// # Errors
    /// Dates outside the years that can be written.
    pub fn from_decision(decision: Date, last_day: LastDay) -> Result<Cycle, Refused> {
        let after = add_months(decision, CYCLE_MONTHS)?;
        let valid_to = match last_day {
            LastDay::DayBefore => add_days(after, -1)?,
            LastDay::SameDay => after,
            LastDay::Printed(date) => date,
        };
        Ok(Cycle {
            valid_to,
            first_surveillance_by: add_months(decision, 12)?,
            second_surveillance_by: add_months(decision, 24)?,
            recertification_audit_by: add_months(valid_to, -3)?,
            restore_by: add_months(valid_to, RESTORE_MONTHS)?,
        })
    }
}

/// How a certificate stands on a day (R26).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateState {
    Valid,
    /// Not valid meanwhile; six months at most as a rule.
    Suspended,
    SuspendedTooLong,
    /// Expired, and the body may restore it still.
    ExpiredRestorable,
    /// Expired for more than six months: at least a stage 2.
    ExpiredStartAgain,
}

impl CertificateState {
    pub fn word(self) -> &'static str {
        match self {
            CertificateState::Valid => "valid",
            CertificateState::Suspended => "suspended",
            CertificateState::SuspendedTooLong => "suspended-too-long",
            CertificateState::ExpiredRestorable => "expired-restorable",
            CertificateState::ExpiredStartAgain => "expired-start-again",
        }
    }
}

/// The state of a certificate on a day (R26). Expiry weighs more than suspension.
///
/// # Errors
/// Dates outside the years that can be written.
pub fn certificate_state(valid_to: Date, suspended_on: Option<Date>, today: Date) -> Result<CertificateState, Refused> {
    if today > add_months(valid_to, RESTORE_MONTHS)? {
        return Ok(CertificateState::ExpiredStartAgain);
    }
    if today > valid_to {
        return Ok(CertificateState::ExpiredRestorable);
    }
    match suspended_on.filter(|since| *since <= today) {
        Some(since) if today > add_months(since, SUSPENSION_MONTHS)? => Ok(CertificateState::SuspendedTooLong),
        Some(_) => Ok(CertificateState::Suspended),
        None => Ok(CertificateState::Valid),
    }
}

/// How a certificate is renewed (R26).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenewalPath {
    /// Decided on time: the new last day counts from the old one.
    Renewed,
    /// Within six months after expiry: valid again from the decision, old cycle kept.
    Restored,
    /// Later: a new stage 2 at least, and a new cycle.
    NewStage2,
}

impl RenewalPath {
    pub fn word(self) -> &'static str {
        match self {
            RenewalPath::Renewed => "renewed",
            RenewalPath::Restored => "restored",
            RenewalPath::NewStage2 => "new-stage-2",
        }
    }
}

/// What a renewal decision gives (R26).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewal {
    pub path: RenewalPath,
    pub valid_from: Date,
    pub valid_to: Date,
    /// Days that were not certified.
    pub gap_days: i64,
}

/// The renewal of a certificate by a decision on a day (R26).
///
/// # Errors
/// Dates outside the years that can be written.
pub fn renewal(old_valid_to: Date, decision: Date) -> Result<Renewal, Refused> {
    let continued = add_months(old_valid_to, CYCLE_MONTHS)?;
    let gap_days = (days_between(old_valid_to, decision) - 1).max(0);
    let (path, valid_from, valid_to) = if decision <= old_valid_to {
        (RenewalPath::Renewed, add_days(old_valid_to, 1)?, continued)
    } else if decision <= add_months(old_valid_to, RESTORE_MONTHS)? {
        (RenewalPath::Restored, decision, continued)
    } else {
        let cycle = Cycle::from_decision(decision, LastDay::DayBefore)?;
        (RenewalPath::NewStage2, decision, cycle.valid_to)
    };
    Ok(Renewal { path, valid_from, valid_to, gap_days })
}

/// The calendar years without the surveillance audit they need: every one from the year after the decision to the year
/// before the recertification audit (R26).
pub fn years_without_audit(decision: Date, surveillance_held: &[Date], recertification_audit: Date) -> Vec<i16> {
    let held: BTreeSet<i16> = surveillance_held.iter().map(|held| held.year()).collect();
    (decision.year()..recertification_audit.year()).skip(1).filter(|year| !held.contains(year)).collect()
}

/// Whether the first surveillance audit was held at most 12 months after the decision (R26).
///
/// # Errors
/// Dates outside the years that can be written.
pub fn first_surveillance_on_time(decision: Date, surveillance_held: &[Date]) -> Result<bool, Refused> {
    let latest = add_months(decision, 12)?;
    Ok(surveillance_held.iter().min().is_some_and(|first| *first <= latest))
}

/// The last day on which the correction of a major finding of stage 2 can be proven without a new stage 2: six months
/// after the last day of stage 2 (R26).
///
/// # Errors
/// Dates outside the years that can be written.
pub fn major_corrected_by(stage2_last_day: Date) -> Result<Date, Refused> {
    add_months(stage2_last_day, MAJOR_MONTHS)
}

/// A row of the table of audit days, which the user keeps: people in scope from and to, both included (R31).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditTableRow {
    pub from_people: u64,
    pub to_people: u64,
    pub days: Decimal,
}

/// An estimate of audit time, in days (R31).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditTime {
    pub base_days: Fraction,
    /// Sum of the factors in percent, reduction cut to its limit.
    pub factor_percent: Fraction,
    /// Rounded up to half days.
    pub initial_days: Fraction,
    /// A third of the initial time, rounded up to half days.
    pub surveillance_days: Fraction,
    /// Two thirds of the initial time, rounded up to half days.
    pub recertification_days: Fraction,
}

/// Estimates audit time (R31). `most_reduction_percent` is the size of the largest reduction, 30 as a rule. None
/// outside the table.
pub fn audit_time(
    people: u64,
    factors_percent: &[Decimal],
    most_reduction_percent: Decimal,
    table: &[AuditTableRow],
) -> Option<AuditTime> {
    let row = table.iter().find(|row| (row.from_people..=row.to_people).contains(&people))?;
    let base_days = fraction(row.days);
    let sum: Fraction = factors_percent.iter().map(|factor| fraction(*factor)).sum();
    let factor_percent = sum.max(-fraction(most_reduction_percent.abs()));
    let initial_days = half_days_up(&base_days * (whole(1) + &factor_percent / whole(100)));
    Some(AuditTime {
        surveillance_days: half_days_up(&initial_days / whole(3)),
        recertification_days: half_days_up(&initial_days * whole(2) / whole(3)),
        base_days,
        factor_percent,
        initial_days,
    })
}

/// The largest reduction of audit time, in percent (R31).
pub const MOST_REDUCTION_PERCENT: Decimal = Decimal::from_parts(30, 0, 0, false, 0);

fn half_days_up(days: Fraction) -> Fraction {
    (days * whole(2)).ceil() / whole(2)
}

/// How far a binding requirement is met (R32).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fulfilment {
    Met,
    Partly,
    NotMet,
    Unknown,
}

impl Fulfilment {
    /// The state by its word; None for any other word.
    pub fn parse(word: &str) -> Option<Fulfilment> {
        Some(match word {
            "met" => Fulfilment::Met,
            "partly" => Fulfilment::Partly,
            "not-met" => Fulfilment::NotMet,
            "unknown" => Fulfilment::Unknown,
            _ => return None,
        })
    }
}

/// Readiness for certification (R32).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness<'r> {
    /// Met 1, partly 0.5, not met and unknown 0: the mean. None when nothing was assessed.
    pub score: Option<Fraction>,
    /// Requirements that are not met, in the order given.
    pub open: Vec<&'r str>,
    /// Every requirement is met: one missing demand can be a major finding at any score.
    pub ready: bool,
}

/// Readiness over all binding requirements, by id (R32).
pub fn readiness<'r>(requirements: &[(&'r str, Fulfilment)]) -> Readiness<'r> {
    let halves = requirements.iter().map(|(_, state)| match state {
        Fulfilment::Met => 2_u64,
        Fulfilment::Partly => 1,
        Fulfilment::NotMet | Fulfilment::Unknown => 0,
    });
    let score = share(halves.sum::<u64>(), requirements.len() * 2);
    let open: Vec<&str> =
        requirements.iter().filter(|(_, state)| *state != Fulfilment::Met).map(|(id, _)| *id).collect();
    Readiness { score, ready: open.is_empty() && !requirements.is_empty(), open }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_certificate_wins_over_the_rule_of_its_last_day() {
        let last = |last_day| Cycle::from_decision(date(2026, 3, 15), last_day).unwrap().valid_to;
        assert_eq!(last(LastDay::DayBefore), date(2029, 3, 14));
        assert_eq!(last(LastDay::SameDay), date(2029, 3, 15));
        assert_eq!(last(LastDay::Printed(date(2029, 2, 28))), date(2029, 2, 28));
        assert!(Cycle::from_decision(date(9998, 1, 1), LastDay::DayBefore).is_err());
    }

    #[test]
    fn expiry_weighs_more_than_suspension_and_a_future_suspension_nothing() {
        let state = |suspended, today| certificate_state(date(2029, 3, 14), suspended, today).unwrap();
        assert_eq!(state(Some(date(2029, 3, 1)), date(2029, 3, 15)), CertificateState::ExpiredRestorable);
        assert_eq!(state(Some(date(2028, 3, 1)), date(2028, 2, 29)), CertificateState::Valid);
    }
}
