//! What stands beside a record: its journal, notes and links.

use axum::{
    extract::{Path, Query as Pairs, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::ShownEntry;
use model::{Command, Cursor, Link, query, suggest};
use serde_json::{Value as Json, json};

use crate::{
    App, Refused, Seat,
    api::{
        self, condition,
        content::Object,
        input::Parts,
        put,
        record::{Needs, Parameters, once, perform, target},
        shape,
    },
};

type Answer = Result<Response, Refused>;

/// `GET …/journal?order_by=&page_size=&page_token=`: oldest first, `order_by=-at` for the newest first.
pub async fn journal(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    Pairs(pairs): Parameters,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let page = JournalPage::read(&pairs)?;
    let mut entries = app.desk.journal(&seat.actor, kind.name, &number, seat.now).await?;
    if page.newest_first {
        entries.reverse();
    }
    let start = match page.after {
        None => 0,
        Some(seq) => 1 + entries.iter().position(|shown| shown.entry.seq == seq).ok_or_else(strange_token)?,
    };
    let rest = &entries[start..];
    let items: Vec<Json> = rest.iter().take(page.size).map(shape::entry).collect();
    let next = (rest.len() > page.size).then(|| token(&rest[page.size - 1]));
    Ok(api::answer(StatusCode::OK, Json::Object(shape::page(items, next))))
}

struct JournalPage {
    newest_first: bool,
    size: usize,
    after: Option<i64>,
}

fn token(shown: &ShownEntry) -> String {
    Cursor { keys: Vec::new(), id: shown.entry.seq }.write()
}

fn strange_token() -> Refused {
    Refused::new(StatusCode::BAD_REQUEST, "page_token is not one that was handed out here")
}

impl JournalPage {
    fn read(pairs: &[(String, String)]) -> Result<JournalPage, Refused> {
        let refuse = |why: String| Err(Refused::new(StatusCode::BAD_REQUEST, why));
        let mut page = JournalPage { newest_first: false, size: query::PAGE, after: None };
        for (name, value) in once(pairs)? {
            match name {
                "order_by" => match value {
                    "at" | "at asc" => page.newest_first = false,
                    "-at" | "at desc" => page.newest_first = true,
                    _ => return refuse("order_by: a journal goes by at or by -at".into()),
                },
                "page_size" => match value.parse() {
                    Ok(size @ 1..=query::PAGE_MAX) => page.size = size,
                    _ => {
                        return refuse(format!("page_size: \"{value}\" is not a number from 1 to {}", query::PAGE_MAX));
                    }
                },
                "page_token" if value.is_empty() => {}
                "page_token" => page.after = Some(Cursor::read(value).ok_or_else(strange_token)?.id),
                other => {
                    let hint = suggest::hint(other, ["order_by", "page_size", "page_token"]);
                    return refuse(format!("there is no parameter \"{other}\"{hint}"));
                }
            }
        }
        Ok(page)
    }
}

/// `POST …/notes`: `{"text", "public"?}`. Needs no version, because it only adds.
pub async fn note(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let target = target(&app, &seat, kind, number.clone(), &headers, Needs::Nothing).await?;
    let mut parts = Parts::new(body);
    let text = parts.needed_text("text");
    let public = parts.flag("public");
    parts.end()?;
    let done = perform(&app, &seat, &headers, Command::Note { target, text, public }).await?;
    let entries = app.desk.journal(&seat.actor, kind.name, &number, seat.now).await?;
    let entry = entries.iter().find(|shown| shown.entry.version == done.version);
    let body = entry.map_or_else(|| json!({"version": done.version}), shape::entry);
    let mut response = api::answer(StatusCode::CREATED, body);
    put(&mut response, header::ETAG, &condition::tag(done.version));
    put(&mut response, header::LOCATION, &format!("{}/journal", shape::address(kind, &number)));
    Ok(response)
}

/// `GET …/links`: in both directions.
pub async fn links(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    Pairs(pairs): Parameters,
) -> Answer {
    no_parameters(&pairs)?;
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let ties = app.desk.links(&seat.actor, kind.name, &number, seat.now).await?;
    Ok(api::answer(StatusCode::OK, json!({"items": ties.iter().map(shape::tie).collect::<Vec<_>>()})))
}

/// # Errors
/// 400: whatever is asked for here would be ignored.
pub fn no_parameters(pairs: &[(String, String)]) -> Result<(), Refused> {
    match pairs.first() {
        None => Ok(()),
        Some((name, _)) => {
            let shown: String = name.chars().take(60).collect();
            Err(Refused::new(StatusCode::BAD_REQUEST, format!("there is no parameter \"{shown}\" here")))
        }
    }
}

/// `POST …/links`: `{"type", "to"}`. One that is there already stays as it is.
pub async fn link(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    headers: HeaderMap,
    Object(body): Object,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let target = target(&app, &seat, kind, number.clone(), &headers, Needs::Nothing).await?;
    let mut parts = Parts::new(body);
    let link = Link { name: parts.needed_text("type"), to: parts.needed_text("to") };
    parts.end()?;
    let done = perform(&app, &seat, &headers, Command::Link { target, link: link.clone() }).await?;
    let status = if done.outcome == desk::Outcome::Unchanged { StatusCode::OK } else { StatusCode::CREATED };
    let body = json!({"type": link.name.trim().to_lowercase(), "to": link.to.trim(), "direction": "out"});
    let mut response = api::answer(status, body);
    put(&mut response, header::ETAG, &condition::tag(done.version));
    put(&mut response, header::LOCATION, &format!("{}/links", shape::address(kind, &number)));
    Ok(response)
}

/// `DELETE …/links?type=&to=`: the link ends now; that it was there stays in the journal.
pub async fn unlink(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    Pairs(pairs): Parameters,
    headers: HeaderMap,
) -> Answer {
    let catalog = app.desk.catalog();
    let kind = api::kind(&catalog, &plural)?;
    let target = target(&app, &seat, kind, number, &headers, Needs::Nothing).await?;
    let mut parts = Parts::new(once(&pairs)?.map(|(name, value)| (name.into(), value.into())).collect());
    let link = Link { name: parts.needed_text("type"), to: parts.needed_text("to") };
    parts.end()?;
    let done = perform(&app, &seat, &headers, Command::Unlink { target, link }).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    put(&mut response, header::ETAG, &condition::tag(done.version));
    Ok(response)
}
