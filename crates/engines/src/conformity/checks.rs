//! Which function judges which requirement.

use std::{collections::HashMap, sync::OnceLock};

use super::{
    assurance, beside, context, finding::Finding, improvement, leadership, money, performance, planning, relationship,
    resolution, services, supply, support, transition, world::World,
};

/// Looks at the facts and writes down what it saw.
pub(super) type Check = for<'w> fn(&'w World, &mut Finding<'w>);

/// Checks of a clause group by requirement id.
pub(super) type Checks = &'static [(&'static str, Check)];

const GROUPS: &[Checks] = &[
    context::CHECKS,
    leadership::CHECKS,
    planning::CHECKS,
    support::CHECKS,
    services::OPERATION,
    services::PORTFOLIO,
    services::CONFIGURATION,
    supply::PARTIES,
    supply::SUPPLIERS,
    supply::INTERNAL,
    relationship::CUSTOMERS,
    relationship::LEVELS,
    money::CHECKS,
    transition::CHANGE,
    transition::CHANGE_ACTIVITIES,
    transition::DESIGN,
    transition::RELEASE,
    resolution::INCIDENTS,
    resolution::REQUESTS,
    resolution::PROBLEMS,
    assurance::AVAILABILITY,
    assurance::CONTINUITY,
    assurance::SECURITY,
    performance::CHECKS,
    improvement::NONCONFORMITIES,
    improvement::IMPROVEMENTS,
    beside::CARE,
    beside::PRACTICE,
];

pub(super) fn find(requirement: &str) -> Option<Check> {
    static BY_ID: OnceLock<HashMap<&'static str, Check>> = OnceLock::new();
    let by_id = BY_ID.get_or_init(|| GROUPS.iter().flat_map(|group| group.iter().copied()).collect());
    by_id.get(requirement).copied()
}

/// Whether a check asks what other checks found.
pub(super) fn builds_on_others(requirement: &str) -> bool {
    let own = ["7.5.4.e", "7.5.4.k", "7.5.4.l"].contains(&requirement);
    requirement == "7.5.1-1" || (requirement.starts_with("7.5.4.") && !own)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::conformity::catalogue;

    #[test]
    fn every_check_of_the_catalogue_has_one_function() {
        let built: Vec<&str> = GROUPS.iter().flat_map(|group| group.iter().map(|(id, _)| *id)).collect();
        let once: BTreeSet<&str> = built.iter().copied().collect();
        assert_eq!(once.len(), built.len(), "a requirement is judged twice");
        let asked = catalogue().requirements.iter().chain(beside::beside().iter().map(|own| &own.requirement));
        let asked = asked.filter(|requirement| requirement.check.is_some());
        let asked: BTreeSet<&str> = asked.map(|requirement| requirement.id.as_str()).collect();
        assert_eq!(once, asked);
    }
}
