//! The world in which all is well, and what a single fault does to it.

use std::collections::{BTreeMap, BTreeSet};

use engines::conformity::{Assessment, State, assess, catalogue, has_check};
use serde_json::Value as Json;

use crate::build::{NOW, assessed, good, world};

/// Faults and what follows from each, see the head of the file.
const FAULTS: &str = include_str!("../data/faults.txt");

#[test]
fn a_sound_provider_is_proved_throughout() {
    let assessment = assessed(&good(), NOW);
    let mut wrong = Vec::new();
    for verdict in &assessment.verdicts {
        let id = verdict.requirement.id.as_str();
        let expected = if has_check(id) { State::Proved } else { State::ForAPerson };
        if verdict.state != expected {
            wrong.push(format!("{id} {:?} {:?}: {}", verdict.state, verdict.examples, verdict.why));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Makes the edits of one line of the file.
fn edit(lines: &mut Vec<Json>, edits: &str) {
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
fn differences(before: &Assessment, after: &Assessment) -> BTreeMap<String, String> {
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

#[test]
fn each_fault_is_found_where_it_belongs_and_nowhere_else() {
    let sound = good();
    let before = assessed(&sound, NOW);
    let mut wrong = Vec::new();
    let mut struck: BTreeSet<String> = BTreeSet::new();
    let faults = FAULTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut count = 0;
    for fault in faults {
        let (edits, expected) = fault.split_once(" => ").expect("edits => outcomes");
        let mut lines = sound.clone();
        edit(&mut lines, edits);
        let found = differences(&before, &assess(&world(&lines, NOW)));
        if found != outcomes(expected) {
            wrong.push(format!("{edits} => {}", print(&found)));
        }
        struck.extend(found.into_iter().filter(|(_, told)| !told.starts_with("nothing")).map(|(id, _)| id));
        count += 1;
    }
    assert!(wrong.is_empty(), "{} of {count} faults have other outcomes:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 100);
    let mut untouched = catalogue().requirements.iter().map(|one| one.id.as_str()).filter(|id| has_check(id));
    // The note of 4.2 informs; it can never fail.
    assert_eq!(
        untouched.find(|id| !struck.contains(*id) && *id != "4.2-n1"),
        None,
        "no fault strikes this requirement"
    );
}

fn print(found: &BTreeMap<String, String>) -> String {
    if found.is_empty() {
        return "nothing".into();
    }
    found.iter().map(|(id, told)| format!("{id} {told}")).collect::<Vec<_>>().join(" ; ")
}
