//! Evidence packs: asked for here, made by a job, taken away by whoever may.

use askama::Template;
use axum::{
    body::{Body, Bytes},
    extract::{Path, State as Held},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::Form;
use desk::packs::{PackRow, Stage};
use futures::stream;
use model::{FieldError, Moment, Refusal};

use super::welcome::told as beside;
use crate::{
    App, Refused, Seat, flash,
    view::{
        field::{Control, Field},
        parts::{Empty, Mark, Shape, Tone, When},
        shell::Shell,
        time,
    },
};

const ADDRESS: &str = "/packs";
/// By which samples are drawn when nobody says.
const SEED: &str = "1";

#[derive(Template)]
#[template(path = "page/packs.html")]
struct PacksPage {
    shell: Shell,
    fields: Vec<Field>,
    errors: Vec<(String, String)>,
    packs: Vec<PackLine>,
    is_working: bool,
    nothing: Empty,
}

struct PackLine {
    mark: Mark,
    as_of: String,
    seed: i64,
    told: String,
    by: String,
    asked: When,
    until: When,
    size: String,
    hash: String,
    /// Where it is taken from; empty until it is ready.
    href: String,
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    as_of: String,
    seed: String,
    errors: Vec<FieldError>,
}

/// `GET /packs`
pub async fn open(seat: Seat, Held(app): Held<App>) -> Result<Html<String>, Refused> {
    let typed = Typed { seed: SEED.into(), ..Typed::default() };
    Ok(Html(page(&app, &seat, typed).await?.render()?))
}

async fn page(app: &App, seat: &Seat, typed: Typed) -> Result<PacksPage, Refused> {
    let packs = app.desk.packs(&seat.actor, seat.now).await?;
    let as_of = Field {
        name: "as_of".into(),
        label: "As of the end of".into(),
        help: "Leave it empty for this moment.".into(),
        control: Control::Date { value: typed.as_of },
        ..Field::default()
    };
    let seed = Field {
        name: "seed".into(),
        label: "Seed".into(),
        help: "A number agreed with the auditor: the same seed draws the same samples.".into(),
        required: true,
        control: Control::Number { value: typed.seed, unit: String::new(), step: "1" },
        ..Field::default()
    };
    let mut fields = vec![as_of, seed];
    let errors = beside(&mut fields, &typed.errors);
    Ok(PacksPage {
        shell: Shell { views: true, ..crate::shell(app, seat, "/conformity").await },
        fields,
        errors,
        is_working: packs.iter().any(|pack| matches!(pack.stage, Stage::Waiting | Stage::Making)),
        packs: packs.into_iter().map(|pack| line(pack, seat.now)).collect(),
        nothing: Empty {
            mark: Mark::new(Shape::Nothing, Tone::Mute, "No pack is kept here."),
            text: "Make the first one below; it is ready within a minute or so.".into(),
            step: None,
        },
    })
}

fn line(pack: PackRow, now: Moment) -> PackLine {
    let is_ready = pack.stage == Stage::Ready;
    PackLine {
        mark: match pack.stage {
            Stage::Waiting => Mark::new(Shape::Ring, Tone::Plain, "Waits"),
            Stage::Making => Mark::new(Shape::Half, Tone::Info, "Being made"),
            Stage::Ready => Mark::new(Shape::Met, Tone::Ok, "Ready"),
            Stage::Failed => Mark::new(Shape::Nonconforming, Tone::Bad, "Failed"),
        },
        as_of: time::exact(pack.as_of),
        seed: pack.seed,
        told: pack.told,
        by: pack.asked_by,
        asked: time::when(pack.asked, now),
        until: time::when(pack.kept_until, now),
        size: if is_ready { size(pack.size) } else { String::new() },
        hash: pack.hash,
        href: if is_ready { format!("{ADDRESS}/{}", pack.id) } else { String::new() },
    }
}

/// "412 KB", "1.3 MB"
fn size(bytes: i64) -> String {
    match bytes {
        0..1_000_000 => format!("{} KB", (bytes + 999) / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// `POST /packs`
pub async fn ask(
    seat: Seat,
    Held(app): Held<App>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Refused> {
    let given = |name: &str| sent.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text.trim());
    let typed = Typed { as_of: given("as_of").into(), seed: given("seed").into(), errors: Vec::new() };
    let asked = match read(&typed, seat.now) {
        Ok((as_of, seed)) => app.desk.ask_pack(&seat.actor, as_of, seed, seat.now).await,
        Err(errors) => Err(Refusal::Invalid(errors)),
    };
    match asked {
        Ok(_) => Ok(flash::said(ADDRESS, "The pack is being made. It appears here when it is ready.")),
        Err(Refusal::Invalid(errors)) => {
            let page = page(&app, &seat, Typed { errors, ..typed }).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// The end of a day, an instant, or this moment for an empty field; and the seed.
fn read(typed: &Typed, now: Moment) -> Result<(Moment, i64), Vec<FieldError>> {
    let mut errors = Vec::new();
    let as_of = match typed.as_of.as_str() {
        "" => Some(now),
        text => match Moment::parse(text) {
            // Of today only what has been is on record.
            Some(day) if text.len() == 10 && day <= now => Some(day.plus(model::time::DAY - 1).min(now)),
            Some(at) => Some(at),
            None => None,
        },
    };
    if as_of.is_none() {
        errors.push(FieldError::new("as_of", format!("\"{}\" is not a day such as 2026-11-12", typed.as_of)));
    }
    let seed = if typed.seed.is_empty() { SEED } else { &typed.seed };
    let seed = seed.parse::<i64>().ok().filter(|seed| *seed >= 0);
    if seed.is_none() {
        errors.push(FieldError::new("seed", format!("\"{}\" is not a whole number, 0 or more", typed.seed)));
    }
    match (as_of, seed) {
        (Some(as_of), Some(seed)) => Ok((as_of, seed)),
        _ => Err(errors),
    }
}

/// `GET /packs/{id}`: the file, part by part.
pub async fn take(seat: Seat, Held(app): Held<App>, Path(id): Path<String>) -> Result<Response, Refused> {
    let id: i64 = id.parse().map_err(|_| Refused::not_found())?;
    let (warrant, pack) = app.desk.take_pack(&seat.actor, id, seat.now).await?;
    let name = format!("evidence-{}-seed-{}.zip", pack.as_of.date(), pack.seed);
    let desk = app.desk.clone();
    let parts = stream::try_unfold((desk, warrant, 0), move |(desk, warrant, place)| async move {
        let part = desk.pack_part(&warrant, id, place).await.map_err(|refusal| refusal.sentence())?;
        Ok::<_, String>(part.map(|bytes| (Bytes::from(bytes), (desk, warrant, place + 1))))
    });
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(pack.size));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok((headers, Body::from_stream(parts)).into_response())
}
