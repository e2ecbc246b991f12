//! What waits for somebody's approval: the list for whoever has an account, and the page behind a link for whoever has none.
//! Opening either decides nothing; the answer is sent from there.

use askama::Template;
use axum::{
    Form,
    extract::{Path, RawForm, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use desk::decide::{Letter, Waiting};
use engines::approvals::Row;
use model::{Actor, Command, Kind, Refusal, Target, command::approves};
use serde::Deserialize;

use super::{
    portal::{self, words},
    sign_in,
    welcome::sentence,
};
use crate::{
    App, Refused, Seat, flash,
    record::{
        address::pairs,
        edit,
        piece::{Lens, Piece},
        sent::Sent,
        shape::shaped,
    },
    view::{parts::Link, shell::Shell, text::markdown},
};

/// Something that the reader is asked to allow.
pub struct Question {
    pub number: String,
    pub title: String,
    pub href: String,
    pub action: String,
    pub requester: String,
    pub customer: String,
    pub price: String,
    pub day: String,
    /// For whom the reader answers; empty for themselves.
    pub instead_of: String,
    pub text: String,
    pub answers: Vec<(String, Piece)>,
    pub once: String,
}

#[derive(Template)]
#[template(path = "page/approvals.html")]
struct ApprovalsPage {
    shell: Shell,
    questions: Vec<Question>,
    errors: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "portal/approvals.html")]
struct PortalPage {
    shell: Shell,
    questions: Vec<Question>,
    errors: Vec<(String, String)>,
}

impl Question {
    pub async fn of(app: &App, seat: &Seat, waiting: Waiting) -> Result<Question, Refusal> {
        let catalog = app.desk.catalog();
        let known = catalog.find(waiting.shown.kind()).ok_or(Refusal::NotFound)?;
        let kind = shaped(app, seat, known, waiting.shown.fields()).await?;
        Question::drawn(app, &seat.actor, &kind, waiting, seat.now).await
    }

    async fn drawn(
        app: &App,
        actor: &Actor,
        kind: &Kind,
        waiting: Waiting,
        now: model::Moment,
    ) -> Result<Question, Refusal> {
        let shown = &waiting.shown;
        let (mut numbers, mut mails) = Default::default();
        desk::read::references(kind, shown, &mut numbers, &mut mails);
        let names = app.desk.names_of(actor, numbers, mails, now).await?;
        let catalog = app.desk.catalog();
        let lens = Lens { catalog: &catalog, names: &names, now };
        let answers = kind.find("answers").zip(shown.fields().get("answers"));
        let answers = match answers.map(|(field, value)| lens.whole(&field.ty, value)) {
            Some(Piece::Parts(parts)) => parts,
            _ => Vec::new(),
        };
        let customer = shown.customer().map(|number| names.records.get(number).map_or(number, |known| &known.0));
        let own = actor.customer.as_deref() == shown.customer();
        let (requester, amount) = kind.approval.map_or(("", ""), |approval| (approval.requester, approval.amount));
        let requester = portal::text(shown, requester);
        Ok(Question {
            number: shown.number().into(),
            title: shown.title().into(),
            href: match actor.customer {
                Some(_) => portal::home::address(shown.number()),
                None => crate::record::piece::record_address(kind, shown.number()),
            },
            action: format!("/approvals/{}", super::lines::encoded(shown.number())),
            requester: if requester.is_empty() { "Somebody".into() } else { lens.person(requester).name },
            customer: customer.filter(|_| !own).unwrap_or_default().to_string(),
            price: words::price(shown.fields().get(amount)),
            day: words::day(shown.created()),
            instead_of: match waiting.approver == actor.email {
                true => String::new(),
                false => lens.person(&waiting.approver).name,
            },
            text: markdown(portal::text(shown, "description")),
            answers,
            once: edit::token(),
        })
    }
}

/// `GET /approvals`
pub async fn open(seat: Seat, State(app): State<App>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, Vec::new()).await?))
}

async fn page(app: &App, seat: &Seat, errors: Vec<(String, String)>) -> Result<String, Refused> {
    let mut questions = Vec::new();
    for waiting in app.desk.waiting_for(&seat.actor, seat.now).await? {
        questions.push(Question::of(app, seat, waiting).await?);
    }
    if seat.actor.customer.is_some() {
        let shell = portal::shell(app, seat, "/approvals").await?;
        return Ok(PortalPage { shell, questions, errors }.render()?);
    }
    let shell = crate::shell(app, seat, "/approvals").await;
    Ok(ApprovalsPage { shell, questions, errors }.render()?)
}

/// `POST /approvals/{number}`
pub async fn decide(
    seat: Seat,
    State(app): State<App>,
    Path(number): Path<String>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let sent = Sent::new(pairs(&body));
    let approve = approves(&sent.text("decision"))?;
    let shown = app.desk.find(&seat.actor, &number, seat.now).await?;
    let target = Target { kind: shown.kind().into(), number: number.clone(), version: None };
    let command = Command::Decide { target, approve, reason: sent.text("reason") };
    match edit::once(&app, &seat, &sent, command).await {
        Ok(_) => Ok(flash::said("/approvals", done(&number, approve))),
        Err(Refusal::Invalid(errors)) => {
            let told = errors.iter().map(|error| (String::new(), sentence(&error.message))).collect();
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page(&app, &seat, told).await?)).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

fn done(number: &str, approve: bool) -> String {
    if approve { format!("You have approved {number}.") } else { format!("You have refused {number}.") }
}

/// Stage by stage, who will be asked, as whoever asks reads it.
pub async fn stages(app: &App, seat: &Seat, rows: &[Row]) -> Result<Vec<String>, Refusal> {
    let mails = rows.iter().map(|row| row.approver.clone()).collect();
    let names = app.desk.names_of(&seat.actor, Default::default(), mails, seat.now).await?;
    let mut stages: Vec<i64> = rows.iter().map(|row| row.stage).collect();
    stages.dedup();
    let line = |stage: &i64| {
        let inside: Vec<&Row> = rows.iter().filter(|row| row.stage == *stage).collect();
        let person = |row: &&Row| {
            let name = names.people.get(&row.approver).map_or(row.approver.as_str(), |known| &known.0);
            format!("{} ({name})", words::approver(&row.word, seat.actor.customer.is_some()))
        };
        let people: Vec<String> = inside.iter().map(person).collect();
        match inside.iter().filter_map(|row| row.need).max().filter(|need| *need < inside.len()) {
            Some(need) => format!("{need} of {}", people.join(", ")),
            None => people.join(" and "),
        }
    };
    Ok(stages.iter().map(line).collect())
}

#[derive(Template)]
#[template(path = "page/approval.html")]
struct HandOutPage {
    shell: Shell,
    crumbs: Vec<Link>,
    number: String,
    /// E-mail, and for whom.
    people: Vec<(String, String)>,
    letter: Option<Letter>,
}

/// `GET /approvals/{number}`: who is asked now, and the links for those who have no account.
pub async fn show(seat: Seat, State(app): State<App>, Path(number): Path<String>) -> Result<Html<String>, Refused> {
    Ok(Html(hand_out_page(&app, &seat, &number, None).await?.render()?))
}

async fn hand_out_page(app: &App, seat: &Seat, number: &str, letter: Option<Letter>) -> Result<HandOutPage, Refused> {
    let shown = app.desk.find(&seat.actor, number, seat.now).await?;
    if seat.actor.customer.is_some() || !shown.can(model::Act::Step) {
        return Err(Refused::forbidden("Only those who may move it on hand out links."));
    }
    let catalog = app.desk.catalog();
    let kind = catalog.find(shown.kind()).ok_or_else(Refused::not_found)?;
    let mut people = Vec::new();
    for asked in app.desk.asked_now(&seat.actor, number, seat.now).await? {
        people.extend(asked.stand_in.map(|person| (person, format!("stands in for {}", asked.approver))));
        people.push((asked.approver, String::new()));
    }
    let (list, here) = (format!("/{}", kind.plural), crate::record::piece::record_address(kind, number));
    Ok(HandOutPage {
        shell: crate::shell(app, seat, &list).await,
        crumbs: vec![Link::new(&kind.labels, &list), Link::new(number, &here), Link::new("Approval", "")],
        number: number.into(),
        people,
        letter,
    })
}

/// `POST /approvals/{number}/link`: makes the link for one person and shows the letter that brings it.
pub async fn hand_out(
    seat: Seat,
    State(app): State<App>,
    Path(number): Path<String>,
    RawForm(body): RawForm,
) -> Result<Html<String>, Refused> {
    let sent = Sent::new(pairs(&body));
    let letter = app.desk.approval_letter(&seat.actor, &number, &sent.text("person"), seat.now).await?;
    Ok(Html(hand_out_page(&app, &seat, &number, Some(letter)).await?.render()?))
}

#[derive(Template)]
#[template(path = "page/decide.html")]
struct DecidePage {
    shell: Shell,
    token: String,
    question: Option<Question>,
    /// What was done; empty while it is asked.
    done: String,
    errors: Vec<(String, String)>,
}

/// What comes from the page behind a link.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Told {
    decision: String,
    reason: String,
}

/// `GET /decide/{token}`: shows what is asked. Programs that open links before people do decide nothing.
pub async fn by_link(State(app): State<App>, Path(token): Path<String>) -> Result<Html<String>, Refused> {
    Ok(Html(link_page(&app, &token, Vec::new()).await?.render()?))
}

async fn link_page(app: &App, token: &str, errors: Vec<(String, String)>) -> Result<DecidePage, Refused> {
    let now = app.now();
    let (actor, waiting) = app.desk.by_approval_link(token, now).await.map_err(worn_out)?;
    let catalog = app.desk.catalog();
    let kind = catalog.find(waiting.shown.kind()).ok_or_else(Refused::not_found)?;
    let question = Question::drawn(app, &actor, kind, waiting, now).await?;
    let shell = sign_in::outside("/");
    Ok(DecidePage { shell, token: token.into(), question: Some(question), done: String::new(), errors })
}

/// `POST /decide/{token}`: answers, once.
pub async fn decide_by_link(
    State(app): State<App>,
    Path(token): Path<String>,
    Form(told): Form<Told>,
) -> Result<Response, Refused> {
    let approve = approves(&told.decision)?;
    match app.desk.decide_by_link(&token, approve, &told.reason, app.now()).await {
        Ok(done_now) => {
            let shell = sign_in::outside("/");
            let done = done(&done_now.number, approve);
            let page = DecidePage { shell, token, question: None, done, errors: Vec::new() };
            Ok(Html(page.render()?).into_response())
        }
        Err(Refusal::Invalid(errors)) => {
            let told = errors.iter().map(|error| (error.field.clone(), sentence(&error.message))).collect();
            let page = link_page(&app, &token, told).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(refusal) => Err(worn_out(refusal)),
    }
}

fn worn_out(refusal: Refusal) -> Refused {
    match refusal {
        Refusal::NotFound | Refusal::Forbidden(_) => Refused::new(
            StatusCode::NOT_FOUND,
            "This link has been used, is too old, or somebody else has answered. Ask whoever sent it for a new one.",
        ),
        other => other.into(),
    }
}
