//! What is to be audited first, and why: clauses and services weighed by findings, risk, change, what is not proved, and time.

use std::collections::BTreeSet;

use desk::Shown;
use engines::{
    audits::{Reason, Weighed, clause_of_risk, clauses_of_change},
    conformity::{State, catalogue},
};
use kinds::{governance::risk, transition::change};
use model::{Catalog, Moment, Value, words::counted};

use super::known::Known;
use crate::{record::address::segment, view::parts::Link};

/// Clauses and services that are shown at first.
pub const FIRST: usize = 10;
/// Records that a reason names.
const NAMED: usize = 3;

/// A clause or a service that is to be audited.
pub struct Proposal {
    pub name: Link,
    pub title: String,
    pub weight: usize,
    /// Each reason with its points.
    pub why: Vec<(String, usize)>,
    /// The year of the programme in which it comes; empty where the programme is over.
    pub year: String,
    /// Services from which risk and change come.
    pub services: String,
}

/// What weighs, with the records behind it.
struct Case {
    name: Link,
    title: String,
    weighed: Weighed,
    findings: Vec<String>,
    risks: Vec<String>,
    changes: Vec<String>,
    services: BTreeSet<String>,
}

/// The clauses that weigh most, then the services.
pub fn proposals(known: &Known, catalog: &Catalog, years: &[i16], now: Moment) -> (Vec<Proposal>, Vec<Proposal>) {
    let leaves = catalogue().clauses.iter().filter(|clause| clause.leaf);
    let clauses = leaves.map(|clause| of_clause(known, catalog, &clause.id, &clause.title, now));
    let services = known.services.iter().map(|service| of_service(known, service, now));
    (first(clauses.collect(), years, now), first(services.collect(), years, now))
}

fn first(mut cases: Vec<Case>, years: &[i16], now: Moment) -> Vec<Proposal> {
    cases.retain(|case| case.weighed.weight() > 0);
    cases.sort_by_key(|case| std::cmp::Reverse(case.weighed.weight()));
    let proposal = |case: Case| Proposal {
        weight: case.weighed.weight(),
        why: case.weighed.reasons().into_iter().map(|(reason, points)| (words(&case, reason), points)).collect(),
        year: case.weighed.year(years, now.date().year()).map(|year| year.to_string()).unwrap_or_default(),
        services: case.services.into_iter().collect::<Vec<_>>().join(", "),
        name: case.name,
        title: case.title,
    };
    cases.into_iter().map(proposal).collect()
}

fn of_clause(known: &Known, catalog: &Catalog, id: &str, title: &str, now: Moment) -> Case {
    let last = known.last("clauses", id);
    let kind = catalog.find("nonconformity");
    let is_open = |shown: &&Shown| kind.is_some_and(|kind| kind.phase(shown.state()) != model::Phase::Done);
    let findings = known.findings.iter().filter(is_open).filter(|shown| text(shown, "clause") == id);
    let findings: Vec<String> = findings.map(|shown| shown.number().to_string()).collect();
    let of_area =
        |shown: &&Shown| clause_of_risk(text(shown, risk::AREA.name)).is_some_and(|above| is_within(id, above));
    let risks: Vec<&Shown> = high(known).filter(of_area).collect();
    let bears = |shown: &&Shown| {
        let clauses = clauses_of_change(text(shown, change::CATEGORY.name), text(shown, change::KIND.name));
        clauses.iter().any(|above| is_within(id, above))
    };
    let changes: Vec<&Shown> = since(known, last).filter(bears).collect();
    let unproved = known.assessment.verdicts.iter().filter(|verdict| {
        let is_bad = matches!(verdict.state, State::Nonconforming | State::Gap | State::Stale);
        verdict.requirement.clause == id && is_bad
    });
    let services = risks.iter().chain(&changes).flat_map(|shown| services_of(shown)).collect();
    Case {
        name: Link::new(id, format!("/conformity/{id}")),
        title: title.into(),
        weighed: Weighed {
            open_findings: findings.len(),
            risks: risks.len(),
            changes: changes.len(),
            unproved: unproved.count(),
            months: last.map(|last| months(last, now)),
            is_planned: known.is_planned("clauses", id),
        },
        findings,
        risks: numbers(&risks),
        changes: numbers(&changes),
        services,
    }
}

fn of_service(known: &Known, service: &Shown, now: Moment) -> Case {
    let number = service.number();
    let last = known.last("services", number);
    let concerns = |shown: &&Shown| services_of(shown).iter().any(|own| own == number);
    let risks: Vec<&Shown> = high(known).filter(concerns).collect();
    let changes: Vec<&Shown> = since(known, last).filter(concerns).collect();
    Case {
        name: Link::new(number, format!("/services/{}", segment(number))),
        title: service.title().into(),
        weighed: Weighed {
            risks: risks.len(),
            changes: changes.len(),
            months: last.map(|last| months(last, now)),
            is_planned: known.is_planned("services", number),
            ..Weighed::default()
        },
        findings: Vec::new(),
        risks: numbers(&risks),
        changes: numbers(&changes),
        services: BTreeSet::new(),
    }
}

/// Open risks above the limit: by what is left where that is known, else by the score before treatment.
fn high(known: &Known) -> impl Iterator<Item = &Shown> {
    known.risks.iter().filter(|shown| {
        let score = risk::RESIDUAL.get(shown.fields()).or_else(|| risk::SCORE.get(shown.fields()));
        score.is_some_and(|score| score > known.limit)
    })
}

/// Weighty changes after the last audit.
fn since(known: &Known, last: Option<Moment>) -> impl Iterator<Item = &Shown> {
    known.changes.iter().filter(move |shown| {
        let done = change::IMPLEMENTED_ON.get(shown.fields());
        done.is_some_and(|done| last.is_none_or(|last| done > last))
    })
}

fn services_of(shown: &Shown) -> Vec<String> {
    let held = ["service", "services"].into_iter().filter_map(|name| shown.fields().get(name));
    let texts = held.flat_map(|value| match value {
        Value::List(entries) => entries.iter().filter_map(Value::as_text).map(str::to_string).collect(),
        one => one.as_text().map(str::to_string).into_iter().collect::<Vec<_>>(),
    });
    texts.filter(|number| number != "none").collect()
}

fn numbers(records: &[&Shown]) -> Vec<String> {
    records.iter().map(|shown| shown.number().to_string()).collect()
}

fn text<'s>(shown: &'s Shown, field: &str) -> &'s str {
    shown.fields().get(field).and_then(Value::as_text).unwrap_or_default()
}

fn is_within(clause: &str, above: &str) -> bool {
    clause.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// "2 risks above the limit (RSK-3, RSK-7)"
fn words(case: &Case, reason: Reason) -> String {
    let named = |numbers: &[String], one: &str, many: &str| {
        let first: Vec<&str> = numbers.iter().take(NAMED).map(String::as_str).collect();
        let more = if numbers.len() > NAMED { " and others" } else { "" };
        format!("{} ({}{more})", counted(numbers.len(), one, many), first.join(", "))
    };
    match reason {
        Reason::Finding => named(&case.findings, "open finding", "open findings"),
        Reason::Risk => named(&case.risks, "risk above the limit", "risks above the limit"),
        Reason::Change => named(&case.changes, "weighty change since", "weighty changes since"),
        Reason::Unproved => counted(case.weighed.unproved, "requirement not proved", "requirements not proved"),
        Reason::Age => match case.weighed.months {
            None => "never audited".into(),
            Some(months) => format!("last audited {} ago", counted(months, "month", "months")),
        },
    }
}

/// Whole months between two instants; 0 when the second is not later.
fn months(from: Moment, to: Moment) -> u32 {
    (1..).take_while(|months| from.plus_months(*months) <= to).take(1_200).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_whole() {
        let at = |text: &str| Moment::parse(text).expect("an instant");
        assert_eq!(months(at("2026-01-31"), at("2026-02-28")), 1);
        assert_eq!(months(at("2026-01-31"), at("2026-02-27")), 0);
        assert_eq!(months(at("2025-03-01"), at("2026-03-01")), 12);
        assert_eq!(months(at("2026-03-01"), at("2025-03-01")), 0);
    }
}
