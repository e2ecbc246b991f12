//! One event: what became of it and why, and all that it said.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Html,
};
use desk::monitoring::EventRow;
use model::Moment;
use serde_json::Value as Json;

use super::{super::tabs, EventLine, line};
use crate::{
    Administrator, App, Refused,
    view::{parts::Tab, shell::Shell, time},
};

#[derive(Template)]
#[template(path = "page/admin_event.html")]
struct EventPage {
    shell: Shell,
    tabs: Vec<Tab>,
    line: EventLine,
    text: String,
    facts: Vec<(String, String)>,
    attributes: Vec<(String, String)>,
}

/// `GET /administration/events/{id}`
pub async fn show(
    Administrator(seat): Administrator,
    State(app): State<App>,
    Path(id): Path<i64>,
) -> Result<Html<String>, Refused> {
    let (row, source) = app.desk.event(&seat.actor, id, seat.now).await?;
    let sources: Vec<_> = source.into_iter().collect();
    let text = |name: &str| row.body.get(name).and_then(Json::as_str).unwrap_or_default().to_string();
    let page = EventPage {
        shell: crate::shell(&app, &seat, "/administration").await,
        tabs: tabs("events"),
        line: line(&app, &sources, &row, seat.now),
        text: text("text"),
        facts: facts(&row, sources.first().map_or("", |source| source.name.as_str())),
        attributes: pairs(&row.body, "attributes"),
    };
    Ok(Html(page.render()?))
}

fn facts(row: &EventRow, source: &str) -> Vec<(String, String)> {
    let text = |name: &str| row.body.get(name).and_then(Json::as_str).unwrap_or_default().to_string();
    let began = row.body.get("began").and_then(Json::as_i64).map_or(String::new(), |at| time::exact(Moment(at)));
    let set = pairs(&row.body, "mapped").into_iter().map(|(name, value)| format!("{name} = {value}"));
    let all = [
        ("Source", source.to_string()),
        ("Taken", time::exact(row.at)),
        ("Since", began),
        ("Identity", text("identity")),
        ("Group", text("group")),
        ("Counted as", row.alert.clone()),
        ("Set by the mapping", set.collect::<Vec<_>>().join(", ")),
        ("In the tool", text("link")),
        ("Brought by", row.brought_by.clone()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.into(), value)).collect()
}

fn pairs(body: &Json, name: &str) -> Vec<(String, String)> {
    let parts = body.get(name).and_then(Json::as_object).into_iter().flatten();
    parts.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_string())).collect()
}
