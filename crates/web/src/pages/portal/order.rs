//! Ordering: what one gets, what it costs, how long it takes, who must allow it, and the form of the request model.

use askama::Template;
use axum::{
    extract::{Path, RawForm, RawQuery, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use desk::Shown;
use model::{Command, FieldError, Fields, Input, Kind, Refusal, Value, command::Raw, questions::Questions};

use super::{
    home::address,
    terms::{self, Terms},
    text,
};
use crate::{
    App, Refused, Seat, flash,
    pages::welcome::sentence,
    record::{
        address::pairs,
        edit,
        form::{self, Draw},
        sent::Sent,
    },
    view::{field::Field, shell::Shell, text::markdown},
};

#[derive(Template)]
#[template(path = "portal/order.html")]
struct OrderPage {
    shell: Shell,
    action: String,
    once: String,
    heading: String,
    about: String,
    terms: Terms,
    /// Headings with their questions.
    sections: Vec<(String, Vec<Field>)>,
    more: bool,
    comment: Field,
    errors: Vec<(String, String)>,
}

/// The model that is ordered, its form, and the kind of a request as this model shapes it.
struct Offer {
    model: Shown,
    questions: Questions,
    kind: Kind,
}

async fn offer(app: &App, seat: &Seat, number: &str) -> Result<Offer, Refused> {
    let catalog = app.desk.catalog();
    let model = terms::offered(app, seat, number).await?;
    let kind = catalog.find("service_request").ok_or_else(Refused::not_found)?;
    let unusable = |why: Vec<String>| Refusal::field("model", format!("this form cannot be used: {}", why.join("; ")));
    let questions = Questions::read(model.fields().get("questions")).map_err(unusable)?;
    let kind = questions.shape(kind, "answers");
    Ok(Offer { model, questions, kind })
}

/// `GET /portal/order/{number}`; parameters fill answers in.
pub async fn open(
    seat: Seat,
    State(app): State<App>,
    Path(number): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Html<String>, Refused> {
    let offer = offer(&app, &seat, &number).await?;
    let mut sent = Sent::new(pairs(query.unwrap_or_default().as_bytes()));
    terms::begin(&app, &seat, &offer.model, &offer.questions, &mut sent).await?;
    Ok(Html(page(&app, &seat, &offer, &sent, &[], false).await?.render()?))
}

/// `POST /portal/order/{number}`
pub async fn send(
    seat: Seat,
    State(app): State<App>,
    Path(number): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let offer = offer(&app, &seat, &number).await?;
    let sent = Sent::new(pairs(&body));
    // Some questions follow from answers: without a script they come with the next page.
    let more = unasked(&offer, &sent);
    if more || sent.get("__update").is_some() {
        return Ok(Html(page(&app, &seat, &offer, &sent, &[], more).await?.render()?).into_response());
    }
    let command = Command::Create { kind: "service_request".into(), number: None, input: input(&offer, &sent) };
    match edit::once(&app, &seat, &sent, command).await {
        Ok(done) => Ok(flash::said(&address(&done.number), format!("{} is sent.", done.number))),
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, &offer, &sent, &errors, false).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

/// The answers so far, as they would be kept.
fn answers(offer: &Offer, sent: &Sent) -> Option<Value> {
    let ty = &offer.kind.find("answers")?.ty;
    match sent.raw(ty, "answers") {
        Raw::Json(json) => Value::from_json(&json),
        _ => None,
    }
}

/// Whether a question is asked now that the sent form did not show.
fn unasked(offer: &Offer, sent: &Sent) -> bool {
    let given = answers(offer, sent);
    let asked = offer.questions.asked(given.as_ref());
    asked.iter().any(|question| !sent.has(&format!("answers.{}", question.field.name)))
}

fn input(offer: &Offer, sent: &Sent) -> Input {
    let mut fields = Input::text([
        ("model".to_string(), offer.model.number().to_string()),
        ("contact_type".to_string(), "portal".to_string()),
        ("description".to_string(), sent.text("description")),
    ])
    .fields;
    if let (false, Some(field)) = (offer.questions.is_empty(), offer.kind.find("answers")) {
        fields.insert("answers".into(), sent.raw(&field.ty, "answers"));
    }
    Input { fields }
}

async fn page(
    app: &App,
    seat: &Seat,
    offer: &Offer,
    sent: &Sent,
    errors: &[FieldError],
    more: bool,
) -> Result<OrderPage, Refusal> {
    let model = &offer.model;
    let mut fields = Fields::from([("model".to_string(), Value::text(model.number()))]);
    fields.extend(answers(offer, sent).map(|answers| ("answers".to_string(), answers)));
    let terms = Terms::of(app, seat, model, fields).await?;
    let names = edit::names(app, seat, &offer.kind, sent).await?;
    let draw = Draw { kind: &offer.kind, sent, names: &names, errors, state: "new", outer: true };
    let drawn = form::part_fields(&draw, "answers");
    let asked = offer.questions.asked(answers(offer, sent).as_ref());
    let mut sections: Vec<(String, Vec<Field>)> = Vec::new();
    for question in asked {
        let name = format!("answers.{}", question.field.name);
        let Some(field) = drawn.iter().find(|field| field.name == name).cloned() else { continue };
        match sections.last_mut().filter(|section| section.0 == question.section) {
            Some(section) => section.1.push(field),
            None => sections.push((question.section.clone(), vec![field])),
        }
    }
    let comment = Field {
        label: "Anything else".into(),
        help: "What else we should know.".into(),
        required: false,
        ..form::one(&draw, "description").unwrap_or_default()
    };
    let summary = form::summary(&draw).into_iter().map(|(name, why)| {
        let why = why.strip_prefix("Answers: ").map(sentence).unwrap_or(why);
        (name, why)
    });
    Ok(OrderPage {
        shell: super::shell(app, seat, "").await?,
        action: format!("/portal/order/{}", crate::pages::lines::encoded(model.number())),
        once: edit::token(),
        heading: model.title().into(),
        about: markdown(text(model, "instructions")),
        terms,
        sections,
        more,
        comment,
        errors: summary.collect(),
    })
}
