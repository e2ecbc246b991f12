//! The report of an audit, made of its record, its questions and its findings: one page that prints.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, State as Held},
    response::Html,
};
use desk::Names;
use model::Value;

use super::{
    address, drawn, moment,
    read::{Audit, Outcome, mark},
    text, texts,
};
use crate::{
    App, Refused, Seat,
    record::address::segment,
    view::{
        parts::{Link, Mark},
        shell::Shell,
        time,
    },
};

#[derive(Template)]
#[template(path = "page/audit_report.html")]
struct ReportPage {
    shell: Shell,
    crumbs: Vec<Link>,
    number: String,
    /// Where the same is a PDF.
    pdf: String,
    title: String,
    facts: Vec<(&'static str, String)>,
    conclusion: String,
    systemic: Vec<String>,
    findings: Vec<FindingPart>,
    /// What was raised after the report; empty for nothing.
    since: String,
    questions: Vec<QuestionPart>,
}

struct FindingPart {
    link: Link,
    grade: String,
    clause: String,
    state: String,
    text: String,
}

struct QuestionPart {
    clause: String,
    text: String,
    mark: Mark,
    evidence: String,
    sample: String,
    /// Records on which something was seen, with what.
    seen: Vec<(String, Mark, String)>,
}

/// `GET /fieldwork/{audit}/report`
pub async fn report(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Html<String>, Refused> {
    let audit = Audit::read(&app, &seat, &number).await?;
    let shell = Shell { views: true, ..crate::shell(&app, &seat, "/audits").await };
    Ok(Html(page(shell, &audit, &number).render()?))
}

fn page(shell: Shell, audit: &Audit, number: &str) -> ReportPage {
    ReportPage {
        crumbs: vec![
            Link::new("Audits", "/audits"),
            Link::new(number, format!("/audits/{}", segment(number))),
            Link::new("Work", address(number)),
        ],
        number: number.into(),
        pdf: format!("{}/report/pdf", address(number)),
        title: audit.shown.title().into(),
        facts: facts(audit),
        conclusion: text(&audit.shown, "conclusion"),
        systemic: audit.systemic(),
        findings: audit
            .findings
            .iter()
            .map(|finding| FindingPart {
                link: Link::new(&finding.number, format!("/nonconformities/{}", segment(&finding.number))),
                grade: finding.grade.clone(),
                clause: finding.clause.clone(),
                state: finding.state.clone(),
                text: if finding.text.is_empty() { finding.title.clone() } else { finding.text.clone() },
            })
            .collect(),
        since: audit.since().unwrap_or_default(),
        questions: audit.questions.iter().map(question).collect(),
        shell,
    }
}

fn parts(words: &str) -> impl Iterator<Item = &str> {
    words.split(", ")
}

/// The people and records that the facts name, by e-mail and number.
pub(super) fn named(audit: &Audit) -> BTreeSet<String> {
    raw(audit).iter().flat_map(|(_, words)| parts(words)).map(str::to_string).collect()
}

/// People by their names, records by their titles beside their numbers.
pub(super) fn in_words(names: &Names, words: &str) -> String {
    let told = |one: &str| match (names.people.get(one), names.records.get(one)) {
        (Some((name, _)), _) => name.clone(),
        (_, Some((title, _))) if !title.is_empty() => format!("{one} {title}"),
        _ => one.to_string(),
    };
    parts(words).map(told).collect::<Vec<_>>().join(", ")
}

/// What is on record of the audit itself, in words; what is not is left out.
pub(super) fn facts(audit: &Audit) -> Vec<(&'static str, String)> {
    raw(audit).into_iter().map(|(label, words)| (label, in_words(&audit.names, &words))).collect()
}

/// The same as it is kept.
fn raw(audit: &Audit) -> Vec<(&'static str, String)> {
    let fields = audit.shown.fields();
    let scope = fields.get("scope");
    let part = |name: &str| texts(scope.and_then(|scope| scope.part(name))).join(", ");
    let list = |name: &str| texts(fields.get(name)).join(", ");
    let day = |name: &str| moment(fields.get(name)).map(|at| time::day(at.date())).unwrap_or_default();
    let all = [
        ("Auditors", audit.auditors.join(", ")),
        ("Criteria", list("criteria")),
        ("Clauses", part("clauses")),
        ("Services", part("services")),
        ("Sites", part("sites")),
        ("Held", day("held_on")),
        ("Reported", day("report_on")),
        ("People met", list("people_met")),
        (
            "Records sampled",
            fields.get("records_sampled").map(Value::entries).map_or(String::new(), |all| all.len().to_string()),
        ),
    ];
    all.into_iter().filter(|(_, words)| !words.is_empty()).collect()
}

fn question(question: &super::Question) -> QuestionPart {
    let told = |result: Option<Outcome>| result.is_some_and(|result| result != Outcome::Conforms);
    let seen = question.items.iter().filter(|item| told(item.result) || !item.note.is_empty());
    QuestionPart {
        clause: question.clause.clone(),
        text: question.text.clone(),
        mark: mark(question.result),
        evidence: question.evidence.clone(),
        sample: drawn(question),
        seen: seen.map(|item| (item.record.clone(), mark(item.result), item.note.clone())).collect(),
    }
}
