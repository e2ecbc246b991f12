//! Events of monitoring tools: the door at which they are brought, with a token of that scope alone, and what became of
//! them.

use axum::{
    RequestExt,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query as Pairs, Request, State},
    http::{HeaderMap, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use desk::monitoring::{Brought, EventRow, Events, Taken, Trouble};
use model::{Refusal, suggest};
use serde_json::{Value as Json, json};

use crate::{
    Administrator, App, Refused, Seat,
    api::{
        self, condition,
        content::{media, unread},
        record::{Parameters, once},
        strict,
    },
    seat,
};

type Answer = Result<Response, Refused>;

/// Largest delivery, in bytes, whatever its media type.
const DELIVERY_MAX: usize = 2 << 20;
/// Events on one page, and at most.
const PAGE: i64 = 50;
const PAGE_MAX: i64 = 500;

/// Whoever brings events, and what they bring. A token of the scope `events` is enough; it may stand in the body as
/// `routing_key`, because tools that speak as to PagerDuty have no other place for it.
pub struct Bringer {
    seat: Seat,
    brought: Brought,
}

impl FromRequest<App> for Bringer {
    type Rejection = Response;

    async fn from_request(mut http: Request, app: &App) -> Result<Bringer, Response> {
        let slug = http.extract_parts::<Path<String>>().await.map_err(IntoResponse::into_response)?;
        let (mut parts, body) = http.into_parts();
        let known = match seat::bearer(&parts.headers).map(str::to_string) {
            Some(token) => Some(seat::bringer(&parts, app, &token).await?),
            None => None,
        };
        let whole = Request::from_parts(parts.clone(), body);
        let bytes = Bytes::from_request(whole, app).await.map_err(|why| unread(&why).into_response())?;
        if bytes.len() > DELIVERY_MAX {
            return Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "2 MB is the most.").into_response());
        }
        let read = body_of(&parts.headers, &bytes);
        let seat = match known {
            Some(seat) => seat,
            None => {
                let key = read.as_ref().ok().and_then(|body| body.get("routing_key")?.as_str());
                match key {
                    Some(key) => seat::bringer(&parts, app, key).await?,
                    None => Seat::from_request_parts(&mut parts, app).await?,
                }
            }
        };
        let mut body = read.map_err(IntoResponse::into_response)?;
        // A secret that came in the body goes no further.
        if let Some(body) = body.as_object_mut() {
            body.remove("routing_key");
        }
        let key = condition::key(&parts.headers).map_err(IntoResponse::into_response)?;
        let brought = Brought { slug: slug.0, media: media(&parts.headers), body, headers: context(&parts), key };
        Ok(Bringer { seat, brought })
    }
}

/// The headers of a CloudEvent in binary mode.
fn context(parts: &Parts) -> Vec<(String, String)> {
    let named = parts.headers.iter().filter(|(name, _)| name.as_str().starts_with("ce-"));
    named.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())).collect()
}

/// The body as JSON. In the binary mode of CloudEvents it may be anything: what is no JSON stays outside.
fn body_of(headers: &HeaderMap, bytes: &[u8]) -> Result<Json, Refused> {
    let is_binary = headers.contains_key("ce-specversion");
    match strict::read(bytes) {
        Ok(body) => Ok(body),
        Err(_) if is_binary && !media(headers).ends_with("json") => Ok(Json::Null),
        Err(why) => Err(Refused::new(StatusCode::BAD_REQUEST, why)),
    }
}

/// `POST /intake/{source}`: what a tool says, each event with its outcome.
pub async fn take(State(app): State<App>, Bringer { seat, brought }: Bringer) -> Answer {
    let taken = app.desk.take_events(&seat.actor, brought, seat.now).await?;
    let refused = taken.iter().filter(|one| one.outcome == "refused").count();
    let message = match (taken.len(), refused) {
        (0, _) => "nothing was in it".to_string(),
        (all, 0) => format!("{all} taken"),
        (all, refused) => format!("{} of {all} taken, {refused} refused", all - refused),
    };
    let key = taken.first().map(|one| one.identity.clone()).unwrap_or_default();
    let outcomes: Vec<Json> = taken.iter().map(outcome).collect();
    // The first three names are those that PagerDuty answers with; its clients look for them.
    let body = json!({"status": "success", "message": message, "dedup_key": key, "outcomes": outcomes});
    Ok(api::answer(StatusCode::ACCEPTED, body))
}

fn outcome(one: &Taken) -> Json {
    let mut json = json!({
        "id": one.id.to_string(),
        "identity": one.identity,
        "outcome": one.outcome,
        "reason": one.reason,
        "number": Some(&one.number).filter(|number| !number.is_empty()),
    });
    if !one.path.is_empty() {
        json["path"] = one.path.as_str().into();
    }
    if !one.errors.is_empty() {
        json["errors"] = json!(one.errors);
    }
    if one.again {
        json["again"] = true.into();
    }
    json
}

/// `GET /events?outcome=&source=&number=&q=&page_size=&page_token=`: newest first, for administrators.
pub async fn list(Administrator(seat): Administrator, State(app): State<App>, Pairs(pairs): Parameters) -> Answer {
    let sources = app.desk.event_sources(&seat.actor, seat.now).await?;
    let (mut wanted, mut size) = (Events::default(), PAGE);
    let refuse = |why: String| Refused::from(Refusal::Query(why));
    for (name, value) in once(&pairs)? {
        match name {
            "outcome" => wanted.outcome = known_outcome(value)?,
            "number" => wanted.number = value.trim().into(),
            "q" => wanted.words = value.trim().chars().take(200).collect(),
            "source" => {
                let found = sources.iter().find(|source| source.slug == value);
                let hint = suggest::hint(value, sources.iter().map(|source| source.slug.as_str()));
                let source = found.ok_or_else(|| refuse(format!("source: there is no \"{value}\"{hint}")))?;
                wanted.source = Some(source.id);
            }
            "page_size" => match value.parse() {
                Ok(wanted @ 1..=PAGE_MAX) => size = wanted,
                _ => return Err(refuse(format!("page_size: \"{value}\" is not a number from 1 to {PAGE_MAX}"))),
            },
            "page_token" if value.is_empty() => {}
            "page_token" => match value.parse() {
                Ok(before) => wanted.before = Some(before),
                Err(_) => return Err(refuse("page_token is not one that was handed out here".into())),
            },
            other => {
                let known = ["outcome", "source", "number", "q", "page_size", "page_token"];
                return Err(refuse(format!("there is no parameter \"{other}\"{}", suggest::hint(other, known))));
            }
        }
    }
    let mut rows = app.desk.events(&seat.actor, &wanted, size + 1, seat.now).await?;
    let more = rows.len() as i64 > size;
    rows.truncate(size as usize);
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let slug = |row: &EventRow| sources.iter().find(|source| source.id == row.source).map(|source| &source.slug);
    let items: Vec<Json> = rows.iter().map(|row| event(row, slug(row).map(String::as_str))).collect();
    Ok(api::answer(StatusCode::OK, json!({"items": items, "next_page_token": next})))
}

/// A name of an outcome, empty for any.
///
/// # Errors
/// `Query` with what was probably meant.
pub fn known_outcome(value: &str) -> Result<String, Refused> {
    let known = || events::decide::Outcome::ALL.iter().map(|outcome| outcome.name());
    if value.is_empty() || known().any(|name| name == value) {
        return Ok(value.into());
    }
    Err(Refusal::Query(format!("outcome: there is no \"{value}\"{}", suggest::hint(value, known()))).into())
}

/// `GET …/events`: what monitoring says about a record.
pub async fn of_record(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    Pairs(pairs): Parameters,
) -> Answer {
    super::beside::no_parameters(&pairs)?;
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let (troubles, rows) = app.desk.monitored(&seat.actor, kind.name, &number, PAGE_MAX, seat.now).await?;
    let alerts: Vec<Json> = troubles.iter().map(trouble).collect();
    let items: Vec<Json> = rows.iter().map(|row| event(row, None)).collect();
    Ok(api::answer(StatusCode::OK, json!({"alerts": alerts, "items": items})))
}

fn trouble(trouble: &Trouble) -> Json {
    json!({
        "title": trouble.title,
        "severity": trouble.severity,
        "firing": trouble.alert.members.len(),
        "flapping": trouble.alert.flapping,
        "repeats": trouble.alert.repeats,
        "returns": trouble.alert.returns,
        "first": trouble.first.to_string(),
        "last": trouble.last.to_string(),
    })
}

fn event(row: &EventRow, source: Option<&str>) -> Json {
    let mut json = json!({
        "id": row.id.to_string(),
        "at": row.at.to_string(),
        "outcome": row.outcome,
        "reason": row.reason,
        "number": Some(&row.number).filter(|number| !number.is_empty()),
        "title": row.title,
        "severity": row.severity,
        "standing": row.standing,
        "brought_by": row.brought_by,
        "said": row.body,
    });
    if let Some(source) = source {
        json["source"] = source.into();
    }
    json
}
