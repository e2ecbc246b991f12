//! One message: what became of it and why, its words as text and as cleaned HTML in a frame that nothing gets out of,
//! and the way out of quarantine.

use askama::Template;
use axum::{
    Form,
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use desk::post::{Message, Way};
use model::Refusal;
use serde::Deserialize;

use super::{super::tabs, MessageLine, line};
use crate::{
    Administrator, App, Refused, flash,
    view::{parts::Tab, shell::Shell, time},
};

#[derive(Template)]
#[template(path = "page/admin_message.html")]
struct MessagePage {
    shell: Shell,
    tabs: Vec<Tab>,
    here: String,
    line: MessageLine,
    facts: Vec<(&'static str, String)>,
    text: String,
    /// Cleaned HTML for the frame; empty for none.
    html: String,
    enclosures: Vec<String>,
    /// Whether it waits for somebody to let it in.
    waits: bool,
    /// What stood in the way of letting it in; empty for nothing.
    error: String,
}

/// Longest text that a page shows, in characters; the whole is in the file.
const TEXT_MAX: usize = 20_000;

#[derive(Deserialize, Default)]
pub struct Into {
    #[serde(default)]
    number: String,
}

/// `GET /administration/mail/messages/{id}`
pub async fn show(seat: Administrator, State(app): State<App>, Path(id): Path<i64>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, id, String::new()).await?.render()?))
}

/// `GET /administration/mail/messages/{id}/raw`: byte for byte as it came or went, to be saved and never run.
pub async fn raw(
    Administrator(seat): Administrator,
    State(app): State<App>,
    Path(id): Path<i64>,
) -> Result<Response, Refused> {
    let message = app.desk.message(&seat.actor, id, seat.now).await?;
    let mut response = Body::from(message.raw).into_response();
    let headers = response.headers_mut();
    // Not message/rfc822: a browser or mail program might open that.
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"message-{id}.eml\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// `POST /administration/mail/messages/{id}/release`: lets a message in, into a record or as a new one.
pub async fn release(
    seat: Administrator,
    State(app): State<App>,
    Path(id): Path<i64>,
    Form(into): Form<Into>,
) -> Result<Response, Refused> {
    let number = Some(into.number.as_str()).filter(|number| !number.trim().is_empty());
    let why = match app.desk.release_message(&seat.0.actor, id, number, seat.0.now).await {
        Ok(number) => {
            return Ok(flash::said(&format!("/administration/mail/messages/{id}"), format!("It is in {number}.")));
        }
        Err(Refusal::NotFound) if number.is_some() => format!("There is no record {}.", into.number.trim()),
        Err(refusal @ (Refusal::Step(_) | Refusal::Invalid(_))) => refusal.sentence(),
        Err(refusal) => return Err(refusal.into()),
    };
    let page = page(&app, &seat, id, why).await?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

async fn page(app: &App, Administrator(seat): &Administrator, id: i64, error: String) -> Result<MessagePage, Refused> {
    let message = app.desk.message(&seat.actor, id, seat.now).await?;
    let row = &message.row;
    let waits =
        row.way == Way::In && row.number.is_empty() && ["quarantined", "automatic"].contains(&row.outcome.as_str());
    Ok(MessagePage {
        shell: Shell { views: true, ..crate::shell(app, seat, "/administration").await },
        tabs: tabs("mail"),
        here: format!("/administration/mail/messages/{id}"),
        line: line(app, row, seat.now),
        facts: facts(&message),
        text: message.letter.text.chars().take(TEXT_MAX).collect(),
        html: message.letter.html.clone().unwrap_or_default(),
        enclosures: message
            .letter
            .enclosures
            .iter()
            .map(|file| format!("{} ({} bytes)", file.name, file.bytes.len()))
            .collect(),
        waits,
        error,
    })
}

fn facts(message: &Message) -> Vec<(&'static str, String)> {
    let (row, letter) = (&message.row, &message.letter);
    let sender = match letter.sender_name.as_str() {
        "" => row.sender.clone(),
        name => format!("{name} <{}>", row.sender),
    };
    let all = [
        ("From", sender),
        ("To", row.recipient.clone()),
        ("Taken", time::exact(row.at)),
        ("Message-ID", row.identity.clone()),
        ("Answers", letter.references.last().cloned().unwrap_or_default()),
        ("Size", format!("{} bytes", row.size)),
        ("What servers say of its sender", letter.authentication.join("; ")),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}
