//! What the internal auditor asked in the audit of operation, and the sample of changes that she looked at.

use engines::{conformity::checklist, rules::sample::pick};
use model::{Moment, canonical, time::HOUR};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::{
    people::{INES, LUCIA, TOMAS},
    script::Script,
};

/// Clauses that were asked about record by record.
const CLAUSES: [&str; 2] = ["8.5.1.3", "8.6.1"];
/// The question about changes whose records were sampled, by a word of it.
const SAMPLED: &str = "What came of it?";
/// As many as the audit's finding tells of, and which of them had no review.
const SIZE: usize = 25;
const BAD: [usize; 3] = [4, 11, 19];

pub fn write(script: &mut Script, audit: &str, at: Moment) {
    for (place, (clause, question)) in checklist(&CLAUSES).into_iter().enumerate() {
        let at = at.plus(place as i64 * HOUR / 4);
        let mut fields = Map::from_iter([
            ("audit".to_string(), Json::from(audit)),
            ("clause".to_string(), clause.into()),
            ("question".to_string(), question.into()),
            ("owner".to_string(), LUCIA.into()),
        ]);
        let is_sampled = clause == CLAUSES[0] && question == SAMPLED;
        if is_sampled {
            fields.extend(sample(script, audit, clause, at));
        }
        let number = script.create(at, LUCIA, "audit_question", Json::Object(fields));
        let answer = match is_sampled {
            true => {
                json!({"result": "nonconformity", "finding": "NCR-2", "evidence": "Three of the changes looked at were closed without a review."})
            }
            false => {
                json!({"result": "conforms", "evidence": "Told by those who do it and seen in the records that they opened."})
            }
        };
        script.step(at.plus(HOUR / 8), LUCIA, &number, "answered", answer);
    }
}

/// Whoever signs in as the auditor from outside.
pub const AUDITOR: &str = "auditor@certification.example";

/// What the auditor of the certification body asked before the visit: one question is answered, one waits.
pub fn inquiries(script: &mut Script) {
    let asked = script.times.workday(4, 9, 30);
    let fields = json!({"question": "Who may declare a major incident at night, and where does it say so?", "about": "8.6.1-4", "asked_by": AUDITOR, "owner": TOMAS});
    let first = script.create(asked, INES, "inquiry", fields);
    let answer = json!({"answer": "Whoever leads the shift at the service desk; the procedure for major incidents names the role."});
    script.step(asked.plus(5 * HOUR), TOMAS, &first, "answered", answer);
    let fields = json!({"question": "Please show the evaluation of the supplier of lines for last year.", "about": "8.3.4.1-4", "asked_by": AUDITOR, "owner": INES});
    script.create(script.times.workday(1, 11, 0), INES, "inquiry", fields);
}

/// Drawn of all changes that were on record, as the page of an audit draws.
fn sample(script: &Script, audit: &str, clause: &str, at: Moment) -> Map<String, Json> {
    let numbers = script.numbers_of("change");
    let ids: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let seed = format!("{audit}-{clause}");
    let items = pick(&ids, SIZE, &seed).into_iter().enumerate().map(|(place, record)| {
        let (result, note) = match BAD.contains(&place) {
            true => ("nonconformity", "closed without a review"),
            false => ("conforms", "reviewed"),
        };
        json!({"record": record, "result": result, "note": note})
    });
    let items: Json = items.collect();
    let population = json!({
        "requirement": "8.5.1.3-7",
        "as_of": at.to_string(),
        "count": ids.len(),
        "digest": canonical::hex(&Sha256::digest(ids.join("\n"))),
        "seed": seed,
        "size": SIZE.min(ids.len()),
    });
    Map::from_iter([("population".to_string(), population), ("items".into(), items)])
}
