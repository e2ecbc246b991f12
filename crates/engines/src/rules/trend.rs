//! Trends over periods, and incidents that repeat (rules R29 and R30).

use std::collections::BTreeMap;

use jiff::Timestamp;
use num_bigint::Sign;
use rust_decimal::Decimal;

use super::number::{Fraction, fraction, percent, quotient, size};
use super::share::mean;

/// Periods whose means are compared unless set otherwise (R29).
pub const COMPARE_PERIODS: usize = 3;
/// Size of a change, in percent, below which a measure is stable unless set otherwise (R29).
pub const DEAD_BAND_PERCENT: Decimal = Decimal::from_parts(5, 0, 0, false, 0);
/// Incidents on one item that suggest a problem unless the agreement says otherwise (R30).
pub const REPEAT_COUNT: usize = 3;
/// Days of 24 hours in which they fall unless the agreement says otherwise (R30).
pub const REPEAT_DAYS: i64 = 30;

/// Where a measure is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Better,
    Worse,
    Stable,
    /// Too few periods, or nothing to compare with.
    NotEnough,
}

impl Direction {
    pub fn word(self) -> &'static str {
        match self {
            Direction::Better => "better",
            Direction::Worse => "worse",
            Direction::Stable => "stable",
            Direction::NotEnough => "not-enough",
        }
    }
}

/// The mean of the last periods against the mean of those before (R29).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    pub direction: Direction,
    /// (last - before) / size of before; None with too few periods or a mean of nothing before.
    pub change: Option<Fraction>,
}

/// Compares the last `periods` values with as many before them (R29). A change smaller than the dead band is stable;
/// exactly the dead band counts as a change.
pub fn trend(values: &[Decimal], higher_is_better: bool, periods: usize, dead_band_percent: Decimal) -> Trend {
    let none = Trend { direction: Direction::NotEnough, change: None };
    let values: Vec<Fraction> = values.iter().map(|value| fraction(*value)).collect();
    let Some(from) = periods.checked_mul(2).and_then(|needed| values.len().checked_sub(needed)) else { return none };
    let (before, last) = values[from..].split_at(periods);
    let (Some(before), Some(last)) = (mean(before.iter()), mean(last.iter())) else { return none };
    let difference = last - &before;
    let rising = difference.numer().sign();
    let Some(change) = quotient(difference, size(&before)) else {
        // Nothing to divide by: still nothing is stable, anything else cannot be sized.
        let direction = if rising == Sign::NoSign { Direction::Stable } else { Direction::NotEnough };
        return Trend { direction, change: None };
    };
    let direction = if rising == Sign::NoSign || size(&change) < percent(dead_band_percent) {
        Direction::Stable
    } else if (rising == Sign::Plus) == higher_is_better {
        Direction::Better
    } else {
        Direction::Worse
    };
    Trend { direction, change: Some(change) }
}

/// Items with `count` or more incidents of which `count` neighbours lie at most `days` x 24 h apart: a problem is
/// proposed (R30). The item is a configuration item, or a service and category. In the order of the items.
pub fn repeating<'i>(incidents: &[(Timestamp, &'i str)], count: usize, days: i64) -> Vec<&'i str> {
    let mut by_item: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (at, item) in incidents {
        by_item.entry(*item).or_default().push(at.as_second());
    }
    let limit = days.saturating_mul(86_400);
    let repeats = |times: &mut Vec<i64>| {
        times.sort_unstable();
        times.windows(count.max(1)).any(|span| span[span.len() - 1] - span[0] <= limit)
    };
    by_item.into_iter().filter_map(|(item, mut times)| repeats(&mut times).then_some(item)).collect()
}
