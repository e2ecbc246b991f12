//! Ties whose lack a check holds against a record, and which somebody makes in a moment once the other record is there.

/// What is missing of a record that a check blames.
#[derive(Debug, PartialEq, Eq)]
pub struct WantedTie {
    pub requirement: &'static str,
    /// Words of the reason by which this lack is known from others of the same check.
    says: &'static str,
    /// Kinds of record to which the tie leads.
    pub to: &'static [&'static str],
    /// Field that names the other record; `None` for a link of whatever name.
    pub field: Option<&'static str>,
}

const fn link(requirement: &'static str, says: &'static str, to: &'static [&'static str]) -> WantedTie {
    WantedTie { requirement, says, to, field: None }
}

const WANTED: [WantedTie; 11] = [
    link("5.1.i", "decided on in a management review", &["management_review"]),
    link("6.1.1-1", "linked to no risk or opportunity", &["risk", "opportunity"]),
    link("6.3-3", "not linked to a management plan", &["management_plan"]),
    link("7.4-1", "linked to no message", &["communication"]),
    link("8.2.2-4", "linked to no change or improvement", &["change", "improvement"]),
    link("8.3.3-5", "no action, improvement or problem", &["problem", "improvement"]),
    link("8.3.4.1-7", "linked to no change", &["change"]),
    link("8.5.1.2-2", "linked to no transition plan", &["transition_plan"]),
    link("8.5.2.3-3", "linked to no approved release", &["release"]),
    WantedTie { requirement: "8.6.3-1", says: "without a problem", to: &["problem"], field: Some("problem") },
    link("8.7.1-5", "no action or problem", &["problem"]),
];

/// The tie that a requirement asks for; `None` for one that asks for none.
pub fn wanted_tie(requirement: &str) -> Option<&'static WantedTie> {
    WANTED.iter().find(|wanted| wanted.requirement == requirement)
}

impl WantedTie {
    /// Whether a reason, as a check says it of one record, speaks of this lack.
    pub fn is_meant(&self, reason: &str) -> bool {
        reason.contains(self.says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformity::{catalogue, has_check};

    #[test]
    fn each_is_asked_for_by_a_check() {
        for wanted in &WANTED {
            assert!(has_check(wanted.requirement), "{}", wanted.requirement);
            let known = |kind: &&&str| catalogue().record_types.iter().any(|one| one.id == ***kind);
            assert_eq!(wanted.to.iter().filter(known).count(), wanted.to.len(), "{}", wanted.requirement);
        }
    }
}
