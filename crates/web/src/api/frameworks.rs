//! Frameworks beside the standard, for machines: the list, and one with how each of its requirements stands.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use desk::crosswalk::{self, Listed};
use engines::conformity::Crossed;
use serde_json::{Map, Value as Json, json};

use crate::{App, Refused, Seat, api};

type Answer = Result<Response, Refused>;

/// `GET /frameworks`
pub async fn list(seat: Seat, State(app): State<App>) -> Answer {
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let listed = app.desk.frameworks(&seat.actor, &assessment, seat.now).await?;
    Ok(api::answer(StatusCode::OK, json!({"items": listed.iter().map(line).collect::<Vec<_>>()})))
}

fn line(listed: &Listed) -> Json {
    let kept = listed.kept.as_ref();
    json!({
        "id": listed.key,
        "urn": kept.map(|kept| kept.urn.as_str()),
        "name": listed.name,
        "version": listed.version,
        "provider": listed.provider,
        "format": kept.map(|kept| kept.format.name()),
        "sha256": kept.map(|kept| kept.digest.as_str()),
        "requirements": listed.demands,
        "summary": listed.crossed.as_ref().map(|crossed| summary(crossed, listed.demands)),
    })
}

fn summary(crossed: &[Crossed], demands: usize) -> Map<String, Json> {
    let count = |which: Crossed| match which {
        Crossed::NotMapped => demands.saturating_sub(crossed.iter().filter(|one| **one != which).count()),
        which => crossed.iter().filter(|crossed| **crossed == which).count(),
    };
    Crossed::all().map(|which| (which.name().to_owned(), count(which).into())).collect()
}

/// `GET /frameworks/{id}`: the same as `plumbline conformity --framework ID --json`.
pub async fn show(seat: Seat, State(app): State<App>, Path(key): Path<String>) -> Answer {
    let opened = app.desk.framework(&seat.actor, &key, seat.now).await?;
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    Ok(api::answer(StatusCode::OK, crosswalk::assessed(&opened, &assessment)))
}
