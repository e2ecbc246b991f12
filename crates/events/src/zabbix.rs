//! Zabbix, by a media type of the sort webhook whose parameters are macros (docs/events.md has it). A name may be written as
//! the macro (`EVENT.ID`) or as `event_id`; a macro that Zabbix could not fill counts as empty.

use std::collections::BTreeMap;

use model::FieldError;
use serde_json::{Map, Value as Json};

use crate::{
    Event, Part, Severity, Standing,
    pick::{Pick, plain},
};

pub fn read(body: &Json) -> Result<Vec<Part>, Vec<FieldError>> {
    let whole = Json::Object(named(body)?);
    let mut said = Pick::new(&whole, "")?;
    let trigger = said.text("trigger_id");
    let event = said.text("event_id");
    if trigger.is_empty() && event.is_empty() {
        said.wrong("trigger_id", "is needed, or event_id: {TRIGGER.ID}, {EVENT.ID}");
    }
    let value = said.needed("event_value");
    let update = said.text("event_update_status");
    let standing = match (value.as_str(), update.as_str()) {
        ("0", _) => Standing::Over,
        ("1", "1") => Standing::Told,
        ("1", _) => Standing::Firing,
        ("", _) => Standing::Told,
        (other, _) => {
            let shown: String = other.chars().take(40).collect();
            said.wrong("event_value", format!("\"{shown}\" is neither 1 (a problem) nor 0 (over): {{EVENT.VALUE}}"));
            Standing::Told
        }
    };
    let number = said.text("event_nseverity");
    let severity = match number.as_str() {
        "" => Severity::parse(&said.text("event_severity")),
        "0" => None,
        "1" => Some(Severity::Info),
        "2" => Some(Severity::Warning),
        "3" | "4" => Some(Severity::Error),
        "5" => Some(Severity::Critical),
        _ => {
            said.wrong("event_nseverity", "is not a whole number from 0 to 5: {EVENT.NSEVERITY}");
            None
        }
    };
    let mut attributes = BTreeMap::new();
    for (name, value) in whole.as_object().into_iter().flatten().filter(|(name, _)| *name != "event_tags") {
        if let Some(text) = plain(value) {
            attributes.insert(name.clone(), text);
        }
    }
    tags(&mut said, &mut attributes);
    let began = said.text("event_timestamp").parse::<i64>().ok().filter(|seconds| *seconds > 0);
    let name = [said.text("event_name"), said.text("trigger_name")].into_iter().find(|name| !name.is_empty());
    let host = [said.text("host_name"), said.text("host_host")].into_iter().find(|name| !name.is_empty());
    if let Some(host) = &host {
        attributes.entry("host".into()).or_insert_with(|| host.clone());
    }
    let title = match (host, name) {
        (Some(host), Some(name)) if !name.contains(&host) => format!("{name} on {host}"),
        (_, name) => name.unwrap_or_default(),
    };
    let text = [said.text("event_opdata"), said.text("trigger_description"), said.text("message")];
    let text = text.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
    let event = Event {
        path: String::new(),
        // The trigger is the trouble; each time that it fires is another event there.
        identity: if trigger.is_empty() { format!("event {event}") } else { format!("trigger {trigger}") },
        group: String::new(),
        standing,
        severity: severity.unwrap_or_default(),
        title,
        text,
        began: began.map(|seconds| model::Moment(seconds.saturating_mul(model::time::SECOND))),
        delivery: String::new(),
        link: said.text("event_url"),
        attributes,
    };
    Ok(vec![Part { path: String::new(), event: said.end(event.tidied()) }])
}

/// `{EVENT.TAGSJSON}` comes as JSON inside a text: `[{"tag": "service", "value": "mail"}]`.
fn tags(said: &mut Pick<'_>, attributes: &mut BTreeMap<String, String>) {
    let text = said.text("event_tags");
    if text.is_empty() {
        return;
    }
    let Ok(Json::Array(tags)) = serde_json::from_str::<Json>(&text) else {
        said.wrong("event_tags", "is not a list of tags and values in JSON: {EVENT.TAGSJSON}");
        return;
    };
    for tag in tags {
        let part = |name: &str| tag.get(name).and_then(plain).unwrap_or_default();
        let (name, value) = (part("tag"), part("value"));
        if !name.is_empty() {
            attributes.entry(name).or_insert(value);
        }
    }
}

/// All names in one way of writing, without what Zabbix left unfilled.
fn named(body: &Json) -> Result<Map<String, Json>, Vec<FieldError>> {
    let Json::Object(parts) = body else {
        return Err(Pick::new(body, "").err().unwrap_or_default());
    };
    let filled = |value: &Json| match value {
        Json::String(text) => !(text == "*UNKNOWN*" || (text.starts_with('{') && text.ends_with('}'))),
        _ => true,
    };
    let name = |name: &str| name.trim_matches(['{', '}']).to_ascii_lowercase().replace(['.', '-', ' '], "_");
    Ok(parts.iter().filter(|(_, value)| filled(value)).map(|(key, value)| (name(key), value.clone())).collect())
}
