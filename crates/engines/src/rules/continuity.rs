//! Continuity tests and whether a plan is proven (rule R16). Real time, no calendar.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Refused;
use super::dates::{add_months, days_between};
use super::spans::Span;

/// What a continuity test, or a real disruption, showed (R16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    pub disrupted: Timestamp,
    /// When the plan was started; a plan may count from here (agreed).
    pub invoked: Option<Timestamp>,
    /// None when service was not recovered.
    pub recovered: Option<Timestamp>,
    /// The moment of the newest data that could be restored; None when none could.
    pub restore_point: Option<Timestamp>,
}

/// The targets of a plan (R16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryTargets {
    /// Recovery time objective.
    pub rto_seconds: i64,
    /// Recovery point objective.
    pub rpo_seconds: i64,
    /// The recovery time counts from the start of the plan, not from the disruption (agreed).
    pub count_from_invocation: bool,
}

/// What a recovery reached against its targets (R16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryResult {
    /// Seconds to recovery; None when service was not recovered.
    pub rto_reached_seconds: Option<i64>,
    /// Seconds of data lost; None when nothing could be restored.
    pub rpo_reached_seconds: Option<i64>,
    pub rto_met: bool,
    pub rpo_met: bool,
}

impl RecoveryResult {
    /// Both are at most their target.
    pub fn passed(self) -> bool {
        self.rto_met && self.rpo_met
    }
}

/// Sets a recovery against its targets (R16).
///
/// # Errors
/// A plan that counts from its start without the instant of that start.
pub fn recovery_result(recovery: Recovery, targets: RecoveryTargets) -> Result<RecoveryResult, Refused> {
    let start = match (targets.count_from_invocation, recovery.invoked) {
        (false, _) => recovery.disrupted,
        (true, Some(invoked)) => invoked,
        (true, None) => {
            return Err(Refused::new("the plan counts from its start, and the instant of its start is missing"));
        }
    };
    let rto = recovery.recovered.map(|recovered| Span::new(start, recovered).seconds());
    let rpo = recovery.restore_point.map(|point| Span::new(point, recovery.disrupted).seconds());
    Ok(RecoveryResult {
        rto_reached_seconds: rto,
        rpo_reached_seconds: rpo,
        rto_met: rto.is_some_and(|seconds| seconds <= targets.rto_seconds),
        rpo_met: rpo.is_some_and(|seconds| seconds <= targets.rpo_seconds),
    })
}

/// Whether a plan is proven on a day (R16): not when its newest passed test is older than its interval, or older than a
/// big change by more than `retest_days`. Changes after the day are not looked at.
///
/// # Errors
/// Dates outside the years that can be written.
pub fn is_proven(
    newest_passed: Option<Date>,
    interval_months: i32,
    big_changes: &[Date],
    retest_days: i64,
    today: Date,
) -> Result<bool, Refused> {
    let Some(tested) = newest_passed else { return Ok(false) };
    let outdated = big_changes.iter().any(|change| *change <= today && days_between(tested, *change) > retest_days);
    Ok(!outdated && today <= add_months(tested, interval_months)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_plan_is_proven_by_a_recent_passed_test() {
        let today = date(2026, 7, 1);
        let proven = |tested: Option<Date>, changes: &[Date]| is_proven(tested, 12, changes, 30, today).unwrap();
        assert!(!proven(None, &[]));
        assert!(proven(Some(date(2025, 7, 1)), &[]));
        assert!(!proven(Some(date(2025, 6, 30)), &[]));
        let tested = Some(date(2026, 3, 1));
        assert!(proven(tested, &[date(2026, 2, 1), date(2026, 3, 31)]));
        assert!(!proven(tested, &[date(2026, 4, 1)]));
        assert!(proven(tested, &[date(2026, 7, 2)]), "a change still ahead");
    }
}
