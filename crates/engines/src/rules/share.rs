//! Shares of a whole: targets met, first contact resolution, satisfaction, configuration accuracy (rules R09, R18, R25,
//! R33).

use rust_decimal::Decimal;

use super::Refused;
use super::number::{Fraction, percent, share, whole};

/// Least accuracy of configuration data, in percent, unless set otherwise; at the limit is good enough (R33).
pub const MIN_ACCURACY_PERCENT: Decimal = Decimal::from_parts(95, 0, 0, false, 0);
/// Answers below which satisfaction is marked "too few" unless the agreement says otherwise (R25).
pub const MIN_ANSWERS: u64 = 10;

/// Whether an exact share reaches a target in percent; None when there is no data. The shown value never decides
/// (convention 4).
pub fn reaches(share: Option<&Fraction>, target_percent: Decimal) -> Option<bool> {
    share.map(|share| *share >= percent(target_percent))
}

/// Tickets of a period by what became of their target (R09). A ticket counts in the period in which it was resolved, or
/// in which it passed its due instant while still open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TargetCounts {
    pub met: u64,
    pub missed: u64,
    pub open_overdue: u64,
    pub open_in_time: u64,
    pub cancelled: u64,
}

impl TargetCounts {
    /// Missed, with the open ones past due; those in time and the cancelled ones are left out (R09).
    pub fn all_missed(self) -> u128 {
        u128::from(self.missed) + u128::from(self.open_overdue)
    }

    /// `met / (met + missed)`; None when nothing counts.
    pub fn share_met(self) -> Option<Fraction> {
        share(self.met, u128::from(self.met) + self.all_missed())
    }
}

/// What first contact resolution looks at (R18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The first line is meant to solve tickets of this kind.
    pub eligible: bool,
    pub contacts: u64,
    pub handovers: u64,
    /// Reopened within the reopen span.
    pub reopened: bool,
}

/// Tickets solved at first contact among the eligible ones (R18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstContact {
    pub eligible: u64,
    pub solved: u64,
}

impl FirstContact {
    /// Counts one contact, no handover, not reopened.
    pub fn of(tickets: impl IntoIterator<Item = Contact>) -> FirstContact {
        let mut counts = FirstContact { eligible: 0, solved: 0 };
        for ticket in tickets.into_iter().filter(|ticket| ticket.eligible) {
            counts.eligible += 1;
            counts.solved += u64::from(ticket.contacts == 1 && ticket.handovers == 0 && !ticket.reopened);
        }
        counts
    }

    pub fn share(self) -> Option<Fraction> {
        share(self.solved, self.eligible)
    }
}

/// Customer satisfaction on a scale of 1 to 5 (R25).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Csat {
    pub answers: u64,
    /// Share of answers of 4 and 5.
    pub satisfied: Option<Fraction>,
    pub mean: Option<Fraction>,
}

impl Csat {
    /// # Errors
    /// A score outside 1 to 5.
    pub fn of(scores: &[i64]) -> Result<Csat, Refused> {
        in_scale(scores, 1, 5)?;
        let answers = scores.len() as u64;
        let satisfied = scores.iter().filter(|score| **score >= 4).count();
        Ok(Csat { answers, satisfied: share(satisfied, answers), mean: share(scores.iter().sum::<i64>(), answers) })
    }
}

/// Net promoter score on a scale of 0 to 10 (R25).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nps {
    /// Scores of 9 and 10.
    pub promoters: u64,
    /// Scores of 7 and 8.
    pub passives: u64,
    /// Scores of 0 to 6.
    pub detractors: u64,
}

impl Nps {
    /// # Errors
    /// A score outside 0 to 10.
    pub fn of(scores: &[i64]) -> Result<Nps, Refused> {
        in_scale(scores, 0, 10)?;
        let count = |from, to| scores.iter().filter(|score| (from..=to).contains(*score)).count() as u64;
        Ok(Nps { promoters: count(9, 10), passives: count(7, 8), detractors: count(0, 6) })
    }

    pub fn answers(self) -> u64 {
        self.promoters + self.passives + self.detractors
    }

    /// Share of promoters minus share of detractors, -1 to 1; shown times 100 as a whole number, half points away from
    /// zero. None without answers.
    pub fn score(self) -> Option<Fraction> {
        share(i128::from(self.promoters) - i128::from(self.detractors), self.answers())
    }
}

fn in_scale(scores: &[i64], lowest: i64, highest: i64) -> Result<(), Refused> {
    match scores.iter().find(|score| !(lowest..=highest).contains(*score)) {
        Some(score) => Err(Refused::new(format!("the score {score} is not on the scale of {lowest} to {highest}"))),
        None => Ok(()),
    }
}

/// Accuracy of configuration data: `(checked - wrong) / checked`; a record is wrong when any basic field or link is
/// (R33). None when nothing was checked.
///
/// # Errors
/// More wrong than checked.
pub fn accuracy(checked: u64, wrong: u64) -> Result<Option<Fraction>, Refused> {
    if wrong > checked {
        return Err(Refused::new(format!("{wrong} wrong records are more than the {checked} that were checked")));
    }
    Ok(share(checked - wrong, checked))
}

/// Mean of exact numbers; None of none.
pub(super) fn mean<'n>(numbers: impl ExactSizeIterator<Item = &'n Fraction>) -> Option<Fraction> {
    let count = numbers.len();
    super::number::quotient(numbers.sum(), whole(count))
}
