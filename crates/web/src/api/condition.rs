//! Conditions on versions (RFC 9110 section 13) and keys that make a repeated write one write.

use axum::http::{HeaderMap, StatusCode, header};
use desk::Shown;
use model::Moment;

use crate::Refused;

/// Which version a write is meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    Unsaid,
    /// `*`: whichever there is.
    Any,
    /// One of these; a tag that was never one of ours matches nothing.
    Versions(Vec<i64>),
}

/// The tag of a record as it is now.
pub fn tag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The tag of a record as it was: never equal to one that a write may name.
pub fn past_tag(shown: &Shown, as_of: Moment) -> String {
    format!("\"{}@{}\"", shown.version(), as_of.0)
}

/// # Errors
/// 400 for a header that is no list of tags.
pub fn if_match(headers: &HeaderMap) -> Result<Match, Refused> {
    let Some(tags) = tags(headers, "if-match")? else { return Ok(Match::Unsaid) };
    if tags.iter().any(|tag| tag == "*") {
        return Ok(Match::Any);
    }
    // RFC 9110 section 13.1.1: weak tags never match here.
    Ok(Match::Versions(tags.iter().filter_map(|tag| tag.trim_matches('"').parse().ok()).collect()))
}

/// Whether the caller has this version already (RFC 9110 section 13.1.2; weak comparison).
///
/// # Errors
/// As [`if_match`].
pub fn is_known(headers: &HeaderMap, tag: &str) -> Result<bool, Refused> {
    let tags = tags(headers, "if-none-match")?.unwrap_or_default();
    Ok(tags.iter().any(|known| known == "*" || known.trim_start_matches("W/") == tag))
}

fn tags(headers: &HeaderMap, name: &str) -> Result<Option<Vec<String>>, Refused> {
    let mut tags = Vec::new();
    for value in headers.get_all(name) {
        let text = value.to_str().map_err(|_| malformed(name))?;
        tags.extend(text.split(',').map(|tag| tag.trim().to_string()).filter(|tag| !tag.is_empty()));
    }
    if tags.is_empty() && headers.contains_key(name) {
        return Err(malformed(name));
    }
    Ok((!tags.is_empty()).then_some(tags))
}

fn malformed(name: &str) -> Refused {
    let name = if name == "if-match" { "If-Match" } else { "If-None-Match" };
    Refused::new(StatusCode::BAD_REQUEST, format!("{name} needs the ETag of the record, such as {name}: \"3\"."))
}

/// The key under which a repeated write is the same write; `None` when the caller sent none.
///
/// # Errors
/// 400 for a key that is empty, too long or unprintable.
pub fn key(headers: &HeaderMap) -> Result<Option<String>, Refused> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default().trim().trim_matches('"');
    if key.is_empty() || key.len() > KEY_MAX || headers.get_all("idempotency-key").iter().count() > 1 {
        let why = format!("Idempotency-Key needs one text of at most {KEY_MAX} printable characters, such as a UUID.");
        return Err(Refused::new(StatusCode::BAD_REQUEST, why));
    }
    Ok(Some(key.to_string()))
}

const KEY_MAX: usize = 200;

/// The answer to a write that names no version.
pub fn required() -> Refused {
    Refused::new(
        StatusCode::PRECONDITION_REQUIRED,
        "Say which version you mean: read the record and send its ETag as If-Match, or If-Match: * for whichever there is.",
    )
    .with_header(header::CACHE_CONTROL, "no-store")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Option<Match> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("if-match", value.parse().expect("a header"));
        }
        if_match(&headers).ok()
    }

    #[test]
    fn tags_come_quoted_listed_and_starred() {
        assert_eq!(read(&[]), Some(Match::Unsaid));
        assert_eq!(read(&["\"3\""]), Some(Match::Versions(vec![3])));
        assert_eq!(read(&["\"3\", \"5\"", "\"x\""]), Some(Match::Versions(vec![3, 5])));
        assert_eq!(read(&["3"]), Some(Match::Versions(vec![3])));
        assert_eq!(read(&["W/\"3\""]), Some(Match::Versions(vec![])));
        assert_eq!(read(&["\"3@1764000000000\""]), Some(Match::Versions(vec![])));
        assert_eq!(read(&["*"]), Some(Match::Any));
        assert_eq!(read(&[" , "]), None);
    }
}
