//! Collections and records: list, read, create, edit, move from state to state.

use axum::{
    extract::{Path, Query as Pairs, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::{COUNT_CAP, Done, Outcome, Shown};
use model::{Act, Command, FieldError, Kind, Link, Moment, Query, Refusal, Target, query::EVERY};
use serde_json::{Value as Json, json};

use crate::{
    App, Refused, Seat,
    api::{
        self,
        condition::{self, Match},
        content::Object,
        input, put, shape,
    },
};

type Answer = Result<Response, Refused>;
/// The parameters of an address, in their order.
pub type Parameters = Pairs<Vec<(String, String)>>;

/// `GET /{plural}`: a page of records, those of the past included.
pub async fn list(seat: Seat, State(app): State<App>, Path(plural): Path<String>, Pairs(pairs): Parameters) -> Answer {
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let (counted, pairs) = counting(pairs)?;
    let mut query = Query::read(kind, false, once(&pairs)?)?;
    let columns = query.columns.clone();
    if query.columns.is_empty() {
        query.columns = vec![EVERY.into()];
    }
    let page = app.desk.list(&seat.actor, &query, seat.now).await?;
    let items = page.records.iter().map(|shown| shape::record(kind, shown, &columns, None)).collect();
    let mut body = shape::page(items, page.next.map(|cursor| cursor.write()));
    if counted {
        if query.as_of.is_some_and(|at| at < seat.now) {
            return Err(Refused::new(StatusCode::BAD_REQUEST, "count and as_of cannot be asked together"));
        }
        let total = app.desk.count(&seat.actor, &query, seat.now).await?;
        body.insert("count".into(), total.min(COUNT_CAP).into());
        body.insert("count_is_capped".into(), (total > COUNT_CAP).into());
    }
    Ok(api::answer(StatusCode::OK, Json::Object(body)))
}

/// Takes `count` from the parameters: whether the whole is to be counted.
pub fn counting(pairs: Vec<(String, String)>) -> Result<(bool, Vec<(String, String)>), Refused> {
    let (count, others): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == "count");
    match count.as_slice() {
        [] => Ok((false, others)),
        [(_, value)] if value == "true" || value == "false" => Ok((value == "true", others)),
        _ => Err(Refused::new(StatusCode::BAD_REQUEST, "count: true or false, once")),
    }
}

/// # Errors
/// 400 for a parameter that stands twice: one of the two would be ignored.
pub fn once(pairs: &[(String, String)]) -> Result<impl Iterator<Item = (&str, &str)>, Refused> {
    for (at, (name, _)) in pairs.iter().enumerate() {
        if pairs[..at].iter().any(|(earlier, _)| earlier == name) {
            let shown: String = name.chars().take(60).collect();
            return Err(Refused::new(StatusCode::BAD_REQUEST, format!("the parameter \"{shown}\" stands twice")));
        }
    }
    Ok(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// `GET /{plural}/{number}`: one record, now or `?as_of=`.
pub async fn show(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    Pairs(pairs): Parameters,
    headers: HeaderMap,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let as_of = as_of(&pairs)?.filter(|at| *at < seat.now);
    let shown = app.desk.show(&seat.actor, kind.name, &number, as_of, seat.now).await?;
    let tag = as_of.map_or_else(|| condition::tag(shown.version()), |at| condition::past_tag(&shown, at));
    // Clocks that run say something else at each asking, though nothing is written.
    let ticks = shown.clocks().iter().any(|clock| clock.standing.is_live());
    let mut response = if condition::is_known(&headers, &tag)? && !ticks {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let links = app.desk.own_links(&seat.actor, kind.name, &number, as_of, seat.now).await?;
        api::answer(StatusCode::OK, told(&app, &seat, kind, &shown, &links, as_of).await?)
    };
    put(&mut response, header::ETAG, &tag);
    put(&mut response, header::CACHE_CONTROL, "private, no-cache");
    Ok(response)
}

/// One record with the working of its clocks, the same whether it was asked for or has just been written.
async fn told(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    shown: &Shown,
    links: &[Link],
    as_of: Option<Moment>,
) -> Result<Json, Refusal> {
    let mut body = shape::record(kind, shown, &[], Some(links));
    if kind.clocked {
        let worked = app.desk.worked(&seat.actor, kind.name, shown.number(), as_of, seat.now).await?;
        body["clocks"] = worked.clocks.iter().map(shape::working).collect();
        body["hands"] = worked.hands.iter().map(shape::stay).collect();
    }
    Ok(body)
}

/// The instant in `?as_of=`, the only parameter of a record.
fn as_of(pairs: &[(String, String)]) -> Result<Option<Moment>, Refused> {
    let refuse = |why: String| Err(Refused::new(StatusCode::BAD_REQUEST, why));
    let mut as_of = None;
    for (name, value) in once(pairs)? {
        match (name, Moment::parse(value)) {
            ("as_of", Some(at)) => as_of = Some(at),
            ("as_of", None) => {
                return refuse(format!("as_of: \"{value}\" is not an instant such as 2026-11-12T07:14:00Z"));
            }
            (other, _) => {
                return refuse(format!("there is no parameter \"{other}\"{}", model::suggest::hint(other, ["as_of"])));
            }
        }
    }
    Ok(as_of)
}

/// `POST /{plural}`: a new record.
pub async fn create(
    seat: Seat,
    State(app): State<App>,
    Path(plural): Path<String>,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let (number, input) = input::read(kind, body)?.create(kind)?;
    let command = Command::Create { kind: kind.name.into(), number, input };
    let done = perform(&app, &seat, &headers, command).await?;
    let mut response = written(&app, &seat, kind, &done, StatusCode::CREATED).await?;
    put(&mut response, header::LOCATION, &shape::address(kind, &done.number));
    Ok(response)
}

/// `PATCH /{plural}/{number}`: a merge patch (RFC 7396) over title and fields.
pub async fn edit(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let target = target(&app, &seat, kind, number, &headers, Needs::Version(Act::Edit)).await?;
    let asked = input::read(kind, body)?;
    let input = if asked.repeats() {
        let shown = app.desk.show(&seat.actor, kind.name, &target.number, None, seat.now).await?;
        let links = app.desk.own_links(&seat.actor, kind.name, &target.number, None, seat.now).await?;
        asked.edit(kind, Some((&shown, &shape::record(kind, &shown, &[], Some(&links)))))?
    } else {
        asked.edit(kind, None)?
    };
    let done = perform(&app, &seat, &headers, Command::Edit { target, input }).await?;
    written(&app, &seat, kind, &done, StatusCode::OK).await
}

/// `POST /{plural}/{number}/transitions`: `{"to": STATE, "note"?, "public"?, "fields"?}`.
pub async fn step(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let target = target(&app, &seat, kind, number, &headers, Needs::Version(Act::Step)).await?;
    let mut parts = input::Parts::new(body);
    let to = parts.needed_text("to");
    let (note, public) = (parts.text("note"), parts.flag("public"));
    let input = input::fields(parts.object("fields"));
    parts.end()?;
    let command = Command::Step { target, to, input, note, public };
    let done = perform(&app, &seat, &headers, command).await?;
    written(&app, &seat, kind, &done, StatusCode::OK).await
}

/// `POST /{plural}/{number}/decisions`: `{"decision": "approve" | "refuse", "reason"?}` of whoever is asked.
pub async fn decide(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let target = target(&app, &seat, kind, number, &headers, Needs::Nothing).await?;
    let mut parts = input::Parts::new(body);
    let (decision, reason) = (parts.needed_text("decision"), parts.text("reason").unwrap_or_default());
    parts.end()?;
    let approve = model::command::approves(&decision)?;
    let done = perform(&app, &seat, &headers, Command::Decide { target, approve, reason }).await?;
    written(&app, &seat, kind, &done, StatusCode::OK).await
}

/// Whether a write must say which version it means.
#[derive(Clone, Copy, Debug)]
pub enum Needs {
    /// It replaces what somebody else may have written meanwhile.
    Version(Act),
    /// It only adds; a version is heeded where it is sent.
    Nothing,
}

/// The record that a write is meant for, with the version that the caller has seen.
///
/// # Errors
/// 428 without If-Match where one is needed; before that whatever the actor is to be told of the record at all.
pub async fn target(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    number: String,
    headers: &HeaderMap,
    needs: Needs,
) -> Result<Target, Refused> {
    let target = |version| Target { kind: kind.name.into(), number: number.clone(), version };
    match (condition::if_match(headers)?, needs) {
        (Match::Any, _) | (Match::Unsaid, Needs::Nothing) => Ok(target(None)),
        (Match::Unsaid, Needs::Version(act)) => {
            let shown = app.desk.show(&seat.actor, kind.name, &number, None, seat.now).await?;
            if !shown.can(act) {
                let why = format!("You may not {} {}.", act.name(), kind.labels.to_lowercase());
                return Err(Refused::forbidden(why));
            }
            Err(condition::required())
        }
        (Match::Versions(versions), _) if versions.len() == 1 => Ok(target(Some(versions[0]))),
        (Match::Versions(versions), _) => {
            let shown = app.desk.show(&seat.actor, kind.name, &number, None, seat.now).await?;
            let meant = versions.iter().copied().find(|version| *version == shown.version());
            // No version is ever 0, so that the door finds it stale.
            Ok(target(Some(meant.unwrap_or(0))))
        }
    }
}

/// Does a command, once for each Idempotency-Key.
pub async fn perform(app: &App, seat: &Seat, headers: &HeaderMap, command: Command) -> Result<Done, Refused> {
    let done = match condition::key(headers)? {
        Some(key) => app.desk.perform_once(&seat.actor, &key, command, seat.now).await,
        None => app.desk.perform(&seat.actor, command, seat.now).await,
    };
    done.map_err(refused)
}

/// A refusal with what a program can use of it.
pub fn refused(refusal: Refusal) -> Refused {
    match refusal {
        Refusal::Step(why) => {
            let mut refused = Refused::from(Refusal::Step(why.clone()));
            refused.errors = vec![FieldError::new("to", why)];
            refused
        }
        Refusal::Stale { expected, found } => {
            let mut refused = Refused::from(Refusal::Stale { expected, found });
            refused.detail = match expected {
                0 => format!("{} It is at version {found} now.", refused.detail),
                _ => format!("{} You sent version {expected}, it is at version {found} now.", refused.detail),
            };
            refused
        }
        other => other.into(),
    }
}

/// The record after a write, or what is known of it where its writer may not read it.
pub async fn written(app: &App, seat: &Seat, kind: &Kind, done: &Done, status: StatusCode) -> Answer {
    let shown: Result<Shown, Refusal> = app.desk.show(&seat.actor, kind.name, &done.number, None, seat.now).await;
    let (body, version) = match shown {
        Ok(shown) => {
            let links = match done.outcome {
                // Nothing can have been linked to it yet.
                Outcome::Created => Vec::new(),
                _ => app.desk.own_links(&seat.actor, kind.name, &done.number, None, seat.now).await?,
            };
            (told(app, seat, kind, &shown, &links, None).await?, shown.version())
        }
        Err(Refusal::NotFound) => {
            let body = json!({"kind": done.kind, "number": done.number, "version": done.version});
            (body, done.version)
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let mut response = api::answer(status, body);
    put(&mut response, header::ETAG, &condition::tag(version));
    Ok(response)
}
