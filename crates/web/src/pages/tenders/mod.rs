//! Answers for tenders: questions that were pasted or brought as a table, each answered by a template that cites figures of the
//! records with their date; taken away as a table or a text.

mod figures;
mod file;

use askama::Template;
use axum::{
    extract::{Multipart, Path, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::Shown;
use kinds::road::tender;
use model::{Act, Command, FieldError, Input, Refusal, Target, Value, words, words::counted};
use serde_json::{Value as Json, json};

use self::figures::{Figure, Figures};
use crate::{
    App, Refused, Seat, flash,
    record::address::segment,
    view::{parts::Link, shell::Shell, text, time},
};

pub use self::file::{save_as_markdown, save_as_xlsx};

#[derive(Template)]
#[template(path = "page/tender.html")]
struct TenderPage {
    shell: Shell,
    number: String,
    title: String,
    lede: String,
    questions: Vec<Question>,
    known: Vec<(String, &'static str, String, String)>,
    errors: Vec<FieldError>,
    pasted: String,
    may_write: bool,
}

/// A question with its answer as it is written, and as it reads today.
struct Question {
    place: usize,
    question: String,
    template: String,
    /// Sanitised markup.
    answer: String,
    cites: Vec<Cited>,
}

/// A figure in an answer.
struct Cited {
    value: String,
    what: &'static str,
    /// When it was read, and of which period.
    when: String,
    link: Link,
}

/// Where a tender is answered.
pub fn address(number: &str) -> String {
    format!("/tender-answers/{}", segment(number))
}

async fn tender_of(app: &App, seat: &Seat, number: &str) -> Result<Shown, Refusal> {
    desk::rights::provider(&seat.actor)?;
    app.desk.show(&seat.actor, "tender", number, None, seat.now).await
}

/// Question and template of each row.
fn rows(shown: &Shown) -> Vec<(String, String)> {
    let rows = shown.fields().get(tender::QUESTIONS.name).map(Value::entries).unwrap_or_default();
    let part = |row: &Value, name: &str| row.part(name).and_then(Value::as_text).unwrap_or_default().to_string();
    rows.iter().map(|row| (part(row, "question"), part(row, "answer"))).collect()
}

/// A template with its figures; one that has no value today says so.
fn filled(template: &str, figures: &Figures) -> String {
    words::filled(template, |name| Some(figures.value(name)))
}

/// `GET /tender-answers/{number}`
pub async fn open(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, &number, Vec::new(), String::new()).await?.render()?))
}

async fn page(
    app: &App,
    seat: &Seat,
    number: &str,
    errors: Vec<FieldError>,
    pasted: String,
) -> Result<TenderPage, Refusal> {
    let shown = tender_of(app, seat, number).await?;
    let figures = Figures::read(&app.desk, &seat.actor, seat.now).await?;
    let rows = rows(&shown);
    let open = rows.iter().filter(|(_, answer)| answer.trim().is_empty()).count();
    let lede = match (rows.len(), open) {
        (0, _) => "No question is in it yet.".to_string(),
        (1, 0) => "The one question is answered.".to_string(),
        (count, 0) => format!("All {count} questions are answered."),
        (count, open) => format!(
            "{open} of {} {} for an answer.",
            counted(count, "question", "questions"),
            if open == 1 { "waits" } else { "wait" }
        ),
    };
    let question = |(place, (question, template)): (usize, (String, String))| Question {
        place,
        answer: text::markdown(&filled(&template, &figures)),
        cites: cites(&template, &figures, seat.now),
        question,
        template,
    };
    Ok(TenderPage {
        number: shown.number().into(),
        title: shown.title().into(),
        lede,
        questions: rows.into_iter().enumerate().map(question).collect(),
        known: tender::FIGURES
            .iter()
            .map(|(name, what)| (format!("{{{{{name}}}}}"), *what, figures.value(name), figures.when(name)))
            .collect(),
        errors,
        pasted,
        may_write: shown.can(Act::Edit) && shown.state() == "draft",
        shell: Shell { views: true, ..crate::shell(app, seat, "/tenders").await },
    })
}

fn cites(template: &str, figures: &Figures, now: model::Moment) -> Vec<Cited> {
    let known = |name: &&str| tender::FIGURES.iter().find(|(known, _)| known == name);
    let mut names = tender::cited(template);
    names.dedup();
    names
        .iter()
        .filter_map(|name| {
            let (name, what) = known(name)?;
            let figure = figures.get(name);
            Some(Cited {
                value: figures.value(name),
                what,
                when: format!("{}, read {}", figures.when(name), time::exact(now)),
                link: figure.map(|figure: &Figure| figure.link.clone()).unwrap_or_default(),
            })
        })
        .collect()
}

/// `POST /tender-answers/{number}/answer`: the template of one question.
pub async fn answer(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    let given = |name: &str| sent.iter().rev().find(|(known, _)| known == name).map_or("", |(_, text)| text.as_str());
    let shown = tender_of(&app, &seat, &number).await?;
    let mut rows = rows(&shown);
    let place: usize =
        given("place").parse().ok().filter(|place| *place < rows.len()).ok_or_else(Refused::not_found)?;
    rows[place].1 = given("answer").trim().to_string();
    match write(&app, &seat, &shown, rows).await {
        Ok(()) => Ok(flash::said(&format!("{}#q{place}", address(&number)), "The answer is kept.")),
        Err(refusal) => refused(&app, &seat, &number, refusal, String::new()).await,
    }
}

async fn refused(app: &App, seat: &Seat, number: &str, refusal: Refusal, pasted: String) -> Result<Response, Refused> {
    match refusal {
        Refusal::Invalid(errors) => {
            let page = page(app, seat, number, errors, pasted).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        refusal => Err(refusal.into()),
    }
}

async fn write(app: &App, seat: &Seat, shown: &Shown, rows: Vec<(String, String)>) -> Result<(), Refusal> {
    let rows: Vec<Json> =
        rows.into_iter().map(|(question, answer)| json!({"question": question, "answer": answer})).collect();
    let target = Target { kind: "tender".into(), number: shown.number().into(), version: Some(shown.version()) };
    let input = Input::json([(tender::QUESTIONS.name.to_string(), Json::from(rows))]);
    app.desk.perform(&seat.actor, Command::Edit { target, input }, seat.now).await.map(drop)
}

/// `POST /tender-answers/{number}/questions`: questions that were pasted, one a line, or brought as CSV or XLSX with the question
/// in the first column and an answer, if there is one, in the second.
pub async fn bring(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
    mut form: Multipart,
) -> Result<Response, Refused> {
    let shown = tender_of(&app, &seat, &number).await?;
    let (mut pasted, mut brought) = (String::new(), Vec::new());
    while let Some(part) = form.next_field().await.map_err(|error| Refused::field("file", error.body_text()))? {
        let name = part.name().unwrap_or_default().to_string();
        let bytes = part.bytes().await.map_err(|error| Refused::field("file", error.body_text()))?;
        match name.as_str() {
            "pasted" => pasted = String::from_utf8_lossy(&bytes).into_owned(),
            "file" if !bytes.is_empty() => match file::read(&bytes) {
                Ok(rows) => brought = rows,
                Err(why) => {
                    let refusal = Refusal::field("file", why);
                    return refused(&app, &seat, &number, refusal, pasted).await;
                }
            },
            _ => {}
        }
    }
    let lines = pasted.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut fresh: Vec<(String, String)> = lines.map(|line| (line.to_string(), String::new())).collect();
    fresh.extend(brought);
    let mut rows = rows(&shown);
    // The same list brought twice adds nothing.
    fresh.retain(|(question, _)| !rows.iter().any(|(known, _)| known == question));
    if fresh.is_empty() {
        let refusal = Refusal::field("pasted", "there is no question in it that does not stand here already");
        return refused(&app, &seat, &number, refusal, pasted).await;
    }
    let count = fresh.len();
    rows.extend(fresh);
    match write(&app, &seat, &shown, rows).await {
        Ok(()) => Ok(flash::said(&address(&number), format!("{} came in.", counted(count, "question", "questions")))),
        Err(refusal) => refused(&app, &seat, &number, refusal, pasted).await,
    }
}
