//! Canonical JSON (RFC 8785) of journal entries, leaf hashes (RFC 6962) and salted commitments (RFC 9901).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// The canonical bytes. Entries hold no fractions (numbers stand as texts), so whole numbers are all that is met here.
pub fn bytes(json: &Json) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(json, &mut out);
    out
}

fn write(json: &Json, out: &mut Vec<u8>) {
    match json {
        Json::Object(parts) => {
            let mut names: Vec<&String> = parts.keys().collect();
            // RFC 8785 3.2.3: by UTF-16 code units, not by bytes.
            names.sort_by(|left, right| left.encode_utf16().cmp(right.encode_utf16()));
            out.push(b'{');
            for (at, name) in names.into_iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                text(name, out);
                out.push(b':');
                write(&parts[name], out);
            }
            out.push(b'}');
        }
        Json::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Json::String(value) => text(value, out),
        other => out.extend_from_slice(other.to_string().as_bytes()),
    }
}

/// RFC 8785 3.2.2.2 escapes exactly what JSON must escape, in lower-case hexadecimal, as serde_json does.
fn text(value: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(Json::from(value).to_string().as_bytes());
}

/// RFC 6962 2.1: the hash of a leaf is over 0x00 and its bytes.
pub fn leaf(bytes: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update([0u8]).chain_update(bytes).finalize().into()
}

/// A UUID made of what it names, marked as version 5 as RFC 9562 has those that are made of a name.
pub fn uuid(names: &[&str]) -> String {
    let mut digest = Sha256::new();
    for name in names {
        digest.update(name);
        digest.update([0]);
    }
    let mut bytes = [0u8; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = hex(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// RFC 9901 4.2.1: base64url of `[salt, name, value]`. Kept beside the entry and deleted to erase the value.
pub fn disclosure(salt: [u8; 16], name: &str, value: &Json) -> String {
    let salted = Json::Array(vec![URL_SAFE_NO_PAD.encode(salt).into(), name.into(), value.clone()]);
    URL_SAFE_NO_PAD.encode(salted.to_string())
}

/// What stands in the entry instead of the value.
pub fn commitment(disclosure: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(disclosure.as_bytes()))
}

/// The value inside a disclosure.
pub fn disclosed(disclosure: &str) -> Option<Json> {
    let text = URL_SAFE_NO_PAD.decode(disclosure).ok()?;
    match serde_json::from_slice(&text).ok()? {
        Json::Array(mut parts) if parts.len() == 3 => parts.pop(),
        _ => None,
    }
}

/// Lower-case hexadecimal, as hashes stand in entries.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_the_order_of_rfc_8785() {
        let json = serde_json::json!({"\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis"});
        let text = String::from_utf8(bytes(&json)).unwrap();
        let order: Vec<usize> = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"]
            .iter()
            .map(|word| text.find(word).unwrap())
            .collect();
        assert!(order.is_sorted(), "{text}");
    }

    #[test]
    fn a_disclosure_opens_and_its_commitment_is_its_hash() {
        let value = serde_json::json!("Ines said so");
        let open = disclosure([7; 16], "note", &value);
        assert_eq!(disclosed(&open), Some(value));
        assert_eq!(commitment(&open).len(), 43);
        assert_ne!(commitment(&open), commitment(&disclosure([8; 16], "note", &serde_json::json!("Ines said so"))));
    }
}
