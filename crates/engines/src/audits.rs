//! How findings of an audit weigh together, and what the next audits should look at first.

use std::collections::BTreeMap;

/// So many minor nonconformities on one clause together show a broken system: they weigh as a major one (certification.md,
/// section 4; the number is practice, not rule).
pub const SYSTEMIC: usize = 3;

/// Clauses on which there are so many minor nonconformities that together they are a major one, with their number.
pub fn systemic<'c>(minors: impl IntoIterator<Item = &'c str>) -> Vec<(&'c str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for clause in minors {
        *counts.entry(clause).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| *count >= SYSTEMIC).collect()
}

/// What is known of a clause when audits are planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weighed {
    /// Nonconformities on it that are open.
    pub open_findings: usize,
    /// Requirements of it that records do not prove today.
    pub unproved: usize,
    /// Whole months since it was last audited; `None` for never.
    pub months: Option<u32>,
    /// Whether an audit is planned that will look at it.
    pub is_planned: bool,
}

/// Months after which a clause is due whatever else is said of it.
const DUE: u32 = 12;

impl Weighed {
    /// The higher, the sooner; 0 needs no audit before its year is over. Findings weigh most, then what is not proved, then
    /// time.
    pub fn weight(&self) -> usize {
        let age = match self.months {
            None => 6,
            Some(months) if months >= DUE => 4,
            Some(_) => 0,
        };
        if self.is_planned { 0 } else { self.open_findings * 3 + self.unproved + age }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_minors_on_one_clause_are_a_broken_system() {
        assert_eq!(systemic(["8.5.1.3", "8.6.1", "8.5.1.3"]), []);
        assert_eq!(systemic(["8.5.1.3", "8.6.1", "8.5.1.3", "8.5.1.3"]), [("8.5.1.3", 3)]);
    }

    #[test]
    fn findings_weigh_more_than_time_and_what_is_planned_is_seen_to() {
        let weighed = Weighed { open_findings: 2, unproved: 1, months: Some(2), is_planned: false };
        assert_eq!(weighed.weight(), 7);
        assert_eq!(Weighed { is_planned: true, ..weighed }.weight(), 0);
        assert_eq!(Weighed { months: None, ..Weighed::default() }.weight(), 6);
        assert_eq!(Weighed { months: Some(11), ..Weighed::default() }.weight(), 0);
    }
}
