//! How long files and functions may be: a page is what one can hold in mind.

use super::{
    none,
    source::{self, Rust, line_of},
};

/// Lines of a file.
const FILE: usize = 600;
/// Lines of a function, from its name to its closing brace.
const FUNCTION: usize = 70;

#[test]
fn no_file_is_longer_than_six_hundred_lines() {
    let files = source::files(&["rs", "js", "css", "html"]);
    let long = files.into_iter().filter(|file| file.path.starts_with("crates/"));
    let long = long.filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > FILE).then(|| format!("{}: {lines} lines, {FILE} at most: split it", file.path))
    });
    none("Files hold one thing.", long.collect());
}

#[test]
fn no_function_is_longer_than_seventy_lines() {
    let mut long = Vec::new();
    let mut seen = 0;
    for file in source::rust() {
        for (name, line, lines) in functions(&file) {
            seen += 1;
            if lines > FUNCTION {
                long.push(format!("{}:{line}: {name} has {lines} lines, {FUNCTION} at most", file.path));
            }
        }
    }
    assert!(seen > 1_000, "only {seen} functions were found");
    none("Functions fit on a page.", long);
}

/// Name, first line and number of lines of each function with a body.
fn functions(file: &Rust) -> Vec<(String, usize, usize)> {
    let code = &file.code;
    let starts = code.match_indices("fn ").filter(|(at, _)| {
        let before = code[..*at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    });
    let function = |(at, _): (usize, &str)| {
        let name: String =
            code[at + 3..].chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        let (first, last) = (line_of(code, at), line_of(code, body_end(code, at)?));
        (!name.is_empty()).then_some((name, first, last - first + 1))
    };
    starts.filter_map(function).collect()
}

/// Where the body of what begins here ends; `None` where a semicolon comes instead of a body.
fn body_end(code: &str, from: usize) -> Option<usize> {
    let (mut round, mut braces) = (0i32, 0i32);
    for (at, letter) in code[from..].char_indices() {
        match letter {
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            ';' if round == 0 && braces == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces == 0 {
                    return Some(from + at);
                }
            }
            _ => {}
        }
    }
    None
}

#[test]
fn functions_are_measured() {
    let text = "fn one() -> [u8; 2] {\n    \"}\";\n    [1, 2]\n}\ntrait T { fn none(&self); }\npub async fn two() {}\n";
    let file = Rust::new(source::File { path: "a.rs".into(), text: text.into() });
    assert_eq!(functions(&file), [("one".to_string(), 1, 4), ("two".to_string(), 6, 1)]);
}
