//! What all answers have in common: a request's id and time limit, forged forms refused, refusals told, panics caught,
//! headers that keep browsers careful.

use std::{
    any::Any,
    time::{Duration, Instant},
};

use axum::{
    Form, Router,
    body::{Body, Bytes, to_bytes},
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use model::Role;
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};
use tracing::Instrument as _;

use crate::{
    App, Refused,
    error::{self, Teller, Told},
    flash,
    seat::{self, Origin},
};

/// Longest time from a question to the beginning of its answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Largest form or JSON, in bytes.
const FORM_MAX: usize = 2 << 20;
/// Largest upload, in bytes.
const FILE_MAX: usize = 64 << 20;
/// Longest body of a framework's own refusal that is read for its words.
const WORDS_MAX: usize = 4_096;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub fn around(router: Router<App>, app: App) -> Router<App> {
    let layers = ServiceBuilder::new()
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(app.clone(), tell))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .layer(from_fn_with_state(app, check));
    router.layer(layers)
}

/// The outermost room: names the request, tells refusals, sets the headers.
async fn tell(State(app): State<App>, mut http: Request, next: Next) -> Response {
    let (id, begun) = (model::canonical::hex(&desk::ids::random::<8>()), Instant::now());
    let (method, path) = (http.method().clone(), http.uri().path().to_string());
    let said = flash::is_there(http.headers());
    let machine = seat::is_api(&path) || wants_json(http.headers());
    let teller = Teller::default();
    http.extensions_mut().insert(teller.clone());
    let limit = if is_upload(http.headers()) { FILE_MAX } else { FORM_MAX };
    DefaultBodyLimit::max(limit).apply(&mut http);
    let span = tracing::info_span!("http", %id, %method, %path);
    let asked = http.uri().path_and_query().map_or_else(|| path.clone(), ToString::to_string);
    let mut response = next.run(http).instrument(span).await;
    if let Some(seat) = teller.seat().filter(|seat| is_written_down(seat, &method, &path, &response)) {
        let asked = if method.is_safe() { asked } else { format!("{method} {asked}") };
        let noted = app.desk.note_reading(&seat.actor, &asked, response.status().as_u16(), seat.now).await;
        // What cannot be written down is not shown.
        response = noted.map_or_else(|refusal| Refused::from(refusal).into_response(), |()| response);
    }
    if let Some(refused) = refusal(&mut response).await {
        let told = if machine {
            error::problem(&path, &refused)
        } else {
            error::page(&app, teller.seat(), &path, &refused).await
        };
        let kept = std::mem::replace(&mut response, told);
        for (name, value) in kept.headers() {
            if !matches!(*name, header::CONTENT_TYPE | header::CONTENT_LENGTH) {
                response.headers_mut().append(name.clone(), value.clone());
            }
        }
    }
    app.metrics.count(response.status(), begun.elapsed());
    flash::forget(said, &mut response);
    careful(response.headers_mut(), &app);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// Whether what was asked for stands in the journal: everything that shows something to an auditor from outside, and what
/// they were refused. A form that was taken shows nothing by itself and has its own entry. News of a page that is open
/// already hold no more than that it changed.
fn is_written_down(seat: &crate::Seat, method: &Method, path: &str, response: &Response) -> bool {
    let is_shown = method.is_safe() || !response.status().is_redirection();
    seat.actor.has(Role::ExternalAuditor) && is_shown && path != "/live"
}

/// The refusal that an answer carries; a bare one of the framework (no such method, body too large) becomes one of ours.
async fn refusal(response: &mut Response) -> Option<Refused> {
    if let Some(Told(refused)) = response.extensions_mut().remove::<Told>() {
        return Some(Refused::clone(&refused));
    }
    let status = response.status();
    let bare = match response.headers().get(header::CONTENT_TYPE) {
        None => true,
        Some(ty) => ty.as_bytes().starts_with(b"text/plain"),
    };
    if !(status.is_client_error() || status.is_server_error()) || !bare {
        return None;
    }
    let body = std::mem::take(response.body_mut());
    let words = to_bytes(body, WORDS_MAX).await.unwrap_or_default();
    Some(Refused::new(status, String::from_utf8_lossy(&words).trim()))
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Refused::fault(&format!("panic: {}", words.unwrap_or("without words"))).into_response()
}

fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    !accept.contains("text/html")
        && (accept.contains("application/json") || accept.contains("application/problem+json"))
}

fn careful(headers: &mut HeaderMap, app: &App) {
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in fixed {
        // A file that somebody attached has a stricter policy of its own.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    if app.settings.is_secure() {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    // What is behind a sign-in is nobody else's; assets say for themselves that they may be kept.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

fn media(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

fn is_upload(headers: &HeaderMap) -> bool {
    let small = ["", "application/x-www-form-urlencoded", "application/json", "application/merge-patch+json"];
    !small.iter().any(|known| media(headers).eq_ignore_ascii_case(known))
}

/// Refuses a form that another site made a browser send. A token in a header needs no such proof: no site can add it.
async fn check(State(app): State<App>, http: Request, next: Next) -> Response {
    if http.method().is_safe() || seat::bearer(http.headers()).is_some() {
        return next.run(http).await;
    }
    let foreign = || Refused::forbidden("This was sent from another site.").into_response();
    if seat::origin(http.headers(), &app) == Origin::Elsewhere {
        return foreign();
    }
    // Who comes in has no session that a form could carry, whatever the cookie of one that is over says.
    if http.uri().path() == "/sign-in" || http.uri().path().starts_with("/welcome/") {
        return next.run(http).await;
    }
    let Some(wanted) = seat::session_token(http.headers(), &app).map(seat::csrf) else {
        return next.run(http).await;
    };
    // Below /api/v1/ the seat itself demands that the browser names this origin.
    if seat::is_api(http.uri().path()) || http.headers().get("x-csrf").is_some_and(|given| given == wanted.as_str()) {
        return next.run(http).await;
    }
    let (parts, body) = http.into_parts();
    let limit = if is_upload(&parts.headers) { FILE_MAX } else { FORM_MAX };
    let Ok(bytes) = to_bytes(body, limit).await else {
        let most = limit >> 20;
        return Refused::new(StatusCode::PAYLOAD_TOO_LARGE, format!("{most} MB is the most.")).into_response();
    };
    if field(&parts, &bytes).await.as_deref() != Some(wanted.as_str()) {
        let why = "This form is from another session. Go back, load the page again and send it once more.";
        return Refused::outdated(why).into_response();
    }
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// The field `csrf` of a form.
async fn field(parts: &Parts, bytes: &Bytes) -> Option<String> {
    let copy = || Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    if media(&parts.headers) == "multipart/form-data" {
        let mut form = Multipart::from_request(copy(), &()).await.ok()?;
        while let Ok(Some(part)) = form.next_field().await {
            if part.name() == Some("csrf") {
                return part.text().await.ok();
            }
        }
        return None;
    }
    let Form(pairs) = Form::<Vec<(String, String)>>::from_request(copy(), &()).await.ok()?;
    pairs.into_iter().find(|(name, _)| name == "csrf").map(|(_, value)| value)
}
