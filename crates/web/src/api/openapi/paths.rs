//! Paths: the doors of one kind, those across kinds, and the parameters, headers and answers that they share.

use model::Kind;
use serde_json::{Map, Value as Json, json};

use super::{ACROSS, named, reference, schema_name};

/// The doors of one kind.
pub fn of_kind(kind: &Kind) -> Map<String, Json> {
    let name = schema_name(kind);
    let one = |rest: &str| format!("/{}/{{number}}{rest}", kind.plural);
    let number = json!([parameter("Number")]);
    let mut paths = Map::new();
    paths.insert(format!("/{}", kind.plural), json!({"get": list(kind, &name), "post": create(kind, &name)}));
    paths.insert(one(""), json!({"parameters": number, "get": read(kind, &name), "patch": edit(kind, &name)}));
    paths.insert(one("/transitions"), json!({"parameters": number, "post": step(kind, &name)}));
    paths.insert(one("/decisions"), json!({"parameters": number, "post": decide(kind, &name)}));
    paths.insert(one("/journal"), json!({"parameters": number, "get": journal(kind)}));
    paths.insert(one("/events"), json!({"parameters": number, "get": super::monitoring::of_kind(kind)}));
    paths.insert(one("/notes"), json!({"parameters": number, "post": note(kind)}));
    paths.insert(
        one("/links"),
        json!({"parameters": number, "get": links(kind), "post": link(kind), "delete": unlink(kind)}),
    );
    paths.insert(one("/attachments"), json!({"parameters": number, "get": files(kind), "post": attach(kind)}));
    paths.extend(super::watching::of_kind(kind, &number).map(|(rest, doors)| (one(rest), doors)));
    paths.extend(super::handling::of_kind(kind, &name, &number).into_iter().map(|(rest, door)| (one(&rest), door)));
    paths.extend(super::mail::of_kind(kind, &number).map(|(rest, doors)| (one(rest), doors)));
    if crate::pages::pdf::PAPERS.contains(&kind.name) {
        paths.insert(one("/pdf"), json!({"parameters": number, "get": paper(kind)}));
    }
    if kind.name == crate::pages::portal::terms::MODEL {
        paths.insert(one("/terms"), json!({"parameters": number, "get": terms(kind)}));
    }
    let file = json!([parameter("Number"), parameter("FileId")]);
    paths.insert(one("/attachments/{id}"), json!({"parameters": file, "get": file_of(kind)}));
    paths
}

/// A door: its name for programs, its name for people, and what it takes and gives.
pub(super) fn door(
    tag: &str,
    id: String,
    summary: String,
    parameters: &[&str],
    answers: Map<String, Json>,
) -> Map<String, Json> {
    let mut door = named([("tags", json!([tag])), ("operationId", id.into()), ("summary", summary.into())]);
    if !parameters.is_empty() {
        door.insert("parameters".into(), parameters.iter().map(|name| parameter(name)).collect());
    }
    door.insert("responses".into(), Json::Object(answers));
    door
}

pub(super) fn parameter(name: &str) -> Json {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

/// The good answer and the refusals that may come instead, by status.
pub(super) fn answers(
    status: &str,
    words: &str,
    schema: Option<Json>,
    headers: &[&str],
    refusals: &[&str],
) -> Map<String, Json> {
    let mut good = named([("description", words.into())]);
    if !headers.is_empty() {
        let header = |name: &&str| (name.to_string(), json!({"$ref": format!("#/components/headers/{name}")}));
        good.insert("headers".into(), Json::Object(headers.iter().map(header).collect()));
    }
    if let Some(schema) = schema {
        good.insert("content".into(), json!({"application/json": {"schema": schema}}));
    }
    let mut answers = named([(status, Json::Object(good))]);
    for refusal in ["401"].iter().chain(refusals) {
        answers.insert((*refusal).into(), json!({"$ref": format!("#/components/responses/{refusal}")}));
    }
    answers
}

pub(super) fn takes(mut door: Map<String, Json>, media: &[&str], schema: Json) -> Json {
    let content: Map<String, Json> = media.iter().map(|media| (media.to_string(), json!({"schema": schema}))).collect();
    door.insert("requestBody".into(), json!({"required": true, "content": content}));
    Json::Object(door)
}

pub(super) const JSON: &[&str] = &["application/json"];
pub(super) const WRITE: &[&str] = &["400", "403", "404", "412", "413", "415", "422"];
pub(super) const VERSIONED: &[&str] = &["400", "403", "404", "409", "412", "413", "415", "422", "428"];
const PAGED: &[&str] = &["Filter", "OrderBy", "PageSize", "PageToken", "Fields", "Words", "AsOf"];

fn list(kind: &Kind, name: &str) -> Json {
    let labels = kind.labels.to_lowercase();
    let answers = answers("200", "A page.", Some(reference(&format!("{name}Page"))), &[], &["400", "404"]);
    let parameters = [PAGED, &["Count"]].concat();
    let mut door = door(&kind.labels, format!("list_{}", kind.plural), format!("List {labels}"), &parameters, answers);
    let names: Vec<&str> = kind.names().collect();
    let words = format!("Filters, order and fields know: {}. Parts are reached by dots.", names.join(", "));
    door.insert("description".into(), words.into());
    Json::Object(door)
}

fn create(kind: &Kind, name: &str) -> Json {
    let refusals = ["400", "403", "404", "413", "415", "422"];
    let answers = answers("201", "The new record.", Some(reference(name)), &["ETag", "Location"], &refusals);
    let summary = format!("Create: {}", kind.label.to_lowercase());
    let door = door(&kind.labels, format!("create_{}", kind.name), summary, &["IdempotencyKey"], answers);
    takes(door, JSON, reference(&format!("{name}Create")))
}

fn read(kind: &Kind, name: &str) -> Json {
    let mut answers = answers("200", "The record.", Some(reference(name)), &["ETag"], &["400", "404"]);
    answers.insert("304".into(), json!({"description": "It is as you know it."}));
    let summary = format!("Read: {}", kind.label.to_lowercase());
    Json::Object(door(&kind.labels, format!("read_{}", kind.name), summary, &["AsOf", "IfNoneMatch"], answers))
}

fn edit(kind: &Kind, name: &str) -> Json {
    let answers = answers("200", "The record as it is now.", Some(reference(name)), &["ETag"], VERSIONED);
    let summary = format!("Edit: {}", kind.label.to_lowercase());
    let door = door(&kind.labels, format!("edit_{}", kind.name), summary, &["IfMatch", "IdempotencyKey"], answers);
    takes(door, &["application/merge-patch+json", "application/json"], reference(&format!("{name}Patch")))
}

fn step(kind: &Kind, name: &str) -> Json {
    let answers = answers("200", "The record as it is now.", Some(reference(name)), &["ETag"], VERSIONED);
    let summary = format!("Move to another state: {}", kind.label.to_lowercase());
    let mut door = door(&kind.labels, format!("move_{}", kind.name), summary, &["IfMatch", "IdempotencyKey"], answers);
    let step = |step: &model::Step| format!("{}: {} to {}", step.name, step.from.join(", "), step.to);
    let steps: Vec<String> = kind.lifecycle.steps.iter().map(step).collect();
    door.insert("description".into(), format!("Steps: {}.", steps.join("; ")).into());
    takes(door, JSON, reference(&format!("{name}Transition")))
}

fn decide(kind: &Kind, name: &str) -> Json {
    let answers = answers("200", "The record as it is now.", Some(reference(name)), &["ETag"], WRITE);
    let parameters = ["IfMatchMaybe", "IdempotencyKey"];
    let summary = "Approve or refuse, when asked to".into();
    let door = door(&kind.labels, format!("decide_on_{}", kind.name), summary, &parameters, answers);
    takes(door, JSON, reference("Decision"))
}

fn journal(kind: &Kind) -> Json {
    let answers = answers("200", "A page, oldest first.", Some(reference("EntryPage")), &[], &["400", "404"]);
    let parameters = ["JournalOrder", "PageSize", "PageToken"];
    let summary = "Who did what, when, and what differed".into();
    Json::Object(door(&kind.labels, format!("journal_of_{}", kind.name), summary, &parameters, answers))
}

fn note(kind: &Kind) -> Json {
    let answers = answers("201", "The journal's new entry.", Some(reference("Entry")), &["ETag", "Location"], WRITE);
    let parameters = ["IfMatchMaybe", "IdempotencyKey"];
    let door = door(&kind.labels, format!("note_on_{}", kind.name), "Add a note".into(), &parameters, answers);
    takes(door, JSON, reference("Note"))
}

fn items(name: &str) -> Json {
    json!({"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": reference(name)}}})
}

fn links(kind: &Kind) -> Json {
    let answers = answers("200", "Links in both directions.", Some(items("Tie")), &[], &["400", "404"]);
    Json::Object(door(&kind.labels, format!("links_of_{}", kind.name), "Links".into(), &[], answers))
}

fn link(kind: &Kind) -> Json {
    let mut answers = answers("201", "The new link.", Some(reference("Tie")), &["ETag", "Location"], WRITE);
    answers.insert(
        "200".into(),
        json!({"description": "It was there already.", "content": {"application/json": {"schema": reference("Tie")}}}),
    );
    let parameters = ["IfMatchMaybe", "IdempotencyKey"];
    let door = door(&kind.labels, format!("link_{}", kind.name), "Link to another record".into(), &parameters, answers);
    takes(door, JSON, reference("Link"))
}

fn unlink(kind: &Kind) -> Json {
    let answers = answers("204", "The link has ended; the journal keeps it.", None, &["ETag"], WRITE);
    let parameters = ["LinkType", "LinkTo", "IfMatchMaybe", "IdempotencyKey"];
    Json::Object(door(&kind.labels, format!("unlink_{}", kind.name), "End a link".into(), &parameters, answers))
}

fn files(kind: &Kind) -> Json {
    let answers = answers("200", "What is attached, without the contents.", Some(items("File")), &[], &["400", "404"]);
    Json::Object(door(&kind.labels, format!("files_of_{}", kind.name), "Attached files".into(), &[], answers))
}

fn attach(kind: &Kind) -> Json {
    let answers = answers("201", "The file.", Some(reference("File")), &["ETag", "Location"], WRITE);
    let parameters = ["FileName", "FilePublic", "ContentDisposition", "IfMatchMaybe", "IdempotencyKey"];
    let mut door = door(&kind.labels, format!("attach_to_{}", kind.name), "Attach a file".into(), &parameters, answers);
    let form = json!({"type": "object", "required": ["file"], "properties": {
        "file": {"type": "string", "contentMediaType": "application/octet-stream"}, "public": {"type": "boolean"},
    }});
    let content =
        json!({"multipart/form-data": {"schema": form}, "*/*": {"schema": {"description": "The content itself."}}});
    door.insert("requestBody".into(), json!({"required": true, "content": content}));
    Json::Object(door)
}

fn file_of(kind: &Kind) -> Json {
    let mut answers = answers("200", "The content, always to be saved and never run.", None, &["ETag"], &["404"]);
    answers["200"]["content"] = json!({"*/*": {}});
    answers.insert("304".into(), json!({"description": "It is as you know it."}));
    Json::Object(door(&kind.labels, format!("file_of_{}", kind.name), "Fetch a file".into(), &["IfNoneMatch"], answers))
}

fn paper(kind: &Kind) -> Json {
    let mut answers = answers("200", "A tagged PDF: PDF/UA-1 and PDF/A-2a.", None, &[], &["400", "404"]);
    answers["200"]["content"] = json!({"application/pdf": {}});
    Json::Object(door(&kind.labels, format!("paper_of_{}", kind.name), "Fetch it as a paper".into(), &[], answers))
}

fn terms(kind: &Kind) -> Json {
    let text = || json!({"type": ["string", "null"]});
    let row = json!({"type": "object", "properties": {
        "stage": {"type": "integer"}, "as": text(), "approver": text(), "need": {"type": ["integer", "null"]}}});
    let schema = json!({"type": "object", "required": ["model", "price", "approvals", "answers"], "properties": {
        "model": text(), "title": text(), "price": {"type": ["object", "number", "null"]}, "delivery_days": {"type": ["number", "null"]},
        "approvals": {"type": "array", "items": row}, "nobody_to_ask": text(),
        "answers": {"type": "object", "additionalProperties": true, "description": "With what the answers begin."},
    }});
    let answers = answers("200", "What an order would cost and bring with it.", Some(schema), &[], &["400", "404"]);
    let summary = "Price, delivery and approvers of an order, before it is sent".into();
    let parameters = crate::pages::portal::terms::ASKED_BY.map(|name| {
        let words = format!("The {name} of the order, for people of the provider.");
        declared("query", name, false, &words, json!({"type": "string"}))
    });
    let mut door = door(&kind.labels, format!("terms_of_{}", kind.name), summary, &[], answers);
    door.insert("parameters".into(), json!(parameters));
    Json::Object(door)
}

/// The doors across kinds.
pub fn across() -> Map<String, Json> {
    let get = |id: &str, summary: &str, parameters: &[&str], schema: Json, refusals: &[&str]| {
        let answers = answers("200", summary, Some(schema), &[], refusals);
        json!({"get": door(ACROSS, id.into(), summary.into(), parameters, answers)})
    };
    let kinds = json!({"type": "array", "items": reference("Kind")});
    named([
        ("/kinds", get("kinds", "Every kind of record, as `plumbline kinds --json` tells it", &[], kinds, &["400"])),
        ("/kinds/{name}", get("kind", "One kind", &["KindName"], reference("Kind"), &["404"])),
        ("/me", get("me", "Who is asking, and what they may do", &[], reference("Me"), &[])),
        (
            "/my-work",
            get(
                "my_work",
                "Open records whose owner is asking, the nearest due first",
                PAGED,
                reference("RecordPage"),
                &["400"],
            ),
        ),
        (
            "/search",
            get("search", "Records of all kinds that hold the words of `q`", PAGED, reference("RecordPage"), &["400"]),
        ),
        (
            "/conformity",
            get(
                "conformity",
                "The assessment of every requirement",
                &["AsOf", "Framework"],
                reference("Assessment"),
                &["400", "404"],
            ),
        ),
        (
            "/conformity/course",
            get(
                "conformity_course",
                "How conformity stood, and which evidence runs out by the next audit, with the last day to begin",
                &["LookAhead"],
                reference("Course"),
                &["400", "404"],
            ),
        ),
        (
            "/frameworks",
            get(
                "frameworks",
                "Frameworks beside the standard, and how they stand",
                &[],
                json!({"type": "object"}),
                &["404"],
            ),
        ),
        (
            "/frameworks/{id}",
            get(
                "framework",
                "A framework with the state of each of its requirements, as it follows from ours",
                &["FrameworkId"],
                json!({"type": "object"}),
                &["404"],
            ),
        ),
        ("/openapi.json", get("openapi", "This document", &["IfNoneMatch"], json!({"type": "object"}), &[])),
    ])
}

pub fn parameters() -> Map<String, Json> {
    let mut all = asked();
    all.extend(sent_along());
    all.extend(super::monitoring::parameters());
    all
}

pub(super) fn declared(place: &str, name: &str, required: bool, words: &str, schema: Json) -> Json {
    json!({"name": name, "in": place, "required": required, "description": words, "schema": schema})
}

fn text() -> Json {
    json!({"type": "string"})
}

fn day() -> Json {
    json!({"type": "string", "format": "date"})
}

/// Parameters in the address.
fn asked() -> Map<String, Json> {
    let of = declared;
    let query = |name: &str, words: &str, schema: Json| declared("query", name, false, words, schema);
    let instant = || json!({"type": "string", "format": "date-time"});
    let mut filter = query("filter", "Which records; the language is described above.", text());
    filter["examples"] = json!({
        "open": {"value": "phase = open and owner = me"},
        "recent": {"value": "priority in (P1, P2) and created > now - 30d"},
        "linked": {"value": "linked as caused_by to CHG-1188"},
    });
    let mut order =
        query("order_by", "Up to three fields, `-` or ` desc` for descending. Newest first when left out.", text());
    order["example"] = "priority, -created".into();
    named([
        ("Number", of("path", "number", true, "The record's number.", text())),
        ("FileId", of("path", "id", true, "The file's id.", text())),
        ("KindName", of("path", "name", true, "Name or plural of a kind.", text())),
        ("Filter", filter),
        ("OrderBy", order),
        (
            "PageSize",
            query(
                "page_size",
                "Records on a page.",
                json!({"type": "integer", "minimum": 1, "maximum": model::query::PAGE_MAX, "default": model::query::PAGE}),
            ),
        ),
        ("PageToken", query("page_token", "`next_page_token` of the page before, with the same order.", text())),
        ("Fields", query("fields", "Fields to show, joined by commas; all when left out.", text())),
        ("Words", query("q", "Words to be found, the last one as a beginning.", text())),
        ("AsOf", query("as_of", "As it was on record at this instant.", instant())),
        (
            "Count",
            query(
                "count",
                "Whether to count all that are found, up to 1000.",
                json!({"type": "boolean", "default": false}),
            ),
        ),
        (
            "JournalOrder",
            query(
                "order_by",
                "`at` for the oldest first, `-at` for the newest first.",
                json!({"enum": ["at", "-at"], "default": "at"}),
            ),
        ),
        ("LinkType", of("query", "type", true, "Name of the link.", text())),
        ("LinkTo", of("query", "to", true, "Number of the other record.", text())),
        ("FileName", query("filename", "Name of the file, when the body is its content.", text())),
        (
            "FilePublic",
            query(
                "public",
                "Whether the customer sees it, when the body is its content.",
                json!({"type": "boolean", "default": false}),
            ),
        ),
        ("LookAhead", query("until", "Day to look ahead to. Left out: the next audit.", day())),
        ("FrameworkId", of("path", "id", true, "Number, reference or address of the framework.", text())),
        (
            "Framework",
            query("framework", "Left out: ISO/IEC 20000-1:2018.", json!({"enum": [engines::conformity::FRAMEWORK]})),
        ),
    ])
}

/// Parameters in headers.
fn sent_along() -> Map<String, Json> {
    let of = declared;
    named([
        (
            "ContentDisposition",
            of(
                "header",
                "Content-Disposition",
                false,
                "Name of the file, when the body is its content (RFC 6266).",
                text(),
            ),
        ),
        (
            "IfMatch",
            of(
                "header",
                "If-Match",
                true,
                "The ETag of the version you have seen, or * for whichever there is.",
                text(),
            ),
        ),
        (
            "IfMatchMaybe",
            of("header", "If-Match", false, "Not needed, because this only adds; heeded when it is sent.", text()),
        ),
        ("IfNoneMatch", of("header", "If-None-Match", false, "An ETag that you know already.", text())),
        (
            "IdempotencyKey",
            of(
                "header",
                "Idempotency-Key",
                false,
                "The same key with the same write within 24 hours is one write.",
                json!({"type": "string", "minLength": 1, "maxLength": 200}),
            ),
        ),
    ])
}

pub fn headers() -> Map<String, Json> {
    named([
        (
            "ETag",
            json!({"description": "The version, for If-Match and If-None-Match.", "schema": {"type": "string", "examples": ["\"3\""]}}),
        ),
        ("Location", json!({"description": "Where it is.", "schema": {"type": "string", "format": "uri-reference"}})),
    ])
}

/// Refusals by status, each a problem.
pub fn responses() -> Map<String, Json> {
    let problem = |words: &str| json!({"description": words, "content": {"application/problem+json": {"schema": reference("Problem")}}});
    let mut nobody = problem("Who is asking is not known.");
    nobody["headers"] = json!({"WWW-Authenticate": {"schema": {"type": "string"}}});
    named([
        ("400", problem("The question or the JSON cannot be understood; the sentence says where.")),
        ("401", nobody),
        ("403", problem("You may see it, but not do this.")),
        ("404", problem("It is not there, or you may not see it; the two look the same.")),
        ("409", problem("The step is not possible from the present state; the sentence says where one can go.")),
        ("412", problem("Somebody else was faster: the version is another one now.")),
        ("413", problem("The body is too large.")),
        ("415", problem("This media type is not taken.")),
        ("422", problem("The input cannot be taken; `errors` names each field.")),
        ("428", problem("Say which version you mean: send If-Match.")),
    ])
}
