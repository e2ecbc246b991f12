//! A line of the past as the record and the journal entries it stands for (contract.md section 4).
//!
//! Fields that no history entry carries hold from the first entry on, those that entries carry from each of them; at and
//! after the last entry the record is what the line says. Nothing is required and no rule runs: a line tells what was.

use model::{
    Draft, FieldError, Kind, Line, Mark, Moment, Type, Value,
    command::{Input, Raw},
    journal::{Changes, Note, fold},
    line::Past,
    suggest,
};
use serde_json::Value as Json;

use crate::stages::{delta, draft};

/// One entry to be written.
#[derive(Debug)]
pub struct Told {
    pub at: Moment,
    pub by: Option<String>,
    pub changes: Changes,
    pub base: Changes,
    pub note: Option<Note>,
    /// Digest of the history entry it was read from; empty for what the line says without a time.
    pub origin: String,
}

/// What the line says the record is now, and its history.
pub struct Story {
    pub draft: Draft,
    pub told: Vec<Told>,
}

/// # Errors
/// Every field that cannot be read, those of history entries with their place.
pub fn story(kind: &Kind, line: &Line) -> Result<Story, Vec<FieldError>> {
    let mut errors = Vec::new();
    let own = draft::typed(kind, &input(kind, &line.fields), &model::Fields::new())
        .map_err(|own| errors.extend(own))
        .unwrap_or_default();
    let mut told = Vec::with_capacity(line.history.len());
    for (place, past) in line.history.iter().enumerate() {
        match tell(kind, past) {
            Ok(entry) => told.push(entry),
            Err(why) => {
                errors.extend(why.into_iter().map(|error| {
                    FieldError::new(format!("history entry {}: {}", place + 1, error.field), error.message)
                }))
            }
        }
    }
    let fields = own.fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let title = line.title.clone().or(own.title.flatten()).or_else(|| draft::derived_title(kind, &fields));
    let last_state =
        told.iter().rev().find_map(|entry| entry.changes.get("state")?.as_ref()?.as_text().map(str::to_string));
    let dated = || {
        kind.lifecycle.dated.iter().find(|(_, field)| fields.contains_key(*field)).map(|(state, _)| state.to_string())
    };
    let state = line
        .state
        .clone()
        .or(own.state)
        .or(last_state)
        .or_else(dated)
        .unwrap_or_else(|| kind.lifecycle.silent().into());
    let state = known_state(kind, &state).unwrap_or_else(|why| {
        errors.push(FieldError::new("state", why));
        String::new()
    });
    if !errors.is_empty() {
        return Err(errors);
    }
    let title = title.or_else(|| line.number.clone()).unwrap_or_else(|| kind.label.clone());
    let title = title.chars().take(model::types::TEXT_MAX).collect();
    Ok(Story { draft: Draft { title, state, fields }, told })
}

fn input(kind: &Kind, fields: &serde_json::Map<String, Json>) -> Input {
    let raw = |(name, json): (&String, &Json)| {
        let ty = has_hollow(json).then(|| kind.type_of(name)).flatten();
        let said = ty.map_or_else(|| json.clone(), |ty| said(&ty, json));
        (name.clone(), Raw::Json(said))
    };
    Input { fields: fields.iter().map(raw).collect() }
}

fn has_hollow(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.is_empty(),
        Json::Object(parts) => parts.is_empty() || parts.values().any(has_hollow),
        _ => false,
    }
}

/// What a line says of a field: an empty list or object where one value is meant says as little as null
/// ([reading].filled). Callers of the API, who can put it right, are told instead.
fn said(ty: &Type, json: &Json) -> Json {
    match (ty, json) {
        (Type::Mixed, _) | (Type::List(_), Json::Array(_)) => json.clone(),
        (_, Json::Array(items)) if items.is_empty() => Json::Null,
        (_, Json::Object(parts)) if parts.is_empty() => Json::Null,
        (Type::Parts(fields), Json::Object(parts)) => {
            let ty =
                |name: &str| fields.iter().find(|field| field.name == name).map_or(&Type::Mixed, |field| &field.ty);
            Json::Object(parts.iter().map(|(name, part)| (name.clone(), said(ty(name), part))).collect())
        }
        _ => json.clone(),
    }
}

/// The state that is meant, as it is kept.
fn known_state(kind: &Kind, state: &str) -> Result<String, String> {
    if let Some(known) = kind.lifecycle.meant(state) {
        return Ok(known.name.into());
    }
    let names = || kind.lifecycle.states.iter().map(|state| state.name);
    Err(format!(
        "\"{state}\" is no state of {}; there are {}{}",
        kind.label.to_lowercase(),
        names().collect::<Vec<_>>().join(", "),
        suggest::hint(state, names())
    ))
}

fn tell(kind: &Kind, past: &Past) -> Result<Told, Vec<FieldError>> {
    let typed = draft::typed(kind, &input(kind, &past.fields), &model::Fields::new())?;
    let mut changes: Changes = typed.fields;
    let state = past.state.clone().or(typed.state);
    if let Some(state) = state {
        let state = known_state(kind, &state).map_err(|why| vec![FieldError::new("state", why)])?;
        changes.insert("state".into(), Some(Value::Text(state)));
    }
    if let Some(title) = past.title.clone().or(typed.title.flatten()) {
        changes.insert("title".into(), Some(Value::Text(title)));
    }
    let note = past.note.clone().map(|text| Note { text, public: past.public });
    let by = past.by.as_ref().map(|by| by.trim().to_lowercase());
    let origin = digest(&past.write());
    Ok(Told { at: past.at, by, changes, base: Changes::new(), note, origin })
}

/// The digest by which a line or one of its history entries is known again.
pub fn digest(json: &Json) -> String {
    // Fractions may stand in lines, and their text is as good as any for telling lines apart.
    model::canonical::hex(&model::canonical::leaf(&model::canonical::bytes(json)))
}

/// Completes the entries of a record that is new: what holds from the first on, and the line's last word.
pub fn settle(story: &mut Story) {
    if story.told.is_empty() {
        let base = delta::created(&story.draft);
        story.told.push(Told {
            at: Moment::UNKNOWN,
            by: None,
            changes: Changes::new(),
            base,
            note: None,
            origin: String::new(),
        });
        return;
    }
    let carried = |name: &String| story.told.iter().any(|entry| entry.changes.contains_key(name));
    let base: Changes = delta::created(&story.draft).into_iter().filter(|(name, _)| !carried(name)).collect();
    story.told[0].base = base;
    let marks: Vec<Mark> = story.told.iter().map(mark).collect();
    if let Some(folded) = fold(&marks, Moment(i64::MAX))
        && let Some(last) = story.told.last_mut()
    {
        last.base.extend(delta::from_folded(&folded, &story.draft));
    }
}

pub fn mark(entry: &Told) -> Mark {
    Mark {
        at: entry.at,
        by: entry.by.clone(),
        note: entry.note.as_ref().map(|note| note.text.clone()),
        changes: entry.changes.clone(),
        base: entry.base.clone(),
        wrote: entry.changes.keys().any(|name| model::journal::is_field(name)),
    }
}
