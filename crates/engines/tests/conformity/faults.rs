//! The provider whose records satisfy everything, single faults in it, and what follows from each (data/faults.txt).

use std::collections::BTreeMap;

use engines::conformity::Assessment;
use serde_json::Value as Json;

/// The instant at which all is well in good.jsonl.
pub const NOW: &str = "2026-11-12T00:00:00Z";

pub fn good() -> Vec<Json> {
    let lines = include_str!("../data/good.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// Edits and their outcomes.
pub fn faults() -> Vec<(&'static str, BTreeMap<String, String>)> {
    let lines = include_str!("../data/faults.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pairs = lines.map(|line| line.split_once(" => ").expect("edits => outcomes"));
    pairs.map(|(edits, expected)| (edits, outcomes(expected))).collect()
}

/// Makes the edits of one line of the file.
pub fn edit(lines: &mut Vec<Json>, edits: &str) {
    for edit in edits.split(" ; ") {
        if let Some(number) = edit.trim().strip_prefix("drop ") {
            let before = lines.len();
            lines.retain(|line| line["number"] != number);
            assert_eq!(lines.len() + 1, before, "{edit}");
            continue;
        }
        if let Some(line) = edit.trim().strip_prefix("add ") {
            lines.push(serde_json::from_str(line).expect(edit));
            continue;
        }
        let (place, value) = edit.split_once(" = ").expect(edit);
        let (number, path) = place.trim().split_once(' ').expect(edit);
        let line = lines.iter_mut().find(|line| line["number"] == number).expect(edit);
        let path = match path.strip_prefix('@') {
            Some(part) => part.to_string(),
            None => format!("fields.{path}"),
        };
        let mut target = line;
        for part in path.split('.') {
            target = match part.parse::<usize>() {
                Ok(index) => &mut target[index],
                Err(_) => &mut target[part],
            };
        }
        *target = serde_json::from_str(value).unwrap_or_else(|why| panic!("{edit}: {why}"));
    }
}

/// What differs from the sound world: state and examples by requirement.
pub fn differences(before: &Assessment, after: &Assessment) -> BTreeMap<String, String> {
    let pairs = before.verdicts.iter().zip(&after.verdicts);
    let changed = pairs.filter(|(before, after)| before.state != after.state || before.bad != after.bad);
    changed
        .map(|(_, after)| {
            let told = format!("{} {}", after.state.name(), after.examples.join(" "));
            (after.requirement.id.clone(), told.trim().to_string())
        })
        .collect()
}

fn outcomes(text: &str) -> BTreeMap<String, String> {
    let said = text.split(" ; ").map(str::trim).filter(|said| !said.is_empty() && *said != "nothing");
    said.map(|said| said.split_once(' ').expect("requirement and state"))
        .map(|(id, told)| (id.into(), told.into()))
        .collect()
}

pub fn print(found: &BTreeMap<String, String>) -> String {
    if found.is_empty() {
        return "nothing".into();
    }
    found.iter().map(|(id, told)| format!("{id} {told}")).collect::<Vec<_>>().join(" ; ")
}
