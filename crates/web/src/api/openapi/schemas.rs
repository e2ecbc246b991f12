//! Schemas: a kind's record, its fields, and what is sent to make, edit and move one.

use model::{
    Catalog, Field, Kind, Phase, Type,
    types::{LONG_MAX, TEXT_MAX},
};
use serde_json::{Map, Value as Json, json};

use super::{named, reference, schema_name};

/// Schemas of one kind: `Incident`, `IncidentFields`, `IncidentCreate`, `IncidentPatch`, `IncidentTransition`.
pub fn of_kind(kind: &Kind, catalog: &Catalog) -> Map<String, Json> {
    let name = schema_name(kind);
    let mut schemas = Map::new();
    schemas.insert(name.clone(), record(kind, &name));
    schemas.insert(format!("{name}Fields"), fields(kind));
    schemas.insert(format!("{name}Create"), create(kind, &name, catalog));
    schemas.insert(format!("{name}Patch"), patch(kind, &name));
    schemas.insert(format!("{name}Transition"), transition(kind, &name));
    schemas.insert(format!("{name}Page"), page(&name));
    schemas
}

fn record(kind: &Kind, name: &str) -> Json {
    let states: Vec<&str> = kind.lifecycle.states.iter().map(|state| state.name).collect();
    let phases: Vec<&str> = Phase::ALL.iter().map(|phase| phase.name()).collect();
    let instant = |why: &str| json!({"type": ["string", "null"], "format": "date-time", "description": why});
    let mut schema = json!({
        "type": "object",
        "description": kind.about,
        "required": ["kind", "number", "title", "state", "phase", "customer", "version", "created_on", "changed_on", "fields", "self"],
        "properties": {
            "kind": {"const": kind.name},
            "number": {"type": "string", "description": "The natural key.", "examples": [format!("{}-1", kind.prefix)]},
            "title": {"type": "string"},
            "state": {"type": "string", "enum": states},
            "phase": {"type": "string", "enum": phases},
            "customer": {"type": ["string", "null"], "description": "Number of the customer whose record it is; null for the provider's own."},
            "version": {"type": "integer", "minimum": 1, "description": "Counts writes; the ETag."},
            "created_on": instant("When it came to be; null where an import does not tell."),
            "changed_on": instant("When it last changed; null where an import does not tell."),
            "fields": reference(&format!("{name}Fields")),
            "links": {"type": "array", "items": reference("Link"), "description": "Links that it names itself; left out of lists."},
            "self": {"type": "string", "format": "uri-reference"},
        },
    });
    if kind.clocked {
        schema["properties"]["due_on"] = instant(
            "When something of it is due next: its own date or one of its clocks. Filters and order by `due` mean this.",
        );
        schema["properties"]["hands"] = json!({"type": "array", "items": reference("Stay"), "description": "Who had it and for how long, of a single record; nothing for a customer's people."});
        schema["properties"]["clocks"] = json!({"type": "array", "items": reference("Clock"), "description": "What was agreed about answering and resolving it, and how that stands."});
    }
    schema
}

fn fields(kind: &Kind) -> Json {
    json!({
        "type": "object",
        "description": "What is empty is left out; null clears when it is sent, and stands for empty where a field was asked for by name.",
        "properties": properties(&kind.fields),
        "additionalProperties": false,
    })
}

fn properties(fields: &[Field]) -> Map<String, Json> {
    fields.iter().map(|field| (field.name.clone(), property(field))).collect()
}

fn property(field: &Field) -> Json {
    let mut schema = schema(&field.ty);
    let Json::Object(parts) = &mut schema else { return schema };
    parts.insert("title".into(), field.label.as_str().into());
    let mut words = vec![field.help.clone()];
    if field.alias.is_some() {
        words.push("Another name of a part that every record has.".into());
    }
    if field.required {
        words.push("Always needed.".into());
    }
    if !field.required_in.is_empty() {
        words.push(format!("Needed when {}.", field.required_in.join(", ").replace('_', " ")));
    }
    if field.internal {
        words.push("Not seen by people of customers.".into());
    }
    if field.derived {
        words.push("Filled in by itself; cannot be written.".into());
    }
    let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    if !words.is_empty() {
        parts.insert("description".into(), words.join(" ").into());
    }
    if let Some(default) = &field.default {
        parts.insert("default".into(), default.to_json());
    }
    schema
}

/// What a value of a type looks like on its way in and out. Everything may be null: that is how a field is cleared.
fn schema(ty: &Type) -> Json {
    match ty {
        Type::Text => json!({"type": ["string", "null"], "maxLength": TEXT_MAX}),
        Type::LongText => {
            json!({"type": ["string", "null"], "maxLength": LONG_MAX, "contentMediaType": "text/markdown"})
        }
        Type::Number => json!({"type": ["number", "null"]}),
        Type::Percentage => json!({"type": ["number", "null"], "examples": [99.9]}),
        Type::Money => json!({"anyOf": [{"type": ["number", "null"]}, reference("Money")], "examples": [1250.5]}),
        Type::Date => json!({"type": ["string", "null"], "format": "date"}),
        Type::Instant => json!({"type": ["string", "null"], "format": "date-time"}),
        Type::Duration => json!({"type": ["number", "string", "null"], "examples": [14400, "PT4H"]}),
        Type::Period => json!({"type": ["string", "null"], "examples": ["2026-11", "2026-Q4", "2026"]}),
        Type::Flag => json!({"type": ["boolean", "null"]}),
        Type::Person => json!({"type": ["string", "null"], "format": "email"}),
        Type::Choice(choices) => {
            let names: Vec<Json> = choices.options.iter().map(|option| option.0.as_str().into()).collect();
            if choices.open {
                json!({"type": ["string", "null"], "examples": names})
            } else {
                let all: Vec<Json> = names.into_iter().chain([Json::Null]).collect();
                json!({"type": ["string", "null"], "enum": all})
            }
        }
        Type::Ref(refs) => json!({"type": ["string", "null"], "x-kinds": refs.kinds}),
        Type::List(of) => json!({"type": ["array", "null"], "items": entry(of)}),
        // Some say in words what others say in parts; further parts are taken as they come.
        Type::Parts(fields) => json!({"type": ["object", "string", "null"], "properties": properties(fields)}),
        Type::Mixed => json!({}),
    }
}

/// `none` states that there is nothing, whatever the entries are.
fn entry(of: &Type) -> Json {
    match of {
        Type::Text | Type::LongText | Type::Ref(_) | Type::Period | Type::Mixed | Type::Parts(_) => schema(of),
        _ => json!({"anyOf": [schema(of), {"const": "none"}]}),
    }
}

fn create(kind: &Kind, name: &str, catalog: &Catalog) -> Json {
    let required: Vec<&str> = kind
        .fields
        .iter()
        .filter(|field| field.required && field.alias.is_none() && field.default.is_none())
        .map(|field| field.name.as_str())
        .collect();
    let mut fields = reference(&format!("{name}Fields"));
    if !required.is_empty() {
        fields = json!({"allOf": [fields, {"required": required}]});
    }
    json!({
        "type": "object",
        "description": "Field names may stand beside the title as well.",
        "properties": {
            "title": {"type": "string", "maxLength": TEXT_MAX},
            "number": {"type": "string", "description": "Your own number; left out, the next one is given.", "maxLength": 60},
            "fields": fields,
        },
        "examples": [example(kind, catalog)],
    })
}

/// Something that could be sent: the title, and the first fields of the kind with a value of their type.
fn example(kind: &Kind, catalog: &Catalog) -> Json {
    let telling = kind.fields.iter().filter(|field| field.alias.is_none() && (field.required || !field.internal));
    let (needed, others): (Vec<&Field>, Vec<&Field>) = telling.partition(|field| field.required);
    let some = needed.iter().chain(others.iter().take(3));
    let fields: Map<String, Json> =
        some.filter_map(|field| Some((field.name.clone(), sample(&field.ty, catalog)?))).collect();
    json!({"title": format!("A new {}", kind.label.to_lowercase()), "fields": fields})
}

fn sample(ty: &Type, catalog: &Catalog) -> Option<Json> {
    Some(match ty {
        Type::Text | Type::LongText => "In a few words".into(),
        Type::Number | Type::Money => 100.into(),
        Type::Percentage => json!(99.9),
        Type::Duration => 14_400.into(),
        Type::Date => "2026-11-12".into(),
        Type::Instant => "2026-11-12T07:14:00Z".into(),
        Type::Period => "2026-11".into(),
        Type::Flag => true.into(),
        Type::Person => "ines@tidewell.example".into(),
        Type::Choice(choices) => choices.options.first()?.0.as_str().into(),
        Type::Ref(refs) => format!("{}-1", catalog.find(refs.kinds.first()?)?.prefix).into(),
        Type::List(of) => json!([sample(of, catalog)?]),
        Type::Parts(fields) => {
            let first = fields.first()?;
            json!({first.name.clone(): sample(&first.ty, catalog)?})
        }
        Type::Mixed => return None,
    })
}

fn patch(kind: &Kind, name: &str) -> Json {
    json!({
        "type": "object",
        "description": format!("What is to change of {}: parts are merged one by one, null clears (RFC 7396).", article(&kind.label)),
        "properties": {
            "title": {"type": ["string", "null"], "maxLength": TEXT_MAX},
            "fields": reference(&format!("{name}Fields")),
        },
    })
}

fn article(label: &str) -> String {
    let label = label.to_lowercase();
    let article = if label.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {label}")
}

fn transition(kind: &Kind, name: &str) -> Json {
    let mut ways: Vec<&str> = kind.lifecycle.steps.iter().map(|step| step.to).collect();
    ways.sort_unstable();
    ways.dedup();
    json!({
        "type": "object",
        "required": ["to"],
        "additionalProperties": false,
        "properties": {
            "to": {"type": "string", "enum": ways},
            "note": {"type": ["string", "null"], "description": "Stands in the journal with the move."},
            "public": {"type": ["boolean", "null"], "default": false, "description": "Whether the customer sees the note."},
            "fields": reference(&format!("{name}Fields")),
        },
    })
}

fn page(name: &str) -> Json {
    json!({
        "type": "object",
        "required": ["items", "next_page_token"],
        "properties": {
            "items": {"type": "array", "items": reference(name)},
            "next_page_token": {"type": ["string", "null"], "description": "Null on the last page."},
            "count": {"type": "integer", "description": "With count=true: how many there are, counted to 1000 at most."},
            "count_is_capped": {"type": "boolean"},
        },
    })
}

/// Schemas that all kinds share.
pub fn shared() -> Map<String, Json> {
    let mut all = small();
    all.extend(records());
    all.extend(across());
    all
}

fn object(required: Json, properties: Json) -> Json {
    json!({"type": "object", "required": required, "properties": properties})
}

/// Refusals, amounts and links.
fn small() -> Map<String, Json> {
    let text = json!({"type": "string"});
    named([
        (
            "Problem",
            object(
                json!(["type", "title", "status", "detail"]),
                json!({
                    "type": {"type": "string", "format": "uri", "examples": ["urn:plumbline:problem:invalid"]},
                    "title": text, "status": {"type": "integer"}, "detail": text, "instance": text,
                    "errors": {"type": "array", "items": object(json!(["field", "message"]), json!({"field": text, "message": text}))},
                    "reference": {"type": "string", "description": "Under which the cause of a fault of ours stands in the log."},
                }),
            ),
        ),
        (
            "Money",
            object(
                json!(["amount", "currency"]),
                json!({"amount": {"type": "number"}, "currency": {"type": "string", "pattern": "^[A-Z]{3}$"}}),
            ),
        ),
        (
            "Link",
            object(
                json!(["type", "to"]),
                json!({
                    "type": {"type": "string", "pattern": "^[a-z0-9_-]{1,60}$", "examples": ["caused_by"]},
                    "to": {"type": "string", "description": "Number of the other record.", "examples": ["CHG-1188"]},
                }),
            ),
        ),
        (
            "Tie",
            object(
                json!(["type", "to", "direction"]),
                json!({
                    "type": text, "to": text, "direction": {"enum": ["out", "in"], "description": "`in` where the other record names this one."},
                    "kind": text, "title": text, "state": text,
                }),
            ),
        ),
    ])
}

/// A record and what stands beside it.
fn records() -> Map<String, Json> {
    let text = json!({"type": "string"});
    let maybe = json!({"type": ["string", "null"]});
    let instant = json!({"type": "string", "format": "date-time"});
    let links = json!({"type": "array", "items": reference("Link")});
    named([
        (
            "Entry",
            object(
                json!([
                    "at", "recorded", "by", "via", "act", "version", "changes", "note", "public", "linked", "unlinked",
                    "attached"
                ]),
                json!({
                    "at": {"type": "string", "format": "date-time", "description": "When it happened."},
                    "recorded": {"type": "string", "format": "date-time", "description": "When it was written down."},
                    "by": maybe, "via": text, "act": text, "version": {"type": "integer"},
                    "changes": {"type": "array", "items": object(json!(["field", "old", "new"]), json!({
                        "field": text, "old": {}, "new": {},
                        "undated": {"type": "boolean", "description": "Told along with the entry, without a time of its own."},
                    }))},
                    "note": maybe, "public": {"type": ["boolean", "null"]}, "linked": links, "unlinked": links,
                    "attached": {"type": "array", "items": text},
                }),
            ),
        ),
        ("Clock", clock()),
        ("Stay", stay()),
        (
            "Note",
            json!({"type": "object", "required": ["text"], "additionalProperties": false, "properties": {
                "text": {"type": "string", "maxLength": 50_000}, "public": {"type": ["boolean", "null"], "default": false},
            }}),
        ),
        (
            "Decision",
            json!({"type": "object", "required": ["decision"], "additionalProperties": false, "properties": {
                "decision": {"type": "string", "enum": ["approve", "refuse"]},
                "reason": {"type": ["string", "null"], "maxLength": 2_000, "description": "Needed to refuse."},
            }}),
        ),
        (
            "File",
            object(
                json!(["id", "name", "media_type", "size", "hash", "public", "added_on", "added_by", "self"]),
                json!({
                    "id": text, "name": text, "media_type": text, "size": {"type": "integer", "description": "Bytes."}, "hash": text,
                    "public": {"type": "boolean"}, "added_on": instant, "added_by": text, "self": {"type": "string", "format": "uri-reference"},
                }),
            ),
        ),
        (
            "Record",
            object(
                json!(["kind", "number", "title", "state", "version", "fields", "self"]),
                json!({
                    "kind": text, "number": text, "title": text, "state": text, "phase": text, "customer": maybe, "version": {"type": "integer"},
                    "created_on": {"type": ["string", "null"], "format": "date-time"}, "changed_on": {"type": ["string", "null"], "format": "date-time"},
                    "due_on": {"type": ["string", "null"], "format": "date-time"}, "clocks": {"type": "array", "items": reference("Clock")},
                    "fields": {"type": "object"}, "self": text,
                }),
            ),
        ),
        ("RecordPage", page("Record")),
        ("EntryPage", page("Entry")),
    ])
}

/// A clock of a ticket. Its working comes with a single record.
fn clock() -> Json {
    let text = json!({"type": "string"});
    let maybe = json!({"type": ["string", "null"]});
    let instant = json!({"type": "string", "format": "date-time"});
    let at = |why: &str| json!({"type": ["string", "null"], "format": "date-time", "description": why});
    let seconds = |why: &str| json!({"type": "integer", "description": why});
    let segment = object(
        json!(["from", "to", "pace", "state", "with", "waits", "used", "priority", "agreement", "hours", "rule"]),
        json!({
            "from": instant, "to": instant, "pace": {"enum": ["running", "on_hold", "over", "elsewhere", "closed_hours"]},
            "state": {"type": ["string", "null"], "description": "The state that held it."},
            "with": {"type": ["string", "null"], "description": "Who else had it meanwhile."},
            "waits": {"type": ["object", "null"], "description": "For whom it waited and why, as far as that was said.",
                "properties": {"on": maybe, "whom": maybe, "because": maybe, "until": at("When it was expected to go on.")}},
            "used": seconds("Working seconds of it."), "priority": text, "agreement": maybe, "hours": text,
            "rule": {"type": "string", "description": "Number of the calculation rule."},
        }),
    );
    object(
        json!([
            "name",
            "leg",
            "standing",
            "on_hold_in",
            "goal",
            "left",
            "due",
            "priority",
            "agreement",
            "calendar",
            "hours"
        ]),
        json!({
            "name": {"enum": engines::clocks::Name::ALL.map(engines::clocks::Name::name)},
            "leg": {"type": ["string", "null"], "description": "The team or the supplier whose leg it is; null for a clock of the whole ticket."},
            "standing": {"enum": engines::clocks::Standing::ALL.map(engines::clocks::Standing::name)},
            "on_hold_in": {"type": ["string", "null"], "description": "The state that holds it."},
            "goal": seconds("Working seconds that were agreed."), "used": seconds("Working seconds used so far."),
            "left": seconds("Working seconds left; 0 when it is late."),
            "started": instant, "due": at("When the goal is, or was, used up; null on hold."), "stopped": at("Null while it runs."),
            "priority": text,
            "agreement": {"type": ["string", "null"], "description": "Number of the agreement; null where the standard targets hold."},
            "calendar": {"type": ["string", "null"], "description": "Number of the service calendar; null for round the clock."},
            "hours": text, "segments": {"type": "array", "items": segment},
        }),
    )
}

/// A stretch of time in the same hands.
fn stay() -> Json {
    let instant = json!({"type": "string", "format": "date-time"});
    object(
        json!(["holder", "who", "from", "to", "used"]),
        json!({
            "holder": {"enum": engines::clocks::Holder::NAMES},
            "who": {"type": ["string", "null"], "description": "Number of the team, number or name of the supplier; null where nobody is named."},
            "from": instant, "to": instant,
            "used": {"type": "integer", "description": "Working seconds that the clock to resolve counted meanwhile."},
        }),
    )
}

/// What goes across kinds.
fn across() -> Map<String, Json> {
    let text = json!({"type": "string"});
    let maybe = json!({"type": ["string", "null"]});
    let instant = json!({"type": "string", "format": "date-time"});
    named([
        (
            "Me",
            object(
                json!(["email", "name", "roles", "customer", "read_only", "may"]),
                json!({
                    "email": text, "name": text, "roles": {"type": "array", "items": text}, "customer": maybe, "read_only": {"type": "boolean"},
                    "may": {"type": "object", "additionalProperties": {"type": "array", "items": text}, "description": "Acts by kind."},
                }),
            ),
        ),
        (
            "Kind",
            object(
                json!(["name", "plural", "prefix", "clauses", "fields", "states", "transitions", "links"]),
                json!({
                    "name": text, "plural": text, "label": text, "labels": text, "prefix": text, "about": text, "area": text, "clause": maybe,
                    "clauses": {"type": "array", "items": text}, "fields": {"type": "array", "items": {"type": "object"}},
                    "states": {"type": "array", "items": {"type": "object"}}, "starts_in": text, "transitions": {"type": "array", "items": {"type": "object"}},
                    "links": {"type": "array", "items": {"type": "object"}},
                }),
            ),
        ),
        (
            "Assessment",
            object(
                json!(["framework", "as_of", "summary", "requirements"]),
                json!({
                    "framework": text, "as_of": instant, "summary": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "requirements": {"type": "array", "items": object(json!(["id", "clause", "state", "population", "good", "bad", "examples", "newest", "why"]), json!({
                        "id": text, "clause": text,
                        "state": {"enum": ["proved", "stale", "gap", "nonconforming", "nothing_to_sample", "for_a_person"]},
                        "population": {"type": "integer"}, "good": {"type": "integer"}, "bad": {"type": "integer"},
                        "examples": {"type": "array", "items": text}, "newest": maybe, "why": text,
                    }))},
                }),
            ),
        ),
    ])
}
