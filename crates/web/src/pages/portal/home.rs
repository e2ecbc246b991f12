//! The portal's first page: what do you need?

use askama::Template;
use axum::response::Html;
use desk::Shown;
use kinds::information::knowledge_article::FOR_READERS;
use model::{Catalog, Refusal, Value};

use super::{list, own_customer, services_of, text, words};
use crate::{
    App, Refused, Seat,
    pages::{approvals::Question, lines},
    view::{
        parts::{Link, Mark, Step},
        shell::Shell,
        time,
    },
};

#[derive(Template)]
#[template(path = "portal/home.html")]
pub struct HomePage {
    shell: Shell,
    /// A disturbance of services of the reader's customer.
    disturbed: Vec<Link>,
    news: Vec<News>,
    sections: Vec<Section>,
    mine: Vec<Card>,
    waiting: Vec<Question>,
    articles: Vec<Link>,
}

pub struct News {
    pub link: Link,
    pub day: String,
}

/// What can be ordered under one heading.
pub struct Section {
    pub title: String,
    pub items: Vec<Item>,
}

pub struct Item {
    pub link: Link,
    /// `5 working days, 1290 EUR, needs approval`
    pub terms: String,
}

/// A ticket of the reader with the way it takes.
pub struct Card {
    pub link: Link,
    pub number: String,
    pub state: Mark,
    /// `expected by Mon 16 Nov 2026`; empty where nothing is promised or it is over.
    pub promise: String,
    pub steps: Vec<Step>,
}

/// Kinds that are tickets for whoever asked.
pub const TICKETS: [&str; 3] = ["incident", "service_request", "complaint"];

pub async fn open(seat: &Seat, app: &App) -> Result<Html<String>, Refused> {
    let catalog = app.desk.catalog();
    let customer = own_customer(&app.desk, &seat.actor, seat.now).await?;
    let received = services_of(customer.as_ref());
    let mut waiting = Vec::new();
    for one in app.desk.waiting_for(&seat.actor, seat.now).await?.into_iter().take(5) {
        waiting.push(Question::of(app, seat, one).await?);
    }
    let page = HomePage {
        shell: super::shell(app, seat, "/").await?,
        disturbed: disturbed(app, seat, &catalog).await?,
        news: news(app, seat, &catalog, 3).await?,
        sections: catalogue(app, seat, &catalog, |service| {
            service.is_empty() || received.iter().any(|own| own == service)
        })
        .await?,
        mine: cards(app, seat, &catalog, "requester = me and phase != done", 4).await?,
        waiting,
        articles: articles(app, seat, &catalog).await?,
    };
    Ok(Html(page.render()?))
}

/// Open major incidents of the reader's customer: nobody need report them again.
async fn disturbed(app: &App, seat: &Seat, catalog: &Catalog) -> Result<Vec<Link>, Refusal> {
    let Some(kind) = catalog.find("incident") else { return Ok(Vec::new()) };
    let filter = ("phase != done and major = yes", "-created");
    let found = list(&app.desk, &seat.actor, kind, filter, &["title"], 3, seat.now).await?;
    let link = |shown: &Shown| Link::new(shown.title(), address(shown.number()));
    Ok(found.iter().map(link).collect())
}

async fn news(app: &App, seat: &Seat, catalog: &Catalog, most: usize) -> Result<Vec<News>, Refusal> {
    let Some(kind) = catalog.find("communication") else { return Ok(Vec::new()) };
    let order = ("state = done", "-sent_on");
    let found = list(&app.desk, &seat.actor, kind, order, &["title", "sent_on"], most, seat.now).await?;
    let line = |shown: &Shown| News {
        link: Link::new(shown.title(), format!("/portal/read/{}", shown.number())),
        day: shown.fields().get("sent_on").and_then(Value::as_moment).map(words::day).unwrap_or_default(),
    };
    Ok(found.iter().map(line).collect())
}

/// What can be ordered, by heading: models for customers whose service (empty for none) is offered to the reader.
pub async fn catalogue(
    app: &App,
    seat: &Seat,
    catalog: &Catalog,
    offered: impl Fn(&str) -> bool,
) -> Result<Vec<Section>, Refusal> {
    let Some(kind) = catalog.find("request_model") else { return Ok(Vec::new()) };
    let columns = ["title", "section", "service", "price", "delivery_days", "needs_approval", "category"];
    let filter = ("state = current", "title");
    let found = list(&app.desk, &seat.actor, kind, filter, &columns, 200, seat.now).await?;
    let mut sections: Vec<Section> = Vec::new();
    for shown in &found {
        if !offered(text(shown, "service")) {
            continue;
        }
        let heading = match text(shown, "section") {
            "" => model::lifecycle::sentence_case(text(shown, "category")),
            section => section.to_string(),
        };
        let item = item(shown);
        match sections.iter_mut().find(|section| section.title == heading) {
            Some(section) => section.items.push(item),
            None => sections.push(Section { title: heading, items: vec![item] }),
        }
    }
    sections.sort_by(|left, right| left.title.cmp(&right.title));
    Ok(sections)
}

fn item(shown: &Shown) -> Item {
    let approval = shown.fields().get("needs_approval").and_then(Value::as_flag) == Some(true);
    let terms = [
        words::delivery(shown.fields().get("delivery_days")),
        words::price(shown.fields().get("price")),
        if approval { "needs approval".into() } else { String::new() },
    ];
    let terms: Vec<String> = terms.into_iter().filter(|term| !term.is_empty()).collect();
    Item { link: Link::new(shown.title(), format!("/portal/order/{}", shown.number())), terms: terms.join(", ") }
}

/// Tickets of the three kinds that a filter finds, the newest first.
pub async fn cards(app: &App, seat: &Seat, catalog: &Catalog, filter: &str, most: usize) -> Result<Vec<Card>, Refusal> {
    let mut found = Vec::new();
    for kind in TICKETS.iter().filter_map(|name| catalog.find(name)) {
        let columns: &[&str] = if kind.has_field("approvals") { &["title", "due", "approvals"] } else { &["title"] };
        found.extend(list(&app.desk, &seat.actor, kind, (filter, "-created"), columns, most, seat.now).await?);
    }
    found.sort_by_key(|shown| std::cmp::Reverse((shown.created(), shown.number().to_string())));
    Ok(found.iter().take(most).map(card).collect())
}

fn card(shown: &Shown) -> Card {
    let due = words::expected(shown);
    let due = due.filter(|_| !words::is_over(shown.state()));
    Card {
        link: Link::new(shown.title(), address(shown.number())),
        number: shown.number().into(),
        state: words::state(shown.kind(), shown.state()).0,
        promise: due.map(|due| format!("expected by {}", time::day(due.date()))).unwrap_or_default(),
        steps: words::steps(shown.kind(), shown.state(), shown.fields().contains_key("approvals")),
    }
}

/// The newest articles for customers.
async fn articles(app: &App, seat: &Seat, catalog: &Catalog) -> Result<Vec<Link>, Refusal> {
    let Some(kind) = catalog.find("knowledge_article") else { return Ok(Vec::new()) };
    // Whether one is revised meanwhile is nothing to its readers.
    let read = format!("state in ({})", FOR_READERS.join(", "));
    let found = list(&app.desk, &seat.actor, kind, (&read, "-reviewed_on"), &["title"], 4, seat.now).await?;
    Ok(found.iter().map(|shown| Link::new(shown.title(), format!("/portal/read/{}", shown.number()))).collect())
}

/// The page of one's own ticket.
pub fn address(number: &str) -> String {
    format!("/portal/requests/{}", lines::encoded(number))
}
