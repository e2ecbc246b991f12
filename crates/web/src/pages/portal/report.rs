//! Reporting a problem: one short form.

use askama::Template;
use axum::{
    extract::{Query, RawForm, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use model::{Command, FieldError, Input, Refusal};
use serde::Deserialize;

use super::{home::address, own_customer, services_of};
use crate::{
    App, Refused, Seat, flash,
    pages::welcome::sentence,
    record::{address::pairs, edit, sent::Sent},
    view::{
        field::{Control, Field, Pick},
        shell::Shell,
    },
};

#[derive(Template)]
#[template(path = "portal/short.html")]
pub struct ShortPage {
    pub shell: Shell,
    pub heading: &'static str,
    pub lede: &'static str,
    pub action: &'static str,
    pub button: &'static str,
    pub once: String,
    /// Carried along unseen.
    pub carried: Vec<(&'static str, String)>,
    pub fields: Vec<Field>,
    pub errors: Vec<(String, String)>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Asked {
    service: String,
    /// A ticket that has been over for too long to be opened again.
    again: String,
}

/// `GET /portal/report`
pub async fn open(seat: Seat, State(app): State<App>, Query(asked): Query<Asked>) -> Result<Html<String>, Refused> {
    let mut sent = Sent::default();
    sent.set("service", &asked.service);
    if !asked.again.is_empty() {
        let before = app.desk.find(&seat.actor, &asked.again, seat.now).await?;
        sent.set("title", before.title());
        sent.set("service", super::text(&before, "service"));
        sent.set("description", &format!("Again, as in {}:\n\n", before.number()));
    }
    Ok(Html(page(&app, &seat, &sent, &[]).await?.render()?))
}

/// `POST /portal/report`
pub async fn send(seat: Seat, State(app): State<App>, RawForm(body): RawForm) -> Result<Response, Refused> {
    let sent = Sent::new(pairs(&body));
    let mut fields = vec![("contact_type".to_string(), "portal".to_string())];
    fields.extend(["title", "description", "service"].map(|name| (name.to_string(), sent.text(name))));
    let command = Command::Create { kind: "incident".into(), number: None, input: Input::text(fields) };
    match edit::once(&app, &seat, &sent, command).await {
        Ok(done) => Ok(flash::said(&address(&done.number), format!("{} is sent. We look at it now.", done.number))),
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, &sent, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

async fn page(app: &App, seat: &Seat, sent: &Sent, errors: &[FieldError]) -> Result<ShortPage, Refusal> {
    let line = Control::Line {
        value: sent.text("title"),
        kind: "text",
        autocomplete: "off",
        max: Some(model::types::TEXT_MAX),
    };
    let words = Control::Lines { value: sent.text("description"), max: Some(model::types::LONG_MAX) };
    let title = Field { required: true, ..field("title", "What does not work?", "One line.", line) };
    let help = "What you did, what happened, since when, and whether others have it too.";
    let mut fields = vec![title, field("description", "Tell us more", help, words)];
    fields.extend(service_field(app, seat, &sent.text("service")).await?);
    let errors = placed(&mut fields, errors);
    Ok(ShortPage {
        shell: super::shell(app, seat, "").await?,
        heading: "Report a problem",
        lede: "We read it at once in service hours and tell you here how it goes on.",
        action: "/portal/report",
        button: "Send",
        once: edit::token(),
        carried: Vec::new(),
        fields,
        errors,
    })
}

pub fn field(name: &str, label: &str, help: &str, control: Control) -> Field {
    Field { name: name.into(), label: label.into(), help: help.into(), wide: true, control, ..Field::default() }
}

/// A choice among the services that the reader's customer receives; none where it receives none.
pub async fn service_field(app: &App, seat: &Seat, chosen: &str) -> Result<Option<Field>, Refusal> {
    let customer = own_customer(&app.desk, &seat.actor, seat.now).await?;
    let numbers = services_of(customer.as_ref());
    if numbers.is_empty() {
        return Ok(None);
    }
    let names = app.desk.names_of(&seat.actor, numbers.iter().cloned().collect(), Default::default(), seat.now).await?;
    let mut options: Vec<Pick> = Vec::with_capacity(numbers.len());
    for number in numbers {
        let known = names.records.get(&number).map(|(title, _)| title.clone());
        let label = known.unwrap_or_else(|| number.clone());
        options.push(Pick { chosen: number == chosen, label, value: number });
    }
    options.sort_by(|left, right| left.label.cmp(&right.label));
    let control = Control::Choice { options, blank: Some("I do not know".into()) };
    Ok(Some(field("service", "Which service?", "", control)))
}

/// Puts each error beside its field, and lists all of them.
pub fn placed(fields: &mut [Field], errors: &[FieldError]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for error in errors {
        match fields.iter_mut().find(|field| field.name == error.field) {
            Some(field) => {
                field.error = sentence(&error.message);
                all.push((field.name.clone(), format!("{} {}", field.label, field.error)));
            }
            None => all.push((String::new(), sentence(&format!("{}: {}", error.field, error.message)))),
        }
    }
    all
}
