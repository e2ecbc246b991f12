//! Addresses of the generic pages and what stands behind each.

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
    routing::MethodFilter,
};

use super::{
    act, address::Address, beside, bulk, edit, export, files, history, letters, list, lookup, narrow, page, pieces,
    twins, undo, views, watching, work,
};
use crate::{
    App, Refused, Seat,
    pages::{handover, portal},
    routes::Doors,
    shell,
};

const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;

/// The generic doors, for every kind at once.
pub fn doors(doors: Doors) -> Doors {
    doors
        .member(GET, "/{plural}", show_list)
        .member(GET, "/{plural}/new", edit::new)
        .member(POST, "/{plural}/new", edit::create)
        .member(GET, "/{plural}/{number}", show_record)
        .member(GET, "/{plural}/{number}/edit", edit::form)
        .member(POST, "/{plural}/{number}/edit", edit::save)
        .member(GET, "/{plural}/{number}/field/{name}", act::field)
        .member(POST, "/{plural}/{number}/field/{name}", act::save_field)
        .member(GET, "/{plural}/{number}/history", history::of_all)
        .member(GET, "/{plural}/{number}/history/{field}", history::of_field)
        .member(GET, "/{plural}/{number}/mail", letters::open_all)
        .member(GET, "/{plural}/{number}/mail/{id}", letters::open)
        .member(POST, "/{plural}/{number}/files", files::attach)
        .member(GET, "/{plural}/{number}/files/{id}", files::serve)
        .member(POST, "/{plural}/bulk", bulk::go)
        .member(POST, "/{plural}/undo", undo::take_back)
        .member(GET, "/{plural}/{number}/step", act::step)
        .member(POST, "/{plural}/{number}/step", act::take_step)
        .member(POST, "/{plural}/{number}/note", act::note)
        .member(POST, "/{plural}/{number}/escalate", act::escalate)
        .member(POST, "/{plural}/{number}/watch", watching::set)
        .member(POST, "/{plural}/{number}/work", work::log)
        .member(POST, "/{plural}/{number}/piece", pieces::tick)
        .member(GET, "/{plural}/{number}/beside", beside::open)
        .member(POST, "/{plural}/{number}/helped", beside::helped)
        .member(POST, "/{plural}/{number}/merge", twins::merge)
        .member(POST, "/{plural}/{number}/unmerge", twins::unmerge)
        .member(POST, "/{plural}/{number}/link", act::link)
        .member(POST, "/{plural}/{number}/unlink", act::unlink)
        .member(POST, "/{plural}/views", views::save)
        .member(POST, "/{plural}/views/{id}", views::mend)
        .member(GET, "/lookup", lookup::lookup)
}

/// A page with its status.
pub(super) fn html(status: StatusCode, page: &impl Template) -> Result<Response, Refused> {
    Ok((status, Html(page.render()?)).into_response())
}

async fn show_list(
    seat: Seat,
    State(app): State<App>,
    Path(plural): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    if let Some((plural, format)) = plural.rsplit_once('.') {
        let kind = list::kind_of(&catalog, plural)?;
        let format = sheets::Format::parse(format).ok_or_else(Refused::not_found)?;
        return export::serve(&app, &seat, kind, format, &Address::read("", &query.unwrap_or_default())).await;
    }
    let kind = list::kind_of(&catalog, &plural)?;
    let here = Address::read(format!("/{}", kind.plural), &query.unwrap_or_default());
    if let Some(settled) = narrow::settled(&here, kind) {
        return Ok(Redirect::to(&settled.to_string()).into_response());
    }
    let groups = app.groups(&seat).await?;
    let room = list::Room { desk: &app.desk, actor: &seat.actor, groups: &groups, now: seat.now };
    if act::is_fragment(&headers) {
        return html(StatusCode::OK, &list::some(&room, kind, &here).await?);
    }
    let frame = shell(&app, &seat, &here.path).await;
    let mut page = list::page(&room, frame, kind, &here).await?;
    if kind.clocked && page.first.is_empty() && page.as_of.is_none() {
        page.handovers = handover::over_queue(&app, &seat, &list::read(&seat.actor, kind, &here)?.0.filter).await?;
    }
    let status = if page.filter_error.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    html(status, &page)
}

async fn show_record(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = list::kind_of(&catalog, &plural)?;
    if let Some(own) = portal::instead(&seat.actor, kind, &number) {
        // What is not there for the reader is not there: nothing leads anywhere.
        app.desk.show(&seat.actor, kind.name, &number, None, seat.now).await?;
        return Ok(Redirect::to(&own).into_response());
    }
    let here = Address::read("", &query.unwrap_or_default());
    let page = page::page(&app, &seat, kind, &number, &here).await?;
    html(StatusCode::OK, &page)
}
