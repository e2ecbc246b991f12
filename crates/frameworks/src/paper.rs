//! Writing a tree as YAML: blocks, two spaces a level, quotes only where they are needed. Reading it again gives the same tree.

use crate::yaml::{Node, Value, is_certainly_text};

/// The document as text.
pub fn write(node: &Node) -> String {
    let mut out = String::new();
    match &node.value {
        Value::Map(pairs) if !pairs.is_empty() && node.tag.is_empty() => map(&mut out, pairs, 0, false),
        Value::List(entries) if !entries.is_empty() && node.tag.is_empty() => list(&mut out, entries, 0, false),
        _ => {
            out.push_str("---");
            value(&mut out, node, 0, 0);
        }
    }
    out
}

fn indent(out: &mut String, level: usize) {
    out.extend(std::iter::repeat_n(' ', level));
}

/// `begun`: the first line stands behind a dash already.
fn map(out: &mut String, pairs: &[(Node, Node)], level: usize, begun: bool) {
    for (place, (key, node)) in pairs.iter().enumerate() {
        if place > 0 || !begun {
            indent(out, level);
        }
        tag(out, key, "", " ");
        match &key.value {
            // A key that is nothing has quotes of no kind.
            Value::Plain(text) if text.is_empty() => out.push('~'),
            Value::Plain(text) => out.push_str(text),
            Value::Text(text) => out.push_str(&on_one_line(text)),
            Value::List(_) | Value::Map(_) => {}
        }
        out.push(':');
        value(out, node, level, level + 2);
    }
}

fn list(out: &mut String, entries: &[Node], level: usize, begun: bool) {
    for (place, node) in entries.iter().enumerate() {
        if place > 0 || !begun {
            indent(out, level);
        }
        out.push('-');
        match &node.value {
            Value::Map(pairs) if !pairs.is_empty() && node.tag.is_empty() => {
                out.push(' ');
                map(out, pairs, level + 2, true);
            }
            Value::List(entries) if !entries.is_empty() && node.tag.is_empty() => {
                out.push(' ');
                list(out, entries, level + 2, true);
            }
            _ => value(out, node, level + 2, level + 2),
        }
    }
}

fn tag(out: &mut String, node: &Node, before: &str, behind: &str) {
    if !node.tag.is_empty() {
        out.push_str(before);
        out.push_str(&node.tag);
        out.push_str(behind);
    }
}

/// What stands behind a key or a dash, to the end of its last line. Lists below a key stand as deep as the key.
fn value(out: &mut String, node: &Node, lists_at: usize, deeper: usize) {
    tag(out, node, " ", "");
    match &node.value {
        Value::Plain(text) if text.is_empty() => out.push('\n'),
        Value::Plain(text) => out.extend([" ", text, "\n"]),
        Value::Text(text) => self::text(out, text, deeper),
        Value::List(entries) if entries.is_empty() => out.push_str(" []\n"),
        Value::Map(pairs) if pairs.is_empty() => out.push_str(" {}\n"),
        Value::List(entries) => {
            out.push('\n');
            list(out, entries, if node.tag.is_empty() { lists_at } else { deeper }, false);
        }
        Value::Map(pairs) => {
            out.push('\n');
            map(out, pairs, deeper, false);
        }
    }
}

fn text(out: &mut String, text: &str, level: usize) {
    if !goes_as_block(text) {
        out.extend([" ", &on_one_line(text), "\n"]);
        return;
    }
    let body = text.trim_end_matches('\n');
    let ends = text.len() - body.len();
    out.push_str(match ends {
        0 => " |-\n",
        1 => " |\n",
        _ => " |+\n",
    });
    for line in body.split('\n') {
        if !line.is_empty() {
            indent(out, level);
            out.push_str(line);
        }
        out.push('\n');
    }
    out.extend(std::iter::repeat_n('\n', ends.saturating_sub(1)));
}

/// Several lines that a reader takes as they are (YAML 1.2.2 section 8.1): none begins the block with a space or is only spaces.
fn goes_as_block(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    let begins = body.chars().next().is_some_and(|letter| !letter.is_whitespace() && letter != '\u{feff}');
    text.contains('\n')
        && begins
        && text.chars().all(|letter| letter == '\n' || is_printed(letter))
        && text.split('\n').all(|line| line.is_empty() || !line.trim().is_empty())
}

/// Quoted, unless it says the same without.
fn on_one_line(text: &str) -> String {
    let is_bare = is_certainly_text(text)
        && text.chars().all(is_printed)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' ']);
    if is_bare {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            letter if is_printed(letter) => out.push(letter),
            letter if u32::from(letter) <= 0xff => out.push_str(&format!("\\x{:02x}", u32::from(letter))),
            letter if u32::from(letter) <= 0xffff => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => out.push_str(&format!("\\U{:08x}", u32::from(letter))),
        }
    }
    out.push('"');
    out
}

/// What every reader of YAML takes as it is; tabs are written otherwise, because some indent with them.
fn is_printed(letter: char) -> bool {
    matches!(letter, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}
