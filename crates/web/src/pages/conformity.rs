//! The conformity map: every requirement as one cell, every figure a link.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State as Held},
    response::Html,
};
use desk::{past, rights};
use engines::conformity::{Assessment, BESIDE, State, catalogue};
use model::{Moment, Refusal, suggest};
use serde::Deserialize;

use super::verdicts;
use super::{
    clause,
    judgement::{Judging, Typed, judging},
    requirement,
};
use crate::{
    App, Refused, Seat,
    view::{
        parts::{Cells, Link, Mark},
        shell::Shell,
        time,
    },
};

/// What these pages may be asked: as of when, and which records or requirements to list.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    as_of: Option<String>,
    state: Option<String>,
    show: Option<String>,
    from: Option<usize>,
}

/// `GET /conformity`
pub async fn open(seat: Seat, Held(app): Held<App>, Query(asked): Query<Asked>) -> Result<Html<String>, Refused> {
    let at = instant(&asked, seat.now)?;
    let state = asked.state.as_deref().map(state).transpose()?;
    let assessment = assessment(&app, &seat, at).await?;
    let shell = Shell { views: true, ..crate::shell(&app, &seat, "/conformity").await };
    let mut page = page(shell, &assessment, state, seat.now, at.is_some());
    page.may_pack = rights::take_away(&seat.actor, seat.now).is_ok();
    page.sees_all = seat.actor.clauses.is_empty();
    Ok(Html(page.render()?))
}

/// `GET /conformity/{clause}`
pub async fn open_clause(
    seat: Seat,
    Held(app): Held<App>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Refused> {
    if !seat.actor.touches(&id) {
        return Err(Refusal::NotFound.into());
    }
    let at = instant(&asked, seat.now)?;
    let assessment = assessment(&app, &seat, at).await?;
    let shell = Shell { views: true, ..crate::shell(&app, &seat, "/conformity").await };
    let page = clause::page(shell, &assessment, &app.desk.catalog(), &id, seat.now, at.is_some());
    Ok(Html(page.ok_or(Refusal::NotFound)?.render()?))
}

/// `GET /conformity/{clause}/{requirement}`
pub async fn open_requirement(
    seat: Seat,
    Held(app): Held<App>,
    Path((clause, id)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Refused> {
    let at = instant(&asked, seat.now)?;
    let show = asked.show.as_deref().map(|text| {
        requirement::Show::parse(text)
            .ok_or_else(|| Refusal::Query(format!("show: \"{text}\" is not one of bad, good, all")))
    });
    let ask = requirement::Ask {
        show: show.transpose()?,
        from: asked.from.unwrap_or(0),
        is_past: at.is_some(),
        now: seat.now,
    };
    let assessment = assessment(&app, &seat, at).await?;
    if assessment.find(&id).is_none_or(|verdict| verdict.requirement.clause != clause) {
        return Err(Refusal::NotFound.into());
    }
    let shell = Shell { views: true, ..crate::shell(&app, &seat, "/conformity").await };
    // What the machine looks at beside the requirements is nobody's to judge.
    let judging = match clause == BESIDE {
        true => Judging::default(),
        false => judging(&app, &seat, &id, at.unwrap_or(seat.now), &Typed::default()).await?,
    };
    let page = requirement::page(&app.desk, &seat.actor, shell, &assessment, &id, &ask, judging).await?;
    Ok(Html(page.render()?))
}

pub(super) async fn assessment(app: &App, seat: &Seat, at: Option<Moment>) -> Result<Arc<Assessment>, Refusal> {
    match at {
        Some(at) => app.desk.assessment_as_of(&seat.actor, at, seat.now).await,
        None => app.desk.assessment(&seat.actor, seat.now).await,
    }
}

/// The end of a day that was picked, or an instant; nothing for today and for an empty field.
pub(super) fn instant(asked: &Asked, now: Moment) -> Result<Option<Moment>, Refusal> {
    let Some(text) = asked.as_of.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let wrong = || Refusal::Query(format!("as_of: \"{text}\" is not a day such as 2026-11-12"));
    let at = Moment::parse(text).ok_or_else(wrong)?;
    let is_day = text.len() == 10;
    // Today is picked as a day whose end has not come yet: that is now.
    if at > now.plus(if is_day { model::time::DAY } else { 0 }) {
        return Err(Refusal::Query(format!("as_of: {}", past::not_yet(at, now).unwrap_or_default())));
    }
    let at = if is_day { at.plus(model::time::DAY - 1) } else { at };
    Ok(Some(at).filter(|at| *at < now))
}

fn state(text: &str) -> Result<State, Refusal> {
    State::parse(text).ok_or_else(|| {
        let hint = suggest::hint(text, State::ALL.iter().map(|state| state.name()));
        Refusal::Query(format!("state: \"{text}\" is no state of a requirement{hint}"))
    })
}

#[derive(Template)]
#[template(path = "page/conformity.html")]
pub struct ConformityPage {
    pub shell: Shell,
    pub proved: usize,
    pub whole: usize,
    /// Requirements that are still to be closed.
    pub open: usize,
    pub share: String,
    pub troubles: String,
    pub states: Vec<StateLine>,
    pub checked: String,
    pub groups: Vec<Group>,
    pub steps: Vec<NextStep>,
    pub more: usize,
    /// How many checks beside the requirements found something, of how many.
    pub beside: (usize, usize),
    /// The day that is shown, as a date field has it; empty for today.
    pub day: String,
    pub is_past: bool,
    /// Whether this reader makes and takes evidence packs.
    pub may_pack: bool,
    /// Whether this reader sees all clauses; what is counted over all of them is for nobody else.
    pub sees_all: bool,
}

pub struct StateLine {
    pub mark: Mark,
    pub meaning: &'static str,
    pub count: Link,
}

/// A clause of one number with its clauses.
pub struct Group {
    pub id: String,
    pub title: String,
    pub tally: String,
    pub class: &'static str,
    pub clauses: Vec<Clause>,
}

pub struct Clause {
    pub id: String,
    pub title: String,
    pub href: String,
    pub cells: Cells,
    pub words: String,
}

/// A requirement that is not proved and what stands in the way.
pub struct NextStep {
    pub mark: Mark,
    pub requirement: Link,
    pub text: String,
    pub why: String,
}

/// Steps on the page; all of them are one click away.
const STEPS: usize = 12;

/// The page. With `state`, the list below the map holds every requirement in that state.
pub fn page(shell: Shell, assessment: &Assessment, state: Option<State>, now: Moment, is_past: bool) -> ConformityPage {
    let whole = assessment.verdicts.len();
    let proved = assessment.count(State::Proved);
    let query = if is_past { format!("?as_of={}", assessment.as_of) } else { String::new() };
    let (steps, more) = steps(assessment, state, &query);
    ConformityPage {
        share: percent(proved, whole),
        proved,
        whole,
        open: assessment.open().count(),
        troubles: troubles(assessment),
        states: State::ALL.into_iter().map(|state| state_line(assessment, state, is_past)).collect(),
        checked: if is_past { time::exact(assessment.as_of) } else { time::when(assessment.as_of, now).near },
        groups: groups(assessment, &query),
        beside: (assessment.beside.iter().filter(|verdict| verdict.bad > 0).count(), assessment.beside.len()),
        steps,
        more,
        day: if is_past { assessment.as_of.date().to_string() } else { String::new() },
        is_past,
        may_pack: false,
        sees_all: true,
        shell,
    }
}

/// Whole percent, rounded down so that 100 means all.
pub fn percent(part: usize, whole: usize) -> String {
    (part * 100).checked_div(whole).unwrap_or(0).to_string()
}

fn troubles(assessment: &Assessment) -> String {
    let told: Vec<String> = [State::Nonconforming, State::Gap, State::Stale]
        .into_iter()
        .map(|state| (assessment.count(state), state))
        .filter(|(count, _)| *count > 0)
        .map(|(count, state)| format!("{count} {}", verdicts::counted(state, count)))
        .collect();
    match told.as_slice() {
        [] => "Nothing that the program can judge stands in the way.".into(),
        [one] => format!("In the way: {one}."),
        [first @ .., last] => format!("In the way: {} and {last}.", first.join(", ")),
    }
}

fn state_line(assessment: &Assessment, state: State, is_past: bool) -> StateLine {
    let past = if is_past { format!("&as_of={}", assessment.as_of) } else { String::new() };
    let href = format!("/conformity?state={}{past}#steps", state.name());
    StateLine {
        mark: verdicts::mark(state),
        meaning: verdicts::meaning(state),
        count: Link::new(assessment.count(state).to_string(), href),
    }
}

fn groups(assessment: &Assessment, query: &str) -> Vec<Group> {
    let catalogue = catalogue();
    let top = catalogue.clauses.iter().filter(|clause| !clause.id.contains('.'));
    top.map(|group| {
        let inside = format!("{}.", group.id);
        let shown = catalogue.clauses.iter().filter(|clause| clause.id.starts_with(&inside));
        let shown = shown.filter(|clause| verdicts::is_shown(catalogue, &clause.id));
        let all = verdicts::below(assessment, &group.id);
        Group {
            id: group.id.clone(),
            title: group.title.clone(),
            tally: format!("{} of {}", all.iter().filter(|verdict| verdict.state == State::Proved).count(), all.len()),
            class: match group.id.as_str() {
                "7" | "8" => "span",
                "9" => "span2",
                _ => "",
            },
            clauses: shown
                .map(|clause| {
                    let verdicts = verdicts::below(assessment, &clause.id);
                    let cells: Vec<_> = verdicts.iter().map(|verdict| verdicts::cell(verdict.state)).collect();
                    Clause {
                        id: clause.id.clone(),
                        title: clause.title.clone(),
                        href: format!("/conformity/{}{query}", clause.id),
                        cells: Cells::new(&cells),
                        words: verdicts::tally(&verdicts),
                    }
                })
                .collect(),
        }
    })
    .collect()
}

fn steps(assessment: &Assessment, state: Option<State>, query: &str) -> (Vec<NextStep>, usize) {
    let wanted: Vec<State> = match state {
        Some(state) => vec![state],
        None => vec![State::Nonconforming, State::Gap, State::Stale],
    };
    let all = wanted.iter().flat_map(|state| assessment.verdicts.iter().filter(|verdict| verdict.state == *state));
    let mut steps: Vec<NextStep> = all
        .map(|verdict| NextStep {
            mark: verdicts::mark(verdict.state),
            requirement: Link::new(
                verdict.requirement.id.clone(),
                format!("/conformity/{}/{}{query}", verdict.requirement.clause, verdict.requirement.id),
            ),
            text: verdict.requirement.text.clone(),
            why: verdict.why.clone(),
        })
        .collect();
    let more = if state.is_some() { 0 } else { steps.len().saturating_sub(STEPS) };
    if state.is_none() {
        steps.truncate(STEPS);
    }
    (steps, more)
}
