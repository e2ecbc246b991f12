//! The portal's search: articles, services, what can be ordered, and one's own tickets.

use askama::Template;
use axum::{
    extract::{Query as Ask, State},
    response::Html,
};
use model::Query;
use serde::Deserialize;

use super::{home::address, own_customer, services_of, text};
use crate::{
    App, Refused, Seat,
    pages::lines,
    view::{parts::Link, shell::Shell},
};

#[derive(Template)]
#[template(path = "portal/find.html")]
struct FindPage {
    shell: Shell,
    words: String,
    groups: Vec<Group>,
}

struct Group {
    title: &'static str,
    /// What was found, with a word about it.
    found: Vec<(Link, String)>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    q: String,
}

/// Most finds, before they are told apart.
const SIZE: usize = 60;

/// `GET /portal/search`
pub async fn open(seat: Seat, State(app): State<App>, Ask(asked): Ask<Asked>) -> Result<Html<String>, Refused> {
    let words = asked.q.trim().to_string();
    let shell = super::shell(&app, &seat, "").await?;
    let mut groups = ["Answers", "Services", "Order or ask", "Your requests", "News"]
        .map(|title| Group { title, found: Vec::new() });
    if !words.is_empty() {
        let query = Query { words: Some(words.clone()), size: SIZE, ..Query::everything() };
        let received = services_of(own_customer(&app.desk, &seat.actor, seat.now).await?.as_ref());
        for shown in app.desk.list(&seat.actor, &query, seat.now).await?.records {
            let read = format!("/portal/read/{}", lines::encoded(shown.number()));
            let (at, href, about) = match shown.kind() {
                "knowledge_article" => (0, read, "Article".to_string()),
                "known_error" => (0, read, "Known, with a way round it".to_string()),
                "catalogue_entry" => (1, read, "Service".to_string()),
                "request_model" => {
                    let model = app.desk.show(&seat.actor, "request_model", shown.number(), None, seat.now).await?;
                    let service = text(&model, "service");
                    if model.state() != "current" || !(service.is_empty() || received.iter().any(|one| one == service))
                    {
                        continue;
                    }
                    (2, format!("/portal/order/{}", lines::encoded(shown.number())), "Order".to_string())
                }
                kind @ ("incident" | "service_request" | "complaint") => {
                    let state = super::words::state(kind, shown.state()).0.word;
                    (3, address(shown.number()), format!("{} · {state}", shown.number()))
                }
                "communication" => (4, read, "News".to_string()),
                _ => continue,
            };
            groups[at].found.push((Link::new(shown.title(), href), about));
        }
    }
    let groups = groups.into_iter().filter(|group| !group.found.is_empty()).collect();
    Ok(Html(FindPage { shell, words, groups }.render()?))
}
