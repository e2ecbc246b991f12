//! How the value of each field came about: who set what, when it happened and when it was written down.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use desk::ShownEntry;
use model::{Kind, Moment};

use super::{
    chip::label_of,
    doors::html,
    list::kind_of,
    page,
    piece::{Lens, record_address},
    timeline::deltas,
};
use crate::{
    App, Refused, Seat, shell,
    view::{
        parts::{Link, Person},
        shell::Shell,
        time,
    },
};

#[derive(Template)]
#[template(path = "record/history.html")]
struct HistoryPage {
    shell: Shell,
    crumbs: Vec<Link>,
    heading: String,
    title: String,
    rows: Vec<Row>,
    /// Whether the rows are of several fields.
    all: bool,
}

struct Row {
    label: String,
    href: String,
    before: String,
    after: String,
    happened: String,
    recorded: String,
    who: Person,
    via: &'static str,
}

/// `GET /{plural}/{number}/history`: of every field.
pub(super) async fn of_all(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
) -> Result<Response, Refused> {
    history(&app, &seat, &plural, &number, None).await
}

/// `GET /{plural}/{number}/history/{field}`
pub(super) async fn of_field(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number, field)): Path<(String, String, String)>,
) -> Result<Response, Refused> {
    history(&app, &seat, &plural, &number, Some(&field)).await
}

async fn history(app: &App, seat: &Seat, plural: &str, number: &str, field: Option<&str>) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, plural)?;
    let whole = app.desk.whole(&seat.actor, kind.name, number, seat.now).await?;
    let outer = seat.actor.customer.is_some();
    if let Some(name) = field {
        let known =
            matches!(name, "title" | "state") || kind.find(name).is_some_and(|field| !(outer && field.internal));
        if !known {
            return Err(Refused::not_found());
        }
    }
    let names = page::names(app, seat, kind, &whole.shown, &whole.entries, &[]).await?;
    let lens = Lens { catalog: &catalog, names: &names, now: seat.now };
    let here = record_address(kind, number);
    let rows = whole.entries.iter().rev().flat_map(|shown| rows(&lens, kind, shown, field, &here)).collect();
    let list = format!("/{}", kind.plural);
    let page = HistoryPage {
        shell: shell(app, seat, &list).await,
        crumbs: vec![Link::new(&kind.labels, &list), Link::new(number, &here), Link::new("History", "")],
        heading: match field {
            Some(name) => format!("{} of {number} over time", label_of(kind, name)),
            None => format!("Every field of {number} over time"),
        },
        title: whole.shown.title().into(),
        rows,
        all: field.is_none(),
    };
    html(StatusCode::OK, &page)
}

fn rows(lens: &Lens<'_>, kind: &Kind, shown: &ShownEntry, field: Option<&str>, here: &str) -> Vec<Row> {
    let entry = &shown.entry;
    let moment = |at: Moment| if at == Moment::UNKNOWN { "unknown".to_string() } else { time::exact(at) };
    let row = |(name, delta): (String, crate::view::parts::ShownDelta)| Row {
        href: format!("{here}/history/{name}"),
        label: delta.label,
        before: delta.before,
        after: delta.after,
        happened: moment(entry.at),
        recorded: moment(entry.recorded),
        who: entry.by.as_ref().map_or_else(Person::default, |mail| lens.person(mail)),
        via: entry.via.name(),
    };
    let all = deltas(lens, kind, shown).into_iter();
    all.filter(|(name, _)| field.is_none_or(|wanted| wanted == name)).map(row).collect()
}
