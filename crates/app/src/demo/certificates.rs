//! A certificate that is older than the story: a unit came to Tidewell with one of its own from another body. It was suspended
//! once, has moved to our body since, and is to be renewed soon; nobody has booked that audit yet, so that the program says so.

use model::{
    Moment,
    time::{DAY, HOUR},
};
use serde_json::{Value as Json, json};

use super::{
    people::{GRETA, INES},
    script::Script,
    times::day,
};

/// Months before the end of the year that is told in which the body decided.
const DECIDED: i32 = 31;

pub fn write(script: &mut Script) {
    let founded = script.times.founding(20);
    let fields = json!({"name": "Albion Registrars", "accredited_by": "UKAS", "mark": "IAF MLA", "contact": "desk@albion.example", "owner": INES,
        "answer_days": 30, "major_days": 60, "minor_days": 60, "stage_1_months": 6, "last_day": "day-before"});
    let albion = script.create(founded, INES, "certification_body", fields);
    let decided = script.times.at.plus_months(-DECIDED);
    let valid_to = decided.plus_months(36).minus(DAY);
    let dates = json!({"decided_on": day(decided), "valid_to": day(valid_to)});
    let old = script.create(
        founded.plus(HOUR),
        INES,
        "certificate",
        held(&albion, "Northgate hosting, as it came", "AR-20-118"),
    );
    script.step(founded.plus(2 * HOUR), INES, &old, "valid", dates.clone());
    visit(script, &old, &albion, "Surveillance 1, before it came to us", 1, decided.plus_months(12).minus(20 * DAY));
    let new = script.create(script.times.workday(90, 10, 0), INES, "certificate", moved(&old));
    late_visit(script, &old, &albion);
    transfer(script, &old);
    script.step(script.times.workday(90, 11, 0), INES, &new, "valid", dates);
    let told = script.times.workday(88, 14, 0);
    let told_of = |about: &str, text: &str| json!({"on": day(told), "about": about, "text": text, "by": INES});
    let told = json!([
        told_of("scope", "Services and statement as they stand today."),
        told_of("addresses and sites", "Three sites, with their addresses."),
        told_of("key people", "Who is top management of Tidewell."),
    ]);
    script.edit(script.times.workday(88, 15, 0), INES, &new, json!({"told": told}));
}

fn held(body: &str, title: &str, printed: &str) -> Json {
    json!({"title": title, "body": body, "edition": "ISO/IEC 20000-1:2018", "printed_number": printed, "owner": GRETA,
        "scope": "Hosting of municipal applications by the Northgate unit", "sites": ["Data centre North"]})
}

fn moved(from: &str) -> Json {
    let mut fields = held("CBO-1", "Northgate hosting", "MC-20-0042");
    fields["transferred_from"] = from.into();
    fields
}

/// A surveillance audit that was held and closed.
fn visit(script: &mut Script, certificate: &str, body: &str, title: &str, turn: u8, on: Moment) {
    let at = script.times.founding(21).max(on.minus(30 * DAY));
    let fields = json!({"title": title, "type": "surveillance", "turn": turn, "certificate": certificate, "body": body, "owner": GRETA,
        "begins": day(on), "ends": day(on.plus(DAY)), "days": 2, "sites": ["Data centre North"]});
    let number = script.create(at, INES, "certification_audit", fields);
    let over = at.max(on.plus(2 * DAY)).plus(HOUR);
    script.step(over, INES, &number, "held", Json::Null);
    script.step(
        over.plus(20 * DAY),
        INES,
        &number,
        "closed",
        json!({"conclusion": "recommended", "decided_on": day(over.plus(20 * DAY))}),
    );
}

/// The second audit came late: suspended, held, lifted.
fn late_visit(script: &mut Script, certificate: &str, body: &str) {
    let why = "The second surveillance audit was not held within 24 months of the decision.";
    script.step(script.times.workday(205, 10, 0), INES, certificate, "suspended", json!({"suspended_for": why}));
    visit(script, certificate, body, "Surveillance 2", 2, script.times.workday(185, 9, 0));
    script.step(script.times.workday(150, 10, 0), INES, certificate, "valid", Json::Null);
}

/// Our body looks at what is open and takes it over; the other one ends its certificate.
fn transfer(script: &mut Script, certificate: &str) {
    let (at, on) = (script.times.workday(120, 10, 0), script.times.workday(101, 9, 0));
    let fields = json!({"title": "Review before the transfer", "type": "transfer", "certificate": certificate, "body": "CBO-1", "owner": GRETA,
        "begins": day(on), "ends": day(on), "days": 1, "sites": ["Data centre North"]});
    let number = script.create(at, INES, "certification_audit", fields);
    script.step(at.plus(DAY), INES, &number, "booked", Json::Null);
    script.step(on.plus(9 * HOUR), INES, &number, "held", Json::Null);
    script.step(
        on.plus(8 * DAY),
        INES,
        &number,
        "closed",
        json!({"conclusion": "recommended", "decided_on": day(on.plus(8 * DAY))}),
    );
    script.step(script.times.workday(90, 16, 0), INES, certificate, "transferred", json!({"moved_to": "CBO-1"}));
}
