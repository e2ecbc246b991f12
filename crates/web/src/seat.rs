//! Who is asking: by the cookie of a browser session or by the token of a machine.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use desk::accounts::{Account, Session, TokenScope, digest};
use futures::{FutureExt as _, future::BoxFuture};
use model::{Actor, Moment, Role, Via};

use crate::{
    App, Refused,
    error::Teller,
    flash,
    view::shell::{Flash, Theme},
};

/// Whoever sits in front of a page or behind a token, at the time of asking.
#[derive(Clone, Debug)]
pub struct Seat {
    pub actor: Actor,
    pub now: Moment,
    /// Goes into every form that writes, as `csrf`. Empty for a token, which needs none.
    pub csrf: String,
    pub account: AccountView,
    /// The browser session; `None` for a token.
    pub session: Option<Session>,
    /// What was just done and is to be said on this page.
    pub flashes: Vec<Flash>,
    /// Path and query of this page.
    pub path: String,
}

/// What pages may know of an account.
#[derive(Clone, Debug)]
pub struct AccountView {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub roles: Vec<Role>,
    pub theme: Theme,
    /// Whether single-letter keys work.
    pub keys: bool,
    /// Whether mail comes about one's own requests.
    pub mail: bool,
}

/// A seat with the role of an administrator and more than reading.
#[derive(Clone, Debug)]
pub struct Administrator(pub Seat);

impl From<&Account> for AccountView {
    fn from(account: &Account) -> AccountView {
        AccountView {
            id: account.id,
            name: account.name.clone(),
            email: account.email.clone(),
            roles: account.roles.clone(),
            theme: Theme::named(&account.preferences.theme),
            keys: account.preferences.keys,
            mail: account.preferences.mail,
        }
    }
}

impl FromRequestParts<App> for Seat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Seat, Response> {
        let seat = sit(parts, app).await?;
        // Whoever tells a refusal later does so inside this person's frame.
        if let Some(teller) = parts.extensions.get::<Teller>() {
            teller.seated(&seat);
        }
        Ok(seat)
    }
}

impl FromRequestParts<App> for Administrator {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Administrator, Response> {
        let seat = Seat::from_request_parts(parts, app).await?;
        if !seat.actor.has(Role::Administrator) {
            return Err(Refused::forbidden("Only administrators may do this.").into_response());
        }
        if seat.actor.only_reads() && !parts.method.is_safe() {
            return Err(Refused::forbidden("This token may only read.").into_response());
        }
        Ok(Administrator(seat))
    }
}

fn sit<'a>(parts: &'a Parts, app: &'a App) -> BoxFuture<'a, Result<Seat, Response>> {
    async move {
        let now = app.now();
        let api = is_api(parts.uri.path());
        let via = if api { Via::Api } else { Via::Web };
        if let Some(token) = bearer(&parts.headers) {
            let found = app.desk.bearer(token, now).await.map_err(refused)?;
            let found = found.filter(|(_, scope)| *scope != TokenScope::Calendar);
            let (account, scope) = found.ok_or_else(|| unknown_token().into_response())?;
            if scope == TokenScope::Events {
                let why = "This token only brings events, to /api/v1/intake/SOURCE.";
                return Err(Refused::forbidden(why).into_response());
            }
            let actor = account.actor(Via::Api, scope == TokenScope::Read);
            return Ok(seated(parts, actor, &account, now, String::new(), None));
        }
        // A page elsewhere can make a browser send the cookie, but not say that it comes from here.
        let token = session_token(&parts.headers, app).filter(|_| !api || is_from_here(parts, app));
        if let Some(token) = token
            && let Some((account, session)) = app.desk.session(token, now).await.map_err(refused)?
        {
            return Ok(seated(parts, account.actor(via, false), &account, now, csrf(token), Some(session)));
        }
        Err(nobody(parts, api))
    }
    .boxed()
}

/// Whoever brings events: by a token that may do this or may write at all.
pub(crate) async fn bringer(parts: &Parts, app: &App, token: &str) -> Result<Seat, Response> {
    let now = app.now();
    let found = app.desk.bearer(token, now).await.map_err(refused)?;
    let found = found.filter(|(_, scope)| *scope != TokenScope::Calendar);
    let (account, scope) = found.ok_or_else(|| unknown_token().into_response())?;
    if scope == TokenScope::Read || account.roles.contains(&Role::ExternalAuditor) {
        return Err(Refused::forbidden("This token may only read.").into_response());
    }
    Ok(seated(parts, account.actor(Via::Api, false), &account, now, String::new(), None))
}

fn seated(parts: &Parts, actor: Actor, account: &Account, now: Moment, csrf: String, session: Option<Session>) -> Seat {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_string();
    let flashes = flash::read(&parts.headers).into_iter().collect();
    Seat { actor, now, csrf, account: account.into(), session, flashes, path }
}

fn refused(refusal: model::Refusal) -> Response {
    Refused::from(refusal).into_response()
}

/// Machines are told to bring a token, people are shown the way to the door.
fn nobody(parts: &Parts, api: bool) -> Response {
    if api {
        return Refused::new(StatusCode::UNAUTHORIZED, "Send a token: Authorization: Bearer TOKEN.")
            .with_header(header::WWW_AUTHENTICATE, "Bearer realm=\"plumbline\"")
            .into_response();
    }
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let next = if parts.method == Method::GET && path != "/" { path } else { "" };
    let to = if next.is_empty() { "/sign-in".into() } else { format!("/sign-in?next={}", escaped(next)) };
    axum::response::Redirect::to(&to).into_response()
}

fn unknown_token() -> Refused {
    Refused::new(StatusCode::UNAUTHORIZED, "This token is unknown, expired or revoked.")
        .with_header(header::WWW_AUTHENTICATE, "Bearer realm=\"plumbline\", error=\"invalid_token\"")
}

/// Text as it may stand in a query (RFC 3986: everything but unreserved characters and the slash is written as %XX).
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Whether machines speak here.
pub fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// `__Host-` makes browsers refuse the cookie from anywhere but this host over TLS.
pub(crate) fn cookie_name(app: &App) -> &'static str {
    if app.settings.is_secure() { "__Host-plumbline" } else { "plumbline" }
}

pub(crate) fn session_token<'h>(headers: &'h HeaderMap, app: &App) -> Option<&'h str> {
    cookie(headers, cookie_name(app))
}

pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// The token of a session's forms: derived, so that nothing needs to be stored, and of no use without the cookie.
pub(crate) fn csrf(session_token: &str) -> String {
    digest(&format!("csrf {session_token}"))
}

/// Whether the browser says that a page of ours is asking, or, for reading, the person themselves.
fn is_from_here(parts: &Parts, app: &App) -> bool {
    match origin(&parts.headers, app) {
        Origin::Here => true,
        Origin::Person => parts.method.is_safe(),
        Origin::Elsewhere | Origin::Unsaid => false,
    }
}

/// From where a browser says that it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Here,
    /// An address typed or a bookmark.
    Person,
    Elsewhere,
    /// No browser, or one that says nothing.
    Unsaid,
}

/// `Sec-Fetch-Site` where the browser sends it (only over TLS and on loopback), else `Origin` against the host asked.
pub(crate) fn origin(headers: &HeaderMap, app: &App) -> Origin {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("null"));
    match text("sec-fetch-site") {
        Some("same-origin") => return Origin::Here,
        Some("none") => return Origin::Person,
        Some(_) => return Origin::Elsewhere,
        None => {}
    }
    let Some(origin) = text("origin") else { return Origin::Unsaid };
    let host = origin.split_once("://").map(|(_, host)| host);
    if origin == app.settings.base || (host.is_some() && host == text("host")) {
        Origin::Here
    } else {
        Origin::Elsewhere
    }
}
