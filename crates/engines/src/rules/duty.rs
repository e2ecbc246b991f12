//! Repeated duties (rule R27).

use jiff::civil::Date;

use super::Refused;
use super::dates::{add_months, days_between};

/// Days before the due date from which on a duty is due soon unless set otherwise (R27).
pub const SOON_DAYS: i64 = 30;

/// How a repeated duty stands, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DutyState {
    InTime,
    /// At most the agreed days are left, the due day included.
    DueSoon,
    /// Today is after due.
    Overdue,
    /// A state of its own, worse than overdue.
    NeverDone,
}

impl DutyState {
    pub fn word(self) -> &'static str {
        match self {
            DutyState::InTime => "in-time",
            DutyState::DueSoon => "due-soon",
            DutyState::Overdue => "overdue",
            DutyState::NeverDone => "never-done",
        }
    }
}

/// A repeated duty on a day (R27).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duty {
    pub state: DutyState,
    /// Last done plus the interval. It does not slide when a duty is done late: the next one counts from the day it was
    /// really done.
    pub due: Option<Date>,
    /// Negative when it is overdue.
    pub days_left: Option<i64>,
}

/// Reads a repeated duty on a day (R27).
///
/// # Errors
/// A due date outside the years that can be written.
pub fn duty(last_done: Option<Date>, interval_months: i32, soon_days: i64, today: Date) -> Result<Duty, Refused> {
    let Some(last_done) = last_done else {
        return Ok(Duty { state: DutyState::NeverDone, due: None, days_left: None });
    };
    let due = add_months(last_done, interval_months)?;
    let days_left = days_between(today, due);
    let state = match days_left {
        left if left < 0 => DutyState::Overdue,
        left if left <= soon_days => DutyState::DueSoon,
        _ => DutyState::InTime,
    };
    Ok(Duty { state, due: Some(due), days_left: Some(days_left) })
}
