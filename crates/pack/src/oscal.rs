//! The assessment as OSCAL assessment results: an observation and a finding for each requirement.
//!
//! Shape: the assessment-results model of OSCAL 1.2, whose parts used here are those of 1.1 as well. Ids of clauses and
//! requirements become tokens, which may not begin with a digit.

use engines::conformity::{Assessment, Requirement, State, Verdict};
use model::{Moment, canonical::uuid};
use serde_json::{Value as Json, json};

use crate::{ASSESSMENT, RESULTS, population, sampled};

pub const VERSION: &str = "1.2.2";

/// Names our own words in `props`, so that tools do not take them for NIST's.
const NAMESPACE: &str = "https://plumbline.example/ns/oscal";

/// What of the pack is told in the document.
pub struct Told<'t> {
    pub organisation: &'t str,
    pub assessment: &'t Assessment,
    /// SHA-256 of `assessment.json`.
    pub hash: &'t str,
    /// Months after which evidence for a requirement is too old; `None` where nothing is repeated.
    pub months: &'t dyn Fn(&Requirement) -> Option<i32>,
}

/// The document. The same assessment gives the same bytes: every UUID is made of what it names.
pub fn results(told: &Told<'_>) -> Json {
    let assessment = told.assessment;
    let as_of = assessment.as_of.to_string();
    let id = |name: &str| uuid(&[assessment.framework, &as_of, told.hash, name]);
    let clauses = clauses(assessment);
    let counts: Vec<String> = State::ALL
        .iter()
        .map(|state| format!("{} {}", assessment.count(*state), state.name().replace('_', " ")))
        .collect();
    json!({"assessment-results": {
        "uuid": id("document"),
        "metadata": {
            "title": format!("Conformity of {} with ISO/IEC 20000-1:2018 as of {as_of}", told.organisation),
            "last-modified": as_of,
            "version": as_of,
            "oscal-version": VERSION,
            "parties": [{"uuid": id("party"), "type": "organization", "name": told.organisation}],
        },
        "import-ap": {"href": format!("#{}", id("plan"))},
        "results": [{
            "uuid": id("result"),
            "title": format!("Assessment as of {as_of}"),
            "description": format!(
                "Every requirement judged by program on the records as of the instant: {}.", counts.join(", ")),
            "start": as_of,
            "end": as_of,
            "reviewed-controls": {
                "control-selections": [{
                    "include-controls": clauses.iter().map(|clause| json!({"control-id": token("clause", clause)}))
                        .collect::<Vec<_>>(),
                }],
                "control-objective-selections": [{
                    "include-objectives": assessment.verdicts.iter()
                        .map(|verdict| json!({"objective-id": token("requirement", &verdict.requirement.id)}))
                        .collect::<Vec<_>>(),
                }],
            },
            "observations": assessment.verdicts.iter().map(|verdict| observation(told, verdict, &id)).collect::<Vec<_>>(),
            "findings": assessment.verdicts.iter().map(|verdict| finding(verdict, &id)).collect::<Vec<_>>(),
        }],
        "back-matter": {"resources": [{
            "uuid": id("plan"),
            "title": "How requirements are judged",
            "description": "Each requirement has a check in words; what came of it stands in the assessment beside this file.",
            "rlinks": [{
                "href": beside(ASSESSMENT),
                "media-type": "application/json",
                "hashes": [{"algorithm": "SHA-256", "value": told.hash}],
            }],
        }]},
    }})
}

fn clauses(assessment: &Assessment) -> Vec<&str> {
    let mut clauses: Vec<&str> = Vec::new();
    for verdict in &assessment.verdicts {
        if !clauses.contains(&verdict.requirement.clause.as_str()) {
            clauses.push(&verdict.requirement.clause);
        }
    }
    clauses
}

fn observation(told: &Told<'_>, verdict: &Verdict, id: &impl Fn(&str) -> String) -> Json {
    let requirement = verdict.requirement;
    let newest = verdict.newest.filter(|at| *at > Moment::UNKNOWN);
    let method = if requirement.check.is_some() { "TEST" } else { "EXAMINE" };
    let mut observation = json!({
        "uuid": id(&format!("observation {}", requirement.id)),
        "title": format!("Records looked at for {}", requirement.id),
        "description": verdict.why,
        "props": [
            prop("population", verdict.population),
            prop("good", verdict.good),
            prop("bad", verdict.bad),
        ],
        "methods": [method],
        "collected": newest.unwrap_or(told.assessment.as_of).to_string(),
    });
    if let (Some(newest), Some(months)) = (newest, (told.months)(requirement)) {
        observation["expires"] = newest.plus_months(months).to_string().into();
    }
    if verdict.population > 0 {
        observation["relevant-evidence"] = json!([
            {"href": beside(&population(&requirement.id)), "description": "Every record that was looked at, with its verdict."},
            {"href": beside(&sampled(&requirement.id)), "description": "The sample of these records, drawn by the seed."},
        ]);
    }
    observation
}

fn finding(verdict: &Verdict, id: &impl Fn(&str) -> String) -> Json {
    let requirement = verdict.requirement;
    let (state, reason) = match verdict.state {
        State::Proved => ("satisfied", "pass"),
        State::Stale | State::Gap | State::Nonconforming => ("not-satisfied", "fail"),
        // Nothing was seen that fails, and nothing that satisfies.
        State::NothingToSample | State::ForAPerson => ("not-satisfied", "other"),
    };
    json!({
        "uuid": id(&format!("finding {}", requirement.id)),
        "title": format!("{} {}", requirement.id, verdict.state.name().replace('_', " ")),
        "description": requirement.text,
        "props": [prop("state", verdict.state.name())],
        "target": {
            "type": "objective-id",
            "target-id": token("requirement", &requirement.id),
            "status": {"state": state, "reason": reason},
        },
        "related-observations": [{"observation-uuid": id(&format!("observation {}", requirement.id))}],
    })
}

fn prop(name: &str, value: impl ToString) -> Json {
    json!({"name": name, "ns": NAMESPACE, "value": value.to_string()})
}

/// OSCAL tokens begin with a letter.
fn token(what: &str, id: &str) -> String {
    format!("{what}-{id}")
}

/// Where another file of the pack is, seen from this one.
fn beside(name: &str) -> String {
    format!("{}{name}", "../".repeat(RESULTS.matches('/').count()))
}
