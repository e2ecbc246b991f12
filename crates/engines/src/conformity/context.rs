//! Clause 4: context, interested parties, scope, the management system itself.

use std::collections::BTreeSet;

use super::{
    catalogue::{catalogue, is_within},
    checks::Checks,
    fact::Fact,
    finding::Finding,
    world::World,
};

pub(super) const CHECKS: Checks = &[
    ("4.1-1", |world, finding| {
        for side in ["external", "internal"] {
            if !world.all("context_issue").any(|issue| issue.is("side", side)) {
                finding.gap(format!("There is no {side} context issue"));
            }
        }
        finding.dated("reviewed_on");
        for issue in world.all("context_issue") {
            finding.need(issue, &["owner", "effect"]);
        }
        newest_is_reviewed(world, finding, "context_issue");
    }),
    ("4.1-2", |world, finding| {
        finding.dated("reviewed_on").call("context_issue", "context issues about climate change");
        let issues: Vec<_> = world.all("context_issue").filter(|issue| issue.is("topic", "climate-change")).collect();
        if issues.is_empty() {
            finding.gap("There is no context issue about climate change");
        }
        for issue in &issues {
            finding.expect(*issue, issues.len() == 1, "are there where one decision is wanted");
            finding.expect(*issue, issue.flag("relevant").is_some(), "do not say whether it is relevant");
            finding.need(*issue, &["reason"]);
            let fresh = world.is_fresh(issue.date("reviewed_on"), "context_review");
            finding.fresh(*issue, fresh, "were not reviewed in time");
        }
    }),
    ("4.2.a", |world, finding| {
        for kind in ["customer", "supplier", "staff"] {
            if !world.all("interested_party").any(|party| party.is("kind", kind)) {
                finding.gap(format!("There is no interested party of kind {kind}"));
            }
        }
        for party in world.all("interested_party") {
            finding.need(party, &["owner"]);
        }
    }),
    ("4.2.b", |world, finding| {
        finding.dated("reviewed_on");
        for party in world.all("interested_party") {
            finding.need(party, &["requirements", "how_met"]);
        }
        newest_is_reviewed(world, finding, "interested_party");
    }),
    ("4.2-n1", |world, finding| {
        finding.dated("reviewed_on").call("interested_party", "interested parties with needs about climate");
        let about =
            |need: &str| need.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case("climate"));
        for party in world.all("interested_party").filter(|party| party.names("requirements").any(about)) {
            finding.look(party);
        }
    }),
    ("4.3-1", |world, finding| {
        finding.dated("approved_on");
        let Some(scope) = current_scope(world, finding) else { return };
        finding.need(scope, &["boundaries"]);
        let approved = scope.date("approved_on");
        for kind in ["context_issue", "interested_party"] {
            let oldest = world.all(kind).map(Fact::written).min();
            let reason = format!("were approved before there was any {}", kind.replace('_', " "));
            finding.expect(scope, oldest.is_none_or(|oldest| approved >= Some(oldest)), reason);
        }
    }),
    ("4.3-2", scope_names_the_services),
    ("4.3-3", |world, finding| {
        finding.dated("approved_on").call("document", "approved scope documents");
        let documents: Vec<_> = world.current_documents().filter(|document| document.is("kind", "scope")).collect();
        if documents.is_empty() {
            finding.gap("There is no approved document with the scope");
        }
        for document in &documents {
            finding.expect(*document, documents.len() == 1, "are there where one is wanted");
            let past = document.date("review_due").is_some_and(|due| world.is_past(due));
            finding.fresh(*document, !past, "are past their review");
        }
    }),
    ("4.4-1", processes_cover_the_clauses),
];

/// The newest review among all records of a kind is in time; else the newest is stale.
fn newest_is_reviewed<'w>(world: &'w World, finding: &mut Finding<'w>, kind: &str) {
    let all: Vec<_> = world.all(kind).collect();
    if let Some(newest) = world.newest_or_undated(&all, "reviewed_on") {
        let fresh = world.is_fresh(newest.date("reviewed_on"), "context_review");
        finding.fresh(newest, fresh, "are the newest and were not reviewed in time");
    }
}

fn current_scope<'w>(world: &'w World, finding: &mut Finding<'w>) -> Option<Fact<'w>> {
    let scope = world.newest(world.all("scope_statement"), "approved_on");
    finding.must(scope, "There is no approved scope statement")
}

fn scope_names_the_services<'w>(world: &'w World, finding: &mut Finding<'w>) {
    let Some(scope) = current_scope(world, finding) else { return };
    finding.need(scope, &["organization", "services"]);
    finding.call("service", "services in the scope or live");
    let named: BTreeSet<&str> = scope.names("services").collect();
    let live: BTreeSet<&str> = world.in_scope_live().map(Fact::number).collect();
    for number in named.union(&live) {
        match world.find(number) {
            Some(service) => {
                let reason =
                    if live.contains(number) { "are not named in the scope" } else { "are in the scope and not live" };
                finding.expect(service, named.contains(number) && live.contains(number), reason);
            }
            None => finding.fail_number(number),
        }
    }
}

/// The clause of a process: the last word of its purpose.
pub(super) fn clause_of(process: Fact<'_>) -> Option<&str> {
    let last = process.text("purpose")?.split_whitespace().last()?;
    Some(last.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()))
}

fn processes_cover_the_clauses<'w>(world: &'w World, finding: &mut Finding<'w>) {
    let covered: BTreeSet<&str> = world.all("process").filter_map(clause_of).collect();
    let asked = |clause: &&str| clause.starts_with("8.") && *clause != "8.1" && *clause != "8.3.1";
    for leaf in catalogue().leaf_clauses().filter(asked) {
        let above = |clause: &&str| *clause == leaf || (clause.split('.').count() == 3 && is_within(leaf, clause));
        if !covered.iter().any(above) {
            finding.gap(format!("No process covers clause {leaf}"));
        }
    }
    let seen = ProcessEvidence::new(world);
    for process in world.all("process") {
        finding.need(process, &["owner", "inputs", "outputs", "interactions"]);
        let newest = seen.newest(process);
        finding.seen(newest);
        let recent = world.is_in_window(newest);
        finding.expect(
            process,
            recent,
            format!("have no review or reading in the last {} days", world.number("window_days")),
        );
    }
}

/// Process reviews by process, and readings by measure by subject.
pub(super) struct ProcessEvidence<'w> {
    reviews: std::collections::HashMap<&'w str, Vec<Fact<'w>>>,
    measures: std::collections::HashMap<&'w str, Vec<Fact<'w>>>,
    readings: std::collections::HashMap<&'w str, Vec<Fact<'w>>>,
}

impl<'w> ProcessEvidence<'w> {
    pub fn new(world: &'w World) -> ProcessEvidence<'w> {
        ProcessEvidence {
            reviews: world.group("process_review", "process"),
            measures: world.group("measure", "subject"),
            readings: world.group("reading", "measure"),
        }
    }

    /// The newest date of its reviews and of the readings of measures whose subject it is.
    pub fn newest(&self, process: Fact<'w>) -> Option<model::Moment> {
        let reviews = self.reviews.get(process.number()).into_iter().flatten();
        let measures = self.measures.get(process.number()).into_iter().flatten();
        let readings = measures.flat_map(|measure| self.readings.get(measure.number()).into_iter().flatten());
        let reviewed = reviews.filter_map(|review| review.date("reviewed_on"));
        reviewed.chain(readings.filter_map(|reading| reading.date("at"))).max()
    }
}
