//! Priority from impact and urgency, and the test for a major incident (rules R11 and R12).

use std::fmt;

use rust_decimal::Decimal;

/// A level of impact or urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    High,
    Medium,
    Low,
}

impl Level {
    /// The level by its word; None for any other word.
    pub fn parse(word: &str) -> Option<Level> {
        match word {
            "high" => Some(Level::High),
            "medium" => Some(Level::Medium),
            "low" => Some(Level::Low),
            _ => None,
        }
    }

    fn number(self) -> u8 {
        match self {
            Level::High => 1,
            Level::Medium => 2,
            Level::Low => 3,
        }
    }
}

/// A priority, 1 (first) to 5, written `P1` to `P5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priority(u8);

impl Priority {
    pub const P1: Priority = Priority(1);

    /// The priority by its word, `P1` to `P5`; None for any other word.
    pub fn parse(word: &str) -> Option<Priority> {
        let number = word.strip_prefix('P')?.parse().ok()?;
        ((1..=5).contains(&number) && word.len() == 2).then_some(Priority(number))
    }

    /// Impact + urgency - 1, with high 1, medium 2, low 3 (R11). A person may override it with a reason; keep both.
    pub fn of(impact: Level, urgency: Level) -> Priority {
        Priority(impact.number() + urgency.number() - 1)
    }

    pub fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{}", self.0)
    }
}

/// What the test for a major incident looks at (R12).
#[derive(Clone, Copy, Debug)]
pub struct Severity {
    pub priority: Priority,
    pub critical_service: bool,
    /// Share of the service's users who are hit, in percent.
    pub users_percent: Decimal,
    pub grave_security: bool,
    /// Once major, a ticket stays major even if its priority falls.
    pub already_major: bool,
}

/// From this percentage of a service's users on, a P1 is major (R12).
pub const MAJOR_USERS_PERCENT: Decimal = Decimal::from_parts(25, 0, 0, false, 0);

/// Whether an incident is major: (P1 and (a critical service or at least 25 percent of its users)) or a grave security
/// incident, or it was major before (R12).
pub fn is_major(severity: Severity) -> bool {
    let wide = severity.critical_service || severity.users_percent >= MAJOR_USERS_PERCENT;
    severity.already_major || severity.grave_security || (severity.priority == Priority::P1 && wide)
}
