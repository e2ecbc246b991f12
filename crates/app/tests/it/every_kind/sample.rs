//! Values for fields, made from their types alone, so that a new field of a new kind has one.

use model::{Catalog, Field, Kind, Type};
use serde_json::{Map, Value as Json, json};

/// E-mail of whoever does what the owner may not do alone.
pub const OTHER: &str = "bob@tidewell.example";

/// A word that stands in the texts of one field of one kind and nowhere else.
pub fn word(kind: &Kind, field: &str) -> String {
    // A time zone is one of those that there are.
    if (kind.name, field) == ("service_calendar", "zone") {
        return "London".into();
    }
    format!("zq{}x{}qz", kind.name.replace('_', ""), field.replace('_', ""))
}

/// A value for a field. Another `turn` gives another value; values of the same turn fit together: all days are one day,
/// all numbers one number, and no two people are the same.
pub fn value(catalog: &Catalog, kind: &Kind, field: &Field, turn: usize) -> Json {
    fitting(kind, &field.name, turn).unwrap_or_else(|| made(catalog, kind, field, turn))
}

/// What rules read as a form, a policy or a plan must be one; it asks nothing that other samples do not answer.
fn fitting(kind: &Kind, field: &str, turn: usize) -> Option<Json> {
    let word = word(kind, field);
    Some(match (kind.name, field) {
        ("request_model", "questions") => json!([{"name": "size", "label": format!("{word} {turn}"), "type": "text"}]),
        ("request_model", "approval") => {
            let person = format!("{word}.{turn}@tidewell.example");
            json!([{"stage": 1, "approver": "named", "people": [person], "above": 9_999_999}])
        }
        ("request_model", "tasks") => json!([{"name": "one", "title": format!("{word} {turn}")}]),
        // A sample that is drawn keeps its records.
        ("audit_question", "items") => {
            json!([{"record": "INC-1", "result": "conforms", "note": format!("{word} {turn}")}])
        }
        ("service_request", "model") => json!("RQM-1"),
        ("service_request", "answers") => json!({"size": format!("{word} {turn}")}),
        ("service_request", "tasks") => {
            let (by, on) = (format!("{word}.{turn}@tidewell.example"), "2026-11-02T00:00:00Z");
            json!([{"name": "one", "title": format!("{word} {turn}"), "state": "done", "done_by": by, "done_on": on}])
        }
        // Counts of days and months are whole; nothing waits for itself.
        // An address of ours.
        ("saved_report", "source") => json!(format!("/incidents?q={word} {turn}")),
        ("nonconformity", "similar_cases") => json!([format!("NCR-{}", 404 + turn)]),
        ("plan_task", "after") => json!([format!("PTK-{}", 7 + turn)]),
        // Who decides is somebody else than whoever writes, on the day on which it is decided.
        ("document_version", "approver" | "reviewer") | ("acknowledgement" | "training_result", "person") => {
            json!(OTHER)
        }
        // A quiz has a right answer; what follows from one has tests of its own.
        ("training", "questions") => {
            json!([{"question": format!("{word} {turn}"), "answers": ["one", "two"], "right": 1}])
        }
        ("training_result", "training") => json!(format!("TRN-{}", 404 + turn)),
        // What follows from a document has tests of its own.
        ("document_version", "document") => json!(format!("DOC-{}", 404 + turn)),
        ("document_version", "effective_on") => json!("2026-11-25"),
        // What follows from a proposal has tests of its own; it holds for days that are to come.
        ("holiday_proposal", "calendar") => json!(format!("CLN-{}", 404 + turn)),
        ("holiday_proposal", "effective_on") => json!("2027-02-01"),
        ("holiday_proposal", "days") => json!([{"date": "2027-12-27", "name": format!("{word} {turn}")}]),
        // What a body took over from another one has tests of its own.
        ("certificate", "transferred_from") => json!(format!("CER-{}", 404 + turn)),
        ("certificate", "moved_to") => json!(format!("CBO-{}", 404 + turn)),
        // One that is out of the ordinary closes with its review, which tests of its own see to.
        ("incident", "major" | "grave_security") => json!(!turn.is_multiple_of(2)),
        // A ticket has one rating of a person, which tests of its own see to.
        ("feedback", "nature") => json!("compliment"),
        // What is counted is typed by nobody.
        ("survey", "counted") => json!(false),
        // What is not made yet is released to nobody.
        ("report", "released_to") => json!("internal"),
        // What is made by itself is made for whole months.
        ("report_definition", "frequency") => json!(["monthly", "quarterly"][turn % 2]),
        ("service", "change_approval") => {
            let person = format!("{word}.{turn}@tidewell.example");
            json!([{"stage": 1, "approver": "named", "people": [person], "above": 9_999_999}])
        }
        ("service", "criticality") => json!(["high", "medium"][turn % 2]),
        _ => return counted(kind, field, turn, word),
    })
}

/// What clocks are counted by must be such that they can be.
fn counted(kind: &Kind, field: &str, turn: usize, word: String) -> Option<Json> {
    Some(match (kind.name, field) {
        ("service_calendar", "zone") => json!(["Europe/London", "Europe/Berlin"][turn % 2]),
        ("service_calendar", "windows") => {
            json!([{"weekday": "monday", "from": "09:00", "to": format!("17:{:02}", turn % 60), "undeclared": word}])
        }
        ("service_calendar", "closed_dates") => json!([format!("2026-12-{:02} {word}", 1 + turn)]),
        ("service_calendar", "special_dates") => {
            json!([{"date": "2026-12-24", "from": "09:00", "to": format!("12:{:02}", turn % 60), "undeclared": word}])
        }
        ("sla" | "internal_agreement" | "contract", "calendar") => json!(["CLN-1", "CLN-2"][turn % 2]),
        // Nothing is expected back in the past.
        ("incident" | "service_request" | "problem", "waiting_until") => {
            json!(format!("2027-03-{:02}T00:00:00Z", 2 + turn))
        }
        ("sla" | "internal_agreement" | "contract", "ticket_targets") => {
            json!([{"kind": "incident", "priority": "P1", "resolution": 3_600 + turn * 60, "undeclared": word}])
        }
        ("sla", "escalation_steps") => {
            let person = format!("{word}.{turn}@tidewell.example");
            json!([{"kind": "incident", "clock": "resolution", "percent": 50 + turn, "to": person}])
        }
        _ => return None,
    })
}

fn made(catalog: &Catalog, kind: &Kind, field: &Field, turn: usize) -> Json {
    typed(catalog, &field.ty, &word(kind, &field.name), turn)
}

fn typed(catalog: &Catalog, ty: &Type, word: &str, turn: usize) -> Json {
    match ty {
        Type::Text => json!(format!("{word} <b>&</b> \"quoted\" ü {turn}")),
        Type::LongText => json!(format!("{word} {turn}\n\n- one\n- two, <script>alert(1)</script>")),
        Type::Number => json!(3 + turn),
        Type::Money => json!(1250.5 + turn as f64),
        Type::Percentage => json!(12.5 + turn as f64),
        Type::Date => json!(format!("2026-11-{:02}", 2 + turn)),
        // Midnight, so that it neither lies before nor behind the day of a date.
        Type::Instant => json!(format!("2026-11-{:02}T00:00:00Z", 2 + turn)),
        Type::Duration => json!(3600 + turn * 60),
        Type::Period => json!(format!("2026-{:02}", 9 + turn)),
        Type::Flag => json!(turn.is_multiple_of(2)),
        Type::Person => json!(format!("{word}.{turn}@tidewell.example")),
        Type::Choice(choices) => {
            let options = &choices.options;
            options.get(turn % options.len().max(1)).map_or_else(|| json!(word), |option| json!(option.0))
        }
        Type::Ref(refs) => {
            let target = refs.kinds.first().and_then(|name| catalog.find(name)).unwrap_or(&catalog.kinds()[0]);
            json!(format!("{}-{}", target.prefix, 1 + turn))
        }
        Type::List(of) => json!([typed(catalog, of, word, turn)]),
        Type::Parts(fields) => {
            let part = |field: &Field| {
                let word = format!("{}{}qz", word.trim_end_matches("qz"), field.name.replace('_', ""));
                (field.name.clone(), typed(catalog, &field.ty, &word, turn))
            };
            // Parts that are not declared are kept as well.
            let strange = ("undeclared".to_string(), json!({"list": [format!("{word} {turn}"), turn]}));
            Json::Object(fields.iter().map(part).chain([strange]).collect())
        }
        Type::Mixed => json!(format!("{word} {turn}")),
    }
}

/// The fields that a kind has of its own, without other names of common parts and what fills itself.
pub fn own(kind: &Kind) -> impl Iterator<Item = &Field> {
    kind.fields.iter().filter(|field| field.alias.is_none() && !field.derived)
}

/// Every field filled, and a title.
pub fn full(catalog: &Catalog, kind: &Kind, turn: usize) -> Map<String, Json> {
    let fields = own(kind).map(|field| (field.name.clone(), value(catalog, kind, field, turn)));
    fields.chain([title(kind, turn)]).collect()
}

/// What is required and nothing else. Where no required field gives a title, that is required as well.
pub fn least(catalog: &Catalog, kind: &Kind) -> Map<String, Json> {
    let required = own(kind).filter(|field| field.required);
    let mut fields: Map<String, Json> =
        required.map(|field| (field.name.clone(), value(catalog, kind, field, 0))).collect();
    if !kind.titled_by.iter().any(|name| fields.contains_key(*name)) {
        fields.extend([title(kind, 0)]);
    }
    fields
}

fn title(kind: &Kind, turn: usize) -> (String, Json) {
    ("title".into(), json!(format!("{} <i>&</i> \"title\" {turn}", word(kind, "title"))))
}

/// A value that a type refuses; `None` for those that take whatever comes.
pub fn refused(ty: &Type) -> Option<Json> {
    match ty {
        Type::Number | Type::Money | Type::Percentage | Type::Duration | Type::Date | Type::Instant | Type::Flag => {
            Some(json!("neither nor"))
        }
        Type::Person => Some(json!("nobody in particular")),
        Type::Choice(choices) if !choices.open => Some(json!("hihg")),
        Type::Text | Type::LongText => Some(json!({"a": 1})),
        Type::List(of) => Some(json!([refused(of)?])),
        _ => None,
    }
}
