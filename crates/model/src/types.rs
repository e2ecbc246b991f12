//! What a field may hold, how it is read from JSON, from a form and from the store, and how it is written.

use serde_json::{Map, Value as Json};

use crate::{
    field::Field,
    suggest,
    time::Moment,
    value::{Value, decimal},
};

/// Longest single-line text, in characters.
pub const TEXT_MAX: usize = 1_000;
/// Longest text of several lines, in characters.
pub const LONG_MAX: usize = 100_000;
/// Most entries in one list, and parts nested in each other.
pub const LIST_MAX: usize = 10_000;

#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Text,
    LongText,
    Number,
    /// A number is in the organisation's currency; `{"amount": 12.50, "currency": "EUR"}` names one.
    Money,
    Percentage,
    Date,
    Instant,
    /// Seconds, or an ISO 8601 duration such as PT4H.
    Duration,
    /// "2025-08", "2025-Q2", "2025-H1", "2025"; other words are taken where an organisation names its own.
    Period,
    Flag,
    /// An e-mail.
    Person,
    Choice(Choices),
    /// The number of a record, which may not be on record yet.
    Ref(Refs),
    List(Box<Type>),
    /// Named parts, each a field of its own; parts that are not declared are taken as they come.
    Parts(Vec<Field>),
    /// Whatever comes: texts, numbers, lists, parts.
    Mixed,
}

#[derive(Clone, Debug, PartialEq, Default)]
pub struct Choices {
    /// Name and label, in order.
    pub options: Vec<(String, String)>,
    /// The organisation's own values are welcome; a closed list is one that the product reasons on.
    pub open: bool,
}

#[derive(Clone, Debug, PartialEq, Default)]
pub struct Refs {
    /// Kinds it may point at; empty for any.
    pub kinds: Vec<&'static str>,
    /// A free text is as good as a number.
    pub or_text: bool,
}

impl Choices {
    pub fn label<'a>(&'a self, name: &'a str) -> &'a str {
        self.options.iter().find(|option| option.0 == name).map_or(name, |option| &option.1)
    }

    /// The name as it is kept: another way to write one of a closed list ("In Progress", "in-progress") is that one.
    fn canonical(&self, text: &str) -> Result<String, String> {
        if self.open || self.options.iter().any(|option| option.0 == text) {
            return Ok(text.into());
        }
        if let Some(option) = self.options.iter().find(|option| suggest::same_word(&option.0, text)) {
            return Ok(option.0.clone());
        }
        let known = || self.options.iter().map(|option| option.0.as_str());
        let list = known().collect::<Vec<_>>().join(", ");
        Err(format!("\"{text}\" is not one of {list}{}", suggest::hint(text, known())))
    }
}

impl Type {
    pub fn list(of: Type) -> Type {
        Type::List(Box::new(of))
    }

    /// The name used by `plumbline kinds --json` and the API.
    pub fn name(&self) -> &'static str {
        match self {
            Type::Text => "text",
            Type::LongText => "long_text",
            Type::Number => "number",
            Type::Money => "money",
            Type::Percentage => "percentage",
            Type::Date => "date",
            Type::Instant => "instant",
            Type::Duration => "duration",
            Type::Period => "period",
            Type::Flag => "flag",
            Type::Person => "person",
            Type::Choice(_) => "choice",
            Type::Ref(_) => "reference",
            Type::List(_) => "list",
            Type::Parts(_) => "parts",
            Type::Mixed => "mixed",
        }
    }

    /// Personal or free text: stands in the journal as a salted commitment (research/trust.md 4.6).
    pub fn is_erasable(&self) -> bool {
        match self {
            Type::Text | Type::LongText | Type::Person | Type::Mixed => true,
            Type::Ref(refs) => refs.or_text,
            Type::Choice(choices) => choices.open,
            Type::List(of) => of.is_erasable(),
            Type::Parts(_) => true,
            _ => false,
        }
    }

    /// One value, not a list or parts: may be a column, sorted and compared.
    pub fn is_scalar(&self) -> bool {
        !matches!(self, Type::List(_) | Type::Parts(_) | Type::Mixed)
    }

    pub fn is_numeric(&self) -> bool {
        matches!(self, Type::Number | Type::Money | Type::Percentage | Type::Duration)
    }

    /// Reads JSON as callers send it. `Ok(None)` when nothing is there (null, empty text).
    ///
    /// # Errors
    /// A sentence without the field's name, to stand beside it.
    pub fn read(&self, json: &Json) -> Result<Option<Value>, String> {
        match json {
            Json::Null => return Ok(None),
            Json::String(text) if text.trim().is_empty() => return Ok(None),
            _ => {}
        }
        Ok(Some(match (self, json) {
            (Type::Mixed, _) => return Ok(Value::from_json(json)),
            (Type::List(of), Json::Array(items)) => read_list(of, items)?,
            (Type::List(of), single) => Value::List(read_entry(of, single)?.into_iter().collect()),
            (Type::Parts(fields), Json::Object(parts)) => read_parts(fields, parts)?,
            // Some say in words what others say in parts; the words are kept.
            (Type::Parts(_), Json::String(text)) => long(text)?,
            (Type::Money, Json::Object(_)) => read_money(json)?,
            (Type::Flag, Json::Bool(flag)) => Value::Flag(*flag),
            (_, Json::Number(number)) if self.is_numeric() => {
                Value::Number(decimal(&number.to_string()).ok_or_else(|| format!("{number} is too large a number"))?)
            }
            // A whole number is a fair way to write a year or a code.
            (Type::Text | Type::LongText | Type::Period | Type::Choice(_), Json::Number(number)) => {
                return self.parse(&number.to_string());
            }
            (_, Json::String(text)) => return self.parse(text),
            _ => return Err(format!("needs {}, got {}", self.wants(), shape(json))),
        }))
    }

    /// Merges JSON into a present value (RFC 7396): named parts one by one, null takes a part away, everything else
    /// replaces what is there.
    ///
    /// # Errors
    /// As [`Type::read`].
    pub fn merge(&self, present: Option<&Value>, json: &Json) -> Result<Option<Value>, String> {
        let (fields, patch) = match (self, json) {
            (Type::Parts(fields), Json::Object(patch)) => (fields.as_slice(), patch),
            (Type::Mixed, Json::Object(patch)) => (&[][..], patch),
            _ => return self.read(json),
        };
        let mut parts = match present {
            Some(Value::Parts(parts)) => parts.clone(),
            _ => Default::default(),
        };
        for (name, part) in patch {
            let name = name.replace('\0', "");
            let ty = fields.iter().find(|field| field.name == name).map_or(&Type::Mixed, |field| &field.ty);
            let merged = ty.merge(parts.get(&name), part).map_err(|why| format!("{name}: {why}"))?;
            match merged {
                Some(value) => drop(parts.insert(name, value)),
                None => drop(parts.remove(&name)),
            }
        }
        Ok((!parts.is_empty()).then_some(Value::Parts(parts)))
    }

    /// Reads what a person typed (form, CSV cell, filter). `Ok(None)` when nothing was.
    ///
    /// # Errors
    /// A sentence without the field's name.
    pub fn parse(&self, text: &str) -> Result<Option<Value>, String> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(None);
        }
        let wrong = || format!("\"{}\" is not {}", shorten(trimmed), self.wants());
        Ok(Some(match self {
            Type::Text => line(trimmed)?,
            Type::LongText => long(text.trim_end())?,
            Type::Number | Type::Money => Value::Number(decimal(trimmed).ok_or_else(wrong)?),
            Type::Percentage => Value::Number(decimal(trimmed.trim_end_matches('%')).ok_or_else(wrong)?),
            Type::Duration => Value::Number(duration(trimmed).ok_or_else(wrong)?),
            Type::Date => Value::Date(date(trimmed).ok_or_else(wrong)?),
            Type::Instant => Value::Instant(instant(trimmed).ok_or_else(wrong)?),
            Type::Period => line(trimmed)?,
            Type::Flag => Value::Flag(flag(trimmed).ok_or_else(wrong)?),
            Type::Person => {
                let mail = trimmed.to_lowercase();
                if !is_mail(&mail) {
                    return Err(wrong());
                }
                Value::Text(mail)
            }
            Type::Choice(choices) => line(&choices.canonical(trimmed)?)?,
            Type::Ref(_) => line(trimmed)?,
            Type::List(of) => {
                let separator = if of.is_scalar() && !trimmed.contains('\n') { ',' } else { '\n' };
                let items =
                    trimmed.split(separator).map(|item| parse_entry(of, item)).collect::<Result<Vec<_>, _>>()?;
                Value::List(items.into_iter().flatten().collect())
            }
            Type::Parts(_) | Type::Mixed => match serde_json::from_str::<Json>(trimmed) {
                Ok(json @ (Json::Object(_) | Json::Array(_))) => return self.read(&json),
                _ => long(trimmed)?,
            },
        }))
    }

    /// What is meant, for "needs …" and "is not …".
    fn wants(&self) -> String {
        match self {
            Type::Text | Type::LongText => "a text".into(),
            Type::Number => "a number".into(),
            Type::Money => "an amount such as 1250.00".into(),
            Type::Percentage => "a percentage such as 99.9".into(),
            Type::Date => "a date such as 2026-11-12".into(),
            Type::Instant => "an instant such as 2026-11-12T07:14:00Z".into(),
            Type::Duration => "a duration in seconds or such as PT4H".into(),
            Type::Period => "a period such as 2026-11, 2026-Q4 or 2026".into(),
            Type::Flag => "true or false".into(),
            Type::Person => "an e-mail address".into(),
            Type::Choice(_) => "one of the choices".into(),
            Type::Ref(refs) if refs.kinds.is_empty() => "the number of a record".into(),
            Type::Ref(refs) => format!("the number of a record ({})", refs.kinds.join(", ").replace('_', " ")),
            Type::List(of) => format!("a list, each entry {}", of.wants()),
            Type::Parts(_) => "named parts".into(),
            Type::Mixed => "any value".into(),
        }
    }

    /// The form that the store keeps: scalars as texts whose order is their order, so that one SQL text serves both
    /// databases (stack.md section 1); lists and parts as natural JSON.
    pub fn store(&self, value: &Value) -> Json {
        match value {
            Value::Flag(flag) => Json::String(flag.to_string()),
            Value::Number(number) => Json::String(number.normalize().to_string()),
            other => stored(other),
        }
    }

    /// Reads what [`Type::store`] wrote. What no longer fits its type comes back as the text it is, never lost.
    pub fn load(&self, json: &Json) -> Option<Value> {
        match (self, json) {
            (Type::List(of), Json::Array(items)) => Some(read_list(of, items).unwrap_or_else(|_| untyped(json))),
            (Type::Parts(fields), Json::Object(parts)) => {
                Some(read_parts(fields, parts).unwrap_or_else(|_| untyped(json)))
            }
            (Type::Text | Type::LongText | Type::Person | Type::Choice(_) | Type::Ref(_), Json::String(text)) => {
                Some(Value::Text(text.clone()))
            }
            (Type::Mixed | Type::Parts(_), _) => Value::from_json(json),
            (_, Json::String(text)) => self.parse(text).unwrap_or_else(|_| Some(Value::Text(text.clone()))),
            _ => Value::from_json(json),
        }
    }

    /// How people read it, without looking up names of what it refers to.
    pub fn print(&self, value: &Value) -> String {
        match (self, value) {
            (Type::Choice(choices), Value::Text(name)) => choices.label(name).to_string(),
            (Type::Percentage, Value::Number(number)) => format!("{number} %"),
            (Type::Duration, Value::Number(seconds)) => print_duration(*seconds),
            (_, Value::Flag(flag)) => if *flag { "Yes" } else { "No" }.into(),
            (_, Value::Number(number)) => number.normalize().to_string(),
            (_, Value::Date(date)) => date.to_string(),
            (_, Value::Instant(at)) => at.to_string(),
            (_, Value::Text(text)) => text.clone(),
            (Type::List(of), Value::List(items)) => {
                items.iter().map(|item| of.print(item)).collect::<Vec<_>>().join(", ")
            }
            (_, Value::List(items)) => items.iter().map(|item| Type::Mixed.print(item)).collect::<Vec<_>>().join(", "),
            (_, Value::Parts(parts)) => parts
                .iter()
                .map(|(name, part)| format!("{}: {}", name.replace('_', " "), Type::Mixed.print(part)))
                .collect::<Vec<_>>()
                .join("; "),
        }
    }
}

/// Instants stand in sortable form at every depth.
fn stored(value: &Value) -> Json {
    match value {
        Value::Instant(at) => Json::String(at.sortable()),
        Value::List(items) => Json::Array(items.iter().map(stored).collect()),
        Value::Parts(parts) => Json::Object(parts.iter().map(|(name, part)| (name.clone(), stored(part))).collect()),
        other => other.to_json(),
    }
}

fn untyped(json: &Json) -> Value {
    Value::from_json(json).unwrap_or(Value::List(Vec::new()))
}

fn read_list(of: &Type, items: &[Json]) -> Result<Value, String> {
    if items.len() > LIST_MAX {
        return Err(format!("has {} entries, {LIST_MAX} at most", items.len()));
    }
    let mut entries = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        entries.extend(read_entry(of, item).map_err(|why| format!("entry {}: {why}", at + 1))?);
    }
    Ok(Value::List(entries))
}

/// `none` states that there is nothing, whatever the entries are ([reading].none).
fn read_entry(of: &Type, item: &Json) -> Result<Option<Value>, String> {
    match item {
        Json::String(text) if text.trim().eq_ignore_ascii_case("none") => Ok(Some(Value::text("none"))),
        _ => of.read(item),
    }
}

fn parse_entry(of: &Type, item: &str) -> Result<Option<Value>, String> {
    if item.trim().eq_ignore_ascii_case("none") { Ok(Some(Value::text("none"))) } else { of.parse(item) }
}

fn read_parts(fields: &[Field], parts: &Map<String, Json>) -> Result<Value, String> {
    let mut read = std::collections::BTreeMap::new();
    for (name, part) in parts {
        let ty = fields.iter().find(|field| field.name == *name).map_or(&Type::Mixed, |field| &field.ty);
        if let Some(value) = ty.read(part).map_err(|why| format!("{name}: {why}"))? {
            read.insert(name.replace('\0', ""), value);
        }
    }
    Ok(Value::Parts(read))
}

fn read_money(json: &Json) -> Result<Value, String> {
    let amount = json.get("amount").map(|amount| amount.to_string().trim_matches('"').to_string());
    let amount = amount.and_then(|text| decimal(&text)).ok_or("needs an amount such as 1250.00")?;
    let currency = json.get("currency").and_then(Json::as_str).unwrap_or_default().trim().to_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Err("needs a currency of three letters such as EUR (ISO 4217)".into());
    }
    let parts = [("amount".to_string(), Value::Number(amount)), ("currency".to_string(), Value::Text(currency))];
    Ok(Value::Parts(parts.into()))
}

fn line(text: &str) -> Result<Value, String> {
    limited(text, TEXT_MAX)
}

fn long(text: &str) -> Result<Value, String> {
    limited(text, LONG_MAX)
}

fn limited(text: &str, most: usize) -> Result<Value, String> {
    let length = text.chars().count();
    if length > most {
        return Err(format!("has {length} characters, {most} at most"));
    }
    // A NUL cannot be stored by PostgreSQL and means nothing in a text.
    Ok(Value::Text(text.replace('\0', "")))
}

fn date(text: &str) -> Option<jiff::civil::Date> {
    if text.len() != 10 {
        return Moment::parse(text).filter(|at| at.0 % crate::time::DAY == 0).map(Moment::date);
    }
    text.parse().ok()
}

/// Also takes what a browser's date-and-time control sends ("2026-11-12T07:14"), which we label as UTC.
fn instant(text: &str) -> Option<Moment> {
    Moment::parse(text).or_else(|| {
        let spaced = text.replacen(' ', "T", 1);
        let at = match spaced.len() {
            16 => format!("{spaced}:00Z"),
            19 => format!("{spaced}Z"),
            _ => return None,
        };
        Moment::parse(&at)
    })
}

fn flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn duration(text: &str) -> Option<rust_decimal::Decimal> {
    if let Some(seconds) = decimal(text) {
        return Some(seconds);
    }
    let span: jiff::Span = text.parse().ok()?;
    let seconds = span.total((jiff::Unit::Second, jiff::SpanRelativeTo::days_are_24_hours())).ok()?;
    decimal(&format!("{seconds}"))
}

fn print_duration(seconds: rust_decimal::Decimal) -> String {
    let Ok(seconds) = i64::try_from(seconds.trunc()) else { return seconds.to_string() };
    let (hours, minutes, rest) = (seconds / 3600, seconds % 3600 / 60, seconds % 60);
    match (hours, minutes, rest) {
        (0, 0, rest) => format!("{rest} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (hours, 0, 0) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours}:{minutes:02} h"),
    }
}

/// Enough of RFC 5321 to catch slips: one @, something on both sides, no blanks.
pub fn is_mail(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control() || "@,;<>()\"".contains(c))
    };
    text.len() <= 254 && plain(local) && plain(domain) && !domain.starts_with('.') && !domain.ends_with('.')
}

fn shape(json: &Json) -> &'static str {
    match json {
        Json::Null => "nothing",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "named parts",
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 { text.into() } else { format!("{}…", text.chars().take(60).collect::<String>()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_merge_touches_only_what_it_names() {
        let ty = Type::Parts(vec![Field::new("on", Type::Date), Field::new("by", Type::Person)]);
        let present = ty.read(&json!({"on": "2026-11-12", "by": "ines@tidewell.example", "rooms": {"a": 1, "b": 2}}));
        let present = present.expect("it reads");
        let patch = json!({"on": null, "rooms": {"b": null, "c": [3]}});
        let merged = ty.merge(present.as_ref(), &patch).expect("it merges").expect("something is left");
        assert_eq!(merged.to_json(), json!({"by": "ines@tidewell.example", "rooms": {"a": 1, "c": [3]}}));
        assert_eq!(
            ty.merge(None, &json!({"on": "tomorrow"})),
            Err("on: \"tomorrow\" is not a date such as 2026-11-12".into())
        );
        assert_eq!(ty.merge(present.as_ref(), &Json::Null), Ok(None));
    }
}
