//! All tickets of the reader, and those of the colleagues.

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use model::{Refusal, suggest};
use serde::Deserialize;

use super::home::{Card, cards};
use crate::{
    App, Refused, Seat,
    view::{parts::Tab, shell::Shell},
};

#[derive(Template)]
#[template(path = "portal/tickets.html")]
struct TicketsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    cards: Vec<Card>,
    nothing: &'static str,
    /// Whether older ones are left out.
    cut: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    view: String,
}

/// Name, label, filter, what is said when there is nothing.
const VIEWS: [(&str, &str, &str, &str); 3] = [
    ("open", "Mine, open", "requester = me and phase != done", "Nothing of yours is open."),
    ("done", "Mine, done", "requester = me and phase = done", "Nothing of yours is done yet."),
    ("all", "Everybody's", "phase != done", "Nothing of your organisation is open."),
];

/// Most that stand on the page, the newest.
const SIZE: usize = 60;

/// `GET /portal/requests`
pub async fn open(seat: Seat, State(app): State<App>, Query(asked): Query<Asked>) -> Result<Html<String>, Refused> {
    let name = if asked.view.is_empty() { VIEWS[0].0 } else { asked.view.as_str() };
    let view = VIEWS.iter().find(|view| view.0 == name).ok_or_else(|| {
        let hint = suggest::hint(name, VIEWS.iter().map(|view| view.0));
        Refusal::Query(format!("there is no view \"{name}\"{hint}"))
    })?;
    let catalog = app.desk.catalog();
    let cards = cards(&app, &seat, &catalog, view.2, SIZE).await?;
    let tab = |each: &(&str, &str, &str, &str)| Tab {
        label: each.1.into(),
        href: format!("/portal/requests?view={}", each.0),
        count: String::new(),
        current: each.0 == view.0,
    };
    let page = TicketsPage {
        shell: super::shell(&app, &seat, "/portal/requests").await?,
        tabs: VIEWS.iter().map(tab).collect(),
        cut: cards.len() == SIZE,
        cards,
        nothing: view.3,
    };
    Ok(Html(page.render()?))
}
