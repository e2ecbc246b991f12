//! Every record type and field of the fact base is declared, in the shape that its records have.
//!
//! `data/records.json` is a copy of the fact base's file of shapes.

use model::{Choices, Common, Field, Kind, Type};
use serde_json::{Map, Value as Json, json};

fn shapes() -> Map<String, Json> {
    let file: Json = serde_json::from_str(include_str!("../data/records.json")).expect("a JSON file");
    file["kinds"].as_object().expect("kinds").clone()
}

#[test]
fn all_record_types_are_declared_with_their_prefix_states_and_links() {
    let (catalog, shapes) = (kinds::catalog(), shapes());
    assert_eq!(shapes.len(), 82);
    for (name, shape) in &shapes {
        let kind = catalog.find(name).unwrap_or_else(|| panic!("{name} is not declared"));
        assert_eq!(texts(&shape["prefix"]), [kind.prefix], "{name}");
        for state in texts(&shape["states"]) {
            assert!(kind.lifecycle.find(&state).is_some(), "{name} has no state {state}");
        }
        for link in shape["links"].as_object().expect("links").keys() {
            assert!(kind.links.iter().any(|known| known.name == *link), "{name} has no link {link}");
        }
    }
}

#[test]
fn all_fields_have_the_shape_of_the_records() {
    let catalog = kinds::catalog();
    let mut faults = Vec::new();
    for (name, shape) in &shapes() {
        let Some(kind) = catalog.find(name) else { continue };
        for (field, shape) in shape["fields"].as_object().expect("fields") {
            match kind.find(field) {
                None => faults.push(format!("{name}.{field} is not declared")),
                Some(declared) => {
                    if let Err(why) = fits_field(kind, declared, shape) {
                        faults.push(format!("{name}.{field}: {why}"));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Not only the declaration fits: values of that shape are really taken, and come back as they were.
#[test]
fn values_of_every_shape_are_taken() {
    let catalog = kinds::catalog();
    for (name, shape) in &shapes() {
        let Some(kind) = catalog.find(name) else { continue };
        for (field, shape) in shape["fields"].as_object().expect("fields") {
            for sample in samples(shape) {
                let ty = kind.type_of(field).expect("a type");
                let value = ty.read(&sample).unwrap_or_else(|why| panic!("{name}.{field}: {sample}: {why}"));
                let value = value.expect("a value");
                assert_eq!(value.to_json(), sample, "{name}.{field}");
                assert_eq!(ty.load(&ty.store(&value)), Some(value), "{name}.{field} from the store");
            }
        }
    }
}

fn fits_field(kind: &Kind, field: &Field, shape: &Json) -> Result<(), String> {
    match (shape, field.alias) {
        (Json::String(text), Some(Common::Number)) if text == "the number" => Ok(()),
        (Json::String(text), Some(Common::Title)) if text == "text" => Ok(()),
        (Json::String(text), Some(Common::State)) if text == "the state" => Ok(()),
        (Json::Object(parts), Some(Common::State)) if parts.contains_key("one of") => {
            let unknown = texts(&parts["one of"]).into_iter().find(|state| kind.lifecycle.find(state).is_none());
            unknown.map_or(Ok(()), |state| Err(format!("{state} is no state")))
        }
        (_, None) => fits(shape, &field.ty),
        _ => Err(format!("is not meant to be {:?}", field.alias)),
    }
}

fn fits(shape: &Json, ty: &Type) -> Result<(), String> {
    let ok = match (shape, ty) {
        (Json::String(text), _) => fits_word(text, ty),
        (Json::Object(parts), Type::Choice(choices)) if parts.contains_key("one of") => {
            return knows(&texts(&parts["one of"]), choices);
        }
        // Where records only ever state that there is none, the field is a text.
        (Json::Object(parts), Type::Text | Type::LongText) if parts.contains_key("one of") => {
            texts(&parts["one of"]).len() == 1
        }
        (Json::Object(parts), Type::Ref(refs)) if parts.contains_key("one of") => refs.or_text,
        (Json::Object(parts), Type::List(of)) if parts.contains_key("list of") => return fits(&parts["list of"], of),
        (Json::Object(parts), Type::Parts(_)) if parts.contains_key("map of") => true,
        (Json::Object(parts), Type::Parts(fields)) => {
            for (name, shape) in parts {
                let field = fields.iter().find(|field| field.name == *name).ok_or(format!("part {name} is missing"))?;
                fits(shape, &field.ty).map_err(|why| format!("{name}: {why}"))?;
            }
            true
        }
        _ => false,
    };
    if ok { Ok(()) } else { Err(format!("{shape} is declared as {}", ty.name())) }
}

fn fits_word(shape: &str, ty: &Type) -> bool {
    match (shape, ty) {
        ("unknown", _) => true,
        ("text", Type::Text | Type::LongText | Type::Period) => true,
        ("text", Type::Choice(choices)) => choices.open || choices.options.len() > 1,
        ("text", Type::Ref(refs)) => refs.or_text,
        ("number", ty) => ty.is_numeric(),
        ("flag", Type::Flag) | ("date", Type::Date) | ("instant", Type::Instant) | ("person", Type::Person) => true,
        ("month" | "month or text", Type::Period) | ("mixed", Type::Mixed) => true,
        (refs, Type::Ref(declared)) => {
            let (names, or_text) = refs.strip_suffix(" or text").map_or((refs, false), |names| (names, true));
            let Some(names) = names.strip_prefix("ref:") else { return false };
            let known = |name: &str| declared.kinds.is_empty() || declared.kinds.contains(&name);
            names.split('|').all(known) && (!or_text || declared.or_text)
        }
        _ => false,
    }
}

fn knows(values: &[String], choices: &Choices) -> Result<(), String> {
    let unknown = values.iter().find(|value| choices.options.iter().all(|option| option.0 != **value));
    unknown.map_or(Ok(()), |value| Err(format!("{value} is not among the choices")))
}

fn texts(list: &Json) -> Vec<String> {
    let entries = list.as_array().map(Vec::as_slice).unwrap_or_default();
    entries.iter().filter_map(Json::as_str).map(str::to_string).collect()
}

/// Values as a line would hold them.
fn samples(shape: &Json) -> Vec<Json> {
    match shape {
        Json::String(word) => match word.as_str() {
            "number" => vec![json!(3), json!(99.5), json!(0)],
            "flag" => vec![json!(true), json!(false)],
            "date" => vec![json!("2026-01-05")],
            "instant" => vec![json!("2026-11-12T07:14:00Z")],
            "person" => vec![json!("ines@tidewell.example")],
            "month" => vec![json!("2025-08")],
            "month or text" => vec![json!("2025-08"), json!("2025-Q2"), json!("first year")],
            "mixed" => vec![json!("words"), json!(["a", "b"]), json!({"controlled": ["server"], "exempt": []})],
            "text" => vec![json!("Some words")],
            reference if reference.starts_with("ref:") => vec![json!("X-1")],
            // States and numbers are not stored as fields.
            _ => vec![],
        },
        Json::Object(parts) => match (parts.get("one of"), parts.get("list of"), parts.get("map of")) {
            (Some(values), ..) => texts(values).into_iter().map(Json::String).collect(),
            (_, Some(of), _) => vec![Json::Array(samples(of)), json!([]), json!(["none"])],
            (.., Some(of)) => vec![json!({"any": samples(of)[0]})],
            _ => {
                let first = |(name, shape): (&String, &Json)| Some((name.clone(), samples(shape).into_iter().next()?));
                vec![Json::Object(parts.iter().filter_map(first).collect())]
            }
        },
        _ => vec![],
    }
}
