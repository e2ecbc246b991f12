//! Undo: what one has just edited or moved stands as before, where nothing has happened to it since.

use axum::{
    Json,
    extract::{Path, RawForm, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use desk::{Done, Outcome};
use model::{Command, Kind, Refusal, Target};
use serde_json::json;

use super::{
    act::is_fragment,
    address::{Address, pairs},
    list::kind_of,
    piece::record_address,
    sent::Sent,
};
use crate::{App, Refused, Seat, flash};

/// Most records of one go; as many as are edited in one.
pub const MOST: usize = 500;

/// What was done, as forms and addresses carry it: `INC-20431@7` is the write that made version 7.
pub fn name(number: &str, version: i64) -> String {
    format!("{number}@{version}")
}

/// The address that takes one write back.
pub fn address(kind: &Kind, number: &str, version: i64) -> String {
    Address::new(format!("/{}/undo", kind.plural)).with("done", name(number, version)).to_string()
}

/// `POST /{plural}/undo` with `done` once for each record, in the address or in the form.
pub(super) async fn take_back(
    seat: Seat,
    State(app): State<App>,
    Path(plural): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let sent = Sent::new(pairs(&body).into_iter().chain(pairs(query.unwrap_or_default().as_bytes())).collect());
    let targets = targets(kind, &sent)?;
    let numbers: Vec<String> = targets.iter().map(|target| target.number.clone()).collect();
    let commands = targets.into_iter().map(|target| Command::Undo { target }).collect();
    let outcomes = app.desk.perform_all(&seat.actor, commands, seat.now, false).await?;
    let said = told(&app, &seat, kind, &numbers, &outcomes).await?;
    if is_fragment(&headers) {
        let status = if outcomes.iter().all(Result::is_ok) { StatusCode::OK } else { StatusCode::CONFLICT };
        return Ok((status, Json(json!({"said": said}))).into_response());
    }
    let to = match numbers.as_slice() {
        [one] if sent.get("back").is_none() => record_address(kind, one),
        _ => Address::read(format!("/{}", kind.plural), &sent.text("back")).to_string(),
    };
    Ok(flash::said(&to, said))
}

fn targets(kind: &Kind, sent: &Sent) -> Result<Vec<Target>, Refused> {
    let mut targets: Vec<Target> = Vec::new();
    for done in sent.all("done").take(MOST) {
        let read = done.rsplit_once('@').and_then(|(number, version)| Some((number, version.parse::<i64>().ok()?)));
        let (number, version) = read.ok_or_else(|| Refused::field("done", "is not what a page of ours has given"))?;
        if !targets.iter().any(|target| target.number == number) {
            targets.push(Target { kind: kind.name.into(), number: number.into(), version: Some(version) });
        }
    }
    if targets.is_empty() { Err(Refused::field("done", "says what is to be undone")) } else { Ok(targets) }
}

/// One sentence: what stands as before, and why the rest does not.
async fn told(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    numbers: &[String],
    outcomes: &[Result<Done, Refusal>],
) -> Result<String, Refusal> {
    let back = |outcome: &&Result<Done, Refusal>| outcome.is_ok();
    let done = outcomes.iter().filter(back).count();
    let Some((number, refusal)) =
        numbers.iter().zip(outcomes).find_map(|(number, outcome)| Some((number, outcome.as_ref().err()?)))
    else {
        let nothing = outcomes.iter().flatten().all(|done| done.outcome == Outcome::Unchanged);
        return Ok(match numbers {
            _ if nothing => "Everything stood as before already.".into(),
            [one] => format!("{one} is as it was."),
            many => format!("All {} are as they were.", many.len()),
        });
    };
    let why = why(app, seat, kind, number, refusal).await?;
    Ok(match numbers.len() {
        1 => format!("Not undone: {why}"),
        whole => format!("{done} of {whole} are as they were. {number}: {why}"),
    })
}

/// Who came in between has a name.
async fn why(app: &App, seat: &Seat, kind: &Kind, number: &str, refusal: &Refusal) -> Result<String, Refusal> {
    if !matches!(refusal, Refusal::Stale { .. }) {
        return Ok(refusal.sentence());
    }
    let whole = match app.desk.whole(&seat.actor, kind.name, number, seat.now).await {
        Err(Refusal::NotFound) => return Ok("it is not there any more.".into()),
        whole => whole?,
    };
    let last = whole.entries.last().and_then(|shown| shown.entry.by.clone()).unwrap_or_default();
    let names = app.desk.names_of(&seat.actor, [].into(), [last.clone()].into(), seat.now).await?;
    let name = match names.people.get(&last) {
        _ if last == seat.actor.email => "you",
        Some((name, _)) => name,
        None if last.is_empty() => "somebody",
        None => &last,
    };
    Ok(format!("it was changed by {name} since."))
}
