//! Small languages that an organisation writes by hand: parts outside of quotation marks, and gaps that are filled; and how
//! a count is said.

/// Parts between a word, outside of quotation marks.
pub fn split(text: &str, word: &str) -> Vec<String> {
    let (mut parts, mut here, mut quoted) = (Vec::new(), String::new(), false);
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if !quoted && rest.starts_with(word) {
            parts.push(std::mem::take(&mut here));
            rest = &rest[word.len()..];
            continue;
        }
        quoted ^= letter == '"';
        here.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    parts.push(here);
    parts
}

/// A value without the quotation marks around it.
pub fn bare(value: &str) -> String {
    let value = value.trim();
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or(value).to_string()
}

/// `field = value`.
///
/// # Errors
/// A sentence for what is none.
pub fn set(part: &str) -> Result<(String, String), String> {
    let part = part.trim();
    let (name, value) = part.split_once('=').ok_or_else(|| format!("\"{part}\" is no field = value"))?;
    let name = name.trim();
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if name.is_empty() || !plain {
        return Err(format!("\"{name}\" is not the name of a field"));
    }
    Ok((name.into(), bare(value)))
}

/// A text with what stands for each `{{name}}` in it; a name that nothing stands for stays as it is written. What is filled in
/// is not read again.
pub fn filled(text: &str, value_of: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        match after.split_once("}}").and_then(|(name, behind)| Some((value_of(name.trim())?, behind))) {
            Some((value, behind)) => {
                filled.push_str(&value);
                rest = behind;
            }
            None => {
                filled.push_str("{{");
                rest = after;
            }
        }
    }
    filled + rest
}

/// The names that stand in a text as `{{name}}`.
pub fn gaps(text: &str) -> Vec<&str> {
    text.split("{{").skip(1).filter_map(|part| part.split_once("}}")).map(|(name, _)| name.trim()).collect()
}

/// A count with its noun: "1 finding", "3 findings". The one place that says so, for pages, mail and commands alike.
pub fn counted<N: std::fmt::Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let noun = if count == N::from(1) { one } else { many };
    format!("{count} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one() {
        let told = [0_i64, 1, 2].map(|count| counted(count, "finding", "findings"));
        assert_eq!(told, ["0 findings", "1 finding", "2 findings"]);
        assert_eq!(counted(1_usize, "entry", "entries"), "1 entry");
    }

    #[test]
    fn quotation_marks_hold_together_and_gaps_are_filled() {
        assert_eq!(split("a = \"x, y\", b = z", ","), ["a = \"x, y\"", " b = z"]);
        assert_eq!(set(" a = \"x, y\" "), Ok(("a".into(), "x, y".into())));
        assert_eq!(set("A = x"), Err("\"A\" is not the name of a field".into()));
        let known = |name: &str| (name != "other").then(|| format!("{{{{{name}}}}}").to_uppercase());
        assert_eq!(filled("{{a}}, {{ b }} of {{other}} {{ and {", known), "{{A}}, {{B}} of {{other}} {{ and {");
        assert_eq!(gaps("{{a}}, {{ b }} {{"), ["a", "b"]);
    }
}
