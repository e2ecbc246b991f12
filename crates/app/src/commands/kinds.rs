//! `kinds`: every kind of record with its fields, states, transitions and links.

use clap::Args;
use model::{Field, Kind, Type};
use serde_json::{Map, Value as Json, json};

use super::{print, print_json};
use crate::Failure;

/// Show every kind of record
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  plumbline kinds
  plumbline kinds --json | jq '.[] | select(.name == \"incident\") | .fields[].name'")]
pub struct Kinds {
    /// With fields, choices, states, transitions and links, as JSON
    #[arg(long)]
    json: bool,
}

impl Kinds {
    pub fn run(self) -> Result<(), Failure> {
        let catalog = ::kinds::catalog();
        if self.json {
            return print_json(&catalog.kinds().iter().map(kind).collect());
        }
        let mut text = String::new();
        for kind in catalog.kinds() {
            let states: Vec<&str> = kind.lifecycle.states.iter().map(|state| state.name).collect();
            text += &format!(
                "{:<24} {:<6} {:<9} {}\n",
                kind.name,
                kind.prefix,
                kind.clauses.first().unwrap_or(&""),
                kind.about
            );
            text += &format!("{:<24} {}\n", "", states.join(", "));
        }
        print(&text)
    }
}

fn kind(kind: &Kind) -> Json {
    let states: Vec<Json> = kind
        .lifecycle
        .states
        .iter()
        .map(|state| json!({"name": state.name, "label": state.label, "phase": state.phase.name()}))
        .collect();
    let transitions: Vec<Json> = kind
        .lifecycle
        .steps
        .iter()
        .map(|step| json!({"name": step.name, "label": step.label, "from": step.from, "to": step.to}))
        .collect();
    let links: Vec<Json> = kind
        .links
        .iter()
        .map(|link| json!({"type": link.name, "label": link.label, "back": link.back, "to": link.to}))
        .collect();
    json!({
        "name": kind.name,
        "plural": kind.plural,
        "label": kind.label,
        "prefix": kind.prefix,
        "clause": kind.clauses.first(),
        "clauses": kind.clauses,
        "about": kind.about,
        "fields": kind.fields.iter().map(field).collect::<Vec<_>>(),
        "states": states,
        "transitions": transitions,
        "links": links,
    })
}

fn field(field: &Field) -> Json {
    let mut parts = Map::new();
    parts.insert("name".into(), field.name.as_str().into());
    parts.insert("label".into(), field.label.as_str().into());
    shape(&field.ty, &mut parts);
    parts.insert("required".into(), field.required.into());
    parts.insert("required_when".into(), json!(field.required_in));
    if let Some(alias) = field.alias {
        parts.insert("alias_of".into(), format!("{alias:?}").to_lowercase().into());
    }
    if !field.help.is_empty() {
        parts.insert("help".into(), field.help.as_str().into());
    }
    if field.internal {
        parts.insert("internal".into(), true.into());
    }
    Json::Object(parts)
}

/// The type, with what belongs to it: choices, kinds referred to, the type of entries, named parts.
fn shape(ty: &Type, parts: &mut Map<String, Json>) {
    parts.insert("type".into(), ty.name().into());
    match ty {
        Type::Choice(choices) => {
            let names: Vec<&str> = choices.options.iter().map(|(name, _)| name.as_str()).collect();
            parts.insert("choices".into(), json!(names));
            parts.insert("open".into(), choices.open.into());
        }
        Type::Ref(refs) => {
            parts.insert("kinds".into(), json!(refs.kinds));
        }
        Type::List(of) => {
            let mut entry = Map::new();
            shape(of, &mut entry);
            parts.insert("of".into(), Json::Object(entry));
        }
        Type::Parts(fields) => {
            parts.insert("parts".into(), fields.iter().map(field).collect());
        }
        _ => {}
    }
}
