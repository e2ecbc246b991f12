//! CloudEvents 1.0 over HTTP: structured, batched and binary mode (CloudEvents specification and its HTTP protocol binding
//! 1.0.2). What fires and what is over is read from `data.status` or the last word of `type`.

use std::collections::BTreeMap;

use model::FieldError;
use serde_json::{Map, Value as Json};

use crate::{
    Delivery, Event, PARTS_MAX, Part, Severity, Standing, digest,
    pick::{Pick, flat, plain},
};

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";

/// Attributes that the specification gives a meaning to; all others are extensions.
const CONTEXT: [&str; 10] =
    ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data", "data_base64"];

pub fn read(delivery: &Delivery<'_>) -> Result<Vec<Part>, Vec<FieldError>> {
    match delivery.media {
        BATCH => batch(delivery.body),
        STRUCTURED => Ok(vec![part(delivery.body, "")]),
        _ if delivery.headers.iter().any(|(name, _)| name == "ce-specversion") => Ok(vec![binary(delivery)]),
        // Some send the structured form under the general name.
        _ if delivery.body.get("specversion").is_some() => Ok(vec![part(delivery.body, "")]),
        _ => Err(vec![FieldError::new(
            "ce-specversion",
            "is needed: send the headers of the binary mode, or the structured form as application/cloudevents+json",
        )]),
    }
}

fn batch(body: &Json) -> Result<Vec<Part>, Vec<FieldError>> {
    match body {
        Json::Array(events) if events.len() <= PARTS_MAX => {
            Ok(events.iter().enumerate().map(|(at, event)| part(event, &format!("[{at}]"))).collect())
        }
        Json::Array(events) => {
            Err(vec![FieldError::new("body", format!("has {} events, {PARTS_MAX} at most", events.len()))])
        }
        _ => Err(vec![FieldError::new("body", "needs a list of events")]),
    }
}

fn part(json: &Json, path: &str) -> Part {
    Part { path: path.into(), event: one(json, path, "") }
}

/// Headers become what the structured form has; their values are percent-encoded UTF-8 (HTTP binding 3.1.3.2).
fn binary(delivery: &Delivery<'_>) -> Part {
    let mut whole = Map::new();
    for (name, value) in delivery.headers {
        if let Some(name) = name.strip_prefix("ce-") {
            whole.insert(name.into(), decoded(value).into());
        }
    }
    whole.insert("data".into(), delivery.body.clone());
    Part { path: String::new(), event: one(&Json::Object(whole), "", "ce-") }
}

fn decoded(value: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(value.len()), value.as_bytes());
    while let Some((first, others)) = rest.split_first() {
        let code = (*first == b'%').then(|| others.get(..2)).flatten();
        let code = code.and_then(|code| std::str::from_utf8(code).ok()).and_then(|c| u8::from_str_radix(c, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).trim_matches('"').to_string()
}

fn one(json: &Json, path: &str, prefix: &str) -> Result<Event, Vec<FieldError>> {
    let mut said = Pick::new(json, path)?;
    let version = said.needed("specversion");
    if !version.is_empty() && version != "1.0" {
        let shown: String = version.chars().take(20).collect();
        said.wrong("specversion", format!("\"{shown}\" is not 1.0"));
    }
    let (id, source, ty) = (said.needed("id"), said.needed("source"), said.needed("type"));
    let (subject, time) = (said.text("subject"), said.moment("time"));
    let mut attributes = BTreeMap::new();
    if let Some(data) = said.get("data") {
        flat(data, "", &mut attributes);
    }
    for (name, value) in json.as_object().into_iter().flatten().filter(|(name, _)| !CONTEXT.contains(&name.as_str())) {
        if let Some(text) = plain(value) {
            attributes.insert(name.clone(), text);
        }
    }
    let (stem, ended) = stem(&ty);
    let first = |names: &[&str]| names.iter().find_map(|name| attributes.get(*name)).cloned().unwrap_or_default();
    let word = first(&["status", "state"]);
    let standing = if is_over(&word) || (word.is_empty() && ended) { Standing::Over } else { Standing::Firing };
    let key = first(&["fingerprint", "dedup_key", "alert_id"]);
    let title = first(&["summary", "title", "message", "name"]);
    let event = Event {
        path: path.into(),
        identity: if key.is_empty() { digest(&[&source, &subject, stem]) } else { key },
        group: source.clone(),
        standing,
        severity: Severity::parse(&first(&["severity", "level", "priority"])).unwrap_or_default(),
        title: match (title.is_empty(), subject.is_empty()) {
            (false, _) => title,
            (true, false) => format!("{stem}: {subject}"),
            (true, true) => stem.to_string(),
        },
        text: first(&["description", "text", "details"]),
        began: time,
        // Source and id together name one event (CloudEvents 1.0, "id").
        delivery: format!("{source} {id}"),
        link: first(&["url", "link"]),
        attributes: {
            attributes.entry("subject".into()).or_insert(subject);
            attributes.insert("cloudevent.source".into(), source);
            attributes.insert("cloudevent.type".into(), ty.clone());
            attributes
        },
    };
    said.end(event.tidied()).map_err(|errors| {
        let named = |error: FieldError| FieldError { field: format!("{prefix}{}", error.field), ..error };
        errors.into_iter().map(named).collect()
    })
}

/// The type without a version at its end and without the word that says that it is over; whether there was such a word.
fn stem(ty: &str) -> (&str, bool) {
    let is_version =
        |word: &str| word.len() > 1 && word.starts_with('v') && word[1..].bytes().all(|b| b.is_ascii_digit());
    let base = ty.rsplit_once('.').filter(|(_, last)| is_version(last)).map_or(ty, |(base, _)| base);
    match base.rsplit_once('.') {
        Some((stem, last)) if is_over(last) => (stem, true),
        Some((stem, "firing" | "raised" | "opened" | "triggered" | "started")) => (stem, false),
        _ => (base, false),
    }
}

fn is_over(word: &str) -> bool {
    let words =
        ["resolved", "recovered", "ok", "over", "closed", "cleared", "ended", "inactive", "resolve", "normal", "up"];
    words.iter().any(|over| word.eq_ignore_ascii_case(over))
}
