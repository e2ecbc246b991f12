//! Papers as answers: what is to be set comes as values, is set where that holds up nobody, and leaves as a PDF.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use desk::{Desk, Fault};
use model::{Moment, Refusal};
use print::{Failure, Paper};
use tokio::sync::Semaphore;

use super::{fieldwork, papers, reports, road};
use crate::{App, Refused, Seat, view::time};

/// Kinds of which a record is a paper.
pub const PAPERS: [&str; 4] = ["audit", "document", "management_review", "report"];

/// The paper of a record, as its page gives it.
///
/// # Errors
/// `NotFound` where there is no such record, no paper of it, or none for the reader.
pub async fn of_record(seat: Seat, app: App, kind: &str, number: String) -> Result<Response, Refused> {
    let (app, number) = (State(app), Path(number));
    match kind {
        "audit" => fieldwork::report_as_pdf(seat, app, number).await,
        "document" => papers::open_as_pdf(seat, app, number, Query::default()).await,
        "management_review" => road::review_as_pdf(seat, app, number).await,
        "report" => reports::open_as_pdf(seat, app, number).await,
        _ => Err(Refusal::NotFound.into()),
    }
}

/// Media type, as papers are served and sent.
pub const MEDIA: &str = "application/pdf";

/// The language of our own words, which most of a paper's are.
const LANGUAGE: &str = "en";

/// Papers are set one after another; whoever goes away while waiting costs nothing.
static ROOM: Semaphore = Semaphore::const_new(1);

/// A paper of the house with nothing on it yet: whose it is, and from when this copy is.
pub fn blank(desk: &Desk, now: Moment) -> Paper {
    Paper {
        language: LANGUAGE.into(),
        organisation: desk.settings().organisation.trim().to_string(),
        foot: format!("Copy of {}", time::exact(now)),
        made: now,
        ..Paper::default()
    }
}

/// The bytes of a paper.
///
/// # Errors
/// `Query` with a sentence where it is too long; a fault is ours.
pub async fn set(paper: Paper) -> Result<Vec<u8>, Refusal> {
    let fault = |cause: String| Refusal::from(Fault::new(cause));
    let _place = ROOM.acquire().await.map_err(|closed| fault(closed.to_string()))?;
    match tokio::task::spawn_blocking(move || print::pdf(&paper)).await {
        Ok(Ok(printed)) => Ok(printed.bytes),
        Ok(Err(Failure::TooLong(words))) => Err(Refusal::Query(words)),
        Ok(Err(failure)) => Err(fault(failure.to_string())),
        Err(broken) => Err(fault(broken.to_string())),
    }
}

/// A paper as an answer that browsers show, under a name made of these parts.
pub(super) async fn answer(paper: Paper, name: &[&str]) -> Result<Response, Refusal> {
    let mut response = set(paper).await?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA));
    let shown = format!("inline; filename=\"{}.pdf\"", file_name(name));
    headers.extend(HeaderValue::from_str(&shown).map(|shown| (header::CONTENT_DISPOSITION, shown)));
    Ok(response)
}

/// `DOC-14-version-3`: what any system takes as the name of a file.
pub fn file_name(parts: &[&str]) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' };
    let name: String = parts.join("-").chars().map(plain).collect();
    match name.trim_matches(['-', '.']) {
        "" => "paper".into(),
        name => name.into(),
    }
}
