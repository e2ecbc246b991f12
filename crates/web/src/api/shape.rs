//! Records, entries, links and files as JSON, in the words of contract.md section 4.

use desk::{FileRow, Shown, ShownEntry, Tie};
use engines::clocks::{Clock, Pace, Segment, Stay, Waits};
use model::{Column, Kind, Link, Moment, Value};
use serde_json::{Map, Value as Json, json};

use crate::api::BASE;

/// The address of a record.
pub fn address(kind: &Kind, number: &str) -> String {
    // A number holds only letters, digits and - _ . : and stands in a path as it is.
    format!("{BASE}/{}/{number}", kind.plural)
}

/// What every record has, whatever its kind.
fn head(kind: &Kind, shown: &Shown) -> Map<String, Json> {
    let mut parts = Map::new();
    let mut put = |name: &str, value: Json| drop(parts.insert(name.into(), value));
    put("kind", shown.kind().into());
    put("number", shown.number().into());
    put("title", shown.title().into());
    put("state", shown.state().into());
    put("phase", kind.phase(shown.state()).name().into());
    put("customer", shown.customer().into());
    put("version", shown.version().into());
    put("created_on", moment(shown.created()));
    put("changed_on", moment(shown.changed()));
    parts
}

/// What is not known of the past is null, not 1970.
fn moment(at: Moment) -> Json {
    if at == Moment::UNKNOWN { Json::Null } else { at.to_string().into() }
}

/// A record. `columns` narrows its fields, empty for all there are; `links` are told where they were looked up.
pub fn record(kind: &Kind, shown: &Shown, columns: &[String], links: Option<&[Link]>) -> Json {
    let mut parts = head(kind, shown);
    let fields = if columns.is_empty() { all_fields(kind, shown) } else { some_fields(kind, shown, columns) };
    parts.insert("fields".into(), Json::Object(fields));
    if let Some(links) = links {
        parts.insert("links".into(), links.iter().map(link).collect());
    }
    if kind.clocked {
        parts.insert("due_on".into(), shown.due().map_or(Json::Null, |due| due.to_string().into()));
        parts.insert("clocks".into(), shown.clocks().iter().map(clock).collect());
    }
    parts.insert("self".into(), address(kind, shown.number()).into());
    Json::Object(parts)
}

/// A clock as lists tell it. Times of working are seconds.
fn clock(clock: &Clock) -> Json {
    let text = |text: &str| if text.is_empty() { Json::Null } else { text.into() };
    json!({
        "name": clock.name.name(),
        "leg": text(&clock.leg),
        "standing": clock.standing.name(),
        "on_hold_in": text(&clock.held),
        "goal": clock.goal_seconds,
        "left": clock.left_seconds,
        "due": clock.due.map(|at| at.to_string()),
        "priority": clock.priority,
        "agreement": text(&clock.agreement),
        "calendar": text(&clock.calendar),
        "hours": clock.hours,
    })
}

/// A clock with its working: what it did when, and by which rule of the calculation rules.
pub fn working(told: &Clock) -> Json {
    let mut json = clock(told);
    json["used"] = told.used_seconds.into();
    json["started"] = told.started.to_string().into();
    json["stopped"] = told.stopped.map_or(Json::Null, |at| at.to_string().into());
    let segment = |segment: &Segment| {
        let state = match &segment.pace {
            Pace::OnHold(state) | Pace::Over(state) => Json::from(state.as_str()),
            Pace::Running | Pace::Closed | Pace::Away(_) => Json::Null,
        };
        let with = match &segment.pace {
            Pace::Away(holder) if !holder.is_empty() => Json::from(holder.as_str()),
            _ => Json::Null,
        };
        json!({
            "from": segment.from.to_string(),
            "to": segment.to.to_string(),
            "pace": segment.pace.name(),
            "state": state,
            "with": with,
            "waits": segment.waits.as_ref().map_or(Json::Null, waits),
            "used": segment.used_seconds,
            "priority": segment.priority,
            "agreement": if segment.agreement.is_empty() { Json::Null } else { segment.agreement.as_str().into() },
            "hours": segment.hours,
            "rule": segment.pace.rule(told.name),
        })
    };
    json["segments"] = told.segments.iter().map(segment).collect();
    json
}

/// What was said of a pause: for whom, who that is, why, until when it was expected.
fn waits(waits: &Waits) -> Json {
    let text = |text: &str| if text.is_empty() { Json::Null } else { text.into() };
    json!({
        "on": text(&waits.on),
        "whom": text(&waits.whom),
        "because": text(&waits.because),
        "until": waits.until.map_or(Json::Null, |until| until.to_string().into()),
    })
}

/// A stretch of time in the same hands. Times of working are seconds.
pub fn stay(stay: &Stay) -> Json {
    json!({
        "holder": stay.holder.name(),
        "who": if stay.holder.who().is_empty() { Json::Null } else { stay.holder.who().into() },
        "from": stay.from.to_string(),
        "to": stay.to.to_string(),
        "used": stay.used_seconds,
    })
}

/// In the order in which the kind declares them; what the kind no longer declares comes last.
fn all_fields(kind: &Kind, shown: &Shown) -> Map<String, Json> {
    let declared = kind.fields.iter().filter_map(|field| shown.fields().get_key_value(&field.name));
    let others = shown.fields().iter().filter(|(name, _)| kind.find(name).is_none());
    declared.chain(others).map(|(name, value)| (name.clone(), value.to_json())).collect()
}

/// The fields that were asked for, null where nothing is in them. Parts of the record's head are there already.
fn some_fields(kind: &Kind, shown: &Shown, columns: &[String]) -> Map<String, Json> {
    let mut fields = Map::new();
    for path in columns.iter().filter(|path| kind.find(path.split('.').next().unwrap_or(path)).is_some()) {
        // A record's own date is told among its fields, what is due next beside them.
        let own = kind.clocked && kind.find(path).is_some_and(|field| field.column == Some(Column::Due));
        let value = if own { shown.fields().get(path).cloned() } else { shown.value(kind, path) };
        let value = value.map_or(Json::Null, |value| value.to_json());
        nest(&mut fields, path, value);
    }
    fields
}

/// `review.on` stands as `{"review": {"on": …}}`.
fn nest(fields: &mut Map<String, Json>, path: &str, value: Json) {
    let Some((name, rest)) = path.split_once('.') else {
        fields.insert(path.into(), value);
        return;
    };
    let place = fields.entry(name).or_insert_with(|| Json::Object(Map::new()));
    if let Json::Object(parts) = place {
        nest(parts, rest, value);
    }
}

pub fn link(link: &Link) -> Json {
    json!({"type": link.name, "to": link.to})
}

/// A link with what is at its other end. `direction` is `out` where this record names the other, `in` where it is named.
pub fn tie(tie: &Tie) -> Json {
    let mut json = json!({"type": tie.link.name, "to": tie.link.to, "direction": if tie.back { "in" } else { "out" }});
    if let Some(other) = &tie.other {
        json["kind"] = other.kind.as_str().into();
        json["title"] = other.title.as_str().into();
        json["state"] = other.state.as_str().into();
    }
    json
}

/// One line of the journal: when it happened (`at`), when it was written down (`recorded`), who, what, old and new.
pub fn entry(shown: &ShownEntry) -> Json {
    let entry = &shown.entry;
    let change = |(name, new): (&String, &Option<Value>), dated: bool| {
        let old = shown.before.get(name).cloned().flatten();
        let mut change = json!({"field": name, "old": value(&old), "new": value(new)});
        // Told by the same line as the entry, without a time of its own.
        if !dated {
            change["undated"] = true.into();
        }
        change
    };
    let changes = entry.changes.iter().map(|told| change(told, true));
    let base = entry.base.iter().map(|told| change(told, false));
    json!({
        "at": entry.at.to_string(),
        "recorded": entry.recorded.to_string(),
        "by": entry.by,
        "via": entry.via.name(),
        "act": entry.act,
        "version": entry.version,
        "changes": changes.chain(base).collect::<Vec<_>>(),
        "note": entry.note.as_ref().map(|note| note.text.as_str()),
        "public": entry.note.as_ref().map(|note| note.public),
        "linked": entry.linked.iter().map(link).collect::<Vec<_>>(),
        "unlinked": entry.unlinked.iter().map(link).collect::<Vec<_>>(),
        "attached": entry.attached,
    })
}

fn value(value: &Option<Value>) -> Json {
    value.as_ref().map_or(Json::Null, Value::to_json)
}

pub fn file(kind: &Kind, number: &str, file: &FileRow) -> Json {
    json!({
        // Larger than what JavaScript counts exactly, so a text.
        "id": file.id.to_string(),
        "name": file.name,
        "media_type": file.media,
        "size": file.size,
        "hash": file.hash,
        "public": file.public,
        "added_on": file.added.to_string(),
        "added_by": file.added_by,
        "self": format!("{}/attachments/{}", address(kind, number), file.id),
    })
}

/// A page of a collection.
pub fn page(items: Vec<Json>, next: Option<String>) -> Map<String, Json> {
    let mut parts = Map::new();
    parts.insert("items".into(), items.into());
    parts.insert("next_page_token".into(), next.into());
    parts
}
