//! Something to read: an article, a service of the catalogue, an announcement.

use askama::Template;
use axum::{
    extract::{Path, RawForm, State},
    response::{Html, Response},
};
use desk::Shown;
use model::{Actor, Command, Input, Moment, Refusal, Target, Value, Via, command::Raw};

use super::{home, own_customer, services_of, text, words};
use crate::{
    App, Refused, Seat, flash,
    record::{address::pairs, sent::Sent},
    view::{shell::Shell, text::markdown},
};

#[derive(Template)]
#[template(path = "portal/read.html")]
struct ReadPage {
    shell: Shell,
    heading: String,
    /// `Article, version 2, looked through Thu 12 Nov 2026`
    about: String,
    /// Heading and sanitised markup; the first has no heading.
    parts: Vec<(&'static str, String)>,
    outcomes: Vec<String>,
    order: Vec<home::Item>,
    report: String,
    /// Where the reader says whether it helped; empty for what is no article.
    said: String,
}

/// `GET /portal/read/{number}`
pub async fn open(seat: Seat, State(app): State<App>, Path(number): Path<String>) -> Result<Html<String>, Refused> {
    let shown = app.desk.find(&seat.actor, &number, seat.now).await?;
    let day = |field: &str| shown.fields().get(field).and_then(Value::as_moment);
    let dated = |word: &str, at: Option<Moment>| at.map_or(String::new(), |at| format!(", {word} {}", words::day(at)));
    let part = |heading, field: &str| (heading, markdown(text(&shown, field)));
    let (about, parts) = match shown.kind() {
        "knowledge_article" => {
            let version = shown.fields().get("version").and_then(Value::as_number);
            let version = version.map_or(String::new(), |version| format!(", version {}", version.normalize()));
            (format!("Article{version}{}", dated("looked through", day("reviewed_on"))), vec![part("", "text")])
        }
        "known_error" => {
            let about = format!("Known{}", dated("looked through", day("reviewed_on")));
            (about, vec![part("How one tells it", "symptom"), part("How to go on working meanwhile", "workaround")])
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
        said: match shown.kind() {
            kind if counted(kind).is_some() => {
                format!("/portal/read/{}/helped", crate::pages::lines::encoded(&number))
            }
            _ => String::new(),
        },
        report: match own.first() {
            Some(service) => format!("/portal/report?service={service}"),
            None => "/portal/report".into(),
        },
    };
    Ok(Html(page.render()?))
}

/// Fields that count what readers say: that it helped, and that it did not. A way round that helped was used.
fn counted(kind: &str) -> Option<[(&'static str, &'static str); 2]> {
    match kind {
        "knowledge_article" => Some([("yes", "helpful"), ("no", "not_helpful")]),
        "known_error" => Some([("yes", "uses"), ("no", "not_helpful")]),
        _ => None,
    }
}

/// How often a count is tried again that others write at the same moment.
const TRIES: usize = 5;

/// `POST /portal/read/{number}/helped`: whether an article or a way round a known error helped its reader; each reader counts
/// once for a version of it.
pub async fn said(
    seat: Seat,
    State(app): State<App>,
    Path(number): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let sent = Sent::new(pairs(&body));
    let said = sent.text("helped");
    let here = format!("/portal/read/{}", crate::pages::lines::encoded(&number));
    // Readers may not edit what they read; the house counts for them.
    let house = Actor::system("readers", Via::Web);
    for _ in 0..TRIES {
        let shown = app.desk.find(&seat.actor, &number, seat.now).await?;
        let counts = counted(shown.kind()).ok_or_else(Refused::not_found)?;
        let field = counts.iter().find(|(word, _)| *word == said).map(|(_, field)| *field);
        let field = field.ok_or_else(|| Refused::field("helped", "is yes or no"))?;
        let whole = app.desk.find(&house, &number, seat.now).await?;
        let number_of = |field: &str| whole.fields().get(field).and_then(Value::as_number).unwrap_or_default();
        let counted = Raw::Text((number_of(field) + model::Decimal::ONE).to_string());
        let target = Target { kind: whole.kind().into(), number: number.clone(), version: Some(whole.version()) };
        let command = Command::Edit { target, input: Input { fields: [(field.to_string(), counted)].into() } };
        let key = format!("helped {number} {} {}", number_of("version"), seat.actor.email);
        match app.desk.perform_once(&house, &key, command, seat.now).await {
            Ok(_) => return Ok(flash::said(&here, "Thank you.")),
            Err(Refusal::Reused(_)) => return Ok(flash::said(&here, "You have told us already.")),
            Err(Refusal::Stale { .. }) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Stale { expected: 0, found: 0 }.into())
}

fn services(shown: &Shown) -> Vec<String> {
    let value = shown.fields().get("service").or_else(|| shown.fields().get("services"));
    let entries = value.map(Value::entries).unwrap_or_default();
    entries.iter().filter_map(Value::as_text).map(str::to_string).collect()
}
