//! The gap analysis as a file that consultants fill in with a table program and bring back: CSV (RFC 4180), whatever parts
//! its columns and in whatever order they stand.

use askama::Template;
use axum::{
    extract::{Multipart, State as Held},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use engines::conformity::catalogue;
use kinds::road::requirement_gap as gap;
use model::{Command, FieldError, Refusal, Type, suggest};

use super::gaps::{self, Analysis, Report, Wanted};
use crate::{App, Refused, Seat, api};

/// Largest file, in bytes: the export has a tenth of it.
const LARGEST: usize = 2_000_000;

/// Columns that are written for people and not read back.
const TOLD: [&str; 6] = ["clause", "requirement_text", "state", "why", "proposed", "task"];
/// Columns that are read back.
const READ: [&str; 7] = ["requirement", "judgement", "reason", "missing", "owner", "effort_days", "due"];

/// `GET /road/gaps/export`
pub async fn export(seat: Seat, Held(app): Held<App>) -> Result<Response, Refused> {
    let analysis = Analysis::gather(&app.desk, &seat.actor, seat.now).await?;
    let bytes = written(&analysis).map_err(|error| Refused::fault(&error))?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    let name = format!("attachment; filename=\"gap-analysis-{}.csv\"", seat.now.date());
    headers.extend(HeaderValue::from_str(&name).map(|name| (header::CONTENT_DISPOSITION, name)));
    Ok(response)
}

/// With a mark of UTF-8 in front, so that table programs read letters as what they are.
fn written(analysis: &Analysis) -> Result<Vec<u8>, csv::Error> {
    let mut lines = csv::WriterBuilder::new().from_writer("\u{feff}".as_bytes().to_vec());
    lines.write_record([
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
    ])?;
    for verdict in &analysis.assessment.verdicts {
        let id = &verdict.requirement.id;
        let shown = analysis.open(id);
        let text = |key: &str| {
            let value = shown.and_then(|shown| shown.fields().get(key));
            value.map_or(String::new(), |value| Type::Mixed.print(value))
        };
        let judged = analysis.judged.get(id);
        let cells = [
            verdict.requirement.clause.clone(),
            id.clone(),
            verdict.requirement.text.clone(),
            verdict.state.name().into(),
            verdict.why.clone(),
            gaps::proposed(verdict).into(),
            judged.map_or(String::new(), |judged| judged.state.clone()),
            judged.map_or(String::new(), |judged| judged.reason.clone()),
            text(gap::MISSING.name),
            text(gap::OWNER.name),
            text(gap::EFFORT_DAYS.name),
            text(gap::DUE.name),
            text(gap::TASK.name),
        ];
        lines.write_record(cells.iter().map(|cell| harmless(cell)))?;
    }
    lines.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
}

/// A text that a table program would take for a formula gets an apostrophe before it (OWASP, CSV injection).
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.into() }
}

/// And loses it again.
fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
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
    let text = std::str::from_utf8(bytes).map_err(|_| "is not in UTF-8: save it as \"CSV UTF-8\"".to_owned())?;
    // With one kind of line end, so that lines are counted as people see them.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let head = text.lines().next().unwrap_or_default();
    let parted = [b',', b';', b'\t'].into_iter().max_by_key(|mark| head.matches(char::from(*mark)).count());
    let mut reader =
        csv::ReaderBuilder::new().delimiter(parted.unwrap_or(b',')).flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().map_err(|error| error.to_string())?.iter().map(column).collect();
    if !names.iter().any(|name| name == "requirement") {
        let hint = suggest::hint("requirement", names.iter().map(String::as_str));
        return Err(format!("has no column \"requirement\"{hint}: its first line names the columns"));
    }
    let known = |name: &&String| !READ.contains(&name.as_str()) && !TOLD.contains(&name.as_str()) && !name.is_empty();
    let mut file = File { strange: names.iter().filter(known).cloned().collect(), ..File::default() };
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let begins = record.position().map_or(1, |position| usize::try_from(position.line()).unwrap_or(1));
        // The reader counts from blank lines before the record; people count the record's own line.
        let blank = text.lines().skip(begins.saturating_sub(1)).take_while(|line| line.trim().is_empty()).count();
        let line = begins + blank;
        let cell = |name: &str| {
            let at = names.iter().position(|known| known == name)?;
            record.get(at).map(|cell| plain(cell).to_owned())
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
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
        "{read} lines read: {new} gaps new, {changed} changed, {judged} judgements, {} lines refused.",
        report.refused.len()
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

    #[test]
    fn formulas_become_texts_and_texts_come_back() {
        for text in ["=1+1", "-", "@x", "'quoted'", "plain"] {
            assert_eq!(plain(&harmless(text)), text);
        }
    }
}
