//! The large incidents of the year, and the problems behind incidents.

use std::collections::HashMap;

use model::{
    Moment,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::{Value as Json, json};

use super::{
    changes::Made,
    people::{AOIFE, DANIEL, DESK, GRETA, INES, PRIYA, TOMAS, team},
    portfolio::{self, LIVE},
    script::Script,
    tickets::Told,
    times::day,
};

/// A time when a service could not be used.
pub struct Outage {
    pub service: usize,
    pub start: Moment,
    pub end: Moment,
    pub planned: bool,
}

struct Large {
    days: i64,
    service: usize,
    title: &'static str,
    told: &'static str,
    cause: &'static str,
    minutes: i64,
    caller: &'static str,
    /// Whether anybody came back to it afterwards.
    reviewed: bool,
}

const LARGE: &[Large] = &[
    Large {
        days: 302,
        service: 0,
        title: "Card payments fail in all branches",
        told: "Every second card is refused since ten past eight.",
        cause: "Pool of database connections too small for the first Monday of a month",
        minutes: 96,
        caller: "maria.conti@castlebrook.example",
        reviewed: true,
    },
    Large {
        days: 171,
        service: 1,
        title: "Patient records cannot be opened",
        told: "No ward can open a record, we write on paper.",
        cause: "Power of one room lost, switch to the second site took too long",
        minutes: 141,
        caller: "fiona.walsh@staldate.example",
        reviewed: true,
    },
    // Its review was taken up again and never came to an end: the assessment finds it.
    Large {
        days: 44,
        service: 0,
        title: "Web shop takes no cards",
        told: "The shop shows an error after the card number since noon.",
        cause: "Certificate of the gateway had ended",
        minutes: 118,
        caller: "james.ames@castlebrook.example",
        reviewed: false,
    },
];

pub fn write(script: &mut Script, told: &mut Vec<Told>, made: &[Made]) -> Vec<Outage> {
    let mut outages = Vec::new();
    for (place, large) in LARGE.iter().enumerate() {
        outages.push(major(script, told, place, large, made));
    }
    running(script, told);
    repeated(script, told, made);
    known(script);
    outages
}

fn major(script: &mut Script, told: &mut Vec<Told>, place: usize, large: &Large, made: &[Made]) -> Outage {
    let at = script.times.workday(large.days, 8, 12);
    let (service, customer) =
        (portfolio::number(large.service), format!("CUS-{}", LIVE[large.service].customers[0] + 1));
    let item = portfolio::items(large.service)[1].clone();
    let number = begin(script, at, large, &service, &customer, &item);
    let resolved = at.plus(large.minutes * MINUTE);
    script.step_saying(
        resolved,
        GRETA,
        &number,
        "resolved",
        json!({"resolution": format!("Cause: {}. Put right and watched for an hour.", large.cause.to_lowercase())}),
        Some(("It works again everywhere. A report follows.", true)),
    );
    review(script, at, &number, large, resolved);
    let problem = cause(script, place, large, &number, resolved, made);
    // Closed with the last step of its procedure, the report.
    script.step(resolved.plus(7 * DAY + HOUR), AOIFE, &number, "closed", json!({"closed_code": "solved"}));
    let outage = json!({"title": format!("{}: {}", LIVE[large.service].name, large.title.to_lowercase()), "service": service, "start": at.minus(2 * MINUTE).to_string(), "planned": false, "incident": number, "owner": GRETA});
    let outage = script.create(at.plus(10 * MINUTE), GRETA, "outage", outage);
    script.step(resolved.plus(5 * MINUTE), GRETA, &outage, "over", json!({"end": resolved.to_string()}));
    script.edit(resolved.plus(DAY), TOMAS, &outage, json!({"cause": large.cause}));
    script.link(resolved.plus(DAY + MINUTE), TOMAS, &outage, "caused_by", &problem);
    told.push(Told {
        number,
        service: large.service,
        customer: Some(LIVE[large.service].customers[0]),
        item: Some(item),
        raised: at,
        resolved,
        target: 4 * HOUR,
    });
    Outage { service: large.service, start: at.minus(2 * MINUTE), end: resolved, planned: false }
}

fn begin(script: &mut Script, at: Moment, large: &Large, service: &str, customer: &str, item: &str) -> String {
    let fields = json!({"title": large.title, "description": large.told, "service": service, "customer": customer, "impact": "high", "urgency": "high", "category": "application", "contact_type": "phone",
        "requester": large.caller, "team": team("Platform"), "ci": item});
    let number = script.create(at, DESK[0], "incident", fields);
    let public = format!("{}: not as it should be. We work on it.", LIVE[large.service].name);
    script.edit(
        at.plus(4 * MINUTE),
        TOMAS,
        &number,
        json!({"major": true, "lead": TOMAS, "public_page": "shown", "public_text": public}),
    );
    script.step(at.plus(5 * MINUTE), TOMAS, &number, "in_progress", json!({"owner": TOMAS}));
    script.note(
        at.plus(9 * MINUTE),
        TOMAS,
        &number,
        "Declared major: a critical service is down for a whole customer. Bridge open, Platform and Network on it.",
    );
    script.reply(
        at.plus(12 * MINUTE),
        TOMAS,
        &number,
        "We treat this as a major incident. I lead the work and write every thirty minutes.",
    );
    script.note(
        at.plus(28 * MINUTE),
        PRIYA,
        &number,
        "Ruled out the network and the last change. Looking at the database and its surroundings.",
    );
    script.reply(
        at.plus(42 * MINUTE),
        TOMAS,
        &number,
        "We have narrowed it down to the application servers. Next news in half an hour.",
    );
    let rows = json!([{"at": at.plus(14 * MINUTE).to_string(), "by": TOMAS, "to": DANIEL, "reason": "Major incident"}]);
    script.edit(at.plus(14 * MINUTE), TOMAS, &number, json!({"escalations": rows}));
    number
}

fn review(script: &mut Script, at: Moment, incident: &str, large: &Large, resolved: Moment) {
    let fields = json!({"title": format!("Review: {}", large.title), "incident": incident, "manager": TOMAS, "told_top_on": at.plus(15 * MINUTE).to_string()});
    let number = script.create(at.plus(16 * MINUTE), TOMAS, "major_incident_review", fields);
    let on = resolved.plus(5 * DAY);
    let action = json!({"text": format!("Alarm before it happens again: {}", large.cause.to_lowercase()), "source": number, "owner": PRIYA, "due": day(on.plus(30 * DAY)), "priority": "high"});
    let action = script.create(on, TOMAS, "action", action);
    script.step(on.plus(22 * DAY), PRIYA, &action, "done", json!({"result": "Alarm in place and tried."}));
    script.step(on.plus(HOUR), TOMAS, &number, "in_review", json!({"causes": [large.cause], "actions": [action], "lessons": "Call the second team after ten minutes, not after thirty."}));
    let reported = on.plus(2 * DAY);
    script.step(reported, TOMAS, &number, "reported", json!({"reported_on": reported.to_string()}));
    if !large.reviewed {
        let doubt = json!({"causes": null, "actions": null, "lessons": "What we took for the cause was not all of it: to be looked at anew."});
        script.step(reported.plus(3 * DAY), TOMAS, &number, "open", doubt);
    }
}

fn cause(script: &mut Script, place: usize, large: &Large, incident: &str, resolved: Moment, made: &[Made]) -> String {
    let fields = json!({"title": format!("Why: {}", large.title.to_lowercase()), "description": "Raised from the major incident, so that it does not come again.", "category": "application", "priority": "P2", "source": "major-incident",
        "service": portfolio::number(large.service), "ci": portfolio::items(large.service)[1], "incidents": [incident], "owner": TOMAS, "team": team("Platform")});
    let number = script.create(resolved.plus(2 * HOUR), TOMAS, "problem", fields);
    script.step(resolved.plus(DAY), PRIYA, &number, "in_progress", json!({"owner": PRIYA}));
    script.note(resolved.plus(DAY + HOUR), PRIYA, &number, "Collected logs of both sites for the hour before.");
    let known = resolved.plus(4 * DAY);
    let whys = json!([
        {"why": format!("Why did it happen: {}?", large.title.to_lowercase()), "because": large.cause},
        {"why": "Why did nobody see it before?", "because": "Nothing watches it between two changes."},
        {"why": "Why does nothing watch it?", "because": "It was set up before watching was part of acceptance."},
    ]);
    let causes = json!([
        {"branch": "technology", "cause": large.cause, "evidence": "Logs of both sites", "verdict": "root"},
        {"branch": "process", "cause": "Not part of acceptance", "evidence": "The checklist of that time", "verdict": "contributes"},
        {"branch": "supplier", "cause": "Work of the network supplier", "evidence": "None was done that week", "verdict": "ruled-out"},
    ]);
    script.step(known, PRIYA, &number, "cause_known", json!({"cause": large.cause, "whys": whys, "causes": causes}));
    error(
        script,
        known.plus(HOUR),
        &number,
        large.service,
        large.title,
        "Restart the application on the second site and take it out of the group.",
        place != 1,
    );
    let change =
        made.iter().find(|change| change.service == large.service && change.at > known && !change.caused_incident);
    let Some(change) = change.filter(|_| large.reviewed) else {
        script.note(
            script.times.workday(12, 10, 0).max(known.plus(2 * HOUR)),
            PRIYA,
            &number,
            "Waits for the next window of the gateway.",
        );
        return number;
    };
    let done = change.at.plus(2 * DAY);
    script.note(known.plus(5 * DAY), PRIYA, &number, "To be removed with the next change of this service.");
    let action = json!({"text": "Check settings of both sites against each other each month", "source": number, "owner": PRIYA, "due": day(done.plus(10 * DAY)), "priority": "medium"});
    let action = script.create(known.plus(DAY), TOMAS, "action", action);
    script.step(done.minus(HOUR), PRIYA, &action, "done", json!({"result": "Runs on the first of each month."}));
    script.step(done, TOMAS, &number, "resolved", json!({"changes": [change.number], "actions": [action]}));
    let effect = json!({"indicator": "Incidents of this sort in three months", "before": 2, "after": 0, "verdict": "effective", "text": "None since."});
    script.step(done.plus(31 * DAY), TOMAS, &number, "closed", json!({"effect": effect}));
    number
}

fn error(
    script: &mut Script,
    at: Moment,
    problem: &str,
    service: usize,
    symptom: &str,
    workaround: &str,
    reviewed: bool,
) {
    let fields = json!({"title": symptom, "symptom": symptom, "problem": problem, "services": [portfolio::number(service)], "workaround": workaround, "owner": TOMAS});
    let number = script.create(at, TOMAS, "known_error", fields);
    script.step(at.plus(MINUTE), TOMAS, &number, "active", Json::Null);
    // One is never looked at again: the assessment finds it.
    if reviewed {
        let again = script.times.workday(33, 11, 0).max(at.plus(2 * MINUTE));
        script.edit(again, TOMAS, &number, json!({"reviewed_on": again.to_string()}));
    }
}

/// The one that is going on at the end.
fn running(script: &mut Script, told: &mut Vec<Told>) {
    let at = script.times.at.minus(47 * MINUTE);
    let large = Large {
        days: 0,
        service: 0,
        title: "Card payments declined at branch tills",
        told: "Tills decline or time out in all branches. Cash and offline payments work.",
        cause: "",
        minutes: 0,
        caller: "maria.conti@castlebrook.example",
        reviewed: false,
    };
    let item = portfolio::items(0)[1].clone();
    let number = begin(script, at, &large, &portfolio::number(0), "CUS-1", &item);
    let fields = json!({"title": format!("Review: {}", large.title), "incident": number, "manager": TOMAS, "told_top_on": at.plus(15 * MINUTE).to_string()});
    script.create(at.plus(16 * MINUTE), TOMAS, "major_incident_review", fields);
    let outage = json!({"title": "Payments Hosting: tills decline cards", "service": portfolio::number(0), "start": at.minus(2 * MINUTE).to_string(), "planned": false, "incident": number, "owner": GRETA});
    script.create(at.plus(20 * MINUTE), GRETA, "outage", outage);
    told.push(Told {
        number,
        service: 0,
        customer: Some(0),
        item: Some(item),
        raised: at,
        resolved: script.times.at.plus(4 * HOUR),
        target: 4 * HOUR,
    });
}

/// Whenever an item is named by three incidents within a month, somebody asks why.
fn repeated(script: &mut Script, told: &mut [Told], made: &[Made]) {
    told.sort_by_key(|told| told.raised);
    let mut items: HashMap<String, Vec<usize>> = HashMap::new();
    let mut problems: HashMap<String, String> = HashMap::new();
    let mut behind: HashMap<String, usize> = HashMap::new();
    for place in 0..told.len() {
        let Some(item) = told[place].item.clone() else { continue };
        let seen = items.entry(item.clone()).or_default();
        seen.push(place);
        let [.., first, second, third] = seen.as_slice() else { continue };
        let (first, second, third) = (&told[*first], &told[*second], &told[*third]);
        let covered = behind.get(&item).is_some_and(|last| seen.len() - last < 3);
        if third.raised.0 - first.raised.0 > 31 * DAY || covered {
            continue;
        }
        let at = third.raised.plus(5 * HOUR);
        let numbers = [first.number.clone(), second.number.clone(), third.number.clone()];
        behind.insert(item.clone(), seen.len());
        match problems.get(&item) {
            // The problem comes to name the incident by itself, as the incidents of a new one come to name it.
            Some(problem) => {
                let (number, problem) = (third.number.clone(), problem.clone());
                script.edit(at.plus(20 * MINUTE), TOMAS, &number, json!({"problem": problem}));
            }
            None => {
                let problem = pattern(script, at, &item, third.service, &numbers, made);
                problems.insert(item, problem);
            }
        }
    }
}

fn pattern(
    script: &mut Script,
    at: Moment,
    item: &str,
    service: usize,
    incidents: &[String; 3],
    made: &[Made],
) -> String {
    let owner = portfolio::engineers(service)[0];
    let fields = json!({"title": format!("Again and again: {} ({item})", LIVE[service].name), "description": "Three incidents on the same item within a month.", "category": "application", "priority": "P3", "source": "trend",
        "service": portfolio::number(service), "ci": item, "incidents": incidents, "owner": owner, "team": team(LIVE[service].team)});
    let number = script.create(at, TOMAS, "problem", fields);
    script.step(at.plus(DAY), owner, &number, "in_progress", Json::Null);
    script.note(
        at.plus(DAY + HOUR),
        owner,
        &number,
        "Laid the three beside each other: all after the nightly restart.",
    );
    let known = at.plus(9 * DAY);
    script.step(
        known,
        owner,
        &number,
        "cause_known",
        json!({"cause": "After the nightly restart a cache is empty and the first users wait for it."}),
    );
    error(
        script,
        known.plus(HOUR),
        &number,
        service,
        "Slow or failing in the first hour of the day",
        "Warm the cache by opening the start page once.",
        true,
    );
    // A change that stays open on purpose would hold back the problem, where that is closed within the year.
    let end = script.times.at;
    let told = script.told(end);
    let closed = |number: &str| told.iter().any(|one| one.number == number && one.came_to("closed").is_some());
    let fits = |change: &&Made| change.at.plus(34 * DAY) > end || closed(&change.number);
    let change = made
        .iter()
        .filter(|change| change.service == service && change.at > known.plus(3 * DAY) && !change.caused_incident)
        .find(fits)
        .filter(|change| change.at.plus(3 * DAY) <= end);
    match change {
        Some(change) => {
            let done = change.at.plus(3 * DAY);
            script.step(
                done,
                owner,
                &number,
                "resolved",
                json!({"changes": [change.number], "actions": ["Cache is warmed by the restart itself"]}),
            );
            let effect = json!({"indicator": "Incidents of this sort in a month", "before": 3, "after": 0, "verdict": "effective", "text": "The cache is warm in the morning."});
            script.step(done.plus(31 * DAY), TOMAS, &number, "closed", json!({"effect": effect}));
        }
        None => script.note(
            script.times.workday(9, 10, 0).max(known.plus(2 * HOUR)),
            owner,
            &number,
            "Change asked for, not scheduled yet.",
        ),
    }
    number
}

/// One that the company has decided to live with.
fn known(script: &mut Script) {
    let at = script.times.workday(280, 10, 0);
    let fields = json!({"title": "Old scanners forget their folder after an update", "description": "Scanners of one make lose their profile with each update of the image.", "category": "hardware", "priority": "P4", "source": "supplier",
        "service": portfolio::number(9), "owner": AOIFE, "team": team("Workplace")});
    let number = script.create(at, AOIFE, "problem", fields);
    script.step(
        at.plus(6 * DAY),
        AOIFE,
        &number,
        "cause_known",
        json!({"cause": "The maker's program keeps the profile in the wrong place and will not be mended."}),
    );
    error(
        script,
        at.plus(6 * DAY + HOUR),
        &number,
        9,
        "Scanner profile lost",
        "Profile is kept in the image and set again by a script.",
        true,
    );
    let decided = at.plus(30 * DAY);
    let decision = json!({"text": "We live with it until the scanners are replaced next year.", "by": INES, "on": decided.to_string()});
    script.step(decided, AOIFE, &number, "closed", json!({"decision": decision}));
}
