//! Success of changes (rule R17).

use jiff::Timestamp;

use super::calendar::Calendar;
use super::number::{Fraction, share};

/// Working days within which an emergency may be approved afterwards (R17).
pub const EMERGENCY_APPROVAL_DAYS: u32 = 2;

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Successful,
    Failed,
    BackedOut,
    Partly,
    /// Never implemented, left out.
    Rejected,
    /// Never implemented, left out.
    Cancelled,
}

impl Outcome {
    /// The outcome by its word; None for any other word.
    pub fn parse(word: &str) -> Option<Outcome> {
        Some(match word {
            "successful" => Outcome::Successful,
            "failed" => Outcome::Failed,
            "backed-out" => Outcome::BackedOut,
            "partly" => Outcome::Partly,
            "rejected" => Outcome::Rejected,
            "cancelled" => Outcome::Cancelled,
            _ => return None,
        })
    }

    pub fn is_implemented(self) -> bool {
        !matches!(self, Outcome::Rejected | Outcome::Cancelled)
    }
}

/// What the success rate looks at in one change (R17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Implemented {
    /// None while the change is open; it is left out.
    pub outcome: Option<Outcome>,
    pub emergency: bool,
    /// P1 and P2 incidents tied to the change within the days that releases are watched.
    pub grave_incidents: u64,
    /// Approved before, or for an emergency in time afterwards; see [`approved_in_time`].
    pub approved: bool,
}

/// Whether an approval counts (R17): given no later than the start of the change, or for an emergency within two
/// working days after it.
pub fn approved_in_time(emergency: bool, started: Timestamp, approved: Option<Timestamp>, calendar: &Calendar) -> bool {
    let latest = match emergency {
        true => calendar.due_in_working_days(started, EMERGENCY_APPROVAL_DAYS),
        false => Some(started),
    };
    approved.is_some_and(|approved| approved <= latest.unwrap_or(started))
}

/// Counts over the implemented changes of a period (R17).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChangeSuccess {
    pub implemented: u64,
    pub successful: u64,
    pub emergencies: u64,
    /// Should be 0.
    pub unapproved: u64,
}

impl ChangeSuccess {
    /// Success needs a successful outcome, no grave incident and an approval.
    pub fn of(changes: impl IntoIterator<Item = Implemented>) -> ChangeSuccess {
        let mut counts = ChangeSuccess::default();
        for change in changes {
            let Some(outcome) = change.outcome.filter(|outcome| outcome.is_implemented()) else { continue };
            let success = outcome == Outcome::Successful && change.grave_incidents == 0 && change.approved;
            counts.implemented += 1;
            counts.successful += u64::from(success);
            counts.emergencies += u64::from(change.emergency);
            counts.unapproved += u64::from(!change.approved);
        }
        counts
    }

    pub fn success_share(self) -> Option<Fraction> {
        share(self.successful, self.implemented)
    }

    pub fn emergency_share(self) -> Option<Fraction> {
        share(self.emergencies, self.implemented)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emergencies_may_be_approved_within_two_working_days() {
        use crate::rules::calendar::Window;
        use jiff::civil::Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
        let office = [Monday, Tuesday, Wednesday, Thursday, Friday]
            .into_iter()
            .fold(Calendar::new("Europe/London").unwrap(), |calendar, day| {
                calendar.weekday(day, [Window::parse("09:00", "17:30").unwrap()])
            });
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let friday = at("2026-02-06T10:00:00Z");
        assert!(approved_in_time(true, friday, Some(at("2026-02-10T17:30:00Z")), &office));
        assert!(!approved_in_time(true, friday, Some(at("2026-02-10T17:30:01Z")), &office));
        assert!(!approved_in_time(true, friday, None, &office));
        assert!(approved_in_time(false, friday, Some(friday), &office));
        assert!(!approved_in_time(false, friday, Some(at("2026-02-06T10:00:01Z")), &office));
    }
}
