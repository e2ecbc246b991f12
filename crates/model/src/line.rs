//! One line of JSON Lines: the form of export, import and backups by hand (contract.md section 4).

use serde_json::{Map, Value as Json, json};

use crate::{field::Common, kind::Kind, link::Link, suggest, time::Moment};

#[derive(Clone, Debug, PartialEq, Default)]
pub struct Line {
    pub kind: String,
    pub number: Option<String>,
    pub title: Option<String>,
    pub state: Option<String>,
    pub fields: Map<String, Json>,
    pub links: Vec<Link>,
    pub history: Vec<Past>,
}

/// One entry of a line's history: what is known of what happened then.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Past {
    pub at: Moment,
    pub by: Option<String>,
    pub title: Option<String>,
    pub state: Option<String>,
    pub fields: Map<String, Json>,
    pub note: Option<String>,
    pub public: bool,
}

const LINE: [&str; 7] = ["kind", "number", "title", "state", "fields", "links", "history"];
const PAST: [&str; 7] = ["at", "by", "title", "state", "fields", "note", "public"];

impl Line {
    /// Reads one line.
    ///
    /// # Errors
    /// Every reason why it cannot be taken, each a sentence that names the part.
    pub fn read(json: Json) -> Result<Line, Vec<String>> {
        let Json::Object(mut parts) = json else {
            return Err(vec!["a line must be a JSON object with kind and fields".into()]);
        };
        let mut errors = unknown(&parts, &LINE, "");
        let mut line = Line {
            kind: take_text(&mut parts, "kind", &mut errors).unwrap_or_default(),
            number: take_text(&mut parts, "number", &mut errors),
            title: take_text(&mut parts, "title", &mut errors),
            state: take_text(&mut parts, "state", &mut errors),
            fields: take_object(&mut parts, "fields", &mut errors),
            ..Line::default()
        };
        if line.kind.is_empty() && errors.is_empty() {
            errors.push("kind is missing".into());
        }
        match parts.remove("links") {
            None | Some(Json::Null) => {}
            Some(links) => match serde_json::from_value(links) {
                Ok(links) => line.links = links,
                Err(_) => errors.push("links must be a list of {\"type\": …, \"to\": …}".into()),
            },
        }
        match parts.remove("history") {
            None | Some(Json::Null) => {}
            Some(Json::Array(items)) => {
                for (at, item) in items.into_iter().enumerate() {
                    line.history.extend(read_past(item, at + 1, &mut errors));
                }
            }
            Some(_) => errors.push("history must be a list of entries".into()),
        }
        // Entries stand in the order of their times, whatever the order in the line.
        line.history.sort_by_key(|past| past.at);
        if errors.is_empty() { Ok(line) } else { Err(errors) }
    }

    /// The number, also where the line calls it by the name that its kind has for it (`id`).
    pub fn own_number(&self, kind: &Kind) -> Option<String> {
        if self.number.is_some() {
            return self.number.clone();
        }
        let field = kind.fields.iter().find(|field| field.alias == Some(Common::Number))?;
        match self.fields.get(&field.name)? {
            Json::String(text) => Some(text.trim().to_string()).filter(|text| !text.is_empty()),
            Json::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub fn write(&self) -> Json {
        let mut parts = Map::new();
        parts.insert("kind".into(), self.kind.as_str().into());
        put(&mut parts, "number", &self.number);
        put(&mut parts, "title", &self.title);
        put(&mut parts, "state", &self.state);
        parts.insert("fields".into(), Json::Object(self.fields.clone()));
        if !self.links.is_empty() {
            parts.insert(
                "links".into(),
                self.links.iter().map(|link| json!({"type": link.name, "to": link.to})).collect(),
            );
        }
        if !self.history.is_empty() {
            parts.insert("history".into(), self.history.iter().map(Past::write).collect());
        }
        Json::Object(parts)
    }
}

impl Past {
    pub fn write(&self) -> Json {
        let mut parts = Map::new();
        parts.insert("at".into(), self.at.to_string().into());
        put(&mut parts, "by", &self.by);
        put(&mut parts, "title", &self.title);
        put(&mut parts, "state", &self.state);
        if !self.fields.is_empty() {
            parts.insert("fields".into(), Json::Object(self.fields.clone()));
        }
        if let Some(note) = &self.note {
            parts.insert("note".into(), note.as_str().into());
            parts.insert("public".into(), self.public.into());
        }
        Json::Object(parts)
    }
}

fn put(parts: &mut Map<String, Json>, name: &str, text: &Option<String>) {
    if let Some(text) = text {
        parts.insert(name.into(), text.as_str().into());
    }
}

fn unknown(parts: &Map<String, Json>, known: &[&str], place: &str) -> Vec<String> {
    let strange = parts.keys().filter(|name| !known.contains(&name.as_str()));
    strange
        .map(|name| format!("{place}\"{name}\" is not a part of a line{}", suggest::hint(name, known.iter().copied())))
        .collect()
}

fn take_text(parts: &mut Map<String, Json>, name: &str, errors: &mut Vec<String>) -> Option<String> {
    match parts.remove(name)? {
        Json::Null => None,
        Json::String(text) => Some(text.trim().replace('\0', "")).filter(|text| !text.is_empty()),
        Json::Number(number) => Some(number.to_string()),
        _ => {
            errors.push(format!("{name} must be a text"));
            None
        }
    }
}

fn take_object(parts: &mut Map<String, Json>, name: &str, errors: &mut Vec<String>) -> Map<String, Json> {
    match parts.remove(name) {
        None | Some(Json::Null) => Map::new(),
        Some(Json::Object(fields)) => fields,
        Some(_) => {
            errors.push(format!("{name} must be an object"));
            Map::new()
        }
    }
}

fn read_past(item: Json, place: usize, errors: &mut Vec<String>) -> Option<Past> {
    let Json::Object(mut parts) = item else {
        errors.push(format!("history entry {place}: must be an object"));
        return None;
    };
    let mut own = unknown(&parts, &PAST, "");
    let at = take_text(&mut parts, "at", &mut own);
    let moment = at.as_deref().and_then(Moment::parse);
    if moment.is_none() && own.is_empty() {
        own.push(match at {
            None => "at is missing".into(),
            Some(at) => format!("at: \"{at}\" is not an instant such as 2026-11-12T07:14:00Z"),
        });
    }
    let public = match parts.remove("public") {
        None | Some(Json::Null) => false,
        Some(Json::Bool(public)) => public,
        Some(_) => {
            own.push("public must be true or false".into());
            false
        }
    };
    let past = Past {
        at: moment.unwrap_or_default(),
        by: take_text(&mut parts, "by", &mut own),
        title: take_text(&mut parts, "title", &mut own),
        state: take_text(&mut parts, "state", &mut own),
        fields: take_object(&mut parts, "fields", &mut own),
        note: take_text(&mut parts, "note", &mut own),
        public,
    };
    errors.extend(own.into_iter().map(|why| format!("history entry {place}: {why}")));
    Some(past)
}
