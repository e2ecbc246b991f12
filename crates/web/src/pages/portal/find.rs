//! The portal's search: articles, services, what can be ordered, and one's own tickets.

use askama::Template;
use axum::{
    extract::{Query as Ask, State},
    response::Html,
};
use desk::Shown;
use model::{Query, Refusal};
use serde::Deserialize;

use super::{
    home::{TICKETS, address},
    own_customer, services_of, text,
};
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

/// Most finds of a kind: each has its share, so that tickets of years push no answer away.
const SHARE: usize = 6;
/// Most models that are looked at for those of services which the reader's customer receives.
const MODELS: usize = 40;

/// `GET /portal/search`
pub async fn open(seat: Seat, State(app): State<App>, Ask(asked): Ask<Asked>) -> Result<Html<String>, Refused> {
    let words = asked.q.trim().to_string();
    let shell = super::shell(&app, &seat, "").await?;
    let groups = if words.is_empty() { Vec::new() } else { groups(&app, &seat, &words).await? };
    let groups = groups.into_iter().filter(|group| !group.found.is_empty()).collect();
    Ok(Html(FindPage { shell, words, groups }.render()?))
}

/// What answers first, then what can be had, then what was asked for already.
async fn groups(app: &App, seat: &Seat, words: &str) -> Result<Vec<Group>, Refusal> {
    let search = Search { app, seat, words };
    let read = |shown: &Shown| format!("/portal/read/{}", lines::encoded(shown.number()));
    let mut answers = Vec::new();
    for (kind, about) in [("knowledge_article", "Article"), ("known_error", "Known, with a way round it")] {
        let found = search.of(kind, "", &[], SHARE).await?;
        answers.extend(found.iter().map(|shown| (Link::new(shown.title(), read(shown)), about.to_string())));
    }
    let as_links = |found: Vec<Shown>, about: &str| -> Vec<(Link, String)> {
        found.iter().map(|shown| (Link::new(shown.title(), read(shown)), about.to_string())).collect()
    };
    Ok(vec![
        Group { title: "Answers", found: answers },
        Group { title: "Order or ask", found: search.models().await? },
        Group { title: "Services", found: as_links(search.of("catalogue_entry", "", &[], SHARE).await?, "Service") },
        Group { title: "Your requests", found: search.tickets().await? },
        Group { title: "News", found: as_links(search.of("communication", "", &[], SHARE).await?, "News") },
    ])
}

struct Search<'s> {
    app: &'s App,
    seat: &'s Seat,
    words: &'s str,
}

impl Search<'_> {
    /// Records of a kind in which the words stand; none where the kind is not for the reader.
    async fn of(&self, kind: &str, filter: &str, columns: &[&str], size: usize) -> Result<Vec<Shown>, Refusal> {
        let catalog = self.app.desk.catalog();
        let Some(kind) = catalog.find(kind) else { return Ok(Vec::new()) };
        let query = Query {
            words: Some(self.words.into()),
            columns: columns.iter().map(|name| (*name).to_string()).collect(),
            ..lines::query_of(kind, Some(kind.name), filter, "", size)?
        };
        match self.app.desk.list(&self.seat.actor, &query, self.seat.now).await {
            Ok(page) => Ok(page.records),
            Err(Refusal::NotFound) => Ok(Vec::new()),
            Err(refusal) => Err(refusal),
        }
    }

    /// What can be ordered of the services that the reader's customer receives.
    async fn models(&self) -> Result<Vec<(Link, String)>, Refusal> {
        let (seat, desk) = (self.seat, &self.app.desk);
        let received = services_of(own_customer(desk, &seat.actor, seat.now).await?.as_ref());
        let mut found = self.of("request_model", "state = current", &["title", "service"], MODELS).await?;
        found.retain(|model| {
            let service = text(model, "service");
            service.is_empty() || received.iter().any(|own| own == service)
        });
        let order = |model: &Shown| format!("/portal/order/{}", lines::encoded(model.number()));
        let found = found.iter().take(SHARE).map(|model| (Link::new(model.title(), order(model)), "Order".to_string()));
        Ok(found.collect())
    }

    /// The reader's own open tickets first, then what colleagues asked for and what is done.
    async fn tickets(&self) -> Result<Vec<(Link, String)>, Refusal> {
        let mut found: Vec<Shown> = Vec::new();
        for filter in ["requester = me and phase != done", "requester != me and phase != done", "phase = done"] {
            for kind in TICKETS {
                found.extend(self.of(kind, filter, &["title"], SHARE).await?);
            }
        }
        let line = |shown: &Shown| {
            let state = super::words::state(shown.kind(), shown.state()).0.word;
            (Link::new(shown.title(), address(shown.number())), format!("{} · {state}", shown.number()))
        };
        Ok(found.iter().take(2 * SHARE).map(line).collect())
    }
}
