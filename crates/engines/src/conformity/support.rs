//! Clause 7: resources, competence, awareness, communication, documents, knowledge.

use std::collections::{BTreeSet, HashMap};

use super::{
    catalogue::{Nature, catalogue},
    checks::Checks,
    fact::Fact,
    finding::Finding,
    resolution::look_at_procedure,
    world::{World, natural},
};

pub(super) const CHECKS: Checks = &[
    ("7.1-1", |world, finding| {
        finding.call("service", "live services in scope");
        super::money::services_have_budgets(world, finding, "have no approved budget of this year");
        for process in world.all("process") {
            finding.expect(process, process.has_active("owner"), "have no owner who is an active person");
        }
    }),
    ("7.2.a", |world, finding| {
        finding.call("role", "roles with an active holder");
        let needs = world.all("competence").filter(|competence| competence.has("need"));
        let able: BTreeSet<String> = needs.filter_map(|need| need.text("person")).map(str::to_lowercase).collect();
        for role in world.all("role").filter(|role| role.has_active("holder")) {
            let known =
                role.names("holder").any(|mail| world.is_active_person(mail) && able.contains(&mail.to_lowercase()));
            finding.expect(role, known, "have a holder for whom no needed competence is written down");
        }
    }),
    ("7.2.b", |world, finding| {
        finding.call("competence", "competences of active people with a gap");
        for competence in world.all("competence").filter(|one| one.has_active("person") && one.has("gap")) {
            let planned = competence.actions().iter().any(|action| !action.is_done());
            finding.expect(competence, planned, "have no open action to close the gap");
        }
    }),
    ("7.2.c", |world, finding| {
        finding.dated("held_on").call("training", "trainings held more than 90 days ago");
        let over =
            |training: &Fact<'_>| training.date("held_on").is_some_and(|held| world.is_older_than_days(held, 90));
        for training in world.all("training").filter(over) {
            finding.need(training, &["effect_checked_on", "effective"]);
        }
    }),
    ("7.2.d", |world, finding| {
        finding.dated("verified_on").call("competence", "competences without a gap");
        for competence in world.all("competence").filter(|competence| !competence.has("gap")) {
            finding.need(competence, &["proof", "verified_on"]);
        }
    }),
    ("7.3-1", |world, finding| {
        finding.call("person", "active people");
        let told = awareness(world, finding);
        for person in world.active("person") {
            let recent = || told.of(person).filter(|record| world.is_within_months(record.date("on"), 12));
            for topic in ["policy", "objectives", "services", "contribution", "consequences"] {
                let knows = recent().any(|record| record.holds("topics", topic));
                finding.expect(person, knows, format!("were not told of the topic {topic} in the last 12 months"));
            }
        }
    }),
    ("7.4-1", |world, finding| {
        for line in world.all("communication_plan") {
            finding.need(line, &["what", "when", "whom", "how", "who"]);
            finding.expect(line, line.is_linked(&["communication"]), "are linked to no message that went out");
        }
    }),
    ("7.5.1-1", |_, finding| documents_exist(finding)),
    ("7.5.2-1", |world, finding| {
        finding.dated("approved_on").call("document", "current documents");
        let may = world.all("role").filter(|role| role.holds("authority", "approve-document"));
        let may: BTreeSet<String> = may.flat_map(|role| role.names("holder").map(str::to_lowercase)).collect();
        for document in world.current_documents() {
            finding.need(document, &["title", "version", "owner", "approved_by", "approved_on"]);
            if document.has("approved_by") {
                let mut by = document.names("approved_by");
                let entitled = by.any(|mail| world.is_top(mail) || may.contains(&mail.to_lowercase()));
                finding.expect(document, entitled, "were approved by someone who may not approve documents");
            }
        }
    }),
    ("7.5.3.1-1", |world, finding| {
        finding.call("document", "current and superseded documents");
        for document in world.current_documents() {
            finding.need(document, &["access"]);
        }
        for document in world.left_out("document").filter(|document| document.is("state", "superseded")) {
            finding.expect(document, !document.holds("access", "staff"), "are superseded and still open to staff");
        }
    }),
    ("7.5.3.2-1", |world, finding| {
        finding.call("document", "current documents");
        for document in world.current_documents() {
            finding.need(document, &["retention"]);
            if document.numeric("version") != Some(1.into()) {
                finding.need(document, &["change_note"]);
            }
        }
    }),
    ("7.5.3.2-2", |world, finding| {
        finding.dated("checked_on").call("document", "current documents from outside");
        for document in world.current_documents().filter(|document| document.is("origin", "external")) {
            finding.need(document, &["owner", "checked_on"]);
            let fresh = world.is_within_months(document.date("checked_on"), 12);
            finding.fresh(document, fresh, "were not checked in the last 12 months");
        }
    }),
    ("7.5.4.a", |_, finding| as_in(finding, &["4.3-3"])),
    ("7.5.4.b", |_, finding| as_in(finding, &["5.2.2.a", "6.2.1-2"])),
    ("7.5.4.c", |_, finding| as_in(finding, &["6.3-1"])),
    ("7.5.4.d", |_, finding| as_in(finding, &["8.5.1.1-1", "8.7.3.1-1", "8.7.2-3"])),
    ("7.5.4.e", |world, finding| {
        for process in world.all("process") {
            finding.need(process, &["purpose", "owner", "inputs", "outputs", "interactions"]);
        }
    }),
    ("7.5.4.f", |_, finding| as_in(finding, &["8.2.2-1"])),
    ("7.5.4.g", |_, finding| as_in(finding, &["8.2.4-1"])),
    ("7.5.4.h", |_, finding| as_in(finding, &["8.3.3-2"])),
    ("7.5.4.i", |_, finding| as_in(finding, &["8.3.4.1-2"])),
    ("7.5.4.j", |_, finding| as_in(finding, &["8.3.4.2-1"])),
    ("7.5.4.k", |world, finding| {
        look_at_procedure(world, finding);
        for plan in world.all("continuity_plan") {
            finding.need(plan, &["sections.b"]);
        }
    }),
    ("7.5.4.l", records_are_kept),
    ("7.6-1", |world, finding| {
        finding.call("service", "live services in scope");
        let mut about: HashMap<&str, Vec<Fact<'_>>> = HashMap::new();
        for article in current_articles(world) {
            article.names("services").for_each(|service| about.entry(service).or_default().push(article));
        }
        for service in world.in_scope_live() {
            let articles = about.get(service.number()).map_or(&[][..], Vec::as_slice);
            if finding.expect(service, !articles.is_empty(), "have no current knowledge article") {
                let fresh = articles.iter().any(|article| world.is_within_months(article.date("reviewed_on"), 12));
                finding.fresh(service, fresh, "have no knowledge article reviewed in the last 12 months");
            }
        }
    }),
    ("7.6-2", |world, finding| {
        finding.dated("reviewed_on").call("knowledge_article", "current knowledge articles");
        for article in current_articles(world) {
            finding.need(article, &["audience"]);
        }
    }),
];

/// Articles that readers have; while one is revised, they have the text that was published last.
const READ: &[&str] = &["current", "published", "approved", "in_revision", "revision_in_review"];

pub(super) fn current_articles(world: &World) -> impl Iterator<Item = Fact<'_>> {
    let current = |article: &Fact<'_>| article.is_one_of("state", READ);
    world.all("knowledge_article").filter(current)
}

/// Awareness records by person.
pub(super) struct Awareness<'w>(HashMap<String, Vec<Fact<'w>>>);

pub(super) fn awareness<'w>(world: &'w World, finding: &mut Finding<'w>) -> Awareness<'w> {
    finding.seen(world.all("awareness").filter_map(|record| record.date("on")).max());
    let mut by_person: HashMap<String, Vec<Fact<'_>>> = HashMap::new();
    for record in world.all("awareness") {
        for mail in record.names("person") {
            by_person.entry(mail.to_lowercase()).or_default().push(record);
        }
    }
    Awareness(by_person)
}

impl<'w> Awareness<'w> {
    /// Those of a person record, by its e-mail.
    pub fn of(&self, person: Fact<'w>) -> impl Iterator<Item = Fact<'w>> {
        let mail = person.text("email").map(str::to_lowercase);
        mail.and_then(|mail| self.0.get(&mail)).into_iter().flatten().copied()
    }
}

/// What other requirements find is found here too.
fn as_in<'w>(finding: &mut Finding<'w>, requirements: &[&str]) {
    for requirement in requirements {
        let mut own = Finding::new(finding.world());
        finding.with_found(requirement, |found| own.absorb(found));
        finding.absorb(&own.into_seen());
    }
}

/// Every piece of documented information is there; that some of it is bad or old is told elsewhere.
fn documents_exist<'w>(finding: &mut Finding<'w>) {
    for documented in catalogue().documented.iter().filter(|documented| documented.requirement != "7.5.1-1") {
        let mut own = Finding::new(finding.world());
        let missing = finding.with_found(&documented.requirement, |found| {
            own.look_at_all(found);
            found.is_gap() && !found.is_bad()
        });
        if missing == Some(true) {
            finding.gap(format!("{} ({}) is not there", documented.name, documented.requirement));
        }
        finding.look_at_all(&own.into_seen());
    }
}

/// Types that wait for an event: without any record of them nothing is missing.
const EVENTS: [&str; 11] = [
    "acceptance",
    "complaint",
    "continuity_test",
    "continuity_use",
    "dispute",
    "improvement",
    "known_error",
    "major_incident_review",
    "nonconformity",
    "security_incident",
    "transition_report",
];

/// Every requirement that asks for records has one that was written or changed in the last 12 months.
fn records_are_kept<'w>(world: &'w World, finding: &mut Finding<'w>) {
    let mut recent: HashMap<&str, Option<Fact<'w>>> = HashMap::new();
    for requirement in catalogue().requirements.iter().filter(|requirement| requirement.nature == Nature::Record) {
        let from = || requirement.from.iter().map(String::as_str);
        if from().all(|kind| EVENTS.contains(&kind) && !world.has_any(kind)) {
            continue;
        }
        let mut kept = false;
        for kind in from() {
            let found = *recent.entry(kind).or_insert_with(|| newest_recent(world, kind));
            if let Some(found) = found {
                kept = true;
                finding.look(found);
            }
        }
        if !kept {
            finding.gap(format!("No record for {} was written in the last 12 months", requirement.id));
        }
    }
}

/// The record of a kind that history touched last, if that was in the last 12 months.
fn newest_recent<'w>(world: &'w World, kind: &str) -> Option<Fact<'w>> {
    let dated = world.all(kind).filter_map(|fact| Some((fact.changed()?, fact)));
    let newest =
        dated.max_by(|left, right| left.0.cmp(&right.0).then_with(|| natural(left.1.number(), right.1.number())))?;
    world.is_within_months(Some(newest.0), 12).then_some(newest.1)
}
