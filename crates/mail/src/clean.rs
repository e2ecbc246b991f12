//! HTML of strangers: cleaned to a short list of tags before it is kept or shown, and turned into text.

use std::collections::{HashMap, HashSet};

/// Largest HTML that is cleaned, in bytes, and most tags in it; beyond, the text is shown and the message as it came.
const HTML_MAX: usize = 1_000_000;
const TAGS_MAX: usize = 20_000;
/// Deepest nesting that is cleaned: what a parser does with more grows with its square.
const DEPTH_MAX: usize = 200;

/// The HTML without anything that runs, loads from elsewhere or reaches out of its frame. `None` where it is too large
/// or too deep to be worth the risk.
///
/// Ammonia's default tags only: three ways around such cleaners in a year all needed `svg`, `math` or `style`. Pictures
/// of other servers go, because loading one tells the sender that and where a message is read.
pub fn html(dirty: &str) -> Option<String> {
    if dirty.len() > HTML_MAX || is_overdone(dirty) {
        return None;
    }
    let mut builder = ammonia::Builder::default();
    builder
        .rm_tags(["img"])
        .clean_content_tags(HashSet::from(["script", "style", "title", "head"]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_values(HashMap::from([("a", HashMap::from([("target", "_blank")]))]))
        .strip_comments(true);
    Some(builder.clean(dirty).to_string())
}

/// Counts tags and their depth without understanding them: too high a guess shows text in the place of HTML.
fn is_overdone(html: &str) -> bool {
    let (mut tags, mut depth, mut deepest) = (0usize, 0usize, 0usize);
    let bytes = html.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        if *byte != b'<' {
            continue;
        }
        match bytes.get(at + 1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(letter) if letter.is_ascii_alphabetic() => {
                tags += 1;
                if !is_empty_tag(&html[at + 1..]) {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
            }
            _ => {}
        }
    }
    tags > TAGS_MAX || deepest > DEPTH_MAX
}

/// Tags that hold nothing, and those that need no end.
fn is_empty_tag(rest: &str) -> bool {
    let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    matches!(
        name.as_str(),
        "br" | "img"
            | "hr"
            | "meta"
            | "link"
            | "input"
            | "col"
            | "area"
            | "base"
            | "wbr"
            | "p"
            | "li"
            | "td"
            | "tr"
            | "th"
            | "dt"
            | "dd"
    )
}

/// Text out of HTML, for notes, search and everybody who reads no HTML.
pub fn text_of(html: &str) -> String {
    let mut text = String::with_capacity(html.len() / 2);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        push_words(&mut text, &rest[..at]);
        rest = &rest[at..];
        let (tag, behind) = match rest.strip_prefix("<!--") {
            Some(inner) => ("", inner.find("-->").map_or("", |end| &inner[end + 3..])),
            None => match rest.find('>') {
                Some(end) => (&rest[1..end], &rest[end + 1..]),
                None => ("", ""),
            },
        };
        rest = behind;
        let ends = tag.starts_with('/');
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        match name.as_str() {
            "script" | "style" | "head" | "title" if !ends => rest = behind_end(rest, &name),
            "br" | "tr" | "hr" => push_break(&mut text, 1),
            "li" if !ends => {
                push_break(&mut text, 1);
                text.push_str("- ");
            }
            "p" | "div" | "table" | "ul" | "ol" | "blockquote" | "h1" | "h2" | "h3" | "h4" | "pre" => {
                push_break(&mut text, if name == "div" { 1 } else { 2 });
            }
            "td" | "th" if ends => text.push(' '),
            _ => {}
        }
    }
    push_words(&mut text, rest);
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_string()
}

/// What follows the end tag of this name; nothing where it never ends.
fn behind_end<'t>(rest: &'t str, name: &str) -> &'t str {
    let wanted = format!("</{name}");
    let bytes = rest.as_bytes();
    let found = (0..bytes.len().saturating_sub(wanted.len() - 1))
        .find(|at| bytes[*at] == b'<' && bytes[*at..*at + wanted.len()].eq_ignore_ascii_case(wanted.as_bytes()));
    found.and_then(|at| rest[at..].split_once('>')).map_or("", |(_, behind)| behind)
}

fn push_break(text: &mut String, lines: usize) {
    let ends = text.chars().rev().take_while(|letter| *letter == '\n').count();
    if !text.is_empty() {
        (ends..lines).for_each(|_| text.push('\n'));
    }
}

/// Blanks in HTML are one blank.
fn push_words(text: &mut String, words: &str) {
    let words = decoded(words);
    for letter in words.chars() {
        if letter.is_whitespace() && letter != '\u{a0}' {
            if !text.is_empty() && !text.ends_with([' ', '\n']) {
                text.push(' ');
            }
        } else {
            text.push(if letter == '\u{a0}' { ' ' } else { letter });
        }
    }
}

/// Named and numbered characters; what is not known stays as it is written.
fn decoded(words: &str) -> String {
    if !words.contains('&') {
        return words.to_string();
    }
    let mut text = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((end, character(&rest[1..end])?))) {
            Some((end, letter)) => {
                text.push(letter);
                rest = &rest[end + 1..];
            }
            None => {
                text.push('&');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|letter| !letter.is_control() || *letter == '\n');
    }
    let named = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", '\u{a0}'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("hellip", '…'),
        ("euro", '€'),
        ("auml", 'ä'),
        ("ouml", 'ö'),
        ("uuml", 'ü'),
        ("Auml", 'Ä'),
        ("Ouml", 'Ö'),
        ("Uuml", 'Ü'),
        ("szlig", 'ß'),
        ("eacute", 'é'),
        ("egrave", 'è'),
        ("agrave", 'à'),
        ("ccedil", 'ç'),
        ("copy", '©'),
        ("reg", '®'),
        ("laquo", '«'),
        ("raquo", '»'),
        ("bull", '•'),
        ("rsquo", '’'),
        ("lsquo", '‘'),
        ("rdquo", '”'),
        ("ldquo", '“'),
        ("middot", '·'),
        ("deg", '°'),
    ];
    named.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_runs_or_loads_is_left() {
        let dirty = "<p onclick=x()>Hi <script>alert(1)</script><img src=https://spy.example/p.gif><a href=\"javascript:x()\">a</a>\
                     <a href=https://x.example>b</a><svg><style><img src=x onerror=y></style></svg><iframe src=//x></iframe>\
                     <form action=/sign-out method=post><input name=csrf></form><base href=//evil.example></p>";
        let clean = html(dirty).expect("small enough");
        for gone in
            ["script", "onclick", "onerror", "img", "javascript:", "svg", "style", "iframe", "form", "base", "evil"]
        {
            assert!(!clean.contains(gone), "{gone} in {clean}");
        }
        assert!(clean.contains("href=\"https://x.example\"") && clean.contains("noopener"), "{clean}");
        assert_eq!(html(&clean).as_deref(), Some(clean.as_str()), "what is clean stays as it is");
    }

    #[test]
    fn what_is_too_large_or_too_deep_is_not_tried() {
        assert_eq!(html(&"<div>".repeat(100_000)), None);
        assert_eq!(html(&"x".repeat(HTML_MAX + 1)), None);
        assert_eq!(html(&"<b></b>".repeat(TAGS_MAX + 1)), None);
    }

    #[test]
    fn text_keeps_the_lines_that_a_reader_sees() {
        let text = text_of(
            "<html><head><style>p{}</style></head><body><p>Dear&nbsp;desk,</p><div>the <b>printer</b>\n fails.<br>Twice.</div>\
             <ul><li>jam</li><li>&#8364; 3 &lt; 4 &amp; so&unknown;</li></ul><!-- no --><script>var a='<p>';</script></body></html>",
        );
        assert_eq!(text, "Dear desk,\n\nthe printer fails.\nTwice.\n\n- jam\n- € 3 < 4 & so&unknown;");
        assert_eq!(text_of("<script>never ends"), "");
        assert_eq!(text_of("a < b"), "a");
    }
}
