//! Checks of our own beside the requirements: what auditors look at as well, and what the journal tells of practice. What one
//! of them finds is a nonconformity that is proposed, with its extent counted.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Query as Ask, State as Held},
    response::Html,
};
use desk::{Shown, rights};
use engines::conformity::{BESIDE, Own, State, Verdict, beside};
use model::{Act, Filter, Kind, Query, Refusal, Value, filter::Operand};

use super::{
    conformity::{Asked, assessment, instant},
    verdicts,
};
use crate::{
    App, Refused, Seat,
    record::{address::segment, piece::record_address},
    view::{
        parts::{Link, Mark},
        shell::Shell,
        time,
    },
};

/// What stands in the field source of a nonconformity that came of a check: [`SOURCE`] and the check's id.
const SOURCE: &str = "check ";
/// Numbers that are written into a proposed nonconformity; the page of the check has all.
const NAMED: usize = 20;
/// Open nonconformities from these checks that are shown.
const RAISED: usize = 200;

#[derive(Template)]
#[template(path = "page/own_checks.html")]
struct OwnChecksPage {
    shell: Shell,
    crumbs: Vec<Link>,
    checks: Vec<Line>,
    found: usize,
    /// Checks that have records to look at.
    sampled: usize,
    checked: String,
    is_past: bool,
}

struct Line {
    mark: Mark,
    name: Link,
    why: String,
    /// Bad ones of those looked at.
    extent: String,
    near: Vec<Link>,
    /// Nonconformities that are open because of it.
    raised: Vec<Link>,
    /// Where one is raised, when there is reason and right to.
    raise: String,
}

/// `GET /conformity/beside`
pub async fn open(seat: Seat, Held(app): Held<App>, Ask(asked): Ask<Asked>) -> Result<Html<String>, Refused> {
    // They belong to no clause: a seat that is limited to some has none of them.
    if !seat.actor.clauses.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    let at = instant(&asked, seat.now)?;
    let assessment = assessment(&app, &seat, at).await?;
    let catalog = app.desk.catalog();
    let nonconformity = catalog.find("nonconformity").ok_or(Refusal::NotFound)?;
    let raised = raised(&app, &seat, nonconformity).await?;
    let may_raise = at.is_none() && rights::may(&seat.actor, nonconformity, Act::Create, None);
    let query = if at.is_some() { format!("?as_of={}", assessment.as_of) } else { String::new() };
    let line = |(own, verdict): (&'static Own, &Verdict)| {
        let raised = raised.get(own.requirement.id.as_str()).cloned().unwrap_or_default();
        let proposes = may_raise && verdict.state == State::Nonconforming && raised.is_empty();
        Line {
            mark: verdicts::mark(verdict.state),
            name: Link::new(&own.requirement.text, format!("/conformity/{BESIDE}/{}{query}", own.requirement.id)),
            why: verdict.why.clone(),
            extent: extent(verdict),
            near: own.near.iter().map(|id| Link::new(id, format!("/conformity/{id}{query}"))).collect(),
            raised,
            raise: if proposes { proposed(nonconformity, own, verdict) } else { String::new() },
        }
    };
    let mut checks: Vec<(&Own, &Verdict)> =
        beside().iter().zip(assessment.beside.iter().map(|verdict| verdict.as_ref())).collect();
    checks.sort_by_key(|(_, verdict)| rank(verdict.state));
    let page = OwnChecksPage {
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/conformity").await },
        crumbs: vec![Link::new("Conformity", format!("/conformity{query}"))],
        found: checks.iter().filter(|(_, verdict)| verdict.bad > 0).count(),
        sampled: checks.iter().filter(|(_, verdict)| verdict.population > 0).count(),
        checks: checks.into_iter().map(line).collect(),
        checked: time::exact(assessment.as_of),
        is_past: at.is_some(),
    };
    Ok(Html(page.render()?))
}

/// What asks for something first.
fn rank(state: State) -> u8 {
    match state {
        State::Nonconforming => 0,
        State::Gap => 1,
        State::Stale => 2,
        State::ForAPerson => 3,
        State::Proved => 4,
        State::NothingToSample => 5,
    }
}

fn extent(verdict: &Verdict) -> String {
    match verdict.bad {
        0 => verdict.population.to_string(),
        bad => format!("{bad} of {}", verdict.population),
    }
}

/// Open nonconformities by the id of the check that they came of.
async fn raised(app: &App, seat: &Seat, kind: &Kind) -> Result<BTreeMap<String, Vec<Link>>, Refusal> {
    let sources = beside().iter().map(|own| Operand::Value(Value::text(source(own)))).collect();
    let open = Filter::Not(Box::new(Filter::Filled { path: "closed_on".into() }));
    let query = Query {
        filter: Filter::All(vec![Filter::In { path: "source".into(), values: sources }, open]),
        columns: vec!["source".into()],
        size: RAISED,
        ..Query::of(kind.name)
    };
    let page = match app.desk.list(&seat.actor, &query, seat.now).await {
        // Who may not read nonconformities is not told of any.
        Err(Refusal::NotFound) => return Ok(BTreeMap::new()),
        page => page?,
    };
    let mut raised: BTreeMap<String, Vec<Link>> = BTreeMap::new();
    let text = |shown: &Shown| shown.fields().get("source").and_then(Value::as_text).map(str::to_string);
    for shown in &page.records {
        if let Some(id) = text(shown).and_then(|source| source.strip_prefix(SOURCE).map(str::to_string)) {
            raised.entry(id).or_default().push(Link::new(shown.number(), record_address(kind, shown.number())));
        }
    }
    Ok(raised)
}

fn source(own: &Own) -> String {
    format!("{SOURCE}{}", own.requirement.id)
}

/// The form of a nonconformity, filled with what was found.
fn proposed(kind: &Kind, own: &Own, verdict: &Verdict) -> String {
    let named = verdict.examples.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = match verdict.bad.saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let text = format!(
        "{} {}. Extent: {} of {}: {named}{more}.",
        own.requirement.text, verdict.why, verdict.bad, verdict.population
    );
    let clause = own.near.first().map(String::as_str).unwrap_or_default();
    format!("/{}/new?source={}&clause={}&text={}", kind.plural, segment(&source(own)), segment(clause), segment(&text))
}
