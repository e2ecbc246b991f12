//! The way in: signing in, and the very first start, when nobody has an account yet.

use askama::Template;

use crate::view::{
    field::{Control, Field},
    shell::Shell,
};

/// `GET /sign-in`, and the answer to a failed `POST /sign-in`.
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

/// `GET /first-start?token=` with the link that the terminal printed, and the answer to a refused `POST /first-start`.
#[derive(Template)]
#[template(path = "page/first_start.html")]
pub struct FirstStartPage {
    pub shell: Shell,
    pub token: String,
    /// Field name and sentence, for the summary.
    pub errors: Vec<(String, String)>,
    pub fields: Vec<Field>,
}

/// What the first administrator types.
#[derive(Clone, Debug, Default)]
pub struct FirstAccount {
    pub name: String,
    pub email: String,
}

impl FirstStartPage {
    pub fn new(shell: Shell, token: &str, typed: &FirstAccount, errors: Vec<(String, String)>) -> FirstStartPage {
        let mut fields = vec![
            line("name", "Your name", "text", &typed.name, "name", ""),
            line("email", "Your e-mail", "email", &typed.email, "username", "You sign in with it."),
            line("password", "Password", "password", "", "new-password", PASSWORD_HELP),
        ];
        for field in &mut fields {
            field.error =
                errors.iter().find(|(name, _)| *name == field.name).map_or(String::new(), |(_, why)| why.clone());
        }
        FirstStartPage { shell, token: token.to_owned(), errors, fields }
    }
}

pub const PASSWORD_HELP: &str = "At least 12 characters. Several words that do not belong together are good.";

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
