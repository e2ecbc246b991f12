//! Something to read: an article, a service of the catalogue, an announcement.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Html,
};
use desk::Shown;
use model::{Moment, Value};

use super::{home, own_customer, services_of, text, words};
use crate::{
    App, Refused, Seat,
    view::{shell::Shell, text::markdown},
};

#[derive(Template)]
#[template(path = "portal/read.html")]
struct ReadPage {
    shell: Shell,
    heading: String,
    /// `Article, looked through Thu 12 Nov 2026`
    about: String,
    /// Heading and sanitised markup; the first has no heading.
    parts: Vec<(&'static str, String)>,
    outcomes: Vec<String>,
    order: Vec<home::Item>,
    report: String,
}

/// `GET /portal/read/{number}`
pub async fn open(seat: Seat, State(app): State<App>, Path(number): Path<String>) -> Result<Html<String>, Refused> {
    let shown = app.desk.find(&seat.actor, &number, seat.now).await?;
    let day = |field: &str| shown.fields().get(field).and_then(Value::as_moment);
    let dated = |word: &str, at: Option<Moment>| at.map_or(String::new(), |at| format!(", {word} {}", words::day(at)));
    let part = |heading, field: &str| (heading, markdown(text(&shown, field)));
    let (about, parts) = match shown.kind() {
        "knowledge_article" => {
            (format!("Article{}", dated("looked through", day("reviewed_on"))), vec![part("", "text")])
        }
        "communication" => (format!("News{}", dated("sent", day("sent_on"))), vec![part("", "text")]),
        "catalogue_entry" => {
            ("Service".to_string(), vec![part("", "description"), part("How to get it", "how_to_get")])
        }
        _ => return Err(Refused::not_found()),
    };
    let service = services(&shown);
    let catalog = app.desk.catalog();
    let received = services_of(own_customer(&app.desk, &seat.actor, seat.now).await?.as_ref());
    let own: Vec<String> = service.iter().filter(|number| received.contains(number)).cloned().collect();
    // Only what belongs to this service; what belongs to none stands on the first page.
    let order = home::catalogue(&app, &seat, &catalog, |service| own.iter().any(|one| one == service)).await?;
    let outcomes = shown.fields().get("outcomes").map(Value::entries).unwrap_or_default();
    let page = ReadPage {
        shell: super::shell(&app, &seat, "").await?,
        heading: shown.title().into(),
        about,
        parts: parts.into_iter().filter(|(_, html)| !html.is_empty()).collect(),
        outcomes: outcomes.iter().filter_map(Value::as_text).map(str::to_string).collect(),
        order: order.into_iter().flat_map(|section| section.items).collect(),
        report: match own.first() {
            Some(service) => format!("/portal/report?service={service}"),
            None => "/portal/report".into(),
        },
    };
    Ok(Html(page.render()?))
}

fn services(shown: &Shown) -> Vec<String> {
    let value = shown.fields().get("service").or_else(|| shown.fields().get("services"));
    let entries = value.map(Value::entries).unwrap_or_default();
    entries.iter().filter_map(Value::as_text).map(str::to_string).collect()
}
