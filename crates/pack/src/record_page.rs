//! Records to be read by people, all of a kind that are examples or in a sample on one page, and their journal as lines.

use std::fmt::Write;

use model::{Kind, Line, Link, line::Past};
use serde_json::{Value as Json, json};

use crate::{
    INDEX,
    markup::{FOOT, address, escaped, head},
    page,
};

/// An entry of the journal as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'s> {
    /// Order in which the database took it.
    pub seq: i64,
    /// Hash of the bytes, lower-case hexadecimal.
    pub leaf: &'s str,
    pub bytes: &'s [u8],
    pub disclosures: &'s [String],
}

/// One line of `journal/KIND.jsonl`.
pub fn journal_line(number: &str, stored: &Stored<'_>) -> String {
    let line = json!({
        "record": number,
        "seq": stored.seq,
        "leaf": stored.leaf,
        "entry": String::from_utf8_lossy(stored.bytes),
        "disclosures": stored.disclosures,
    });
    format!("{line}\n")
}

pub fn begin(kind: &Kind) -> String {
    format!(
        "{0}<p><a href=\"../{INDEX}\">All requirements</a></p>\n<h1>{1}</h1>\n<p class=\"soft\">Those that are examples or in a \
         sample, as they were on record. All of them are in <a href=\"../{2}\">{2}</a>.</p>\n",
        head(&kind.labels),
        escaped(&kind.labels),
        crate::records(kind.name)
    )
}

pub fn end() -> &'static str {
    FOOT
}

/// One record with its fields, links, history and the hashes of its journal. `shown` answers the kind of a number that has
/// a place on a page of the pack.
pub fn article<'k>(kind: &Kind, line: &Line, chain: &[Stored<'_>], shown: &dyn Fn(&str) -> Option<&'k str>) -> String {
    let number = line.number.as_deref().unwrap_or_default();
    let mut out = format!(
        "<article id=\"{0}\"><h2>{0} {1}</h2>\n<p>State: {2}</p>\n",
        escaped(number),
        escaped(line.title.as_deref().unwrap_or_default()),
        escaped(&line.state.as_deref().unwrap_or_default().replace('_', " "))
    );
    out.push_str("<table><tbody>\n");
    for (name, value) in &line.fields {
        let label = kind.find(name).map_or(name.as_str(), |field| field.label.as_str());
        let _ = writeln!(out, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escaped(label), told(value, shown));
    }
    for Link { name, to } in &line.links {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
            escaped(&name.replace('_', " ")),
            reference(to, shown)
        );
    }
    out.push_str("</tbody></table>\n");
    history(kind, &line.history, shown, &mut out);
    journal(chain, &mut out);
    out.push_str("</article>\n");
    out
}

fn history<'k>(kind: &Kind, history: &[Past], shown: &dyn Fn(&str) -> Option<&'k str>, out: &mut String) {
    if history.is_empty() {
        return;
    }
    out.push_str("<h3>History</h3>\n<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>When</th><th>Who</th><th>What</th></tr></thead><tbody>\n");
    for past in history {
        let mut said: Vec<String> = Vec::new();
        said.extend(past.state.as_ref().map(|state| format!("State: {}", escaped(&state.replace('_', " ")))));
        said.extend(past.title.as_ref().map(|title| format!("Title: {}", escaped(title))));
        for (name, value) in &past.fields {
            let label = kind.find(name).map_or(name.as_str(), |field| field.label.as_str());
            said.push(format!("{}: {}", escaped(label), told(value, shown)));
        }
        said.extend(past.note.as_ref().map(|note| format!("“{}”", escaped(note))));
        let _ = writeln!(
            out,
            "<tr><td class=\"s\">{}</td><td>{}</td><td>{}</td></tr>",
            past.at,
            escaped(past.by.as_deref().unwrap_or_default()),
            said.join("<br>")
        );
    }
    out.push_str("</tbody></table></div>\n");
}

fn journal(chain: &[Stored<'_>], out: &mut String) {
    out.push_str("<h3>Journal</h3>\n<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>Entry</th><th>Act</th><th>Written down</th><th>Hash</th></tr></thead><tbody>\n");
    for stored in chain {
        let entry: Json = serde_json::from_slice(stored.bytes).unwrap_or_default();
        let text = |name: &str| escaped(entry.get(name).and_then(Json::as_str).unwrap_or_default());
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td class=\"s\">{}</td><td><code>{}</code></td></tr>",
            stored.seq,
            text("act"),
            text("recorded"),
            escaped(stored.leaf)
        );
    }
    out.push_str("</tbody></table></div>\n");
}

/// A number, with the way to its record where the pack shows it.
fn reference<'k>(number: &str, shown: &dyn Fn(&str) -> Option<&'k str>) -> String {
    match shown(number) {
        Some(kind) => format!("<a href=\"../{}#{}\">{}</a>", page(kind), address(number), escaped(number)),
        None => escaped(number),
    }
}

/// A value as people read it.
fn told<'k>(value: &Json, shown: &dyn Fn(&str) -> Option<&'k str>) -> String {
    match value {
        Json::Null => "nothing".into(),
        Json::Bool(true) => "yes".into(),
        Json::Bool(false) => "no".into(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => reference(text, shown),
        Json::Array(items) => items.iter().map(|item| told(item, shown)).collect::<Vec<_>>().join("<br>"),
        Json::Object(parts) => {
            let part = |(name, value): (&String, &Json)| {
                format!("{}: {}", escaped(&name.replace('_', " ")), told(value, shown))
            };
            parts.iter().map(part).collect::<Vec<_>>().join("; ")
        }
    }
}
