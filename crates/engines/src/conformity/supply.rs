//! Clauses 8.2.3 and 8.3.4: other parties in the lifecycle, suppliers, contracts, internal agreements.

use std::collections::HashMap;

use model::{Moment, Period, Value};

use super::{
    checks::Checks,
    fact::{Fact, as_number},
    finding::Finding,
    services::providers,
    world::World,
};

pub(super) const PARTIES: Checks = &[
    ("8.2.3.1-1", |world, finding| {
        let services = world.all("service").filter(|service| !service.is("stage", "retired"));
        finding.call("service", "services that are not retired");
        for fact in services.chain(world.all("process")) {
            finding.expect(fact, fact.has_active("owner"), "have no owner who is an active person");
        }
    }),
    ("8.2.3.1-2", parties_were_selected),
    ("8.2.3.1-3", something_is_kept),
    ("8.2.3.1-4", |world, finding| {
        finding.call("other_party", "active other parties");
        for party in world.active("other_party") {
            let some =
                ["provides.services", "provides.components", "provides.processes"].iter().any(|part| party.has(part));
            finding.expect(party, some, "provide nothing that is written down");
        }
    }),
    ("8.2.3.1-5", parties_are_integrated),
    ("8.2.3.2.a", |world, finding| {
        finding.call("other_party", "active parties that run processes");
        parties_perform(world, finding, providers(world, &["processes"]), "supplier_performance");
    }),
    ("8.2.3.2.b", |world, finding| {
        finding.call("other_party", "active parties that provide services or components");
        parties_perform(world, finding, providers(world, &["services", "components"]), "supplier_performance");
    }),
];

pub(super) const SUPPLIERS: Checks = &[
    ("8.3.4.1-1", |world, finding| {
        finding.call("other_party", "active external suppliers");
        for party in world.active_external() {
            finding.expect(party, party.has_active("owner"), "have no owner who is an active person");
        }
    }),
    ("8.3.4.1-2", |world, finding| {
        finding.call("other_party", "active external suppliers").call("contract", "contracts in force");
        if world.active_external().next().is_some() && !world.has_any("contract") {
            return finding.gap("There is no contract, though there are external suppliers");
        }
        let contracts = in_force_by_party(world);
        for party in world.active_external() {
            let mine = contracts.get(party.number()).map_or(&[][..], Vec::as_slice);
            finding.expect(party, !mine.is_empty(), "have no contract in force");
            for contract in mine {
                finding.need(*contract, &["scope", "requirements", "targets", "duties"]);
            }
        }
    }),
    ("8.3.4.1-3", contracts_carry_the_slas),
    ("8.3.4.1-4", |world, finding| {
        finding.call("other_party", "active external suppliers");
        for party in world.active_external() {
            finding.need(party, &["interfaces", "escalation_contact"]);
        }
    }),
    ("8.3.4.1-5", |world, finding| {
        finding.call("other_party", "active external suppliers").call("supplier_result", "missed results of suppliers");
        parties_perform(world, finding, world.active_external(), "supplier_performance");
        let results = world.group("supplier_result", "party");
        for party in world.active_external() {
            let mine = results.get(party.number()).into_iter().flatten();
            for result in mine.filter(|result| result.no("met")) {
                finding.expect(*result, result.has_action(), "have no action");
            }
        }
    }),
    ("8.3.4.1-6", |world, finding| {
        finding.call("contract", "contracts in force");
        let reviews = world.group("contract_review", "contract");
        for contract in world.contracts_in_force() {
            let mine = reviews.get(contract.number()).map_or(&[][..], Vec::as_slice);
            if finding.expect(contract, !mine.is_empty(), "have no review") {
                let newest = mine.iter().filter_map(|review| review.date("on")).max();
                finding.seen(newest);
                finding.fresh(contract, world.is_fresh(newest, "contract_review"), "were not reviewed in time");
            }
        }
    }),
    ("8.3.4.1-7", |world, finding| {
        finding.dated("start").call("contract", "contracts with a version above 1");
        let renewed = |contract: &Fact<'_>| contract.numeric("version").is_some_and(|version| version > 1.into());
        for contract in world.all("contract").filter(renewed) {
            let start = contract.date("start");
            let assessed = contract.linked("change").any(|change| {
                let in_time = change.date("decided_on").zip(start).is_some_and(|(decided, start)| decided <= start);
                change.has("effects") && in_time
            });
            finding.expect(
                contract,
                assessed,
                "are linked to no change that was assessed and decided before their start",
            );
        }
    }),
    ("8.3.4.1-8", |world, finding| {
        finding.dated("raised_on");
        let days = world.number("dispute_days");
        for dispute in world.all("dispute") {
            finding.need(dispute, &["owner", "status"]);
            let long = dispute.date("raised_on").is_some_and(|raised| world.is_older_than_days(raised, days));
            if long && !dispute.is("status", "closed") {
                let noted = dispute.noted().any(|at| world.is_within_days(at, 30));
                finding.expect(
                    dispute,
                    noted,
                    format!("are open for more than {days} days and were not noted in the last 30"),
                );
            }
        }
    }),
];

pub(super) const INTERNAL: Checks = &[
    ("8.3.4.2-1", |world, finding| {
        finding.call("other_party", "active internal suppliers and customers that supply");
        let parties = || world.active("other_party").filter(|party| party.is_one_of("kind", &["internal", "customer"]));
        if parties().next().is_some() && !world.has_any("internal_agreement") {
            return finding.gap("There is no internal agreement, though there are internal suppliers");
        }
        let agreements = world.group("internal_agreement", "party");
        for party in parties() {
            let mut mine = agreements.get(party.number()).into_iter().flatten();
            let whole = mine.any(|agreement| {
                (agreement.has("targets") || agreement.has("commitments"))
                    && agreement.has_all(&["activities", "interfaces"])
            });
            finding.expect(party, whole, "have no agreement with targets, activities and interfaces");
        }
    }),
    ("8.3.4.2-2", |world, finding| {
        let results = world.group("supplier_result", "party");
        for agreement in world.all("internal_agreement") {
            let mine = agreement.text("party").and_then(|party| results.get(party)).map_or(&[][..], Vec::as_slice);
            if finding.expect(agreement, !mine.is_empty(), "have no result of their party") {
                let fresh = world.is_period_fresh(newest_period_end(mine), "internal_performance");
                finding.fresh(agreement, fresh, "have no result that is new enough");
            }
            let mut missed = mine.iter().filter(|result| result.no("met"));
            let followed = missed.all(|result| result.has_action() || result.is_linked(&["improvement"]));
            finding.expect(agreement, followed, "have a missed result without an action or improvement");
        }
    }),
];

pub(super) fn newest_period_end(facts: &[Fact<'_>]) -> Option<Moment> {
    facts.iter().filter_map(|fact| fact.text("period").and_then(Period::parse)).map(Period::end_moment).max()
}

/// Every one of these parties has a result of a period that is new enough.
pub(super) fn parties_perform<'w>(
    world: &'w World,
    finding: &mut Finding<'w>,
    parties: impl Iterator<Item = Fact<'w>>,
    interval: &str,
) {
    let results = world.group("supplier_result", "party");
    for party in parties {
        let mine = results.get(party.number()).map_or(&[][..], Vec::as_slice);
        if finding.expect(party, !mine.is_empty(), "have no result") {
            let fresh = world.is_period_fresh(newest_period_end(mine), interval);
            finding.fresh(party, fresh, "have no result that is new enough");
        }
    }
}

fn in_force_by_party(world: &World) -> HashMap<&str, Vec<Fact<'_>>> {
    let mut contracts: HashMap<&str, Vec<Fact<'_>>> = HashMap::new();
    for contract in world.contracts_in_force() {
        contract.names("party").for_each(|party| contracts.entry(party).or_default().push(contract));
    }
    contracts
}

fn parties_were_selected<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.call("other_party", "active other parties");
    let evaluations = world.group("party_evaluation", "party");
    let contracts = world.group("contract", "party");
    for party in world.active("other_party") {
        let mine = evaluations.get(party.number()).into_iter().flatten();
        let selections: Vec<_> =
            mine.filter(|one| one.is("kind", "selection") && one.has_all(&["criteria", "result"])).collect();
        finding.expect(party, !selections.is_empty(), "have no selection with criteria and result");
        let first = contracts.get(party.number()).into_iter().flatten();
        let first = first.filter(|contract| contract.numeric("version") == Some(1.into()));
        if let Some(start) = first.filter_map(|contract| contract.date("start")).min() {
            let before = selections.iter().any(|selection| selection.date("on").is_some_and(|on| on <= start));
            finding.expect(party, before, "were not selected before their first contract began");
        }
    }
}

/// Some process, and some service or item, is in nobody else's hands.
fn something_is_kept<'w>(world: &'w World, finding: &mut Finding<'w>) {
    let given = |parts: &'static [&'static str]| -> std::collections::HashSet<&str> {
        let parties = world.active("other_party");
        parties.flat_map(|party| parts.iter().flat_map(move |part| party.names(part))).collect()
    };
    let is_given = |given: &std::collections::HashSet<&str>, fact: Fact<'_>| {
        given.contains(fact.number()) || fact.text("name").is_some_and(|name| given.contains(name))
    };
    let processes = given(&["provides.processes"]);
    let others = given(&["provides.services", "provides.components"]);
    finding.call("service", "live services in scope");
    let (mut kept_process, mut kept_service) = (false, false);
    for process in world.all("process") {
        finding.look(process);
        kept_process |= !is_given(&processes, process);
    }
    for fact in world.in_scope_live().chain(world.all("ci")) {
        finding.look(fact);
        kept_service |= !is_given(&others, fact);
    }
    if !kept_process {
        finding.gap("Every process is run by another party");
    }
    if !kept_service {
        finding.gap("Every service and component is provided by another party");
    }
}

fn parties_are_integrated<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.call("other_party", "active other parties");
    let contracts = world.group("contract", "party");
    let agreements = world.group("internal_agreement", "party");
    let evaluations = world.group("party_evaluation", "party");
    let reviews = world.group("contract_review", "contract");
    for party in world.active("other_party") {
        let mine = || contracts.get(party.number()).into_iter().flatten();
        let agreed =
            mine().chain(agreements.get(party.number()).into_iter().flatten()).any(|one| one.has("interfaces"));
        finding.expect(party, agreed, "have no contract or agreement with interfaces");
        let reviewed = mine().flat_map(|contract| reviews.get(contract.number()).into_iter().flatten());
        let looked: Vec<_> = evaluations.get(party.number()).into_iter().flatten().chain(reviewed).collect();
        if finding.expect(party, !looked.is_empty(), "were never evaluated") {
            let newest = looked.iter().filter_map(|one| one.date("on")).max();
            finding.seen(newest);
            finding.fresh(party, world.is_fresh(newest, "party_evaluation"), "were not evaluated in time");
        }
    }
}

fn contracts_carry_the_slas<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.call("contract", "contracts in force behind live services");
    let contracts = in_force_by_party(world);
    let mut slas: HashMap<&str, Vec<Fact<'_>>> = HashMap::new();
    for sla in world.slas_in_force() {
        sla.names("service").for_each(|service| slas.entry(service).or_default().push(sla));
    }
    for service in world.in_scope_live() {
        let asked = || slas.get(service.number()).into_iter().flatten().flat_map(|sla| sla.entries("targets"));
        let parties = service.names("parties").filter_map(|party| world.find_of("other_party", party));
        for party in parties.filter(|party| party.yes("active") && party.is("kind", "external")) {
            for contract in contracts.get(party.number()).into_iter().flatten() {
                let mut promised = contract.entries("targets").iter();
                let strict = promised.all(|promise| asked().all(|asked| is_as_strict(promise, asked)));
                let accepted = strict || contract.is_linked(&["risk"]);
                finding.expect(*contract, accepted, "have a target that is weaker than the SLA, and no risk");
            }
        }
    }
}

/// Targets of another kind or unit do not compare, nor does one without a number.
fn is_as_strict(promise: &Value, asked: &Value) -> bool {
    let same = |part: &str| promise.part(part).is_some() && promise.part(part) == asked.part(part);
    if !same("kind") || !same("unit") {
        return true;
    }
    let number = |target: &Value| target.part("number").and_then(as_number);
    match (number(promise), number(asked)) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(promise), Some(limit)) => {
            let at_most = asked.part("comparison").and_then(Value::as_text) == Some("at-most");
            if at_most { promise <= limit } else { promise >= limit }
        }
    }
}
