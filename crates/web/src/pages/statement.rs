//! The statement of conformity: every requirement with its state, the day of its newest evidence and how many records stand behind
//! it, on one page that prints.

use askama::Template;
use axum::{extract::State as Held, response::Html};
use engines::conformity::State;

use super::verdicts;
use crate::{
    App, Refused, Seat,
    view::{parts::Mark, shell::Shell, time},
};

#[derive(Template)]
#[template(path = "page/statement.html")]
struct StatementPage {
    shell: Shell,
    organisation: String,
    scope: String,
    as_of: String,
    counts: Vec<(Mark, usize)>,
    lines: Vec<Line>,
}

struct Line {
    id: String,
    text: String,
    mark: Mark,
    newest: String,
    records: String,
    href: String,
}

/// `GET /conformity/statement`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let settings = app.desk.settings();
    let states =
        [State::Proved, State::Stale, State::Gap, State::Nonconforming, State::NothingToSample, State::ForAPerson];
    let line = |verdict: &std::sync::Arc<engines::conformity::Verdict>| Line {
        id: verdict.requirement.id.clone(),
        text: verdict.requirement.text.clone(),
        mark: verdicts::mark(verdict.state),
        newest: verdict.newest.map(|at| time::day(at.date())).unwrap_or_default(),
        records: match verdict.population {
            0 => String::new(),
            whole => format!("{} of {whole}", verdict.good),
        },
        href: format!("/conformity/{}/{}", verdict.requirement.clause, verdict.requirement.id),
    };
    let page = StatementPage {
        organisation: settings.organisation.clone(),
        scope: settings.scope.clone(),
        as_of: time::exact(assessment.as_of),
        counts: states.map(|state| (verdicts::mark(state), assessment.count(state))).into(),
        lines: assessment.verdicts.iter().map(line).collect(),
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/conformity").await },
    };
    Ok(Html(page.render()?))
}
