//! The calculation rules R01 to R33 as pure functions: exact numbers, instants in UTC, time only as a parameter.
//!
//! Rule numbers are those of the product's calculation rules; [`selftest`] runs their test vectors.

pub mod availability;
pub mod backlog;
pub mod burn;
pub mod calendar;
pub mod capacity;
pub mod certification;
pub mod change;
pub mod clock;
pub mod continuity;
pub mod dates;
pub mod duty;
pub mod money;
pub mod number;
pub mod priority;
pub mod risk;
pub mod sample;
pub mod share;
pub mod spans;
pub mod trend;

mod selftest;
#[cfg(test)]
mod tests;

pub use selftest::{BUILT_IN_VECTORS, Failure, Outcome, selftest};

use std::fmt;

/// Why a calculation cannot be made: a sentence that names what is wrong with its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(String);

impl Refused {
    pub fn new(reason: impl Into<String>) -> Refused {
        Refused(reason.into())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}
