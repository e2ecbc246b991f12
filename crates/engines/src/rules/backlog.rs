//! Age of the backlog (rule R19).

use jiff::Timestamp;

use super::number::{Fraction, share};

const DAY_SECONDS: i64 = 86_400;

/// The buckets of ages in whole days, with their last day (R19).
pub const BUCKETS: [(&str, i64); 4] = [("0-2", 2), ("3-7", 7), ("8-30", 30), ("over-30", i64::MAX)];

/// Ages of the open tickets, in whole days of 86 400 seconds (R19).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    ages_days: Vec<i64>,
}

impl Backlog {
    /// The backlog at an instant. What was opened after it is not in it yet.
    pub fn at(opened: impl IntoIterator<Item = Timestamp>, as_of: Timestamp) -> Backlog {
        let existing = opened.into_iter().filter(|opened| *opened <= as_of);
        let mut ages_days: Vec<i64> =
            existing.map(|opened| (as_of.as_second() - opened.as_second()).div_euclid(DAY_SECONDS)).collect();
        ages_days.sort_unstable();
        Backlog { ages_days }
    }

    /// Ages in days, youngest first.
    pub fn ages_days(&self) -> &[i64] {
        &self.ages_days
    }

    /// How many tickets lie in each of [`BUCKETS`].
    pub fn buckets(&self) -> [(&'static str, usize); 4] {
        let mut below = 0;
        BUCKETS.map(|(name, last)| {
            let upto = self.ages_days.partition_point(|age| *age <= last);
            let count = upto - below;
            below = upto;
            (name, count)
        })
    }

    /// The age at a percentile by nearest rank: the value at place `ceil(p * n / 100)` of the sorted list (R19). None
    /// of an empty backlog.
    pub fn percentile_days(&self, percent: u8) -> Option<i64> {
        let place = (usize::from(percent) * self.ages_days.len()).div_ceil(100);
        self.ages_days.get(place.max(1) - 1).copied()
    }

    pub fn oldest_days(&self) -> Option<i64> {
        self.ages_days.last().copied()
    }

    pub fn mean_days(&self) -> Option<Fraction> {
        share(self.ages_days.iter().sum::<i64>(), self.ages_days.len())
    }
}
