//! The way in: signing in and out.

use askama::Template;
use axum::{
    Form,
    extract::{FromRequestParts, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{Html, IntoResponse, Redirect, Response},
};
use desk::accounts::{LIFETIME, SignIn, Whence};
use model::time::SECOND;
use serde::Deserialize;

use crate::{
    App, Refused, Seat, seat,
    view::{
        field::{Control, Field},
        shell::Shell,
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub async fn open(Query(asked): Query<Asked>) -> Result<Html<String>, Refused> {
    Ok(Html(SignInPage::new(outside("/sign-in"), "", inside(&asked.next), "").render()?))
}

#[derive(Deserialize)]
pub struct Given {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`
pub async fn enter(
    State(app): State<App>,
    Asking(whence): Asking,
    Form(given): Form<Given>,
) -> Result<Response, Refused> {
    let (now, next) = (app.now(), inside(&given.next));
    let again = |status: StatusCode, why: &str| {
        let page = SignInPage::new(outside("/sign-in"), &given.email, next, why).render()?;
        Ok::<Response, Refused>((status, Html(page)).into_response())
    };
    match app.desk.sign_in(&given.email, &given.password, whence, now).await? {
        SignIn::In { token, .. } => Ok(seated(&app, &token, if next.is_empty() { "/" } else { next })),
        SignIn::Wrong => again(StatusCode::UNPROCESSABLE_ENTITY, "The e-mail or the password is not right."),
        SignIn::Wait(until) => {
            let seconds = ((until.0 - now.0) / SECOND).max(1);
            let words = if seconds < 120 { format!("{seconds} seconds") } else { format!("{} minutes", seconds / 60) };
            let why = format!("Too many tries went wrong. Wait {words}, then try again.");
            let mut response = again(StatusCode::TOO_MANY_REQUESTS, &why)?;
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
    }
}

/// `POST /sign-out`
pub async fn leave(_: Seat, State(app): State<App>, headers: HeaderMap) -> Result<Response, Refused> {
    if let Some(token) = seat::session_token(&headers, &app) {
        app.desk.sign_out(token, app.now()).await?;
    }
    Ok(with_cookie(&app, "", 0, Redirect::to("/sign-in").into_response()))
}

/// Sends somebody on with the cookie of their new session.
pub(super) fn seated(app: &App, token: &str, to: &str) -> Response {
    with_cookie(app, token, LIFETIME / SECOND, Redirect::to(to).into_response())
}

fn with_cookie(app: &App, token: &str, seconds: i64, mut response: Response) -> Response {
    let secure = if app.settings.is_secure() { "; Secure" } else { "" };
    let name = seat::cookie_name(app);
    let cookie = format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// A path of ours, or nothing: nobody is led away after signing in.
fn inside(next: &str) -> &str {
    let ours = next.starts_with('/') && !next.starts_with("//");
    let plain = !next.chars().any(|c| c.is_control() || c == '\\');
    if ours && plain { next } else { "" }
}

/// The frame of pages for people without an account.
pub(super) fn outside(path: &str) -> Shell {
    Shell { lang: "en".into(), path: path.into(), ..Shell::default() }
}

/// From where somebody asks.
pub struct Asking(pub Whence);

impl FromRequestParts<App> for Asking {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Asking, Self::Rejection> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Ok(Asking(Whence { address: app.address_of(parts), agent: agent.into() }))
    }
}

/// The form, and the same again when the sign-in failed.
#[derive(Template)]
#[template(path = "page/sign_in.html")]
pub struct SignInPage {
    pub shell: Shell,
    /// Where to go afterwards; a path of ours.
    pub next: String,
    /// One sentence above the fields; empty the first time. It never tells whether the e-mail is known.
    pub error: String,
    pub email: Field,
    pub password: Field,
}

impl SignInPage {
    /// `email` is what was typed; the password is never given back.
    pub fn new(shell: Shell, email: &str, next: &str, error: &str) -> SignInPage {
        SignInPage {
            shell,
            next: next.to_owned(),
            error: error.to_owned(),
            email: line("email", "E-mail", "email", email, "username", ""),
            password: line("password", "Password", "password", "", "current-password", ""),
        }
    }
}

/// One required line of these forms.
pub(super) fn line(
    name: &str,
    label: &str,
    kind: &'static str,
    value: &str,
    autocomplete: &'static str,
    help: &str,
) -> Field {
    Field {
        name: name.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
        required: true,
        control: Control::Line { value: value.to_owned(), kind, autocomplete, max: Some(254) },
        ..Field::default()
    }
}
