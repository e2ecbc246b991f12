//! Budget against actual, in whole cents of one currency (rule R22).

use rust_decimal::Decimal;

use super::number::{Fraction, percent, share, size, whole};

/// Size of the variance, in percent of the budget, above which it is flagged unless set otherwise (R22).
pub const FLAG_OVER_PERCENT: Decimal = Decimal::TEN;

/// Which side of the budget the actual lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Over,
    Under,
    On,
}

/// Actual minus budget (R22).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variance {
    pub cents: i128,
    /// Share of the budget; None, "no data", when the budget is 0.
    pub share: Option<Fraction>,
    pub side: Side,
    /// The size of the share is more than the limit, or money was spent without a budget.
    pub flagged: bool,
}

/// Sets an actual against its budget (R22).
pub fn variance(budget_cents: i128, actual_cents: i128, flag_over_percent: Decimal) -> Variance {
    let cents = actual_cents.saturating_sub(budget_cents);
    let of_budget = share(cents, budget_cents);
    let flagged = match &of_budget {
        Some(of_budget) => size(of_budget) > percent(flag_over_percent),
        None => actual_cents != 0,
    };
    let side = match cents {
        0 => Side::On,
        1.. => Side::Over,
        _ => Side::Under,
    };
    Variance { cents, share: of_budget, side, flagged }
}

/// The year by plan: actual so far plus the budget of the rest, in cents (R22).
pub fn forecast_by_plan(actual_cents: i128, rest_of_year_budget_cents: i128) -> i128 {
    actual_cents.saturating_add(rest_of_year_budget_cents)
}

/// The year by rate: actual / months x 12, in cents; exact, to be shown in whole cents. None before the first month
/// (R22).
pub fn forecast_by_rate(actual_cents: i128, months_done: u32) -> Option<Fraction> {
    share(actual_cents, months_done).map(|monthly| monthly * whole(12))
}
