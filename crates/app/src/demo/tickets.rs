//! Incidents and requests of the year, each told as people tell them: calls, notes, questions, answers, pauses.

use model::{
    Moment,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::{Value as Json, json};

use super::{
    chance::Chance,
    changes::Made,
    parties::{PORTAL, Sla, parties_of},
    people::{AOIFE, CALLERS, DESK, MONITORING, SAMUEL, TOMAS, team},
    portfolio::{self, LIVE},
    script::Script,
    texts::{self, Fault},
};

/// An incident as far as others need to know of it.
pub struct Told {
    pub number: String,
    pub service: usize,
    pub customer: Option<usize>,
    pub item: Option<String>,
    pub raised: Moment,
    pub resolved: Moment,
    /// Milliseconds until which it was to be resolved.
    pub target: i64,
}

impl Told {
    pub fn in_time(&self) -> bool {
        self.resolved.0 - self.raised.0 <= self.target
    }
}

/// Priority, impact, urgency, hours until it is to be resolved.
const PRIORITIES: [(&str, &str, &str, i64); 5] = [
    ("P1", "high", "high", 4),
    ("P2", "high", "medium", 8),
    ("P3", "medium", "medium", 24),
    ("P4", "medium", "low", 40),
    ("P5", "low", "low", 80),
];

pub fn write(script: &mut Script, slas: &[Sla], made: &[Made]) -> Vec<Told> {
    let mut told = Vec::new();
    let mut minutes = (script.times.days - 24) * 24 * 60;
    while minutes > 20 {
        let at = script.times.at.minus(minutes * MINUTE);
        // By day three times as many as by night.
        if (7..19).contains(&(at.0 / HOUR % 24)) || script.chance.percent(30) {
            told.extend(incident(script, slas, at));
        }
        minutes -= script.chance.between(300, 1_500);
    }
    for change in made.iter().filter(|change| change.caused_incident) {
        told.push(caused(script, change));
    }
    requests(script, slas);
    told
}

/// Somebody who may call about a service that was agreed by then.
fn caller<'s>(script: &mut Script, slas: &'s [Sla], at: Moment) -> Option<(&'s Sla, &'static str)> {
    let agreed: Vec<&Sla> = slas.iter().filter(|sla| sla.agreed < at).collect();
    if agreed.is_empty() {
        return None;
    }
    let sla = *script.chance.pick(&agreed);
    let number = format!("CUS-{}", sla.customer + 1);
    let people: Vec<&str> = CALLERS.iter().filter(|caller| caller.2 == number).map(|caller| caller.1).collect();
    Some((sla, *script.chance.pick(&people)))
}

fn priority(script: &mut Script) -> usize {
    match script.chance.between(0, 99) {
        0..=11 => 1,
        12..=68 => 2,
        69..=92 => 3,
        _ => 4,
    }
}

fn filled(script: &mut Script, text: &str) -> String {
    let (place, number) = (*script.chance.pick(&texts::PLACES), script.chance.between(2, 38));
    text.replace("{place}", place).replace("{number}", &number.to_string())
}

fn incident(script: &mut Script, slas: &[Sla], at: Moment) -> Option<Told> {
    let (sla, person) = caller(script, slas, at)?;
    let fault: &Fault = script.chance.pick(texts::FAULTS[sla.service]);
    let (priority, impact, urgency, hours) = PRIORITIES[priority(script)];
    let item =
        script.chance.percent(40).then(|| portfolio::items(sla.service)[script.chance.between(1, 4) as usize].clone());
    let customer = format!("CUS-{}", sla.customer + 1);
    let way = ["phone", "email", "portal", "phone"][script.chance.between(0, 3) as usize];
    let agent = DESK[script.chance.between(0, 1) as usize];
    let mut fields = json!({"title": filled(script, fault.title), "description": filled(script, fault.told), "service": portfolio::number(sla.service), "customer": customer,
        "impact": impact, "urgency": urgency, "category": fault.category, "contact_type": way, "requester": person, "team": team("Service desk")});
    if let Some(item) = &item {
        fields["ci"] = item.as_str().into();
    }
    // What customers write themselves is sorted by the service desk.
    let number = if way == "portal" {
        let own = json!({"title": fields["title"], "description": fields["description"], "service": fields["service"], "contact_type": "portal"});
        let number = script.create(at, person, "incident", own);
        let sorted = json!({"impact": impact, "urgency": urgency, "category": fault.category, "team": team("Service desk"), "ci": fields.get("ci")});
        script.edit(at.plus(2 * MINUTE), agent, &number, sorted);
        number
    } else {
        script.create(at, agent, "incident", fields)
    };
    let resolved = work(script, &number, sla.service, priority, hours * HOUR, at, agent, person, fault);
    Some(Told {
        number,
        service: sla.service,
        customer: Some(sla.customer),
        item,
        raised: at,
        resolved,
        target: hours * HOUR,
    })
}

/// From the call to its end; answers when it was resolved.
#[allow(clippy::too_many_arguments, reason = "one ticket is one story")]
fn work(
    script: &mut Script,
    number: &str,
    service: usize,
    priority: &str,
    target: i64,
    at: Moment,
    agent: &str,
    person: &str,
    fault: &Fault,
) -> Moment {
    let share = match script.chance.between(0, 99) {
        0..=82 => script.chance.between(4, 66),
        83..=93 => script.chance.between(67, 98),
        _ => script.chance.between(101, 150),
    };
    let resolved = at.plus((target * share / 100).max(12 * MINUTE));
    let span = resolved.0 - at.0;
    let looked = *script.chance.pick(&texts::LOOKED);
    let first = at.plus((span / 20).clamp(3 * MINUTE, 2 * HOUR));
    script.step(first, agent, number, "in_progress", json!({"owner": agent}));
    script.note(first.plus(MINUTE), agent, number, looked);
    let mut owner = agent;
    if script.chance.percent(45) {
        owner = *script.chance.pick(portfolio::engineers(service));
        let moved = at.plus(span / 8).max(first.plus(2 * MINUTE));
        script.edit(moved, agent, number, json!({"owner": owner, "team": team(LIVE[service].team)}));
        script.note(moved.plus(2 * MINUTE), agent, number, "Handed on with everything that we know so far.");
    }
    if span > 2 * HOUR && script.chance.percent(22) {
        let (question, answer) = *script.chance.pick(&texts::ASKED);
        let asked = at.plus(span / 4);
        script.step_saying(asked, owner, number, "waiting_customer", Json::Null, Some((question, true)));
        // The answer itself takes it back into work.
        script.reply(asked.plus(span / 6), person, number, answer);
    } else if script.chance.percent(30) {
        script.reply(at.plus(span / 3), owner, number, "We are working on it and tell you as soon as we know more.");
    }
    if share >= 67 {
        let raised = at.plus(target * 6 / 10);
        let rows = json!([{"at": raised.to_string(), "by": owner, "to": if matches!(priority, "P1" | "P2") { TOMAS } else { AOIFE }, "reason": "Target comes near"}]);
        script.edit(raised, owner, number, json!({"escalations": rows}));
    }
    if owner != agent {
        with_supplier(script, number, service, owner, at, span);
    }
    let cure = filled(script, fault.cure);
    let known = script.chance.percent(35);
    script.step_saying(
        resolved,
        owner,
        number,
        "resolved",
        json!({"resolution": cure, "knowledge_used": known, "work": [{"minutes": (span / MINUTE / 5).clamp(5, 240)}]}),
        Some(("It works again. Tell us if you see it once more.", true)),
    );
    let closed = resolved.plus(script.chance.between(20, 110) * HOUR);
    script.step(closed, AOIFE, number, "closed", json!({"closed_code": "solved"}));
    resolved
}

/// Some of what the engineers have needs whoever stands behind the service: the ticket is with the supplier for a while.
fn with_supplier(script: &mut Script, number: &str, service: usize, owner: &str, at: Moment, span: i64) {
    let suppliers = parties_of(service);
    let Some(supplier) = suppliers.first().filter(|_| span > 2 * HOUR && span / MINUTE % 2 == 0) else { return };
    let (gone, back) = (at.plus(span / 2), at.plus(span * 7 / 10));
    script.step(gone, owner, number, "waiting_supplier", json!({"vendor": supplier}));
    script.step(back, owner, number, "in_progress", Json::Null);
    script.note(back.plus(MINUTE), owner, number, "The supplier has done its part; testing it from our side.");
}

/// What a change brought about is seen the morning after.
fn caused(script: &mut Script, change: &Made) -> Told {
    let at = change.at.plus(9 * HOUR);
    let fields = json!({"title": format!("Slow since last night: {}", LIVE[change.service].name), "description": "Monitoring: answers take ten times as long as usual since the work of last night.",
        "service": portfolio::number(change.service), "impact": "high", "urgency": "medium", "category": "performance", "contact_type": "monitoring", "ci": change.item, "requester": LIVE[change.service].owner, "team": team(LIVE[change.service].team)});
    let number = script.create(at, MONITORING, "incident", fields);
    let owner = portfolio::engineers(change.service)[0];
    script.step(at.plus(6 * MINUTE), owner, &number, "in_progress", json!({"owner": owner}));
    script.note(
        at.plus(20 * MINUTE),
        owner,
        &number,
        "Began right after the change of last night; a setting is missing that test does not have.",
    );
    script.edit(at.plus(21 * MINUTE), owner, &number, json!({"caused_by_change": change.number}));
    script.link(at.plus(22 * MINUTE), owner, &number, "caused_by", &change.number);
    let resolved = at.plus(95 * MINUTE);
    script.step(
        resolved,
        owner,
        &number,
        "resolved",
        json!({"resolution": "Setting restored, answers as quick as before."}),
    );
    script.step(resolved.plus(DAY), AOIFE, &number, "closed", json!({"closed_code": "solved"}));
    Told {
        number,
        service: change.service,
        customer: None,
        item: Some(change.item.clone()),
        raised: at,
        resolved,
        target: 8 * HOUR,
    }
}

fn requests(script: &mut Script, slas: &[Sla]) {
    models(script);
    let mut minutes = (script.times.days - 24) * 24 * 60;
    while minutes > 30 {
        let at = script.times.workday(minutes / 1440, 8 + minutes % 9, minutes % 60);
        request(script, slas, at);
        minutes -= script.chance.between(1_000, 2_900);
    }
}

/// Categories of requests, and whether somebody must approve them.
const MODELS: [(&str, bool); 6] = [
    ("access", true),
    ("equipment", true),
    ("software", true),
    ("information", false),
    ("account", true),
    ("move", false),
];

fn models(script: &mut Script) {
    let at = script.times.founding(23);
    for (category, approval) in MODELS {
        let fields = json!({"title": format!("Requests: {category}"), "category": category, "owner": AOIFE, "steps": ["Check who asks and for whom", "Ask for approval where it is needed", "Do it and test it", "Tell the person and write down what was done"],
            "audience": ["staff"], "needs_approval": approval, "version": 1, "reviewed_on": super::times::day(at)});
        script.create(at, AOIFE, "request_model", fields);
    }
}

fn request(script: &mut Script, slas: &[Sla], at: Moment) {
    let Some((sla, person)) = caller(script, slas, at) else { return };
    let Some((title, category, service, outcome)) = wish(script, sla) else { return };
    if service == PORTAL {
        return;
    }
    let agent = *script.chance.pick(&DESK[..2]);
    let priority = *script.chance.pick(&["P3", "P4", "P4", "P5"]);
    let number = ask(script, at, (sla, person, agent), (title, category, service), priority);
    let mut begun = at.plus(script.chance.between(20, 200) * MINUTE);
    if script.chance.percent(30) {
        script.step(begun, agent, &number, "waiting_approval", Json::Null);
        begun = begun.plus(script.chance.between(60, 900) * MINUTE);
        script.step(begun, SAMUEL, &number, "approved", Json::Null);
        begun = begun.plus(15 * MINUTE);
    }
    script.step(begun, agent, &number, "in_progress", json!({"owner": agent}));
    script.note(begun.plus(4 * MINUTE), agent, &number, "Following the instructions for this kind of request.");
    let done = begun.plus(script.chance.between(40, 3_000) * MINUTE);
    script.step_saying(done, agent, &number, "fulfilled", json!({"outcome": outcome}), Some((outcome, true)));
    let closed = done.plus(script.chance.between(10, 100) * HOUR);
    script.step(closed, AOIFE, &number, "closed", Json::Null);
}

/// Something that belongs to a service which the customer has.
fn wish(script: &mut Script, sla: &Sla) -> Option<texts::Wish> {
    let fitting: Vec<_> = texts::WISHES.iter().filter(|wish| LIVE[wish.2].customers.contains(&sla.customer)).collect();
    (!fitting.is_empty()).then(|| **script.chance.pick(&fitting))
}

/// What somebody asks for, and the desk sorts.
fn ask(
    script: &mut Script,
    at: Moment,
    (sla, person, agent): (&Sla, &str, &str),
    (title, category, service): (&str, &str, usize),
    priority: &str,
) -> String {
    let fields = json!({"title": title, "description": format!("{title}, please. Thank you."), "service": portfolio::number(service), "contact_type": "portal"});
    let number = script.create(at, person, "service_request", fields);
    let place = MODELS.iter().position(|(name, _)| *name == category).unwrap_or_default();
    let sorted = json!({"category": category, "priority": priority, "model": format!("RQM-{}", place + 1), "team": team("Service desk"), "customer": format!("CUS-{}", sla.customer + 1)});
    script.edit(at.plus(9 * MINUTE), agent, &number, sorted);
    number
}

/// Percent of their time that requests have used which are open at the end: most run in time, some come near. Late are some of
/// what was ordered days ago.
const USED: [i64; 11] = [3, 8, 15, 22, 31, 40, 45, 52, 61, 82, 91];
/// Working minutes within which a request of P4 is to be fulfilled.
const P4_MINUTES: i64 = 40 * 60;

/// Requests that are in work at the end. They draw from a chance of their own, so that the year before stays as it is.
pub fn write_open(script: &mut Script, slas: &[Sla]) {
    let kept = std::mem::replace(&mut script.chance, Chance::new(script.times.at.0.unsigned_abs()));
    let mut used = USED.iter();
    let mut next = used.next();
    // Not everybody who calls has something to wish for.
    for _ in 0..USED.len() * 40 {
        let Some(percent) = next else { break };
        let at = script.times.worked_ago(P4_MINUTES * percent / 100);
        if open_request(script, slas, at) {
            next = used.next();
        }
    }
    script.chance = kept;
}

fn open_request(script: &mut Script, slas: &[Sla], at: Moment) -> bool {
    let Some((sla, person)) = caller(script, slas, at) else { return false };
    let Some((title, category, service, _)) = wish(script, sla).filter(|wish| wish.2 != PORTAL) else { return false };
    let agent = *script.chance.pick(&DESK[..2]);
    let number = ask(script, at, (sla, person, agent), (title, category, service), "P4");
    let begun = at.plus(script.chance.between(20, 50) * MINUTE);
    script.step(begun, agent, &number, "in_progress", json!({"owner": agent}));
    script.note(begun.plus(4 * MINUTE), agent, &number, "Following the instructions for this kind of request.");
    true
}
