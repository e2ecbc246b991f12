//! Links that let somebody in once: the very first start, when nobody has an account yet, and invitations to choose a
//! password.

use askama::Template;
use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use desk::accounts::{Account, Invited};
use model::Refusal;
use serde::Deserialize;

use super::sign_in::{self, Asking, line};
use crate::{
    App, Refused,
    view::{field::Field, shell::Shell},
};

#[derive(Template)]
#[template(path = "page/welcome.html")]
pub struct WelcomePage {
    pub shell: Shell,
    pub heading: &'static str,
    pub lede: String,
    pub button: &'static str,
    /// The secret of the link.
    pub token: String,
    /// Field name and sentence, for the summary.
    pub errors: Vec<(String, String)>,
    pub fields: Vec<Field>,
}

/// What is typed; whoever is invited only chooses a password.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub name: String,
    pub email: String,
    pub password: String,
}

/// `GET /welcome/{token}`
pub async fn open(State(app): State<App>, Path(token): Path<String>) -> Result<Html<String>, Refused> {
    let invited = app.desk.invitation(&token, app.now()).await.map_err(worn_out)?;
    Ok(Html(WelcomePage::new(sign_in::outside("/"), &token, &invited, &Typed::default(), Vec::new()).render()?))
}

/// `POST /welcome/{token}`
pub async fn enter(
    State(app): State<App>,
    Path(token): Path<String>,
    Asking(whence): Asking,
    Form(typed): Form<Typed>,
) -> Result<Response, Refused> {
    let now = app.now();
    let invited = app.desk.invitation(&token, now).await.map_err(worn_out)?;
    let session = match &invited {
        Invited::First => {
            let first = (typed.name.as_str(), typed.email.as_str(), typed.password.as_str());
            app.desk.welcome(&token, first, whence, now).await
        }
        Invited::Account(_) => app.desk.accept(&token, &typed.password, whence, now).await,
    };
    match session {
        Ok(session) => Ok(sign_in::seated(&app, &session, "/")),
        Err(Refusal::Invalid(errors)) => {
            let errors = errors.into_iter().map(|error| (error.field, error.message)).collect();
            let page = WelcomePage::new(sign_in::outside("/"), &token, &invited, &typed, errors).render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(refusal) => Err(worn_out(refusal)),
    }
}

fn worn_out(refusal: Refusal) -> Refused {
    match refusal {
        Refusal::NotFound => Refused::new(
            StatusCode::NOT_FOUND,
            "This link has been used or is more than a day old. An administrator can make a new one.",
        ),
        other => other.into(),
    }
}

impl WelcomePage {
    pub fn new(
        shell: Shell,
        token: &str,
        invited: &Invited,
        typed: &Typed,
        errors: Vec<(String, String)>,
    ) -> WelcomePage {
        let password = line("password", "Password", "password", "", "new-password", PASSWORD_HELP);
        let (heading, lede, button, mut fields) = match invited {
            Invited::First => (
                "Welcome to Plumbline",
                "Nobody has an account yet. The one you make now is the first administrator; it can invite everybody else."
                    .to_owned(),
                "Make the first account",
                vec![
                    line("name", "Your name", "text", &typed.name, "name", ""),
                    line("email", "Your e-mail", "email", &typed.email, "username", "You sign in with it."),
                    password,
                ],
            ),
            Invited::Account(account) => {
                ("Choose a password", invitation(account), "Set the password and sign in", vec![password])
            }
        };
        for field in &mut fields {
            let error = errors.iter().find(|(name, _)| *name == field.name);
            field.error = error.map_or(String::new(), |(_, why)| sentence(why));
        }
        let errors = errors.into_iter().map(|(name, why)| (name.clone(), format!("{}: {why}", label(&fields, &name))));
        let errors = errors.collect();
        WelcomePage { shell, heading, lede, button, token: token.to_owned(), errors, fields }
    }
}

fn invitation(account: &Account) -> String {
    format!("{}, from now on you sign in as {} with the password that you choose here.", account.name, account.email)
}

/// Puts each error beside its field and answers the list that stands above the form.
pub(super) fn told(fields: &mut [Field], errors: &[model::FieldError]) -> Vec<(String, String)> {
    for field in fields.iter_mut() {
        let error = errors.iter().find(|error| error.field == field.name);
        field.error = error.map_or(String::new(), |error| sentence(&error.message));
    }
    let label = |name: &str| label(fields, name);
    errors.iter().map(|error| (error.field.clone(), format!("{}: {}", label(&error.field), error.message))).collect()
}

/// The label of a field, for a list of errors.
fn label(fields: &[Field], name: &str) -> String {
    fields.iter().find(|field| field.name == name).map_or_else(|| name.to_owned(), |field| field.label.clone())
}

/// With a capital and a full stop, to stand beside its field.
pub(super) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let Some(first) = letters.next() else { return String::new() };
    let stop = if words.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
}

pub const PASSWORD_HELP: &str = "At least 12 characters. Several words that do not belong together are good.";
