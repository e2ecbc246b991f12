//! The mail of a record: who sent each message, whether that is proved, its words and its files.

use axum::{
    extract::{Path, Query as Pairs, State},
    http::StatusCode,
    response::Response,
};
use desk::post::{Came, Enclosed};
use mail::Found;
use model::Kind;
use serde_json::{Value as Json, json};

use crate::{
    App, Refused, Seat,
    api::{self, beside::no_parameters, record::Parameters, shape},
    record::letters::MOST,
};

type Answer = Result<Response, Refused>;

/// `GET …/mail`: the messages that came for a record, newest first, without their words.
pub async fn list(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    Pairs(pairs): Parameters,
) -> Answer {
    no_parameters(&pairs)?;
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let came = app.desk.came_by_mail(&seat.actor, kind.name, &number, MOST, seat.now).await?;
    let items: Vec<Json> = came.iter().map(|came| told(kind, &number, came)).collect();
    Ok(api::answer(StatusCode::OK, json!({"items": items})))
}

/// `GET …/mail/{id}`: one of them with its words as text and as cleaned HTML.
pub async fn show(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number, id)): Path<(String, String, String)>,
    Pairs(pairs): Parameters,
) -> Answer {
    no_parameters(&pairs)?;
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let id = id.parse().map_err(|_| Refused::not_found())?;
    let opened = app.desk.letter_of(&seat.actor, (kind.name, &number), id, seat.now).await?;
    let file = |file: &Enclosed| {
        let href = file.kept.as_ref().map(|kept| shape::file(kind, &number, kept)["self"].clone());
        json!({"name": file.name, "size": file.size, "href": href})
    };
    let mut body = told(kind, &number, &opened.came);
    body["text"] = opened.letter.text.as_str().into();
    body["html"] = opened.letter.html.as_deref().into();
    body["files"] = opened.files.iter().map(file).collect();
    Ok(api::answer(StatusCode::OK, body))
}

fn told(kind: &Kind, number: &str, came: &Came) -> Json {
    let row = &came.row;
    json!({
        "id": row.id.to_string(),
        "at": row.at.to_string(),
        "sender": row.sender,
        "sender_name": came.sender_name,
        "recipient": row.recipient,
        "subject": row.subject,
        "outcome": row.outcome,
        "reason": row.reason,
        "sender_is_proved": came.proof.is_authentic(),
        "dmarc": came.proof.dmarc.map(word),
        "dkim": came.proof.dkim.map(word),
        "spf": came.proof.spf.map(word),
        "self": format!("{}/mail/{}", shape::address(kind, number), row.id),
    })
}

fn word(found: Found) -> &'static str {
    match found {
        Found::Pass => "pass",
        Found::Fail => "fail",
        Found::Nothing => "none",
        Found::Unsure => "unknown",
    }
}
