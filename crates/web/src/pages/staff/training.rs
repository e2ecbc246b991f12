//! Trainings: who was asked their questions and has passed, and whether somebody looked if they have helped.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    response::{Html, Response},
};
use desk::{Shown, rights};
use engines::rules::duty::{DutyState, SOON_DAYS, duty};
use kinds::people::{
    training::{self, Question},
    training_result as result,
};
use model::{Act, Command, Date, Input, Kind, Moment, Refusal, time::DAY};
use serde_json::json;

use super::{address_of_quiz, holders::every, judged, tabs};
use crate::{
    App, Refused, Seat, flash,
    pages::{
        lines::{self, encoded},
        road::facts::{STANDS, all},
    },
    record::address::segment,
    view::{
        parts::{Empty, Link, Mark, Person, Shape, Tab, Tone},
        shell::Shell,
        state, time,
    },
};

/// Days in which the questions are to be answered.
const WITHIN: i64 = 14;
const HERE: &str = "/staff/training";

#[derive(Template)]
#[template(path = "page/staff_training.html")]
struct TrainingPage {
    shell: Shell,
    tabs: Vec<Tab>,
    mine: Vec<(Link, Mark)>,
    trainings: Vec<Line>,
    judged: Vec<super::Judged>,
    nothing: Empty,
    may_create: bool,
}

struct Line {
    link: Link,
    number: String,
    teaches: String,
    held: String,
    state: Mark,
    owner: Person,
    people: usize,
    /// Passed and asked, with the list of results; empty where it asks no questions.
    passed: Link,
    effect: Mark,
    /// How many of its people were not asked yet.
    unasked: usize,
}

/// `GET /staff/training`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    desk::rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let catalog = desk.catalog();
    let kind = catalog.find("training").ok_or(Refusal::NotFound)?;
    let results = catalog.find("training_result").ok_or(Refusal::NotFound)?;
    let found = all(desk, actor, "training", STANDS, "-held_on", now).await?;
    let (answers, _) = every(desk, actor, "training_result", "number", now).await?;
    let owners = found.iter().filter_map(|shown| training::OWNER.get(shown.fields())).map(|owner| owner.0).collect();
    let names = desk.names_of(actor, Default::default(), owners, now).await?;
    let asks = rights::may(actor, results, Act::Create, None);
    let today = now.date();
    let trainings = found.iter().map(|shown| line(kind, shown, &answers, &names, asks, today)).collect();
    let own = |shown: &&Shown| {
        let mine = result::PERSON.get(shown.fields()).is_some_and(|person| person.0 == actor.email);
        mine && matches!(shown.state(), "asked" | "failed")
    };
    let waits = |shown: &Shown| {
        (Link::new(shown.title(), address_of_quiz(shown.number())), state::mark(results, shown.state()))
    };
    let may_create = rights::may(actor, kind, Act::Create, None);
    let page = TrainingPage {
        tabs: tabs(HERE),
        mine: answers.iter().filter(own).map(waits).collect(),
        trainings,
        judged: judged(&app, &seat, &["7.2.b", "7.2.c", "7.2.d"]),
        nothing: Empty {
            mark: Mark::new(Shape::Nothing, Tone::Mute, "No training is on record that you may see."),
            text: "A training names its people, what is read, its questions with the mark to pass, and what those who pass are able to do. What they pass becomes their proof in the matrix.".into(),
            step: may_create.then(|| Link::new("Write down a training", "/trainings/new")),
        },
        may_create,
        shell: Shell { views: true, ..crate::shell(&app, &seat, "/staff").await },
    };
    Ok(Html(page.render()?))
}

fn line(kind: &Kind, shown: &Shown, answers: &[Shown], names: &desk::Names, asks: bool, today: Date) -> Line {
    let fields = shown.fields();
    let mine = |answer: &&Shown| result::TRAINING.get(answer.fields()).is_some_and(|of| of.0 == shown.number());
    let mine: Vec<&Shown> = answers.iter().filter(mine).collect();
    let passed = mine.iter().filter(|answer| answer.state() == "passed").count();
    let filter = encoded(&format!("training = \"{}\"", shown.number()));
    let owner = training::OWNER.get(fields).map(|owner| owner.0).unwrap_or_default();
    let has_questions = !Question::read_all(fields.get(training::QUESTIONS.name)).is_empty();
    Line {
        link: Link::new(shown.title(), format!("/trainings/{}", segment(shown.number()))),
        number: shown.number().into(),
        teaches: training::TEACHES.get(fields).map(|words| words.0).unwrap_or_default(),
        held: training::HELD_ON.get(fields).map(time::day).unwrap_or_default(),
        state: state::mark(kind, shown.state()),
        owner: lines::person(&owner, names),
        people: training::PERSONS.get(fields).map_or(0, |people| people.0.len()),
        passed: match mine.len() {
            0 => Link::default(),
            all => Link::new(format!("{passed} of {all}"), format!("/training_results?filter={filter}")),
        },
        effect: effect(shown, today),
        unasked: if asks && has_questions { unasked(shown, &mine).len() } else { 0 },
    }
}

/// Whether it has helped, or by when somebody looks.
fn effect(shown: &Shown, today: Date) -> Mark {
    let fields = shown.fields();
    if training::HELD_ON.get(fields).is_none() {
        return Mark::new(Shape::Nothing, Tone::Mute, "Not held yet");
    }
    match (training::EFFECT_CHECKED_ON.get(fields), training::EFFECTIVE.get(fields)) {
        (Some(on), Some(true)) => return Mark::new(Shape::Met, Tone::Ok, format!("Helped, {}", time::day(on))),
        (Some(on), Some(false)) => {
            return Mark::new(Shape::Nonconforming, Tone::Bad, format!("Did not help, {}", time::day(on)));
        }
        _ => {}
    }
    let due = training::EFFECT_CHECK_DUE.get(fields);
    let due = due.or_else(|| Some(Moment::of_date(training::HELD_ON.get(fields)?).plus(90 * DAY).date()));
    let state = due.and_then(|due| duty(Some(due), 0, SOON_DAYS, today).ok());
    let day = due.map(time::day).unwrap_or_default();
    match state.map(|duty| duty.state) {
        Some(DutyState::Overdue) => Mark::new(Shape::Nonconforming, Tone::Bad, format!("Not looked at, due {day}")),
        Some(DutyState::DueSoon) => Mark::new(Shape::Stale, Tone::Warn, format!("To be looked at by {day}")),
        _ => Mark::new(Shape::Ring, Tone::Mute, format!("To be looked at by {day}")),
    }
}

/// People of a training without a result that counts.
fn unasked(shown: &Shown, results: &[&Shown]) -> Vec<String> {
    let known: BTreeSet<String> =
        results.iter().filter_map(|one| result::PERSON.get(one.fields())).map(|person| person.0).collect();
    let people = training::PERSONS.get(shown.fields()).map(|people| people.0).unwrap_or_default();
    let mut seen = BTreeSet::new();
    let new = |mail: &String| !known.contains(mail) && seen.insert(mail.clone());
    people.into_iter().map(|person| person.0).filter(new).collect()
}

/// `POST /staff/training/{number}/ask`: each of its people who has no result yet is asked its questions.
pub async fn ask(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let (desk, actor, now) = (&app.desk, &seat.actor, seat.now);
    let of = desk.show(actor, "training", &number, None, now).await?;
    if Question::read_all(of.fields().get(training::QUESTIONS.name)).is_empty() {
        return Ok(flash::said(HERE, "It asks no questions: write them on the training first."));
    }
    let filter = format!("training = \"{number}\" and {STANDS}");
    let known = all(desk, actor, "training_result", &filter, "number", now).await?;
    let people = unasked(&of, &known.iter().collect::<Vec<_>>());
    if people.is_empty() {
        return Ok(flash::said(HERE, "Everybody has been asked."));
    }
    let due = now.plus(WITHIN * DAY).date().to_string();
    let count = people.len();
    let commands = people.into_iter().map(|person| {
        let fields = BTreeMap::from([
            ("title".to_owned(), json!(format!("Questions: {}", of.title()))),
            (result::TRAINING.name.into(), json!(number)),
            (result::PERSON.name.into(), json!(person)),
            (result::DUE.name.into(), json!(due)),
        ]);
        Command::Create { kind: "training_result".into(), number: None, input: Input::json(fields) }
    });
    desk.perform_all(actor, commands.collect(), now, true).await?;
    let who = if count == 1 { "1 person is".to_string() } else { format!("{count} people are") };
    Ok(flash::said(HERE, format!("{who} asked, and told by mail where a mailbox sends.")))
}
