//! What is done with a report: decisions are written down, it is released to its customer, a correction becomes a new edition.

use axum::{
    extract::{Path, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use kinds::performance::report;
use model::{Act, Command, Refusal, Target, Value};
use serde_json::{Value as Json, json};

use super::{
    address,
    issue::page,
    make::{Asked, input, make},
};
use crate::{
    App, Refused, Seat, flash,
    pages::{
        decision::{Typed, given},
        road::facts::rows,
    },
};

type Sent = Vec<(String, String)>;

fn target(kind: &str, number: &str) -> Target {
    Target { kind: kind.into(), number: number.into(), version: None }
}

/// `POST /service-reports/{number}/decide`: a decision, and the action that carries it out; whoever does it is told.
pub async fn decide(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let typed = Typed::of(&sent);
    match decided(&app, &seat, &number, &typed).await {
        Ok(words) => Ok(flash::said(&format!("{}#decided", address(&number)), words)),
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, &number, &typed, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn decided(app: &App, seat: &Seat, number: &str, typed: &Typed) -> Result<String, Refusal> {
    let shown = app.desk.show(&seat.actor, "report", number, None, seat.now).await?;
    typed.complete()?;
    if !shown.can(Act::Edit) {
        return Err(Refusal::Forbidden("You may not decide on reports.".into()));
    }
    let mut row = json!({"text": typed.text});
    let mut words = "The decision is written down.".to_owned();
    if !typed.none_needed {
        let fields = json!({"text": typed.text, "source": number, "owner": typed.owner, "due": typed.due,
            "priority": "medium", "told": seat.now.to_string()});
        let create = Command::Create { kind: "action".into(), number: None, input: input(fields) };
        let action = app.desk.perform(&seat.actor, create, seat.now).await?.number;
        let text = format!("@{}: this follows from {number}.", typed.owner);
        let note = Command::Note { target: target("action", &action), text, public: false };
        app.desk.perform(&seat.actor, note, seat.now).await?;
        words = format!("The decision is written down, and {action} follows from it.");
        row["action"] = action.into();
    }
    let mut decided: Vec<Json> = rows(&shown, report::DECIDED.name).map(Value::to_json).collect();
    decided.push(row);
    let edit = Command::Edit {
        target: Target { version: Some(shown.version()), ..target("report", number) },
        input: input(json!({"decided": decided})),
    };
    app.desk.perform(&seat.actor, edit, seat.now).await?;
    Ok(words)
}

/// `POST /service-reports/{number}/release`: its customer's people see it, or do not any more.
pub async fn release(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let back = given(&sent, "to") == "internal";
    let shown = app.desk.show(&seat.actor, "report", &number, None, seat.now).await?;
    let mut fields = json!({"released_to": if back { "internal" } else { "customer" }});
    if !back && report::TOLD.get(shown.fields()).is_none() {
        fields["told"] = seat.now.date().to_string().into();
    }
    let edit = Command::Edit { target: target("report", &number), input: input(fields) };
    app.desk.perform(&seat.actor, edit, seat.now).await?;
    let words = match back {
        true => "It is for our own people alone again.",
        false => "Its customer's people can read it now.",
    };
    Ok(flash::said(&address(&number), words))
}

/// `POST /service-reports/{number}/edition`: counts the same period again, as on record now, and says what changed.
pub async fn make_edition(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let shown = app.desk.show(&seat.actor, "report", &number, None, seat.now).await?;
    let definition = report::DEFINITION.get(shown.fields()).map(|one| one.0).unwrap_or_default();
    let period = report::PERIOD.get(shown.fields()).map(|one| one.0).unwrap_or_default();
    let note = given(&sent, "change_note");
    if note.is_empty() {
        return Err(Refused::field("change_note", "say what changed against the edition that stands"));
    }
    let asked = Asked { definition: &definition, period: &period, as_of: None, change_note: &note };
    let made = make(&app.desk, &seat.actor, &asked, seat.now).await?;
    Ok(flash::said(&address(&made), format!("{made} takes the place of {number}.")))
}
