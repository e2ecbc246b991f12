//! How long what proves a requirement takes to make anew: lead times in working days, which [`crate::clocks::WorkingDays`] counts.

use super::catalogue::{Requirement, is_within};

/// A kind of work with the time it takes.
#[derive(Debug, PartialEq, Eq)]
pub struct Lead {
    /// Key of the setting `number.KEY`, in working days.
    pub key: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    /// Working days that are offered.
    pub days: i64,
    /// Ids of the repeated duties behind which it stands.
    intervals: &'static [&'static str],
    /// Clauses whose other requirements it serves; the longest one wins.
    clauses: &'static [&'static str],
}

/// Longest lead time, in working days: a year.
pub const LEAD_MAX: i64 = 260;

/// In the order in which they are shown; the last one is for everything else.
pub const LEADS: [Lead; 12] = [
    Lead {
        key: "lead_internal_audit",
        label: "Internal audit",
        help: "To plan it, hold it, and report.",
        days: 30,
        intervals: &["internal_audit"],
        clauses: &["9.2"],
    },
    Lead {
        key: "lead_management_review",
        label: "Management review",
        help: "To gather the inputs, invite, hold it, and write the minutes.",
        days: 15,
        intervals: &["management_review"],
        clauses: &["9.3"],
    },
    Lead {
        key: "lead_continuity_test",
        label: "Continuity test",
        help: "To prepare the test with everybody concerned, hold it, and write down what came of it.",
        days: 20,
        intervals: &["continuity_test", "continuity_risk"],
        clauses: &["8.7.2"],
    },
    Lead {
        key: "lead_supplier_review",
        label: "Supplier review",
        help: "To get the figures from the supplier, and meet.",
        days: 10,
        intervals: &["supplier_performance", "contract_review", "internal_performance", "party_evaluation"],
        clauses: &["8.3.4", "8.2.3"],
    },
    Lead {
        key: "lead_customer_review",
        label: "Customer review, survey, service levels",
        help: "To invite the customer, show the figures, and agree.",
        days: 10,
        intervals: &["customer_review", "satisfaction", "sla_review"],
        clauses: &["8.3.2", "8.3.3"],
    },
    Lead {
        key: "lead_training",
        label: "Training and awareness",
        help: "To find the day, train, and check what was understood.",
        days: 15,
        intervals: &[],
        clauses: &["7.2", "7.3"],
    },
    Lead {
        key: "lead_document_review",
        label: "Review of documents",
        help: "To look through policy, plan, catalogue or document, and have it approved.",
        days: 10,
        intervals: &["policy_review", "plan_review", "catalogue_review", "context_review"],
        clauses: &["4", "5", "6.2", "6.3", "7.5", "8.2.4"],
    },
    Lead {
        key: "lead_risk_review",
        label: "Review of risks",
        help: "To assess again, treat, and have what remains accepted.",
        days: 10,
        intervals: &["risk_review", "availability_risk", "security_risk"],
        clauses: &["6.1"],
    },
    Lead {
        key: "lead_ci_verification",
        label: "Check of configuration data and assets",
        help: "To draw the sample, look at each item, and correct.",
        days: 10,
        intervals: &["ci_verification"],
        clauses: &["8.2.5", "8.2.6"],
    },
    Lead {
        key: "lead_figures",
        label: "Cost, demand and capacity",
        help: "To gather the figures, compare with the plan, and forecast.",
        days: 5,
        intervals: &["cost_review", "demand_review"],
        clauses: &["8.4"],
    },
    Lead {
        key: "lead_analysis",
        label: "Analyses and evaluations",
        help: "To look through the records of the period, and conclude.",
        days: 5,
        intervals: &["change_trends", "problem_review"],
        clauses: &["9.1", "9.4"],
    },
    Lead {
        key: "lead_other",
        label: "Everything else",
        help: "Whatever has no lead time of its own.",
        days: 5,
        intervals: &[],
        clauses: &[],
    },
];

/// The work that makes evidence of a requirement anew: by its repeated duty, else by the nearest clause, else the last one.
pub fn lead_of(requirement: &Requirement) -> &'static Lead {
    let by_duty = requirement.interval.as_deref().and_then(|id| LEADS.iter().find(|lead| lead.intervals.contains(&id)));
    let above = |lead: &&'static Lead| {
        lead.clauses.iter().filter(|above| is_within(&requirement.clause, above)).map(|above| above.len()).max()
    };
    let by_clause = || LEADS.iter().filter_map(|lead| Some((above(&lead)?, lead))).max_by_key(|(length, _)| *length);
    by_duty.or_else(|| by_clause().map(|(_, lead)| lead)).unwrap_or(&LEADS[LEADS.len() - 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformity::catalogue;

    #[test]
    fn each_requirement_has_its_lead_time_and_each_duty_is_known() {
        let of = |id: &str| lead_of(catalogue().requirement(id).unwrap()).key;
        assert_eq!(of("9.3-1"), "lead_management_review");
        assert_eq!(of("7.2.c"), "lead_training");
        assert_eq!(of("8.6.1-1"), "lead_other");
        let known = |id: &str| LEADS.iter().filter(|lead| lead.intervals.contains(&id)).count();
        for interval in &catalogue().intervals {
            assert_eq!(known(&interval.id), 1, "{}", interval.id);
        }
        for (duty, key) in [
            ("internal_audit", "lead_internal_audit"),
            ("continuity_test", "lead_continuity_test"),
            ("supplier_performance", "lead_supplier_review"),
        ] {
            let mut behind = catalogue().requirements.iter().filter(|one| one.interval.as_deref() == Some(duty));
            assert!(behind.all(|one| lead_of(one).key == key), "{duty}");
        }
    }
}
