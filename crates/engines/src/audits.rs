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

/// What is known of a clause or a service when audits are planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weighed {
    /// Nonconformities on it that are open.
    pub open_findings: usize,
    /// Open risks above the limit of what is simply accepted.
    pub risks: usize,
    /// Weighty changes that were put in place since it was last audited: major ones, new, moved and removed services, changes of
    /// the system.
    pub changes: usize,
    /// Requirements of it that records do not prove today.
    pub unproved: usize,
    /// Whole months since it was last audited; `None` for never.
    pub months: Option<u32>,
    /// Whether an audit is planned that will look at it.
    pub is_planned: bool,
}

/// Why something is to be audited soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    Finding,
    Risk,
    Change,
    Unproved,
    Age,
}

/// What each open finding, risk above the limit, change and requirement that is not proved weighs (9.2.2 a names importance,
/// changes and earlier results; how much each counts is practice).
pub const FINDING: usize = 3;
pub const RISK: usize = 2;
pub const CHANGE: usize = 1;
pub const UNPROVED: usize = 1;
/// What it weighs when it was not audited for a year, or never.
pub const OLD: usize = 4;
pub const NEVER: usize = 6;
/// Months after which it is due whatever else is said of it.
const DUE: u32 = 12;

impl Weighed {
    /// What weighs, with the points of each, those that weigh most first; nothing for what an audit is planned for.
    pub fn reasons(&self) -> Vec<(Reason, usize)> {
        let age = match self.months {
            None => NEVER,
            Some(months) if months >= DUE => OLD,
            Some(_) => 0,
        };
        let mut all = vec![
            (Reason::Finding, self.open_findings * FINDING),
            (Reason::Risk, self.risks * RISK),
            (Reason::Change, self.changes * CHANGE),
            (Reason::Unproved, self.unproved * UNPROVED),
            (Reason::Age, age),
        ];
        all.retain(|(_, points)| *points > 0 && !self.is_planned);
        all.sort_by_key(|(_, points)| std::cmp::Reverse(*points));
        all
    }

    /// The higher, the sooner; 0 needs no audit before its year is over.
    pub fn weight(&self) -> usize {
        self.reasons().iter().map(|(_, points)| points).sum()
    }

    /// The year of a programme in which it is to be audited: at once what was never audited or weighs as much, what weighs less
    /// in the year after, the rest in the last one. `None` where the programme is over.
    pub fn year(&self, years: &[i16], now: i16) -> Option<i16> {
        let ahead: Vec<i16> = years.iter().copied().filter(|year| *year >= now).collect();
        let place = match self.weight() {
            NEVER.. => 0,
            FINDING.. => 1,
            _ => usize::MAX,
        };
        ahead.get(place).or(ahead.last()).copied()
    }
}

/// The clause under which a risk of an area is audited; `None` for areas of a house's own.
pub fn clause_of_risk(area: &str) -> Option<&'static str> {
    Some(match area {
        "organization" => "6.1",
        "service-requirements" => "8.2.2",
        "other-parties" => "8.3.4",
        "availability" => "8.7.1",
        "continuity" => "8.7.2",
        "information-security" => "8.7.3",
        _ => return None,
    })
}

/// The clauses on which a change bears, by its category and its kind; none for an ordinary one.
pub fn clauses_of_change(category: &str, kind: &str) -> Vec<&'static str> {
    let mut clauses = match kind {
        "new-service" | "removal" | "transfer" => vec!["8.5.2"],
        "service-change" if category == "major" => vec!["8.5.2"],
        "contract" if category == "major" => vec!["8.3.4"],
        "sms" => vec!["4.4", "8.1"],
        _ => Vec::new(),
    };
    if category == "major" {
        clauses.push("8.5.1");
    }
    clauses
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
    fn findings_weigh_more_than_risks_changes_and_time() {
        let weighed = Weighed { open_findings: 2, unproved: 1, months: Some(2), ..Weighed::default() };
        assert_eq!(weighed.weight(), 7);
        let more = Weighed { risks: 1, changes: 3, ..weighed };
        assert_eq!(more.weight(), 12);
        let reasons = [(Reason::Finding, 6), (Reason::Change, 3), (Reason::Risk, 2), (Reason::Unproved, 1)];
        assert_eq!(more.reasons(), reasons);
        assert_eq!(Weighed { months: None, ..Weighed::default() }.weight(), NEVER);
        assert_eq!(Weighed { months: Some(12), ..Weighed::default() }.weight(), OLD);
        assert_eq!(Weighed { months: Some(11), ..Weighed::default() }.weight(), 0);
    }

    #[test]
    fn what_is_planned_is_seen_to() {
        let planned = Weighed { open_findings: 2, risks: 1, is_planned: true, ..Weighed::default() };
        assert_eq!((planned.weight(), planned.reasons()), (0, vec![]));
    }

    #[test]
    fn what_weighs_most_comes_in_the_first_year() {
        let years = [2025, 2026, 2027];
        let of = |risks, months| Weighed { risks, months, ..Weighed::default() }.year(&years, 2026);
        assert_eq!(of(0, None), Some(2026));
        assert_eq!(of(3, Some(1)), Some(2026));
        assert_eq!(of(2, Some(1)), Some(2027));
        assert_eq!(of(1, Some(1)), Some(2027));
        assert_eq!(Weighed::default().year(&years, 2028), None, "a programme that is over plans nothing");
    }

    #[test]
    fn a_change_bears_on_what_it_changes() {
        assert_eq!(clauses_of_change("major", "new-service"), ["8.5.2", "8.5.1"]);
        assert_eq!(clauses_of_change("normal", "technical"), [""; 0]);
        assert_eq!(clause_of_risk("continuity"), Some("8.7.2"));
        assert_eq!(clause_of_risk("weather"), None);
    }
}
