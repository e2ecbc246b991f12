//! The report of an audit as a PDF.

use axum::{
    extract::{Path, State as Held},
    response::Response,
};
use desk::Desk;
use model::{Moment, lifecycle::WITHDRAWN};
use print::{Block, Paper, Side, Span, Standing, Text};

use super::{
    drawn,
    read::{Audit, Outcome, Question, mark},
    report::facts,
    text,
};
use crate::{App, Refused, Seat, pages::pdf};

/// `GET /fieldwork/{audit}/report/pdf`
pub async fn report_as_pdf(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Response, Refused> {
    let audit = Audit::read(&app, &seat, &number).await?;
    let state = audit.state(&app).word;
    let paper = paper(&app.desk, &audit, state, seat.now);
    Ok(pdf::answer(paper, &[audit.shown.number(), "report"]).await?)
}

fn paper(desk: &Desk, audit: &Audit, state: String, now: Moment) -> Paper {
    let number = audit.shown.number();
    let base = desk.reached_at().unwrap_or_default();
    let mut control = vec![("Number".to_string(), number.to_string()), ("State".to_string(), state)];
    control.extend(facts(audit).into_iter().map(|(label, words)| (label.to_string(), words)));
    let mut body = vec![Block::heading(1, "Conclusion")];
    match text(&audit.shown, "conclusion") {
        conclusion if conclusion.is_empty() => body.push(Block::paragraph("Not written yet.")),
        conclusion => body.extend(Text { markdown: &conclusion, under: 1, base, ..Text::default() }.blocks()),
    }
    findings(audit, &mut body);
    body.push(Block::heading(1, "Questions"));
    if audit.questions.is_empty() {
        body.push(Block::paragraph("There is no checklist."));
    } else {
        let answered = audit.questions.iter().filter(|question| question.is_answered).count();
        body.push(Block::paragraph(audit.lede(answered)));
    }
    audit.questions.iter().for_each(|question| answer(question, base, &mut body));
    Paper {
        genre: "Report of an internal audit".into(),
        title: audit.shown.title().into(),
        identifier: format!("{number}, report"),
        standing: standing(audit.shown.state()),
        control,
        body,
        ..pdf::blank(desk, now)
    }
}

/// What an audit says stands from the day on which it is reported: the door lets nobody change it then (`kinds`, seals of the
/// audit, its questions and its findings).
fn standing(state: &str) -> Option<Standing> {
    let (mark, words) = match state {
        "reported" | "closed" => return None,
        state if WITHDRAWN.contains(&state) => ("Withdrawn", "Withdrawn: this audit says nothing any more."),
        _ => ("Draft", "Draft: the audit is not reported yet."),
    };
    Some(Standing { mark: mark.into(), words: words.into() })
}

fn findings(audit: &Audit, body: &mut Vec<Block>) {
    body.push(Block::heading(1, "Findings"));
    for sentence in audit.systemic() {
        let systemic = Span::Strong { spans: vec![Span::text("Systemic.")] };
        body.push(Block::Paragraph { text: vec![systemic, Span::text(format!(" {sentence}"))] });
    }
    if let Some(sentence) = audit.since() {
        body.push(Block::paragraph(sentence));
    }
    if audit.findings.is_empty() {
        body.push(Block::paragraph("None."));
        return;
    }
    let head = ["Finding", "Grade", "Clause", "State today", "What was found"].map(|label| (label, Side::Start));
    let row = |finding: &super::read::Finding| {
        let said = if finding.text.is_empty() { &finding.title } else { &finding.text };
        [&finding.number, &finding.grade, &finding.clause, &finding.state, said].map(String::clone).to_vec()
    };
    body.push(Block::table(&head, audit.findings.iter().map(row).collect()));
}

fn answer(question: &Question, base: &str, body: &mut Vec<Block>) {
    body.push(Block::heading(2, format!("{} {}", question.clause, question.text)));
    let result = Span::Strong { spans: vec![Span::text(mark(question.result).word)] };
    let sample = drawn(question);
    let mut line = vec![result];
    if !sample.is_empty() {
        line.push(Span::text(format!(" · {sample}")));
    }
    body.push(Block::Paragraph { text: line });
    body.extend(Text { markdown: &question.evidence, under: 2, base, ..Text::default() }.blocks());
    let told = |result: Option<Outcome>| result.is_some_and(|result| result != Outcome::Conforms);
    let seen = question.items.iter().filter(|item| told(item.result) || !item.note.is_empty());
    let rows: Vec<Vec<String>> =
        seen.map(|item| vec![item.record.clone(), mark(item.result).word, item.note.clone()]).collect();
    if !rows.is_empty() {
        body.push(Block::table(&["Record", "Result", "What was seen"].map(|label| (label, Side::Start)), rows));
    }
}
