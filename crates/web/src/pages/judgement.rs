//! What people judged of a requirement, and the form with which they do.

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::{judgements::REASON_MAX, rights};
use engines::conformity::{State, catalogue};
use model::{FieldError, Refusal};

use super::{requirement, verdicts, welcome::told as beside};
use crate::{
    App, Refused, Seat, flash,
    view::{
        field::{Control, Field},
        parts::{Mark, When},
        shell::Shell,
        time,
    },
};

/// The part of a requirement's page that is about judgements.
#[derive(Default)]
pub struct Judging {
    /// Newest first: the first one counts.
    pub told: Vec<Told>,
    /// Empty for whoever does not judge, and for the past.
    pub fields: Vec<Field>,
    pub errors: Vec<(String, String)>,
}

pub struct Told {
    pub mark: Mark,
    pub by: String,
    pub when: When,
    pub reason: String,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
pub struct Typed {
    pub state: String,
    pub reason: String,
    pub errors: Vec<FieldError>,
}

/// What stands on the page: judgements until the instant that is shown, and the form where it may be used.
pub async fn judging(
    app: &App,
    seat: &Seat,
    id: &str,
    until: model::Moment,
    typed: &Typed,
) -> Result<Judging, Refusal> {
    let mut judged = app.desk.judgements(&seat.actor, until, seat.now).await?;
    judged.retain(|judged| judged.requirement == id);
    let told = judged.into_iter().rev().filter_map(|judged| {
        Some(Told {
            mark: verdicts::mark(State::parse(&judged.state)?),
            by: judged.by,
            when: time::when(judged.at, seat.now),
            reason: judged.reason,
        })
    });
    let told = told.collect();
    if until < seat.now || rights::judge(&seat.actor, seat.now).is_err() {
        return Ok(Judging { told, ..Judging::default() });
    }
    let state = Field {
        name: "state".into(),
        label: "Your judgement".into(),
        help: "It can lower what the check says, never raise it.".into(),
        required: true,
        control: Control::Choice { options: verdicts::judgements(&typed.state), blank: Some("Choose".into()) },
        ..Field::default()
    };
    let reason = Field {
        name: "reason".into(),
        label: "Why".into(),
        help: "What you saw, where and when: an auditor will read it.".into(),
        required: true,
        control: Control::Lines { value: typed.reason.clone(), max: Some(REASON_MAX) },
        ..Field::default()
    };
    let mut fields = vec![state, reason];
    let errors = beside(&mut fields, &typed.errors);
    Ok(Judging { told, fields, errors })
}

/// `POST /conformity/{clause}/{requirement}`
pub async fn save(
    seat: Seat,
    Held(app): Held<App>,
    Path((clause, id)): Path<(String, String)>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    let given = |name: &str| sent.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str()).unwrap_or("");
    let (state, reason) = (given("state"), given("reason"));
    if catalogue().requirement(&id).is_none_or(|requirement| requirement.clause != clause) {
        return Err(Refusal::NotFound.into());
    }
    match app.desk.add_judgement(&seat.actor, (&id, state, reason), seat.now).await {
        Ok(()) => {
            app.desk.renew_assessment(seat.now);
            Ok(flash::said(&format!("/conformity/{clause}/{id}"), format!("Your judgement of {id} is recorded.")))
        }
        Err(Refusal::Invalid(errors)) => {
            let typed = Typed { state: state.into(), reason: reason.into(), errors };
            let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
            let shell = Shell { views: true, ..crate::shell(&app, &seat, "/conformity").await };
            let judging = judging(&app, &seat, &id, seat.now, &typed).await?;
            let ask = requirement::Ask { show: None, from: 0, is_past: false, now: seat.now };
            let page = requirement::page(&app.desk, &seat.actor, shell, &assessment, &id, &ask, judging).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}
