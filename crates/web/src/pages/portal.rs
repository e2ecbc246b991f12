//! The portal: what people of a customer see. Search first, what they can order, what they asked for, what waits for them;
//! in their words, without any field, note or name that is the provider's own.

pub mod find;
pub mod home;
pub mod order;
pub mod rate;
pub mod read;
pub mod report;
pub mod say;
pub mod terms;
pub mod ticket;
pub mod tickets;
pub mod words;

use desk::{Desk, Shown};
use model::{Actor, Kind, Moment, Query, Refusal};

use super::lines;
use crate::{
    App, Seat,
    view::shell::{NavGroup, NavItem, Shell, User},
};

/// The parts of the portal, for its own frame and for that of lists.
pub const PLACES: [(&str, &str); 5] = [
    ("Get help", "/"),
    ("My requests", "/portal/requests"),
    ("Approvals", "/approvals"),
    ("Reports", "/service-reports"),
    ("Say how we do", "/portal/say"),
];

/// Where people of customers tell what does not work.
pub const REPORT: (&str, &str) = ("Report a problem", "/portal/report");

/// The page of the portal on which people of customers read a record; `None` for the provider's people and for what has none.
pub fn instead(actor: &Actor, kind: &Kind, number: &str) -> Option<String> {
    actor.customer.as_ref()?;
    let number = lines::encoded(number);
    match kind.name {
        name if home::TICKETS.contains(&name) => Some(format!("/portal/requests/{number}")),
        "knowledge_article" | "known_error" | "communication" | "catalogue_entry" => {
            Some(format!("/portal/read/{number}"))
        }
        "request_model" => Some(format!("/portal/order/{number}")),
        _ => None,
    }
}

/// The frame of the portal's pages. `current` is the address of the part that the page belongs to.
pub async fn shell(app: &App, seat: &Seat, current: &str) -> Result<Shell, Refusal> {
    let waiting = app.desk.waiting_for(&seat.actor, seat.now).await?.len();
    let item = |label: &str, href: &str, count: usize| NavItem {
        label: label.into(),
        href: href.into(),
        count: if count == 0 { String::new() } else { count.to_string() },
        current: href == current,
        ..NavItem::default()
    };
    let counted = |(label, href): &(&str, &str)| item(label, href, if *href == "/approvals" { waiting } else { 0 });
    let items = PLACES.iter().map(counted).collect();
    let customer = own_customer(&app.desk, &seat.actor, seat.now).await?;
    let settings = app.desk.settings();
    Ok(Shell {
        lang: "en".into(),
        theme: seat.account.theme,
        keys: false,
        csrf: seat.csrf.clone(),
        path: seat.path.clone(),
        user: Some(User { name: seat.account.name.clone(), email: seat.account.email.clone(), ..User::default() }),
        organisation: settings.organisation.clone(),
        scope_line: customer.map(|customer| customer.title().to_string()).unwrap_or_default(),
        nav: vec![NavGroup { title: String::new(), items }],
        flashes: seat.flashes.clone(),
        views: true,
        ..Shell::default()
    })
}

/// The record of the customer whose person this is.
pub async fn own_customer(desk: &Desk, actor: &Actor, now: Moment) -> Result<Option<Shown>, Refusal> {
    let Some(number) = &actor.customer else { return Ok(None) };
    match desk.show(actor, "customer", number, None, now).await {
        Ok(shown) => Ok(Some(shown)),
        Err(Refusal::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// Numbers of the services that a customer receives.
pub fn services_of(customer: Option<&Shown>) -> Vec<String> {
    let services = customer.and_then(|customer| customer.fields().get("services"));
    let entries = services.map(model::Value::entries).unwrap_or_default();
    entries.iter().filter_map(model::Value::as_text).map(str::to_string).collect()
}

/// A list of one kind for the reader; empty where the kind is not for them.
pub async fn list(
    desk: &Desk,
    actor: &Actor,
    kind: &Kind,
    (filter, order_by): (&str, &str),
    columns: &[&str],
    size: usize,
    now: Moment,
) -> Result<Vec<Shown>, Refusal> {
    let query = Query {
        columns: columns.iter().map(|name| (*name).to_string()).collect(),
        ..lines::query_of(kind, Some(kind.name), filter, order_by, size)?
    };
    match desk.list(actor, &query, now).await {
        Ok(page) => Ok(page.records),
        Err(Refusal::NotFound) => Ok(Vec::new()),
        Err(other) => Err(other),
    }
}

/// The text of a field; empty where nothing stands in it.
pub fn text<'s>(shown: &'s Shown, field: &str) -> &'s str {
    shown.fields().get(field).and_then(model::Value::as_text).unwrap_or_default()
}
