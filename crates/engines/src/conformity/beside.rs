//! Checks of our own beside the requirements: what auditors look at as well, and practice that the journal tells of.
//!
//! Their words stand in `data/beside.toml`. They are judged like requirements and never counted among them.

use std::{collections::HashMap, sync::OnceLock};

use model::{Mark, Moment, Value, time::DAY};
use serde::Deserialize;

use super::{
    catalogue::Requirement,
    checks::Checks,
    fact::Fact,
    finding::Finding,
    relationship::period_of,
    span::plus_working_days,
    support::current_articles,
    transition::{is_emergency, is_standard},
    world::World,
};

const WORDS: &str = include_str!("../../data/beside.toml");

/// The clause that these checks are filed under, which no standard has.
pub const BESIDE: &str = "beside";

#[derive(Deserialize)]
struct Words {
    check: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    near: Vec<String>,
    #[serde(flatten)]
    requirement: Unfiled,
}

/// A requirement without its clause.
type Unfiled = toml::Table;

/// A check of our own.
#[derive(Debug)]
pub struct Own {
    /// In the shape of a requirement, under the clause [`BESIDE`].
    pub requirement: Requirement,
    /// Clauses that a finding would be raised against, the first one foremost.
    pub near: Vec<String>,
}

/// All of them, in the order in which they are shown.
pub fn beside() -> &'static [Own] {
    static READ: OnceLock<Vec<Own>> = OnceLock::new();
    READ.get_or_init(|| {
        let words: Words = toml::from_str(WORDS).expect("the embedded file is read by a test");
        let own = |Entry { near, mut requirement }: Entry| {
            requirement.insert("clause".into(), BESIDE.into());
            Own { requirement: requirement.try_into().expect("the embedded file is read by a test"), near }
        };
        words.check.into_iter().map(own).collect()
    })
}

/// A check of our own by its id.
pub fn own(id: &str) -> Option<&'static Own> {
    beside().iter().find(|own| own.requirement.id == id)
}

/// Working days within which an emergency is looked back at.
const REVIEW_DAYS: u32 = 10;
/// Days after the end of a change in which what it left behind may still be tidied up in configuration data.
const TIDYING: i64 = 7;

pub(super) const CARE: Checks = &[
    ("review-dates", reviews_are_held),
    ("risk-owners", |world, finding| {
        for risk in world.all("risk") {
            finding.expect(risk, risk.has_active("owner"), "have no owner who is an active person");
        }
    }),
    ("closed-problems", |_, finding| {
        finding.call("problem", "closed problems").dated("closed_on");
        finding.each("problem", |problem, said| {
            if problem.has("closed_on") {
                let done = problem.actions().into_iter().all(Fact::is_done);
                said.expect(done, "are closed with an open action");
            }
        });
    }),
    ("lost-links", |world, finding| {
        for fact in world.linking() {
            let found = fact.targets().all(|number| world.is_on_record(number));
            finding.expect(fact, found, "have a link that leads nowhere");
        }
    }),
    ("forecasts", |world, finding| {
        finding.call("service", "live services in scope");
        let demands = world.group("demand", "service");
        for service in world.in_scope_live() {
            let mut mine = demands.get(service.number()).into_iter().flatten();
            let ahead = mine.any(|demand| demand.has("forecast") && is_to_come(world, *demand));
            finding.expect(service, ahead, "have no forecast of demand for the time ahead");
        }
    }),
    ("security-escalation", |world, finding| {
        finding.call("security_incident", "open security incidents");
        finding.each("security_incident", |incident, said| {
            if !is_over(incident) {
                said.expect(incident.has_active("owner"), "have no owner who is an active person");
                let late = incident.date("due").is_some_and(|due| world.is_past(due));
                said.expect(!late, "are past their time");
            }
        });
    }),
    ("improvements-overdue", |world, finding| {
        finding.call("improvement", "approved improvements that are not in place");
        let waits = |one: &Fact<'_>| one.is("decision", "approved") && !one.has("implemented_on") && !is_over(*one);
        finding.each("improvement", |improvement, said| {
            if waits(&improvement) {
                let planned = dates_within(improvement.value("plan")).all(|due| world.is_today_or_later(due));
                let mut open = improvement.actions().into_iter().filter(|action| !action.is_done());
                let due = |action: Fact<'_>| action.date("due").is_none_or(|due| world.is_today_or_later(due));
                let acted = open.all(due);
                said.expect(planned && acted, "are later than they were planned");
            }
        });
    }),
    ("configuration-writers", |world, finding| {
        finding.call("ci", "configuration items written lately");
        finding.each("ci", |ci, said| {
            let lately: Vec<&Mark> = ci.marks().iter().filter(|mark| world.is_in_window(Some(mark.at))).collect();
            if !lately.is_empty() {
                let gone =
                    |mark: &&Mark| mark.by.as_deref().is_some_and(|by| is_person(by) && !world.is_active_person(by));
                said.expect(!lately.iter().any(gone), "were written by somebody who is no active person here");
            }
        });
    }),
];

pub(super) const PRACTICE: Checks = &[
    ("approved-afterwards", |_, finding| {
        finding
            .call("change", "changes of the last 12 months whose decision is in the journal")
            .dated("implemented_on");
        finding.each("change", |change, said| {
            let Some(done) = lately_implemented(change) else { return };
            if let Some(decided) = set(change, "decision", "approved") {
                let until = if is_emergency(change) { plus_working_days(done, 2) } else { done };
                said.expect(decided.at <= until, "have a decision that was written after the work");
            }
        });
    }),
    ("approver-implements", |_, finding| {
        finding.call("change", "changes of the last 12 months with a name on the work").dated("implemented_on");
        finding.each("change", |change, said| {
            if lately_implemented(change).is_none() || !change.has("implementer") {
                return;
            }
            let worked = |mail: &str| change.names("implementer").any(|worker| worker.eq_ignore_ascii_case(mail));
            let decided = change.names("decided_by").any(worked);
            let written = set(change, "decision", "approved").and_then(|mark| mark.by.as_deref()).is_some_and(worked);
            said.expect(!decided, "were put in place by who decided on them");
            said.expect(decided || !written, "have a decision written down by who put them in place");
        });
    }),
    ("emergency-review", |world, finding| {
        finding.call("change", "emergency changes of the last 12 months").dated("implemented_on");
        finding.each("change", |change, said| {
            let Some(done) = lately_implemented(change).filter(|_| is_emergency(change)) else { return };
            if world.is_past(plus_working_days(done, REVIEW_DAYS)) {
                said.expect(change.has("review"), "were never looked back at");
            }
        });
    }),
    ("top-told", |world, finding| {
        finding.call("incident", "major incidents of the last 12 months").dated("resolved_on");
        let reviews = world.group("major_incident_review", "incident");
        finding.each("incident", |incident, said| {
            if incident.yes("major") {
                let resolved = incident.date("resolved_on");
                if let Some(resolved) = resolved.filter(|at| world.is_within_months(Some(*at), 12)) {
                    let mut mine = reviews.get(incident.number()).into_iter().flatten();
                    let told = mine.any(|review| review.date("told_top_on").is_some_and(|told| told <= resolved));
                    said.expect(told, "were over before top management was told");
                }
            }
        });
    }),
    ("unchanged-items", items_are_altered_by_changes),
];

fn reviews_are_held<'w>(world: &'w World, finding: &mut Finding<'w>) {
    let approved = |kind: &'static str| world.all(kind).filter(|one| one.has("approved_on"));
    let current = approved("policy").chain(approved("management_plan")).chain(world.current_continuity_plans());
    let current =
        current.chain(approved("capacity_plan")).chain(world.current_documents()).chain(world.slas_in_force());
    let agreed = world.all("internal_agreement").filter(|one| one.has("agreed_on"));
    for one in current.chain(agreed).chain(world.contracts_in_force()) {
        if finding.need(one, &["review_due"]) {
            is_reviewed(world, finding, one);
        }
    }
    for article in current_articles(world).filter(|article| article.has("review_due")) {
        is_reviewed(world, finding, article);
    }
}

fn is_reviewed<'w>(world: &'w World, finding: &mut Finding<'w>, one: Fact<'w>) {
    let ahead = one.date("review_due").is_some_and(|due| world.is_today_or_later(due));
    finding.expect(one, ahead, "are past their date of review");
}

/// Each time that a person wrote fields of an item again, some change stood behind it.
fn items_are_altered_by_changes<'w>(world: &'w World, finding: &mut Finding<'w>) {
    finding.call("ci", "configuration items written again lately");
    let mut named: HashMap<&str, Vec<Fact<'w>>> = world.group("change", "cis");
    for (number, changes) in world.group("change", "ci") {
        named.entry(number).or_default().extend(changes);
    }
    finding.each("ci", |ci, said| {
        let again = ci.marks().iter().skip(1).filter(|mark| is_write(mark) && world.is_in_window(Some(mark.at)));
        let again: Vec<Moment> = again.map(|mark| mark.at).collect();
        if again.is_empty() {
            return;
        }
        let last = ci.refer("last_change").filter(|change| change.kind() == "change");
        let mine = named.get(ci.number()).into_iter().flatten().copied().chain(ci.linked("change")).chain(last);
        let mine: Vec<Fact<'w>> = mine.collect();
        let carried = |at: &Moment| mine.iter().any(|change| carries(*change, *at));
        said.expect(again.iter().all(carried), "were altered while no approved change stood behind it");
    });
}

/// Whether a change was under way at an instant, or over only a few days before.
fn carries(change: Fact<'_>, at: Moment) -> bool {
    let decided = change.is("decision", "approved") && change.date("decided_on").is_some_and(|decided| decided <= at);
    let ends = change.date("closed_on").or_else(|| change.date("implemented_on"));
    (decided || is_standard(change)) && ends.is_none_or(|end| at.0 - end.0 <= TIDYING * DAY)
}

/// Fields were written, by a person: what jobs, imports of discovery and links do carries no name of a person.
fn is_write(mark: &Mark) -> bool {
    mark.wrote && mark.by.as_deref().is_some_and(is_person)
}

fn is_person(by: &str) -> bool {
    by.contains('@')
}

fn is_to_come(world: &World, demand: Fact<'_>) -> bool {
    period_of(demand).is_some_and(|period| !world.has_come(period.end_moment()))
}

fn is_over(fact: Fact<'_>) -> bool {
    fact.has("closed_on") || fact.is_one_of("state", &["closed", "resolved", "rejected", "deferred", "done"])
}

/// When a change that is not a standard one was put in place, if that was in the last 12 months.
fn lately_implemented(change: Fact<'_>) -> Option<Moment> {
    let done = change.date("implemented_on").filter(|_| !is_standard(change))?;
    change.world.is_within_months(Some(done), 12).then_some(done)
}

/// The first history entry that gave a field this value.
fn set<'w>(fact: Fact<'w>, field: &str, text: &str) -> Option<&'w Mark> {
    let says = |mark: &&Mark| mark.changes.get(field).and_then(Option::as_ref).and_then(Value::as_text) == Some(text);
    fact.marks().iter().find(says)
}

/// Every date that stands anywhere within a value.
fn dates_within(value: Option<&Value>) -> impl Iterator<Item = Moment> {
    let mut dates = Vec::new();
    let mut open: Vec<&Value> = value.into_iter().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Parts(parts) => open.extend(parts.values()),
            Value::List(list) => open.extend(list),
            value => dates.extend(value.as_moment()),
        }
    }
    dates.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformity::{catalogue, has_check};

    #[test]
    fn the_embedded_file_reads_and_each_check_has_its_function() {
        let catalogue = catalogue();
        for own in beside() {
            assert!(has_check(&own.requirement.id), "{}", own.requirement.id);
            assert!(own.near.iter().all(|clause| catalogue.clause(clause).is_some()), "{}", own.requirement.id);
            let known = |from: &String| catalogue.record_types.iter().any(|known| known.id == *from);
            assert!(own.requirement.from.iter().all(known), "{}", own.requirement.id);
        }
        assert_eq!(beside().len(), CARE.len() + PRACTICE.len());
    }
}
