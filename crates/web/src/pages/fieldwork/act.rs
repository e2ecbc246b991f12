//! What auditors do on the page of an audit: make the checklist, draw a sample, answer a question.

use axum::{
    extract::{Path, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use engines::{
    conformity::{Assessment, Verdict, checklist},
    rules::sample::{discovery, pick},
};
use model::{Command, Decimal, FieldError, Input, Refusal, Target, canonical, words::counted};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::{
    AUDIT, FINDING, QUESTION, Typed, address, page,
    read::{Audit, Outcome, Question, RESULTS},
    text, texts,
};
use crate::{App, Refused, Seat, flash, record::address::segment};
use askama::Template as _;

type Sent = Form<Vec<(String, String)>>;

/// Longest title of a finding, in characters.
const TITLE: usize = 120;
/// What a sample is to find (rule R24): this share of faulty records, with this confidence, in percent.
const RATE: u32 = 5;
const CONFIDENCE: u32 = 95;

/// The audit, as long as it is worked on. The door refuses the same; here it is told before anything else that may be wrong
/// with what was sent, and before a finding is raised for an answer that is not taken.
async fn at_work(app: &App, seat: &Seat, number: &str) -> Result<Audit, Refusal> {
    let audit = Audit::read(app, seat, number).await?;
    match audit.sealed(app) {
        Some(why) => Err(Refusal::Step(why)),
        None => Ok(audit),
    }
}

/// `POST /fieldwork/{audit}/checklist`: the questions of auditors about the clauses of the scope, those left out that are
/// asked already.
pub async fn make_checklist(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Response, Refused> {
    let audit = at_work(&app, &seat, &number).await?;
    let clauses: Vec<&str> = audit.clauses.iter().map(String::as_str).collect();
    let asked = |clause: &str, text: &str| audit.questions.iter().any(|one| one.clause == clause && one.text == text);
    let lines: Vec<_> = checklist(&clauses).into_iter().filter(|(clause, text)| !asked(clause, text)).collect();
    if lines.is_empty() {
        return Ok(flash::said(&address(&number), "Nothing is missing: every question about the scope is there."));
    }
    let owner = text(&audit.shown, "owner");
    let commands = lines.iter().map(|(clause, question)| {
        let mut fields = Map::new();
        fields.insert("audit".into(), number.as_str().into());
        fields.insert("clause".into(), (*clause).into());
        fields.insert("question".into(), (*question).into());
        if !owner.is_empty() {
            fields.insert("owner".into(), owner.as_str().into());
        }
        Command::Create { kind: QUESTION.into(), number: None, input: Input::json(fields) }
    });
    app.desk.perform_all(&seat.actor, commands.collect(), seat.now, true).await?;
    Ok(flash::said(
        &address(&number),
        format!("{} on the checklist.", counted(lines.len(), "question is", "questions are")),
    ))
}

/// `POST /fieldwork/{audit}/{question}/draw`: freezes the population and draws the sample of it.
pub async fn draw(
    seat: Seat,
    Held(app): Held<App>,
    Path((number, question)): Path<(String, String)>,
    Form(sent): Sent,
) -> Result<Response, Refused> {
    let audit = at_work(&app, &seat, &number).await?;
    let known = audit.questions.iter().find(|one| one.number == question).ok_or(Refusal::NotFound)?;
    let typed = Typed { pairs: sent, ..Typed::default() };
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let sample = match drawn(&assessment, known, &typed) {
        Ok(sample) => sample,
        Err(errors) => return refused(&app, &seat, &number, &question, typed, errors).await,
    };
    let size = sample.items.len();
    let fields = Map::from_iter([("population".to_string(), sample.population), ("items".into(), rows(&sample.items))]);
    let mut sampled = texts(audit.shown.fields().get("records_sampled"));
    sampled.extend(sample.items.iter().cloned());
    sampled.sort();
    sampled.dedup();
    let edits = vec![edit(QUESTION, &question, fields), edit(AUDIT, &number, one("records_sampled", json!(sampled)))];
    app.desk.perform_all(&seat.actor, edits, seat.now, true).await?;
    Ok(flash::said(
        &back(&number, &question),
        format!("{} drawn. The population is frozen.", counted(size, "record", "records")),
    ))
}

struct Sample {
    population: Json,
    items: Vec<String>,
}

fn drawn(assessment: &Assessment, question: &Question, typed: &Typed) -> Result<Sample, Vec<FieldError>> {
    let given = |name: &str| typed.get(name).unwrap_or_default().trim().to_string();
    let (requirement, seed, size) = (given("requirement"), given("seed"), given("size"));
    let mut errors = Vec::new();
    let verdict = assessment.find(&requirement).filter(|verdict| verdict.requirement.clause == question.clause);
    if verdict.is_none_or(|verdict| verdict.population == 0) {
        errors.push(FieldError::new("requirement", "choose a requirement of this clause that looks at records"));
    }
    if seed.is_empty() || seed.chars().count() > 100 {
        errors.push(FieldError::new("seed", "say in 1 to 100 characters by what is drawn"));
    }
    let wanted = if size.is_empty() { None } else { size.parse::<usize>().ok().filter(|size| *size > 0) };
    if wanted.is_none() && !size.is_empty() {
        errors.push(FieldError::new("size", format!("\"{size}\" is not a whole number, 1 or more")));
    }
    let Some(verdict) = verdict.filter(|_| errors.is_empty()) else { return Err(errors) };
    let mut numbers = population(assessment, verdict);
    numbers.sort_unstable();
    let size = wanted.unwrap_or_else(|| by_rule(numbers.len())).min(numbers.len());
    let items: Vec<String> = pick(&numbers, size, &seed).into_iter().map(str::to_string).collect();
    let digest = canonical::hex(&Sha256::digest(numbers.join("\n")));
    let population = json!({
        "requirement": requirement,
        "as_of": assessment.as_of.to_string(),
        "count": numbers.len(),
        "digest": digest,
        "seed": seed,
        "size": size,
    });
    Ok(Sample { population, items })
}

/// The numbers of the records that a requirement looks at.
pub fn population<'a>(assessment: &'a Assessment, verdict: &'a Verdict) -> Vec<&'a str> {
    let records = verdict.seen.looked().filter_map(|place| assessment.records.get(place));
    records.map(|(_, number)| &**number).chain(verdict.seen.strangers()).collect()
}

fn by_rule(population: usize) -> usize {
    let found = discovery(population as u64, Decimal::from(RATE), Decimal::from(CONFIDENCE));
    let size = found.ok().and_then(|discovery| discovery.sample).unwrap_or(population as u64);
    usize::try_from(size).unwrap_or(population)
}

fn rows(records: &[String]) -> Json {
    records.iter().map(|record| json!({"record": record})).collect()
}

/// `POST /fieldwork/{audit}/{question}/answer`: what was seen on each record and what came of the question. A nonconformity
/// becomes a record of its own.
pub async fn answer(
    seat: Seat,
    Held(app): Held<App>,
    Path((number, question)): Path<(String, String)>,
    Form(sent): Sent,
) -> Result<Response, Refused> {
    let audit = at_work(&app, &seat, &number).await?;
    let known = audit.questions.iter().find(|one| one.number == question).ok_or(Refusal::NotFound)?;
    let typed = Typed { pairs: sent, ..Typed::default() };
    let answer = match read_answer(known, &typed) {
        Ok(answer) => answer,
        Err(errors) => return refused(&app, &seat, &number, &question, typed, errors).await,
    };
    let mut fields = answer.fields;
    let mut said = match answer.result {
        Some(_) => "The question is answered.".to_string(),
        None => "What you wrote is kept.".to_string(),
    };
    let mut commands = Vec::new();
    if answer.result == Some(Outcome::Nonconformity) && known.finding.is_none() {
        let finding = raise(&app, &seat, &audit, known, &typed).await?;
        said = format!("{finding} is raised.");
        fields.insert("finding".into(), finding.as_str().into());
        let mut findings = texts(audit.shown.fields().get("findings"));
        findings.push(finding);
        commands.push(edit(AUDIT, &number, one("findings", json!(findings))));
    }
    commands.insert(
        0,
        match (answer.result.is_some(), known.is_answered) {
            (true, false) => step(&question, "answered", fields),
            (false, true) => step(&question, "open", fields),
            _ => edit(QUESTION, &question, fields),
        },
    );
    match app.desk.perform_all(&seat.actor, commands, seat.now, true).await {
        Ok(_) => Ok(flash::said(&back(&number, &question), said)),
        Err(Refusal::Invalid(errors)) => refused(&app, &seat, &number, &question, typed, errors).await,
        Err(refusal) => Err(refusal.into()),
    }
}

struct Answer {
    result: Option<Outcome>,
    fields: Map<String, Json>,
}

fn read_answer(question: &Question, typed: &Typed) -> Result<Answer, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut read = |name: &str, label: &str| {
        let text = typed.get(name).unwrap_or_default().trim();
        let result = Outcome::parse(text);
        if result.is_none() && !text.is_empty() {
            let known = RESULTS.map(Outcome::name).join(", ");
            errors.push(FieldError::new(label, format!("\"{text}\" is not one of {known}")));
        }
        result
    };
    let result = read("result", "result");
    let mut items = Vec::with_capacity(question.items.len());
    for (place, item) in question.items.iter().enumerate() {
        let mut row = Map::from_iter([("record".to_string(), Json::from(item.record.as_str()))]);
        if let Some(result) = read(&format!("result.{place}"), "result") {
            row.insert("result".into(), result.name().into());
        }
        let note = typed.get(&format!("note.{place}")).unwrap_or_default().trim();
        if !note.is_empty() {
            row.insert("note".into(), note.into());
        }
        items.push(Json::Object(row));
    }
    let evidence = typed.get("evidence").unwrap_or_default().trim();
    if result.is_some() && evidence.is_empty() {
        errors.push(FieldError::new("evidence", "say what was seen: an answer without evidence is none"));
    }
    let grade = typed.get("grade").unwrap_or("minor");
    if !["minor", "major"].contains(&grade) {
        errors.push(FieldError::new("grade", format!("\"{grade}\" is neither minor nor major")));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut fields = Map::new();
    if !items.is_empty() {
        fields.insert("items".into(), Json::Array(items));
    }
    fields.insert("result".into(), result.map_or(Json::Null, |result| result.name().into()));
    fields.insert("evidence".into(), if evidence.is_empty() { Json::Null } else { evidence.into() });
    Ok(Answer { result, fields })
}

/// A nonconformity of the question; answers its number.
async fn raise(app: &App, seat: &Seat, audit: &Audit, question: &Question, typed: &Typed) -> Result<String, Refusal> {
    let title: String = question.text.chars().take(TITLE).collect();
    let fields = json!({
        "title": title,
        "source": audit.shown.number(),
        "clause": question.clause,
        "grade": typed.get("grade").unwrap_or("minor"),
        "text": typed.get("evidence").unwrap_or_default().trim(),
    });
    let Json::Object(fields) = fields else { return Err(Refusal::NotFound) };
    let create = Command::Create { kind: FINDING.into(), number: None, input: Input::json(fields) };
    Ok(app.desk.perform(&seat.actor, create, seat.now).await?.number)
}

fn target(kind: &str, number: &str) -> Target {
    Target { kind: kind.into(), number: number.into(), version: None }
}

fn edit(kind: &str, number: &str, fields: Map<String, Json>) -> Command {
    Command::Edit { target: target(kind, number), input: Input::json(fields) }
}

fn step(question: &str, to: &str, fields: Map<String, Json>) -> Command {
    let target = target(QUESTION, question);
    Command::Step { target, to: to.into(), input: Input::json(fields), note: None, public: false }
}

fn one(name: &str, value: Json) -> Map<String, Json> {
    Map::from_iter([(name.to_string(), value)])
}

fn back(audit: &str, question: &str) -> String {
    format!("{}?question={}", address(audit), segment(question))
}

async fn refused(
    app: &App,
    seat: &Seat,
    number: &str,
    question: &str,
    typed: Typed,
    errors: Vec<FieldError>,
) -> Result<Response, Refused> {
    let page = page(app, seat, number, Some(question), &Typed { errors, ..typed }).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}
