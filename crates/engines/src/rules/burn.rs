//! Error budgets and how fast they burn (rule R23).

use num_bigint::Sign;
use rust_decimal::Decimal;

use super::number::{Fraction, fraction, percent, quotient, share, whole};

/// An error budget of a window of time, in seconds (R23).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorBudget {
    /// Window x (100 - SLO).
    pub seconds: Fraction,
    /// Below zero when it is overdrawn.
    pub left_seconds: Fraction,
    /// Share of the budget that is used; None for a budget of nothing.
    pub used: Option<Fraction>,
}

/// The budget of a window and what bad seconds left of it (R23).
pub fn error_budget(slo_percent: Decimal, window_seconds: i64, bad_seconds: i64) -> ErrorBudget {
    let seconds = whole(window_seconds) * allowance(slo_percent);
    let left_seconds = &seconds - whole(bad_seconds);
    ErrorBudget { used: quotient(whole(bad_seconds), seconds.clone()), seconds, left_seconds }
}

/// Bad events among all of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Events {
    pub bad: u64,
    pub total: u64,
}

impl Events {
    /// Share of bad events / (100 - SLO), as shares: 1 uses the budget up exactly at the end of its window (R23). None
    /// without events and for an SLO of 100.
    pub fn burn(self, slo_percent: Decimal) -> Option<Fraction> {
        quotient(share(self.bad, self.total)?, allowance(slo_percent))
    }
}

/// A pair of spans and the burn at which both together alert (R23).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertRule {
    pub long_minutes: u32,
    pub short_minutes: u32,
    pub threshold: Decimal,
    /// Wakes a person; otherwise it makes a ticket.
    pub pages: bool,
}

/// The usual rules: 14.4 over 1 h and 5 min, 6 over 6 h and 30 min, 1 over 3 days and 6 h (R23).
pub const ALERT_RULES: [AlertRule; 3] = [
    AlertRule { long_minutes: 60, short_minutes: 5, threshold: Decimal::from_parts(144, 0, 0, false, 1), pages: true },
    AlertRule { long_minutes: 360, short_minutes: 30, threshold: Decimal::from_parts(6, 0, 0, false, 0), pages: true },
    AlertRule { long_minutes: 4320, short_minutes: 360, threshold: Decimal::ONE, pages: false },
];

/// Whether both spans burn at least the threshold (R23). A span without data does not alert.
pub fn alerts(long: Option<&Fraction>, short: Option<&Fraction>, threshold: Decimal) -> bool {
    let threshold = fraction(threshold);
    [long, short].iter().all(|burn| burn.is_some_and(|burn| *burn >= threshold))
}

/// Hours until the budget is empty at this burn: share left x window / burn (R23); 0 when it is empty already. None
/// when nothing burns.
pub fn hours_to_empty(used_percent: Decimal, window_hours: Decimal, burn: &Fraction) -> Option<Fraction> {
    let left = whole(1) - percent(used_percent);
    let left = if left.numer().sign() == Sign::Minus { whole(0) } else { left };
    quotient(left * fraction(window_hours), burn.clone())
}

fn allowance(slo_percent: Decimal) -> Fraction {
    whole(1) - percent(slo_percent)
}
