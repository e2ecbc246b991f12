//! The work of an internal audit: its checklist, samples drawn from frozen populations, what was seen on each record, and
//! the report that follows.

mod act;
mod printed;
mod read;
mod report;

use askama::Template;
use axum::{
    extract::{Path, Query as Pairs, State as Held},
    response::Html,
};
use desk::{Shown, rights};
use model::{Act, FieldError, Moment, Refusal, Value, words::counted};
use serde::Deserialize;

use crate::{
    App, Refused, Seat,
    record::address::segment,
    view::{
        field::{Control, Field, Pick},
        parts::{Empty, Link, Mark, Shape, Tone},
        shell::Shell,
        time,
    },
};
use read::{Audit, Outcome, Question, RESULTS, mark};

pub(super) use act::population;
pub use act::{answer, draw, make_checklist};
pub use printed::report_as_pdf;
pub use report::report;

/// Kinds that these pages are about.
const AUDIT: &str = "audit";
const QUESTION: &str = "audit_question";
const FINDING: &str = "nonconformity";

pub fn address(audit: &str) -> String {
    format!("/fieldwork/{}", segment(audit))
}

#[derive(Template)]
#[template(path = "page/fieldwork.html")]
struct FieldworkPage {
    shell: Shell,
    crumbs: Vec<Link>,
    number: String,
    heading: String,
    lede: String,
    state: Mark,
    auditors: String,
    clauses: String,
    sampled: usize,
    of_records: u64,
    report: String,
    address: String,
    /// Whether this reader works on the audit.
    may_work: bool,
    /// Why nobody does any more; empty while it can be worked on.
    sealed: String,
    systemic: Vec<String>,
    groups: Vec<Group>,
    answered: usize,
    all: usize,
    percent: usize,
    open: Option<Open>,
    findings: Vec<FindingLine>,
    nothing: Empty,
}

/// A clause with its questions.
struct Group {
    clause: Link,
    title: String,
    questions: Vec<QuestionLine>,
}

struct QuestionLine {
    href: String,
    text: String,
    mark: Mark,
    current: bool,
}

struct FindingLine {
    link: Link,
    grade: String,
    state: String,
}

/// The question that is worked on.
struct Open {
    number: String,
    record: String,
    clause: Link,
    text: String,
    seen_before: String,
    drawn: String,
    digest: String,
    rows: Vec<SampleRow>,
    draw: Vec<Field>,
    fields: Vec<Field>,
    errors: Vec<(String, String)>,
    finding: Option<Link>,
}

struct SampleRow {
    record: Link,
    title: String,
    /// What the live check says of it.
    live: Mark,
    said: String,
    place: usize,
    options: Vec<Pick>,
    result: Mark,
    note: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    question: Option<String>,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    pairs: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

impl Typed {
    fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }
}

/// `GET /fieldwork/{audit}?question=`
pub async fn open(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
    Pairs(asked): Pairs<Asked>,
) -> Result<Html<String>, Refused> {
    let page = page(&app, &seat, &number, asked.question.as_deref(), &Typed::default()).await?;
    Ok(Html(page.render()?))
}

async fn page(
    app: &App,
    seat: &Seat,
    number: &str,
    wanted: Option<&str>,
    typed: &Typed,
) -> Result<FieldworkPage, Refusal> {
    let audit = Audit::read(app, seat, number).await?;
    let address = address(number);
    let sealed = audit.sealed(app);
    let may_work = sealed.is_none() && may_work(app, seat, &audit.shown);
    let chosen = match wanted {
        Some(wanted) => Some(audit.questions.iter().find(|one| one.number == wanted).ok_or(Refusal::NotFound)?),
        None => audit.questions.iter().find(|one| one.result.is_none()).or(audit.questions.first()),
    };
    let answered = audit.questions.iter().filter(|one| one.result.is_some()).count();
    let open = match chosen {
        Some(question) => Some(opened(app, seat, &audit, question, typed, may_work).await?),
        None => None,
    };
    let all = audit.questions.len();
    Ok(FieldworkPage {
        crumbs: vec![
            Link::new("Audits", "/audits"),
            Link::new(number, format!("/audits/{}", segment(number))),
            Link::new("Work", ""),
        ],
        number: number.into(),
        heading: audit.shown.title().into(),
        lede: audit.lede(answered),
        state: audit.state(app),
        auditors: report::in_words(&audit.names, &audit.auditors.join(", ")),
        clauses: audit.clauses.join(", "),
        sampled: audit.questions.iter().map(|one| one.items.len()).sum(),
        of_records: audit.questions.iter().map(|one| one.count).sum(),
        report: format!("{address}/report"),
        may_work,
        sealed: sealed.unwrap_or_default(),
        systemic: audit.systemic(),
        groups: groups(&audit, &address, chosen.map(|one| one.number.as_str())),
        answered,
        all,
        percent: (answered * 100).checked_div(all).unwrap_or(0),
        open,
        findings: audit.findings.iter().chain(&audit.found_since).map(finding_line).collect(),
        nothing: Empty {
            mark: Mark::new(Shape::Nothing, Tone::Mute, "There is no checklist yet."),
            text: match may_work {
                true => "It is made of what auditors ask about the clauses of the audit's scope.".into(),
                false => String::new(),
            },
            step: None,
        },
        shell: Shell { views: true, ..crate::shell(app, seat, "/audits").await },
        address,
    })
}

fn may_work(app: &App, seat: &Seat, audit: &Shown) -> bool {
    let catalog = app.desk.catalog();
    let creates = catalog.find(QUESTION).is_some_and(|kind| rights::may(&seat.actor, kind, Act::Create, None));
    creates && audit.can(Act::Edit)
}

fn finding_line(finding: &read::Finding) -> FindingLine {
    FindingLine {
        link: Link::new(
            format!("{} {}", finding.number, finding.title),
            format!("/nonconformities/{}", segment(&finding.number)),
        ),
        grade: finding.grade.clone(),
        state: finding.state.clone(),
    }
}

fn groups(audit: &Audit, address: &str, current: Option<&str>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for question in &audit.questions {
        if groups.last().is_none_or(|group| group.clause.text != question.clause) {
            let known = engines::conformity::catalogue();
            let title = known.clauses.iter().find(|clause| clause.id == question.clause);
            groups.push(Group {
                clause: Link::new(&question.clause, format!("/conformity/{}", segment(&question.clause))),
                title: title.map(|clause| clause.title.clone()).unwrap_or_default(),
                questions: Vec::new(),
            });
        }
        if let Some(group) = groups.last_mut() {
            group.questions.push(QuestionLine {
                href: format!("{address}?question={}", segment(&question.number)),
                text: question.text.clone(),
                mark: mark(question.result),
                current: current == Some(question.number.as_str()),
            });
        }
    }
    groups
}

async fn opened(
    app: &App,
    seat: &Seat,
    audit: &Audit,
    question: &Question,
    typed: &Typed,
    may_work: bool,
) -> Result<Open, Refusal> {
    let (mut draw, mut fields) = match may_work {
        true => (draw_fields(app, seat, audit, question, typed).await?, answer_fields(question, typed)),
        false => (Vec::new(), Vec::new()),
    };
    let mut errors = super::welcome::told(&mut fields, &typed.errors);
    let in_draw: Vec<String> = draw.iter().map(|field| field.name.clone()).collect();
    errors.retain(|(name, _)| !in_draw.contains(name));
    let drawing: Vec<FieldError> =
        typed.errors.iter().filter(|error| in_draw.contains(&error.field)).cloned().collect();
    errors.extend(super::welcome::told(&mut draw, &drawing));
    Ok(Open {
        number: question.number.clone(),
        record: format!("/audit_questions/{}", segment(&question.number)),
        clause: Link::new(&question.clause, format!("/conformity/{}", segment(&question.clause))),
        text: question.text.clone(),
        seen_before: if may_work { String::new() } else { question.evidence.clone() },
        drawn: drawn(question),
        digest: question.digest.clone(),
        rows: sample_rows(app, seat, question, typed).await?,
        draw,
        fields,
        errors,
        finding: question
            .finding
            .as_ref()
            .map(|number| Link::new(number, format!("/nonconformities/{}", segment(number)))),
    })
}

/// "25 of 79 records of 8.5.1.3.h as of …, seed AUD-2-8.5.1.3"
fn drawn(question: &Question) -> String {
    if question.items.is_empty() {
        return String::new();
    }
    let as_of = question.as_of.map(time::exact).unwrap_or_default();
    format!(
        "{} of {} of {} as of {as_of}, seed {}",
        question.items.len(),
        counted(question.count, "record", "records"),
        question.requirement,
        question.seed
    )
}

async fn sample_rows(app: &App, seat: &Seat, question: &Question, typed: &Typed) -> Result<Vec<SampleRow>, Refusal> {
    if question.items.is_empty() {
        return Ok(Vec::new());
    }
    let numbers = question.items.iter().map(|item| item.record.clone()).collect();
    let names = app.desk.names_of(&seat.actor, numbers, Default::default(), seat.now).await?;
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let verdict = assessment.find(&question.requirement);
    let catalog = app.desk.catalog();
    let rows = question.items.iter().enumerate().map(|(place, item)| {
        let known = names.records.get(&item.record);
        let kind = known.and_then(|(_, kind)| catalog.find(kind));
        let href = kind.map(|kind| format!("/{}/{}", kind.plural, segment(&item.record))).unwrap_or_default();
        let found = assessment.records.find(&item.record).map(|(place, _)| place);
        let looked = found.filter(|place| verdict.is_some_and(|verdict| verdict.seen.has_looked_at(*place)));
        let said = looked.and_then(|place| verdict?.seen.blamed_for(place)).unwrap_or_default();
        let live = match (looked, said.is_empty()) {
            (None, _) => Mark::new(Shape::Nothing, Tone::Mute, "Not looked at today"),
            (Some(_), true) => Mark::new(Shape::Met, Tone::Ok, "Conforms"),
            (Some(_), false) => Mark::new(Shape::Nonconforming, Tone::Bad, "Fails"),
        };
        let result = typed.get(&format!("result.{place}")).map_or(item.result, Outcome::parse);
        let note = typed.get(&format!("note.{place}")).unwrap_or(&item.note).to_string();
        SampleRow {
            record: Link::new(&item.record, href),
            title: known.map(|(title, _)| title.clone()).unwrap_or_default(),
            live,
            said,
            place,
            options: picks(result),
            result: mark(result),
            note,
        }
    });
    Ok(rows.collect())
}

fn picks(chosen: Option<Outcome>) -> Vec<Pick> {
    let pick =
        |result: &Outcome| Pick { value: result.name().into(), label: result.label(), chosen: chosen == Some(*result) };
    RESULTS.iter().map(pick).collect()
}

/// Which population to draw from, by which seed, how many.
async fn draw_fields(
    app: &App,
    seat: &Seat,
    audit: &Audit,
    question: &Question,
    typed: &Typed,
) -> Result<Vec<Field>, Refusal> {
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let chosen = typed.get("requirement").unwrap_or(&question.requirement).to_string();
    let populations: Vec<Pick> = assessment
        .verdicts
        .iter()
        .filter(|verdict| verdict.requirement.clause == question.clause && verdict.population > 0)
        .map(|verdict| Pick {
            value: verdict.requirement.id.clone(),
            label: format!("{}: {}", verdict.requirement.id, counted(verdict.population, "record", "records")),
            chosen: verdict.requirement.id == chosen,
        })
        .collect();
    if populations.is_empty() {
        return Ok(Vec::new());
    }
    let offered = format!("{}-{}", audit.shown.number(), question.clause);
    let seed = typed.get("seed").unwrap_or(if question.seed.is_empty() { &offered } else { &question.seed });
    Ok(vec![
        Field {
            name: "requirement".into(),
            label: "Population".into(),
            help: "The records that the requirement looks at today. They are frozen as of this moment.".into(),
            required: true,
            control: Control::Choice { options: populations, blank: None },
            ..Field::default()
        },
        Field {
            name: "seed".into(),
            label: "Seed".into(),
            help: "The same seed draws the same records of the same population.".into(),
            required: true,
            control: Control::Line { value: seed.into(), kind: "text", autocomplete: "off", max: Some(100) },
            ..Field::default()
        },
        Field {
            name: "size".into(),
            label: "Records to draw".into(),
            help: "Empty: as many as rule R24 asks for, to meet one faulty record with 95 percent confidence if 5 percent were."
                .into(),
            control: Control::Number {
                value: typed.get("size").unwrap_or_default().into(),
                unit: String::new(),
                step: "1",
            },
            ..Field::default()
        },
    ])
}

/// What came of the question, why, and how grave it is.
fn answer_fields(question: &Question, typed: &Typed) -> Vec<Field> {
    let result = typed.get("result").map_or(question.result, Outcome::parse);
    let evidence = typed.get("evidence").unwrap_or(&question.evidence);
    let grade = typed.get("grade").unwrap_or("minor");
    let grades = ["minor", "major"].map(|name| Pick {
        value: name.into(),
        label: model::lifecycle::sentence_case(name),
        chosen: name == grade,
    });
    let mut fields = vec![
        Field {
            name: "result".into(),
            label: "Result".into(),
            help: "Empty while the work goes on.".into(),
            control: Control::Choice { options: picks(result), blank: Some("Not yet".into()) },
            ..Field::default()
        },
        Field {
            name: "evidence".into(),
            label: "Evidence".into(),
            help: "What was seen, heard and read, where and when.".into(),
            wide: true,
            control: Control::Lines { value: evidence.into(), max: Some(50_000) },
            ..Field::default()
        },
    ];
    if question.finding.is_none() {
        fields.push(Field {
            name: "grade".into(),
            label: "Grade of a nonconformity".into(),
            help: "Major when a whole requirement fails or the system cannot be trusted.".into(),
            control: Control::Choice { options: grades.into(), blank: None },
            ..Field::default()
        });
    }
    fields
}

/// A text of a field, empty where there is none.
fn text(shown: &Shown, field: &str) -> String {
    shown.fields().get(field).and_then(Value::as_text).unwrap_or_default().to_string()
}

/// The texts of a list.
fn texts(value: Option<&Value>) -> Vec<String> {
    value.map(Value::entries).unwrap_or_default().iter().filter_map(Value::as_text).map(str::to_string).collect()
}

fn moment(value: Option<&Value>) -> Option<Moment> {
    value.and_then(Value::as_moment)
}
