//! Words of automatic mail, with a look at how they read.

use askama::Template;
use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use desk::post::Text;
use mail::text::Words;
use model::{FieldError, Refusal};
use serde::Deserialize;

use super::super::tabs;
use crate::{
    Administrator, App, Refused, flash,
    pages::welcome::sentence,
    view::{parts::Tab, shell::Shell},
};

#[derive(Template)]
#[template(path = "page/admin_mail_texts.html")]
struct TextsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    errors: Vec<(String, String)>,
    texts: Vec<TextForm>,
    names: [(&'static str, &'static str); 13],
}

struct TextForm {
    name: &'static str,
    label: &'static str,
    help: &'static str,
    own: bool,
    subject: String,
    body: String,
    subject_error: String,
    body_error: String,
    /// How it reads for an example; `None` until somebody looks.
    preview: Option<Text>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    occasion: String,
    subject: String,
    body: String,
    act: String,
}

/// `GET /administration/mail/texts`
pub async fn open(seat: Administrator, State(app): State<App>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, None, &[], None).await?.render()?))
}

/// `POST /administration/mail/texts`: looks at a text, saves it, or goes back to the offered one.
pub async fn save(seat: Administrator, State(app): State<App>, Form(typed): Form<Typed>) -> Result<Response, Refused> {
    let text = Text { subject: typed.subject.clone(), body: typed.body.clone() };
    let outcome = match typed.act.as_str() {
        "preview" => match app.desk.preview_mail_text(&text) {
            Ok(preview) => {
                let page = page(&app, &seat, Some(&typed), &[], Some(preview)).await?.render()?;
                return Ok(Html(page).into_response());
            }
            Err(refusal) => Err(refusal),
        },
        "reset" => {
            let empty = Text { subject: String::new(), body: String::new() };
            app.desk.set_mail_text(&seat.0.actor, &typed.occasion, empty, seat.0.now).await
        }
        _ => app.desk.set_mail_text(&seat.0.actor, &typed.occasion, text, seat.0.now).await,
    };
    match outcome {
        Ok(()) => Ok(flash::said("/administration/mail/texts", "The words are saved.")),
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, Some(&typed), &errors, None).await?.render()?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn page(
    app: &App,
    Administrator(seat): &Administrator,
    typed: Option<&Typed>,
    errors: &[FieldError],
    mut preview: Option<Text>,
) -> Result<TextsPage, Refused> {
    let known = app.desk.mail_texts(&seat.actor, seat.now).await?;
    let (mut texts, mut listed) = (Vec::new(), Vec::new());
    for (occasion, text, own) in known {
        let typed = typed.filter(|typed| typed.occasion == occasion.name);
        let text = typed.map_or(text, |typed| Text { subject: typed.subject.clone(), body: typed.body.clone() });
        let error = |field: &str| {
            let own = errors.iter().filter(|_| typed.is_some()).find(|error| error.field == field);
            own.map_or(String::new(), |error| sentence(&error.message))
        };
        let (subject_error, body_error) = (error("subject"), error("body"));
        for (name, error) in [("Subject", &subject_error), ("Text", &body_error)] {
            if !error.is_empty() {
                listed.push((name.to_string(), format!("{}, {}: {error}", occasion.label, name.to_lowercase())));
            }
        }
        let preview = typed.and_then(|_| preview.take());
        let (name, label, help) = (occasion.name, occasion.label, occasion.help);
        let Text { subject, body } = text;
        texts.push(TextForm { name, label, help, own, subject, body, subject_error, body_error, preview });
    }
    let shell = Shell { views: true, ..crate::shell(app, seat, "/administration").await };
    Ok(TextsPage { shell, tabs: tabs("mail"), errors: listed, texts, names: Words::NAMES })
}
