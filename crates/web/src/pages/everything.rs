//! Every kind of record that one may see, by area: the way to what the navigation has no room for.

use askama::Template;
use axum::{extract::State, response::Html};
use desk::rights;
use model::{Act, Area, Kind};

use super::lines::counted;
use crate::{App, Refused, Seat, view::shell::Shell};

#[derive(Template)]
#[template(path = "page/everything.html")]
pub struct EverythingPage {
    pub shell: Shell,
    pub areas: Vec<AreaList>,
}

pub struct AreaList {
    pub id: &'static str,
    pub label: &'static str,
    pub kinds: Vec<KindLine>,
}

pub struct KindLine {
    pub label: String,
    pub href: String,
    pub about: String,
    /// The main ones it gives evidence for.
    pub clauses: Vec<&'static str>,
    /// Open or current records; empty for none.
    pub count: String,
    /// Where a new one is made; empty where one may not.
    pub new: String,
}

/// `GET /records`
pub async fn open(seat: Seat, State(app): State<App>) -> Result<Html<String>, Refused> {
    let catalog = app.desk.catalog();
    let readable: Vec<&Kind> =
        catalog.kinds().iter().filter(|kind| rights::may(&seat.actor, kind, Act::Read, None)).collect();
    let names: Vec<&'static str> = readable.iter().map(|kind| kind.name).collect();
    let counts = app.desk.open_work(&seat.actor, &names, seat.now).await?;
    let outer = seat.actor.customer.is_some();
    let line = |kind: &Kind| KindLine {
        label: kind.labels.clone(),
        href: format!("/{}", kind.plural),
        about: kind.about.to_owned(),
        // Conformity is the provider's own.
        clauses: kind.clauses.iter().take(if outer { 0 } else { 3 }).copied().collect(),
        count: counts.get(kind.name).filter(|count| **count > 0).map_or(String::new(), |count| counted(*count)),
        new: if rights::may(&seat.actor, kind, Act::Create, None) {
            format!("/{}/new", kind.plural)
        } else {
            String::new()
        },
    };
    let areas = Area::ALL.iter().map(|area| AreaList {
        id: anchor(*area),
        label: area.label(),
        kinds: readable.iter().filter(|kind| kind.area == *area).map(|kind| line(kind)).collect(),
    });
    let areas = areas.filter(|area| !area.kinds.is_empty()).collect();
    let page = EverythingPage { shell: crate::shell(&app, &seat, "/records").await, areas };
    Ok(Html(page.render()?))
}

/// Where an area stands on the page, for links.
pub fn anchor(area: Area) -> &'static str {
    match area {
        Area::Run => "run",
        Area::Services => "services",
        Area::Assure => "assure",
        Area::Prove => "prove",
    }
}
