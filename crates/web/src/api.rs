//! The API for machines (contract.md section 3): generated from the declarations, with the same rights as the pages.
//!
//! `record.rs` reads and writes records, `beside.rs` and `file.rs` what stands beside them, `across.rs` what goes across
//! kinds, `handling.rs` does with tickets what people do, `terms.rs` and `mail.rs` tell what an order asks and what came by mail,
//! `events.rs` takes what monitoring tools say. `content.rs` takes bodies, `condition.rs` versions and keys, `input.rs` turns
//! bodies into commands, `shape.rs` turns records into JSON. `openapi.rs` describes all of it.

mod across;
mod beside;
mod condition;
mod content;
mod course;
pub mod events;
pub mod file;
mod frameworks;
mod handling;
mod input;
mod mail;
pub mod openapi;
pub(crate) mod record;
mod shape;
mod strict;
mod terms;
mod watching;

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::MethodFilter,
};
use model::{Catalog, Kind, suggest};
use serde_json::Value as Json;

use crate::{Refused, routes::Doors};

/// Where all of it lies.
pub const BASE: &str = "/api/v1";

/// Every door of the API.
pub fn doors(doors: Doors) -> Doors {
    const GET: MethodFilter = MethodFilter::GET;
    const POST: MethodFilter = MethodFilter::POST;
    const PUT: MethodFilter = MethodFilter::PUT;
    const PATCH: MethodFilter = MethodFilter::PATCH;
    const DELETE: MethodFilter = MethodFilter::DELETE;
    doors
        .member(GET, "/api/v1/openapi.json", openapi::serve)
        .member(GET, "/api/v1/kinds", across::kinds)
        .member(GET, "/api/v1/kinds/{name}", across::kind)
        .member(GET, "/api/v1/me", across::me)
        .member(GET, "/api/v1/my-work", across::my_work)
        .member(GET, "/api/v1/search", across::search)
        .member(GET, "/api/v1/mentions", watching::mentions)
        .member(DELETE, "/api/v1/mentions/{id}", watching::put_aside)
        .member(GET, "/api/v1/conformity", across::conformity)
        .member(GET, "/api/v1/conformity/course", course::course)
        .member(GET, "/api/v1/frameworks", frameworks::list)
        .member(GET, "/api/v1/frameworks/{id}", frameworks::show)
        .member(GET, "/api/v1/events", events::list)
        .member(POST, "/api/v1/intake/{source}", events::take)
        .member(GET, "/api/v1/{plural}", record::list)
        .member(POST, "/api/v1/{plural}", record::create)
        .member(GET, "/api/v1/{plural}/{number}", record::show)
        .member(PATCH, "/api/v1/{plural}/{number}", record::edit)
        .member(POST, "/api/v1/{plural}/{number}/transitions", record::step)
        .member(POST, "/api/v1/{plural}/{number}/decisions", record::decide)
        .member(POST, "/api/v1/{plural}/{number}/merge", handling::merge)
        .member(POST, "/api/v1/{plural}/{number}/unmerge", handling::unmerge)
        .member(POST, "/api/v1/{plural}/{number}/split", handling::split)
        .member(POST, "/api/v1/{plural}/{number}/unsplit", handling::unsplit)
        .member(POST, "/api/v1/{plural}/{number}/escalate", handling::escalate)
        .member(POST, "/api/v1/{plural}/{number}/work", handling::log_work)
        .member(POST, "/api/v1/{plural}/{number}/macro", handling::use_macro)
        .member(GET, "/api/v1/{plural}/{number}/journal", beside::journal)
        .member(POST, "/api/v1/{plural}/{number}/notes", beside::note)
        .member(GET, "/api/v1/{plural}/{number}/events", events::of_record)
        .member(GET, "/api/v1/{plural}/{number}/links", beside::links)
        .member(POST, "/api/v1/{plural}/{number}/links", beside::link)
        .member(DELETE, "/api/v1/{plural}/{number}/links", beside::unlink)
        .member(GET, "/api/v1/{plural}/{number}/watchers", watching::watchers)
        .member(PUT, "/api/v1/{plural}/{number}/watchers/me", watching::watch)
        .member(DELETE, "/api/v1/{plural}/{number}/watchers/me", watching::unwatch)
        .member(GET, "/api/v1/{plural}/{number}/mail", mail::list)
        .member(GET, "/api/v1/{plural}/{number}/mail/{id}", mail::show)
        .member(GET, "/api/v1/{plural}/{number}/pdf", file::serve_paper)
        .member(GET, "/api/v1/{plural}/{number}/terms", terms::serve)
        .member(GET, "/api/v1/{plural}/{number}/attachments", file::list)
        .member(POST, "/api/v1/{plural}/{number}/attachments", file::add)
        .member(GET, "/api/v1/{plural}/{number}/attachments/{id}", file::serve)
}

/// The kind behind the first part of an address: its plural, with hyphens or underscores.
pub(crate) fn kind<'c>(catalog: &'c Catalog, plural: &str) -> Result<&'c Kind, Refused> {
    let wanted = plural.replace('-', "_");
    catalog.find(&wanted).filter(|kind| kind.plural == wanted).ok_or_else(|| {
        let shown: String = plural.chars().take(60).collect();
        let hint = suggest::hint(&wanted, catalog.kinds().iter().map(|kind| kind.plural));
        Refused::new(StatusCode::NOT_FOUND, format!("There is no collection \"{shown}\"{hint}"))
    })
}

/// An answer in JSON, which browsers ask about again before they show it once more.
pub(crate) fn answer(status: StatusCode, body: Json) -> Response {
    let mut response = (status, axum::Json(body)).into_response();
    put(&mut response, header::CACHE_CONTROL, "private, no-cache");
    put(&mut response, header::VARY, "authorization, cookie");
    response
}

/// Adds a header; a value that no header can carry is left out.
pub(crate) fn put(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
