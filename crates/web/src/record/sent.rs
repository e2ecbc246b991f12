//! What a form shows and what comes back from it: texts by name, the same for stored and for typed values, so that
//! nothing typed is lost and nothing untouched is written.

use std::collections::{BTreeMap, BTreeSet};

use desk::Shown;
use model::{Field, Input, Kind, Type, Value, command::Raw, time::SECOND};
use serde_json::{Map, Value as Json, json};

/// The part of a row or of named parts that no field declares, carried along as JSON.
pub const OTHER: &str = "__other";

/// Texts by the names of their controls, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sent {
    pairs: Vec<(String, String)>,
}

impl Sent {
    /// Line ends come from browsers as CR LF and are kept as LF.
    pub fn new(pairs: Vec<(String, String)>) -> Sent {
        Sent { pairs: pairs.into_iter().map(|(name, text)| (name, text.replace("\r\n", "\n"))).collect() }
    }

    /// What a form of this record shows before anybody types.
    pub fn of(kind: &Kind, shown: &Shown) -> Sent {
        let mut pairs = vec![("title".to_string(), shown.title().to_string())];
        for field in kind.fields.iter().filter(|field| field.alias.is_none()) {
            if let Some(value) = shown.fields().get(&field.name) {
                write(&field.ty, &field.name, value, &mut pairs);
            }
        }
        Sent::new(pairs)
    }

    /// What a form of a new record shows: the defaults, and what is offered.
    pub fn fresh(kind: &Kind) -> Sent {
        let mut pairs = Vec::new();
        for field in &kind.fields {
            if let Some(value) = field.default.as_ref().or(field.offered.as_ref()) {
                write(&field.ty, &field.name, value, &mut pairs);
            }
        }
        Sent::new(pairs)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        // A check box comes with a hidden control of the same name before it: the last one counts.
        self.pairs.iter().rev().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_string()
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        let inner = format!("{name}.");
        self.pairs.iter().any(|pair| pair.0 == name || pair.0.starts_with(&inner))
    }

    /// The numbers of the rows under a name.
    pub fn rows(&self, name: &str) -> BTreeSet<usize> {
        let inner = format!("{name}.");
        let number = |pair: &(String, String)| pair.0.strip_prefix(&inner)?.split('.').next()?.parse().ok();
        self.pairs.iter().filter_map(number).collect()
    }

    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// What stands under a name, in one text for people.
    pub fn shown(&self, name: &str) -> String {
        let texts: Vec<&str> = self.under(name).into_iter().map(|pair| pair.1.as_str()).collect();
        if texts.is_empty() { "(empty)".into() } else { texts.join(", ") }
    }

    pub fn set(&mut self, name: &str, text: &str) {
        self.pairs.retain(|pair| pair.0 != name);
        self.pairs.push((name.into(), text.into()));
    }

    /// Begins a control with a value where nothing is given.
    pub fn begin(&mut self, ty: &Type, name: &str, value: &Value) {
        if !self.has(name) {
            write(ty, name, value, &mut self.pairs);
        }
    }

    /// Replaces everything under a name by what the other holds there.
    pub fn take(&mut self, name: &str, other: &Sent) {
        let inner = format!("{name}.");
        let under = |pair: &&(String, String)| pair.0 == name || pair.0.starts_with(&inner);
        self.pairs.retain(|pair| !under(&pair));
        self.pairs.extend(other.pairs.iter().filter(under).cloned());
    }

    /// Does what the buttons `add.NAME` and `remove.NAME.ROW` ask without a script; `false` when none was pressed.
    pub fn press(&mut self) -> bool {
        let Some(button) = self.pairs.iter().find_map(|(name, _)| {
            name.strip_prefix("add.")
                .map(|rest| (rest.to_string(), true))
                .or_else(|| name.strip_prefix("remove.").map(|rest| (rest.to_string(), false)))
        }) else {
            return false;
        };
        self.pairs.retain(|(name, _)| !name.starts_with("add.") && !name.starts_with("remove."));
        match button {
            (name, true) => {
                let next = self.rows(&name).last().map_or(0, |last| last + 1);
                self.pairs.push((format!("{name}.{next}.{OTHER}"), String::new()));
            }
            (row, false) => {
                let inner = format!("{row}.");
                self.pairs.retain(|pair| !pair.0.starts_with(&inner));
            }
        }
        true
    }

    /// What is under a name, without what is empty, for comparing.
    fn under(&self, name: &str) -> Vec<&(String, String)> {
        let inner = format!("{name}.");
        let filled = |pair: &&(String, String)| !pair.1.trim().is_empty();
        self.pairs.iter().filter(filled).filter(|pair| pair.0 == name || pair.0.starts_with(&inner)).collect()
    }

    /// Whether both hold the same under a name, whatever is empty.
    pub fn is_same(&self, other: &Sent, name: &str) -> bool {
        let mut mine: Vec<_> = self.under(name);
        let mut theirs: Vec<_> = other.under(name);
        mine.sort_by(|left, right| left.0.cmp(&right.0));
        theirs.sort_by(|left, right| left.0.cmp(&right.0));
        mine == theirs
    }

    /// The input for the door: what was sent and differs from what the form showed.
    pub fn input(&self, kind: &Kind, shown: &Sent) -> Input {
        let mut fields = BTreeMap::new();
        if self.get("title").is_some() && !self.is_same(shown, "title") {
            fields.insert("title".to_string(), Raw::Text(self.text("title")));
        }
        for field in kind.fields.iter().filter(|field| field.alias.is_none()) {
            if self.has(&field.name) && !self.is_same(shown, &field.name) {
                fields.insert(field.name.clone(), self.raw(&field.ty, &field.name));
            }
        }
        Input { fields }
    }

    /// What was sent for a field, as the door takes it.
    pub fn raw(&self, ty: &Type, name: &str) -> Raw {
        match ty {
            Type::List(_) | Type::Parts(_) => match self.words(name) {
                Some(words) if matches!(ty, Type::Parts(_)) => Raw::Text(words.to_string()),
                _ => Raw::Json(self.json(ty, name)),
            },
            Type::Money if !self.text(&format!("{name}.currency")).is_empty() => Raw::Json(self.json(ty, name)),
            Type::Duration | Type::Instant => Raw::Text(machine(ty, &self.text(name))),
            _ => Raw::Text(self.text(name)),
        }
    }

    /// The text of one control where parts or rows were expected: somebody said in words what others say in parts.
    fn words(&self, name: &str) -> Option<&str> {
        let has_parts = self.pairs.iter().any(|pair| pair.0.starts_with(&format!("{name}.")));
        self.get(name).filter(|text| !has_parts && !text.trim().is_empty())
    }

    /// What stands under a name as JSON text, for a control that shows it so; empty where there is nothing.
    pub fn nested(&self, ty: &Type, name: &str) -> String {
        match self.json(ty, name) {
            Json::Null => String::new(),
            Json::Array(items) if items.is_empty() => String::new(),
            Json::String(text) => text,
            json => serde_json::to_string_pretty(&json).unwrap_or_default(),
        }
    }

    fn json(&self, ty: &Type, name: &str) -> Json {
        let entered_whole = match ty {
            Type::Parts(_) => true,
            Type::List(of) => !of.is_scalar(),
            _ => false,
        };
        if let Some(words) = self.words(name).filter(|_| entered_whole) {
            return loose(words);
        }
        match ty {
            Type::List(of) => match &**of {
                Type::Parts(fields) => {
                    let rows = self.rows(name).into_iter().map(|row| self.parts(fields, &format!("{name}.{row}")));
                    Json::Array(rows.filter(|row| !row.is_null()).collect())
                }
                of if is_lined(ty) => {
                    let lines = self.all(name).flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty());
                    Json::Array(lines.map(|line| machine(of, line).into()).collect())
                }
                _ => {
                    let entries = self.all(name).map(str::trim).filter(|text| !text.is_empty());
                    Json::Array(entries.map(|text| text.into()).collect())
                }
            },
            Type::Parts(fields) => self.parts(fields, name),
            Type::Money => {
                let amount = self.text(name);
                let currency = self.text(&format!("{name}.currency"));
                match (amount.trim(), currency.trim()) {
                    ("", _) => Json::Null,
                    (amount, "") => amount.into(),
                    (amount, currency) => json!({"amount": amount, "currency": currency}),
                }
            }
            ty => match machine(ty, &self.text(name)) {
                text if text.trim().is_empty() => Json::Null,
                text if matches!(ty, Type::Mixed) => loose(&text),
                text => text.into(),
            },
        }
    }

    /// Named parts; null where all of them are empty.
    fn parts(&self, fields: &[Field], name: &str) -> Json {
        let mut parts: Map<String, Json> = match serde_json::from_str(&self.text(&format!("{name}.{OTHER}"))) {
            Ok(Json::Object(other)) => other,
            _ => Map::new(),
        };
        for field in fields {
            let value = self.json(&field.ty, &format!("{name}.{}", field.name));
            let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            if !empty {
                parts.insert(field.name.clone(), value);
            }
        }
        if parts.is_empty() { Json::Null } else { Json::Object(parts) }
    }
}

/// Lists of plain words are entered one on each line.
pub fn is_lined(ty: &Type) -> bool {
    match ty {
        Type::List(of) => match &**of {
            Type::Choice(choices) => choices.open,
            of => of.is_scalar() && !matches!(of, Type::Ref(_) | Type::Person),
        },
        _ => false,
    }
}

/// JSON where it reads as parts or a list, else the words.
fn loose(text: &str) -> Json {
    match serde_json::from_str(text.trim()) {
        Ok(json @ (Json::Object(_) | Json::Array(_))) => json,
        _ => text.into(),
    }
}

/// What people write for instants and durations, as the types read it; anything else stays as it was typed.
fn machine(ty: &Type, text: &str) -> String {
    let text = text.trim_end();
    match ty {
        Type::Instant => {
            let local = text.trim();
            let zoned = local.ends_with(['Z', 'z']) || local.get(11..).is_some_and(|time| time.contains(['+', '-']));
            match local.len() {
                // A browser sends 16 letters, or more when it was given seconds; the form says that UTC is meant.
                17.. if !zoned => format!("{}Z", local.replacen(' ', "T", 1)),
                _ => local.to_string(),
            }
        }
        Type::Duration => spoken(text).map_or_else(|| text.to_string(), |seconds| seconds.to_string()),
        _ => text.to_string(),
    }
}

/// Seconds of `4 h 30 min`, `1:30 h`, `3 d`, `90 s`.
fn spoken(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    let mut seconds: i64 = 0;
    let mut rest = text.as_str();
    if rest.is_empty() || rest.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ':')?;
        let (number, after) = rest.split_at(end);
        let after = after.trim_start();
        let end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let (hours, minutes) = number.split_once(':').unwrap_or((number, "0"));
        let (count, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
        let size = match unit {
            "w" | "week" | "weeks" => 7 * 86_400,
            "d" | "day" | "days" => 86_400,
            "h" | "hour" | "hours" => 3_600,
            "m" | "min" | "minute" | "minutes" => 60,
            "s" | "sec" | "second" | "seconds" => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(count.checked_mul(size)?)?.checked_add(minutes.checked_mul(60)?)?;
        rest = after.trim_start();
    }
    Some(seconds)
}

/// Writes a stored value as the texts of its controls.
pub fn write(ty: &Type, name: &str, value: &Value, out: &mut Vec<(String, String)>) {
    match (ty, value) {
        (Type::List(of), Value::List(items)) => match &**of {
            Type::Parts(fields) if items.iter().all(|item| matches!(item, Value::Parts(_))) => {
                for (row, item) in items.iter().enumerate() {
                    write_parts(fields, &format!("{name}.{row}"), item, out);
                }
            }
            Type::Parts(_) => out.push((name.into(), pretty(value))),
            of if is_lined(ty) => {
                let lines: Vec<String> = items.iter().map(|item| plain(of, item)).collect();
                out.push((name.into(), lines.join("\n")));
            }
            of if of.is_scalar() => out.extend(items.iter().map(|item| (name.to_string(), plain(of, item)))),
            _ => out.push((name.into(), pretty(value))),
        },
        (Type::Parts(fields), Value::Parts(_)) => write_parts(fields, name, value, out),
        (Type::Money, Value::Parts(_)) => {
            let part = |part| value.part(part).map(|held| Type::Mixed.print(held)).unwrap_or_default();
            out.push((name.into(), part("amount")));
            out.push((format!("{name}.currency"), part("currency")));
        }
        _ => out.push((name.into(), plain(ty, value))),
    }
}

fn write_parts(fields: &[Field], name: &str, value: &Value, out: &mut Vec<(String, String)>) {
    let Value::Parts(parts) = value else { return };
    let mut other = Map::new();
    for (part, held) in parts {
        match fields.iter().find(|field| field.name == *part) {
            Some(field) => write(&field.ty, &format!("{name}.{part}"), held, out),
            None => drop(other.insert(part.clone(), held.to_json())),
        }
    }
    let carried = if other.is_empty() { String::new() } else { Json::Object(other).to_string() };
    out.push((format!("{name}.{OTHER}"), carried));
}

/// One value as it stands in its control.
fn plain(ty: &Type, value: &Value) -> String {
    match (ty, value) {
        (_, Value::Text(text)) => text.clone(),
        (_, Value::Flag(flag)) => if *flag { "yes" } else { "no" }.into(),
        (Type::Duration, Value::Number(seconds)) => match i64::try_from(*seconds) {
            Ok(seconds) => said(seconds),
            Err(_) => seconds.normalize().to_string(),
        },
        (_, Value::Number(number)) => number.to_string(),
        (_, Value::Instant(at)) => {
            let text = at.to_string();
            let text = text.trim_end_matches('Z');
            // To the minute where there are no seconds: so a browser shows and sends it.
            if at.0 % (60 * SECOND) == 0 { text.get(..16).unwrap_or(text).to_string() } else { text.to_string() }
        }
        (_, Value::Date(date)) => date.to_string(),
        (_, other) => pretty(other),
    }
}

fn pretty(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => serde_json::to_string_pretty(&other.to_json()).unwrap_or_default(),
    }
}

/// `4 h 30 min`; whole days from two on.
pub fn said(seconds: i64) -> String {
    if seconds <= 0 {
        return seconds.to_string();
    }
    let days = if seconds % 86_400 == 0 || seconds >= 2 * 86_400 { seconds / 86_400 } else { 0 };
    let rest = seconds - days * 86_400;
    let parts = [(days, "d"), (rest / 3_600, "h"), (rest % 3_600 / 60, "min"), (rest % 60, "s")];
    let words: Vec<String> =
        parts.iter().filter(|part| part.0 > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    words.join(" ")
}
