//! What people do with tickets beyond fields and states, in the document.

use model::{Kind, handling::WorkLog};
use serde_json::{Map, Value as Json, json};

use super::{named, paths, reference};
use crate::api::handling::Verb;

/// The doors of one kind, each with the rest of its address: those verbs alone that its records know.
pub fn of_kind(kind: &Kind, name: &str, number: &Json) -> Vec<(String, Json)> {
    let verbs = Verb::ALL.into_iter().filter(|verb| verb.is_for(kind));
    let item = |verb: Verb| json!({"parameters": number, "post": door(verb, kind, name)});
    verbs.map(|verb| (format!("/{}", verb.name()), item(verb))).collect()
}

fn door(verb: Verb, kind: &Kind, name: &str) -> Json {
    const VERSIONED: &[&str] = &["IfMatch", "IdempotencyKey"];
    const ADDING: &[&str] = &["IfMatchMaybe", "IdempotencyKey"];
    let record = Some(reference(name));
    let now = |refusals| paths::answers("200", "The record as it is now.", record.clone(), &["ETag"], refusals);
    let (answers, parameters) = match verb {
        Verb::Split => {
            let refusals = ["400", "403", "404", "413", "415", "422"];
            let new = paths::answers("201", "The new record.", record.clone(), &["ETag", "Location"], &refusals);
            (new, &VERSIONED[1..])
        }
        Verb::Escalate | Verb::Work => (now(paths::WRITE), ADDING),
        Verb::Merge | Verb::Unmerge | Verb::Unsplit | Verb::Macro => (now(paths::VERSIONED), VERSIONED),
    };
    let (words, schema) = match verb {
        Verb::Merge => ("End it because another one stands for it", "Merge"),
        Verb::Unmerge => ("Take it out again, back to the state that it was in", "Nothing"),
        Verb::Split => ("Split another one off, which begins with what is known of this one", "Split"),
        Verb::Unsplit => ("Merge it into the one that it was split off from", "Nothing"),
        Verb::Escalate => ("Bring somebody in beside the owner", "Escalation"),
        Verb::Work => ("Write down time", "Work"),
        Verb::Macro => ("Use a macro: what it says and does, all of it or nothing", "MacroUse"),
    };
    let door = paths::door(&kind.labels, format!("{}_{}", verb.name(), kind.name), words.into(), parameters, answers);
    paths::takes(door, paths::JSON, reference(schema))
}

pub fn schemas() -> Map<String, Json> {
    let text = |words: &str| json!({"type": "string", "description": words});
    let maybe = |words: &str| json!({"type": ["string", "null"], "description": words});
    let body = |required: Json, properties: Json| json!({"type": "object", "required": required, "additionalProperties": false, "properties": properties});
    let split = json!({
        "title": maybe("Of the new one; that of this one where it is left out."),
        "fields": {"type": ["object", "null"], "description": "Fields of the new one, as on creation."},
    });
    let work = json!({
        "minutes": {"type": "integer", "minimum": 1, "maximum": WorkLog::LONGEST},
        "on": {"type": ["string", "null"], "format": "date"},
        "text": maybe("What was done."),
    });
    let used = json!({
        "use": text("Its number, such as MAC-3."),
        "text": maybe("Other words than its own."),
        "public": {"type": ["boolean", "null"], "description": "Whether the customer reads them; left out, as the macro says."},
    });
    let raised = json!({"to": text("E-mail of whoever is brought in."), "reason": text("Why.")});
    named([
        ("Merge", body(json!(["to"]), json!({"to": text("Number of the one that stays.")}))),
        ("Nothing", json!({"type": "object", "additionalProperties": false})),
        ("Split", body(json!([]), split)),
        ("Escalation", body(json!(["to", "reason"]), raised)),
        ("Work", body(json!(["minutes"]), work)),
        ("MacroUse", body(json!(["use"]), used)),
    ])
}
