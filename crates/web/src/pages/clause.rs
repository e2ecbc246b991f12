//! One clause: its requirements with their live checks, what auditors ask, and the records behind every figure.

use askama::Template;
use engines::conformity::{Assessment, Catalogue, State, Verdict, catalogue, questions};
use model::{Catalog, Moment, words::counted};

use super::verdicts;
use crate::view::{
    parts::{Link, Mark, When},
    shell::Shell,
    time,
};

#[derive(Template)]
#[template(path = "page/clause.html")]
pub struct ClausePage {
    pub shell: Shell,
    pub id: String,
    pub title: String,
    pub crumbs: Vec<Link>,
    pub lede: String,
    pub mark: Mark,
    pub rows: Vec<Row>,
    pub findings: Vec<Finding>,
    pub kinds: Vec<Link>,
    pub also: Vec<(&'static str, String)>,
    pub asked: Vec<String>,
    pub sampled: String,
    pub found: String,
    pub earlier: Option<Link>,
    pub later: Option<Link>,
    pub checked: When,
    pub is_past: bool,
}

pub struct Row {
    pub item: String,
    pub id: String,
    pub text: String,
    pub evidence: String,
    pub since: String,
    /// "1417 of 1420", to the records.
    pub figure: Link,
    pub percent: usize,
    pub class: &'static str,
    pub mark: Mark,
    pub newest: Option<When>,
}

/// What stands in the way of one requirement, with the first records concerned.
pub struct Finding {
    pub mark: Mark,
    pub item: String,
    pub why: String,
    pub examples: Vec<Link>,
    pub all: Link,
}

/// Examples named on the page.
const NAMED: usize = 6;

/// `None` for a clause that the standard does not have.
pub fn page(
    shell: Shell,
    assessment: &Assessment,
    catalog: &Catalog,
    id: &str,
    now: Moment,
    is_past: bool,
) -> Option<ClausePage> {
    let known = catalogue();
    let clause = known.clauses.iter().find(|clause| clause.id == id)?;
    let found = verdicts::below(assessment, id);
    let query = if is_past { format!("?as_of={}", assessment.as_of) } else { String::new() };
    let asked = questions(id);
    let (earlier, later) = neighbours(known, id, &query);
    Some(ClausePage {
        id: id.into(),
        title: clause.title.clone(),
        crumbs: crumbs(known, id, &query),
        lede: lede(&found),
        mark: verdicts::mark(verdicts::worst(&found)),
        rows: found.iter().map(|verdict| row(verdict, id, &query, now)).collect(),
        findings: found
            .iter()
            .filter(|verdict| is_trouble(verdict.state))
            .map(|verdict| finding(verdict, assessment, catalog, id, &query))
            .collect(),
        kinds: kinds(&found, catalog),
        also: also(known, id),
        asked: asked.map(|block| block.asked.clone()).unwrap_or_default(),
        sampled: asked.map(|block| block.sampled.clone()).unwrap_or_default(),
        found: asked.map(|block| block.found.clone()).unwrap_or_default(),
        earlier,
        later,
        checked: time::when(assessment.as_of, now),
        is_past,
        shell,
    })
}

fn is_trouble(state: State) -> bool {
    matches!(state, State::Nonconforming | State::Gap | State::Stale)
}

fn lede(found: &[&Verdict]) -> String {
    let proved = found.iter().filter(|verdict| verdict.state == State::Proved).count();
    let mut sentence = format!(
        "{proved} of {} {} proved by live records.",
        counted(found.len(), "requirement", "requirements"),
        if proved == 1 { "is" } else { "are" }
    );
    let worst = found.iter().filter(|verdict| verdict.state == State::Nonconforming).max_by_key(|verdict| verdict.bad);
    if let Some(worst) = worst {
        sentence.push_str(&format!(" The largest finding: {}.", worst.why));
    }
    sentence
}

fn crumbs(known: &Catalogue, id: &str, query: &str) -> Vec<Link> {
    let mut links = vec![Link::new("Conformity", format!("/conformity{query}"))];
    let parts: Vec<&str> = id.split('.').collect();
    for depth in 1..parts.len() {
        let above = parts[..depth].join(".");
        if let Some(clause) = known.clauses.iter().find(|clause| clause.id == above) {
            let href =
                if depth == 1 { format!("/conformity{query}#c{above}") } else { format!("/conformity/{above}{query}") };
            links.push(Link::new(format!("{above} {}", clause.title), href));
        }
    }
    links
}

/// The clauses before and after it, as the map shows them.
fn neighbours(known: &Catalogue, id: &str, query: &str) -> (Option<Link>, Option<Link>) {
    let shown: Vec<&str> = known
        .clauses
        .iter()
        .map(|clause| clause.id.as_str())
        .filter(|other| *other == id || verdicts::is_shown(known, other))
        .collect();
    let Some(here) = shown.iter().position(|other| *other == id) else { return (None, None) };
    let link = |other: &&str| Link::new((*other).to_string(), format!("/conformity/{other}{query}"));
    (here.checked_sub(1).and_then(|before| shown.get(before)).map(link), shown.get(here + 1).map(link))
}

fn row(verdict: &Verdict, clause: &str, query: &str, now: Moment) -> Row {
    let requirement = verdict.requirement;
    let href = format!("/conformity/{}/{}{query}", requirement.clause, requirement.id);
    let figure = match verdict.population {
        0 => "see why".to_string(),
        population => format!("{} of {population}", verdict.good),
    };
    Row {
        item: verdicts::item(clause, &requirement.id).into(),
        id: requirement.id.clone(),
        text: requirement.text.clone(),
        evidence: requirement.evidence.clone(),
        since: requirement.since.clone().unwrap_or_default(),
        figure: Link::new(figure, href),
        percent: (verdict.good * 100).checked_div(verdict.population).unwrap_or(0),
        class: match verdict.state {
            State::Proved => "f-ok",
            State::Stale => "f-warn",
            _ => "f-bad",
        },
        mark: verdicts::mark(verdict.state),
        newest: verdict.newest.filter(|at| *at > Moment::UNKNOWN).map(|at| time::when(at, now)),
    }
}

fn finding(verdict: &Verdict, assessment: &Assessment, catalog: &Catalog, clause: &str, query: &str) -> Finding {
    let requirement = verdict.requirement;
    let mut examples: Vec<Link> = Vec::new();
    for number in verdict.examples.iter().take(NAMED) {
        examples.push(Link::new(number.clone(), address(assessment, catalog, number)));
    }
    Finding {
        mark: verdicts::mark(verdict.state),
        item: verdicts::item(clause, &requirement.id).into(),
        why: verdict.why.clone(),
        examples,
        all: Link::new("See the records", format!("/conformity/{}/{}{query}", requirement.clause, requirement.id)),
    }
}

/// Where a record is, by its number alone; empty for one that is on record nowhere.
fn address(assessment: &Assessment, catalog: &Catalog, number: &str) -> String {
    let kind = assessment.records.find(number).and_then(|(_, kind)| catalog.find(kind));
    kind.map(|kind| format!("/{}/{number}", kind.plural)).unwrap_or_default()
}

/// The kinds of record that give the evidence.
fn kinds(found: &[&Verdict], catalog: &Catalog) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for name in found.iter().flat_map(|verdict| &verdict.requirement.from) {
        if let Some(kind) = catalog.find(name) {
            let link = Link::new(kind.labels.clone(), format!("/{}", kind.plural));
            if !links.contains(&link) {
                links.push(link);
            }
        }
    }
    links
}

/// The same ground in other frameworks.
fn also(known: &Catalogue, id: &str) -> Vec<(&'static str, String)> {
    let Some(crossing) = known.crosswalk.iter().find(|crossing| crossing.clause == id) else { return Vec::new() };
    let rows = [
        ("ITIL practices", crossing.itil4.join(", ")),
        ("2011 clauses", crossing.iso2011.join(", ")),
        ("FitSM", crossing.fitsm.join(", ")),
    ];
    rows.into_iter().filter(|(_, words)| !words.is_empty()).collect()
}
