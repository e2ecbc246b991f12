//! Prometheus Alertmanager (webhook version 4, `notify/webhook` and `template.Data` of its source) and Grafana, which sends
//! the same with parts of its own (Grafana documentation, "Webhook notifier").

use std::collections::BTreeMap;

use model::FieldError;
use serde_json::Value as Json;

use crate::{
    Event, PARTS_MAX, Part, Severity, Standing, digest,
    pick::{Pick, flat, sort},
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Alertmanager,
    Grafana,
}

pub fn read(body: &Json, tool: Tool) -> Result<Vec<Part>, Vec<FieldError>> {
    let mut whole = Pick::new(body, "")?;
    let version = whole.text("version");
    if tool == Tool::Alertmanager && !version.is_empty() && version != "4" {
        whole.wrong("version", format!("\"{version}\" is not 4, the form that Alertmanager sends since 2017"));
    }
    let group = whole.text("groupKey");
    let alerts = match whole.get("alerts") {
        Some(Json::Array(alerts)) if alerts.len() > PARTS_MAX => {
            let many = alerts.len();
            whole.wrong("alerts", format!("has {many} entries, {PARTS_MAX} at most: set max_alerts of the receiver"));
            &[][..]
        }
        Some(Json::Array(alerts)) => alerts.as_slice(),
        Some(other) => {
            whole.wrong("alerts", format!("needs a list of alerts, not {}", sort(other)));
            &[][..]
        }
        None => {
            whole.wrong("alerts", "is needed: the list of alerts");
            &[][..]
        }
    };
    let part = |(at, alert): (usize, &Json)| {
        let path = format!("alerts[{at}]");
        Part { event: one(alert, &path, &group), path }
    };
    let parts = alerts.iter().enumerate().map(part).collect();
    whole.end(parts)
}

fn one(json: &Json, path: &str, group: &str) -> Result<Event, Vec<FieldError>> {
    let mut alert = Pick::new(json, path)?;
    let standing = match alert.needed("status").as_str() {
        "firing" => Standing::Firing,
        "resolved" => Standing::Over,
        "" => Standing::Told,
        other => {
            let shown: String = other.chars().take(40).collect();
            alert.wrong("status", format!("\"{shown}\" is neither firing nor resolved"));
            Standing::Told
        }
    };
    let labels = alert.texts("labels");
    if labels.is_empty() && alert.get("labels").is_none() {
        alert.wrong("labels", "is needed: an alert is known by its labels");
    }
    let annotations = alert.texts("annotations");
    let (began, _) = (alert.moment("startsAt"), alert.moment("endsAt"));
    let fingerprint = alert.text("fingerprint");
    let identity = if fingerprint.is_empty() { by_labels(&labels) } else { fingerprint };
    let name = labels.get("alertname").cloned().unwrap_or_default();
    let said = |names: [&str; 2]| names.into_iter().find_map(|name| annotations.get(name)).cloned();
    let mut text = said(["description", "message"]).unwrap_or_default();
    let values = alert.text("valueString");
    if !values.is_empty() {
        text.push_str(&format!("\n\n{values}"));
    }
    let severity = ["severity", "priority", "level"].into_iter().find_map(|name| labels.get(name));
    let link = ["panelURL", "dashboardURL", "generatorURL"].into_iter().map(|name| alert.text(name));
    let link = link.into_iter().find(|link| !link.is_empty()).unwrap_or_default();
    let mut attributes = labels.clone();
    for (name, value) in annotations.iter().filter(|(name, _)| !name.starts_with("__")) {
        attributes.insert(format!("annotation.{name}"), value.clone());
    }
    if let Some(values) = alert.get("values") {
        flat(values, "value", &mut attributes);
    }
    let event = Event {
        path: path.into(),
        identity,
        group: group.into(),
        standing,
        severity: severity.and_then(|word| Severity::parse(word)).unwrap_or_default(),
        title: said(["summary", "title"]).unwrap_or(name),
        text,
        began,
        delivery: String::new(),
        link,
        attributes,
    };
    alert.end(event.tidied())
}

/// What stands for the fingerprint where an older version sends none: the labels are the alert.
fn by_labels(labels: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    digest(&pairs.iter().map(String::as_str).collect::<Vec<_>>())
}
