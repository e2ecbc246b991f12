//! What is out of the ordinary, on the record's page: which steps of its procedure are done, which come next and until when.

use desk::{Shown, ShownEntry};
use model::{
    Act, Filter, Kind, Moment, Phase, Query, Refusal, Value, filter::Operand, handling::Procedure, time::MINUTE,
    words::counted,
};

use super::piece::{Lens, record_address};
use crate::{
    App, Seat,
    view::{
        parts::{Link, Mark, Shape, Tone},
        time,
    },
};

/// The section of a record's page.
pub struct Board {
    pub title: String,
    pub steps: Vec<Line>,
    /// Where it is written how this is done.
    pub papers: Vec<Link>,
}

/// One step of the procedure.
pub struct Line {
    pub mark: Mark,
    pub what: String,
    pub more: String,
    /// Where it is done, and in what words; empty where there is nothing to do.
    pub act: Option<Link>,
}

/// Days within which the report is given, from Monday to Friday (check 8.6.1-6).
const REPORT_DAYS: &str = "ten working days";

/// `None` for what is ordinary.
///
/// # Errors
/// What the desk refuses.
pub async fn board(
    app: &App,
    seat: &Seat,
    lens: &Lens<'_>,
    kind: &Kind,
    shown: &Shown,
    entries: &[ShownEntry],
) -> Result<Option<Board>, Refusal> {
    let Some(procedure) = kind.procedure.filter(|_| seat.actor.customer.is_none()) else { return Ok(None) };
    if shown.fields().get(procedure.flag).and_then(Value::as_flag) != Some(true) {
        return Ok(doubt(lens, &procedure, kind, shown, papers(app, seat, lens, &procedure).await?));
    }
    let report = app.desk.report_on(&seat.actor, &procedure, shown.number(), seat.now).await?;
    let settings = app.desk.settings();
    let within = settings.number(procedure.within);
    let mut steps = vec![
        declared(kind, &procedure, shown, entries),
        led(lens, &procedure, kind, shown),
        told(lens, &procedure, report.as_ref(), declared_on(&procedure, shown, entries), within),
        word(lens, &procedure, shown),
    ];
    steps.extend(settings.public.is_on.then(|| public(kind, &procedure, shown)));
    steps.push(reviewed(lens, &procedure, report.as_ref()));
    steps.push(carried_on(lens, &procedure, kind, shown, report.as_ref()));
    let title = kind.label_of(procedure.flag);
    Ok(Some(Board { title, steps, papers: papers(app, seat, lens, &procedure).await? }))
}

/// Who reads a public word on a record: its customer, and where it is nobody's, those concerned by what is out of the ordinary;
/// empty where there is nobody.
pub fn hearers<'c>(kind: &Kind, shown: &Shown, customer: &'c str) -> &'c str {
    let flag = kind.procedure.and_then(|procedure| shown.fields().get(procedure.flag)?.as_flag());
    if customer.is_empty() && flag == Some(true) { "those concerned" } else { customer }
}

fn line(mark: (Shape, Tone), word: &str, what: impl Into<String>, more: impl Into<String>) -> Line {
    Line { mark: Mark::new(mark.0, mark.1, word), what: what.into(), more: more.into(), act: None }
}

const DONE: (Shape, Tone) = (Shape::Met, Tone::Ok);
const OPEN: (Shape, Tone) = (Shape::Ring, Tone::Mute);
const LATE: (Shape, Tone) = (Shape::Nonconforming, Tone::Bad);

fn declared_on(procedure: &Procedure, shown: &Shown, entries: &[ShownEntry]) -> Moment {
    let says = |entry: &&ShownEntry| {
        let value = entry.entry.changes.get(procedure.flag).or_else(|| entry.entry.base.get(procedure.flag));
        value.and_then(Option::as_ref).and_then(Value::as_flag) == Some(true)
    };
    entries.iter().find(says).map_or_else(|| shown.created(), |entry| entry.entry.at)
}

fn declared(kind: &Kind, procedure: &Procedure, shown: &Shown, entries: &[ShownEntry]) -> Line {
    let at = declared_on(procedure, shown, entries);
    let when = if at == Moment::UNKNOWN { String::new() } else { time::exact(at) };
    line(DONE, "Done", format!("Declared: {}", kind.label_of(procedure.flag).to_lowercase()), when)
}

fn led(lens: &Lens<'_>, procedure: &Procedure, kind: &Kind, shown: &Shown) -> Line {
    let lead = shown.fields().get(procedure.lead).and_then(Value::as_text);
    let mut line = match lead {
        Some(lead) => line(DONE, "Done", "Somebody leads it", lens.person(lead).name),
        None => line(LATE, "Open", "Nobody leads it yet", "Name who does."),
    };
    if shown.can(Act::Edit) && lead.is_none() {
        let here = record_address(kind, shown.number());
        line.act = Some(Link::new("Name the lead", format!("{here}/field/{}", procedure.lead)));
    }
    line
}

fn told(lens: &Lens<'_>, procedure: &Procedure, report: Option<&Shown>, declared: Moment, within: i64) -> Line {
    let told = report.and_then(|report| report.fields().get(procedure.told)).and_then(Value::as_moment);
    let until = declared.plus(within * MINUTE);
    let what = "Top management is told";
    let mut line = match told {
        Some(at) if at <= until => line(DONE, "Done", what, time::exact(at)),
        Some(at) => line(
            LATE,
            "Late",
            what,
            format!("{}; {} allowed", time::exact(at), counted(within, "minute was", "minutes were")),
        ),
        None if lens.now > until => line(LATE, "Late", what, format!("was due {}", time::exact(until))),
        None => line(OPEN, "Open", what, format!("until {}", time::exact(until))),
    };
    if let (None, Some(report)) = (told, report.filter(|report| report.can(Act::Edit))) {
        let at = lens.catalog.find(procedure.report).map(|kind| record_address(kind, report.number()));
        line.act = at.map(|at| Link::new("Write down when", format!("{at}/field/{}", procedure.told)));
    }
    line
}

fn word(lens: &Lens<'_>, procedure: &Procedure, shown: &Shown) -> Line {
    let next = shown.fields().get(procedure.next_update).and_then(Value::as_moment);
    let what = "Those concerned hear how it stands";
    match next {
        None => line(DONE, "Done", what, "nothing more is owed"),
        Some(at) if at < lens.now => line(LATE, "Late", what, format!("the next word was due {}", time::exact(at))),
        Some(at) => line(OPEN, "Open", what, format!("next word until {}; a public reply counts", time::exact(at))),
    }
}

fn reviewed(lens: &Lens<'_>, procedure: &Procedure, report: Option<&Shown>) -> Line {
    let Some(report) = report else {
        return line(OPEN, "Open", "Reviewed and reported", "the review is opened by itself");
    };
    let given = report.fields().get(procedure.reported).and_then(Value::as_moment);
    let mut line = match given {
        Some(at) => line(DONE, "Done", "Reviewed and reported", time::exact(at)),
        None => line(OPEN, "Open", "Reviewed and reported", format!("within {REPORT_DAYS} after it is resolved")),
    };
    let kind = lens.catalog.find(procedure.report);
    line.act = kind.map(|kind| Link::new(report.number(), record_address(kind, report.number())));
    line
}

/// Whether everybody is told, where there is a page for that.
fn public(kind: &Kind, procedure: &Procedure, shown: &Shown) -> Line {
    let (page, text) = procedure.public;
    let said = |field: &str| shown.fields().get(field).and_then(Value::as_text).filter(|text| !text.is_empty());
    let what = "The public page tells of it";
    let (mut line, field) = match (said(page), said(text)) {
        (Some("shown"), Some(_)) => return line(DONE, "Done", what, "shown"),
        (Some("shown"), None) => (line(LATE, "Open", what, "shown without words"), text),
        (Some(_), _) => return line(DONE, "Done", what, "somebody decided that it does not"),
        (None, _) => (line(OPEN, "Open", what, "nobody has decided that yet"), page),
    };
    if shown.can(Act::Edit) {
        line.act = Some(Link::new("Decide", format!("{}/field/{field}", record_address(kind, shown.number()))));
    }
    line
}

/// Whether another record carries the cause on, or the report says why none does.
fn carried_on(lens: &Lens<'_>, procedure: &Procedure, kind: &Kind, shown: &Shown, report: Option<&Shown>) -> Line {
    let what = "The cause is carried on";
    if let Some(number) = shown.fields().get(procedure.cause).and_then(Value::as_text) {
        let title = lens.names.records.get(number).map(|(title, _)| title.clone()).unwrap_or_default();
        return line(DONE, "Done", what, format!("{number} {title}"));
    }
    if report.is_some_and(|report| report.fields().contains_key(procedure.no_cause)) {
        return line(DONE, "Done", what, "the report says why that is not needed");
    }
    let label = kind.label_of(procedure.cause).to_lowercase();
    let mut line = line(OPEN, "Open", what, format!("by a {label}, or the report says why none is needed"));
    if shown.can(Act::Edit) {
        let here = record_address(kind, shown.number());
        line.act = Some(Link::new(format!("Name the {label}"), format!("{here}/field/{}", procedure.cause)));
    }
    line
}

/// What a person is asked of a record that the criteria do not make one: whether it is out of the ordinary all the same.
fn doubt(lens: &Lens<'_>, procedure: &Procedure, kind: &Kind, shown: &Shown, papers: Vec<Link>) -> Option<Board> {
    let decided = shown.fields().contains_key(procedure.flag) || kind.phase(shown.state()) == Phase::Done;
    if decided || !shown.can(Act::Edit) || lens.now < shown.created() {
        return None;
    }
    let says = |(field, word, _): &&(&str, &str, &str)| {
        shown.fields().get(*field).and_then(Value::as_text).is_some_and(|held| held == *word)
    };
    let asked = procedure.asks.iter().filter(says);
    let mut steps: Vec<Line> = asked.map(|(_, _, question)| line(OPEN, "For a person", *question, "")).collect();
    let here = format!("{}/field/{}", record_address(kind, shown.number()), procedure.flag);
    steps.last_mut()?.act = Some(Link::new("Decide", here));
    Some(Board { title: format!("{}?", kind.label_of(procedure.flag)), steps, papers })
}

/// Current papers that say how this is done.
async fn papers(app: &App, seat: &Seat, lens: &Lens<'_>, procedure: &Procedure) -> Result<Vec<Link>, Refusal> {
    let (kind, field, values) = procedure.papers;
    let Some(kind) = lens.catalog.find(kind) else { return Ok(Vec::new()) };
    let values = values.iter().map(|value| Operand::Value(Value::text(*value))).collect();
    let query = Query { filter: Filter::In { path: field.into(), values }, size: 5, ..Query::of(kind.name) };
    match app.desk.list(&seat.actor, &query, seat.now).await {
        Ok(page) => {
            let link = |shown: &Shown| Link::new(shown.title(), record_address(kind, shown.number()));
            Ok(page.records.iter().map(link).collect())
        }
        Err(Refusal::NotFound) => Ok(Vec::new()),
        Err(other) => Err(other),
    }
}
