//! The project's files as the rules look at them: text, and for Rust the code without its words and the words alone.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// One file, its path relative to the project with `/`.
pub struct File {
    pub path: String,
    pub text: String,
}

/// A Rust file taken apart. `code` has blanks for comments and literals, and the same lines as the text.
pub struct Rust {
    pub path: String,
    pub text: String,
    pub code: String,
    /// Text literals with the line that each begins in, counted from 1.
    pub literals: Vec<(usize, String)>,
}

/// Folders with nothing of ours in them.
const FOREIGN: [&str; 7] = [".git", "target", "plumbline-data", "node_modules", "shots", "vendor", "fonts"];

/// The project's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two folders below the project").to_path_buf()
}

/// Every file with one of these endings, in the order of their paths; all of them for none.
pub fn files(endings: &[&str]) -> Vec<File> {
    let (root, mut found) = (root(), Vec::new());
    walk(&root, &root, endings, &mut found);
    found.sort_by(|left, right| left.path.cmp(&right.path));
    assert!(!found.is_empty(), "there are no files {endings:?}");
    found
}

pub fn rust() -> Vec<Rust> {
    files(&["rs"]).into_iter().map(Rust::new).collect()
}

fn walk(root: &Path, folder: &Path, endings: &[&str], found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if FOREIGN.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, endings, found);
            continue;
        }
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        if !endings.is_empty() && !endings.contains(&ending.as_ref()) {
            continue;
        }
        // What is no text (pictures, fonts, packed samples) has no rules.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let path = path.strip_prefix(root).expect("below the project").to_string_lossy().replace('\\', "/");
        found.push(File { path, text });
    }
}

impl Rust {
    pub fn new(file: File) -> Rust {
        let (code, literals) = taken_apart(&file.text);
        Rust { path: file.path, text: file.text, code, literals }
    }

    /// The line in which its own tests begin; behind the last one where it has none.
    pub fn tests_from(&self) -> usize {
        self.code.find("#[cfg(test)]\nmod tests {").map_or(usize::MAX, |at| line_of(&self.code, at))
    }

    /// Whether it is only there for tests.
    pub fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs") || self.path.ends_with("/sample.rs")
    }
}

/// The number of the line, counted from 1, in which a byte stands.
pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Code without comments and literals, and the text literals.
fn taken_apart(text: &str) -> (String, Vec<(usize, String)>) {
    let (mut code, mut literals) = (String::with_capacity(text.len()), Vec::new());
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some((length, inner)) = literal(rest, code.chars().next_back()) {
            literals.push((line_of(text, at), inner.to_string()));
            length
        } else if let Some(length) = character(rest) {
            length
        } else {
            let letter = rest.chars().next().expect("something is left");
            code.push(letter);
            at += letter.len_utf8();
            continue;
        };
        code.extend(rest[..length].chars().map(|letter| if letter == '\n' { '\n' } else { ' ' }));
        at += length;
    }
    (code, literals)
}

/// Length and content of a text literal that begins here, raw ones included.
fn literal(rest: &str, before: Option<char>) -> Option<(usize, &str)> {
    if let Some(raw) = rest.strip_prefix('r').filter(|_| !before.is_some_and(|c| c.is_alphanumeric() || c == '_')) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inner = raw[hashes..].strip_prefix('"')?;
        let end = inner.find(&format!("\"{}", "#".repeat(hashes)))?;
        return Some((1 + hashes + 1 + end + 1 + hashes, &inner[..end]));
    }
    let inner = rest.strip_prefix('"')?;
    let mut escaped = false;
    for (at, letter) in inner.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some((at + 2, &inner[..at])),
            _ => {}
        }
    }
    None
}

/// Length of a character literal that begins here; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    if inner.starts_with('\\') {
        return inner[2..].find('\'').map(|end| end + 4);
    }
    let letter = inner.chars().next()?;
    inner[letter.len_utf8()..].starts_with('\'').then(|| letter.len_utf8() + 2)
}

#[test]
fn words_are_told_from_code() {
    let text = "let a = \"{ // \\\" }\"; // {\nlet b = r#\"{\"#; let c = '{'; let d: &'a str = '\\'' /* } */ ;";
    let (code, literals) = taken_apart(text);
    assert!(!code.contains(['{', '}']), "{code}");
    assert_eq!(code.lines().count(), 2);
    assert_eq!(literals, [(1, "{ // \\\" }".to_string()), (2, "{".to_string())]);
    assert!(code.contains("&'a str"));
}
