//! An audit with its questions and findings, as its pages look at it.

use desk::{Names, Shown};
use engines::audits::systemic;
use model::{Filter, Moment, Order, Query, Refusal, Value, lifecycle::sentence_case, query::EVERY, words::counted};

use super::{AUDIT, FINDING, QUESTION, moment, text, texts};
use crate::{
    App, Seat,
    view::{
        parts::{Mark, Shape, Tone},
        state,
    },
};

/// Most questions and findings of an audit.
const MOST: usize = model::query::PAGE_MAX;

/// What may come of a question, and of each record of its sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Conforms,
    Observation,
    Nonconformity,
    NotApplicable,
}

pub const RESULTS: [Outcome; 4] =
    [Outcome::Conforms, Outcome::Observation, Outcome::Nonconformity, Outcome::NotApplicable];

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Conforms => "conforms",
            Outcome::Observation => "observation",
            Outcome::Nonconformity => "nonconformity",
            Outcome::NotApplicable => "not_applicable",
        }
    }

    pub fn label(self) -> String {
        sentence_case(self.name())
    }

    pub fn parse(name: &str) -> Option<Outcome> {
        RESULTS.into_iter().find(|result| result.name() == name)
    }
}

pub fn mark(result: Option<Outcome>) -> Mark {
    let Some(result) = result else { return Mark::new(Shape::New, Tone::Mute, "To do") };
    let (shape, tone) = match result {
        Outcome::Conforms => (Shape::Met, Tone::Ok),
        Outcome::Observation => (Shape::Risk, Tone::Warn),
        Outcome::Nonconformity => (Shape::Nonconforming, Tone::Bad),
        Outcome::NotApplicable => (Shape::Nothing, Tone::Mute),
    };
    Mark::new(shape, tone, result.label())
}

pub struct Audit {
    pub shown: Shown,
    pub clauses: Vec<String>,
    pub auditors: Vec<String>,
    /// By clause as it stands in the standard, then in the order of their numbers.
    pub questions: Vec<Question>,
    pub findings: Vec<Finding>,
    /// Of the people and records that its facts name.
    pub names: Names,
    /// Raised with it as their source after its report was out: the report does not tell of them.
    pub found_since: Vec<Finding>,
}

pub struct Question {
    pub number: String,
    pub clause: String,
    pub text: String,
    pub result: Option<Outcome>,
    pub evidence: String,
    pub finding: Option<String>,
    pub requirement: String,
    pub as_of: Option<Moment>,
    pub seed: String,
    /// Records in the population.
    pub count: u64,
    pub digest: String,
    pub items: Vec<Item>,
    pub is_answered: bool,
}

pub struct Item {
    pub record: String,
    pub result: Option<Outcome>,
    pub note: String,
}

pub struct Finding {
    pub number: String,
    pub title: String,
    pub clause: String,
    pub grade: String,
    pub text: String,
    pub raised: Option<Moment>,
    /// As it is today: a finding is put right after the report.
    pub state: String,
}

impl Audit {
    /// # Errors
    /// `NotFound` for an audit that is not there or not for the reader.
    pub async fn read(app: &App, seat: &Seat, number: &str) -> Result<Audit, Refusal> {
        let shown = app.desk.show(&seat.actor, AUDIT, number, None, seat.now).await?;
        let scope = shown.fields().get("scope");
        let clauses = texts(scope.and_then(|scope| scope.part("clauses")));
        let mut auditors = texts(shown.fields().get("auditors"));
        if let Some(lead) = Some(text(&shown, "owner")).filter(|lead| !lead.is_empty() && !auditors.contains(lead)) {
            auditors.insert(0, lead);
        }
        let questions = of_audit(app, seat, QUESTION, "audit", number).await?;
        let mut questions: Vec<Question> = questions.iter().map(question).collect();
        let known = engines::conformity::catalogue();
        let place = |clause: &str| known.clauses.iter().position(|known| known.id == clause).unwrap_or(usize::MAX);
        questions.sort_by_key(|question| place(&question.clause));
        let catalog = app.desk.catalog();
        let findings = of_audit(app, seat, FINDING, "source", number).await?;
        let findings = findings.iter().map(|shown| Finding {
            number: shown.number().into(),
            title: shown.title().into(),
            clause: text(shown, "clause"),
            grade: text(shown, "grade"),
            text: text(shown, "text"),
            raised: moment(shown.fields().get("raised_on")),
            state: catalog.find(FINDING).map(|kind| kind.state_label(shown.state())).unwrap_or_default(),
        });
        let is_out = app.desk.seals(&shown, QUESTION).is_some();
        let reported = shown.fields().get("report_on").and_then(Value::as_moment).filter(|_| is_out);
        let in_time = |finding: &Finding| finding.raised.zip(reported).is_none_or(|(raised, told)| raised <= told);
        let (findings, found_since) = findings.partition(in_time);
        let mut audit = Audit { shown, clauses, auditors, questions, findings, found_since, names: Names::default() };
        let (mails, numbers) = super::report::named(&audit).into_iter().partition(|name| name.contains('@'));
        audit.names = app.desk.names_of(&seat.actor, numbers, mails, seat.now).await?;
        Ok(audit)
    }

    /// Why nothing that was asked in it can be changed any more, as a sentence; `None` while it can.
    pub fn sealed(&self, app: &App) -> Option<String> {
        app.desk.seals(&self.shown, QUESTION)
    }

    pub fn state(&self, app: &App) -> Mark {
        let catalog = app.desk.catalog();
        catalog.find(AUDIT).map(|kind| state::mark(kind, self.shown.state())).unwrap_or_default()
    }

    /// "20 of 32 questions answered, 2 nonconformities, one observation."
    pub fn lede(&self, answered: usize) -> String {
        let count = |result: Outcome| self.questions.iter().filter(|one| one.result == Some(result)).count();
        format!(
            "{answered} of {} answered, {}, {}.",
            counted(self.questions.len(), "question", "questions"),
            counted(self.findings.len(), "finding", "findings"),
            counted(count(Outcome::Observation), "observation", "observations")
        )
    }

    /// What was raised after the report, as a sentence; `None` for nothing.
    pub fn since(&self) -> Option<String> {
        let numbers: Vec<&str> = self.found_since.iter().map(|finding| finding.number.as_str()).collect();
        (!numbers.is_empty()).then(|| format!("Raised since the report: {}.", numbers.join(", ")))
    }

    /// Clauses whose minor findings together are a major one, each as a sentence.
    pub fn systemic(&self) -> Vec<String> {
        let minors = self.findings.iter().filter(|finding| finding.grade == "minor");
        let told = |(clause, count): (&str, usize)| {
            format!(
                "{count} minor findings on clause {clause} together show a broken system: raise them as a major one."
            )
        };
        systemic(minors.map(|finding| finding.clause.as_str())).into_iter().map(told).collect()
    }
}

/// Records of a kind that name the audit in a field, in the order in which they came.
async fn of_audit(
    app: &App,
    seat: &Seat,
    kind: &'static str,
    field: &str,
    number: &str,
) -> Result<Vec<Shown>, Refusal> {
    let query = Query {
        filter: Filter::equal(field, number),
        order: vec![Order { path: "created".into(), descending: false }],
        columns: vec![EVERY.into()],
        size: MOST,
        ..Query::of(kind)
    };
    match app.desk.list(&seat.actor, &query, seat.now).await {
        Ok(page) => Ok(page.records),
        Err(Refusal::NotFound) => Ok(Vec::new()),
        Err(refusal) => Err(refusal),
    }
}

fn question(shown: &Shown) -> Question {
    let population = shown.fields().get("population");
    let part = |name: &str| population.and_then(|population| population.part(name));
    let said = |name: &str| part(name).and_then(Value::as_text).unwrap_or_default().to_string();
    let count = match part("count") {
        Some(Value::Number(count)) => u64::try_from(*count).unwrap_or_default(),
        _ => 0,
    };
    let items = shown.fields().get("items").map(Value::entries).unwrap_or_default();
    Question {
        number: shown.number().into(),
        clause: text(shown, "clause"),
        text: text(shown, "question"),
        result: Outcome::parse(&text(shown, "result")),
        evidence: text(shown, "evidence"),
        finding: Some(text(shown, "finding")).filter(|finding| !finding.is_empty()),
        requirement: said("requirement"),
        as_of: moment(part("as_of")),
        seed: said("seed"),
        count,
        digest: said("digest"),
        items: items.iter().map(item).collect(),
        is_answered: shown.state() == "answered",
    }
}

fn item(row: &Value) -> Item {
    let text = |name: &str| row.part(name).and_then(Value::as_text).unwrap_or_default().to_string();
    Item { record: text("record"), result: Outcome::parse(&text("result")), note: text("note") }
}
