//! HTML that stands for itself: no script, no file beside it, readable on paper.

use std::fmt::Write;

/// Text as it may stand in HTML, between tags and in attributes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

/// A text as it may stand in an address (RFC 3986).
pub fn address(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

/// The start of a page, with everything that makes it readable.
pub fn head(title: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{}</title><style>{STYLE}</style></head><body><main>\n",
        escaped(title)
    )
}

pub const FOOT: &str = "</main></body></html>\n";

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8886;--soft:#555;--ok:#0a6b3b;--warn:#7a4d00;--bad:#a3160f;\
--back:#fff;--text:#1b1d21;--link:#0b4fb3}\
@media(prefers-color-scheme:dark){:root{--soft:#b5b5b5;--ok:#6fd59b;--warn:#f0b95b;--bad:#ff9a92;\
--back:#14161a;--text:#e8e8e8;--link:#9cc0ff}}\
body{background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem}\
a,a:visited{color:var(--link)}h1{font-size:1.7rem;line-height:1.2;margin:0 0 .5rem}h2{font-size:1.25rem;margin:2.2rem 0 .5rem}\
h3{font-size:1.05rem;margin:1.5rem 0 .3rem}p{margin:.4rem 0}small,.soft{color:var(--soft)}\
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line)}\
th{font-weight:600}.n{text-align:right;white-space:nowrap}.s{white-space:nowrap;font-weight:600}\
.ok{color:var(--ok)}.warn{color:var(--warn)}.bad{color:var(--bad)}code{font-size:.85em;overflow-wrap:anywhere}\
article{border-top:2px solid var(--line);margin-top:2rem;padding-top:.5rem}\
@media print{body{margin:0;max-width:none;font-size:10pt}tr,article h3{break-inside:avoid}a{color:inherit}}";
