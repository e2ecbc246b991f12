//! Checkmk, by a notification script (docs/events.md has it) that sends the context as Checkmk gives it to scripts
//! (`NOTIFY_HOSTNAME` and so on, Checkmk documentation, "Notifications"), or the five short names that its integrations use.

use std::collections::BTreeMap;

use model::FieldError;
use serde_json::Value as Json;

use crate::{
    Event, Part, Severity, Standing,
    pick::{Pick, plain},
};

pub fn read(body: &Json) -> Result<Vec<Part>, Vec<FieldError>> {
    let mut said = Pick::new(body, "")?;
    let mut first = |names: &[&str]| {
        names.iter().map(|name| said.text(name)).find(|text| !text.trim().is_empty()).unwrap_or_default()
    };
    let host = first(&["host", "NOTIFY_HOSTNAME"]);
    let what = first(&["NOTIFY_WHAT"]);
    let service = if what == "HOST" { String::new() } else { first(&["service", "NOTIFY_SERVICEDESC"]) };
    let state = if service.is_empty() {
        first(&["state", "NOTIFY_HOSTSTATE"])
    } else {
        first(&["state", "NOTIFY_SERVICESTATE"])
    };
    let notice = first(&["NOTIFY_NOTIFICATIONTYPE", "notification_type"]);
    let text = if service.is_empty() {
        first(&["text", "NOTIFY_LONGHOSTOUTPUT", "NOTIFY_HOSTOUTPUT"])
    } else {
        first(&["text", "NOTIFY_LONGSERVICEOUTPUT", "NOTIFY_SERVICEOUTPUT"])
    };
    let event_id = first(&["event_id", "NOTIFY_EVENT_ID"]);
    let began = first(&["NOTIFY_MICROTIME"]).parse::<i64>().ok();
    if host.is_empty() {
        said.wrong("host", "is needed, or NOTIFY_HOSTNAME");
    }
    let level = standing(&state, &notice);
    if level.is_none() {
        let shown: String = state.chars().take(40).collect();
        let why = "is not a state of Checkmk: UP, DOWN, UNREACHABLE, OK, WARNING, CRITICAL, UNKNOWN";
        said.wrong("state", if shown.is_empty() { "is needed".into() } else { format!("\"{shown}\" {why}") });
    }
    let (standing, severity) = level.unwrap_or((Standing::Told, Severity::Info));
    let attributes = attributes(body, &host, &service);
    let title =
        if service.is_empty() { format!("{host} is {state}") } else { format!("{service} on {host} is {state}") };
    let event = Event {
        path: String::new(),
        identity: if service.is_empty() { format!("host {host}") } else { format!("service {host} / {service}") },
        group: format!("host {host}"),
        standing,
        severity,
        title,
        // Checkmk separates the lines of long output by a written \n.
        text: text.replace("\\n", "\n"),
        began: began.map(|micros| model::Moment(micros / 1_000)).filter(|at| at.0 > 0),
        delivery: if event_id.is_empty() || event_id == "0" { String::new() } else { format!("{event_id} {state}") },
        link: String::new(),
        attributes,
    };
    Ok(vec![Part { path: String::new(), event: said.end(event.tidied()) }])
}

/// What state and sort of notice say: whether it fires, and how bad it is.
fn standing(state: &str, notice: &str) -> Option<(Standing, Severity)> {
    let (standing, severity) = match state.to_ascii_uppercase().as_str() {
        "OK" | "UP" | "0" => (Standing::Over, Severity::Info),
        "WARN" | "WARNING" | "1" => (Standing::Firing, Severity::Warning),
        "CRIT" | "CRITICAL" | "2" => (Standing::Firing, Severity::Critical),
        "DOWN" => (Standing::Firing, Severity::Critical),
        "UNKNOWN" | "UNREACHABLE" | "3" => (Standing::Firing, Severity::Warning),
        _ => return None,
    };
    let notice = notice.to_ascii_uppercase();
    // Downtimes, acknowledgements and flapping are news about the trouble and not the trouble.
    let is_news = !(notice.is_empty() || notice.starts_with("PROBLEM") || notice.starts_with("RECOVERY"));
    Some((if is_news { Standing::Told } else { standing }, severity))
}

fn attributes(body: &Json, host: &str, service: &str) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        let name = name.strip_prefix("NOTIFY_").unwrap_or(name).to_ascii_lowercase();
        if let Some(text) = plain(value) {
            attributes.insert(name, text);
        }
    }
    attributes.insert("host".into(), host.into());
    // What Checkmk calls a service is a check; `service` would be taken for one of ours.
    attributes.remove("service");
    if !service.is_empty() {
        attributes.insert("check".into(), service.into());
    }
    for (ours, theirs) in [("address", "hostaddress"), ("fqdn", "hostalias")] {
        if let Some(value) = attributes.get(theirs).cloned() {
            attributes.entry(ours.into()).or_insert(value);
        }
    }
    attributes
}
