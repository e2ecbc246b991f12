//! Questions and answers as files: a table that is brought, a table or a text that is taken away.

use axum::{
    extract::{Path, State as Held},
    http::header,
    response::{IntoResponse, Response},
};
use desk::Shown;
use model::Refusal;
use sheets::{Cell, Format, Table};

use super::{Figures, cites, filled, rows, tender_of};
use crate::{App, Refused, Seat, record::export, view::time};

/// Question and answer of each line of a table; a head is known by its first word.
///
/// # Errors
/// A sentence about the file, with its line.
pub fn read(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
    let lines = sheets::read(bytes)?;
    let mut rows = Vec::new();
    for (at, (_, cells)) in lines.into_iter().enumerate() {
        let mut cells = cells.into_iter();
        let question = cells.next().unwrap_or_default().trim().to_string();
        let answer = cells.next().unwrap_or_default().trim().to_string();
        let is_head = at == 0 && question.eq_ignore_ascii_case("question");
        if !question.is_empty() && !is_head {
            rows.push((question, answer));
        }
    }
    match rows.is_empty() {
        true => Err("holds no question: the first column is where they are looked for".into()),
        false => Ok(rows),
    }
}

async fn told(app: &App, seat: &Seat, number: &str) -> Result<(Shown, Figures), Refusal> {
    let shown = tender_of(app, seat, number).await?;
    let figures = Figures::read(&app.desk, &seat.actor, seat.now).await?;
    Ok((shown, figures))
}

/// `GET /tender-answers/{number}/answers.xlsx`
pub async fn save_as_xlsx(seat: Seat, Held(app): Held<App>, Path(number): Path<String>) -> Result<Response, Refused> {
    let (shown, figures) = told(&app, &seat, &number).await?;
    let line = |(question, template): (String, String)| {
        let cited = cites(&template, &figures, seat.now);
        let cited: Vec<String> =
            cited.iter().map(|one| format!("{}: {} ({})", one.what, one.value, one.when)).collect();
        vec![Cell::text(question), Cell::text(filled(&template, &figures)), Cell::text(cited.join("; "))]
    };
    let table = Table {
        name: "Answers".into(),
        heads: ["Question", "Answer", "Figures and their dates"].map(String::from).into(),
        rows: rows(&shown).into_iter().map(line).collect(),
    };
    let bytes = Format::Xlsx.write(&[table], seat.now).map_err(desk::Fault::new)?;
    Ok(export::file(bytes.into(), Format::Xlsx, &format!("answers-{}", seat.now.date())))
}

/// `GET /tender-answers/{number}/answers.md`
pub async fn save_as_markdown(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
) -> Result<Response, Refused> {
    let (shown, figures) = told(&app, &seat, &number).await?;
    let mut text = format!("# {}\n\nFigures as on record at {}.\n", shown.title(), time::exact(seat.now));
    for (question, template) in rows(&shown) {
        text.push_str(&format!("\n## {}\n\n{}\n", question.replace('\n', " "), filled(&template, &figures)));
        for cited in cites(&template, &figures, seat.now) {
            text.push_str(&format!("\n- {}: {} ({})", cited.what, cited.value, cited.when));
        }
        text.push('\n');
    }
    let name = format!("attachment; filename=\"answers-{}.md\"", seat.now.date());
    let heads =
        [(header::CONTENT_TYPE, "text/markdown; charset=utf-8".to_string()), (header::CONTENT_DISPOSITION, name)];
    Ok((heads, text).into_response())
}
