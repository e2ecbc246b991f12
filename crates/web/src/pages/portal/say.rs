//! Saying how we do: a complaint that somebody answers, or a compliment.

use askama::Template;
use axum::{
    extract::{Query, RawForm, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use model::{Command, FieldError, Input, Refusal};
use serde::Deserialize;

use super::{
    home::address,
    report::{ShortPage, field, placed, service_field},
};
use crate::{
    App, Refused, Seat, flash,
    record::{address::pairs, edit, sent::Sent},
    view::{
        field::{Control, Field},
        parts::{Link, Mark},
        shell::Shell,
    },
};

#[derive(Template)]
#[template(path = "portal/say.html")]
struct SayPage {
    shell: Shell,
    complaints: Vec<(Link, Mark)>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    about: String,
    ticket: String,
}

/// `GET /portal/say`: which of the two; with `?about=` its form.
pub async fn open(seat: Seat, State(app): State<App>, Query(asked): Query<Asked>) -> Result<Html<String>, Refused> {
    let mut sent = Sent::default();
    sent.set("about", &asked.about);
    sent.set("ticket", &asked.ticket);
    if !asked.about.is_empty() {
        return Ok(Html(form(&app, &seat, &sent, &[]).await?.render()?));
    }
    let catalog = app.desk.catalog();
    let cards = super::home::cards(&app, &seat, &catalog, "requester = me", 20).await?;
    let complaint = |card: &super::home::Card| card.number.starts_with("CPT-");
    let complaints = cards.into_iter().filter(complaint).map(|card| (card.link, card.state)).collect();
    Ok(Html(SayPage { shell: super::shell(&app, &seat, "/portal/say").await?, complaints }.render()?))
}

/// `POST /portal/say`
pub async fn send(seat: Seat, State(app): State<App>, RawForm(body): RawForm) -> Result<Response, Refused> {
    let sent = Sent::new(pairs(&body));
    let complaint = is_complaint(&sent)?;
    let ticket = sent.text("ticket");
    let (kind, fields) = if complaint {
        ("complaint", vec![("text", sent.text("text")), ("service", sent.text("service"))])
    } else {
        let fixed = [("nature", "compliment".to_string()), ("rating", "5".to_string())];
        let said = [("comment", sent.text("text")), ("service", sent.text("service")), ("ticket", ticket.clone())];
        ("feedback", fixed.into_iter().chain(said).collect())
    };
    if sent.text("text").trim().is_empty() {
        let errors = [FieldError::new("text", "needs some words")];
        return refused(&app, &seat, &sent, &errors).await;
    }
    let fields = fields.into_iter().map(|(name, text)| (name.to_string(), text));
    let command = Command::Create { kind: kind.into(), number: None, input: Input::text(fields) };
    match edit::once(&app, &seat, &sent, command).await {
        Ok(done) if complaint => {
            Ok(flash::said(&address(&done.number), "Thank you for telling us. Somebody answers you here."))
        }
        Ok(_) => Ok(flash::said("/portal/say", "Thank you. We pass it on.")),
        Err(Refusal::Invalid(errors)) => refused(&app, &seat, &sent, &errors).await,
        Err(other) => Err(other.into()),
    }
}

async fn refused(app: &App, seat: &Seat, sent: &Sent, errors: &[FieldError]) -> Result<Response, Refused> {
    let page = form(app, seat, sent, errors).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}

fn is_complaint(sent: &Sent) -> Result<bool, Refusal> {
    match sent.text("about").as_str() {
        "complaint" => Ok(true),
        "compliment" => Ok(false),
        other => Err(Refusal::Query(format!("about: \"{other}\" is neither complaint nor compliment"))),
    }
}

async fn form(app: &App, seat: &Seat, sent: &Sent, errors: &[FieldError]) -> Result<ShortPage, Refusal> {
    let complaint = is_complaint(sent)?;
    let words = Control::Lines { value: sent.text("text"), max: Some(model::types::LONG_MAX) };
    let label = if complaint { "What is wrong?" } else { "What was good?" };
    let mut fields = vec![Field { required: true, ..field("text", label, "In your own words.", words) }];
    fields.extend(service_field(app, seat, &sent.text("service")).await?);
    let errors: Vec<FieldError> = errors
        .iter()
        .map(|error| match error.field.as_str() {
            "comment" => FieldError::new("text", error.message.clone()),
            _ => error.clone(),
        })
        .collect();
    let errors = placed(&mut fields, &errors);
    Ok(ShortPage {
        shell: super::shell(app, seat, "/portal/say").await?,
        heading: if complaint { "Complain" } else { "Say thank you" },
        lede: if complaint {
            "It goes to the person who looks after your organisation, is answered, and counts in our reviews."
        } else {
            "It goes to whoever did it."
        },
        action: "/portal/say",
        button: "Send",
        once: edit::token(),
        carried: vec![("about", sent.text("about")), ("ticket", sent.text("ticket"))],
        fields,
        errors,
    })
}
