//! Clause 5: leadership, policy, roles.

use model::time::DAY;

use super::{checks::Checks, fact::Fact, finding::Finding, performance, world::World};

pub(super) const CHECKS: Checks = &[
    ("5.1.a", |world, finding| {
        finding.dated("approved_on");
        if let Some(policy) = must_policy(world, finding, "service-management") {
            finding.expect(policy, policy.has_top("approved_by"), "were not approved by top management");
        }
        for objective in world.all("objective") {
            finding.need(objective, &["owner", "approved_on"]);
        }
    }),
    ("5.1.b", |world, finding| {
        finding.dated("approved_on").call("action", "actions of the plan");
        let plan = world.newest(world.all("management_plan"), "approved_on");
        let Some(plan) = finding.must(plan, "There is no approved management plan") else { return };
        finding.expect(plan, plan.has_top("approved_by"), "were not approved by top management");
        let days = world.number("overdue_days");
        for action in plan.actions() {
            let overdue = action.date("due").is_some_and(|due| world.whole_days_since(due) > days);
            finding.expect(action, action.is_done() || !overdue, format!("are overdue by more than {days} days"));
        }
    }),
    ("5.1.c", |world, finding| {
        for role in world.all("role") {
            finding.need(role, &["authority"]);
            finding.expect(role, role.has_active("holder"), "have no holder who is an active person");
        }
    }),
    ("5.1.d", |world, finding| {
        finding.call("service", "live services in scope");
        for service in world.in_scope_live() {
            finding.need(service, &["value.provider", "value.customer"]);
        }
    }),
    ("5.1.e", |world, finding| newest_review_has(world, finding, &["inputs.i"])),
    ("5.1.g", |world, finding| newest_review_has(world, finding, &["inputs.j"])),
    ("5.1.h", |world, finding| {
        finding
            .dated("sent_on")
            .call("communication", "messages of top management on service management in the last 12 months");
        let told = world.all("communication").filter(|message| {
            message.is("about", "service-management")
                && message.has_top("sent_by")
                && world.is_within_months(message.date("sent_on"), 12)
        });
        look_or_gap(finding, told, "Top management sent no message about service management in the last 12 months");
    }),
    ("5.1.i", |world, finding| {
        finding.dated("due").call("objective", "objectives past their due date");
        for objective in world.all("objective").filter(|objective| is_past_due(world, *objective)) {
            let met = objective.is_one_of("status", &["met", "reached"]) || objective.is_linked(&["management_review"]);
            finding.expect(objective, met, "are neither met nor decided on in a management review");
        }
    }),
    ("5.1.k", |world, finding| {
        finding
            .dated("decided_on")
            .call("improvement", "improvements decided in management reviews in the last 12 months");
        let decided = world.all("improvement").filter(|improvement| {
            let from_review = improvement.refer("source").is_some_and(|source| source.kind() == "management_review");
            improvement.has("decision")
                && world.is_within_months(improvement.date("decided_on"), 12)
                && (from_review || improvement.is_linked(&["management_review"]))
        });
        look_or_gap(finding, decided, "No improvement was decided in a management review in the last 12 months");
    }),
    ("5.2.1-1", |world, finding| {
        if let Some(policy) = must_policy(world, finding, "service-management") {
            finding.need(policy, &["parts.a", "parts.b", "parts.c", "parts.d"]);
        }
    }),
    ("5.2.2.a", |world, finding| policy_is_kept(world, finding, "service-management")),
    ("5.2.2.b", people_know_the_policy),
    ("5.2.2.c", |world, finding| {
        if let Some(policy) = must_policy(world, finding, "service-management") {
            let outside = ["customers", "suppliers", "users", "public", "regulator"];
            let open = policy.names("audiences").any(|audience| outside.contains(&audience));
            finding.expect(policy, open, "have no audience outside the organization");
        }
    }),
    ("5.3-1", |world, finding| {
        for process in world.all("process") {
            finding.need(process, &["owner"]);
        }
        for role in world.all("role") {
            finding.expect(role, role.has_active("holder"), "have no holder who is an active person");
        }
    }),
    ("5.3.a", |world, finding| somebody_is_charged(world, finding, "conformity-of-sms")),
    ("5.3.b", |world, finding| {
        somebody_is_charged(world, finding, "report-to-top-management");
        finding.call("report_definition", "reports for top management");
        let definitions =
            || world.all("report_definition").filter(|definition| definition.holds("audience", "top-management"));
        if definitions().next().is_none() {
            finding.gap("There is no report for top management");
        }
        performance::definitions_have_reports(world, finding, definitions());
    }),
];

/// The current policy of a kind, or the gap.
pub(super) fn must_policy<'w>(world: &'w World, finding: &mut Finding<'w>, kind: &str) -> Option<Fact<'w>> {
    finding.call("policy", "current policies");
    finding.must(world.policy(kind), &format!("There is no approved policy on {}", kind.replace('-', " ")))
}

/// Approved, with a version, and reviewed in time.
pub(super) fn policy_is_kept<'w>(world: &'w World, finding: &mut Finding<'w>, kind: &str) {
    finding.dated("approved_on");
    if let Some(policy) = must_policy(world, finding, kind) {
        finding.need(policy, &["approved_by", "approved_on", "version"]);
        let fresh = world.is_fresh(policy.date("approved_on"), "policy_review");
        finding.fresh(policy, fresh, "were not reviewed in time");
    }
}

/// Looks at all of them, or there is a gap.
pub(super) fn look_or_gap<'w>(finding: &mut Finding<'w>, facts: impl Iterator<Item = Fact<'w>>, why: &str) {
    let mut none = true;
    for fact in facts {
        none = false;
        finding.look(fact);
    }
    if none {
        finding.gap(why);
    }
}

/// The newest management review has these parts filled.
pub(super) fn newest_review_has<'w>(world: &'w World, finding: &mut Finding<'w>, fields: &[&str]) {
    finding.dated("held_on").call("management_review", "newest management reviews");
    let newest = world.newest(world.all("management_review"), "held_on");
    if let Some(review) = finding.must(newest, "No management review was held") {
        finding.need(review, fields);
    }
}

pub(super) fn is_past_due(world: &World, fact: Fact<'_>) -> bool {
    fact.date("due").is_some_and(|due| world.is_past(due))
}

/// Some role with this duty has a holder; where none has, all of them are to blame.
fn somebody_is_charged<'w>(world: &'w World, finding: &mut Finding<'w>, duty: &str) {
    let phrase = format!("roles with the duty {}", duty.replace('-', " "));
    finding.call("role", phrase);
    let roles: Vec<_> = world.all("role").filter(|role| role.holds("duties", duty)).collect();
    if roles.is_empty() {
        finding.gap(format!("No role has the duty {}", duty.replace('-', " ")));
    }
    let held = roles.iter().any(|role| role.has_active("holder"));
    for role in roles {
        finding.expect(role, held, "have no holder who is an active person");
    }
}

fn people_know_the_policy<'w>(world: &'w World, finding: &mut Finding<'w>) {
    let Some(policy) = world.policy("service-management") else {
        return finding.gap("There is no approved policy on service management");
    };
    finding.call("person", "active people");
    let approved = policy.date("approved_on");
    let told = super::support::awareness(world, finding);
    for person in world.active("person") {
        let joined = person.date("joined_on");
        let knows = |on: model::Moment| {
            approved.is_some_and(|approved| on >= approved)
                || joined.is_some_and(|joined| on >= joined && on.0 - joined.0 <= 30 * DAY)
        };
        let aware =
            told.of(person).any(|record| record.holds("topics", "policy") && record.date("on").is_some_and(knows));
        finding.expect(person, aware, "were not told of the policy");
    }
}
