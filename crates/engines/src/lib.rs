//! Facts in, verdicts out: clocks, calendars, conformity. Pure functions, no I/O.

pub mod aims;
pub mod approvals;
pub mod assigning;
pub mod audits;
pub mod automation;
pub mod clocks;
pub mod competence;
pub mod conformity;
pub mod mentions;
pub mod parameters;
pub mod reporting;
pub mod retention;
pub mod road;
pub mod rules;
pub mod schedule;
