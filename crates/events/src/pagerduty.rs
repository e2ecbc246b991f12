//! The shape of PagerDuty's Events API v2, which nearly every tool can send ("Send an event", PagerDuty developer
//! documentation): trigger, acknowledge, resolve by `dedup_key`.

use std::collections::BTreeMap;

use model::FieldError;
use serde_json::Value as Json;

use crate::{
    Event, Part, Severity, Standing, digest,
    pick::{Pick, flat},
};

pub fn read(body: &Json) -> Result<Vec<Part>, Vec<FieldError>> {
    let mut said = Pick::new(body, "")?;
    let standing = standing(&mut said);
    let key = said.text("dedup_key");
    if standing != Standing::Firing && key.is_empty() {
        said.wrong("dedup_key", "is needed: it says which alert is meant");
    }
    let nothing = Json::Object(serde_json::Map::new());
    let mut payload = match said.get("payload") {
        Some(payload) => Pick::new(payload, "payload")?,
        None => {
            if standing == Standing::Firing {
                said.wrong("payload", "is needed: summary, source, severity");
            }
            Pick::new(&nothing, "payload")?
        }
    };
    let needs = standing == Standing::Firing && said.get("payload").is_some();
    let mut take = |name: &str| if needs { payload.needed(name) } else { payload.text(name) };
    let (summary, source, word) = (take("summary"), take("source"), take("severity"));
    let severity = Severity::parse(&word);
    if severity.is_none() && !word.is_empty() {
        let shown: String = word.chars().take(40).collect();
        payload.wrong("severity", format!("\"{shown}\" is not one of critical, error, warning, info"));
    }
    let began = payload.moment("timestamp");
    let parts: Vec<(&str, String)> =
        ["component", "group", "class"].into_iter().map(|name| (name, payload.text(name))).collect();
    let mut attributes: BTreeMap<String, String> = parts.iter().map(|(name, v)| ((*name).into(), v.clone())).collect();
    attributes.insert("source".into(), source.clone());
    if let Some(details) = payload.get("custom_details") {
        flat(details, "", &mut attributes);
    }
    let identity = if key.is_empty() {
        let told: Vec<&str> = parts.iter().map(|(_, value)| value.as_str()).collect();
        digest(&[&[source.as_str(), summary.as_str()][..], &told[..]].concat())
    } else {
        key
    };
    let link = said.get("links").and_then(|links| links.get(0)?.get("href")?.as_str());
    let link = link.map_or_else(|| said.text("client_url"), str::to_string);
    let event = Event {
        path: String::new(),
        identity,
        group: parts[1].1.clone(),
        standing,
        severity: severity.unwrap_or_default(),
        title: summary,
        text: String::new(),
        began,
        delivery: String::new(),
        link,
        attributes,
    };
    let event = payload.end(event.tidied());
    let event = match (said.end(()), event) {
        (Ok(()), event) => event,
        (Err(errors), Ok(_)) => Err(errors),
        (Err(errors), Err(more)) => Err([errors, more].concat()),
    };
    Ok(vec![Part { path: String::new(), event }])
}

fn standing(said: &mut Pick<'_>) -> Standing {
    match said.needed("event_action").as_str() {
        "trigger" => Standing::Firing,
        "resolve" => Standing::Over,
        "acknowledge" | "" => Standing::Told,
        other => {
            let shown: String = other.chars().take(40).collect();
            let hint = model::suggest::hint(other, ["trigger", "acknowledge", "resolve"]);
            said.wrong("event_action", format!("\"{shown}\" is not one of trigger, acknowledge, resolve{hint}"));
            Standing::Told
        }
    }
}
