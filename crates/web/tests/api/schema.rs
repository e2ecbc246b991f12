//! As much of JSON Schema 2020-12 as our document uses; a keyword that is not known here fails, so that nothing goes
//! unchecked.

use serde_json::Value as Json;

/// Keywords that say something to people and nothing to a checker.
const WORDS: [&str; 7] = ["title", "description", "examples", "default", "contentMediaType", "x-kinds", "example"];

/// Everything about `value` that the schema does not allow, each with its place.
pub fn faults(document: &Json, schema: &Json, value: &Json) -> Vec<String> {
    let mut faults = Vec::new();
    check(document, schema, value, "", &mut faults);
    faults
}

fn check(document: &Json, schema: &Json, value: &Json, place: &str, faults: &mut Vec<String>) {
    let keywords = schema.as_object().unwrap_or_else(|| panic!("{place}: a schema is an object, not {schema}"));
    for (keyword, told) in keywords {
        let fault = match keyword.as_str() {
            "$ref" => {
                let path = told.as_str().expect("a path").trim_start_matches('#');
                let target = document.pointer(path).unwrap_or_else(|| panic!("{place}: {told} leads nowhere"));
                check(document, target, value, place, faults);
                None
            }
            "type" => (!types(told).iter().any(|ty| is(ty, value))).then(|| format!("is not {told}")),
            "const" => (told != value).then(|| format!("is not {told}")),
            "enum" => (!told.as_array().expect("a list").contains(value)).then(|| format!("is none of {told}")),
            "format" => value.as_str().filter(|text| !has_format(told, text)).map(|_| format!("is no {told}")),
            "minimum" => value
                .as_f64()
                .filter(|number| *number < told.as_f64().expect("a number"))
                .map(|_| "is too small".into()),
            "maxLength" => {
                let most = told.as_u64().expect("a number") as usize;
                value.as_str().filter(|text| text.chars().count() > most).map(|_| "is too long".into())
            }
            "required" => {
                let names = told.as_array().expect("a list").iter().filter_map(Json::as_str);
                let missing = |name: &&str| value.is_object() && value.get(*name).is_none();
                names.into_iter().find(missing).map(|name| format!("lacks {name}"))
            }
            "properties" => {
                for (name, part) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = told.get(name) {
                        check(document, schema, part, &format!("{place}/{name}"), faults);
                    }
                }
                None
            }
            "additionalProperties" => {
                let known = &schema["properties"];
                for (name, part) in
                    value.as_object().into_iter().flatten().filter(|(name, _)| known.get(name).is_none())
                {
                    match told {
                        Json::Bool(true) => {}
                        Json::Bool(false) => faults.push(format!("{place}/{name} is not known")),
                        schema => check(document, schema, part, &format!("{place}/{name}"), faults),
                    }
                }
                None
            }
            "items" => {
                for (at, entry) in value.as_array().into_iter().flatten().enumerate() {
                    check(document, told, entry, &format!("{place}/{at}"), faults);
                }
                None
            }
            "allOf" => {
                for schema in told.as_array().expect("a list") {
                    check(document, schema, value, place, faults);
                }
                None
            }
            "anyOf" => {
                let fits = |schema: &Json| self::faults(document, schema, value).is_empty();
                (!told.as_array().expect("a list").iter().any(fits)).then(|| format!("fits none of {told}"))
            }
            word if word == "pattern" || WORDS.contains(&word) => None,
            other => panic!("{place}: the keyword {other} is not known to this test"),
        };
        faults.extend(fault.map(|fault| format!("{place} {fault}: {value}")));
    }
}

fn types(told: &Json) -> Vec<&str> {
    match told {
        Json::String(one) => vec![one],
        many => many.as_array().expect("a list of types").iter().filter_map(Json::as_str).collect(),
    }
}

fn is(ty: &str, value: &Json) -> bool {
    match ty {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is no type"),
    }
}

fn has_format(told: &Json, text: &str) -> bool {
    match told.as_str().expect("a format") {
        "date" => text.parse::<model::Date>().is_ok(),
        "date-time" => text.len() > 10 && model::Moment::parse(text).is_some(),
        "email" => model::types::is_mail(text),
        "uri-reference" => text.starts_with('/'),
        "uri" => text.contains(':'),
        other => panic!("{other} is no format that this test knows"),
    }
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let document = serde_json::json!({"components": {"schemas": {"A": {"type": "object", "required": ["b"], "properties":
        {"b": {"type": ["string", "null"], "format": "date"}, "c": {"enum": ["x"]}}, "additionalProperties": false}}}});
    let schema = serde_json::json!({"$ref": "#/components/schemas/A"});
    let faults = |value| faults(&document, &schema, &value).len();
    assert_eq!(faults(serde_json::json!({"b": "2026-11-12", "c": "x"})), 0);
    assert_eq!(faults(serde_json::json!({"b": "tomorrow", "c": "y", "d": 1})), 3);
    assert_eq!(faults(serde_json::json!({})), 1);
    assert_eq!(faults(serde_json::json!(7)), 1);
}
