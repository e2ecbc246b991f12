//! The gap analysis as a file that consultants fill in with a table program and bring back: XLSX or CSV, whatever parts its
//! columns and in whatever order they stand.

use askama::Template;
use axum::{
    extract::{Multipart, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use engines::conformity::catalogue;
use kinds::road::requirement_gap as gap;
use model::{Command, FieldError, Refusal, Type, Value, suggest, words::counted};
use sheets::{Cell, Format, Table};

use super::gaps::{self, Analysis, Report, Wanted};
use crate::{App, Refused, Seat, api, record::export::file};

/// Largest file, in bytes: the export has a tenth of it.
const LARGEST: usize = 2_000_000;

/// Columns that are written for people and not read back.
const TOLD: [&str; 6] = ["clause", "requirement_text", "state", "why", "proposed", "task"];
/// Columns that are read back.
const READ: [&str; 7] = ["requirement", "judgement", "reason", "missing", "owner", "effort_days", "due"];

/// `GET /road/gaps/export`
pub async fn export(seat: Seat, Held(app): Held<App>) -> Result<Response, Refused> {
    exported(&seat, &app, Format::Csv).await
}

/// `GET /road/gaps/export.xlsx`
pub async fn export_as_xlsx(seat: Seat, Held(app): Held<App>) -> Result<Response, Refused> {
    exported(&seat, &app, Format::Xlsx).await
}

async fn exported(seat: &Seat, app: &App, format: Format) -> Result<Response, Refused> {
    let analysis = Analysis::gather(&app.desk, &seat.actor, seat.now).await?;
    let mut bytes = format.write(&[written(&analysis)], seat.now).map_err(desk::Fault::new)?;
    if format == Format::Csv {
        // With a mark of UTF-8 in front, so that table programs read letters as what they are.
        bytes.splice(0..0, "\u{feff}".bytes());
    }
    Ok(file(bytes.into(), format, &format!("gap-analysis-{}", seat.now.date())))
}

/// Columns by the names by which they are read back.
fn written(analysis: &Analysis) -> Table {
    let heads = [
        "clause",
        "requirement",
        "requirement_text",
        "state",
        "why",
        "proposed",
        "judgement",
        "reason",
        "missing",
        "owner",
        "effort_days",
        "due",
        "task",
    ];
    let mut table = Table { name: "Gap analysis".into(), heads: heads.map(String::from).into(), rows: Vec::new() };
    for verdict in &analysis.assessment.verdicts {
        let id = &verdict.requirement.id;
        let shown = analysis.open(id);
        let value = |key: &str| match shown.and_then(|shown| shown.fields().get(key)) {
            Some(Value::Number(number)) => Cell::Number(*number),
            Some(Value::Date(date)) => Cell::Date(*date),
            value => Cell::text(value.map_or(String::new(), |value| Type::Mixed.print(value))),
        };
        let judged = analysis.judged.get(id);
        table.rows.push(vec![
            Cell::text(&verdict.requirement.clause),
            Cell::text(id),
            Cell::text(&verdict.requirement.text),
            Cell::text(verdict.state.name()),
            Cell::text(&verdict.why),
            Cell::text(gaps::proposed(verdict)),
            Cell::text(judged.map_or(String::new(), |judged| judged.state.clone())),
            Cell::text(judged.map_or(String::new(), |judged| judged.reason.clone())),
            value(gap::MISSING.name),
            value(gap::OWNER.name),
            value(gap::EFFORT_DAYS.name),
            value(gap::DUE.name),
            value(gap::TASK.name),
        ]);
    }
    table
}

/// `POST /road/gaps/import`: lines that can be taken are, the others are named.
pub async fn import(seat: Seat, Held(app): Held<App>, mut form: Multipart) -> Result<Response, Refused> {
    let mut bytes = None;
    while let Some(part) = form.next_field().await.map_err(api::file::broken)? {
        if part.name() == Some("file") {
            bytes = Some(part.bytes().await.map_err(api::file::broken)?);
        }
    }
    let bytes = bytes.filter(|bytes| !bytes.is_empty()).ok_or_else(|| Refused::field("file", "choose a file"))?;
    if bytes.len() > LARGEST {
        return Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "The file is larger than 2 MB. Nothing was taken."));
    }
    let analysis = Analysis::gather(&app.desk, &seat.actor, seat.now).await?;
    let read = read(&bytes).map_err(|why| Refused::field("file", why))?;
    let report = take(&app, &seat, &analysis, read).await?;
    let status = if report.refused.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, Html(gaps::page(&app, &seat, Some(report)).await?.render()?)).into_response())
}

/// A file as it was understood.
#[derive(Default)]
struct File {
    /// Number of the line, and what it wants.
    lines: Vec<(usize, Result<Wanted, FieldError>)>,
    strange: Vec<String>,
}

/// Reads a file. Lines that say nothing are no lines.
fn read(bytes: &[u8]) -> Result<File, String> {
    let mut lines = sheets::read(bytes)?.into_iter();
    let names: Vec<String> =
        lines.next().map(|(_, cells)| cells.iter().map(|cell| column(cell)).collect()).unwrap_or_default();
    if !names.iter().any(|name| name == "requirement") {
        let hint = suggest::hint("requirement", names.iter().map(String::as_str));
        return Err(format!("has no column \"requirement\"{hint}: its first line names the columns"));
    }
    let known = |name: &&String| !READ.contains(&name.as_str()) && !TOLD.contains(&name.as_str()) && !name.is_empty();
    let mut file = File { strange: names.iter().filter(known).cloned().collect(), ..File::default() };
    for (line, cells) in lines {
        let cell = |name: &str| {
            let at = names.iter().position(|known| known == name)?;
            cells.get(at).map(|cell| sheets::plain(cell).to_owned())
        };
        file.lines.push((line, wanted(cell)));
    }
    Ok(file)
}

/// The name of a column however it is written: "Effort days" and "effort_days" are one.
fn column(head: &str) -> String {
    head.trim().to_lowercase().replace([' ', '-'], "_")
}

/// Empty cells of a gap say nothing: what stands stays.
fn wanted(cell: impl Fn(&str) -> Option<String>) -> Result<Wanted, FieldError> {
    let id = cell("requirement").unwrap_or_default();
    if catalogue().requirement(&id).is_none() {
        let hint = suggest::hint(&id, catalogue().requirements.iter().map(|known| known.id.as_str()));
        return Err(FieldError::new("requirement", format!("there is no requirement \"{id}\"{hint}")));
    }
    let mut fields = Vec::new();
    for part in ["missing", "owner", "effort_days", "due"] {
        let Some(text) = cell(part).filter(|text| !text.is_empty()) else { continue };
        // Table programs of many countries write half a day as 0,5.
        let text = if part == "effort_days" { text.replacen(',', ".", 1) } else { text };
        fields.push((part.to_owned(), text));
    }
    let judgement = cell("judgement").zip(cell("reason"));
    Ok(Wanted { requirement: id, fields, judgement })
}

async fn take(app: &App, seat: &Seat, analysis: &Analysis, file: File) -> Result<Report, Refusal> {
    let mut report = Report { strange: file.strange, ..Report::default() };
    let (read, mut new, mut changed, mut judged) = (file.lines.len(), 0, 0, 0);
    let mut seen = std::collections::HashSet::new();
    for (line, wanted) in file.lines {
        let wanted = match wanted {
            Ok(wanted) => wanted,
            Err(error) => {
                report.refused.push((line, String::new(), format!("{}: {}", error.field, error.message)));
                continue;
            }
        };
        let id = wanted.requirement.clone();
        if !seen.insert(id.clone()) {
            report.refused.push((line, id, "the requirement stands in an earlier line already".into()));
            continue;
        }
        match one(app, seat, analysis, &wanted).await {
            Ok((Some(true), said)) => (new, judged) = (new + 1, judged + usize::from(said)),
            Ok((Some(false), said)) => (changed, judged) = (changed + 1, judged + usize::from(said)),
            Ok((None, said)) => judged += usize::from(said),
            Err(Refusal::Fault(id)) => return Err(Refusal::Fault(id)),
            Err(Refusal::Invalid(errors)) => {
                let why: Vec<String> =
                    errors.iter().map(|error| format!("{} {}", error.field, error.message)).collect();
                report.refused.push((line, id, why.join("; ")));
            }
            Err(refusal) => report.refused.push((line, id, refusal.sentence())),
        }
    }
    app.desk.renew_assessment(seat.now);
    report.words = format!(
        "{} read: {} new, {changed} changed, {}, {} refused.",
        counted(read, "line", "lines"),
        counted(new, "gap", "gaps"),
        counted(judged, "judgement", "judgements"),
        counted(report.refused.len(), "line", "lines")
    );
    Ok(report)
}

/// One line: whether its gap is new or changed, and whether it brought a judgement.
async fn one(app: &App, seat: &Seat, analysis: &Analysis, wanted: &Wanted) -> Result<(Option<bool>, bool), Refusal> {
    let judgement = gaps::judgement(analysis, wanted).map_err(|error| Refusal::Invalid(vec![error]))?;
    let mut done = None;
    if let Some(command) = gaps::command(analysis, wanted) {
        done = Some(matches!(command, Command::Create { .. }));
        app.desk.perform(&seat.actor, command, seat.now).await?;
    }
    if let Some((state, reason)) = &judgement {
        app.desk.add_judgement(&seat.actor, (&wanted.requirement, state, reason), seat.now).await?;
    }
    Ok((done, judgement.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_from_a_table_program_is_understood_whatever_parts_its_columns() {
        let text =
            "\u{feff}Owner;Requirement;Effort days;My notes\r\n\r\nines@tidewell.example;8.6.1-1;\"2,5\";x\r\n;;;\r\n";
        let file = read(text.as_bytes()).expect("it reads");
        assert_eq!(file.strange, ["my_notes"]);
        assert_eq!(file.lines.len(), 1);
        assert_eq!(file.lines[0].0, 3, "lines are counted as people see them");
        let wanted = file.lines[0].1.as_ref().expect("it is wanted");
        assert_eq!(wanted.requirement, "8.6.1-1");
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(wanted.fields, [pair("owner", "ines@tidewell.example"), pair("effort_days", "2.5")]);
        assert!(wanted.judgement.is_none());
    }

    #[test]
    fn a_workbook_is_understood_as_csv_is() {
        let heads = ["Requirement", "Effort days", "Due", "Missing"].map(String::from);
        let row = vec![
            Cell::text("8.6.1-1"),
            Cell::Number("2.5".parse().expect("a number")),
            Cell::Date("2026-12-01".parse().expect("a day")),
            Cell::text("=SUM(A1)"),
        ];
        let table = Table { name: "Gaps".into(), heads: heads.into(), rows: vec![row, vec![Cell::text("8.6.1-q")]] };
        let file = read(&Format::Xlsx.write(&[table], model::Moment(0)).expect("a file")).expect("it reads");
        let wanted = file.lines[0].1.as_ref().expect("it is wanted");
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(wanted.fields, [pair("missing", "=SUM(A1)"), pair("effort_days", "2.5"), pair("due", "2026-12-01")]);
        let (line, refused) = &file.lines[1];
        assert_eq!(*line, 3);
        assert!(refused.as_ref().err().expect("a refusal").message.contains("did you mean"));
    }

    #[test]
    fn what_cannot_be_understood_is_named() {
        let file = read(b"requirement,missing\n8.6.1-1,one\n8.6.1-q,two\n").expect("it reads");
        assert!(file.lines[0].1.is_ok());
        let (line, refused) = &file.lines[1];
        let error = refused.as_ref().err().expect("a refusal");
        assert_eq!((*line, error.field.as_str()), (3, "requirement"));
        assert!(error.message.contains("did you mean"), "{}", error.message);
        assert!(read(b"clause,missing\n1,2\n").err().expect("a refusal").contains("no column \"requirement\""));
        assert!(read(&[0xff, 0xfe, 0x00]).err().expect("a refusal").contains("UTF-8"));
    }
}
