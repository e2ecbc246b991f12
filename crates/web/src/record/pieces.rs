//! The pieces in which the work of a record is done, as a board on its page: whose turn it is, by when, what waits for what;
//! each is ticked off by a button.

use axum::{
    extract::{Path, RawForm, State},
    response::Response,
};
use desk::Shown;
use model::{
    Act, Input, Kind, Phase, Refusal, Value,
    command::Raw,
    pieces::{Piece, Pieces},
};
use serde_json::{Map, Value as Json, json};

use super::{
    address::pairs,
    edit::{edit_as_it_stands, token},
    list::kind_of,
    piece::{Lens, record_address},
    sent::Sent,
};
use crate::{
    App, Refused, Seat, flash,
    view::{
        parts::{Mark, Person, Shape, Tone},
        time,
    },
};

/// What stands on the page of a record.
pub struct Board {
    pub rows: Vec<PieceRow>,
    /// `2 of 5`
    pub sum: String,
    pub once: String,
    /// Where the rows are edited, for whoever may, and where one reads how they became what they are.
    pub edit: String,
    pub history: String,
}

pub struct PieceRow {
    pub name: String,
    pub title: String,
    pub mark: Mark,
    pub team: String,
    pub person: Person,
    pub due: String,
    /// `after Order the laptop`; `done Thu 26 Nov 2026`; empty for nothing.
    pub note: String,
    /// Whether it can be ticked off now, and taken back.
    pub is_ready: bool,
    pub is_over: bool,
    /// Whether the reader may take it.
    pub may_take: bool,
}

/// `None` where the work of the kind is not done in pieces, or the reader does not do it.
pub fn board(seat: &Seat, lens: &Lens<'_>, kind: &Kind, shown: &Shown) -> Option<Board> {
    let pieces = kind.pieces.filter(|_| seat.actor.customer.is_none())?;
    let all = pieces.read(shown.fields());
    if all.is_empty() {
        return None;
    }
    let may = shown.can(Act::Edit) && kind.phase(shown.state()) != Phase::Done;
    let waits = kind.approval.is_some_and(|approval| approval.waiting == shown.state());
    let row = |piece: &Piece| {
        let (mark, note) = standing(lens, piece, &all);
        let team = piece.team.as_deref().map_or("", |team| lens.names.records.get(team).map_or(team, |known| &known.0));
        PieceRow {
            name: piece.name.clone(),
            title: piece.title.clone(),
            mark,
            team: team.to_string(),
            person: piece.owner.as_deref().map(|owner| lens.person(owner)).unwrap_or_default(),
            due: piece.due.filter(|_| !piece.is_over).map(time::day).unwrap_or_default(),
            note,
            is_ready: may && !waits && piece.is_ready(&all),
            is_over: may && piece.is_over,
            may_take: may && !piece.is_over && piece.owner.as_ref() != Some(&seat.actor.email),
        }
    };
    let done = all.iter().filter(|piece| piece.is_over).count();
    let here = record_address(kind, shown.number());
    Some(Board {
        rows: all.iter().map(row).collect(),
        sum: format!("{done} of {}", all.len()),
        once: token(),
        edit: if may { format!("{here}/edit#f-{}", pieces.rows) } else { String::new() },
        history: format!("{here}/history/{}", pieces.rows),
    })
}

/// How far a piece has come, and what there is to say about that: who did it when, or what it waits for.
fn standing(lens: &Lens<'_>, piece: &Piece, all: &[Piece]) -> (Mark, String) {
    if piece.is_over {
        let by = piece.done_by.as_deref().map(|by| lens.person(by).name);
        let on = piece.done_on.map(|on| time::day(on.date()));
        let note = [by, on].into_iter().flatten().collect::<Vec<_>>().join(", ");
        return match piece.is_done {
            true => (Mark::new(Shape::Met, Tone::Ok, "Done"), note),
            false => (Mark::new(Shape::Nothing, Tone::Mute, "Not needed"), note),
        };
    }
    match piece.waits_for(all) {
        Some(first) => (Mark::new(Shape::Pause, Tone::Mute, "Waits"), format!("after {}", first.title)),
        None => (Mark::new(Shape::New, Tone::Info, "To do"), String::new()),
    }
}

/// `POST /{plural}/{number}/piece`: ticks one off, says that it is not needed, takes it, or opens it again.
pub(super) async fn tick(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let pieces = kind.pieces.filter(|_| seat.actor.customer.is_none()).ok_or_else(Refused::not_found)?;
    let sent = Sent::new(pairs(&body));
    let tick = |shown: &Shown| ticked(&pieces, shown, &sent, &seat.actor.email);
    let title = edit_as_it_stands((&app, &seat), kind, &number, &sent, tick).await?;
    let back = sent.text("back");
    let back = if back.starts_with("/my-work") { back } else { format!("{}#pieces", record_address(kind, &number)) };
    let said = match sent.text("do").as_str() {
        "take" => format!("\"{title}\" is yours."),
        "again" => format!("\"{title}\" is to be done again."),
        _ => format!("\"{title}\" is ticked off."),
    };
    Ok(flash::said(&back, said))
}

/// The title of the piece that is meant, and the rows as they are to be.
fn ticked(pieces: &Pieces, shown: &Shown, sent: &Sent, me: &str) -> Result<(String, Input), Refusal> {
    let name = sent.text("name");
    let all = pieces.read(shown.fields());
    let Some(piece) = all.iter().find(|piece| piece.name == name) else {
        let hint = model::suggest::hint(&name, all.iter().map(|piece| piece.name.as_str()));
        return Err(Refusal::field("name", format!("there is no task {name}{hint}")));
    };
    let mut change = Map::new();
    match sent.text("do").as_str() {
        "done" => drop(change.insert("state".into(), json!(pieces.done))),
        "needless" => drop(change.insert("state".into(), json!(pieces.needless))),
        "take" => drop(change.insert("owner".into(), json!(me))),
        "again" => {
            change.insert("state".into(), json!(pieces.open));
            change.extend(["done_on", "done_by"].map(|part| (part.to_string(), Json::Null)));
        }
        other => return Err(Refusal::field("do", format!("\"{other}\" is none of done, needless, take, again"))),
    }
    let rows = shown.fields().get(pieces.rows).map(Value::entries).unwrap_or_default();
    let row = |row: &Value| {
        let mut row = row.to_json();
        if row["name"] == json!(name)
            && let Json::Object(parts) = &mut row
        {
            parts.extend(change.clone());
            parts.retain(|_, part| !part.is_null());
        }
        row
    };
    let rows: Vec<Json> = rows.iter().map(row).collect();
    Ok((piece.title.clone(), Input { fields: [(pieces.rows.to_string(), Raw::Json(Json::Array(rows)))].into() }))
}
