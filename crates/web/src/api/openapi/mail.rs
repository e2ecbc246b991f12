//! The mail of a record in the document.

use model::Kind;
use serde_json::{Map, Value as Json, json};

use super::{named, paths, reference};

/// The doors of one kind, each with the rest of its address.
pub fn of_kind(kind: &Kind, number: &Json) -> [(&'static str, Json); 2] {
    let items = json!({"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": reference("Mail")}}});
    let list = paths::answers("200", "Newest first, 50 at most.", Some(items), &[], &["400", "404"]);
    let summary = "Mail that came for it, and whether its senders are proved".into();
    let list = paths::door(&kind.labels, format!("mail_of_{}", kind.name), summary, &[], list);
    let one = paths::answers("200", "The message.", Some(reference("Mail")), &[], &["400", "404"]);
    let one = paths::door(&kind.labels, format!("message_of_{}", kind.name), "One message".into(), &[], one);
    let id = paths::declared("path", "id", true, "As the list names it.", json!({"type": "string"}));
    let both: Vec<Json> = number.as_array().into_iter().flatten().cloned().chain([id]).collect();
    [("/mail", json!({"parameters": number, "get": list})), ("/mail/{id}", json!({"parameters": both, "get": one}))]
}

pub fn schemas() -> Map<String, Json> {
    let text = || json!({"type": "string"});
    let found = |words: &str| {
        json!({"type": ["string", "null"], "enum": ["pass", "fail", "none", "unknown", null],
            "description": format!("What our own mail server found out about {words}; null where it says nothing.")})
    };
    let file = json!({"type": "object", "properties": {"name": text(), "size": {"type": "integer"},
        "href": {"type": ["string", "null"], "description": "Null for one that is only in the message."}}});
    let mail = json!({"type": "object", "required": ["id", "at", "sender", "subject", "sender_is_proved"], "properties": {
        "id": text(), "at": {"type": "string", "format": "date-time"}, "sender": text(), "sender_name": text(),
        "recipient": text(), "subject": text(), "outcome": text(), "reason": text(), "self": text(),
        "sender_is_proved": {"type": ["boolean", "null"], "description": "Null where no trusted server has looked."},
        "dmarc": found("the domain in From"), "dkim": found("its signature"), "spf": found("the server that sent it"),
        "text": {"type": "string", "description": "Of one message alone, as html and files."},
        "html": {"type": ["string", "null"], "description": "Cleaned; to be shown in a sandbox all the same."},
        "files": {"type": "array", "items": file},
    }});
    named([("Mail", mail)])
}
