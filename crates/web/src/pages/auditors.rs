//! Seats of auditors from outside, for whoever runs the SMS: inviting them for some days, what they read, what they ask.

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::{
    accounts::AccountRow,
    auditors::{NewSeat, Reading},
};
use engines::conformity::catalogue;
use model::{FieldError, Moment, Refusal, suggest};

use super::{
    auditor::{QuestionLine, questions},
    welcome::told as beside,
};
use crate::{
    App, Refused, Seat, flash,
    view::{
        field::{Control, Field},
        parts::{Empty, Link, Mark, Shape, Tone, When},
        shell::Shell,
        time,
    },
};

const ADDRESS: &str = "/auditors";
/// Most readings on a page.
const READINGS: i64 = 300;

#[derive(Template)]
#[template(path = "page/auditors.html")]
struct AuditorsPage {
    shell: Shell,
    seats: Vec<SeatLine>,
    fields: Vec<Field>,
    errors: Vec<(String, String)>,
    nothing: Empty,
}

struct SeatLine {
    link: Link,
    email: String,
    from: String,
    until: String,
    limit: String,
    mark: Mark,
    seen: Option<When>,
}

#[derive(Template)]
#[template(path = "page/auditors_seat.html")]
struct SeatPage {
    shell: Shell,
    crumbs: Vec<Link>,
    address: String,
    line: SeatLine,
    host: String,
    /// The link for its owner, said once; empty otherwise.
    link: String,
    is_over: bool,
    until: Field,
    errors: Vec<(String, String)>,
    readings: Vec<ReadingLine>,
    more: bool,
    questions: Vec<QuestionLine>,
}

struct ReadingLine {
    at: String,
    page: Link,
    status: Mark,
    via: &'static str,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    pairs: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl Typed {
    fn get(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text.trim())
    }
}

type Sent = Form<Vec<(String, String)>>;

/// `GET /auditors`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, Typed::default()).await?.render()?))
}

async fn page(app: &App, seat: &Seat, typed: Typed) -> Result<AuditorsPage, Refused> {
    let seats = app.desk.seats(&seat.actor, seat.now).await?;
    let mut fields = fields(&typed, seat.now);
    let errors = beside(&mut fields, &typed.errors);
    Ok(AuditorsPage {
        shell: Shell { views: true, ..crate::shell(app, seat, ADDRESS).await },
        seats: seats.iter().map(|row| line(row, seat.now)).collect(),
        fields,
        errors,
        nothing: Empty {
            mark: Mark::new(Shape::Nothing, Tone::Mute, "Nobody is invited."),
            text: "Auditors of a certification body or a customer get a seat here for the days of their audit.".into(),
            step: None,
        },
    })
}

fn line(row: &AccountRow, now: Moment) -> SeatLine {
    let account = &row.account;
    let (from, until) = account.window.unwrap_or_default();
    let mark = match account {
        account if !account.active || until <= now => Mark::new(Shape::Closed, Tone::Mute, "Over"),
        _ if from > now => Mark::new(Shape::Ring, Tone::Mute, "Not yet"),
        _ if !row.has_password => Mark::new(Shape::New, Tone::Info, "Invited"),
        _ => Mark::new(Shape::Met, Tone::Ok, "Open"),
    };
    SeatLine {
        link: Link::new(&account.name, format!("{ADDRESS}/{}", account.id)),
        email: account.email.clone(),
        from: time::exact(from),
        until: time::exact(until),
        limit: if account.terms.clauses.is_empty() { "All".into() } else { account.terms.clauses.join(", ") },
        mark,
        seen: row.seen.map(|seen| time::when(seen, now)),
    }
}

fn fields(typed: &Typed, now: Moment) -> Vec<Field> {
    let line = |name: &str, label: &str, kind: &'static str, help: &str| Field {
        name: name.into(),
        label: label.into(),
        help: help.into(),
        required: name != "clauses",
        control: Control::Line { value: typed.get(name).into(), kind, autocomplete: "off", max: Some(200) },
        ..Field::default()
    };
    let begins = if typed.get("from").is_empty() { minute(now) } else { typed.get("from").to_string() };
    let instant = |name: &str, label: &str, value: String, help: &str| Field {
        name: name.into(),
        label: label.into(),
        help: help.into(),
        required: true,
        control: Control::Instant { value, zone: "UTC".into() },
        ..Field::default()
    };
    vec![
        line("name", "Name", "text", "Who comes."),
        line("email", "E-mail", "email", "What they sign in with."),
        instant("from", "From", begins, "From then on the link works."),
        instant(
            "until",
            "Until",
            typed.get("until").into(),
            "At this minute the seat ends, with everything that opens it.",
        ),
        line("clauses", "Clauses", "text", "Limits what is seen, such as 8.6, 9.2; empty for everything."),
    ]
}

/// `2026-11-12T08:40`, as a browser's field has it.
fn minute(at: Moment) -> String {
    at.to_string().chars().take(16).collect()
}

/// An instant as it is typed, in UTC where no zone is named; a day alone is its beginning.
fn instant(typed: &Typed, name: &str, errors: &mut Vec<FieldError>) -> Moment {
    let text = typed.get(name);
    let read = Moment::parse(text).or_else(|| Moment::parse(&format!("{text}:00Z")));
    let read = read.or_else(|| Moment::parse(&format!("{text}Z")));
    if read.is_none() {
        errors.push(FieldError::new(name, format!("\"{text}\" is not an instant such as 2026-11-12T08:40")));
    }
    read.unwrap_or_default()
}

fn read(typed: &Typed) -> Result<NewSeat, Vec<FieldError>> {
    let mut errors = Vec::new();
    let (from, until) = (instant(typed, "from", &mut errors), instant(typed, "until", &mut errors));
    let words = typed.get("clauses").split([',', ';', ' ']).filter(|word| !word.is_empty());
    let clauses: Vec<String> = words.map(str::to_string).collect();
    let known = || catalogue().clauses.iter().map(|clause| clause.id.as_str());
    for clause in clauses.iter().filter(|clause| !known().any(|known| known == clause.as_str())) {
        let hint = suggest::hint(clause, known());
        errors.push(FieldError::new("clauses", format!("\"{clause}\" is no clause of the standard{hint}")));
    }
    let new = NewSeat { email: typed.get("email").into(), name: typed.get("name").into(), from, until, clauses };
    if errors.is_empty() { Ok(new) } else { Err(errors) }
}

/// `POST /auditors`: gives a seat; the answer shows the link for its owner.
pub async fn give(seat: Seat, Held(app): Held<App>, Form(sent): Sent) -> Result<Response, Refused> {
    let typed = Typed { pairs: sent, ..Typed::default() };
    let given = match read(&typed) {
        Ok(new) => app.desk.give_seat(&seat.actor, new, seat.now).await,
        Err(errors) => Err(Refusal::Invalid(errors)),
    };
    match given {
        Ok((id, secret)) => shown(&app, &seat, id, &secret).await,
        Err(Refusal::Invalid(mut errors)) => {
            for error in &mut errors {
                if error.field == "valid_until" {
                    error.field = "until".into();
                }
            }
            let page = page(&app, &seat, Typed { errors, ..typed }).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `GET /auditors/{id}`
pub async fn show(seat: Seat, Held(app): Held<App>, Path(id): Path<String>) -> Result<Html<String>, Refused> {
    Ok(Html(seat_page(&app, &seat, number(&id)?, String::new(), Typed::default()).await?.render()?))
}

/// `POST /auditors/{id}/link`: a new link, as the old one was lost.
pub async fn link(seat: Seat, Held(app): Held<App>, Path(id): Path<String>) -> Result<Response, Refused> {
    let id = number(&id)?;
    let secret = app.desk.seat_link(&seat.actor, id, seat.now).await?;
    shown(&app, &seat, id, &secret).await
}

/// `POST /auditors/{id}/until`: ends the seat at another time; now, where none is said.
pub async fn end(
    seat: Seat,
    Held(app): Held<App>,
    Path(id): Path<String>,
    Form(sent): Sent,
) -> Result<Response, Refused> {
    let (id, typed) = (number(&id)?, Typed { pairs: sent, ..Typed::default() });
    let mut errors = Vec::new();
    let until = if typed.get("until").is_empty() { seat.now } else { instant(&typed, "until", &mut errors) };
    let ended = match errors.is_empty() {
        true => app.desk.end_seat(&seat.actor, id, until, seat.now).await,
        false => Err(Refusal::Invalid(errors)),
    };
    match ended {
        Ok(()) if until <= seat.now => Ok(flash::said(&format!("{ADDRESS}/{id}"), "The seat has ended.")),
        Ok(()) => Ok(flash::said(&format!("{ADDRESS}/{id}"), format!("The seat ends {}.", time::exact(until)))),
        Err(Refusal::Invalid(errors)) => {
            let page = seat_page(&app, &seat, id, String::new(), Typed { errors, ..typed }).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// The answer shows the link, so there is nothing to send the browser on to.
async fn shown(app: &App, seat: &Seat, id: i64, secret: &str) -> Result<Response, Refused> {
    let link = format!("{}/welcome/{secret}", app.settings.base);
    Ok(Html(seat_page(app, seat, id, link, Typed::default()).await?.render()?).into_response())
}

fn number(id: &str) -> Result<i64, Refused> {
    id.parse().map_err(|_| Refused::not_found())
}

async fn seat_page(app: &App, seat: &Seat, id: i64, link: String, typed: Typed) -> Result<SeatPage, Refused> {
    let row = app.desk.seat(&seat.actor, id, seat.now).await?;
    let readings = app.desk.readings(&seat.actor, id, READINGS + 1, seat.now).await?;
    let until = row.account.window.map(|window| window.1).unwrap_or_default();
    let value = if typed.get("until").is_empty() { minute(until) } else { typed.get("until").to_string() };
    let field = Field {
        name: "until".into(),
        label: "Until".into(),
        help: "At this minute the seat ends, with everything that opens it.".into(),
        control: Control::Instant { value, zone: "UTC".into() },
        ..Field::default()
    };
    let mut fields = vec![field];
    let errors = beside(&mut fields, &typed.errors);
    Ok(SeatPage {
        shell: Shell { views: true, ..crate::shell(app, seat, ADDRESS).await },
        crumbs: vec![Link::new("Auditors from outside", ADDRESS), Link::new(&row.account.name, "")],
        address: format!("{ADDRESS}/{id}"),
        host: row.account.terms.host.clone(),
        is_over: until <= seat.now || !row.account.active,
        link,
        until: fields.remove(0),
        errors,
        more: readings.len() as i64 > READINGS,
        readings: readings.into_iter().take(READINGS as usize).map(reading).collect(),
        questions: questions(app, seat, Some(&row.account.email)).await?,
        line: line(&row, seat.now),
    })
}

fn reading(reading: Reading) -> ReadingLine {
    let is_shown = reading.status.starts_with('2') || reading.status.starts_with('3');
    let status = match is_shown {
        true => Mark::new(Shape::Met, Tone::Ok, "Shown"),
        false => Mark::new(Shape::Nothing, Tone::Mute, format!("Refused, {}", reading.status)),
    };
    // Only addresses of pages are to be followed.
    let href = if is_shown && reading.via == "web" { reading.address.clone() } else { String::new() };
    ReadingLine { at: time::exact(reading.at), page: Link::new(reading.address, href), status, via: reading.via }
}
