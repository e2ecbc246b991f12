//! A controlled document as a PDF: every copy carries its control block and says whether it may be followed.

use axum::{
    extract::{Path, Query, State as Held},
    response::Response,
};
use desk::Desk;
use model::Moment;
use print::{Block, Paper, Standing, Text};
use serde::Deserialize;

use super::sheet::{self, Sheet};
use crate::{App, Refused, Seat, pages::pdf};

/// An unknown parameter is refused, never ignored.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    version: Option<String>,
}

/// `GET /papers/{number}/pdf`: the version in force, or with `?version=` another one; whoever may read it on its page.
pub async fn open_as_pdf(
    seat: Seat,
    Held(app): Held<App>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refused> {
    desk::rights::provider(&seat.actor)?;
    let sheet = sheet::sheet(&app.desk, &seat.actor, &number, asked.version.as_deref(), seat.now).await?;
    let name = [&sheet.number, "version", &sheet.version];
    let base = app.desk.reached_at().unwrap_or_default();
    Ok(pdf::answer(paper(&app.desk, &sheet, base, seat.now), &name).await?)
}

/// A sheet as a paper; `now` is when the copy is made, or the instant of which it is. `base` stands before addresses of the
/// house in its text.
pub fn paper(desk: &Desk, sheet: &Sheet, base: &str, now: Moment) -> Paper {
    let standing = || Standing { mark: sheet.mark.into(), words: sheet.warning.clone() };
    let text = Text { markdown: &sheet.markdown, title: &sheet.title, base, ..Text::default() };
    let mut body = text.blocks();
    if body.is_empty() {
        body.push(Block::paragraph(match (sheet.file.as_str(), sheet.address.as_str()) {
            ("", "") => "Nothing is written yet.".to_string(),
            ("", address) => format!("The text is kept elsewhere: {address}"),
            (file, _) => format!("The text is the file {file} that is attached to this version."),
        }));
    }
    Paper {
        genre: sheet.genre.clone(),
        title: sheet.title.clone(),
        identifier: format!("{}, version {}", sheet.number, sheet.version),
        standing: (!sheet.in_force).then(standing),
        control: sheet.control.clone(),
        body,
        ..pdf::blank(desk, now)
    }
}
