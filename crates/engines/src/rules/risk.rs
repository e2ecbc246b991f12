//! Risk scores, bands and what controls leave over (rule R21).

use rust_decimal::Decimal;

use super::Refused;
use super::number::{Fraction, percent, whole};

/// The residual score that is acceptable unless the organisation says otherwise (R21).
pub const APPETITE: u8 = 9;

/// Likelihood and impact, 1 to 5 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Risk {
    likelihood: u8,
    impact: u8,
}

/// The band of a score: 1-4 low, 5-9 medium, 10-16 high, 17-25 extreme (R21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    Low,
    Medium,
    High,
    Extreme,
}

impl Band {
    pub fn word(self) -> &'static str {
        match self {
            Band::Low => "low",
            Band::Medium => "medium",
            Band::High => "high",
            Band::Extreme => "extreme",
        }
    }
}

impl Risk {
    /// # Errors
    /// A level outside 1 to 5.
    pub fn new(likelihood: i64, impact: i64) -> Result<Risk, Refused> {
        Ok(Risk { likelihood: level("likelihood", likelihood)?, impact: level("impact", impact)? })
    }

    pub fn likelihood(self) -> u8 {
        self.likelihood
    }

    pub fn impact(self) -> u8 {
        self.impact
    }

    /// Likelihood times impact, 1 to 25.
    pub fn score(self) -> u8 {
        self.likelihood * self.impact
    }

    pub fn band(self) -> Band {
        match self.score() {
            0..=4 => Band::Low,
            5..=9 => Band::Medium,
            10..=16 => Band::High,
            _ => Band::Extreme,
        }
    }

    /// What controls leave over (R21): each takes a share, in percent, off likelihood or impact; shares multiply; the
    /// result is rounded up to a whole level and is at least 1. A person may set residual levels directly instead.
    ///
    /// # Errors
    /// A control that takes off less than 0 or more than 100 percent.
    pub fn residual(self, on_likelihood: &[Decimal], on_impact: &[Decimal]) -> Result<Risk, Refused> {
        Ok(Risk { likelihood: reduced(self.likelihood, on_likelihood)?, impact: reduced(self.impact, on_impact)? })
    }

    /// At most the appetite (R21).
    pub fn is_acceptable(self, appetite: u8) -> bool {
        self.score() <= appetite
    }
}

fn level(name: &str, number: i64) -> Result<u8, Refused> {
    u8::try_from(number)
        .ok()
        .filter(|number| (1..=5).contains(number))
        .ok_or_else(|| Refused::new(format!("the {name} {number} is not a level from 1 to 5")))
}

fn reduced(level: u8, controls: &[Decimal]) -> Result<u8, Refused> {
    if let Some(control) = controls.iter().find(|share| **share < Decimal::ZERO || **share > Decimal::ONE_HUNDRED) {
        return Err(Refused::new(format!("a control cannot take off {control} percent; it is 0 to 100")));
    }
    let kept: Fraction = controls.iter().map(|control| whole(1) - percent(*control)).product();
    let rounded_up = (whole(level) * kept).ceil().to_integer();
    Ok(u8::try_from(rounded_up).unwrap_or(level).max(1))
}
