//! The newest entries of the journal, whoever made them.

use askama::Template;
use axum::{extract::State, response::Html};
use model::{Entry, Moment, Type};

use super::tabs;
use crate::{
    Administrator, App, Refused,
    view::{
        parts::{Link, Tab, When},
        shell::Shell,
        time,
    },
};

/// How far back the page goes, in entries.
const MOST: i64 = 200;
/// Longest value that is written out, in characters.
const VALUE_MAX: usize = 120;

#[derive(Template)]
#[template(path = "page/admin_activity.html")]
struct ActivityPage {
    shell: Shell,
    tabs: Vec<Tab>,
    entries: Vec<EntryLine>,
}

struct EntryLine {
    at: When,
    who: String,
    via: &'static str,
    act: String,
    /// What it was done to; a record leads to its page.
    thing: Link,
    /// `name: value`
    changes: Vec<String>,
}

/// `GET /administration/activity`
pub async fn list(Administrator(seat): Administrator, State(app): State<App>) -> Result<Html<String>, Refused> {
    let entries = app.desk.activity(&seat.actor, MOST, seat.now).await?;
    let catalog = app.desk.catalog();
    let line = |entry: &Entry| {
        let kind = catalog.find(entry.kind);
        let thing = match kind {
            Some(kind) => Link::new(&entry.number, format!("/{}/{}", kind.plural, entry.number)),
            None => Link::new(format!("{} {}", entry.kind.replace('_', " "), entry.number), ""),
        };
        entry_line(entry, thing, seat.now)
    };
    let entries = entries.iter().map(line).collect();
    let shell = crate::shell(&app, &seat, "/administration").await;
    Ok(Html(ActivityPage { shell, tabs: tabs("activity"), entries }.render()?))
}

fn entry_line(entry: &Entry, thing: Link, now: Moment) -> EntryLine {
    let change = |(name, value): (&String, &Option<model::Value>)| {
        let words = value.as_ref().map_or_else(|| "(empty)".to_owned(), |value| Type::Mixed.print(value));
        let short: String = words.chars().take(VALUE_MAX).collect();
        format!("{}: {short}", name.replace('_', " "))
    };
    EntryLine {
        at: time::when(entry.recorded, now),
        who: entry.by.clone().unwrap_or_else(|| "(erased or unknown)".into()),
        via: entry.via.name(),
        act: entry.act.replace('_', " "),
        thing,
        changes: entry.changes.iter().map(change).collect(),
    }
}
