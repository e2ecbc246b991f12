//! Reminders: what must be looked at again by a day is no open work and stands on nobody's list. Its owner is named on it in
//! good time, and once more when the day has passed; that waits for them on My work and goes by mail, as every mention does.

use desk::{Desk, Shown};
use model::{
    Actor, Column, Command, Kind, Moment, Query, Refusal, Target, Type, Value, Via, filter_text,
    query::{EVERY, PAGE_MAX},
};

/// Days before the day by which the owner is named.
const AHEAD_DAYS: u32 = 14;

/// States in which nothing is to be looked at again.
const ENDED: [&str; 7] = ["retired", "archived", "expired", "terminated", "superseded", "cancelled", "withdrawn"];

/// A date that is to be kept by whoever owns a record that is in force or done.
struct Duty {
    field: &'static str,
    /// What it is about, in the words of the note.
    words: &'static str,
    /// A field, and the part of it that says that it was done; no part where the field itself says so, no field for none.
    done: (&'static str, &'static str),
}

const DUTIES: [Duty; 5] = [
    Duty { field: "review_due", words: "review", done: ("", "") },
    Duty { field: "valid_until", words: "renew it or to let it end", done: ("", "") },
    Duty { field: "end", words: "renew it or to let it end", done: ("", "") },
    Duty { field: "effect_due", words: "look at whether it has helped", done: ("effect", "verdict") },
    Duty { field: "effect_check_due", words: "look at whether it has helped", done: ("effect_checked_on", "") },
];

/// Names the owners of what is due soon or late, each once for each of both, and answers how many notes that took. Done
/// twice it changes nothing.
///
/// # Errors
/// What the door refuses, which it never should.
pub async fn watch(desk: &Desk, now: Moment) -> Result<usize, Refusal> {
    let actor = Actor::system("reminders", Via::Job);
    let catalog = desk.catalog();
    let mut written = 0;
    for duty in &DUTIES {
        for kind in catalog.kinds().iter().filter(|kind| kind.type_of(duty.field) == Some(Type::Date)) {
            let Some(owner) = kind.fields.iter().find(|field| field.column == Some(Column::Owner)) else { continue };
            for shown in due(desk, &actor, kind, duty, &owner.name, now).await? {
                written += usize::from(remind(desk, &actor, &shown, duty, &owner.name, now).await?);
            }
        }
    }
    Ok(written)
}

/// Records of a kind that are due within the time, with an owner.
async fn due(
    desk: &Desk,
    actor: &Actor,
    kind: &Kind,
    duty: &Duty,
    owner: &str,
    now: Moment,
) -> Result<Vec<Shown>, Refusal> {
    let ended = ENDED.iter().filter(|state| kind.lifecycle.find(state).is_some());
    let stands: String = ended.map(|state| format!(" and state != {state}")).collect();
    let text = format!("phase = done{stands} and {} <= today + {AHEAD_DAYS}d and {owner} is filled", duty.field);
    let filter = filter_text::parse(&text, kind).map_err(Refusal::Query)?;
    let query = Query { filter, columns: vec![EVERY.into()], size: PAGE_MAX, ..Query::of(kind.name) };
    Ok(desk.list_on(actor, query, usize::MAX, now).await?.0)
}

/// Writes the note, unless it stands there or what it asks for is done.
async fn remind(
    desk: &Desk,
    actor: &Actor,
    shown: &Shown,
    duty: &Duty,
    owner: &str,
    now: Moment,
) -> Result<bool, Refusal> {
    let fields = shown.fields();
    let (Some(Value::Date(day)), Some(Value::Text(owner))) = (fields.get(duty.field), fields.get(owner)) else {
        return Ok(false);
    };
    let done = fields.get(duty.done.0);
    let done = if duty.done.1.is_empty() { done } else { done.and_then(|value| value.part(duty.done.1)) };
    if done.is_some_and(Value::is_filled) {
        return Ok(false);
    }
    let words = duty.words;
    let text = match *day < now.date() {
        true => format!("@{owner}: the day to {words} was {day}."),
        false => format!("@{owner}: {words} by {day}."),
    };
    let entries = desk.journal(actor, shown.kind(), shown.number(), now).await?;
    if entries.iter().any(|shown| shown.entry.note.as_ref().is_some_and(|note| note.text == text)) {
        return Ok(false);
    }
    let target = Target { kind: shown.kind().into(), number: shown.number().into(), version: None };
    desk.perform(actor, Command::Note { target, text, public: false }, now).await.map(|_| true)
}
