//! What roles need and who can do it, and the campaigns that told people what they must know.

use model::{Moment, time::DAY};
use serde_json::{Value as Json, json};

use super::{
    people::{
        AOIFE, CHEN, DESK, GRETA, INES, IVANA, JONAS, LUCIA, MAREK, NADIA, PAVEL, PRIYA, SARA, STAFF, TOMAS, YUSUF,
        mail, name_of,
    },
    script::Script,
    times::day,
};

pub fn write(script: &mut Script) {
    needs(script);
    teams_have_roles(script);
    able(script);
    questions(script);
    campaigns(script);
}

/// Need, level, months after which the proof is looked at again.
type Need = (&'static str, i64, i64);

/// What the roles need that were there first, by their place.
const NEEDS: [(usize, &[Need]); 11] = [
    (1, &[("Lead a service company", 4, 24)]),
    (2, &[("Lead services and suppliers", 4, 24)]),
    (3, &[("Run a service management system", 4, 24)]),
    (4, &[("Weigh and schedule changes", 4, 24)]),
    (5, &[("Lead major incidents, find causes", 4, 12)]),
    (6, &[("Look after customers", 3, 6)]),
    (7, &[("Manage suppliers and contracts", 4, 24)]),
    (8, &[("Measure and forecast capacity", 3, 24)]),
    (9, &[("Manage information security", 4, 12), ("Lead a security incident", 3, 24)]),
    (10, &[("Lead a service desk", 4, 24), ("Write for customers", 3, 24)]),
    (11, &[("Budget and account for services", 4, 24)]),
];

fn rows(needs: &[Need]) -> Json {
    needs.iter().map(|(need, level, months)| json!({"need": need, "level": level, "months": months})).collect()
}

fn needs(script: &mut Script) {
    let at = script.times.founding(3);
    for (place, needs) in NEEDS {
        script.edit(at, INES, &format!("ROL-{place}"), json!({"needs": rows(needs)}));
    }
}

/// A role that several people of a team hold.
struct Shared {
    name: &'static str,
    holder: &'static str,
    others: &'static [&'static str],
    duties: &'static [&'static str],
    authority: &'static [&'static str],
    needs: &'static [Need],
}

const SHARED: [Shared; 5] = [
    Shared {
        name: "service-desk-agent",
        holder: DESK[0],
        others: &[DESK[1], DESK[2], AOIFE],
        duties: &["take calls, mails and portal tickets", "tell users where their ticket stands"],
        authority: &["resolve by known errors", "reset passwords"],
        needs: &[("Take and solve calls", 3, 12), ("Write for customers", 2, 24), ("Handle personal data", 2, 12)],
    },
    Shared {
        name: "platform-engineer",
        holder: GRETA,
        others: &[PRIYA, PAVEL, MAREK],
        duties: &["keep servers, storage and databases running"],
        authority: &["carry out standard changes"],
        needs: &[("Run a virtual platform", 3, 24), ("Run storage and backup", 2, 12)],
    },
    Shared {
        name: "network-engineer",
        holder: JONAS,
        others: &[NADIA],
        duties: &["keep lines, switches and firewalls running"],
        authority: &["carry out standard changes"],
        needs: &[("Run routed and wireless networks", 3, 24)],
    },
    Shared {
        name: "security-analyst",
        holder: CHEN,
        others: &[IVANA],
        duties: &["watch for attacks", "see to access rights"],
        authority: &["block an account"],
        needs: &[("Lead a security incident", 3, 24), ("Handle personal data", 3, 12)],
    },
    Shared {
        name: "internal-auditor",
        holder: LUCIA,
        others: &[],
        duties: &["audit the management system", "follow findings up"],
        authority: &["look at every record"],
        needs: &[("Internal audit of management systems", 4, 24)],
    },
];

fn teams_have_roles(script: &mut Script) {
    let at = script.times.founding(3);
    let mut held: Vec<(&str, Vec<String>)> = Vec::new();
    for role in &SHARED {
        let fields = json!({"name": role.name, "title": role.name.replace('-', " "), "duties": role.duties, "authority": role.authority,
            "holder": role.holder, "appointed_on": day(at), "reports_to": "ROL-2", "needs": rows(role.needs)});
        let number = script.create(at, INES, "role", fields);
        for other in role.others {
            match held.iter_mut().find(|one| one.0 == *other) {
                Some(one) => one.1.push(number.clone()),
                None => held.push((other, vec![number.clone()])),
            }
        }
    }
    for (who, roles) in held {
        let place = STAFF.iter().position(|(name, ..)| mail(name) == who).unwrap_or_default();
        // Newcomers hold theirs from a week after they came on.
        let newcomer = who == IVANA || who == DESK[2];
        let at = if newcomer { script.times.workday(193, 9, 0) } else { at };
        script.edit(at, SARA, &format!("PER-{}", place + 1), json!({"roles": roles}));
    }
}

/// Whom, what, level, proof, days since it was verified, days for which a certificate is still good.
type Able = (&'static str, &'static str, i64, &'static str, i64, Option<i64>);

const ABLE: &[Able] = &[
    (CHEN, "Lead a security incident", 4, "Led the last two exercises", 120, None),
    (CHEN, "Handle personal data", 4, "Certificate, data protection", 200, Some(400)),
    (IVANA, "Handle personal data", 3, "Induction, and a talk with Chen Wei", 190, None),
    (AOIFE, "Write for customers", 4, "Teaches it", 170, None),
    (AOIFE, "Take and solve calls", 5, "Eight years at the desk", 340, None),
    (AOIFE, "Handle personal data", 3, "Course of a day", 128, None),
    (DESK[0], "Take and solve calls", 4, "Four calls listened to", 90, None),
    (DESK[0], "Write for customers", 3, "Course, and a look at ten replies", 170, None),
    (DESK[0], "Handle personal data", 2, "Course of a day", 128, None),
    (DESK[1], "Take and solve calls", 4, "Four calls listened to", 380, None),
    (DESK[1], "Write for customers", 2, "Course, and a look at ten replies", 170, None),
    (DESK[1], "Handle personal data", 2, "Course of a day", 128, None),
    (DESK[2], "Take and solve calls", 3, "Four calls listened to", 60, None),
    (DESK[2], "Write for customers", 2, "Course, and a look at ten replies", 170, None),
    (PRIYA, "Run a virtual platform", 3, "Worked with Greta Vass for two years", 220, None),
    (PRIYA, "Run storage and backup", 3, "Restore test of last spring", 230, None),
    (PAVEL, "Run a virtual platform", 3, "Maker's certificate", 260, Some(19)),
    (MAREK, "Run a virtual platform", 3, "Maker's certificate", 300, Some(-12)),
    (GRETA, "Run storage and backup", 3, "Restore test of last spring", 230, None),
    (NADIA, "Run routed and wireless networks", 3, "Maker's certificate", 140, Some(500)),
];

fn able(script: &mut Script) {
    for (person, need, level, proof, days, good_for) in ABLE {
        let at = script.times.workday(*days, 13, 0);
        let mut fields = json!({"person": person, "title": format!("{}: {need}", name_of(person)), "need": need, "level": level, "proof": proof,
            "verified_on": day(at)});
        if let Some(days) = good_for {
            fields["valid_until"] = day(script.times.at.plus(days * DAY)).into();
        }
        script.create(at, SARA, "competence", fields);
    }
    // What is not enough has a way to become so.
    let at = script.times.workday(50, 10, 0);
    let fields = json!({"person": PAVEL, "title": "Pavel Dvorak: Run storage and backup", "need": "Run storage and backup", "level": 1,
        "gap": "Has seen a restore, not done one himself"});
    let number = script.create(at, SARA, "competence", fields);
    let action = json!({"text": "Do the next restore test, with Marek Nowak beside him", "source": number, "owner": PAVEL,
        "due": script.times.date(-25), "priority": "medium"});
    let action = script.create(at.plus(60_000), SARA, "action", action);
    script.edit(at.plus(120_000), SARA, &number, json!({"actions": [action]}));
}

/// A course whose questions most have passed, one has not, and one has still to answer.
fn questions(script: &mut Script) {
    let at = script.times.workday(30, 9, 0);
    let questions = json!([
        {"question": "A caller asks for the telephone number of a patient. What do you do?", "right": 2,
            "answers": ["Give it, the caller sounds honest", "Give nothing and call back by the number on record", "Ask a colleague for it"]},
        {"question": "You sent a list of names to the wrong address. Whom do you tell?", "right": 1,
            "answers": ["The security team, at once", "Nobody, it was by mistake", "The team lead, at the end of the week"]},
        {"question": "How long do tickets with personal data stay open to everybody at the desk?", "right": 3,
            "answers": ["For ever", "Until the customer asks", "As long as somebody works on them"]},
    ]);
    let people = [DESK[0], DESK[1], DESK[2], YUSUF, IVANA];
    let fields = json!({"topic": "Personal data: the yearly questions", "persons": people, "held_on": day(at), "provider": "Chen Wei", "owner": CHEN,
        "teaches": "Handle personal data", "level": 2, "valid_months": 12, "materials": ["DOC-12"], "questions": questions, "pass_mark": 66});
    let training = script.settled(at, SARA, "training", fields, "done");
    for (place, person) in people.into_iter().enumerate() {
        let fields = json!({"title": "Questions: Personal data: the yearly questions", "training": training, "person": person, "due": day(at.plus(14 * DAY))});
        let number = script.create(at.plus(3_600_000), SARA, "training_result", fields);
        let when = at.plus((2 + place as i64) * DAY);
        match place {
            1 => script.step(when, person, &number, "failed", json!({"answers": [1, 2, 3]})),
            2 => {}
            _ => {
                script.step(when, person, &number, "passed", json!({"answers": [2, 1, if place == 3 { 1 } else { 3 }]}))
            }
        }
    }
}

const WELCOME: &str = "We run services for banks, hospitals, councils and shops, and we keep to ISO/IEC 20000-1. What that means for you:\n\n\
    - **Policy**: what we promise, and that we get better all the time.\n\
    - **Objectives**: what we want to reach this year stands in *Objectives of this year*.\n\
    - **Services**: look up in the catalogue which of them your work touches.\n\
    - **Your part**: record what you do where you do it; say when something could be better.\n\
    - **When rules are not kept**: customers wait, data get lost, and the certificate goes.\n";
const YEARLY: &str = "Once a year each of us looks at what we hold to and what we want to reach.\n\n\
    1. Read the policy again, it is a page.\n\
    2. Read the objectives and find the one to which your work adds most.\n\
    3. Ask your team lead where you are unsure.\n";
const PASSWORDS: &str = "Nobody of ours asks you for a password, not on the telephone and not in a mail. Whoever does is an attacker: end the \
    call and tell the security team at once.\n";

fn campaigns(script: &mut Script) {
    let all = ["policy", "objectives", "services", "contribution", "consequences"];
    let everybody: Vec<String> = STAFF.iter().map(|(name, ..)| mail(name)).collect();
    let staff = json!(["staff"]);
    let welcome = json!({"title": "Welcome: what everybody knows who works here", "text": WELCOME, "topics": all, "owner": SARA,
        "materials": ["DOC-1", "DOC-2"], "readers": staff, "read_within": 30});
    let begun = script.times.founding(20);
    let number = campaign(script, begun, welcome);
    for (place, person) in everybody.iter().enumerate() {
        // Who came later was asked on the day after.
        let newcomer = *person == IVANA || *person == DESK[2];
        let asked = if newcomer { script.times.workday(199, 12, 0) } else { begun.plus(600_000) };
        let word = asked_for(script, asked, &number, person, 30);
        confirmed(
            script,
            asked.plus((1 + place as i64 % 12) * DAY + place as i64 * 300_000),
            &number,
            &word,
            person,
            &all,
        );
    }
    let at = script.times.workday(100, 9, 0);
    let passwords = json!({"title": "Nobody asks for your password", "text": PASSWORDS, "topics": ["security"], "owner": CHEN,
        "named_readers": [DESK[0], DESK[1], DESK[2], AOIFE, YUSUF], "read_within": 14});
    let number = campaign(script, at, passwords);
    for (place, person) in [DESK[0], DESK[1], DESK[2], AOIFE, YUSUF].into_iter().enumerate() {
        let word = asked_for(script, at.plus(600_000), &number, person, 14);
        confirmed(script, at.plus((1 + place as i64) * DAY), &number, &word, person, &["security"]);
    }
    script.step(script.times.workday(70, 9, 0), SARA, &number, "ended", Json::Null);
    let at = script.times.workday(20, 9, 0);
    let yearly = json!({"title": "Policy and objectives, the yearly look", "text": YEARLY, "topics": ["policy", "objectives", "contribution"],
        "owner": SARA, "materials": ["DOC-2"], "readers": staff, "read_within": 14, "ends_on": day(script.times.at.plus(25 * DAY))});
    let number = campaign(script, at, yearly);
    for (place, person) in everybody.iter().enumerate() {
        let word = asked_for(script, at.plus(600_000), &number, person, 14);
        // A few have not said so yet, and are late.
        if !matches!(person.as_str(), TOMAS | MAREK | NADIA) && *person != DESK[1] {
            let when = at.plus((1 + place as i64 % 11) * DAY + place as i64 * 420_000);
            confirmed(script, when, &number, &word, person, &["policy", "objectives", "contribution"]);
        }
    }
}

fn campaign(script: &mut Script, at: Moment, fields: Json) -> String {
    let number = script.create(at, SARA, "campaign", fields);
    script.step(at.plus(300_000), SARA, &number, "running", Json::Null);
    number
}

fn asked_for(script: &mut Script, at: Moment, campaign: &str, person: &str, days: i64) -> String {
    let fields = json!({"title": "Read and confirm", "campaign": campaign, "version": 1, "person": person, "due": day(at.plus(days * DAY))});
    script.create(at, INES, "acknowledgement", fields)
}

/// What the program writes down by itself when somebody confirms.
fn confirmed(script: &mut Script, at: Moment, campaign: &str, word: &str, person: &str, topics: &[&str]) {
    script.step(at, person, word, "confirmed", Json::Null);
    let fields = json!({"person": person, "title": format!("{}, campaign", name_of(person)), "topics": topics, "on": day(at), "how": "campaign",
        "campaign": campaign, "acknowledgement": word});
    script.create(at.plus(1_000), SARA, "awareness", fields);
}
