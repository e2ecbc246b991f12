//! Exact numbers: fractions of any size, shown with halves away from zero (conventions 3 to 5).

use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use rust_decimal::Decimal;

/// An exact fraction. Chains of services multiply beyond 128 bits, so its parts have no limit of size.
pub type Fraction = BigRational;

/// A whole number as a fraction.
pub fn whole(number: impl Into<BigInt>) -> Fraction {
    Fraction::from_integer(number.into())
}

/// A decimal as a fraction, exactly.
pub fn fraction(decimal: Decimal) -> Fraction {
    Fraction::new(decimal.mantissa().into(), BigInt::from(10).pow(decimal.scale()))
}

/// A percentage as a share: 25 becomes 1/4.
pub fn percent(decimal: Decimal) -> Fraction {
    fraction(decimal) / whole(100)
}

/// `part / all`; None, "no data", when there is nothing to divide by (convention 5).
pub fn share(part: impl Into<BigInt>, all: impl Into<BigInt>) -> Option<Fraction> {
    quotient(whole(part), whole(all))
}

/// `part / all` of fractions; None when there is nothing to divide by (convention 5).
pub fn quotient(part: Fraction, all: Fraction) -> Option<Fraction> {
    (all.numer().sign() != Sign::NoSign).then(|| part / all)
}

/// The size of a number without its sign.
pub fn size(number: &Fraction) -> Fraction {
    if number.numer().sign() == Sign::Minus { -number.clone() } else { number.clone() }
}

/// A number with so many decimal places, halves away from zero: for people only, never for a verdict (convention 4).
pub fn shown(number: &Fraction, places: u32) -> String {
    let scaled = (number * whole(BigInt::from(10).pow(places))).round().to_integer();
    let (sign, digits) = scaled.into_parts();
    let minus = if sign == Sign::Minus { "-" } else { "" };
    let places = places as usize;
    let digits = format!("{digits:0>width$}", width = places + 1);
    match digits.split_at(digits.len() - places) {
        (before, "") => format!("{minus}{before}"),
        (before, after) => format!("{minus}{before}.{after}"),
    }
}

/// A share as a percentage with so many places: percentages show two, availability three (convention 4).
pub fn shown_percent(share: &Fraction, places: u32) -> String {
    shown(&(share * whole(100)), places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_halves_away_from_zero_and_no_negative_nothing() {
        let half = |number: i64, den: i64| Fraction::new(number.into(), den.into());
        assert_eq!(shown(&half(1, 8), 2), "0.13");
        assert_eq!(shown(&half(-1, 8), 2), "-0.13");
        assert_eq!(shown(&half(-1, 1000), 2), "0.00");
        assert_eq!(shown(&half(25, 2), 0), "13");
        assert_eq!(shown_percent(&half(1997, 1999), 2), "99.90");
        assert_eq!(fraction("99.95".parse().unwrap()), half(1999, 20));
        assert_eq!(share(1, 0), None);
        assert_eq!(size(&half(-3, 4)), half(3, 4));
    }
}
