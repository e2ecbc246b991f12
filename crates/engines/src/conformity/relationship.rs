//! Clauses 8.3.2 and 8.3.3: customers, satisfaction, complaints, service levels.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::{Period, Value, time::DAY};

use super::{checks::Checks, fact::Fact, finding::Finding, world::World};

pub(super) const CUSTOMERS: Checks = &[
    ("8.3.2-1", |world, finding| {
        finding.call("service", "live services in scope");
        for service in world.in_scope_live() {
            finding.need(service, &["customers"]);
        }
        for customer in world.all("customer") {
            finding.need(customer, &["contacts"]);
        }
    }),
    ("8.3.2-2", |world, finding| {
        finding.call("customer", "active customers");
        for customer in world.active("customer") {
            finding.expect(
                customer,
                customer.has_active("relationship_owner"),
                "have no relationship owner who is an active person",
            );
        }
    }),
    ("8.3.2-3", |world, finding| {
        let lines = world.all("communication_plan");
        let told: HashSet<&str> = lines.flat_map(|line| line.names("whom")).collect();
        for (customer, newest) in customers_with_review(world, finding) {
            finding.expect(customer, told.contains(customer.number()), "are in no line of the communication plan");
            if let Some(review) = newest {
                let fresh = world.is_fresh(review.date("held_on"), "customer_review");
                finding.fresh(review, fresh, "are the newest of their customer and too old");
            }
        }
    }),
    ("8.3.2-4", |world, finding| {
        for (_, newest) in customers_with_review(world, finding) {
            if let Some(review) = newest {
                finding.need(review, &["trends", "outcomes"]);
                let fresh = world.is_fresh(review.date("held_on"), "customer_review");
                finding.fresh(review, fresh, "are the newest of their customer and too old");
            }
        }
    }),
    ("8.3.2-5", |world, finding| {
        let ended = world.all("survey").filter_map(|survey| Some((period_of(survey)?.end_moment(), survey)));
        let newest = ended.max_by(|left, right| {
            left.0.cmp(&right.0).then_with(|| super::world::natural(left.1.number(), right.1.number()))
        });
        let newest = newest.map(|(_, survey)| survey);
        let Some(survey) = finding.must(newest, "Customer satisfaction was never measured") else { return };
        let invited: HashSet<&str> = survey.names("invited").collect();
        let all = world.active("customer").all(|customer| invited.contains(customer.number()));
        finding.expect(survey, all, "did not invite every active customer");
        let least = world.number("min_answers");
        let answered = survey.numeric("answers").is_some_and(|answers| answers >= least.into());
        finding.expect(survey, answered, format!("have fewer than {least} answers"));
        let fresh = world.is_period_fresh(period_of(survey).map(Period::end_moment), "satisfaction");
        finding.fresh(survey, fresh, "are the newest and too old");
    }),
    ("8.3.2-6", |world, finding| {
        finding.dated("reported_on");
        for survey in world.all("survey") {
            finding.need(survey, &["score"]);
            let ended = period_of(survey).map(Period::end_moment);
            let reported = survey.date("reported_on");
            let soon = reported.zip(ended).is_some_and(|(reported, ended)| reported.0 - ended.0 <= 60 * DAY);
            finding.expect(survey, soon, "were not reported within 60 days of their period");
            finding.expect(survey, survey.has_action(), "have no action");
        }
    }),
    ("8.3.2-7", |world, finding| {
        finding.dated("raised_on");
        let days = world.number("complaint_days");
        finding.each("complaint", |complaint, said| {
            said.need(&["owner", "status", "raised_on"]);
            if complaint.is("status", "closed") {
                said.need(&["closed_on", "reported_on"]);
            } else if complaint.date("raised_on").is_some_and(|raised| world.is_older_than_days(raised, days)) {
                let reason = format!("are open for more than {days} days and not escalated");
                said.expect(complaint.has("escalated"), reason);
            }
        });
    }),
];

pub(super) const LEVELS: Checks = &[
    ("8.3.3-1", customers_have_slas),
    ("8.3.3-2", |world, finding| {
        finding.call("service", "live services in scope").call("sla", "SLAs in force");
        if world.slas_in_force().next().is_none() {
            return finding.gap("There is no SLA in force");
        }
        let covered: HashSet<&str> = world.slas_in_force().flat_map(|sla| sla.names("service")).collect();
        for service in world.in_scope_live() {
            finding.expect(service, covered.contains(service.number()), "have no SLA in force");
        }
        for sla in world.slas_in_force() {
            let whole = |target: &Value| ["number", "unit", "period"].iter().all(|part| world.has_part(target, part));
            finding.expect(
                sla,
                sla.entries("targets").iter().any(whole),
                "have no target with number, unit and period",
            );
            finding.need(sla, &["workload_limits", "exceptions", "requirements"]);
        }
    }),
    ("8.3.3-3", |world, finding| {
        finding.call("sla", "SLAs in force");
        let mut told: HashSet<(&str, &str, Period)> = HashSet::new();
        for result in world.all("sla_result") {
            if let (Some(sla), Some(target), Some(period)) =
                (result.text("sla"), result.text("target"), period_of(result))
            {
                told.insert((sla, target, period));
            }
        }
        for sla in world.slas_in_force() {
            let months = world.closed_months_from(sla.date("agreed_on"));
            let mut names = sla.entries("targets").iter().map(|target| target.part("name").and_then(Value::as_text));
            let whole = names.all(|name| {
                name.is_some_and(|name| months.iter().all(|month| told.contains(&(sla.number(), name, *month))))
                    || months.is_empty()
            });
            finding.expect(sla, whole, "have a target without a result for each month");
        }
    }),
    ("8.3.3-4", |world, finding| {
        finding.call("sla", "SLAs in force with workload limits");
        let results = world.all("workload_result");
        let told: HashSet<(&str, Period)> =
            results.filter_map(|result| Some((result.text("sla")?, period_of(result)?))).collect();
        for sla in world.slas_in_force().filter(|sla| sla.has("workload_limits")) {
            let months = world.closed_months_from(sla.date("agreed_on"));
            let whole = months.iter().all(|month| told.contains(&(sla.number(), *month)));
            finding.expect(sla, whole, "have no workload result for each month");
        }
    }),
    ("8.3.3-5", |_, finding| {
        finding.call("sla_result", "missed SLA results");
        finding.each("sla_result", |result, said| {
            if result.no("met") {
                said.need(&["reason"]);
                let ended = period_of(result).map(Period::end_moment);
                let answers = result.linked("improvement").chain(result.linked("problem")).chain(result.actions());
                let mut written = answers.map(Fact::written);
                let followed = ended.is_some_and(|ended| written.any(|at| at.0 - ended.0 <= 30 * DAY));
                said.expect(followed, "have no action, improvement or problem within 30 days");
            }
        });
    }),
];

pub(super) fn period_of(fact: Fact<'_>) -> Option<Period> {
    fact.text("period").and_then(Period::parse)
}

/// Active customers with their newest review; those without any fail.
fn customers_with_review<'w>(world: &'w World, finding: &mut Finding<'w>) -> Vec<(Fact<'w>, Option<Fact<'w>>)> {
    finding.call("customer", "active customers").dated("held_on");
    let reviews = world.group("customer_review", "customer");
    let mut found = Vec::new();
    for customer in world.active("customer") {
        let mine = reviews.get(customer.number()).map_or(&[][..], Vec::as_slice);
        finding.expect(customer, !mine.is_empty(), "have no review");
        found.push((customer, world.newest_or_undated(mine, "held_on")));
    }
    found
}

fn customers_have_slas<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.call("customer", "active customers").call("sla", "SLAs of active customers");
    if world.slas_in_force().next().is_none() {
        return finding.gap("There is no SLA in force");
    }
    let mut slas: HashMap<(&str, &str), Vec<Fact<'_>>> = HashMap::new();
    for sla in world.slas_in_force() {
        for customer in sla.names("customer") {
            sla.names("service").for_each(|service| slas.entry((customer, service)).or_default().push(sla));
        }
    }
    for customer in world.active("customer") {
        let wanted: BTreeSet<&str> = customer.names("services").collect();
        let whole = wanted.iter().all(|service| slas.contains_key(&(customer.number(), *service)));
        finding.expect(customer, whole, "have a service without an SLA in force");
        for sla in wanted.iter().filter_map(|service| slas.get(&(customer.number(), *service))).flatten() {
            finding.need(*sla, &["agreed_on"]);
            finding.expect(*sla, sla.has_active("agreed_by"), "were agreed by no active person of the provider");
            let outside = sla.names("agreed_by").any(|mail| !world.is_of_provider(mail));
            finding.expect(*sla, outside, "were agreed by nobody outside the provider");
        }
    }
}
