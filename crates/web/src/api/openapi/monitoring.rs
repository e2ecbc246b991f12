//! Events of monitoring tools in the document: where they are brought, and what became of them.

use model::Kind;
use serde_json::{Map, Value as Json, json};

use super::{ACROSS, named, paths, reference};

/// The doors across kinds.
pub fn across() -> Map<String, Json> {
    let list = paths::answers("200", "A page, newest first.", Some(reference("EventPage")), &[], &["400", "403"]);
    let parameters = ["EventOutcome", "EventSource", "EventNumber", "Words", "PageSize", "PageToken"];
    let summary = "What became of events of monitoring, for administrators".to_string();
    let list = paths::door(ACROSS, "list_events".into(), summary, &parameters, list);
    let refusals = ["400", "403", "404", "413", "422"];
    let taken = paths::answers("202", "What became of each event.", Some(reference("EventsTaken")), &[], &refusals);
    let summary = "Bring events of a monitoring tool, in the form that its source is set to".to_string();
    let mut take = paths::door(ACROSS, "bring_events".into(), summary, &["IdempotencyKey"], taken);
    take.insert("description".into(), TAKE.into());
    let media = ["application/json", "application/cloudevents+json", "application/cloudevents-batch+json"];
    let take = paths::takes(take, &media, json!({"type": ["object", "array"]}));
    named([
        ("/events", json!({"get": list})),
        ("/intake/{source}", json!({"parameters": [paths::parameter("Source")], "post": take})),
    ])
}

const TAKE: &str = "Alertmanager, Grafana, Zabbix, Checkmk, PagerDuty Events v2 and CloudEvents 1.0. A token of the scope \
`events` is enough; tools that speak as to PagerDuty may send it as `routing_key`. A delivery in which one event is wrong keeps \
the others; 422 says that none could be read.";

/// What monitoring says about one record.
pub fn of_kind(kind: &Kind) -> Json {
    let schema = Some(reference("RecordEvents"));
    let answers = paths::answers("200", "Alerts, and events newest first.", schema, &[], &["400", "404"]);
    let summary = "What monitoring says about it".into();
    Json::Object(paths::door(&kind.labels, format!("events_of_{}", kind.name), summary, &[], answers))
}

pub fn parameters() -> Map<String, Json> {
    let text = || json!({"type": "string"});
    let query = |name: &str, words: &str, schema: Json| paths::declared("query", name, false, words, schema);
    let outcomes: Vec<&str> = events::decide::Outcome::ALL.iter().map(|outcome| outcome.name()).collect();
    let outcome = query("outcome", "How it ended.", json!({"type": "string", "enum": outcomes}));
    named([
        ("Source", paths::declared("path", "source", true, "The source's name in its address.", text())),
        ("EventOutcome", outcome),
        ("EventSource", query("source", "The source's name in its address.", text())),
        ("EventNumber", query("number", "Of one record.", text())),
    ])
}

pub fn schemas() -> Map<String, Json> {
    let text = || json!({"type": "string"});
    let maybe = || json!({"type": ["string", "null"]});
    let event = json!({"type": "object", "required": ["id", "at", "outcome", "reason", "title"], "properties": {
        "id": text(), "at": {"type": "string", "format": "date-time"}, "outcome": text(), "reason": text(),
        "number": maybe(), "title": text(), "severity": text(), "standing": text(), "brought_by": text(),
        "source": text(), "said": {"type": "object"},
    }});
    let alert = json!({"type": "object", "properties": {
        "title": text(), "severity": text(), "firing": {"type": "integer"}, "flapping": {"type": "boolean"},
        "repeats": {"type": "integer"}, "returns": {"type": "integer"},
        "first": {"type": "string", "format": "date-time"}, "last": {"type": "string", "format": "date-time"},
    }});
    let taken = json!({"type": "object", "required": ["id", "identity", "outcome", "reason"], "properties": {
        "id": text(), "path": text(), "identity": text(), "outcome": text(), "reason": text(), "number": maybe(),
        "errors": {"type": "array", "items": {"type": "object"}}, "again": {"type": "boolean"},
    }});
    named([
        ("Event", event),
        ("Alert", alert),
        (
            "EventPage",
            json!({"type": "object", "required": ["items"], "properties": {
                "items": {"type": "array", "items": reference("Event")}, "next_page_token": maybe(),
            }}),
        ),
        (
            "RecordEvents",
            json!({"type": "object", "required": ["alerts", "items"], "properties": {
                "alerts": {"type": "array", "items": reference("Alert")},
                "items": {"type": "array", "items": reference("Event")},
            }}),
        ),
        (
            "EventsTaken",
            json!({"type": "object", "required": ["status", "message", "outcomes"], "properties": {
                "status": text(), "message": text(), "dedup_key": text(),
                "outcomes": {"type": "array", "items": taken},
            }}),
        ),
    ])
}
