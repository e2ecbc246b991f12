//! Clause 8.4: budgets and costs, demand, capacity.

use std::collections::{HashMap, HashSet};

use model::{Decimal, Period};

use super::{
    checks::Checks,
    fact::{Fact, as_number},
    finding::Finding,
    relationship::period_of,
    world::World,
};

pub(super) const CHECKS: Checks = &[
    ("8.4.1-1", |world, finding| {
        finding.call("service", "live services in scope");
        let year = Period::parse(&world.year());
        let planned = world.all("budget").filter(|budget| period_of(*budget) == year);
        let planned: HashSet<&str> = planned.flat_map(|budget| budget.names("service")).collect();
        let spent = world.all("cost").filter(|cost| {
            period_of(*cost)
                .zip(year)
                .is_some_and(|(period, year)| period.begin >= year.begin && period.end <= year.end)
        });
        let spent: HashSet<&str> = spent.flat_map(|cost| cost.names("service")).collect();
        for service in world.in_scope_live() {
            finding.expect(service, planned.contains(service.number()), "have no budget of this year");
            finding.expect(service, spent.contains(service.number()), "have no cost of this year");
        }
    }),
    ("8.4.1-2", |world, finding| {
        finding.call("service", "live services in scope");
        services_have_budgets(world, finding, "have no approved budget of this year");
    }),
    ("8.4.1-3", |world, finding| {
        finding.dated("on");
        let newest = world.newest(world.all("cost_review"), "on");
        if let Some(newest) = finding.must(newest, "Costs were never reviewed") {
            finding.fresh(newest, world.is_fresh(newest.date("on"), "cost_review"), "are the newest and too old");
        }
        let limit = Decimal::from(world.number("variance_percent"));
        for review in world.all("cost_review") {
            let mut percents = review.entries("variance").iter().filter_map(|entry| as_number(entry.part("percent")?));
            let wide = percents.any(|percent| percent.abs() > limit);
            finding.expect(
                review,
                !wide || review.has("decisions"),
                format!("show more than {limit} percent variance and no decision"),
            );
        }
    }),
    ("8.4.2.a", demand_is_forecast),
    ("8.4.2.b", |world, finding| {
        finding.call("service", "live services in scope");
        let demand = world.group("demand", "service");
        for service in world.in_scope_live() {
            let mine = demand.get(service.number()).into_iter().flatten();
            let newest = mine.filter_map(|demand| demand.date("reported_on")).max();
            finding.seen(newest);
            if finding.expect(service, newest.is_some(), "have no demand that was reported") {
                finding.fresh(
                    service,
                    world.is_fresh(newest, "demand_review"),
                    "have no demand that was reported in time",
                );
            }
        }
    }),
    ("8.4.3-1", |world, finding| {
        finding.call("service", "live services in scope");
        let needs = world.all("capacity_requirement").filter(|requirement| requirement.has("need"));
        let needs: HashSet<(&str, &str)> =
            needs.filter_map(|need| Some((need.text("service")?, need.text("resource_kind")?))).collect();
        for service in world.in_scope_live() {
            for kind in ["human", "technical", "information", "financial"] {
                let known = needs.contains(&(service.number(), kind));
                finding.expect(service, known, format!("have no capacity requirement for {kind} resources"));
            }
        }
    }),
    ("8.4.3-2", |world, finding| {
        finding.call("service", "live services in scope");
        if !world.has_any("capacity_plan") {
            return finding.gap("There is no capacity plan");
        }
        const PARTS: [&str; 5] = ["approved_on", "demand_basis", "availability_effect", "thresholds", "timescales"];
        let whole = world.all("capacity_plan").filter(|plan| plan.has_all(&PARTS));
        let planned: HashSet<&str> = whole.flat_map(|plan| plan.names("service")).collect();
        for service in world.in_scope_live() {
            finding.expect(service, planned.contains(service.number()), "have no approved capacity plan that is whole");
        }
    }),
    ("8.4.3-3", thresholds_are_answered),
    ("8.4.3-4", |world, finding| {
        finding.call("capacity_reading", "newest readings of planned resources").dated("at");
        let readings = world.group("capacity_reading", "resource");
        for (plan, threshold) in thresholds(world) {
            let mine = threshold.resource.and_then(|resource| readings.get(resource)).map_or(&[][..], Vec::as_slice);
            finding.expect(plan, !mine.is_empty(), "have a resource without a reading");
            if let Some(newest) = world.newest_or_undated(mine, "at") {
                let fresh = newest.date("at").is_some_and(|at| world.is_within_days(at, 31));
                finding.fresh(newest, fresh, "are older than 31 days");
            }
        }
    }),
];

/// Every in-scope live service has an approved budget for the calendar year of the instant.
pub(super) fn services_have_budgets<'w>(world: &'w World, finding: &mut Finding<'w>, reason: &'static str) {
    let year = Period::parse(&world.year());
    let approved = world.all("budget").filter(|budget| period_of(*budget) == year && budget.has("approved_on"));
    let approved: HashSet<&str> = approved.flat_map(|budget| budget.names("service")).collect();
    for service in world.in_scope_live() {
        finding.expect(service, approved.contains(service.number()), reason);
    }
}

fn demand_is_forecast<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.call("service", "live services in scope");
    let month = world.last_closed_month();
    let demand = world.group("demand", "service");
    for service in world.in_scope_live() {
        let mine = || demand.get(service.number()).into_iter().flatten();
        let measured = mine().any(|demand| period_of(*demand) == Some(month) && demand.has("actual"));
        finding.expect(service, measured, "have no actual demand of the last month");
        let later = |demand: &&Fact<'_>| period_of(**demand).is_some_and(|period| period.begin >= month.end);
        let ahead: Vec<_> = mine().filter(later).filter(|demand| demand.has("forecast")).collect();
        if finding.expect(service, !ahead.is_empty(), "have no forecast of demand") {
            let fresh = ahead.iter().any(|demand| world.is_fresh(demand.date("reported_on"), "demand_review"));
            finding.fresh(service, fresh, "have no forecast that was reported in time");
        }
    }
}

/// A resource may use so many percent of its total for so many days.
struct Threshold<'w> {
    resource: Option<&'w str>,
    number: Option<Decimal>,
    allowed_days: Option<Decimal>,
}

fn thresholds(world: &World) -> impl Iterator<Item = (Fact<'_>, Threshold<'_>)> {
    world.all("capacity_plan").flat_map(|plan| {
        plan.entries("thresholds").iter().map(move |entry| {
            let number = |part: &str| entry.part(part).and_then(as_number);
            let resource = entry.part("resource").and_then(model::Value::as_text);
            (plan, Threshold { resource, number: number("number"), allowed_days: number("allowed_days") })
        })
    })
}

/// A resource that has been over its threshold for too long needs an action.
fn thresholds_are_answered<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.call("capacity_reading", "newest readings of planned resources").dated("at");
    let readings: HashMap<&str, Vec<Fact<'_>>> = world.group("capacity_reading", "resource");
    for (plan, threshold) in thresholds(world) {
        let mine = threshold.resource.and_then(|resource| readings.get(resource)).into_iter().flatten();
        let mut mine: Vec<_> = mine.filter_map(|reading| Some((reading.date("at")?, *reading))).collect();
        mine.sort_by(|left, right| {
            left.0.cmp(&right.0).then_with(|| super::world::natural(left.1.number(), right.1.number()))
        });
        let Some((_, newest)) = mine.last().copied() else { continue };
        finding.look(newest);
        let Some(number) = threshold.number else { continue };
        let run: Vec<_> = mine.iter().rev().take_while(|(_, reading)| is_over(*reading, number)).collect();
        let Some((first, _)) = run.last() else { continue };
        let allowed = threshold.allowed_days.unwrap_or_default();
        let long = Decimal::from(world.whole_days_since(*first)) > allowed;
        let acted = || plan.has_action() || run.iter().any(|(_, reading)| reading.has_action());
        finding.expect(newest, !long || acted(), "are over the threshold for too long, without an action");
    }
}

fn is_over(reading: Fact<'_>, percent: Decimal) -> bool {
    let used = reading.numeric("used").zip(reading.numeric("total"));
    let share = used.and_then(|(used, total)| used.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(total));
    share.is_some_and(|share| share > percent)
}
