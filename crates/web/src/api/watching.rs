//! What waits for whoever was named in a note, and watching a record.

use axum::{
    extract::{Path, Query as Pairs, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use desk::watching::Mention;
use serde_json::{Value as Json, json};

use crate::{
    App, Refused, Seat,
    api::{self, beside::no_parameters, record::Parameters, shape},
};

type Answer = Result<Response, Refused>;

/// `GET /mentions`: notes in which whoever asks was named and that they have not put aside, newest first.
pub async fn mentions(seat: Seat, State(app): State<App>, Pairs(pairs): Parameters) -> Answer {
    no_parameters(&pairs)?;
    let catalog = app.desk.catalog();
    let found = app.desk.mentions(&seat.actor, seat.now).await?;
    let item = |mention: &Mention| {
        let href = catalog.find(mention.kind).map(|kind| shape::address(kind, &mention.number));
        json!({"id": mention.id.to_string(), "kind": mention.kind, "number": mention.number, "title": mention.title,
            "href": href, "by": mention.by, "at": mention.at.to_string(), "text": mention.text, "public": mention.public})
    };
    Ok(api::answer(StatusCode::OK, json!({"items": found.iter().map(item).collect::<Vec<Json>>()})))
}

/// `DELETE /mentions/{id}`: it is put aside; the note stays in the journal.
pub async fn put_aside(seat: Seat, State(app): State<App>, Path(id): Path<String>) -> Answer {
    let id = id.parse().map_err(|_| Refused::not_found())?;
    app.desk.put_aside(&seat.actor, id, seat.now).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET …/watchers`: who watches; people of customers see only themselves.
pub async fn watchers(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    Pairs(pairs): Parameters,
) -> Answer {
    no_parameters(&pairs)?;
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let shown = app.desk.show(&seat.actor, kind.name, &number, None, seat.now).await?;
    let people = app.desk.watchers(&seat.actor, &shown).await?;
    Ok(api::answer(StatusCode::OK, json!({"watches": people.contains(&seat.actor.email), "items": people})))
}

/// `PUT …/watchers/me`: whoever asks watches from now on.
pub async fn watch(seat: Seat, app: State<App>, place: Path<(String, String)>) -> Answer {
    set(&seat, &app, &place, true).await
}

/// `DELETE …/watchers/me`
pub async fn unwatch(seat: Seat, app: State<App>, place: Path<(String, String)>) -> Answer {
    set(&seat, &app, &place, false).await
}

async fn set(seat: &Seat, app: &App, (plural, number): &(String, String), on: bool) -> Answer {
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, plural)?;
    app.desk.watch(&seat.actor, kind.name, number, on, seat.now).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
