//! The sample of a population: how many by rule R24.1, which by rule R24.3, without holding more than the sample.

use std::collections::BinaryHeap;

use engines::rules::sample::discovery;
use model::Decimal;
use sha2::{Digest, Sha256};

/// The share of faulty records that a sample is to find, and with which confidence, in percent (R24.1).
pub const RATE: u32 = 5;
pub const CONFIDENCE: u32 = 95;

/// Records to draw of a population.
pub fn size(population: usize) -> usize {
    let found = discovery(population as u64, Decimal::from(RATE), Decimal::from(CONFIDENCE));
    // Only a population beyond the largest is refused; the size hardly grows with it.
    let size = found.ok().and_then(|discovery| discovery.sample).unwrap_or(59);
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// Draws the first `size` numbers by SHA-256 of `seed:number` from whatever passes by.
pub struct Draw {
    seed: u64,
    size: usize,
    /// The largest hash on top.
    drawn: BinaryHeap<([u8; 32], String)>,
}

impl Draw {
    pub fn new(seed: u64, size: usize) -> Draw {
        Draw { seed, size, drawn: BinaryHeap::with_capacity(size + 1) }
    }

    pub fn pass(&mut self, number: &str) {
        if self.size == 0 {
            return;
        }
        let hash: [u8; 32] = Sha256::digest(format!("{}:{number}", self.seed)).into();
        if self.drawn.len() == self.size && self.drawn.peek().is_some_and(|(largest, _)| *largest <= hash) {
            return;
        }
        self.drawn.push((hash, number.to_string()));
        if self.drawn.len() > self.size {
            self.drawn.pop();
        }
    }

    /// The sample in the order of its numbers.
    pub fn sample(self) -> Vec<String> {
        let mut numbers: Vec<String> = self.drawn.into_iter().map(|(_, number)| number).collect();
        numbers.sort_unstable();
        numbers
    }
}

#[cfg(test)]
mod tests {
    use engines::rules::sample::pick;

    use super::*;

    #[test]
    fn drawing_as_they_pass_is_picking_from_all() {
        let numbers: Vec<String> = (1..=500).map(|number| format!("CHG-{number}")).collect();
        let ids: Vec<&str> = numbers.iter().map(String::as_str).collect();
        assert_eq!(size(500), 56);
        for seed in [0, 1, 20261125] {
            for size in [0, 1, 56, 500, 600] {
                let mut draw = Draw::new(seed, size);
                numbers.iter().for_each(|number| draw.pass(number));
                assert_eq!(draw.sample(), pick(&ids, size, &seed.to_string()), "{seed} {size}");
            }
        }
    }
}
