//! Mentions and watching in the document.

use model::Kind;
use serde_json::{Map, Value as Json, json};

use super::{ACROSS, named, paths, reference};

/// The doors across kinds.
pub fn across() -> Map<String, Json> {
    let list = paths::answers("200", "Newest first, 100 at most.", Some(reference("Mentions")), &[], &["400"]);
    let summary = "Notes in which whoever asks was named (@name) and that they have not put aside".to_string();
    let list = paths::door(ACROSS, "mentions".into(), summary, &[], list);
    let aside = paths::answers("204", "It is put aside; the note stays.", None, &[], &["403", "404"]);
    let aside = paths::door(ACROSS, "put_mention_aside".into(), "Put a mention aside".into(), &[], aside);
    let id = paths::declared("path", "id", true, "As the list names it.", json!({"type": "string"}));
    named([("/mentions", json!({"get": list})), ("/mentions/{id}", json!({"parameters": [id], "delete": aside}))])
}

/// The doors of one kind, each with the rest of its address.
pub fn of_kind(kind: &Kind, number: &Json) -> [(&'static str, Json); 2] {
    let schema = json!({"type": "object", "required": ["watches", "items"], "properties": {
        "watches": {"type": "boolean", "description": "Whether whoever asks is among them."},
        "items": {"type": "array", "items": {"type": "string", "format": "email"}},
    }});
    let answers = paths::answers("200", "Who watches it.", Some(schema), &[], &["400", "404"]);
    let list =
        paths::door(&kind.labels, format!("watchers_of_{}", kind.name), "Who hears of its news".into(), &[], answers);
    let set = |id: String, words: &str| {
        let answers = paths::answers("204", "It is so now.", None, &[], &["403", "404"]);
        paths::door(&kind.labels, id, words.into(), &[], answers)
    };
    let (begin, end) = (
        set(format!("watch_{}", kind.name), "Watch it: mail comes of its news"),
        set(format!("unwatch_{}", kind.name), "Watch it no more"),
    );
    [
        ("/watchers", json!({"parameters": number, "get": list})),
        ("/watchers/me", json!({"parameters": number, "put": begin, "delete": end})),
    ]
}

pub fn schemas() -> Map<String, Json> {
    let text = || json!({"type": "string"});
    let item = json!({"type": "object", "required": ["id", "number", "text", "at"], "properties": {
        "id": text(), "kind": text(), "number": text(), "title": text(), "href": {"type": ["string", "null"]}, "by": text(),
        "at": {"type": "string", "format": "date-time"}, "text": text(), "public": {"type": "boolean"},
    }});
    named([(
        "Mentions",
        json!({"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": item}}}),
    )])
}
