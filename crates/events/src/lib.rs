//! Events of monitoring tools as values: what six formats say in one shape, how an organisation maps it onto its records,
//! and what is to be done about it. No I/O, no clock: whoever calls brings the bytes, what is on record, and the hour.
//!
//! `alertmanager.rs` to `cloudevents.rs` read one format each; `rules.rs` is the organisation's own mapping; `policy.rs`
//! what it sets for a source; `decide.rs` what becomes of an event.

mod alertmanager;
mod checkmk;
mod cloudevents;
pub mod decide;
mod pagerduty;
mod pick;
pub mod policy;
pub mod rules;
mod zabbix;

use std::collections::BTreeMap;

use model::{FieldError, Moment};
use serde_json::Value as Json;

pub use decide::{Alert, Decision, Deed, decide};
pub use policy::{Ending, Format, OneFor, Policy};
pub use rules::Rules;

/// Most events in one delivery.
pub const PARTS_MAX: usize = 1_000;
/// Longest title, text and value of an attribute, in characters; longer ones are cut.
const TITLE_MAX: usize = 250;
const TEXT_MAX: usize = 10_000;
const VALUE_MAX: usize = 1_000;
/// Most attributes that are kept of one event.
const ATTRIBUTES_MAX: usize = 100;

/// Whether the trouble is there, is over, or is only spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Firing,
    Over,
    /// Acknowledged, commented: nothing differs in the world.
    Told,
}

impl Standing {
    pub fn name(self) -> &'static str {
        match self {
            Standing::Firing => "firing",
            Standing::Over => "over",
            Standing::Told => "told",
        }
    }
}

/// How bad the tool thinks it is; four steps, as PagerDuty has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    #[default]
    Warning,
    Error,
    Critical,
}

impl Severity {
    pub const ALL: [Severity; 4] = [Severity::Info, Severity::Warning, Severity::Error, Severity::Critical];

    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Critical => "critical",
        }
    }

    /// The words of all tools; `None` for one that nobody uses.
    pub fn parse(word: &str) -> Option<Severity> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "critical" | "crit" | "fatal" | "emergency" | "emerg" | "alert" | "disaster" | "page" | "p1" | "sev1" => {
                Severity::Critical
            }
            "error" | "err" | "high" | "major" | "severe" | "average" | "down" | "p2" | "sev2" => Severity::Error,
            "warning" | "warn" | "minor" | "medium" | "moderate" | "unknown" | "p3" | "sev3" => Severity::Warning,
            "info" | "informational" | "information" | "notice" | "low" | "debug" | "none" | "ok" | "up" | "p4"
            | "p5" | "sev4" | "sev5" => Severity::Info,
            _ => return None,
        })
    }
}

/// One thing that a tool says about one trouble.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Where it stands in what was sent, as `alerts[2]`; empty for the whole.
    pub path: String,
    /// By what the tool means the same trouble each time; unique within a source.
    pub identity: String,
    /// The tool's own group of alerts; empty where it has none.
    pub group: String,
    pub standing: Standing,
    pub severity: Severity,
    pub title: String,
    /// What the tool says in sentences; may be empty.
    pub text: String,
    /// Since when it is so, where the tool says.
    pub began: Option<Moment>,
    /// By what the same event is known when it comes twice; empty where the tool gives nothing.
    pub delivery: String,
    /// Address of it in the tool, http or https; empty for none.
    pub link: String,
    /// Everything else by name: labels, annotations (`annotation.…`), details.
    pub attributes: BTreeMap<String, String>,
}

/// One event of a delivery, or why it is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub path: String,
    pub event: Result<Event, Vec<FieldError>>,
}

/// What came in.
#[derive(Clone, Debug)]
pub struct Delivery<'a> {
    /// The media type in small letters, without parameters.
    pub media: &'a str,
    /// The body as JSON; null where it is none (a CloudEvent in binary mode may carry anything).
    pub body: &'a Json,
    /// Headers that begin with `ce-`, names in small letters.
    pub headers: &'a [(String, String)],
}

/// Reads what a tool sent.
///
/// # Errors
/// What makes the whole unreadable, beside the name of the part; single events that are wrong are told in their [`Part`].
pub fn read(format: Format, delivery: &Delivery<'_>) -> Result<Vec<Part>, Vec<FieldError>> {
    match format {
        Format::Alertmanager => alertmanager::read(delivery.body, alertmanager::Tool::Alertmanager),
        Format::Grafana => alertmanager::read(delivery.body, alertmanager::Tool::Grafana),
        Format::Zabbix => zabbix::read(delivery.body),
        Format::Checkmk => checkmk::read(delivery.body),
        Format::Pagerduty => pagerduty::read(delivery.body),
        Format::Cloudevents => cloudevents::read(delivery),
    }
}

impl Event {
    /// Cut to what is kept, and titled whatever happens.
    fn tidied(mut self) -> Event {
        self.title = clean(&self.title, TITLE_MAX).split_whitespace().collect::<Vec<_>>().join(" ");
        if self.title.is_empty() {
            self.title = clean(&self.identity, TITLE_MAX);
        }
        self.text = clean(&self.text, TEXT_MAX).trim().to_string();
        self.identity = short(&self.identity);
        self.group = short(&self.group);
        self.delivery = short(&self.delivery);
        if !(self.link.starts_with("https://") || self.link.starts_with("http://")) || self.link.len() > 2_000 {
            self.link.clear();
        }
        let kept = std::mem::take(&mut self.attributes).into_iter().filter(|(_, value)| !value.trim().is_empty());
        self.attributes = kept
            .take(ATTRIBUTES_MAX)
            .map(|(name, value)| (clean(&name, 100), clean(value.trim(), VALUE_MAX)))
            .collect();
        self
    }

    /// Names under which the trouble's configuration item may be on record, the likeliest first.
    pub fn items(&self) -> Vec<String> {
        const NAMES: [&str; 20] = [
            "ci",
            "host",
            "hostname",
            "host_name",
            "nodename",
            "node",
            "instance",
            "device",
            "server",
            "computer",
            "fqdn",
            "target",
            "component",
            "source",
            "subject",
            "vm",
            "pod",
            "cluster",
            "address",
            "ip",
        ];
        let mut found: Vec<String> = Vec::new();
        for value in NAMES.iter().filter_map(|name| self.attributes.get(*name)) {
            for form in forms(value) {
                if !found.contains(&form) {
                    found.push(form);
                }
            }
        }
        found
    }

    /// Names under which its service may be on record.
    pub fn services(&self) -> Vec<String> {
        const NAMES: [&str; 7] = ["service", "service_name", "app", "application", "system", "product", "job"];
        let mut found: Vec<String> = Vec::new();
        for value in NAMES.iter().filter_map(|name| self.attributes.get(*name)) {
            let form = known_as(value);
            if !form.is_empty() && !found.contains(&form) {
                found.push(form);
            }
        }
        found
    }
}

/// A name as it is looked up: small letters, single blanks.
pub fn known_as(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// A value and the names that are in it: without scheme, path and port, and the host without its domain.
fn forms(value: &str) -> Vec<String> {
    let whole = known_as(value);
    let mut forms = vec![whole.clone()];
    let host = whole.split_once("://").map_or(whole.as_str(), |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        // An IPv6 address stands in brackets before its port (RFC 3986 section 3.2.2).
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None if host.matches(':').count() == 1 => host.split(':').next().unwrap_or_default(),
        None => host,
    };
    forms.push(host.to_string());
    let is_address = host.contains(':') || host.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    if !is_address && let Some((first, _)) = host.split_once('.') {
        forms.push(first.to_string());
    }
    forms.retain(|form| !form.is_empty());
    forms.dedup();
    forms
}

/// Without what no text may hold, and no longer than that.
fn clean(text: &str, most: usize) -> String {
    text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).take(most).collect()
}

/// A key that is kept whole while it is short, and as its digest where it is not: cut keys would be the same.
fn short(key: &str) -> String {
    const KEY_MAX: usize = 200;
    let key = clean(key.trim(), usize::MAX);
    if key.chars().count() <= KEY_MAX { key } else { digest(&[&key]) }
}

/// A key made of what tells a trouble from others.
fn digest(parts: &[&str]) -> String {
    let joined = parts.join("\u{1f}");
    model::canonical::hex(&model::canonical::leaf(joined.as_bytes())[..16])
}

#[cfg(test)]
mod tests;
