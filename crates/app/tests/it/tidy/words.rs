//! What files say first, and words that must not stand in them.

use super::{
    none,
    source::{self, line_of},
};

/// Last words of names that only say that nobody found out what the thing is (STYLE.md 4).
const EMPTY: [&str; 8] = ["Manager", "Handler", "Helper", "Util", "Utils", "Service", "Data", "Info"];

#[test]
fn every_file_says_first_what_it_is_for() {
    let silent = source::rust().into_iter().filter(|file| !file.text.starts_with("//! "));
    none(
        "The first line of a file says what it is for.",
        silent.map(|file| format!("{}: begin with //!", file.path)).collect(),
    );
}

#[test]
fn names_say_what_a_thing_is() {
    let mut offences = Vec::new();
    for file in source::rust() {
        for word in ["struct ", "enum ", "trait ", "type ", "mod "] {
            for (at, _) in file.code.match_indices(word) {
                if file.code[..at].chars().next_back().is_some_and(|letter| letter.is_alphanumeric() || letter == '_') {
                    continue;
                }
                let rest = &file.code[at + word.len()..];
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if is_empty(&name) {
                    offences.push(format!("{}:{}: {name}", file.path, line_of(&file.code, at)));
                }
            }
        }
    }
    none("A name says what the thing is (STYLE.md 4).", offences);
}

/// What is named after the record itself (`Service`, `service`) says what it is.
fn is_empty(name: &str) -> bool {
    if name == "Service" {
        return false;
    }
    let snake = |word: &str| name == word && word != "service" || name.ends_with(&format!("_{word}"));
    EMPTY.iter().any(|word| name.ends_with(word) || snake(&word.to_lowercase()))
}

#[test]
fn nothing_is_left_for_later() {
    // Written in pieces, so that this file does not offend.
    let marks = [["FIX", "ME"], ["XX", "X"], ["todo", "!("], ["unimpl", "emented!("], ["#[ig", "nore"]]
        .map(|parts| parts.concat());
    let mut offences = Vec::new();
    for file in source::files(&["rs", "js", "mjs", "css", "html", "toml", "sql"]) {
        for (line, text) in file.text.lines().enumerate() {
            for mark in marks.iter().filter(|mark| stands_alone(text, mark)) {
                offences.push(format!("{}:{}: {mark}", file.path, line + 1));
            }
        }
    }
    none("What is merged is done; what is missing is an issue.", offences);
}

/// Longer runs of the same letter, as in a sample number, are no mark.
fn stands_alone(text: &str, mark: &str) -> bool {
    let joins = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    text.match_indices(mark).any(|(at, _)| {
        let bare = mark.ends_with(|letter: char| letter.is_alphanumeric());
        let (before, behind) = (text[..at].chars().next_back(), text[at + mark.len()..].chars().next());
        !joins(before) && (!bare || !joins(behind))
    })
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    let folders = ["home", "work", "farm", "Users", "root"].map(|name| format!("/{name}/"));
    let mut offences = Vec::new();
    for file in source::files(&[]) {
        for (line, text) in file.text.lines().enumerate() {
            let named = folders.iter().filter(|folder| {
                text.match_indices(folder.as_str()).any(|(at, _)| {
                    // A part of a longer path (`docs/work/`) or address is none of a machine.
                    !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || "-_.}*".contains(letter))
                })
            });
            offences.extend(named.map(|folder| format!("{}:{}: {folder}", file.path, line + 1)));
        }
    }
    none("What works here must work anywhere.", offences);
}
