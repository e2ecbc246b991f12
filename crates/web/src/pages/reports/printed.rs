//! A service report as a PDF: what was frozen, with its control block, the same on the page, through the API and in evidence packs.

use std::fmt::Write;

use axum::{
    extract::{Path, State as Held},
    response::Response,
};
use desk::Desk;
use model::{Moment, Refusal};
use print::{Block, Paper, Side, Span, Standing, Text};

use super::{
    drawn::Bars,
    is_made,
    sheet::{self, Drawn, Row, Section, Sheet},
};
use crate::{App, Refused, Seat, pages::pdf};

/// `GET /service-reports/{number}/pdf`: for whoever may read the report.
pub async fn open_as_pdf(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Response, Refused> {
    let (shown, sheet) = sheet::sheet(&app.desk, &seat.actor, &number, seat.now).await?;
    if !is_made(shown.fields()) {
        return Err(Refusal::NotFound.into());
    }
    let base = app.desk.reached_at().unwrap_or_default();
    Ok(pdf::answer(paper(&app.desk, &sheet, base, seat.now), &[&sheet.number]).await?)
}

/// A sheet as a paper; `now` is when the copy is made, or the instant of which it is. `base` stands before addresses of the
/// house in its text.
pub fn paper(desk: &Desk, sheet: &Sheet, base: &str, now: Moment) -> Paper {
    let mut body = vec![Block::heading(1, "In short")];
    body.extend(sheet.short.iter().map(Block::paragraph));
    body.extend(Text { markdown: &sheet.text, under: 1, base, ..Text::default() }.blocks());
    if !sheet.heads.is_empty() {
        let figure = |(label, value, whole): &(String, String, String)| {
            (label.clone(), format!("{value} {whole}").trim().to_string())
        };
        body.push(Block::Figures { figures: sheet.heads.iter().map(figure).collect() });
    }
    sheet.sections.iter().for_each(|one| section(one, &mut body));
    if !sheet.trends.is_empty() {
        body.push(Block::heading(1, "Where it is going"));
        sheet.trends.iter().for_each(|one| trend(one, &mut body));
        body.push(Block::paragraph("Dashed: the mean of these periods."));
    }
    body.push(Block::heading(1, "About these figures"));
    body.push(Block::paragraph(frozen(sheet)));
    let mut control = vec![("About".to_string(), sheet.about.clone())];
    control.extend(sheet.control.iter().cloned());
    let replaced = || Standing { mark: "Superseded".into(), words: sheet.warning.clone() };
    Paper {
        genre: "Service report".into(),
        title: sheet.title.clone(),
        identifier: sheet.number.clone(),
        standing: (!sheet.warning.is_empty()).then(replaced),
        control,
        body,
        ..pdf::blank(desk, now)
    }
}

/// Whether the figures are still those that were counted.
fn frozen(sheet: &Sheet) -> String {
    match (sheet.is_whole, sheet.digest.as_str()) {
        (true, digest) => format!("They were counted once and have not changed since. SHA-256 {digest}."),
        (_, "") => "They were not counted here: the report was brought in or written by hand.".into(),
        _ => "They are not those that were frozen: the digest does not fit.".into(),
    }
}

fn section(section: &Section, body: &mut Vec<Block>) {
    body.push(Block::heading(1, &section.title));
    let mut head = vec![
        ("What", Side::Start),
        (if section.has_strips { "Down" } else { "Of" }, Side::End),
        ("Measured", Side::End),
    ];
    if section.has_targets {
        head.extend([("Agreed", Side::End), ("Result", Side::Start)]);
    }
    if section.has_records {
        head.push(("Records", Side::Start));
    }
    let cells = |row: &Row| {
        let about = if row.about.text.is_empty() { String::new() } else { format!(" ({})", row.about.text) };
        // The reason of what was missed stands below; any other word belongs to its line.
        let said =
            if row.mark.is_none() && !row.reason.is_empty() { format!(": {}", row.reason) } else { String::new() };
        let mut cells = vec![format!("{}{about}{said}", row.name), row.of.clone(), row.measured.clone()];
        if section.has_targets {
            cells.extend([row.target.clone(), row.mark.as_ref().map(|mark| mark.word.clone()).unwrap_or_default()]);
        }
        if section.has_records {
            cells.push(row.records.iter().map(|link| link.text.as_str()).collect::<Vec<_>>().join(", "));
        }
        cells
    };
    body.push(Block::table(&head, section.rows.iter().map(cells).collect()));
    for row in &section.rows {
        if let Some(strip) = &row.strip {
            body.push(Block::paragraph(format!("{}.", strip.told)));
        }
    }
    for (name, why) in &section.missed {
        let missed = Span::Strong { spans: vec![Span::text(format!("Missed: {name}."))] };
        body.push(Block::Paragraph { text: vec![missed, Span::text(format!(" {why}"))] });
    }
}

fn trend(trend: &Drawn, body: &mut Vec<Block>) {
    let title =
        if trend.word.is_empty() { trend.measure.clone() } else { format!("{}: {}", trend.measure, trend.word) };
    body.push(Block::heading(2, title));
    if !trend.bars.bars.is_empty() {
        body.push(Block::Picture { svg: drawing(&trend.bars), told: trend.bars.told.clone() });
    }
    let row = |bar: &super::drawn::Bar| vec![bar.label.clone(), bar.value.clone()];
    body.push(Block::table(
        &[("Period", Side::Start), ("Value", Side::End)],
        trend.bars.bars.iter().map(row).collect(),
    ));
}

/// Standing bars of 900 by 170; the mean is dashed.
fn drawing(bars: &Bars) -> String {
    const WIDTH: f64 = 900.0;
    const HEIGHT: f64 = 150.0;
    let part = |percent: &str, whole: f64| percent.parse::<f64>().unwrap_or_default() * whole / 100.0;
    let mut inside = String::new();
    for bar in &bars.bars {
        let tone = if bar.class == "f-info" { "#1c4e90" } else { "#5b82b8" };
        let _ = write!(
            inside,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{tone}\"/>",
            part(&bar.left, WIDTH),
            10.0 + part(&bar.top, HEIGHT),
            part(&bar.width, WIDTH),
            part(&bar.height, HEIGHT),
        );
    }
    let mean = 10.0 + part(&bars.mean, HEIGHT);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 170\">{inside}<path d=\"M0 160h900\" stroke=\"#1b1f23\" \
         stroke-width=\"1.5\"/><path d=\"M0 {mean:.1}h900\" stroke=\"#1b1f23\" stroke-dasharray=\"8 6\"/></svg>"
    )
}
