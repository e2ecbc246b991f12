//! What follows from a passed quiz: the competence that the training gives goes on record, with its proof and its end.

use desk::{Desk, Shown};
use engines::rules::dates::add_months;
use kinds::people::{competence, training, training_result as result};
use model::{Actor, Command, Decimal, Entry, Input, Job, Kind, Moment, Record, Refusal, Target, Value, Via};
use serde_json::{Value as Json, json};

use crate::pages::road::facts::{STANDS, all};

/// Name of the job that writes down what somebody has learnt.
pub const RECORD: &str = "record-competence";

/// Promised when somebody passes. Never from what an import tells of the past.
pub fn promise(kind: &Kind, record: &Record, entry: &Entry) -> Vec<Job> {
    let passes = kind.name == "training_result" && record.state == "passed" && entry.act == "step";
    if !passes || entry.via == Via::Import {
        return Vec::new();
    }
    vec![Job {
        name: RECORD,
        payload: json!({"number": record.number}),
        run_at: entry.recorded,
        key: Some(format!("{RECORD} {}", record.number)),
    }]
}

/// The result that a job of [`RECORD`] names.
pub fn named(payload: &Json) -> &str {
    payload.get("number").and_then(Json::as_str).unwrap_or_default()
}

/// Writes down that somebody can do what a training teaches: on the record that is there for that need, else on a new one.
/// Done twice it changes nothing.
///
/// # Errors
/// What the door refuses, which it never should.
pub async fn record(desk: &Desk, number: &str, now: Moment) -> Result<(), Refusal> {
    let actor = Actor::system("trainings", Via::Job);
    let Some(passed) = there(desk, &actor, "training_result", number, now).await? else { return Ok(()) };
    let fields = passed.fields();
    let (Some(of), Some(person)) = (result::TRAINING.get(fields), result::PERSON.get(fields)) else { return Ok(()) };
    let Some(training) = there(desk, &actor, "training", &of.0, now).await? else { return Ok(()) };
    let Some(need) = training::TEACHES.get(training.fields()) else { return Ok(()) };
    if passed.state() != "passed" {
        return Ok(());
    }
    let filter = format!("person = \"{}\" and {STANDS}", person.0);
    let known = all(desk, &actor, "competence", &filter, "number", now).await?;
    let same = |shown: &&Shown| {
        let own = competence::NEED.get(shown.fields()).map(|need| need.0).unwrap_or_default();
        super::skills::folded(&own) == super::skills::folded(&need.0)
    };
    let known = known.iter().find(same);
    let mut told = learnt(&passed, &training, known, now);
    let command = match known {
        Some(known) => Command::Edit { target: target(known.number()), input: Input::json(told) },
        None => {
            told.extend([
                (competence::PERSON.name.to_owned(), json!(person.0)),
                (competence::NEED.name.into(), json!(need.0)),
            ]);
            Command::Create { kind: "competence".into(), number: None, input: Input::json(told) }
        }
    };
    desk.perform(&actor, command, now).await.map(drop)
}

fn target(number: &str) -> Target {
    Target { kind: "competence".into(), number: number.into(), version: None }
}

/// Level, proof and its end. A level that was higher already stays; a gap is closed where the level is enough.
fn learnt(passed: &Shown, training: &Shown, known: Option<&Shown>, now: Moment) -> Vec<(String, Json)> {
    let on = result::ANSWERED_ON.get(passed.fields()).unwrap_or(now).date();
    let score = result::SCORE.get(passed.fields()).map(|score| score.0.normalize().to_string()).unwrap_or_default();
    let proof = format!(
        "{} ({}), questions passed with {score} percent ({})",
        training.title(),
        training.number(),
        passed.number()
    );
    let before = known.and_then(|known| competence::LEVEL.get(known.fields()));
    let level = training::LEVEL.get(training.fields()).into_iter().chain(before).max();
    let months = training::VALID_MONTHS.get(training.fields()).and_then(|months| i32::try_from(months).ok());
    let until = months.and_then(|months| add_months(on, months).ok());
    let mut told = vec![
        (competence::PROOF.name.to_owned(), json!(proof)),
        (competence::VERIFIED_ON.name.into(), json!(on.to_string())),
        (competence::VALID_UNTIL.name.into(), until.map_or(Json::Null, |until| json!(until.to_string()))),
        (competence::TRAINING.name.into(), json!(training.number())),
        (competence::GAP.name.into(), Json::Null),
    ];
    told.extend(level.map(|level: Decimal| (competence::LEVEL.name.to_owned(), Value::Number(level).to_json())));
    told
}

async fn there(desk: &Desk, actor: &Actor, kind: &str, number: &str, now: Moment) -> Result<Option<Shown>, Refusal> {
    match desk.show(actor, kind, number, None, now).await {
        Ok(shown) => Ok(Some(shown)),
        Err(Refusal::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}
