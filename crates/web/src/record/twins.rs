//! Two records about one thing: one is merged into the other, and taken out again as it was.

use axum::{
    extract::{Path, RawForm, State},
    response::Response,
};
use desk::{Shown, ShownEntry, Tie};
use model::{Act, Command, Input, Kind, Link as Bond, Refusal, Target, Value, lifecycle::WITHDRAWN, link::DUPLICATES};

use super::{
    address::pairs,
    list::kind_of,
    piece::{Lens, record_address},
    sent::Sent,
};
use crate::{App, Refused, Seat, flash, view::parts::Link};

/// The step by which a record ends because another one stands for it.
const STEP: &str = "mark_as_duplicate";

/// What the page of a record says of this.
#[derive(Default)]
pub struct Twin {
    /// The record that it was merged into.
    pub into: Option<Link>,
    pub may_merge: bool,
    /// What is offered to merge it into: the one that it was split off from.
    pub offered: String,
}

/// Whether a record was merged, or may be.
pub fn twin(lens: &Lens<'_>, kind: &Kind, shown: &Shown, ties: &[Tie]) -> Twin {
    if may_merge(kind, shown).is_err() {
        return Twin::default();
    }
    let Some(step) = kind.lifecycle.steps.iter().find(|step| step.name == STEP) else { return Twin::default() };
    let merged = ties.iter().find(|tie| !tie.back && tie.link.name == DUPLICATES).filter(|_| shown.state() == step.to);
    let into = merged.map(|tie| {
        let there = tie.other.as_ref().and_then(|other| lens.catalog.find(&other.kind));
        let href = there.map(|there| record_address(there, &tie.link.to)).unwrap_or_default();
        Link::new(&tie.link.to, href)
    });
    let origin = shown.fields().get("split_from").and_then(Value::as_text).unwrap_or_default();
    Twin { into, may_merge: step.from.contains(&shown.state()), offered: origin.into() }
}

fn target(kind: &Kind, number: &str) -> Target {
    Target { kind: kind.name.into(), number: number.into(), version: None }
}

fn note(kind: &Kind, number: &str, text: String) -> Command {
    Command::Note { target: target(kind, number), text, public: false }
}

/// Whether records of a kind are merged at all.
pub fn are_merged(kind: &Kind) -> bool {
    kind.lifecycle.steps.iter().any(|step| step.name == STEP)
}

/// Whoever may not do it learns nothing of what else stands in the way.
fn may_merge(kind: &Kind, shown: &Shown) -> Result<(), Refused> {
    let may = shown.can(Act::Step) && shown.can(Act::Link);
    let why = || Refused::forbidden(format!("You may not merge {}.", kind.labels.to_lowercase()));
    if may { Ok(()) } else { Err(why()) }
}

/// What merges a record into another one, and that one's number; all of it is done or nothing.
///
/// # Errors
/// `NotFound` for a record that is not there for whoever asks; `Invalid` at `to` for one that it cannot be merged into.
pub async fn merging(
    app: &App,
    seat: &Seat,
    kind: &Kind,
    own: Target,
    to: &str,
) -> Result<(Vec<Command>, String), Refused> {
    let shown = app.desk.show(&seat.actor, kind.name, &own.number, None, seat.now).await?;
    may_merge(kind, &shown)?;
    let step = kind.lifecycle.steps.iter().find(|step| step.name == STEP).ok_or_else(Refused::not_found)?;
    let other = match app.desk.show(&seat.actor, kind.name, to, None, seat.now).await {
        Ok(other) => other,
        Err(Refusal::NotFound) => {
            let label = kind.label.to_lowercase();
            let why = if to.is_empty() {
                "is needed: the number of the one that stays".into()
            } else {
                format!("there is no {label} {to}")
            };
            return Err(Refused::field("to", why));
        }
        Err(other) => return Err(other.into()),
    };
    if other.number() == shown.number() {
        return Err(Refused::field("to", "a record cannot be merged into itself"));
    }
    if WITHDRAWN.contains(&other.state()) {
        return Err(Refused::field("to", format!("{to} was given up itself")));
    }
    if other.customer() != shown.customer() {
        return Err(Refused::field("to", format!("{to} belongs to another customer")));
    }
    let number = own.number.clone();
    let link = Bond { name: DUPLICATES.into(), to: other.number().into() };
    let end = Command::Step {
        target: target(kind, &number),
        to: step.to.into(),
        input: Input::default(),
        note: Some(format!("Merged into {}: {}", other.number(), other.title())),
        public: false,
    };
    let told = format!("{number} was merged into this: {}", shown.title());
    let commands = vec![Command::Link { target: own, link }, end, note(kind, other.number(), told)];
    Ok((commands, other.number().into()))
}

/// `POST /{plural}/{number}/merge`: ends a record because another one stands for it; all of it or nothing.
pub(super) async fn merge(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
    RawForm(body): RawForm,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let to = Sent::new(pairs(&body)).text("to").trim().to_string();
    let (commands, other) = merging(&app, &seat, kind, target(kind, &number), &to).await?;
    app.desk.perform_all(&seat.actor, commands, seat.now, true).await?;
    Ok(flash::said(&record_address(kind, &other), format!("{number} is merged into this one.")))
}

/// What takes a merged record out again and back to the state it was in.
///
/// # Errors
/// `NotFound` as above; `Step` for one that is merged into no other.
pub async fn parting(app: &App, seat: &Seat, kind: &Kind, own: Target) -> Result<Vec<Command>, Refused> {
    let number = own.number.clone();
    let whole = app.desk.whole(&seat.actor, kind.name, &number, seat.now).await?;
    may_merge(kind, &whole.shown)?;
    let tie = whole.links.iter().find(|tie| !tie.back && tie.link.name == DUPLICATES);
    let Some(tie) = tie.filter(|_| kind.lifecycle.steps.iter().any(|s| s.name == STEP && s.to == whole.shown.state()))
    else {
        return Err(Refusal::Step(format!("{number} is merged into no other record.")).into());
    };
    let step = |to: &str| Command::Step {
        target: target(kind, &number),
        to: to.into(),
        input: Input::default(),
        note: None,
        public: false,
    };
    let mut commands = vec![Command::Unlink { target: own, link: tie.link.clone() }];
    let start = kind.lifecycle.start();
    commands.push(step(start));
    let former = former(&whole.entries, whole.shown.state());
    commands
        .extend(former.filter(|former| kind.lifecycle.step_to(start, former).is_some()).map(|former| step(&former)));
    if tie.other.is_some() {
        commands.push(note(kind, &tie.link.to, format!("{number} was taken out of this again.")));
    }
    Ok(commands)
}

/// `POST /{plural}/{number}/unmerge`: takes a record out again and back to the state it was in.
pub(super) async fn unmerge(
    seat: Seat,
    State(app): State<App>,
    Path((plural, number)): Path<(String, String)>,
) -> Result<Response, Refused> {
    let catalog = app.desk.catalog();
    let kind = kind_of(&catalog, &plural)?;
    let commands = parting(&app, &seat, kind, target(kind, &number)).await?;
    app.desk.perform_all(&seat.actor, commands, seat.now, true).await?;
    Ok(flash::said(&record_address(kind, &number), format!("{number} stands for itself again.")))
}

/// The state before the last move to this one.
fn former(entries: &[ShownEntry], state: &str) -> Option<String> {
    let to = |shown: &&ShownEntry| {
        let value = shown.entry.changes.get("state").and_then(Option::as_ref);
        value.and_then(Value::as_text) == Some(state)
    };
    let last = entries.iter().rev().find(to)?;
    last.before.get("state")?.as_ref()?.as_text().map(str::to_string)
}
