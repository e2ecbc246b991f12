//! Whether an entry of the journal is what it says: its bytes, its hash, and what is disclosed beside it. Needs no database.

use std::collections::HashSet;

use serde_json::Value as Json;

use crate::canonical;

/// What came of looking at one stored entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Looked {
    /// What its bytes say; `None` when they cannot be read.
    pub json: Option<Json>,
    /// What is wrong with it, to stand after its name: "is not in canonical form".
    pub fault: Option<&'static str>,
    /// Something that it commits to is disclosed no more: it was erased by right.
    pub is_erased: bool,
}

/// Looks at stored bytes, the hash (lower-case hexadecimal) that stands beside them, and the disclosures. An empty
/// disclosure stands where one was erased.
pub fn look<'d>(bytes: &[u8], leaf: &str, disclosures: impl IntoIterator<Item = &'d str>) -> Looked {
    let Ok(json) = serde_json::from_slice::<Json>(bytes) else {
        return Looked { json: None, fault: Some("cannot be read"), is_erased: false };
    };
    let opened = opened(&json, disclosures);
    let fault = if canonical::hex(&canonical::leaf(bytes)) != leaf {
        Some("is not what its hash says: it was changed")
    } else if canonical::bytes(&json) != bytes {
        Some("is not in canonical form")
    } else if opened.is_none() {
        Some("has words beside it that it does not commit to")
    } else {
        None
    };
    Looked { json: Some(json), fault, is_erased: opened == Some(false) }
}

/// Whether all commitments are disclosed; `None` when something is disclosed that was never committed to.
fn opened<'d>(json: &Json, disclosures: impl IntoIterator<Item = &'d str>) -> Option<bool> {
    let mut closed = HashSet::new();
    commitments(json, &mut closed);
    for open in disclosures.into_iter().filter(|open| !open.is_empty()) {
        if !closed.remove(&canonical::commitment(open)) {
            return None;
        }
    }
    Some(closed.is_empty())
}

fn commitments(json: &Json, found: &mut HashSet<String>) {
    match json {
        Json::Object(parts) => match parts.get("c").and_then(Json::as_str) {
            Some(closed) if parts.len() == 1 => drop(found.insert(closed.to_string())),
            _ => parts.values().for_each(|part| commitments(part, found)),
        },
        Json::Array(items) => items.iter().for_each(|item| commitments(item, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_changed_is_seen() {
        let open = canonical::disclosure([7; 16], "by", &"ines@tidewell.example".into());
        let json = serde_json::json!({"act": "edit", "by": {"c": canonical::commitment(&open)}});
        let bytes = canonical::bytes(&json);
        let leaf = canonical::hex(&canonical::leaf(&bytes));
        let whole = look(&bytes, &leaf, [open.as_str()]);
        assert_eq!((whole.fault, whole.is_erased), (None, false));
        let erased = look(&bytes, &leaf, [""]);
        assert_eq!((erased.fault, erased.is_erased), (None, true));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(look(&changed, &leaf, [open.as_str()]).fault.is_some(), "byte {at}");
        }
        let strange = canonical::disclosure([8; 16], "by", &"otto@tidewell.example".into());
        assert!(look(&bytes, &leaf, [strange.as_str()]).fault.is_some());
        let loose = br#"{ "act": "edit" }"#;
        let fault = look(loose, &canonical::hex(&canonical::leaf(loose)), []).fault;
        assert_eq!(fault, Some("is not in canonical form"));
    }
}
