//! Continuity, security, and the one service that came in during the year.

use model::{
    Moment,
    time::{DAY, HOUR},
};
use serde_json::{Value as Json, json};

use super::{
    parties::PORTAL,
    people::{CHEN, DANIEL, GRETA, HUGO, INES, IVANA, MAREK, SAMUEL, TOMAS, YUSUF, team},
    portfolio::{self, LIVE},
    script::Script,
    times::day,
};

pub fn write(script: &mut Script) {
    transition(script);
    continuity(script);
    controls(script);
    security_incidents(script);
}

fn transition(script: &mut Script) {
    let number = portfolio::number(PORTAL);
    let texts = |what: &str| format!("{what}, written down with the council and checked by the owner.");
    let at = script.times.workday(300, 10, 0);
    let sections = json!({"a": texts("Who does what"), "b": texts("Steps and dates"), "c": texts("People, technology and money"), "d": texts("What it depends on"), "e": texts("Tests"), "f": texts("What must be true to go live"),
        "g": texts("What is to be reached"), "h": texts("How it is operated"), "requirements": portfolio::requirements_of(PORTAL), "cis": portfolio::items(PORTAL)});
    let fields = json!({"title": "Citizen portal comes to us", "service": number, "kind": "new-service", "version": 1, "owner": SAMUEL, "sections": sections});
    let plan = script.create(at, SAMUEL, "transition_plan", fields);
    let approved = at.plus(9 * DAY);
    script.step(approved, SAMUEL, &plan, "approved", json!({"approved_by": DANIEL}));
    script.link(script.times.workday(95, 12, 0), SAMUEL, &plan, "part_of", "SMP-1");
    let design = json!({"title": "Design of the citizen portal", "service": number, "version": 1, "owner": GRETA, "sections": {"a": texts("Duties"), "b": texts("Needs of people"), "c": texts("Technology"), "d": texts("Training"), "e": texts("Changes in other services"),
        "f": texts("Agreements"), "g": texts("Measures"), "requirements": portfolio::requirements_of(PORTAL)}});
    let design = script.create(at.plus(2 * DAY), GRETA, "service_design", design);
    script.step(at.plus(20 * DAY), SAMUEL, &design, "approved", json!({"approved_by": DANIEL}));
    let live = script.times.workday(218, 20, 0);
    let criteria = ["Two hundred users at once", "Restore within two hours", "Service desk trained"];
    let results: Vec<Json> = criteria.iter().map(|criterion| json!({"criterion": criterion, "passed": true})).collect();
    let acceptance =
        json!({"title": "Citizen portal is accepted", "subject": plan, "criteria": criteria, "results": results});
    let tested = live.minus(8 * DAY);
    let acceptance = script.create(tested, SAMUEL, "acceptance", acceptance);
    script.step(tested.plus(2 * DAY), INES, &acceptance, "accepted", json!({"decision": "Goes live as planned."}));
    let on = live.plus(2 * HOUR);
    script.step(on, SAMUEL, &plan, "complete", json!({"went_live_on": day(on)}));
    script.edit(on.plus(HOUR), INES, &number, json!({"stage": "live"}));
    script.edit(on.plus(2 * HOUR), HUGO, "CUS-3", json!({"services": (0..LIVE.len()).filter(|place| LIVE[*place].customers.contains(&2)).map(portfolio::number).collect::<Vec<_>>()}));
    script.link(live.plus(DAY), SAMUEL, &plan, "carries_out", "REL-1");
    let told = live.plus(40 * DAY);
    let report = json!({"title": "Citizen portal: what was reached", "service": number, "outcomes": ["Two hundred users at once", "Half the calls of before"], "achieved": ["Three hundred users at once", "A third fewer calls"], "on": day(told), "told": day(told), "owner": SAMUEL});
    script.settled(told, SAMUEL, "transition_report", report, "done");
    removal(script);
}

fn removal(script: &mut Script) {
    let at = script.times.workday(60, 10, 0);
    let text = "Agreed with the last customer and the owner of the servers.";
    let ahead = |days: i64| day(script.times.at.plus(days * DAY));
    let sections = json!({"a": text, "b": text, "c": text, "d": text, "e": text, "f": text, "g": text, "h": text, "dates": {"removed_on": ahead(40), "access_ends_on": ahead(36)}, "disposal": "Disks are wiped, names given back."});
    let fields = json!({"title": "Shared Web Hosting ends", "service": "SVC-12", "kind": "removal", "version": 1, "owner": GRETA, "sections": sections});
    let plan = script.create(at, GRETA, "transition_plan", fields);
    script.step(at.plus(5 * DAY), SAMUEL, &plan, "approved", json!({"approved_by": DANIEL}));
    script.link(at.plus(6 * DAY), SAMUEL, &plan, "part_of", "SMP-1");
}

fn continuity(script: &mut Script) {
    let at = script.times.founding(24);
    for (place, service) in LIVE.iter().enumerate() {
        let (rto, rpo) = if service.criticality == "critical" { (4, 0) } else { (8, 24) };
        let fields = json!({"service": portfolio::number(place), "title": format!("{}: after a loss", service.name), "rto": rto, "rpo": rpo, "basis": "Talk with customers about a day without it", "agreed_on": day(at), "owner": service.owner});
        script.settled(at, GRETA, "continuity_requirement", fields, "agreed");
    }
    for (turn, (title, places)) in
        [("Applications", 0..5), ("Network, mail, backup, access, workplace", 5..10)].into_iter().enumerate()
    {
        let services: Vec<String> = places.map(portfolio::number).collect();
        let fields = json!({"title": format!("Continuity plan: {title}"), "services": services, "version": 1, "owner": GRETA, "contacts": [GRETA, MAREK, DANIEL, TOMAS], "contacts_checked_on": day(at), "copies": ["Safe at Harbour House", "Phones of those on call"],
            "sections": {"a": "When it is called and by whom", "b": "Steps for each service, in order", "c": "Where people work meanwhile", "d": "Who is told what", "e": "How to come back"}, "review_due": day(script.times.at.plus_months(3))});
        let plan = script.create(at, GRETA, "continuity_plan", fields);
        script.step(at.plus(HOUR), DANIEL, &plan, "approved", Json::Null);
        script.link(script.times.workday(95, 13, 0), GRETA, &plan, "part_of", "SMP-1");
        // The telephone list of the second plan was not looked at for long: the assessment finds it.
        let checked = script.times.workday(if turn == 0 { 70 } else { 215 }, 9, 0);
        script.edit(checked, GRETA, &plan, json!({"contacts_checked_on": day(checked)}));
        for days in [245, 110 + 12 * turn as i64] {
            test(script, &plan, title, days);
        }
        if turn == 0 {
            used(script, &plan);
        }
    }
}

fn test(script: &mut Script, plan: &str, title: &str, days: i64) {
    let on = script.times.workday(days, 8, 0);
    let fields = json!({"title": format!("Exercise: {title}"), "plan": plan, "kind": "partial", "on": day(on), "rto_reached": 3, "rpo_reached": 0, "passed": true, "owner": GRETA});
    let number = script.create(on.plus(9 * HOUR), GRETA, "continuity_test", fields);
    let later = on.plus(12 * DAY);
    let review = json!({"on": day(later), "by": DANIEL, "text": "Goals reached; two telephone numbers were old."});
    script.step(later, GRETA, &number, "done", json!({"review": review}));
}

fn used(script: &mut Script, plan: &str) {
    let at = script.times.workday(171, 8, 20);
    let fields = json!({"title": "Power of a room lost in data centre North", "plan": plan, "invoked_on": at.to_string(), "cause": "A breaker failed during a thunderstorm", "impact": "Patient records stood still for more than two hours"});
    let number = script.create(at.plus(30 * 60_000), GRETA, "continuity_use", fields);
    let over = at.plus(3 * HOUR);
    script.step(over, GRETA, &number, "recovered", json!({"recovery": "Second site took over; back the next night."}));
    let reported = over.plus(6 * DAY);
    script.step(reported, GRETA, &number, "reported", json!({"reported_on": day(reported), "review": {"on": day(reported), "by": DANIEL, "text": "It worked, and took twice as long as in the exercise: the order of steps was changed."}}));
}

fn controls(script: &mut Script) {
    let at = script.times.founding(26);
    let list: &[(&str, Json, Option<&str>, &str)] = &[
        ("Second factor for everybody", json!(["RSK-4"]), None, CHEN),
        ("Administration only from marked devices", json!(["RSK-4"]), None, CHEN),
        ("Rights are looked through each half-year", json!(["RSK-4"]), None, CHEN),
        ("Patches within fourteen days", json!(["RSK-7", "RSK-10"]), None, GRETA),
        ("Mail filter", json!(["RSK-28"]), Some("PTY-3"), YUSUF),
        ("Copies that cannot be overwritten", json!(["RSK-25"]), None, MAREK),
        ("Encryption of disks and lines", json!(["RSK-7"]), None, GRETA),
        ("Watching of sign-ins", json!(["RSK-4"]), None, IVANA),
    ];
    for (place, (name, risks, party, owner)) in list.iter().enumerate() {
        let fields = json!({"name": name, "risks": risks, "external_party": party, "agreed": party.map(|_| day(at)), "owner": owner, "description": format!("{name}, for people and machines alike."), "decision": "Worth its cost", "decided_on": day(at)});
        let number = script.create(at, CHEN, "security_control", fields);
        script.step(at.plus(30 * DAY), CHEN, &number, "operating", Json::Null);
        let checked = script.times.workday(66 - place as i64, 10, 0);
        let works = place != 2;
        script.edit(checked, CHEN, &number, json!({"checked_on": day(checked), "effective": works}));
        if !works {
            let action = json!({"text": "Owners of folders get a list that they can answer with one click", "source": number, "owner": CHEN, "due": script.times.date(-25), "priority": "high"});
            script.create(checked.plus(HOUR), CHEN, "action", action);
        }
    }
    let fields = json!({"name": "Alarm when data leave in large amounts", "risks": ["RSK-4"], "owner": IVANA, "decision": "Comes with Security Monitoring", "decided_on": script.times.date(58)});
    script.settled(script.times.workday(58, 9, 0), CHEN, "security_control", fields, "implementing");
}

fn security_incidents(script: &mut Script) {
    for (days, ty, title, service, impact, volume) in [
        (310, "phishing", "Mail in the name of the managing director", 7, "One person answered, nothing lost", 14),
        (241, "malware", "Attachment with a macro", 7, "Stopped on the device", 3),
        (167, "unauthorised-access", "Account of a leaver used", 8, "Mailbox read for a day", 1),
        (92, "phishing", "Wave of false parcel notes", 7, "Nobody entered a password", 61),
        (38, "phishing", "False sign-in page of the portal", 2, "Two passwords changed", 9),
    ] {
        let at: Moment = script.times.workday(days, 11, 0);
        let fields = json!({"title": title, "type": ty, "service": portfolio::number(service), "risk": "RSK-4", "priority": if volume == 1 { "P2" } else { "P3" }, "target": "Mailboxes", "impact": impact, "volume": volume, "team": team("Security"), "owner": IVANA,
            "description": format!("{title}. {impact}.")});
        let number = script.create(at, IVANA, "security_incident", fields);
        script.step(at.plus(20 * 60_000), IVANA, &number, "in_progress", Json::Null);
        script.note(at.plus(HOUR), IVANA, &number, "Sender blocked, links taken out of all mailboxes.");
        if volume == 1 {
            let rows =
                json!([{"at": at.plus(90 * 60_000).to_string(), "by": IVANA, "to": CHEN, "reason": "Somebody got in"}]);
            script.edit(at.plus(90 * 60_000), IVANA, &number, json!({"escalations": rows}));
        }
        script.step(
            at.plus(5 * HOUR),
            IVANA,
            &number,
            "resolved",
            json!({"resolution": "Passwords changed, people told, senders blocked."}),
        );
        script.step(at.plus(2 * DAY), CHEN, &number, "closed", Json::Null);
        script.edit(at.plus(9 * DAY), CHEN, &number, json!({"reviewed_on": at.plus(9 * DAY).to_string()}));
    }
}
