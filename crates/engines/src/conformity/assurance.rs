//! Clause 8.7: availability, continuity, information security.

use std::collections::{HashMap, HashSet};

use model::{
    Decimal, Period, Value,
    time::{DAY, HOUR},
};

use super::{
    checks::Checks,
    fact::{Fact, as_number},
    finding::Finding,
    leadership::{look_or_gap, must_policy, policy_is_kept},
    relationship::period_of,
    span::minutes,
    transition::{is_within_after, newest_trend, share_a_service},
    world::World,
};

pub(super) const AVAILABILITY: Checks = &[
    ("8.7.1-1", |world, finding| {
        services_have_risks(world, finding, "availability", "availability_risk");
    }),
    ("8.7.1-2", targets_carry_the_slas),
    ("8.7.1-3", |world, finding| {
        for target in world.all("availability_target") {
            finding.need(target, &["version"]);
            let newest = target.date("checked_on").max(target.date("agreed_on"));
            finding.seen(newest);
            finding.fresh(target, world.is_within_months(newest, 12), "were not checked in the last 12 months");
        }
    }),
    ("8.7.1-4", availability_is_measured),
    ("8.7.1-5", |world, finding| {
        finding.call("outage", "unplanned outages").dated("end");
        let least = minutes(world.number("outage_minutes"));
        finding.each("outage", |outage, said| {
            if outage.no("planned") {
                let long =
                    outage.date("start").zip(outage.date("end")).is_some_and(|(start, end)| end.0 - start.0 > least);
                if long {
                    said.need(&["cause"]);
                    let followed = outage.has_action() || outage.is_linked(&["problem"]);
                    said.expect(followed, "have no action or problem");
                }
            }
        });
    }),
];

pub(super) const CONTINUITY: Checks = &[
    ("8.7.2-1", |world, finding| {
        services_have_risks(world, finding, "continuity", "continuity_risk");
    }),
    ("8.7.2-2", |world, finding| {
        finding.call("service", "live services in scope");
        if !world.has_any("continuity_requirement") {
            return finding.gap("There is no continuity requirement");
        }
        let whole =
            world.all("continuity_requirement").filter(|one| one.has_all(&["rto", "rpo", "basis", "agreed_on"]));
        let whole: HashSet<&str> = whole.flat_map(|requirement| requirement.names("service")).collect();
        for service in world.in_scope_live() {
            finding.expect(service, whole.contains(service.number()), "have no agreed recovery time and point");
        }
    }),
    ("8.7.2-3", |world, finding| {
        finding.call("service", "live services in scope").call("continuity_plan", "current continuity plans");
        if world.current_continuity_plans().next().is_none() {
            return finding.gap("There is no approved continuity plan");
        }
        let covered: HashSet<&str> = world.current_continuity_plans().flat_map(|plan| plan.names("services")).collect();
        for service in world.in_scope_live() {
            finding.expect(service, covered.contains(service.number()), "are in no continuity plan");
        }
        for plan in world.current_continuity_plans() {
            finding.need(plan, &["sections.a", "sections.b", "sections.c", "sections.d", "sections.e"]);
            let fresh = plan.date("review_due").is_some_and(|due| world.is_today_or_later(due));
            finding.fresh(plan, fresh, "are past their review");
        }
    }),
    ("8.7.2-4", |world, finding| {
        finding.call("continuity_plan", "current continuity plans").dated("contacts_checked_on");
        for plan in world.current_continuity_plans() {
            finding.need(plan, &["contacts", "contacts_checked_on", "copies"]);
            let fresh = world.is_within_months(plan.date("contacts_checked_on"), 6);
            finding.fresh(plan, fresh, "had their contacts checked more than 6 months ago");
        }
    }),
    ("8.7.2-5", |world, finding| {
        finding.call("continuity_plan", "current continuity plans");
        let tests = world.group("continuity_test", "plan");
        for plan in world.current_continuity_plans() {
            let mine = tests.get(plan.number()).map_or(&[][..], Vec::as_slice);
            finding.expect(plan, !mine.is_empty(), "were never tested");
            if let Some(newest) = world.newest_or_undated(mine, "on") {
                finding.need(newest, &["rto_reached", "rpo_reached"]);
                let fresh = world.is_fresh(newest.date("on"), "continuity_test");
                finding.fresh(plan, fresh, "were not tested in time");
            }
        }
    }),
    ("8.7.2-6", |world, finding| {
        finding.call("change", "changes of the environment that are due for a test").dated("implemented_on");
        let days = world.number("retest_days");
        let tests = world.group("continuity_test", "plan");
        finding.each("change", |change, said| {
            if change.yes("environment_change") {
                let Some(done) = change.date("implemented_on").filter(|done| world.is_older_than_days(*done, days))
                else {
                    return;
                };
                let mut plans = world.current_continuity_plans().filter(|plan| share_a_service(*plan, change));
                let tested = plans.all(|plan| {
                    let mut mine = tests.get(plan.number()).into_iter().flatten();
                    mine.any(|test| test.date("on").is_some_and(|on| is_within_after(on, done, days)))
                });
                said.expect(tested, format!("have a continuity plan that was not tested within {days} days"));
            }
        });
    }),
    ("8.7.2-7", |world, finding| {
        for (kind, field) in [("continuity_test", "on"), ("continuity_use", "invoked_on")] {
            for event in world.all(kind) {
                finding.need(event, &["review"]);
                let late = event
                    .date("review.on")
                    .zip(event.date(field))
                    .is_some_and(|(reviewed, on)| reviewed.0 - on.0 > 31 * DAY);
                finding.expect(event, !late, "were reviewed more than 31 days later");
                finding.expect(event, !event.no("passed") || event.has_action(), "were not passed and have no action");
            }
        }
    }),
    ("8.7.2-8", |world, finding| {
        finding.dated("invoked_on").call("continuity_use", "uses of a continuity plan");
        for event in world.all("continuity_use") {
            finding.need(event, &["cause", "impact", "recovery", "reported_on"]);
        }
    }),
];

pub(super) const SECURITY: Checks = &[
    ("8.7.3.1-1", |world, finding| policy_is_kept(world, finding, "information-security")),
    ("8.7.3.1-2", |world, finding| {
        let Some(policy) = must_policy(world, finding, "information-security") else { return };
        finding.need(policy, &["audiences"]);
        let plans = |reference: &str| {
            reference.strip_suffix("#c").is_some_and(|plan| world.find_of("management_plan", plan).is_some())
        };
        finding.expect(policy, policy.names("references").any(plans), "do not refer to section c of a management plan");
    }),
    ("8.7.3.1-3", |world, finding| {
        finding.dated("sent_on").call("communication", "messages on information security in the last 12 months");
        for group in ["staff", "customers", "suppliers"] {
            let told = world.all("communication").filter(|message| {
                message.is("about", "information-security")
                    && message.holds("audience", group)
                    && world.is_within_months(message.date("sent_on"), 12)
            });
            look_or_gap(
                finding,
                told,
                &format!("No message on information security went to {group} in the last 12 months"),
            );
        }
    }),
    ("8.7.3.2-1", |world, finding| {
        if services_have_risks(world, finding, "information-security", "security_risk") {
            let own = world.all("risk").filter(|risk| risk.is("area", "information-security") && !risk.has("service"));
            look_or_gap(finding, own, "There is no information security risk of the management system itself");
        }
    }),
    ("8.7.3.2-2", |world, finding| {
        finding.call("risk", "information security risks above the acceptance limit");
        let limit = world.acceptance_limit();
        let controls = world.all("security_control").filter(|control| control.is("state", "operating"));
        let treated: HashSet<&str> = controls.flat_map(|control| control.names("risks")).collect();
        for risk in world.all("risk").filter(|risk| risk.is("area", "information-security")) {
            if risk.numeric("score").is_some_and(|score| score > limit) {
                finding.expect(risk, treated.contains(risk.number()), "are treated by no operating control");
            }
        }
    }),
    ("8.7.3.2-3", |world, finding| {
        finding.dated("decided_on");
        for control in world.all("security_control") {
            finding.need(control, &["decision", "decided_on", "owner"]);
        }
    }),
    ("8.7.3.2-4", |world, finding| {
        finding.call("other_party", "active external suppliers with access to information");
        let controls = world.all("security_control").filter(|control| control.has("agreed"));
        let agreed: HashSet<&str> = controls.flat_map(|control| control.names("external_party")).collect();
        for party in world.active_external().filter(|party| party.yes("information_access")) {
            finding.expect(party, agreed.contains(party.number()), "have no agreed control");
        }
    }),
    ("8.7.3.2-5", |world, finding| {
        finding.call("security_control", "operating controls").dated("checked_on");
        for control in world.all("security_control").filter(|control| control.is("state", "operating")) {
            finding.need(control, &["checked_on", "effective"]);
            finding.expect(
                control,
                !control.no("effective") || control.has_action(),
                "are not effective and have no action",
            );
            let fresh = world.is_within_months(control.date("checked_on"), 12);
            finding.fresh(control, fresh, "were not checked in the last 12 months");
        }
    }),
    ("8.7.3.3-1", |_, finding| {
        finding.dated("raised_on");
        finding.each("security_incident", |_, said| {
            said.need(&["raised_on", "type", "risk", "priority"]);
        });
    }),
    ("8.7.3.3-2", |_, finding| {
        finding.dated("closed_on").call("security_incident", "closed security incidents");
        let closed = |incident: &Fact<'_>| incident.is("state", "closed") || incident.has("closed_on");
        finding.each("security_incident", |incident, said| {
            if closed(&incident) {
                said.need(&["resolved_on", "closed_on"]);
            }
        });
    }),
    ("8.7.3.3-3", |world, finding| {
        if let Some(review) = newest_trend(world, finding, "security-incident") {
            finding.need(review, &["findings"]);
            let parts = review.entries("findings").iter().filter(|entry| matches!(entry, Value::Parts(_)));
            let whole = |entry: &Value| ["type", "volume", "impact"].iter().all(|part| world.has_part(entry, part));
            finding.expect(review, parts.into_iter().all(whole), "have findings without type, volume or impact");
            finding.fresh(
                review,
                world.is_within_months(review.date("on"), 12),
                "are the newest and older than 12 months",
            );
        }
    }),
    ("8.7.3.3-4", |_, finding| {
        finding.dated("closed_on").call("security_incident", "closed security incidents");
        finding.each("security_incident", |incident, said| {
            if incident.has("closed_on") {
                said.need(&["reviewed_on"]);
            }
        });
    }),
];

/// Every in-scope live service has a risk of an area that was reviewed in time. False when the area has no risk at all.
fn services_have_risks<'w>(world: &'w World, finding: &mut Finding<'w>, area: &str, interval: &str) -> bool {
    let named = area.replace('-', " ");
    finding.call("service", "live services in scope").call("risk", format!("{named} risks"));
    finding.dated("reviewed_on");
    let mut risks: HashMap<&str, Vec<Fact<'_>>> = HashMap::new();
    let mut any = false;
    for risk in world.all("risk").filter(|risk| risk.is("area", area)) {
        any = true;
        risk.names("service").for_each(|service| risks.entry(service).or_default().push(risk));
    }
    if !any {
        finding.gap(format!("There is no {named} risk"));
        return false;
    }
    for service in world.in_scope_live() {
        let mine = risks.get(service.number()).map_or(&[][..], Vec::as_slice);
        finding.expect(service, !mine.is_empty(), format!("have no {named} risk"));
        if let Some(newest) = world.newest_or_undated(mine, "reviewed_on") {
            finding.fresh(newest, world.is_fresh(newest.date("reviewed_on"), interval), "were not reviewed in time");
        }
    }
    true
}

fn targets_carry_the_slas<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.call("service", "live services in scope");
    if !world.has_any("availability_target") {
        return finding.gap("There is no availability target");
    }
    let targets = world.group("availability_target", "service");
    let mut agreed: HashMap<&str, Decimal> = HashMap::new();
    for sla in world.slas_in_force() {
        let kind = |target: &&Value| target.part("kind").and_then(Value::as_text) == Some("availability");
        let numbers = sla.entries("targets").iter().filter(kind).filter_map(|target| as_number(target.part("number")?));
        if let Some(number) = numbers.max() {
            for service in sla.names("service") {
                let greatest = agreed.entry(service).or_insert(number);
                *greatest = number.max(*greatest);
            }
        }
    }
    for service in world.in_scope_live() {
        let mine = targets.get(service.number()).map_or(&[][..], Vec::as_slice);
        let whole = mine.iter().any(|target| target.has_all(&["basis", "agreed_on", "target"]));
        finding.expect(service, whole, "have no agreed availability target");
        for target in mine {
            let promised = target.numeric("target");
            let strong = agreed.get(service.number()).is_none_or(|agreed| promised >= Some(*agreed));
            finding.expect(*target, strong, "are weaker than the SLA");
        }
    }
}

/// Every target has a result for each month, and every result of its service is what the outages give.
fn availability_is_measured<'w>(world: &'w World, finding: &mut Finding<'w>) {
    let results = world.group("availability_result", "service");
    let outages = world.group("outage", "service");
    for target in world.all("availability_target") {
        let service = target.text("service").unwrap_or_default();
        let mine = results.get(service).map_or(&[][..], Vec::as_slice);
        let told: HashSet<Period> = mine.iter().filter_map(|result| period_of(*result)).collect();
        let whole = world.closed_months_from(target.date("agreed_on")).iter().all(|month| told.contains(month));
        finding.expect(target, whole, "have no result for each month");
        let down = outages.get(service).map_or(&[][..], Vec::as_slice);
        for result in mine {
            finding.expect(*result, is_as_computed(*result, down), "differ from what the outages give");
        }
    }
}

/// 100 x (counted - down) / counted, within 0.005 (rules.md R13, round the clock).
fn is_as_computed(result: Fact<'_>, outages: &[Fact<'_>]) -> bool {
    let (Some(actual), Some(period)) = (result.numeric("actual"), period_of(result)) else { return false };
    let (begin, end) = (period.begin_moment().0, period.end_moment().0);
    let (mut excused, mut down) = (0, 0);
    for outage in outages {
        let (Some(from), Some(to)) = (outage.date("start"), outage.date("end")) else { continue };
        let part = (to.0.min(end) - from.0.max(begin)).max(0);
        let announced = outage.date("notice_on").is_some_and(|notice| from.0 - notice.0 >= 72 * HOUR);
        if outage.yes("planned") && announced { excused += part } else { down += part }
    }
    let counted = Decimal::from(end - begin - excused);
    if counted <= Decimal::ZERO {
        return true;
    }
    let computed = Decimal::ONE_HUNDRED * (counted - Decimal::from(down)) / counted;
    actual.checked_sub(computed).is_some_and(|off| off.abs() <= Decimal::new(5, 3))
}
