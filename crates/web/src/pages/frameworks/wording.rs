//! The standard's own words, brought by a house that holds a licensed copy.

use askama::Template;
use axum::{
    extract::{Multipart, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use desk::{
    rights,
    wording::{Holding, Line},
};
use model::{FieldError, Refusal, suggest, words::counted};

use super::{ADDRESS, crumbs, sent};
use crate::{
    App, Refused, Seat, flash,
    view::{
        parts::{Link, When},
        shell::Shell,
        time,
    },
};

const HERE: &str = "/frameworks/wording";
/// Columns of the file.
const COLUMNS: [&str; 2] = ["id", "text"];

#[derive(Template)]
#[template(path = "page/wording.html")]
struct WordingPage {
    shell: Shell,
    crumbs: Vec<Link>,
    held: Option<Shown>,
    may_keep: bool,
    errors: Vec<(String, String)>,
}

/// What is kept, as it is shown.
struct Shown {
    texts: i64,
    digest: String,
    added: When,
    by: String,
}

/// `GET /frameworks/wording`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, &[]).await?.render()?))
}

async fn page(app: &App, seat: &Seat, errors: &[FieldError]) -> Result<WordingPage, Refused> {
    let held = app.desk.wording_held(&seat.actor, seat.now).await?;
    let shown = |held: Holding| Shown {
        texts: held.texts,
        digest: held.digest,
        added: time::when(held.added, seat.now),
        by: held.added_by,
    };
    Ok(WordingPage {
        shell: Shell { views: true, ..crate::shell(app, seat, "/conformity").await },
        crumbs: crumbs(),
        held: held.map(shown),
        may_keep: rights::cross(&seat.actor, seat.now).is_ok(),
        errors: errors
            .iter()
            .map(|error| (error.field.clone(), crate::pages::welcome::sentence(&error.message)))
            .collect(),
    })
}

/// `POST /frameworks/wording`
pub async fn save(seat: Seat, Held(app): Held<App>, form: Multipart) -> Result<Response, Refused> {
    rights::cross(&seat.actor, seat.now)?;
    let bytes = sent(form).await?;
    let saved = match lines(&bytes) {
        Ok(lines) => app.desk.save_wording(&seat.actor, lines, seat.now).await,
        Err(why) => Err(Refusal::field("file", why)),
    };
    match saved {
        Ok(count) => Ok(flash::said(HERE, format!("Kept of the licensed copy: {}.", counted(count, "text", "texts")))),
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `POST /frameworks/wording/remove`
pub async fn remove(seat: Seat, Held(app): Held<App>) -> Result<Response, Refused> {
    app.desk.save_wording(&seat.actor, Vec::new(), seat.now).await?;
    Ok(flash::said(ADDRESS, "The texts of the licensed copy are taken out."))
}

/// The lines of a CSV or XLSX file with the columns `id` and `text`.
pub fn lines(bytes: &[u8]) -> Result<Vec<Line>, String> {
    let mut lines = sheets::read(bytes)?.into_iter();
    let heads: Vec<String> = lines
        .next()
        .map(|(_, cells)| cells.iter().map(|cell| cell.trim().to_lowercase()).collect())
        .unwrap_or_default();
    let place = |name: &str| {
        heads.iter().position(|head| head == name).ok_or_else(|| {
            let hint = suggest::hint(name, heads.iter().map(String::as_str));
            format!("has no column \"{name}\"{hint}: its first line names the columns {}", COLUMNS.join(" and "))
        })
    };
    let [id, text] = [place(COLUMNS[0])?, place(COLUMNS[1])?];
    let read: Vec<Line> = lines
        .map(|(line, cells)| {
            let cell = |at: usize| cells.get(at).map_or(String::new(), |cell| sheets::plain(cell).to_owned());
            Line { line, id: cell(id), text: cell(text) }
        })
        .collect();
    if read.is_empty() { Err("holds no line below its first".into()) } else { Ok(read) }
}
