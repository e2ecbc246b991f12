//! The seat of an auditor from outside, as its owner sees it: how long it lasts, the clauses to look at, what was asked and
//! answered. From here it is a clause, a sample, a record and its journal in three clicks.

mod sample;

use askama::Template;
use axum::{
    extract::{Query as Pairs, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::{Shown, rights};
use engines::conformity::{Assessment, State, catalogue};
use model::{Command, FieldError, Input, Query, Refusal, Role, Value, query::EVERY};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{verdicts, welcome::told as beside};
use crate::{
    App, Refused, Seat, flash,
    record::address::segment,
    view::{
        field::{Control, Field},
        parts::{Link, Mark},
        shell::Shell,
        state, time,
    },
};

pub use sample::open as open_clause;

pub const ADDRESS: &str = "/auditor";
const INQUIRY: &str = "inquiry";
/// Most questions on the page.
const ASKED: usize = 100;

#[derive(Template)]
#[template(path = "page/auditor.html")]
struct AuditorPage {
    shell: Shell,
    until: String,
    left: String,
    limit: String,
    host: String,
    clauses: Vec<ClauseLine>,
    questions: Vec<QuestionLine>,
    fields: Vec<Field>,
    errors: Vec<(String, String)>,
    may_pack: bool,
    is_asking: bool,
}

struct ClauseLine {
    link: Link,
    title: String,
    /// Each state with how many requirements are in it.
    states: Vec<(Mark, usize)>,
    records: usize,
}

/// A question with its answer, for the one who asked it and for those who answer.
pub(super) struct QuestionLine {
    pub link: Link,
    pub text: String,
    pub about: String,
    pub state: Mark,
    pub answer: String,
    pub due: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    about: Option<String>,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    about: String,
    question: String,
    errors: Vec<FieldError>,
}

/// Where an auditor asks about a requirement or a record.
pub fn ask_about(what: &str) -> String {
    format!("{ADDRESS}?about={}#ask", segment(what))
}

/// Whether this reader sits in an auditor's seat.
pub fn is_seat(seat: &Seat) -> bool {
    seat.actor.has(Role::ExternalAuditor)
}

fn seated(seat: &Seat) -> Result<(), Refused> {
    if is_seat(seat) { Ok(()) } else { Err(Refused::not_found()) }
}

/// `GET /auditor?about=`
pub async fn open(seat: Seat, Held(app): Held<App>, Pairs(asked): Pairs<Asked>) -> Result<Html<String>, Refused> {
    seated(&seat)?;
    let typed = Typed { about: asked.about.unwrap_or_default(), ..Typed::default() };
    Ok(Html(page(&app, &seat, typed).await?.render()?))
}

async fn page(app: &App, seat: &Seat, typed: Typed) -> Result<AuditorPage, Refused> {
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let mut fields = ask_fields(&typed);
    let errors = beside(&mut fields, &typed.errors);
    let until = seat.actor.window.map(|window| window.1);
    Ok(AuditorPage {
        shell: Shell { views: true, ..crate::shell(app, seat, ADDRESS).await },
        until: until.map(time::exact).unwrap_or_default(),
        left: until.map(|until| time::span(until.0 - seat.now.0)).unwrap_or_default(),
        limit: seat.actor.clauses.join(", "),
        host: app.desk.host_of(&seat.actor, seat.now).await?.unwrap_or_default(),
        clauses: clauses(&assessment),
        questions: questions(app, seat, None).await?,
        fields,
        errors,
        may_pack: rights::take_away(&seat.actor, seat.now).is_ok(),
        is_asking: !typed.about.is_empty() || !typed.errors.is_empty(),
    })
}

/// Clauses with requirements of their own, as they stand in the standard.
fn clauses(assessment: &Assessment) -> Vec<ClauseLine> {
    let mut lines = Vec::new();
    for clause in &catalogue().clauses {
        let own = || assessment.verdicts.iter().filter(|verdict| verdict.requirement.clause == clause.id);
        if own().next().is_none() {
            continue;
        }
        let count = |state: State| own().filter(|verdict| verdict.state == state).count();
        let states = State::ALL.into_iter().map(|state| (verdicts::mark(state), count(state)));
        lines.push(ClauseLine {
            link: Link::new(&clause.id, sample::address(&clause.id)),
            title: clause.title.clone(),
            states: states.filter(|(_, count)| *count > 0).collect(),
            records: own().map(|verdict| verdict.population).max().unwrap_or_default(),
        });
    }
    lines
}

/// Questions that the reader may see, the newest first; of one auditor, or of all.
pub(super) async fn questions(app: &App, seat: &Seat, of: Option<&str>) -> Result<Vec<QuestionLine>, Refused> {
    let mut query = Query { columns: vec![EVERY.into()], size: ASKED, ..Query::of(INQUIRY) };
    if let Some(email) = of {
        query.filter = model::Filter::equal("asked_by", email);
    }
    let found = match app.desk.list(&seat.actor, &query, seat.now).await {
        Ok(page) => page.records,
        Err(Refusal::NotFound) => Vec::new(),
        Err(refusal) => return Err(refusal.into()),
    };
    let catalog = app.desk.catalog();
    let kind = catalog.find(INQUIRY).unwrap_or_else(|| catalog.any());
    Ok(found.iter().map(|shown| question(kind, shown)).collect())
}

fn question(kind: &model::Kind, shown: &Shown) -> QuestionLine {
    let said = |name: &str| shown.fields().get(name).and_then(Value::as_text).unwrap_or_default().to_string();
    let due = shown.fields().get("due").and_then(Value::as_moment);
    QuestionLine {
        link: Link::new(shown.number(), format!("/{}/{}", kind.plural, segment(shown.number()))),
        text: said("question"),
        about: said("about"),
        state: state::mark(kind, shown.state()),
        answer: said("answer"),
        due: due.map(|due| time::day(due.date())).unwrap_or_default(),
    }
}

fn ask_fields(typed: &Typed) -> Vec<Field> {
    vec![
        Field {
            name: "about".into(),
            label: "About".into(),
            help: "A requirement such as 8.6.1-3, or the number of a record; empty for neither.".into(),
            control: Control::Line { value: typed.about.clone(), kind: "text", autocomplete: "off", max: Some(60) },
            ..Field::default()
        },
        Field {
            name: "question".into(),
            label: "Question".into(),
            help: "It becomes a task of those who run the system; the answer appears here.".into(),
            required: true,
            wide: true,
            control: Control::Lines { value: typed.question.clone(), max: Some(10_000) },
            ..Field::default()
        },
    ]
}

/// `POST /auditor`: puts a question, the one thing that an auditor from outside writes.
pub async fn ask(
    seat: Seat,
    Held(app): Held<App>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    seated(&seat)?;
    let given = |name: &str| sent.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text.trim());
    let typed = Typed { about: given("about").into(), question: given("question").into(), errors: Vec::new() };
    match put(&app, &seat, &typed).await {
        Ok(number) => Ok(flash::said(ADDRESS, format!("{number} is asked. The answer will stand here."))),
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, Typed { errors, ..typed }).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn put(app: &App, seat: &Seat, typed: &Typed) -> Result<String, Refusal> {
    if !typed.about.is_empty() && !is_known(app, seat, &typed.about).await? {
        let why = format!("\"{}\" is neither a requirement nor a record that you can open", typed.about);
        return Err(Refusal::field("about", why));
    }
    let mut fields = Map::from_iter([("question".to_string(), Json::from(typed.question.as_str()))]);
    if !typed.about.is_empty() {
        fields.insert("about".into(), typed.about.as_str().into());
    }
    if let Some(host) = app.desk.host_of(&seat.actor, seat.now).await? {
        fields.insert("owner".into(), host.into());
    }
    let create = Command::Create { kind: INQUIRY.into(), number: None, input: Input::json(fields) };
    Ok(app.desk.perform(&seat.actor, create, seat.now).await?.number)
}

async fn is_known(app: &App, seat: &Seat, about: &str) -> Result<bool, Refusal> {
    if app.desk.assessment(&seat.actor, seat.now).await?.find(about).is_some() {
        return Ok(true);
    }
    match app.desk.find(&seat.actor, about, seat.now).await {
        Ok(_) => Ok(true),
        Err(Refusal::NotFound) => Ok(false),
        Err(refusal) => Err(refusal),
    }
}
