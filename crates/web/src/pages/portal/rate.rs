//! How it was: the one question after closing, in the portal and from the link in the mail that tells of the end.

use askama::Template;
use axum::{
    extract::{Path, Query, RawForm, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use desk::{Desk, Shown};
use model::{Actor, Command, FieldError, Input, Moment, Refusal, Value, Via, lifecycle::WITHDRAWN};
use serde::Deserialize;

use super::list;
use crate::{
    App, Refused,
    pages::{sign_in, welcome::sentence},
    record::{address::pairs, sent::Sent},
    view::shell::Shell,
};

/// The five answers, the best first.
pub const RATINGS: [(u8, &str); 5] =
    [(5, "Very happy"), (4, "Happy"), (3, "Neither nor"), (2, "Unhappy"), (1, "Very unhappy")];

#[derive(Template)]
#[template(path = "portal/rate.html")]
struct RatePage {
    shell: Shell,
    token: String,
    number: String,
    heading: String,
    /// The five answers; the one that the link in the mail stands for is chosen already.
    options: Vec<(u8, &'static str, bool)>,
    comment: String,
    /// The word that was given; empty while it is asked.
    given: String,
    errors: Vec<(String, String)>,
}

/// What a link says beside its token. Programs of mail and of firewalls add words of their own; those are not ours to refuse.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    rating: String,
}

/// The word of the rating that a person gave a ticket; `None` where they have not.
pub async fn given(
    desk: &Desk,
    actor: &Actor,
    (number, requester): (&str, &str),
    now: Moment,
) -> Result<Option<String>, Refusal> {
    let catalog = desk.catalog();
    let Some(feedback) = catalog.find("feedback") else { return Ok(None) };
    if requester.is_empty() {
        return Ok(None);
    }
    let taken_back = WITHDRAWN.join(", ");
    let filter = format!(
        "ticket = \"{number}\" and requester = \"{requester}\" and nature = rating and not state in ({taken_back})"
    );
    let given = list(desk, actor, feedback, (&filter, ""), &["rating"], 1, now).await?;
    let word = |given: &Shown| {
        let said = given.fields().get("rating").and_then(Value::as_number);
        let word = RATINGS.iter().find(|(rating, _)| said == Some((*rating).into()));
        word.map(|(_, word)| (*word).to_string()).unwrap_or_default()
    };
    Ok(given.first().map(word))
}

/// Keeps the rating of a ticket. The door takes one of each person; where there is one already, that one stands.
///
/// # Errors
/// `Invalid` beside what is missing.
pub async fn give(
    desk: &Desk,
    actor: &Actor,
    (number, requester): (&str, &str),
    (rating, comment): (&str, &str),
    now: Moment,
) -> Result<(), Refusal> {
    if !RATINGS.iter().any(|(known, _)| known.to_string() == rating.trim()) {
        return Err(Refusal::field("rating", "choose one of the five answers"));
    }
    let fields =
        [("nature", "rating"), ("ticket", number), ("requester", requester), ("rating", rating), ("comment", comment)];
    let fields = fields.map(|(name, text)| (name.to_string(), text.to_string()));
    let command = Command::Create { kind: "feedback".into(), number: None, input: Input::text(fields) };
    // People of the house have no right of their own to write down what they feel: the house does it for them.
    let house = Actor::system("rating", Via::Web);
    let writer = if actor.customer.is_some() { actor } else { &house };
    match desk.perform(writer, command, now).await {
        Err(Refusal::Invalid(_)) if given(desk, actor, (number, requester), now).await?.is_some() => Ok(()),
        done => done.map(drop),
    }
}

/// `GET /rate/{token}`: what the mail leads to. Programs that open links before people do say nothing by it.
pub async fn open(
    State(app): State<App>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Refused> {
    let holder = app.desk.asked_by_link(&token, app.now()).await.map_err(worn_out)?;
    let whose = (holder.shown.number(), holder.requester.as_str());
    let given = given(&app.desk, &holder.actor, whose, app.now()).await?;
    let chosen = asked.rating.trim().parse().unwrap_or_default();
    Ok(Html(page(&holder.shown, token, chosen, String::new(), given.unwrap_or_default()).render()?))
}

fn page(shown: &Shown, token: String, chosen: u8, comment: String, given: String) -> RatePage {
    RatePage {
        shell: sign_in::outside("/"),
        token,
        number: shown.number().into(),
        heading: shown.title().into(),
        options: RATINGS.iter().map(|(value, word)| (*value, *word, *value == chosen)).collect(),
        comment,
        given,
        errors: Vec::new(),
    }
}

/// `POST /rate/{token}`
pub async fn send(
    State(app): State<App>,
    Path(token): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let holder = app.desk.asked_by_link(&token, app.now()).await.map_err(worn_out)?;
    let sent = Sent::new(pairs(&body));
    let (rating, comment) = (sent.text("rating"), sent.text("comment"));
    let number = holder.shown.number().to_string();
    let whose = (number.as_str(), holder.requester.as_str());
    let answered = give(&app.desk, &holder.actor, whose, (&rating, &comment), app.now()).await;
    let chosen = rating.trim().parse().unwrap_or_default();
    match answered {
        // Read back: the first answer stands, and a second one is told it.
        Ok(()) => {
            let given = given(&app.desk, &holder.actor, whose, app.now()).await?.unwrap_or_default();
            Ok(Html(page(&holder.shown, token, chosen, comment, given).render()?).into_response())
        }
        Err(Refusal::Invalid(errors)) => {
            let told = |error: &FieldError| (error.field.clone(), sentence(&error.message));
            let asked = page(&holder.shown, token, chosen, comment, String::new());
            let page = RatePage { errors: errors.iter().map(told).collect(), ..asked };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

fn worn_out(refusal: Refusal) -> Refused {
    match refusal {
        Refusal::NotFound => Refused::new(StatusCode::NOT_FOUND, "This link is too old, or what it is about goes on."),
        other => other.into(),
    }
}
