//! Clause 6: risks, objectives, the service management plan.

use std::collections::BTreeSet;

use model::time::DAY;

use super::{checks::Checks, fact::Fact, finding::Finding, leadership::is_past_due, world::World};

pub(super) const CHECKS: Checks = &[
    ("6.1.1-1", |world, finding| {
        for kind in ["risk", "opportunity"] {
            if !world.has_any(kind) {
                finding.gap(format!("There is no {kind}"));
            }
        }
        for fact in world.all("context_issue").chain(world.all("interested_party")) {
            finding.expect(fact, fact.is_linked(&["risk", "opportunity"]), "are linked to no risk or opportunity");
        }
    }),
    ("6.1.2.a", |world, finding| {
        finding.dated("reviewed_on");
        for area in ["organization", "service-requirements", "other-parties"] {
            if !world.all("risk").any(|risk| risk.is("area", area)) {
                finding.gap(format!("There is no risk in the area {}", area.replace('-', " ")));
            }
        }
        for risk in world.all("risk") {
            finding.fresh(risk, world.is_fresh(risk.date("reviewed_on"), "risk_review"), "were not reviewed in time");
        }
    }),
    ("6.1.2.b", |world, finding| {
        for fact in world.all("risk").chain(world.all("opportunity")) {
            finding.need(fact, &["customer_effect"]);
        }
    }),
    ("6.1.2.c", |world, finding| {
        if let Some(method) = must_method(world, finding) {
            finding.need(method, &["acceptance"]);
        }
        finding.call("risk", "risks that stay above the acceptance limit");
        let limit = world.acceptance_limit();
        for risk in world.all("risk").filter(|risk| risk.numeric("residual").is_some_and(|residual| residual > limit)) {
            finding.expect(risk, risk.has_top("accepted_by"), "were not accepted by top management");
        }
    }),
    ("6.1.2.d", |world, finding| {
        if let Some(method) = must_method(world, finding) {
            finding.need(method, &["scale", "approach"]);
        }
        for risk in world.all("risk") {
            let product = risk
                .numeric("likelihood")
                .zip(risk.numeric("impact"))
                .and_then(|(likely, impact)| likely.checked_mul(impact));
            let right = product.is_some() && risk.numeric("score") == product;
            finding.expect(risk, right, "have a score that is not likelihood times impact");
        }
    }),
    ("6.1.3.a", |world, finding| {
        finding.call("risk", "risks above the acceptance limit");
        let limit = world.acceptance_limit();
        for risk in world.all("risk") {
            let left = if risk.has("residual") { risk.numeric("residual") } else { risk.numeric("score") };
            if left.is_some_and(|left| left > limit) {
                let planned = risk.actions().iter().any(|action| action.has_all(&["owner", "due", "priority"]));
                finding.expect(risk, planned, "have no action with owner, due date and priority");
            }
        }
    }),
    ("6.1.3.b", |world, finding| {
        finding.dated("done_on").call("action", "actions on risks done more than 90 days ago");
        for action in world.all("risk").flat_map(Fact::actions) {
            let Some(done) = action.date("done_on").filter(|done| world.is_older_than_days(*done, 90)) else {
                continue;
            };
            if finding.need(action, &["effect_checked_on", "effective"]) {
                let late = action.date("effect_checked_on").is_none_or(|checked| checked.0 - done.0 > 90 * DAY);
                finding.expect(action, !late, "had their effect checked too late");
            }
        }
    }),
    ("6.2.1-1", |world, finding| {
        finding.call("objective", "current objectives");
        if world.current_objectives().next().is_none() {
            finding.gap("There is no current objective");
        }
        for objective in world.current_objectives() {
            finding.need(objective, &["function", "policy_link"]);
        }
    }),
    ("6.2.1.b", |world, finding| {
        finding.call("objective", "current objectives");
        for objective in world.current_objectives() {
            finding.need(objective, &["measure", "unit", "baseline", "target", "due"]);
        }
    }),
    ("6.2.1.d", |world, finding| {
        finding.call("objective", "current objectives");
        for objective in world.current_objectives() {
            let read = objective.entries("readings").iter().filter_map(|entry| world.part_date(entry, "at")).max();
            finding.seen(read);
            if finding.expect(objective, read.is_some(), "have no dated reading") {
                let fresh = read.is_some_and(|at| world.is_within_days(at, 92));
                finding.fresh(objective, fresh, "have no reading in the last 92 days");
            }
        }
    }),
    ("6.2.1.e", |world, finding| {
        finding.call("person", "active people");
        let told = super::support::awareness(world, finding);
        for person in world.active("person") {
            let knows = told
                .of(person)
                .any(|record| record.holds("topics", "objectives") && world.is_within_months(record.date("on"), 12));
            finding.expect(person, knows, "were not told of the objectives in the last 12 months");
        }
    }),
    ("6.2.1.f", |world, finding| {
        finding.call("objective", "current objectives");
        for objective in world.current_objectives() {
            finding.expect(objective, !is_past_due(world, objective), "are past their due date");
        }
    }),
    ("6.2.1-2", |world, finding| {
        finding.dated("approved_on").call("document", "approved documents with objectives");
        let documents = || world.current_documents().filter(|document| document.is("kind", "objectives"));
        if documents().next().is_none() {
            finding.gap("There is no approved document with the objectives");
        }
        for document in documents() {
            finding.need(document, &["version", "approved_by", "approved_on"]);
        }
    }),
    ("6.2.2-1", |world, finding| {
        finding.call("objective", "current objectives");
        for objective in world.current_objectives() {
            finding.need(objective, &["plan.a", "plan.b", "plan.c", "plan.d", "plan.e"]);
            finding.expect(objective, objective.has_action(), "have no action");
        }
    }),
    ("6.3-1", |world, finding| {
        if let Some(plan) = must_plan(world, finding) {
            let fresh = world.is_fresh(plan.date("approved_on"), "plan_review");
            finding.fresh(plan, fresh, "were not reviewed in time");
        }
    }),
    ("6.3-2", |world, finding| {
        let Some(plan) = must_plan(world, finding) else { return };
        let known = plan
            .entries("references")
            .iter()
            .all(|entry| entry.as_text().is_some_and(|number| world.is_on_record(number)));
        finding.expect(plan, known, "name something in references that is no number of a record");
        for kind in ["policy", "objective", "risk", "service_requirement"] {
            let named = plan.names("references").any(|number| world.find_of(kind, number).is_some());
            finding.expect(plan, named, format!("name no {} in references", kind.replace('_', " ")));
        }
    }),
    ("6.3.a", |world, finding| {
        let Some(plan) = must_plan(world, finding) else { return };
        let named: BTreeSet<&str> = plan.names("sections.a").collect();
        let services = world.all("service").filter(|service| service.yes("in_scope"));
        let services: BTreeSet<&str> =
            services.filter(|service| is_live_or_coming(*service)).map(Fact::number).collect();
        finding.expect(plan, named == services, "do not list the services that are live or in transition");
    }),
    ("6.3.b", |world, finding| plan_has(world, finding, &["sections.b"])),
    ("6.3.c", |world, finding| {
        let Some(plan) = must_plan(world, finding) else { return };
        let duties = plan.entries("sections.c");
        finding.expect(plan, !duties.is_empty(), "list no duty");
        let whole = duties.iter().all(|duty| world.has_part(duty, "owner") && world.has_part(duty, "how_met"));
        finding.expect(plan, whole, "list duties without an owner or how they are met");
    }),
    ("6.3.d", |world, finding| {
        let Some(plan) = must_plan(world, finding) else { return };
        let roles = plan.entries("sections.d");
        finding.expect(plan, !roles.is_empty(), "list no role");
        let held = roles.iter().all(|number| {
            let role = number.as_text().and_then(|number| world.find_of("role", number));
            role.is_some_and(|role| role.has_active("holder"))
        });
        finding.expect(plan, held, "list roles that do not exist or have no active holder");
    }),
    ("6.3.e", |world, finding| {
        const MEANS: [&str; 4] =
            ["sections.e.human", "sections.e.technical", "sections.e.information", "sections.e.financial"];
        plan_has(world, finding, &MEANS);
    }),
    ("6.3.f", |world, finding| plan_has(world, finding, &["sections.f"])),
    ("6.3.g", |world, finding| plan_has(world, finding, &["sections.g"])),
    ("6.3.h", |world, finding| {
        const WAYS: [&str; 4] = [
            "sections.h.measures",
            "sections.h.audit_programmes",
            "sections.h.report_definitions",
            "sections.h.improvement",
        ];
        plan_has(world, finding, &WAYS);
    }),
    ("6.3-3", |world, finding| {
        finding.dated("approved_on");
        let current = world.plan();
        let approved =
            world.all("capacity_plan").chain(world.all("continuity_plan")).filter(|plan| plan.has("approved_on"));
        let transitions =
            world.all("transition_plan").filter(|plan| plan.is_one_of("state", &["approved", "complete"]));
        for plan in approved.chain(transitions) {
            let fits = plan
                .linked("management_plan")
                .any(|above| Some(above) == current || world.is_within_months(above.date("approved_on"), 12));
            finding.expect(plan, fits, "are not linked to a management plan that holds");
        }
    }),
];

fn must_method<'w>(world: &'w World, finding: &mut Finding<'w>) -> Option<Fact<'w>> {
    finding.must(world.newest(world.all("risk_method"), "approved_on"), "There is no approved method for risks")
}

fn must_plan<'w>(world: &'w World, finding: &mut Finding<'w>) -> Option<Fact<'w>> {
    finding.dated("approved_on").call("management_plan", "current management plans");
    finding.must(world.plan(), "There is no approved management plan")
}

fn plan_has<'w>(world: &'w World, finding: &mut Finding<'w>, fields: &[&str]) {
    if let Some(plan) = must_plan(world, finding) {
        finding.need(plan, fields);
    }
}

pub(super) fn is_live_or_coming(service: Fact<'_>) -> bool {
    service.is_one_of("stage", &["live", "in-transition"])
}
