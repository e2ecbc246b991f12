//! One management review as its meeting needs it: inputs that fill themselves, what was decided before, decisions that become
//! actions, minutes to be signed.

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::{Desk, Shown, rights};
use kinds::performance::management_review as review;
use model::{Act, Actor, Command, FieldError, Input, Moment, Refusal, Target, Value, command::Raw, words::counted};
use serde_json::{Value as Json, json};

use super::{
    agenda::{self, Room},
    facts::rows,
    input,
};
use crate::{
    App, Refused, Seat, flash,
    pages::{
        decision::Typed,
        lines::{self, Line},
        welcome::told as beside,
    },
    view::{
        field::{Control, Field},
        parts::{Link, Mark},
        shell::Shell,
        state, text, time,
    },
};

#[derive(Template)]
#[template(path = "page/review.html")]
pub struct ReviewPage {
    pub shell: Shell,
    pub number: String,
    pub title: String,
    pub mark: Mark,
    pub lede: String,
    pub inputs: Vec<Topic>,
    pub carried: Vec<Line>,
    pub decisions: Vec<Decided>,
    pub minutes: String,
    pub signed: String,
    pub record: String,
    pub steps: Vec<Link>,
    pub may_write: bool,
    pub fields: Vec<Field>,
    pub errors: Vec<(String, String)>,
    pub now: model::Moment,
}

/// One input: its letter in the standard, our words for it, and what stands; both texts as sanitised markup.
pub struct Topic {
    pub letter: String,
    pub label: String,
    /// What stands, in Markdown.
    pub written: String,
    pub stands: String,
    /// What the records say today, where that is not what stands.
    pub today: String,
}

pub struct Decided {
    pub text: String,
    pub action: Link,
    pub mark: Option<Mark>,
}

/// `GET /road/reviews/{number}`
pub async fn open(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, &number, &Typed::default(), Vec::new()).await?.render()?))
}

async fn page(
    app: &App,
    seat: &Seat,
    number: &str,
    typed: &Typed,
    errors: Vec<FieldError>,
) -> Result<ReviewPage, Refusal> {
    desk::rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let shown = desk.show(actor, "management_review", number, None, now).await?;
    let catalog = desk.catalog();
    let kind = catalog.find("management_review").ok_or(Refusal::NotFound)?;
    let room = Room::of(desk, actor, &shown, now).await?;
    let is_closed = shown.state() == "closed";
    let counted = if is_closed { Vec::new() } else { agenda::inputs(&room).await? };
    let may_write = shown.can(Act::Edit) && !is_closed;
    let mut fields = if may_write && may_act(app, seat) {
        typed.fields(Control::Lines { value: typed.text.clone(), max: Some(5_000) }, "By e-mail.")
    } else {
        Vec::new()
    };
    let errors = beside(&mut fields, &errors);
    let steps = kind.lifecycle.steps_from(shown.state()).filter(|_| shown.can(Act::Step));
    let steps = steps.filter(|step| matches!(step.to, "held" | "closed" | "planned")).map(|step| {
        let words = match step.to {
            "held" => "It was held",
            "closed" => "Sign the minutes",
            _ => "Reopen it",
        };
        Link::new(words, format!("/management_reviews/{number}/step?to={}", step.to))
    });
    Ok(ReviewPage {
        title: shown.title().to_owned(),
        mark: state::mark(kind, shown.state()),
        lede: lede(&shown, &room, now),
        inputs: topics(kind, &shown, &counted),
        carried: carried(app, seat, &room).await?,
        decisions: decisions(app, seat, &shown).await?,
        minutes: minutes(&shown, "text").map_or(String::new(), |words| text::markdown(&words)),
        signed: signed(app, seat, &shown).await?,
        record: format!("/management_reviews/{number}"),
        steps: steps.collect(),
        number: number.to_owned(),
        may_write,
        fields,
        errors,
        now,
        shell: Shell { views: true, ..crate::shell(app, seat, "/road").await },
    })
}

fn may_act(app: &App, seat: &Seat) -> bool {
    app.desk.catalog().find("action").is_some_and(|kind| rights::may(&seat.actor, kind, Act::Create, None))
}

fn lede(shown: &Shown, room: &Room<'_>, now: model::Moment) -> String {
    let since = match room.earlier.first() {
        Some(last) => format!("The last one was {} on {}.", last.number(), time::day(room.since)),
        None => "It is the first one.".into(),
    };
    match review::PREPARED_ON.get(shown.fields()) {
        Some(at) => format!("{since} Figures were counted {}.", time::when(at, now).near),
        None => format!("{since} Nothing was counted yet."),
    }
}

pub(super) fn topics(kind: &model::Kind, shown: &Shown, counted: &[(&'static str, String)]) -> Vec<Topic> {
    let labels = kind.find(review::INPUTS.name).map(|field| field.ty.clone());
    let label = |letter: &str| match &labels {
        Some(model::Type::Parts(parts)) => {
            parts.iter().find(|part| part.name == letter).map_or(String::new(), |part| part.label.clone())
        }
        _ => String::new(),
    };
    let stands = shown.fields().get(review::INPUTS.name);
    let topic = |letter: &&str| {
        let stands = stands.and_then(|inputs| inputs.part(letter)).and_then(Value::as_text).unwrap_or_default();
        let today = counted.iter().find(|(known, _)| known == letter).map_or("", |(_, text)| text.as_str());
        Topic {
            letter: (*letter).to_owned(),
            label: label(letter),
            written: stands.to_owned(),
            stands: text::markdown(stands),
            today: if stands == today { String::new() } else { text::markdown(today) },
        }
    };
    review::INPUT_LETTERS.iter().map(topic).collect()
}

/// Open actions of earlier reviews: they are carried over until they are done.
pub(super) async fn carried(app: &App, seat: &Seat, room: &Room<'_>) -> Result<Vec<Line>, Refusal> {
    if room.earlier.is_empty() {
        return Ok(Vec::new());
    }
    let sources: Vec<String> = room.earlier.iter().map(|shown| format!("source = \"{}\"", shown.number())).collect();
    let filter = format!("phase != done and ({})", sources.join(" or "));
    let catalog = app.desk.catalog();
    let kind = catalog.find("action").ok_or(Refusal::NotFound)?;
    let query = lines::query_of(kind, Some(kind.name), &filter, "due", 50)?;
    Ok(lines::lines(&app.desk, &seat.actor, &query, seat.now).await?.0)
}

pub(super) async fn decisions(app: &App, seat: &Seat, shown: &Shown) -> Result<Vec<Decided>, Refusal> {
    let catalog = app.desk.catalog();
    let mut told = Vec::new();
    for row in rows(shown, review::DECISIONS.name) {
        let words = row.part("text").and_then(Value::as_text).unwrap_or_default().to_owned();
        let number = row.part("action").and_then(Value::as_text).unwrap_or_default();
        let action = match app.desk.show(&seat.actor, "action", number, None, seat.now).await {
            Ok(action) => Some(action),
            Err(Refusal::NotFound) => None,
            Err(refusal) => return Err(refusal),
        };
        let mark = action.as_ref().zip(catalog.find("action")).map(|(action, kind)| state::mark(kind, action.state()));
        let href = if action.is_some() { format!("/actions/{number}") } else { String::new() };
        told.push(Decided { text: words, action: Link::new(number, href), mark });
    }
    Ok(told)
}

pub(super) fn minutes(shown: &Shown, part: &str) -> Option<String> {
    let value = shown.fields().get(review::MINUTES.name)?.part(part)?;
    Some(model::Type::Mixed.print(value))
}

///
/// # Errors
/// Only what the desk itself cannot do.
pub(super) async fn signed(app: &App, seat: &Seat, shown: &Shown) -> Result<String, Refusal> {
    let mails = ["written_by", "approved_by"].into_iter().filter_map(|part| minutes(shown, part)).collect();
    let names = app.desk.names_of(&seat.actor, Default::default(), mails, seat.now).await?;
    let by = |part: &str| minutes(shown, part).map(|mail| lines::person(&mail, &names).name);
    let writer = by("written_by").map(|by| format!("Written by {by}. ")).unwrap_or_default();
    Ok(match (by("approved_by"), minutes(shown, "approved_on")) {
        (Some(by), Some(on)) if shown.state() == "closed" => {
            let at = shown.fields().get(review::MINUTES.name).and_then(|minutes| minutes.part("signed_at"));
            let on = at.and_then(Value::as_moment).map_or(on, time::exact);
            let meaning =
                minutes(shown, "meaning").map(|words| format!(": \u{201c}{words}\u{201d}")).unwrap_or_default();
            format!("{writer}Signed by {by} on {on}{meaning} Nothing of it can be changed.")
        }
        (Some(by), Some(on)) => format!("Approved by {by} on {on}; it can be changed until the review is closed."),
        _ => "Not signed yet.".into(),
    })
}

/// `POST /road/reviews/{number}/prepare`: counts the inputs and writes them down, those that are empty or all of them.
pub async fn prepare(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let all = sent.iter().any(|(name, value)| name == "which" && value == "all");
    let count = fill(&app.desk, &seat.actor, &number, all, seat.now).await?;
    let words = match count {
        0 => "Every input stands already.".to_owned(),
        count => format!("Counted from the records and written down: {}.", counted(count, "input", "inputs")),
    };
    Ok(flash::said(&format!("/road/reviews/{number}"), words))
}

/// Counts the inputs of a review from the records of this instant and writes them down, those that are empty or all of them;
/// answers how many.
///
/// # Errors
/// `NotFound` for a review that is not there, and what the door refuses.
pub async fn fill(desk: &Desk, actor: &Actor, number: &str, all: bool, now: Moment) -> Result<usize, Refusal> {
    let shown = desk.show(actor, "management_review", number, None, now).await?;
    let room = Room::of(desk, actor, &shown, now).await?;
    let stands = shown.fields().get(review::INPUTS.name);
    let mut counted = serde_json::Map::new();
    for (letter, text) in agenda::inputs(&room).await? {
        let is_filled = stands.and_then(|inputs| inputs.part(letter)).is_some_and(Value::is_filled);
        if all || !is_filled {
            counted.insert(letter.into(), text.into());
        }
    }
    let count = counted.len();
    if count > 0 {
        let mut input = Input::json([(review::PREPARED_ON.name.to_owned(), json!(now.to_string()))]);
        input.fields.insert(review::INPUTS.name.into(), Raw::Merge(Json::Object(counted)));
        let target = Target { kind: "management_review".into(), number: number.into(), version: Some(shown.version()) };
        desk.perform(actor, Command::Edit { target, input }, now).await?;
    }
    Ok(count)
}

/// `POST /road/reviews/{number}/decide`: a decision, and the action that follows from it.
pub async fn decide(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let typed = Typed::of(&sent);
    match decided(&app, &seat, &number, &typed).await {
        Ok(words) => Ok(flash::said(&format!("/road/reviews/{number}#decisions"), words)),
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, &number, &typed, errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn decided(app: &App, seat: &Seat, number: &str, typed: &Typed) -> Result<String, Refusal> {
    let shown = app.desk.show(&seat.actor, "management_review", number, None, seat.now).await?;
    typed.complete()?;
    let mut rows: Vec<Json> = rows(&shown, review::DECISIONS.name).map(Value::to_json).collect();
    let mut actions = shown.fields().get(review::ACTIONS.name).map_or_else(|| json!([]), Value::to_json);
    let mut row = json!({"text": typed.text});
    let mut words = "The decision is written down.".to_owned();
    if !typed.none_needed {
        let fields =
            json!({"text": typed.text, "source": number, "owner": typed.owner, "due": typed.due, "priority": "high"});
        let create = Command::Create { kind: "action".into(), number: None, input: input(fields) };
        let action = app.desk.perform(&seat.actor, create, seat.now).await?.number;
        words = format!("The decision is written down, and {action} follows from it.");
        row["action"] = action.clone().into();
        if let Some(list) = actions.as_array_mut() {
            list.push(action.into());
        }
    }
    rows.push(row);
    let target = Target { kind: "management_review".into(), number: number.into(), version: Some(shown.version()) };
    let input = input(json!({"decisions": rows, "actions": actions}));
    app.desk.perform(&seat.actor, Command::Edit { target, input }, seat.now).await?;
    Ok(words)
}
