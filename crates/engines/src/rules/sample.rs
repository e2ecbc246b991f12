//! Samples for audits: how many records, how many sites, which ones (rule R24).

use num_bigint::BigInt;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::Refused;
use super::number::{Fraction, percent, whole};

/// The largest population that a discovery sample is worked out for.
pub const LARGEST_POPULATION: u64 = 10_000_000;

/// A discovery sample (R24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// `ceil(population x rate)`.
    pub assumed_faulty: u64,
    /// Records to draw. None when no record is assumed faulty: no sample could find one.
    pub sample: Option<u64>,
}

/// The smallest n such that, if `ceil(population x rate)` records were faulty, a random sample of n would hit at least
/// one with the wanted confidence: `C(N-D, n) / C(N, n) <= 1 - confidence` (R24).
///
/// # Errors
/// A population beyond [`LARGEST_POPULATION`], a rate or a confidence outside 0 to 100 percent.
pub fn discovery(
    population: u64,
    fault_rate_percent: Decimal,
    confidence_percent: Decimal,
) -> Result<Discovery, Refused> {
    if population > LARGEST_POPULATION {
        return Err(Refused::new(format!("a population of {population} is more than {LARGEST_POPULATION} records")));
    }
    for (name, number) in [("fault rate", fault_rate_percent), ("confidence", confidence_percent)] {
        if number < Decimal::ZERO || number > Decimal::ONE_HUNDRED {
            return Err(Refused::new(format!("the {name} of {number} percent is not between 0 and 100")));
        }
    }
    let faulty = (whole(population) * percent(fault_rate_percent)).ceil().to_integer();
    let faulty = u64::try_from(faulty).unwrap_or(population);
    let risk = whole(1) - percent(confidence_percent);
    let sample = match (population, faulty) {
        (0, _) => Some(0),
        (_, 0) => None,
        _ => Some(smallest(population, |n| misses_at_most(population, faulty, n, &risk))),
    };
    Ok(Discovery { assumed_faulty: faulty, sample })
}

/// The smallest n up to `most`, which always holds, for a test that stays true once it is true.
fn smallest(most: u64, holds: impl Fn(u64) -> bool) -> u64 {
    if holds(0) {
        return 0;
    }
    let (mut below, mut upto) = (0, 1);
    while upto < most && !holds(upto) {
        (below, upto) = (upto, upto * 2);
    }
    upto = upto.min(most);
    while upto - below > 1 {
        let middle = below + (upto - below) / 2;
        if holds(middle) { upto = middle } else { below = middle }
    }
    upto
}

/// Whether a sample of n misses all faulty records with a probability of at most `risk`. The probability
/// `C(N-D, n) / C(N, n)` equals `C(N-n, D) / C(N, D)`, so the shorter of the two products is taken.
fn misses_at_most(population: u64, faulty: u64, sample: u64, risk: &Fraction) -> bool {
    let (factors, other) = (faulty.min(sample), faulty.max(sample));
    if other > population - factors {
        return true;
    }
    let (mut missing, mut all) = (risk.denom().clone(), risk.numer().clone());
    for factor in 0..factors {
        missing *= BigInt::from(population - other - factor);
        all *= BigInt::from(population - factor);
    }
    missing <= all
}

/// Sites to visit beside the central office, which is visited each time (R24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SiteSample {
    pub initial: u64,
    pub surveillance: u64,
    pub recertification: u64,
}

/// The square root rule for certificates of many sites: `ceil(sqrt n)`, `ceil(0.6 sqrt n)`, `ceil(0.8 sqrt n)` (R24).
pub fn sites(count: u64) -> SiteSample {
    SiteSample { initial: root_up(count, 5), surveillance: root_up(count, 3), recertification: root_up(count, 4) }
}

/// The smallest k with `k >= fifths/5 * sqrt(count)`, in whole numbers: `25 k^2 >= fifths^2 * count`.
fn root_up(count: u64, fifths: u128) -> u64 {
    let wanted = (u128::from(count) * fifths * fifths).div_ceil(25);
    let root = wanted.isqrt();
    let up = root + u128::from(root * root < wanted);
    u64::try_from(up).unwrap_or(count)
}

/// Picks records so that anybody can repeat it: the first `size` ids by SHA-256 of `seed:id`, then in the order of
/// their ids. Same seed, same sample (R24).
pub fn pick<'i>(ids: &[&'i str], size: usize, seed: &str) -> Vec<&'i str> {
    let mut hashed: Vec<([u8; 32], &str)> =
        ids.iter().map(|id| (Sha256::digest(format!("{seed}:{id}")).into(), *id)).collect();
    hashed.sort_unstable();
    hashed.dedup();
    let mut picked: Vec<&str> = hashed.into_iter().take(size).map(|(_, id)| id).collect();
    picked.sort_unstable();
    picked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::number::share;

    /// The definition, product by product.
    fn by_definition(population: u64, faulty: u64, risk: &Fraction) -> u64 {
        let mut missing = whole(1);
        for drawn in 0..=population {
            if missing <= *risk {
                return drawn;
            }
            missing *= share(population.saturating_sub(faulty + drawn), (population - drawn).max(1)).unwrap();
        }
        population
    }

    #[test]
    fn discovery_is_the_smallest_sample_of_the_definition() {
        for population in [1, 2, 7, 25, 60, 143] {
            for rate in [1, 5, 20, 50, 99, 100] {
                for confidence in [1, 50, 80, 95, 99, 100] {
                    let found = discovery(population, rate.into(), confidence.into()).unwrap();
                    let risk = whole(1) - percent(confidence.into());
                    let wanted = by_definition(population, found.assumed_faulty, &risk);
                    assert_eq!(found.sample, Some(wanted), "{population} {rate} {confidence}");
                }
            }
        }
        assert_eq!(discovery(0, 5.into(), 95.into()).unwrap().sample, Some(0));
        assert_eq!(discovery(9, 0.into(), 95.into()).unwrap().sample, None);
        assert!(discovery(9, 101.into(), 95.into()).is_err());
        let large = discovery(LARGEST_POPULATION, "0.05".parse().unwrap(), "99.9".parse().unwrap()).unwrap();
        assert!(large.sample.is_some_and(|sample| (13_000..14_000).contains(&sample)));
    }

    #[test]
    fn site_samples_are_exact_roots() {
        assert_eq!(sites(0), SiteSample { initial: 0, surveillance: 0, recertification: 0 });
        for count in 1..3000 {
            let least = |fifths: u64| (0..).find(|k| 25 * k * k >= fifths * fifths * count).unwrap();
            let wanted = SiteSample { initial: least(5), surveillance: least(3), recertification: least(4) };
            assert_eq!(sites(count), wanted, "{count}");
        }
        assert_eq!(sites(u64::MAX).initial, 1 << 32);
    }
}
