//! Priority from impact and urgency, and the test for a major incident (rules R11 and R12): the same functions that the rules
//! at the door call.

pub use model::house::{Level, MAJOR_USERS_PERCENT, Priority, Severity};

/// Whether an incident is major by the criteria that hold where a house states none (R12).
pub fn is_major(severity: Severity) -> bool {
    model::house::Criteria::default().is_major(&severity)
}
