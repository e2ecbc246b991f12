//! The declarations as JSON: the one answer of `plumbline kinds --json` and of `GET /api/v1/kinds`.

use serde_json::{Map, Value as Json, json};

use crate::{
    catalog::Catalog,
    field::{Common, Field},
    kind::Kind,
    types::Type,
};

/// All kinds in reading order, the organisation's own fields included.
pub fn catalog(catalog: &Catalog) -> Json {
    catalog.kinds().iter().map(kind).collect()
}

/// One kind: names, prefix of its numbers, clauses, fields, states, transitions and names of links.
pub fn kind(kind: &Kind) -> Json {
    let lifecycle = &kind.lifecycle;
    let links =
        kind.links.iter().map(|link| json!({"type": link.name, "label": link.label, "back": link.back, "to": link.to}));
    json!({
        "name": kind.name,
        "plural": kind.plural,
        "label": kind.label,
        "labels": kind.labels,
        "prefix": kind.prefix,
        "about": kind.about,
        "area": kind.area.label(),
        "clause": kind.clauses.first(),
        "clauses": kind.clauses,
        "fields": kind.fields.iter().map(field).collect::<Vec<_>>(),
        "states": lifecycle.states.iter().map(|state| json!({"name": state.name, "label": state.label, "phase": state.phase})).collect::<Vec<_>>(),
        "starts_in": lifecycle.start(),
        "transitions": lifecycle.steps.iter().map(|step| json!({"name": step.name, "label": step.label, "from": step.from, "to": step.to})).collect::<Vec<_>>(),
        "links": links.collect::<Vec<_>>(),
        "columns": kind.columns,
        "titled_by": kind.titled_by,
        "identified_by": kind.identity,
        "customer_field": kind.customer_field,
    })
}

/// One field. `required_when` lists the states in which it must be filled; flags that are absent mean "no".
pub fn field(field: &Field) -> Json {
    let mut parts = Map::new();
    parts.insert("name".into(), field.name.as_str().into());
    parts.insert("label".into(), field.label.as_str().into());
    put_type(&mut parts, &field.ty);
    parts.insert("required".into(), field.required.into());
    parts.insert("required_when".into(), json!(field.required_in));
    if !field.help.is_empty() {
        parts.insert("help".into(), field.help.as_str().into());
    }
    if !field.group.is_empty() {
        parts.insert("group".into(), field.group.into());
    }
    if let Some(common) = field.alias {
        let name = match common {
            Common::Number => "number",
            Common::Title => "title",
            Common::State => "state",
        };
        parts.insert("alias_of".into(), name.into());
    }
    if let Some(default) = &field.default {
        parts.insert("default".into(), default.to_json());
    }
    for (name, holds) in [
        ("indexed", field.indexed || field.column.is_some()),
        ("internal", field.internal),
        ("custom", field.custom),
        ("read_only", field.derived),
    ] {
        if holds {
            parts.insert(name.into(), true.into());
        }
    }
    Json::Object(parts)
}

fn put_type(parts: &mut Map<String, Json>, ty: &Type) {
    parts.insert("type".into(), ty.name().into());
    match ty {
        Type::Choice(choices) => {
            let names: Vec<&str> = choices.options.iter().map(|option| option.0.as_str()).collect();
            let labels: Map<String, Json> =
                choices.options.iter().map(|(name, label)| (name.clone(), label.as_str().into())).collect();
            parts.insert("choices".into(), json!(names));
            parts.insert("choice_labels".into(), Json::Object(labels));
            // Whether values beyond these are taken.
            parts.insert("open".into(), choices.open.into());
        }
        Type::Ref(refs) => {
            parts.insert("kinds".into(), json!(refs.kinds));
            if refs.or_text {
                parts.insert("or_text".into(), true.into());
            }
        }
        Type::List(of) => {
            let mut entry = Map::new();
            put_type(&mut entry, of);
            parts.insert("of".into(), Json::Object(entry));
        }
        Type::Parts(fields) => {
            parts.insert("parts".into(), fields.iter().map(field).collect());
        }
        _ => {}
    }
}
