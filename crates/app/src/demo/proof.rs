//! How the company looks at itself: measures, evaluations, audits, reviews, reports, and what followed from them.

use engines::conformity::catalogue;
use model::{
    Moment,
    time::{DAY, HOUR},
};
use serde_json::{Value as Json, json};

use super::{
    fieldwork,
    governance::process,
    parties::{CUSTOMERS, PORTAL},
    people::{AOIFE, CALLERS, CHEN, DANIEL, GRETA, HELENA, HUGO, INES, LUCIA, MEI, OSKAR, SAMUEL, TOMAS},
    portfolio::{self, LIVE},
    script::{Script, Stop},
    times::day,
};

pub fn write(script: &mut Script) {
    super::measures::write(script);
    evaluations(script);
    audits(script);
    management_reviews(script);
    improvements(script);
    customers_say(script);
    verifications(script);
    knowledge(script);
}

fn evaluations(script: &mut Script) {
    for (quarter, end) in script.times.quarters() {
        let at = script.times.after(end, 15 * DAY + 10 * HOUR);
        let fields = json!({"title": format!("The system in {quarter}"), "subject": "sms", "period": quarter, "against": ["OBJ-1", "OBJ-2", "OBJ-3", "OBJ-4", "OBJ-5"], "verdict": "Works, and gets better month by month.", "on": day(at), "owner": INES});
        script.settled(at, INES, "evaluation", fields, "done");
    }
    for (place, service) in LIVE.iter().enumerate() {
        let at = script.times.workday(82, 10, 30);
        let fields = json!({"title": format!("{} against its requirements", service.name), "subject": portfolio::number(place), "period": day(at)[..7].to_string(), "against": portfolio::requirements_of(place), "verdict": "Requirements are met.", "on": day(at), "owner": service.owner});
        script.settled(at, service.owner, "evaluation", fields, "done");
    }
}

/// Two held, one planned. What was asked in them, and what was found, is written by `fieldwork` when everything else is.
fn audits(script: &mut Script) {
    let at = script.times.founding(28);
    let fields = json!({"title": "Audits of three years", "period": day(at)[..4].to_string(), "years": 3, "frequency": "Each clause once a year, operation twice", "methods": ["Talks", "Samples of records", "Watching work"], "duties": {"lead": LUCIA},
        "planning": "By weight of the process and what earlier audits found", "reporting": "To top management within two weeks", "basis": ["importance", "changes", "earlier results"], "owner": LUCIA});
    let programme = script.create(at, INES, "audit_programme", fields);
    script.step(at.plus(HOUR), INES, &programme, "approved", json!({"approved_by": DANIEL}));
    let clauses: Vec<&str> = catalogue().leaf_clauses().collect();
    let (operation, system): (Vec<&str>, Vec<&str>) = clauses.into_iter().partition(|clause| clause.starts_with('8'));
    let services: Vec<String> = (0..LIVE.len()).map(portfolio::number).collect();
    let scope = json!({"clauses": system, "services": services, "sites": ["LOC-1"]});
    audit(script, fieldwork::SYSTEM, "Direction, planning, support, evaluation", scope, &[HELENA, INES], &programme);
    let scope = json!({"clauses": operation, "services": services, "sites": ["LOC-1", "LOC-2"]});
    audit(script, fieldwork::OPERATION, "Operation of the services", scope, &[TOMAS, SAMUEL, MEI], &programme);
    let planned = script.times.ago(-20, 9, 0);
    let fields = json!({"title": "Operation, second look", "scope": {"clauses": ["8.5.1.3", "8.6.1"], "services": services}, "criteria": ["Own procedures"], "auditors": [LUCIA], "owner": LUCIA, "planned_on": day(planned), "programme": programme});
    script.create(script.times.workday(15, 10, 0), LUCIA, "audit", fields);
}

fn audit(script: &mut Script, days: i64, title: &str, scope: Json, met: &[&str], programme: &str) {
    let held = script.times.workday(days, 9, 0);
    let fields = json!({"title": title, "scope": scope, "criteria": ["ISO/IEC 20000-1:2018", "Own procedures"], "auditors": [LUCIA], "owner": LUCIA, "planned_on": day(held), "programme": programme});
    let number = script.create(held.minus(30 * DAY), LUCIA, "audit", fields);
    script.step(held, LUCIA, &number, "in_progress", Json::Null);
    let over = held.plus(4 * DAY);
    script.step(over, LUCIA, &number, "held", json!({"held_on": day(over), "people_met": met}));
    let reported = over.plus(9 * DAY);
    script.step(reported, LUCIA, &number, "reported", json!({"report_on": day(reported), "told": day(reported), "conclusion": "The system conforms in what was looked at, with the findings named."}));
}

fn management_reviews(script: &mut Script) {
    for (turn, days) in [270i64, 88].into_iter().enumerate() {
        let held = script.times.workday(days, 9, 0);
        let fields =
            json!({"title": format!("Management review {}", day(held)), "held_on": day(held), "chair": HELENA});
        let number = script.create(held.minus(14 * DAY), INES, "management_review", fields);
        // The day before, the program counts what is looked at.
        script.stops.push((held.minus(18 * HOUR), Stop::Prepare(number.clone())));
        script.edit(held.plus(4 * HOUR), INES, &number, json!({"present": [HELENA, DANIEL, INES, OSKAR]}));
        let texts = [
            ["Let users reset second factors themselves", "Hire a second database engineer"],
            ["Bring in watching for attacks as a service", "Buy core switches of two makes"],
        ][turn];
        let mut actions = Vec::new();
        for (place, text) in texts.into_iter().enumerate() {
            let owner = [CHEN, GRETA][place];
            let action = json!({"text": text, "source": number, "owner": owner, "due": day(held.plus(if turn == 0 { 120 } else { 200 } * DAY)), "priority": "high"});
            let action = script.create(held.plus(5 * HOUR), INES, "action", action);
            if turn == 0 {
                script.step(held.plus(90 * DAY), owner, &action, "done", json!({"result": "Done."}));
                script.edit(
                    held.plus(130 * DAY),
                    INES,
                    &action,
                    json!({"effect_checked_on": day(held.plus(130 * DAY)), "effective": true}),
                );
            }
            actions.push(action);
        }
        let decisions: Vec<Json> =
            texts.iter().zip(&actions).map(|(text, action)| json!({"text": text, "action": action})).collect();
        let minutes = held.plus(3 * DAY);
        script.step(minutes, INES, &number, "held", json!({"decisions": decisions, "actions": actions, "minutes": {"text": "As decided.", "approved_by": HELENA, "approved_on": day(minutes)}}));
    }
}

/// What, whence, whose, for which service, how many days ago, how far it came.
type Idea = (&'static str, &'static str, &'static str, Option<usize>, i64, &'static str);

fn improvements(script: &mut Script) {
    let list: &[Idea] = &[
        ("Two people on call for backup", "MRV-1", GRETA, Some(6), 258, "done"),
        ("Users reset second factors themselves", "MRV-1", CHEN, Some(8), 250, "done"),
        ("Templates for answers to customers", "CRV-2", AOIFE, Some(9), 190, "done"),
        ("Watching for attacks as a service", "MRV-2", CHEN, None, 84, "going"),
        ("One place for all diagrams", "AUD-1", GRETA, None, 150, "rejected"),
        ("Monthly figures without copying by hand", "OBJ-4", INES, None, 20, "new"),
    ];
    for (text, source, owner, service, days, state) in list {
        let at = script.times.workday(*days, 10, 0);
        let fields = json!({"title": text, "text": text, "source": source, "owner": owner, "service": service.map(portfolio::number), "criteria_scores": {"objectives": 4, "cost": 2, "gain": 4}});
        let number = script.create(at, owner, "improvement", fields);
        let decided = at.plus(2 * DAY);
        let weighed = json!({"priority": "P2", "targets": [{"text": "Less waiting", "number": 20, "unit": "percent"}], "plan": {"text": "Try with one team, then all", "due": day(decided.plus(60 * DAY))}});
        match *state {
            "new" => {}
            "rejected" => script.step(
                decided,
                INES,
                &number,
                "rejected",
                json!({"decision": "rejected", "decided_on": day(decided)}),
            ),
            _ => {
                let mut fields = weighed.clone();
                fields["decision"] = "approved".into();
                fields["decided_by"] = DANIEL.into();
                fields["decided_on"] = day(decided).into();
                script.step(decided, INES, &number, "approved", fields);
                script.step(decided.plus(DAY), owner, &number, "in_progress", Json::Null);
            }
        }
        if *state == "done" {
            finished(script, &number, owner, decided.plus(55 * DAY));
        }
    }
}

fn finished(script: &mut Script, number: &str, owner: &str, at: Moment) {
    script.step(at, owner, number, "implemented", json!({"implemented_on": day(at), "sms_changed": true}));
    script.link(at.plus(HOUR), owner, number, "changes", &process("8.6.2"));
    let measured = at.plus(50 * DAY);
    script.edit(
        measured,
        owner,
        number,
        json!({"measured": {"number": 24, "unit": "percent", "on": day(measured)}, "target_met": true}),
    );
    script.edit(measured.plus(7 * DAY), owner, number, json!({"reported_on": day(measured.plus(7 * DAY))}));
}

fn customers_say(script: &mut Script) {
    let invited: Vec<String> = (1..=CUSTOMERS.len()).map(|place| format!("CUS-{place}")).collect();
    for (half, end) in halves(script) {
        let at = end.plus(21 * DAY + 10 * HOUR);
        let score = script.chance.between(41, 45) as f64 / 10.0;
        let fields = json!({"title": format!("How content are you? {half}"), "period": half, "question": "How content are you with our services?", "scale": "csat-5", "population": 240, "invited": invited, "answers": script.chance.between(58, 90), "score": score, "owner": HUGO,
            "comments": ["Quick and friendly", "Tell us earlier of planned work"]});
        let number = script.create(at, HUGO, "survey", fields);
        let action = json!({"text": "Planned work is told ten days ahead", "source": number, "owner": SAMUEL, "due": day(at.plus(60 * DAY)), "priority": "medium"});
        let action = script.create(at.plus(HOUR), HUGO, "action", action);
        script.step(
            at.plus(2 * DAY),
            HUGO,
            &number,
            "reported",
            json!({"reported_on": day(at.plus(2 * DAY)), "actions": [action]}),
        );
        script.step(at.plus(40 * DAY), SAMUEL, &action, "done", json!({"result": "In the change procedure."}));
        script.edit(
            at.plus(75 * DAY),
            HUGO,
            &action,
            json!({"effect_checked_on": day(at.plus(75 * DAY)), "effective": true}),
        );
    }
    for (days, customer, text, answer) in [
        (
            265,
            1,
            "Nobody answered the telephone for ten minutes on Monday.",
            "Two agents were ill; a second team takes over now.",
        ),
        (180, 2, "The report came late for the second time.", "It is sent by the program since then."),
        (97, 0, "We were told of the maintenance on the same day.", "Our fault. Work is told ten days ahead now."),
        (11, 3, "The scanner in the warehouse has failed four times.", ""),
    ] {
        let at = script.times.workday(days, 15, 0);
        let requester =
            CALLERS.iter().find(|caller| caller.2 == format!("CUS-{}", customer + 1)).map(|caller| caller.1);
        let fields = json!({"title": text, "customer": format!("CUS-{}", customer + 1), "text": text, "raised_on": day(at), "owner": HUGO, "requester": requester});
        let number = script.create(at, HUGO, "complaint", fields);
        script.step(at.plus(HOUR), HUGO, &number, "in_progress", Json::Null);
        if !answer.is_empty() {
            let closed = at.plus(6 * DAY);
            script.step(
                closed,
                HUGO,
                &number,
                "closed",
                json!({"answer": answer, "closed_on": day(closed), "reported_on": day(closed.plus(DAY))}),
            );
        }
    }
}

/// Half-years that are over, within the year and shortly before.
fn halves(script: &Script) -> Vec<(String, Moment)> {
    let quarters = script.times.quarters();
    quarters
        .into_iter()
        .filter(|(name, _)| name.ends_with("Q2") || name.ends_with("Q4"))
        .map(|(name, end)| (format!("{}-{}", &name[..4], if name.ends_with("Q2") { "H1" } else { "H2" }), end))
        .collect()
}

fn verifications(script: &mut Script) {
    for (days, wrong) in [(210, 12usize), (65, 27)] {
        let at = script.times.workday(days, 9, 0);
        let sample: Vec<String> = (0..8).map(|step| format!("CI-{}", step * 6 + 2)).collect();
        let fields = json!({"title": format!("Configuration data, {}", day(at)), "on": day(at), "sample": sample, "errors": [{"ci": format!("CI-{wrong}"), "text": "Stands in another rack than the data say"}], "owner": GRETA});
        let number = script.create(at, GRETA, "ci_verification", fields);
        let action = json!({"text": "Correct the place, look at the neighbours too", "source": number, "owner": GRETA, "due": day(at.plus(20 * DAY)), "priority": "low"});
        let action = script.create(at.plus(HOUR), GRETA, "action", action);
        script.step(at.plus(2 * HOUR), GRETA, &number, "done", json!({"actions": [action]}));
        script.step(at.plus(12 * DAY), GRETA, &action, "done", json!({"result": "Corrected."}));
    }
}

fn knowledge(script: &mut Script) {
    for (place, service) in LIVE.iter().enumerate() {
        let at =
            if place == PORTAL { script.times.workday(205, 10, 0) } else { script.times.founding(30 + place as i64) };
        let topics = [
            format!("First steps when {} does not work", service.name),
            format!("How {} is put together", service.name),
        ];
        for (turn, title) in topics.iter().enumerate() {
            let audience = if turn == 0 { json!(["customers", "staff"]) } else { json!(["staff"]) };
            let fields = json!({"title": title, "services": [portfolio::number(place)], "owner": service.owner, "audience": audience, "uses": script.chance.between(4, 160),
                "text": format!("{title}.\n\n1. Ask what was seen and since when.\n2. Look at the state of its parts.\n3. Follow the table of known errors.\n4. Hand on with all of it written down.")});
            let number = script.create(at, service.owner, "knowledge_article", fields);
            script.step(at.plus(2 * HOUR), service.owner, &number, "published", Json::Null);
            let again = script.times.workday(130 + place as i64, 11, 0);
            script.edit(again, service.owner, &number, json!({"reviewed_on": day(again)}));
            if turn == 0 && place % 4 == 0 {
                // Looked through and found wanting: a second version.
                let text = format!(
                    "{title}.\n\n1. Ask what was seen, since when, and by how many.\n2. Look at the state of its parts on the map of services.\n3. Follow the table of known errors.\n4. Hand on with all of it written down.\n\nNever restart it before step 3."
                );
                script.step_saying(
                    again.plus(HOUR),
                    service.owner,
                    &number,
                    "in_revision",
                    Json::Null,
                    Some(("Restarts hid the cause twice this month.", false)),
                );
                script.edit(again.plus(2 * HOUR), service.owner, &number, json!({"proposed_text": text}));
                script.step(again.plus(3 * HOUR), service.owner, &number, "published", Json::Null);
            }
        }
    }
}
