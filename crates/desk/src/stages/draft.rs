//! Typing what came in: every field read by its type, every error kept.

use std::collections::BTreeMap;

use model::{Actor, Common, Draft, FieldError, Fields, Input, Kind, Moment, Record, Value, Via, command::Raw, suggest};

/// Input by field, typed; `None` clears.
#[derive(Debug, Default)]
pub struct Typed {
    pub title: Option<Option<String>>,
    pub state: Option<String>,
    pub number: Option<String>,
    pub fields: BTreeMap<String, Option<Value>>,
}

/// Reads every field by its type; `present` is what merges go into.
///
/// # Errors
/// All of them, each beside its field; unknown fields with what was probably meant.
pub fn typed(kind: &Kind, input: &Input, present: &Fields) -> Result<Typed, Vec<FieldError>> {
    let mut typed = Typed::default();
    let mut errors = Vec::new();
    for (name, raw) in &input.fields {
        match read(kind, name, raw, present) {
            Ok(Read::Field(value)) => drop(typed.fields.insert(name.clone(), value)),
            Ok(Read::Title(title)) => typed.title = Some(title),
            Ok(Read::State(state)) => typed.state = state,
            Ok(Read::Number(number)) => typed.number = number,
            Err(why) => errors.push(FieldError::new(name, why)),
        }
    }
    if errors.is_empty() { Ok(typed) } else { Err(errors) }
}

enum Read {
    Field(Option<Value>),
    Title(Option<String>),
    State(Option<String>),
    Number(Option<String>),
}

fn read(kind: &Kind, name: &str, raw: &Raw, present: &Fields) -> Result<Read, String> {
    let common = match name {
        "title" => Some(Common::Title),
        "state" => Some(Common::State),
        "number" => Some(Common::Number),
        _ => kind.find(name).ok_or_else(|| unknown(kind, name))?.alias,
    };
    let ty = match common {
        Some(Common::Title | Common::Number) => model::Type::Text,
        _ => kind.type_of(name).ok_or_else(|| unknown(kind, name))?,
    };
    let value = match raw {
        Raw::Json(json) => ty.read(json)?,
        Raw::Merge(json) => ty.merge(present.get(name), json)?,
        Raw::Text(text) => ty.parse(text)?,
    };
    let text = || value.as_ref().and_then(Value::as_text).map(str::to_string);
    Ok(match common {
        Some(Common::Title) => Read::Title(text()),
        Some(Common::State) => Read::State(text()),
        Some(Common::Number) => Read::Number(text()),
        None => Read::Field(value),
    })
}

fn unknown(kind: &Kind, name: &str) -> String {
    format!("{} has no such field{}", kind.label.to_lowercase(), suggest::hint(name, kind.names()))
}

/// The draft of a new record: defaults, then what came in, then whose it is.
pub fn create(kind: &Kind, typed: Typed, actor: &Actor, state: &str) -> Draft {
    let mut fields: Fields =
        kind.fields.iter().filter_map(|field| Some((field.name.clone(), field.default.clone()?))).collect();
    apply(&mut fields, typed.fields);
    if let Some(customer) = &actor.customer {
        // A customer's person writes for that customer and for nobody else.
        if let Some(field) = kind.customer_field {
            fields.insert(field.into(), Value::text(customer));
        }
    }
    if kind.has_field("requester") && !fields.contains_key("requester") && actor.email.contains('@') {
        fields.insert("requester".into(), Value::text(&actor.email));
    }
    let title = typed.title.flatten().unwrap_or_default();
    Draft { title, state: state.into(), fields }
}

pub fn edit(before: &Record, typed: Typed) -> Draft {
    let mut fields = before.fields.clone();
    apply(&mut fields, typed.fields);
    let title = typed.title.map_or_else(|| before.title.clone(), Option::unwrap_or_default);
    Draft { title, state: before.state.clone(), fields }
}

fn apply(fields: &mut Fields, changes: BTreeMap<String, Option<Value>>) {
    for (name, value) in changes {
        match value {
            Some(value) => drop(fields.insert(name, value)),
            None => drop(fields.remove(&name)),
        }
    }
}

/// The title of a record that gives none: its first telling field, in one line of at most 120 letters.
pub fn derived_title(kind: &Kind, fields: &Fields) -> Option<String> {
    let text = kind.titled_by.iter().find_map(|name| {
        let value = fields.get(*name)?;
        let text = match value {
            Value::Text(text) => text.clone(),
            other => kind.find(name)?.ty.print(other),
        };
        Some(text.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty())
    })?;
    let short: String = text.chars().take(120).collect();
    Some(if short.len() < text.len() { format!("{}…", short.trim_end()) } else { short })
}

/// Refuses what would change a field that rules, acts and the program's own jobs fill alone.
pub fn derived(kind: &Kind, actor: &Actor, typed: &Typed, present: &Fields) -> Vec<FieldError> {
    if actor.via == Via::Job && !model::types::is_mail(&actor.email) {
        return Vec::new();
    }
    let changes = |(name, value): &(&String, &Option<Value>)| present.get(*name) != value.as_ref();
    let derived = |name: &String| kind.find(name).is_some_and(|field| field.derived);
    let given = typed.fields.iter().filter(|(name, _)| derived(name)).filter(changes);
    given.map(|(name, _)| FieldError::new(name, "is filled in by itself and cannot be written")).collect()
}

/// Longest reason of a decision, in characters.
const REASON_MAX: usize = 2_000;

/// # Errors
/// A sentence for a reason that is too long.
pub fn reason(text: &str) -> Result<String, FieldError> {
    let text = text.trim().replace('\0', "");
    match text.chars().count() {
        0..=REASON_MAX => Ok(text),
        length => Err(FieldError::new("reason", format!("has {length} characters, {REASON_MAX} at most"))),
    }
}

/// Refuses to give a field to an actor who may not see it.
pub fn hidden(kind: &Kind, actor: &Actor, input: &Input) -> Vec<FieldError> {
    if actor.customer.is_none() {
        return Vec::new();
    }
    let internal = |name: &&String| kind.find(name).is_some_and(|field| field.internal);
    input.fields.keys().filter(internal).map(|name| FieldError::new(name, unknown(kind, name))).collect()
}

/// The moment of an act, never before the record's last one: entries of a record stand in order.
pub fn act_time(now: Moment, before: Option<&Record>) -> Moment {
    before.map_or(now, |record| now.max(record.changed))
}
