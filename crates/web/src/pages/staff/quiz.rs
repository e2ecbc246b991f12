//! The questions of a training as one person answers them. What is right stays with the training until it is answered.

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::Shown;
use kinds::people::{
    training::{self, Question},
    training_result as result,
};
use model::{Actor, Command, Decimal, Input, Refusal, Target, Via};
use serde_json::json;

use super::address_of_quiz;
use crate::{
    App, Refused, Seat, flash,
    record::address::segment,
    view::{
        parts::{Link, Mark},
        shell::Shell,
        state, time,
    },
};

#[derive(Template)]
#[template(path = "page/staff_quiz.html")]
struct QuizPage {
    shell: Shell,
    number: String,
    title: String,
    address: String,
    state: Mark,
    due: String,
    score: String,
    answered: String,
    attempts: String,
    pass_mark: String,
    materials: Vec<Link>,
    /// Empty for whoever is not asked.
    questions: Vec<Asked>,
    errors: Vec<(String, String)>,
}

struct Asked {
    text: String,
    /// Answer, and whether it was chosen.
    answers: Vec<(String, bool)>,
    error: String,
}

/// A result that this reader may see, with the training that it is of. That is read with the program's own right: whoever is
/// asked answers its questions, and sees nothing of it but these.
struct Quiz {
    shown: Shown,
    training: Shown,
    questions: Vec<Question>,
}

impl Quiz {
    async fn read(app: &App, seat: &Seat, number: &str) -> Result<Quiz, Refusal> {
        desk::rights::provider(&seat.actor)?;
        let shown = app.desk.show(&seat.actor, "training_result", number, None, seat.now).await?;
        let of = result::TRAINING.get(shown.fields()).ok_or(Refusal::NotFound)?;
        let house = Actor::system("questions of a training", Via::Web);
        let training = app.desk.show(&house, "training", &of.0, None, seat.now).await?;
        let questions = Question::read_all(training.fields().get(training::QUESTIONS.name));
        Ok(Quiz { shown, training, questions })
    }

    fn waits_for(&self, actor: &Actor) -> bool {
        let own = result::PERSON.get(self.shown.fields()).is_some_and(|person| person.0 == actor.email);
        own && matches!(self.shown.state(), "asked" | "failed") && !self.questions.is_empty()
    }
}

/// `GET /staff/quiz/{number}`
pub async fn open(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Html<String>, Refused> {
    let quiz = Quiz::read(&app, &seat, &number).await?;
    let chosen = vec![None; quiz.questions.len()];
    Ok(Html(page(&app, &seat, &quiz, &chosen, false).await?.render()?))
}

async fn page(
    app: &App,
    seat: &Seat,
    quiz: &Quiz,
    chosen: &[Option<usize>],
    is_sent: bool,
) -> Result<QuizPage, Refusal> {
    let catalog = app.desk.catalog();
    let kind = catalog.find("training_result").ok_or(Refusal::NotFound)?;
    let fields = quiz.shown.fields();
    let materials = training::MATERIALS.get(quiz.training.fields()).map(|all| all.0).unwrap_or_default();
    let numbers = materials.iter().map(|material| material.0.clone()).collect();
    let names = app.desk.names_of(&seat.actor, numbers, Default::default(), seat.now).await?;
    let material = |number: &str| {
        let (title, kind) = names.records.get(number)?;
        let href = format!("/{}/{}", catalog.find(kind)?.plural, segment(number));
        Some(Link::new(title, href))
    };
    let asked = |(place, question): (usize, &Question)| Asked {
        text: question.text.clone(),
        answers: question
            .answers
            .iter()
            .enumerate()
            .map(|(at, answer)| (answer.clone(), chosen.get(place).copied().flatten() == Some(at)))
            .collect(),
        error: match is_sent && chosen.get(place).copied().flatten().is_none() {
            true => "Choose an answer.".into(),
            false => String::new(),
        },
    };
    let questions: Vec<Asked> = match quiz.waits_for(&seat.actor) {
        true => quiz.questions.iter().enumerate().map(asked).collect(),
        false => Vec::new(),
    };
    let errors = questions
        .iter()
        .enumerate()
        .filter(|(_, asked)| !asked.error.is_empty())
        .map(|(place, asked)| (format!("q-{place}"), format!("{}: choose an answer", asked.text)))
        .collect();
    let percent = |number: Decimal| format!("{} percent", number.normalize());
    Ok(QuizPage {
        number: quiz.shown.number().into(),
        title: quiz.training.title().into(),
        address: address_of_quiz(quiz.shown.number()),
        state: state::mark(kind, quiz.shown.state()),
        due: result::DUE.get(fields).map(time::day).unwrap_or_default(),
        score: result::SCORE.get(fields).map(|score| percent(score.0)).unwrap_or_default(),
        answered: result::ANSWERED_ON.get(fields).map(time::exact).unwrap_or_default(),
        attempts: result::ATTEMPTS.get(fields).map(|count| count.normalize().to_string()).unwrap_or_default(),
        pass_mark: percent(result::pass_mark(training::PASS_MARK.get(quiz.training.fields()))),
        materials: materials.iter().filter_map(|one| material(&one.0)).collect(),
        questions,
        errors,
        shell: Shell { views: true, ..crate::shell(app, seat, "/staff").await },
    })
}

/// `POST /staff/quiz/{number}`: what the person answers, with the score that the door counts.
pub async fn answer(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    let quiz = Quiz::read(&app, &seat, &number).await?;
    let here = address_of_quiz(&number);
    if !quiz.waits_for(&seat.actor) {
        return Ok(flash::said(&here, "These questions do not wait for your answers."));
    }
    let chosen: Vec<Option<usize>> = (0..quiz.questions.len())
        .map(|place| {
            let name = format!("q.{place}");
            let given = sent.iter().find(|(known, _)| *known == name)?;
            given.1.parse::<usize>().ok().filter(|at| *at < quiz.questions[place].answers.len())
        })
        .collect();
    if chosen.iter().any(Option::is_none) {
        let page = page(&app, &seat, &quiz, &chosen, true).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response());
    }
    let answers: Vec<Decimal> = chosen.iter().flatten().map(|at| Decimal::from(*at as u64 + 1)).collect();
    let score = result::score(&quiz.questions, &answers);
    let passed = score >= result::pass_mark(training::PASS_MARK.get(quiz.training.fields()));
    let target = || Target { kind: "training_result".into(), number: number.clone(), version: None };
    let step =
        |to: &str, input: Input| Command::Step { target: target(), to: to.into(), input, note: None, public: false };
    let places: Vec<u64> = chosen.iter().flatten().map(|at| *at as u64 + 1).collect();
    let input = Input::json([(result::ANSWERS.name.to_owned(), json!(places))]);
    let mut commands = Vec::new();
    if quiz.shown.state() == "failed" {
        commands.push(step("asked", Input::default()));
    }
    commands.push(step(if passed { "passed" } else { "failed" }, input));
    app.desk.perform_all(&seat.actor, commands, seat.now, true).await?;
    let words = match passed {
        true => format!("Passed with {} percent. It stands under your name.", score.normalize()),
        false => {
            format!("{} percent are right, which is not enough. Read it again and try once more.", score.normalize())
        }
    };
    Ok(flash::said(&here, words))
}
