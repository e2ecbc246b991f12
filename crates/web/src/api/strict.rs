//! JSON as a machine must write it: no name twice in one object, no bottomless nesting; what is wrong is told with its place.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

/// Deepest nesting, far beyond what any field holds.
pub const DEPTH: usize = 32;

/// Reads a whole body.
///
/// # Errors
/// A sentence with line and column.
pub fn read(bytes: &[u8]) -> Result<Json, String> {
    // Some programs on Windows begin every file with this mark (RFC 8259 section 8.1 lets us pass over it).
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(format!("The JSON is not UTF-8: byte {} does not belong there.", error.valid_up_to() + 1));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let json = Level(DEPTH).deserialize(&mut reader).map_err(|error| sentence(&error))?;
    reader.end().map_err(|error| sentence(&error))?;
    Ok(json)
}

fn sentence(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    format!("The JSON cannot be read, line {line}, column {column}: {words}.")
}

/// How many levels may still be opened.
#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn below<E: Error>(self) -> Result<Level, E> {
        let left = self.0.checked_sub(1);
        left.map(Level).ok_or_else(|| E::custom(format!("nested deeper than {DEPTH} levels")))
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Json;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Json, E> {
        Number::from_f64(number).map(Json::Number).ok_or_else(|| E::custom("this number is out of range"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Json, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Json, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element_seed(below)? {
            list.push(entry);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut parts: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut object = Map::new();
        while let Some(name) = parts.next_key::<String>()? {
            if object.contains_key(&name) {
                let shown: String = name.chars().take(60).collect();
                return Err(A::Error::custom(format!("the name \"{shown}\" stands twice in one object")));
            }
            let part = parts.next_value_seed(below)?;
            object.insert(name, part);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        read(text.as_bytes()).expect_err(text)
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        assert_eq!(
            refused("{\"title\": \"a\",\n \"title\": \"b\"}"),
            "The JSON cannot be read, line 2, column 8: the name \"title\" stands twice in one object."
        );
        assert!(refused("{\"a\": }").contains("line 1, column 7"));
        assert!(refused("{} {}").contains("trailing characters"));
        assert!(refused("").contains("EOF"));
        assert!(refused("{\"a\": 1e999}").contains("out of range"));
        assert!(refused("{\"a\": \"\\ud800\"}").contains("hex escape"));
        assert!(read(b"{\"a\": \"\xff\"}").expect_err("not UTF-8").contains("byte 8"));
    }

    #[test]
    fn nesting_has_a_bottom() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(nested(DEPTH).as_bytes()).is_ok());
        assert!(refused(&nested(DEPTH + 1)).contains("nested deeper"));
        assert!(refused(&nested(1_000_000)).contains("nested deeper"));
    }

    #[test]
    fn everything_else_comes_in_as_it_is() {
        let text = r#"{"b":[1,-2,0.5,true,null,"a\u0000é"],"a":{}}"#;
        let json = read(text.as_bytes()).expect("it reads");
        assert_eq!(json, serde_json::from_str::<Json>(text).expect("it reads"));
    }
}
