//! The list of complaints and the tests that it names: neither may rot without the other.

use std::collections::BTreeSet;

use super::{
    none,
    source::{self, root},
};

const LIST: &str = "docs/complaints.md";
const ALL: usize = 51;
/// Where tests stand that exist for nothing but a complaint.
const OWN: &str = "crates/app/tests/it/complaints/";

/// Rows of the list: number, lesson, what proves it.
fn rows() -> Vec<(usize, String, String)> {
    let text = std::fs::read_to_string(root().join(LIST)).expect("the list");
    let cells = text.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let rows = cells.filter_map(|cells| match cells.as_slice() {
        ["", number, lesson, proof, ""] => Some((number.parse().ok()?, lesson.to_string(), proof.to_string())),
        _ => None,
    });
    rows.collect()
}

/// Path and test of everything named in a row; the test is empty where the file as a whole is meant.
fn named(proof: &str) -> Vec<(String, String)> {
    let spans = proof.split('`').skip(1).step_by(2);
    spans
        .map(|span| span.split_once(':').unwrap_or((span, "")))
        .map(|(path, test)| (path.into(), test.into()))
        .collect()
}

#[test]
fn every_complaint_is_answered_once() {
    let numbers: Vec<usize> = rows().iter().map(|row| row.0).collect();
    assert_eq!(numbers, (1..=ALL).collect::<Vec<_>>(), "{LIST} lists them in their order");
    let silent = rows().into_iter().filter(|(_, lesson, proof)| {
        let says_why = ["Not built: ", "Nothing to prove: "].iter().any(|word| proof.contains(word));
        lesson.is_empty() || (named(proof).is_empty() && !says_why)
    });
    none("A complaint is proved or it is said why not.", silent.map(|row| format!("{LIST}: {}", row.0)).collect());
}

#[test]
fn every_test_that_the_list_of_complaints_names_is_there() {
    let mut offences = Vec::new();
    for (number, _, proof) in rows() {
        for (path, test) in named(&proof) {
            match std::fs::read_to_string(root().join(&path)) {
                Err(_) => offences.push(format!("{LIST}, complaint {number}: there is no {path}")),
                Ok(text) if !test.is_empty() && !is_tried(&text, &test) => {
                    offences.push(format!("{LIST}, complaint {number}: {path} has no test {test}"));
                }
                Ok(_) => {}
            }
        }
    }
    none("The list names tests that are tried.", offences);
}

/// Whether a file has a test of this name that a run tries: by its attribute, or among those for both databases.
fn is_tried(text: &str, test: &str) -> bool {
    let Some(at) = text.find(&format!("fn {test}(")) else { return false };
    let before = text[..at].lines().rev().skip(usize::from(!text[..at].ends_with('\n')));
    let attribute = before.take_while(|line| line.starts_with("#[") || line.starts_with("///"));
    let listed = text.split("both_databases!(").nth(1).and_then(|rest| rest.split(')').next()).unwrap_or_default();
    listed.split(',').any(|name| name.trim() == test) || attribute.into_iter().any(|line| line.contains("test"))
}

#[test]
fn every_test_of_a_complaint_says_which_and_is_listed() {
    let listed: BTreeSet<(usize, String)> = rows()
        .iter()
        .flat_map(|(number, _, proof)| named(proof).into_iter().map(|(_, test)| (*number, test)))
        .collect();
    let mut offences = Vec::new();
    let files = source::files(&["rs"]).into_iter().filter(|file| file.path.starts_with(OWN));
    for file in files.filter(|file| file.text.contains("both_databases!(")) {
        let names =
            file.text.split("both_databases!(").nth(1).and_then(|rest| rest.split(')').next()).unwrap_or_default();
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let head = file.text.split(&format!("\nasync fn {name}(")).next().unwrap_or_default();
            let said = head.lines().next_back().and_then(|line| line.strip_prefix("/// Complaint "));
            let number = said.and_then(|said| said.split(':').next()?.parse::<usize>().ok());
            match number {
                Some(number) if listed.contains(&(number, name.to_string())) => {}
                Some(number) => offences.push(format!("{}: {name} is not listed with complaint {number}", file.path)),
                None => offences.push(format!("{}: {name} does not say \"Complaint 7: …\" above it", file.path)),
            }
        }
    }
    none("A test of a complaint names it, and the list names the test.", offences);
}
