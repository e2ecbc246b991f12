//! One's own account: how pages look, the password, where one is signed in, tokens for machines.

use askama::Template;
use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use desk::accounts::{Ending, NewToken, Preferences, Session, Token, TokenScope};
use model::{Date, Moment, Refusal, time::DAY};
use serde::Deserialize;

use super::{
    sign_in::line,
    welcome::{PASSWORD_HELP, sentence},
};
use crate::{
    App, Refused, Seat, flash,
    view::{
        field::{Control, Field, Pick},
        parts::{Notice, When},
        shell::{Shell, Theme},
        time,
    },
};

/// `GET /account`
pub async fn open(seat: Seat, State(app): State<App>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, Said::default()).await?.render()?))
}

#[derive(Deserialize)]
pub struct Display {
    theme: Option<String>,
    keys: Option<String>,
    mail: Option<String>,
    #[serde(default)]
    back: String,
}

/// `POST /account/display`: one button of the form tells one choice.
pub async fn display(seat: Seat, State(app): State<App>, Form(given): Form<Display>) -> Result<Response, Refused> {
    let theme = given.theme.as_deref().map_or(seat.account.theme, Theme::named);
    let keys = given.keys.as_deref().map_or(seat.account.keys, |keys| keys == "on");
    let mail = given.mail.as_deref().map_or(seat.account.mail, |mail| mail == "on");
    let preferences = Preferences { theme: theme.name().into(), keys, mail };
    app.desk.set_preferences(&seat.actor, preferences, seat.now).await?;
    let back = given.back.starts_with('/') && !given.back.starts_with("//") && !given.back.contains('\\');
    Ok(axum::response::Redirect::to(if back { &given.back } else { "/account" }).into_response())
}

#[derive(Deserialize)]
pub struct Passwords {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
}

/// `POST /account/password`
pub async fn password(seat: Seat, State(app): State<App>, Form(given): Form<Passwords>) -> Result<Response, Refused> {
    let kept = seat.session.as_ref().map(|session| session.digest.as_str()).unwrap_or_default();
    match app.desk.change_password(&seat.actor, &given.current, &given.password, kept, seat.now).await {
        Ok(()) => Ok(flash::said("/account", "Your password is set; all other sessions have ended.")),
        Err(refusal) => refused(&app, &seat, refusal, Said::default()).await,
    }
}

#[derive(Deserialize)]
pub struct Ended {
    session: String,
}

/// `POST /account/sessions/end`
pub async fn end(seat: Seat, State(app): State<App>, Form(given): Form<Ended>) -> Result<Response, Refused> {
    let email = &seat.actor.email;
    app.desk.end_sessions(&seat.actor, email, Ending::One(&given.session), seat.now).await?;
    Ok(flash::said("/account", "That session has ended."))
}

/// `POST /account/sessions/end-others`
pub async fn end_others(seat: Seat, State(app): State<App>) -> Result<Response, Refused> {
    let kept = seat.session.as_ref().map(|session| session.digest.as_str()).unwrap_or_default();
    app.desk.end_sessions(&seat.actor, &seat.actor.email, Ending::AllBut(kept), seat.now).await?;
    Ok(flash::said("/account", "All other sessions have ended."))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TokenTyped {
    name: String,
    scope: String,
    expires: String,
}

/// `POST /account/tokens`: the answer shows the secret, so there is nothing to send the browser on to.
pub async fn make_token(
    seat: Seat,
    State(app): State<App>,
    Form(typed): Form<TokenTyped>,
) -> Result<Response, Refused> {
    let made = match read_token(&typed) {
        Ok(new) => app.desk.create_token(&seat.actor, &seat.actor.email, new, seat.now).await,
        Err(refusal) => Err(refusal),
    };
    match made {
        Ok((secret, _)) => {
            let said = Said { secret, ..Said::default() };
            Ok(Html(page(&app, &seat, said).await?.render()?).into_response())
        }
        Err(refusal) => refused(&app, &seat, refusal, Said { token: typed, ..Said::default() }).await,
    }
}

fn read_token(typed: &TokenTyped) -> Result<NewToken, Refusal> {
    let scope = TokenScope::parse(&typed.scope);
    let scope = scope.ok_or_else(|| Refusal::field("scope", "is read, write or events"))?;
    let date: Option<Date> = typed.expires.trim().parse().ok();
    let date = date.ok_or_else(|| Refusal::field("expires", "is not a date such as 2026-12-31"))?;
    // To the end of the day that was said.
    Ok(NewToken { name: typed.name.clone(), scope, expires: Moment::of_date(date).plus(DAY) })
}

#[derive(Deserialize)]
pub struct Revoked {
    token: i64,
}

/// `POST /account/tokens/revoke`
pub async fn revoke(seat: Seat, State(app): State<App>, Form(given): Form<Revoked>) -> Result<Response, Refused> {
    app.desk.revoke_token(&seat.actor, &seat.actor.email, given.token, seat.now).await?;
    Ok(flash::said("/account", "The token is revoked."))
}

/// What the page says beside what is on record: a new secret, or what was typed and why it was refused.
#[derive(Default)]
struct Said {
    secret: String,
    token: TokenTyped,
    errors: Vec<model::FieldError>,
}

async fn refused(app: &App, seat: &Seat, refusal: Refusal, said: Said) -> Result<Response, Refused> {
    let Refusal::Invalid(errors) = refusal else { return Err(refusal.into()) };
    let page = page(app, seat, Said { errors, ..said }).await?.render()?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
}

async fn page(app: &App, seat: &Seat, said: Said) -> Result<AccountPage, Refused> {
    let (actor, now) = (&seat.actor, seat.now);
    let sessions = app.desk.sessions(actor, &actor.email, now).await?;
    let tokens = app.desk.tokens(actor, &actor.email, now).await?;
    let typed = &said.token;
    let expires = if typed.expires.is_empty() { now.plus(90 * DAY).date().to_string() } else { typed.expires.clone() };
    let scopes = [
        (TokenScope::Read, "Read"),
        (TokenScope::Write, "Read and write"),
        (TokenScope::Events, "Only bring events of monitoring"),
    ];
    let pick = |(scope, label): (TokenScope, &str)| Pick {
        value: scope.name().into(),
        label: label.into(),
        chosen: scope.name() == typed.scope,
    };
    let options = scopes.into_iter().map(pick).collect();
    let mut password = vec![
        line("current", "Present password", "password", "", "current-password", ""),
        line("password", "New password", "password", "", "new-password", PASSWORD_HELP),
    ];
    let mut token = vec![
        line("name", "Name", "text", &typed.name, "off", "What uses it."),
        Field { control: Control::Choice { options, blank: None }, ..line("scope", "It may", "text", "", "off", "") },
        Field {
            control: Control::Date { value: expires },
            ..line("expires", "Until", "text", "", "off", "A year at most.")
        },
    ];
    for field in password.iter_mut().chain(&mut token) {
        let error = said.errors.iter().find(|error| error.field == field.name);
        field.error = error.map_or(String::new(), |error| sentence(&error.message));
    }
    let current = seat.session.as_ref().map(|session| session.digest.as_str());
    Ok(AccountPage {
        shell: crate::shell(app, seat, "/account").await,
        mail: seat.account.mail,
        sessions: sessions.iter().map(|session| session_line(session, current, now)).collect(),
        tokens: tokens.iter().map(|token| token_line(token, now)).collect(),
        secret: said.secret,
        password,
        token,
        notices: Vec::new(),
    })
}

pub(super) fn session_line(session: &Session, current: Option<&str>, now: Moment) -> SessionLine {
    SessionLine {
        id: session.digest.clone(),
        device: device(&session.agent),
        address: session.address.clone(),
        seen: time::when(session.seen, now),
        since: time::when(session.created, now),
        current: current == Some(session.digest.as_str()),
    }
}

pub(super) fn token_line(token: &Token, now: Moment) -> TokenLine {
    let expires = time::day(token.expires.minus(1).date());
    TokenLine {
        id: token.id.to_string(),
        name: token.name.clone(),
        scope: token.scope.name().into(),
        made: time::when(token.created, now),
        expires: if token.expires <= now { format!("expired {expires}") } else { expires },
        used: token.used.map_or_else(|| "never".into(), |used| time::when(used, now).near),
    }
}

#[derive(Template)]
#[template(path = "page/account.html")]
pub struct AccountPage {
    pub shell: Shell,
    /// Whether mail comes about one's own requests.
    pub mail: bool,
    pub sessions: Vec<SessionLine>,
    pub tokens: Vec<TokenLine>,
    /// The secret of a token that was just made: said once, never again. Empty otherwise.
    pub secret: String,
    /// `current`, `password`.
    pub password: Vec<Field>,
    /// `name`, `scope`, `expires`.
    pub token: Vec<Field>,
    pub notices: Vec<Notice>,
}

pub struct SessionLine {
    /// Names it in the form that ends it.
    pub id: String,
    /// `Firefox on Windows`
    pub device: String,
    pub address: String,
    pub seen: When,
    pub since: When,
    /// The one that asks.
    pub current: bool,
}

pub struct TokenLine {
    pub id: String,
    pub name: String,
    /// `read` or `write`.
    pub scope: String,
    pub made: When,
    /// `Thu 12 Nov 2026`, or `never`.
    pub expires: String,
    /// `4 min ago`, or `never`.
    pub used: String,
}

/// A browser and its system as people call them; what is not known is said as it is.
pub fn device(agent: &str) -> String {
    let find =
        |names: &[(&str, &'static str)]| names.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name);
    // In this order: each of the later names is also found in the earlier ones' lines.
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("HeadlessChrome/", "Chromium"),
        ("Chromium/", "Chromium"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) if agent.is_empty() => "Unknown program".to_owned(),
        (None, None) => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_called_as_people_call_them() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0";
        assert_eq!(device(edge), "Edge on Windows");
        assert_eq!(
            device("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"),
            "Firefox on Linux"
        );
        assert_eq!(device("curl/8.5.0"), "curl");
        assert_eq!(device(""), "Unknown program");
    }
}
