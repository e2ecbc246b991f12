//! What people and machines are told when something cannot be done: a page, or a problem of RFC 9457.

use std::sync::{Arc, OnceLock};

use askama::Template;
use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use model::{FieldError, Refusal};
use serde_json::json;

use crate::{App, Seat, view::refused::RefusedPage, view::shell::Shell};

/// The answer of a door that did not do what was asked. It becomes a page or a problem on its way out (`guard.rs`), where
/// it is known who asked and how.
#[derive(Clone, Debug)]
pub struct Refused {
    pub status: StatusCode,
    /// A sentence; may be empty.
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// Under which the cause of a fault stands in the log; empty otherwise.
    pub reference: String,
    /// The form was made for another session: nothing is forbidden, it only has to be loaded again.
    pub outdated: bool,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refused {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Refused {
        Refused {
            status,
            detail: detail.into(),
            errors: Vec::new(),
            reference: String::new(),
            outdated: false,
            headers: Vec::new(),
        }
    }

    /// A form that was made for another session.
    pub fn outdated(why: impl Into<String>) -> Refused {
        Refused { outdated: true, ..Refused::forbidden(why) }
    }

    pub fn not_found() -> Refused {
        Refused::new(StatusCode::NOT_FOUND, "")
    }

    pub fn forbidden(why: impl Into<String>) -> Refused {
        Refused::new(StatusCode::FORBIDDEN, why)
    }

    /// Input that cannot be taken, with the field that it is about.
    pub fn field(field: &str, message: impl Into<String>) -> Refused {
        Refused::from(Refusal::field(field, message))
    }

    pub fn with_header(mut self, name: HeaderName, value: &'static str) -> Refused {
        self.headers.push((name, HeaderValue::from_static(value)));
        self
    }

    /// What people read: each field by its name as words.
    fn sentence(&self) -> String {
        if self.errors.is_empty() {
            return self.detail.clone();
        }
        let told = |error: &FieldError| {
            let name = error.field.trim_start_matches('_').replace(['_', '.'], " ");
            let mut letters = name.chars();
            let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            format!("{first}{}: {}", letters.as_str(), error.message)
        };
        self.errors.iter().map(told).collect::<Vec<_>>().join("; ")
    }

    /// Our own mistake; `cause` goes to the log, the reader gets the id alone.
    pub fn fault(cause: &dyn std::fmt::Display) -> Refused {
        Refused::from(Refusal::from(desk::Fault::new(cause.to_string())))
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let detail = refusal.sentence();
        match refusal {
            Refusal::NotFound => Refused::not_found(),
            Refusal::Forbidden(_) => Refused::new(StatusCode::FORBIDDEN, detail),
            Refusal::Invalid(errors) => Refused { errors, ..Refused::new(StatusCode::UNPROCESSABLE_ENTITY, detail) },
            Refusal::Query(_) => Refused::new(StatusCode::BAD_REQUEST, detail),
            Refusal::Stale { .. } => Refused::new(StatusCode::PRECONDITION_FAILED, detail),
            Refusal::Step(_) => Refused::new(StatusCode::CONFLICT, detail),
            Refusal::Reused(_) => Refused::new(StatusCode::UNPROCESSABLE_ENTITY, detail),
            Refusal::Fault(id) => Refused { reference: id, ..Refused::new(StatusCode::INTERNAL_SERVER_ERROR, detail) },
        }
    }
}

impl From<desk::Fault> for Refused {
    fn from(fault: desk::Fault) -> Refused {
        Refused::from(Refusal::from(fault))
    }
}

impl From<askama::Error> for Refused {
    fn from(error: askama::Error) -> Refused {
        Refused::fault(&error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.headers_mut().extend(self.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        response.extensions_mut().insert(Told(Arc::new(self)));
        response
    }
}

/// The refusal as it travels with its answer.
#[derive(Clone)]
pub(crate) struct Told(pub Arc<Refused>);

/// Remembers who is asking, for the frame around a refusal.
#[derive(Clone, Default)]
pub(crate) struct Teller(Arc<OnceLock<Seat>>);

impl Teller {
    pub fn seated(&self, seat: &Seat) {
        // A second extractor finds the same seat.
        let _ = self.0.set(seat.clone());
    }

    pub fn seat(&self) -> Option<&Seat> {
        self.0.get()
    }
}

/// A page for people.
pub(crate) async fn page(app: &App, seat: Option<&Seat>, path: &str, refused: &Refused) -> Response {
    let shell = match seat {
        Some(seat) => crate::shell(app, seat, "").await,
        None => Shell { lang: "en".into(), path: path.into(), ..Shell::default() },
    };
    let page = match (refused.outdated, refused.reference.is_empty()) {
        (true, _) => RefusedPage::outdated(shell, &refused.detail),
        (_, true) => RefusedPage::new(shell, refused.status.as_u16(), &refused.sentence()),
        _ => RefusedPage::fault(shell, &refused.reference),
    };
    match page.render() {
        Ok(html) => (refused.status, Html(html)).into_response(),
        // The frame itself is broken: words without it are better than nothing.
        Err(error) => {
            tracing::error!(%error, "the page for refusals does not render");
            (refused.status, refused.detail.clone()).into_response()
        }
    }
}

/// A problem for machines.
pub(crate) fn problem(path: &str, refused: &Refused) -> Response {
    let status = refused.status;
    let (name, title) = words(status);
    let mut body = json!({
        "type": format!("urn:plumbline:problem:{name}"),
        "title": title,
        "status": status.as_u16(),
        "detail": if refused.detail.is_empty() { title } else { refused.detail.as_str() },
        "instance": path,
    });
    if !refused.errors.is_empty() {
        body["errors"] = json!(refused.errors);
    }
    if !refused.reference.is_empty() {
        body["reference"] = refused.reference.as_str().into();
    }
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// The name that a program may rely on, and the same in words.
fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status.as_u16() {
        400 => ("query", "The question cannot be understood"),
        401 => ("unauthenticated", "Who is asking is not known"),
        403 => ("forbidden", "This may not be done"),
        404 => ("not-found", "There is no such thing here"),
        405 => ("method", "This cannot be done here"),
        408 | 504 => ("timeout", "This took too long"),
        409 => ("step", "This is not possible from the present state"),
        412 => ("stale", "Somebody else changed it since"),
        413 => ("too-large", "This is too large"),
        415 => ("media-type", "This form of content is not taken"),
        422 => ("invalid", "The input cannot be taken"),
        428 => ("precondition", "Say which version is meant"),
        429 => ("too-many", "Too many at once"),
        503 => ("not-ready", "Not ready yet"),
        500.. => ("fault", "Something went wrong on our side"),
        _ => ("refused", "This cannot be done"),
    }
}
