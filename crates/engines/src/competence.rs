//! Whether a person can do what a role needs: held with proof, running out, ended, with a gap, or not on record (clause 7.2).

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::rules::duty::{DutyState, SOON_DAYS, duty};

/// What a role needs of everybody who holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// 1 knows of it to 5 teaches it; none where any level will do.
    pub level: Option<Decimal>,
    /// Months after which the proof is looked at again (rule R27).
    pub months: Option<i32>,
}

/// What is on record of a person for that need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub level: Option<Decimal>,
    pub has_proof: bool,
    pub has_gap: bool,
    pub verified_on: Option<Date>,
    pub valid_until: Option<Date>,
}

/// How it stands, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Proved at the level that is needed.
    Held,
    /// Proved, and the proof ends or is to be looked at again within thirty days (rule R27).
    Expiring,
    /// Proved once; the day has passed.
    Expired,
    /// On record without proof or without the day on which it was verified.
    Unproved,
    /// On record as not enough: a gap is written down, or the level is below the need.
    Gap,
    Missing,
}

impl Standing {
    pub const ALL: [Standing; 6] =
        [Standing::Held, Standing::Expiring, Standing::Expired, Standing::Unproved, Standing::Gap, Standing::Missing];

    pub fn word(self) -> &'static str {
        match self {
            Standing::Held => "held",
            Standing::Expiring => "expiring",
            Standing::Expired => "expired",
            Standing::Unproved => "unproved",
            Standing::Gap => "gap",
            Standing::Missing => "missing",
        }
    }

    /// Whether the person can do it today, as far as the records say.
    pub fn is_able(self) -> bool {
        self <= Standing::Expiring
    }
}

/// How a person stands to a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub standing: Standing,
    /// Until when it counts; where it counts for good, since when.
    pub day: Option<Date>,
    /// The place of the record that says so.
    pub place: Option<usize>,
}

/// The best of what is on record: of two that stand alike, the one that counts longer.
pub fn stand(need: Need, held: &[Held], today: Date) -> Found {
    let found = held.iter().enumerate().map(|(place, held)| {
        let (standing, day) = one(need, held, today);
        Found { standing, day, place: Some(place) }
    });
    let better = |found: &Found| (found.standing, std::cmp::Reverse(found.day));
    found.min_by_key(better).unwrap_or(Found { standing: Standing::Missing, day: None, place: None })
}

fn one(need: Need, held: &Held, today: Date) -> (Standing, Option<Date>) {
    let is_below = need.level.is_some_and(|needed| held.level.is_none_or(|level| level < needed));
    if held.has_gap || is_below {
        return (Standing::Gap, held.verified_on);
    }
    let Some(verified) = held.verified_on.filter(|_| held.has_proof) else { return (Standing::Unproved, None) };
    let again = need.months.and_then(|months| duty(Some(verified), months, SOON_DAYS, today).ok()?.due);
    let Some(until) = held.valid_until.into_iter().chain(again).min() else {
        return (Standing::Held, Some(verified));
    };
    // An interval of no months falls due on the day itself: one rule says what soon is for both.
    let standing = match duty(Some(until), 0, SOON_DAYS, today).map(|duty| duty.state) {
        Ok(DutyState::DueSoon) => Standing::Expiring,
        Ok(DutyState::Overdue) => Standing::Expired,
        _ => Standing::Held,
    };
    (standing, Some(until))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 25);

    fn proved(verified: Date) -> Held {
        Held { level: Some(Decimal::from(4)), has_proof: true, verified_on: Some(verified), ..Held::default() }
    }

    fn told(need: Need, held: &[Held]) -> (Standing, Option<Date>) {
        let found = stand(need, held, TODAY);
        (found.standing, found.day)
    }

    #[test]
    fn a_proof_counts_until_its_day_and_is_told_of_in_time() {
        let need = Need { level: Some(Decimal::from(3)), months: Some(12) };
        let cases = [
            (date(2026, 3, 1), Standing::Held, date(2027, 3, 1)),
            (date(2025, 12, 26), Standing::Held, date(2026, 12, 26)),
            (date(2025, 12, 25), Standing::Expiring, date(2026, 12, 25)),
            (date(2025, 11, 25), Standing::Expiring, date(2026, 11, 25)),
            (date(2025, 11, 24), Standing::Expired, date(2026, 11, 24)),
        ];
        for (verified, standing, day) in cases {
            assert_eq!(told(need, &[proved(verified)]), (standing, Some(day)), "{verified}");
        }
        let certificate = Held { valid_until: Some(date(2026, 12, 1)), ..proved(date(2026, 11, 1)) };
        assert_eq!(told(need, &[certificate]), (Standing::Expiring, Some(date(2026, 12, 1))), "whatever ends first");
        assert_eq!(told(Need::default(), &[proved(date(2019, 1, 1))]), (Standing::Held, Some(date(2019, 1, 1))));
    }

    #[test]
    fn what_is_not_enough_is_no_proof() {
        let need = Need { level: Some(Decimal::from(3)), months: None };
        let day = date(2026, 6, 1);
        assert_eq!(told(need, &[]), (Standing::Missing, None));
        assert_eq!(told(need, &[Held { level: Some(Decimal::from(2)), ..proved(day) }]).0, Standing::Gap);
        assert_eq!(told(need, &[Held { level: None, ..proved(day) }]).0, Standing::Gap);
        assert_eq!(told(need, &[Held { has_gap: true, ..proved(day) }]).0, Standing::Gap);
        assert_eq!(told(need, &[Held { has_proof: false, ..proved(day) }]).0, Standing::Unproved);
        assert_eq!(told(need, &[Held { verified_on: None, ..proved(day) }]).0, Standing::Unproved);
    }

    #[test]
    fn the_best_record_speaks() {
        let need = Need { level: None, months: Some(12) };
        let both = [proved(date(2025, 1, 1)), proved(date(2026, 6, 1)), proved(date(2026, 2, 1))];
        assert_eq!(stand(need, &both, TODAY).place, Some(1));
    }
}
