//! Frameworks beside the standard: the list of them, and the way in for their files.

mod changes;
mod mapping;
mod tree;
mod wording;

pub use changes::open as open_changes;
pub use mapping::{open as open_node, save as save_node};
pub use tree::{open, take_catalog, take_library};
pub use wording::{lines as wording_lines, open as open_wording, remove as remove_wording, save as save_wording};

use askama::Template;
use axum::{
    extract::{Multipart, Path, State as Held},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use desk::{
    crosswalk::{Kept, Listed, Saved, own},
    rights,
};
use engines::conformity::{Crossed, State};
use model::{FieldError, Refusal};

use super::verdicts;
use crate::{
    App, Refused, Seat, api, flash,
    view::{
        parts::{Link, Mark, Shape, Tone, When},
        shell::Shell,
        time,
    },
};

pub const ADDRESS: &str = "/frameworks";

#[derive(Template)]
#[template(path = "page/frameworks.html")]
struct FrameworksPage {
    shell: Shell,
    rows: Vec<Row>,
    may_keep: bool,
    may_read_wording: bool,
    errors: Vec<(String, String)>,
}

struct Row {
    name: Link,
    told: String,
    demands: usize,
    mapped: usize,
    /// How those that are judged stand, with how many; none where nothing is mapped.
    standing: Vec<(Mark, usize)>,
    came: Option<(When, String)>,
}

/// How a requirement elsewhere stands, as it is drawn.
pub(super) fn mark(crossed: Crossed) -> Mark {
    match crossed {
        Crossed::NotMapped => Mark::new(Shape::New, Tone::Mute, "Not mapped"),
        Crossed::InPart => Mark::new(Shape::Half, Tone::Info, "Proved in part"),
        Crossed::As(state) => verdicts::mark(state),
    }
}

/// How many stand how, in a fixed order, those that there are none of left out.
pub(super) fn counted(crossed: &[Crossed]) -> Vec<(Mark, usize)> {
    let count = |which: Crossed| crossed.iter().filter(|crossed| **crossed == which).count();
    Crossed::all().map(|which| (mark(which), count(which))).filter(|(_, count)| *count > 0).collect()
}

/// Of something that is kept, or came with the program.
fn row(listed: Listed, now: model::Moment) -> Row {
    let href = if listed.key == engines::conformity::FRAMEWORK {
        "/conformity".into()
    } else {
        format!("{ADDRESS}/{}", listed.key)
    };
    let came = |kept: &Kept| (time::when(kept.changed, now), kept.changed_by.clone());
    let version = if listed.version.is_empty() { String::new() } else { format!("version {}", listed.version) };
    let told: Vec<String> = [version, listed.provider].into_iter().filter(|text| !text.is_empty()).collect();
    Row {
        name: Link::new(listed.name, href),
        told: told.join(", "),
        demands: listed.demands,
        mapped: listed.crossed.as_ref().map_or(0, Vec::len),
        standing: counted(listed.crossed.as_deref().unwrap_or_default()),
        came: listed.kept.as_ref().map(came),
    }
}

/// `GET /frameworks`
pub async fn list(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    Ok(Html(page(&app, &seat, &[]).await?.render()?))
}

async fn page(app: &App, seat: &Seat, errors: &[FieldError]) -> Result<FrameworksPage, Refused> {
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let listed = app.desk.frameworks(&seat.actor, &assessment, seat.now).await?;
    Ok(FrameworksPage {
        shell: Shell { views: true, ..crate::shell(app, seat, "/conformity").await },
        rows: listed.into_iter().map(|listed| row(listed, seat.now)).collect(),
        may_keep: rights::cross(&seat.actor, seat.now).is_ok(),
        may_read_wording: rights::read_licensed(&seat.actor, seat.now).is_ok(),
        errors: errors.iter().map(|error| (error.field.clone(), super::welcome::sentence(&error.message))).collect(),
    })
}

/// The file of a form, and refused when there is none.
async fn sent(mut form: Multipart) -> Result<Vec<u8>, Refused> {
    let mut bytes = None;
    while let Some(part) = form.next_field().await.map_err(api::file::broken)? {
        if part.name() == Some("file") {
            bytes = Some(part.bytes().await.map_err(api::file::broken)?);
        }
    }
    let bytes = bytes.filter(|bytes| !bytes.is_empty()).ok_or_else(|| Refused::field("file", "choose a file"))?;
    if bytes.len() > frameworks::LARGEST {
        let why = format!("The file is larger than {} MB. Nothing was taken.", frameworks::LARGEST / 1_000_000);
        return Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, why));
    }
    Ok(bytes.to_vec())
}

/// `POST /frameworks`
pub async fn add(seat: Seat, Held(app): Held<App>, form: Multipart) -> Result<Response, Refused> {
    rights::cross(&seat.actor, seat.now)?;
    let bytes = sent(form).await?;
    match app.desk.save_framework(&seat.actor, bytes, seat.now).await {
        Ok(saved) => {
            let to = saved.framework.as_ref().map_or(ADDRESS.into(), |(key, _)| format!("{ADDRESS}/{key}"));
            Ok(flash::said(&to, told(&saved)))
        }
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, &errors).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// What became of a file, in a sentence or two.
fn told(saved: &Saved) -> String {
    let mut words = match (&saved.framework, saved.outcome) {
        (Some((_, name)), "new") => format!("{name} is kept."),
        (Some((_, name)), "changed") => format!("{name} is kept in its new version."),
        (Some((_, name)), _) => format!("{name} is kept already, word for word."),
        (None, "changed") => "The mappings are kept.".into(),
        (None, _) => "Every mapping of the file stands already.".into(),
    };
    if saved.mapped > 0 {
        words +=
            &format!(" {} with requirements of ours.", model::words::counted(saved.mapped, "new pair", "new pairs"));
    }
    if saved.lost > 0 {
        words += &format!(
            " {} went with requirements that it does not have any more.",
            model::words::counted(saved.lost, "pair", "pairs")
        );
    }
    if !saved.left.is_empty() {
        words += &format!(" Not taken: {}.", saved.left.join("; "));
    }
    words
}

/// `POST /frameworks/{id}/remove`
pub async fn remove(seat: Seat, Held(app): Held<App>, Path(key): Path<String>) -> Result<Response, Refused> {
    let name = app.desk.remove_framework(&seat.actor, &key, seat.now).await?;
    Ok(flash::said(ADDRESS, format!("{name} is taken out, with its mappings.")))
}

/// The way back to the list.
fn crumbs() -> Vec<Link> {
    vec![Link::new("Conformity", "/conformity"), Link::new("Frameworks", ADDRESS)]
}

/// A requirement of ours, linked.
pub(super) fn link_to_ours(id: &str) -> Link {
    let found = engines::conformity::catalogue().requirement(id);
    let href = found.map_or(String::new(), |requirement| format!("/conformity/{}/{id}", requirement.clause));
    Link::new(id, href)
}

/// A state of ours as it is drawn; one that is none any more has none.
fn ours(id: &str, states: &std::collections::HashMap<&'static str, State>) -> Mark {
    states.get(id).map_or_else(|| mark(Crossed::NotMapped), |state| verdicts::mark(*state))
}

/// Whether an address names ours, which has pages of its own.
fn is_ours(key: &str) -> bool {
    own::find(key).is_some_and(own::Builtin::is_ours)
}
