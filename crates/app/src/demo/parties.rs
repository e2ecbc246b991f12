//! Customers with their agreements, and suppliers with their contracts.

use desk::Desk;
use engines::clocks::Standing;
use model::{
    Moment,
    time::{DAY, HOUR},
};
use serde_json::{Value as Json, json};

use super::{
    measures,
    people::{CALLERS, GRETA, HUGO, INES, MEI, team},
    portfolio::{self, LIVE},
    reviews,
    script::{Script, Stop},
    times::day,
};
use crate::Failure;

/// Name, domain, one who signs.
pub const CUSTOMERS: &[(&str, &str)] = &[
    ("Castlebrook Bank", "castlebrook.example"),
    ("St Aldate Hospital", "staldate.example"),
    ("Wexcombe Council", "wexcombe.example"),
    ("Lindqvist Retail", "lindqvist.example"),
    ("Harbour Dental Group", "harbourdental.example"),
];

pub struct Sla {
    pub number: String,
    pub service: usize,
    pub customer: usize,
    /// When it was agreed.
    pub agreed: Moment,
}

pub fn write(script: &mut Script) -> Vec<Sla> {
    customers(script);
    suppliers(script);
    agreements(script)
}

fn customers(script: &mut Script) {
    let at = script.times.founding(4);
    for (place, (name, domain)) in CUSTOMERS.iter().enumerate() {
        let number = format!("CUS-{}", place + 1);
        let contacts: Vec<&str> = CALLERS.iter().filter(|caller| caller.2 == number).map(|caller| caller.1).collect();
        let services: Vec<String> = (0..LIVE.len())
            .filter(|service| LIVE[*service].customers.contains(&place) && *service != PORTAL)
            .map(portfolio::number)
            .collect();
        let fields = json!({"name": name, "contacts": contacts, "relationship_owner": HUGO, "services": services, "active": true,
            "domains": [domain], "address": format!("{name}, main office")});
        let number = script.create(at, HUGO, "customer", fields);
        reviews(script, &number, name, &contacts);
    }
}

/// The service that went live during the year.
pub const PORTAL: usize = 2;

fn reviews(script: &mut Script, customer: &str, name: &str, contacts: &[&str]) {
    for (turn, days) in [300, 190, 75].into_iter().enumerate() {
        let at = script.times.workday(days - customer.len() as i64, 14, 0);
        let mut present = vec![HUGO];
        present.extend(contacts.iter().take(1));
        let fields = json!({"customer": customer, "title": format!("Service review with {name}"), "held_on": day(at), "present": present,
            "outcomes": "Gone through figure by figure; minutes sent the next day.", "owner": HUGO});
        let number = reviews::hold(script, at, HUGO, "customer_review", fields);
        if turn == 1 {
            let action = json!({"text": format!("Send {name} a list of unused accounts each quarter"), "source": number, "owner": HUGO,
                "due": script.times.date(days - 40), "priority": "low"});
            let action = script.create(at.plus(60_000), HUGO, "action", action);
            script.step(
                script.times.workday(days - 30, 10, 0),
                HUGO,
                &action,
                "done",
                json!({"result": "First list sent."}),
            );
        }
    }
}

/// Name, what they do, first day before the founding, services that they stand behind, share of results met.
pub const SUPPLIERS: &[(&str, &str, &[usize])] = &[
    ("Northline Telecom", "Lines between all sites", &[5]),
    ("Halden Storage", "Storage arrays and their repair", &[3, 6]),
    ("Brightmail", "Mail filter in front of our servers", &[7]),
    ("Quayside Facilities", "Power, cooling and rooms of both data centres, a company of our own group", &[]),
];

/// Teams whose time with a ticket is agreed, and how many in a hundred are to leave them in time.
const ENGINEERS: [&str; 4] = ["Platform", "Network", "Workplace", "Security"];
const WITH_ENGINEERS: i64 = 80;

/// Times for tickets by priority, as rows of an agreement.
fn times(of: &[(&str, &str)]) -> Vec<Json> {
    of.iter().map(|(priority, time)| json!({"priority": priority, "resolution": time})).collect()
}

/// Suppliers behind a service, by number.
pub fn parties_of(service: usize) -> Vec<String> {
    (0..SUPPLIERS.len())
        .filter(|place| SUPPLIERS[*place].2.contains(&service))
        .map(|place| format!("PTY-{}", place + 1))
        .collect()
}

fn suppliers(script: &mut Script) {
    let at = script.times.founding(6);
    for (place, (name, what, _)) in SUPPLIERS.iter().enumerate() {
        let internal = place == 3;
        let components = match place {
            0 => json!([portfolio::core_switch()]),
            1 => json!([portfolio::array()]),
            2 => json!([portfolio::items(7)[1]]),
            _ => json!([format!("CI-{}", LIVE.len() * 5 + 6)]),
        };
        let fields = json!({"name": name, "kind": if internal { "internal" } else { "external" }, "active": true, "owner": MEI,
            "provides": {"components": components}, "criteria": "Price, record, security, nearness", "controls": "Monthly figures, yearly visit",
            "interfaces": format!("{what}. Faults by telephone, orders by portal, figures by the fifth working day."),
            "escalation_contact": format!("Duty manager of {name}"), "information_access": place == 2,
            "contacts": [format!("service@{}.example", name.to_lowercase().replace(' ', "-"))]});
        let number = script.create(at, MEI, "other_party", fields);
        evaluations(script, &number, name);
        if internal {
            internal_agreement(script, &number);
        } else {
            contract(script, place, &number, name, what);
        }
        results(script, place, &number, internal);
    }
    engineering(script);
}

fn evaluations(script: &mut Script, party: &str, name: &str) {
    let at = script.times.founding(6).plus(3_600_000);
    let fields = json!({"party": party, "title": format!("{name}: selection"), "kind": "selection", "criteria": ["fit", "performance", "price", "record"], "result": "suitable",
        "on": day(at.minus(60 * DAY)), "owner": MEI, "note": "Chosen among three, papers in the contract folder."});
    script.settled(at, MEI, "party_evaluation", fields, "done");
    let at = script.times.workday(130, 11, 0);
    let fields = json!({"party": party, "title": format!("{name}: yearly"), "kind": "yearly", "criteria": ["performance", "price", "security", "continuity"], "result": "keep",
        "on": day(at), "owner": MEI});
    script.settled(at, MEI, "party_evaluation", fields, "done");
}

fn contract(script: &mut Script, place: usize, party: &str, name: &str, what: &str) {
    let at = script.times.founding(7);
    // One of them ends soon, so that there is something to see to.
    let end = if place == 2 { script.times.at.plus(21 * DAY) } else { at.plus_months(36) };
    let fields = json!({
        "party": party, "title": format!("Contract with {name}"), "scope": what,
        "requirements": ["Faults taken day and night", "People who enter sites are named beforehand", "Data stay in the country"],
        "targets": [{"name": "availability", "kind": "availability", "number": 99.9, "unit": "percent", "period": "month", "comparison": "at-least"},
            {"name": "response", "kind": "incident-response", "number": 30, "unit": "minutes", "period": "month", "comparison": "at-most"}],
        "ticket_targets": times(&[("P1", "PT2H"), ("P2", "PT3H"), ("", "PT4H")]),
        "duties": {"ours": "Tell of planned work five days ahead, let technicians in.", "theirs": "Repair, spare parts, monthly figures."},
        "interfaces": "Fault line, order portal, monthly figures, quarterly talk.", "start": day(at), "end": day(end),
        "notice_days": 90, "review_due": day(script.times.at.plus_months(5)), "version": 1, "value": 48_000 + 12_000 * place as i64, "owner": MEI,
    });
    let number = script.settled(at, MEI, "contract", fields, "active");
    let reviewed = script.times.workday(120 - 5 * place as i64, 10, 0);
    let fields = json!({"contract": number, "title": format!("Contract with {name}: yearly look"), "on": day(reviewed), "outcome": "Still fits what the services need; price index noted.", "owner": MEI});
    script.settled(reviewed, MEI, "contract_review", fields, "done");
    if place == 1 {
        let at = script.times.workday(160, 10, 0);
        let fields = json!({"party": party, "contract": number, "title": "Invoice for a disk that was under warranty", "raised_on": day(at),
            "text": "Two disks of sto-08 were invoiced, though warranty ran until the end of the month.", "owner": MEI});
        let dispute = script.create(at, MEI, "dispute", fields);
        script.note(
            script.times.workday(150, 16, 0),
            MEI,
            &dispute,
            "Spoke to their sales lead; they look into the serial numbers.",
        );
        let closed = script.times.workday(138, 9, 0);
        script.step(
            closed,
            MEI,
            &dispute,
            "closed",
            json!({"outcome": "Credit note received.", "closed_on": day(closed)}),
        );
    }
}

/// The first contract in its second version, which a change asked for.
pub fn renewed(script: &mut Script, change: &str, at: Moment) {
    let fields = json!({"version": 2, "start": day(at), "scope": "Lines between all sites, two to each of the largest", "value": 61_500});
    script.edit(at, MEI, "CON-1", fields);
    script.link(at.plus(60_000), MEI, "CON-1", "carries_out", change);
}

fn internal_agreement(script: &mut Script, party: &str) {
    let at = script.times.founding(12);
    let fields = json!({"party": party, "title": "Power and rooms", "targets": [{"name": "power", "kind": "availability", "number": 99.99, "unit": "percent", "period": "month", "comparison": "at-least"}],
        "commitments": ["Generator test each month", "Access log on request"], "activities": ["power", "rooms"],
        "interfaces": "Control room day and night, monthly figures.", "version": 1, "agreed_on": day(at), "review_due": day(script.times.at.plus_months(2)), "owner": MEI});
    script.settled(at, MEI, "internal_agreement", fields, "agreed");
}

/// The engineers of our own house promise the service desk how long a ticket stays with them.
fn engineering(script: &mut Script) {
    let at = script.times.founding(12);
    let name = "Tidewell Engineering";
    let fields = json!({"name": name, "kind": "internal", "active": true, "owner": MEI, "provides": {"processes": ["Second and third level of incidents"]},
        "criteria": "Own people", "controls": "Figures of their own clocks each month", "interfaces": "The queue of each team; on call by telephone.",
        "escalation_contact": "Lead of the team", "information_access": true, "contacts": [GRETA]});
    let party = script.create(at, MEI, "other_party", fields);
    evaluations(script, &party, name);
    let fields = json!({"party": party, "title": "Time with the engineers", "teams": ENGINEERS.map(team),
        "targets": [{"name": "response", "kind": "incident-resolution", "number": WITH_ENGINEERS, "unit": "percent", "period": "month", "comparison": "at-least"}],
        "ticket_targets": times(&[("P1", "PT3H"), ("P2", "PT5H30M"), ("P3", "PT16H"), ("P4", "PT27H"), ("P5", "PT54H")]),
        "activities": ["support"], "interfaces": "The desk hands over with what it knows; back with what was done.", "version": 1,
        "agreed_on": day(at), "review_due": day(script.times.at.plus_months(3)), "owner": MEI});
    script.settled(at, MEI, "internal_agreement", fields, "agreed");
    let ends = script.times.months().into_iter().map(|month| month.end.plus(4 * DAY + 11 * HOUR));
    script.stops.extend(ends.map(|at| (at, Stop::Legs)));
}

/// How many tickets of the month that is over left the engineers in time, by the clocks of their legs. Who misses the target says
/// why.
///
/// # Errors
/// What the desk refuses.
pub async fn with_engineers(desk: &Desk, script: &mut Script, at: Moment) -> Result<(), Failure> {
    let Some(month) = script.times.months().into_iter().rfind(|month| month.end <= at) else { return Ok(()) };
    let filter = format!("resolved_on >= {} and resolved_on < {}", day(month.begin), day(month.end));
    let (mut met, mut all) = (0, 0);
    for shown in reviews::found(desk, "incident", &filter, at).await? {
        for clock in shown.clocks().iter().filter(|clock| ENGINEERS.iter().any(|name| team(name) == clock.leg)) {
            met += i64::from(clock.standing == Standing::Met);
            all += i64::from(matches!(clock.standing, Standing::Met | Standing::Missed | Standing::Late));
        }
    }
    if all == 0 {
        return Ok(());
    }
    let actual = measures::percent(met, all);
    let is_met = actual >= WITH_ENGINEERS as f64;
    let party = format!("PTY-{}", SUPPLIERS.len() + 1);
    let mut fields = json!({"party": party, "title": format!("Tidewell Engineering: {}", month.name), "target": "response", "period": month.name, "actual": actual, "met": is_met});
    if !is_met {
        fields["reason"] = format!("{} of {all} tickets stayed longer than agreed.", all - met).into();
    }
    let result = script.create(at, MEI, "supplier_result", fields);
    if !is_met {
        let action = json!({"text": "Look with the leads at the tickets that stayed too long", "source": result, "owner": MEI,
            "due": day(at.plus(30 * DAY)), "priority": "medium"});
        let action = script.create(at, MEI, "action", action);
        script.step(at.plus(20 * DAY), MEI, &action, "done", json!({"result": "Gone through one by one."}));
    }
    Ok(())
}

fn results(script: &mut Script, place: usize, party: &str, internal: bool) {
    for (turn, month) in script.times.months().into_iter().enumerate() {
        let at = month.end.plus(4 * DAY + 10 * HOUR);
        let missed = place == 2 && turn % 6 == 4;
        let (low, high) = if internal { (99_992, 100_000) } else { (99_905, 99_999) };
        let actual = if missed { 99.61 } else { script.chance.between(low, high) as f64 / 1000.0 };
        let mut fields = json!({"party": party, "title": format!("{}: {}", SUPPLIERS[place].0, month.name), "target": "availability", "period": month.name, "actual": actual, "met": !missed});
        if missed {
            fields["reason"] = "Their filter queued mail for two hours after an update.".into();
        }
        let result = script.create(at, MEI, "supplier_result", fields);
        if missed {
            let action = json!({"text": "Brightmail tells us of updates two days ahead and keeps the old version ready", "source": result, "owner": MEI,
                "due": day(at.plus(30 * DAY)), "priority": "medium"});
            let action = script.create(at.plus(600_000), MEI, "action", action);
            script.step(at.plus(20 * DAY), MEI, &action, "done", json!({"result": "Agreed in writing."}));
        }
    }
}

/// An agreement for each pair of customer and service.
fn agreements(script: &mut Script) -> Vec<Sla> {
    let mut slas = Vec::new();
    for (service, offered) in LIVE.iter().enumerate() {
        for customer in offered.customers {
            let at = if service == PORTAL { script.times.workday(225, 15, 0) } else { script.times.founding(20) };
            let signer =
                CALLERS.iter().find(|caller| caller.2 == format!("CUS-{}", customer + 1)).map_or("", |caller| caller.1);
            let fields = sla(service, *customer, signer, at);
            let number = script.create(at.minus(7 * DAY), HUGO, "sla", fields);
            script.step(at, INES, &number, "agreed", json!({"agreed_on": day(at)}));
            slas.push(Sla { number, service, customer: *customer, agreed: at });
        }
    }
    slas
}

fn sla(service: usize, customer: usize, signer: &str, at: Moment) -> Json {
    let offered = &LIVE[service];
    let limit = 40;
    // Requests are worked on while the office is open; an order has the days of the catalogue beside this.
    let requests = [("P1", "PT1H", "PT8H"), ("P2", "PT2H", "PT16H"), ("P3", "PT4H", "PT24H"), ("P4", "PT12H", "PT40H"), ("P5", "PT24H", "PT80H")]
        .map(|(priority, response, resolution)| json!({"kind": "service_request", "priority": priority, "response": response, "resolution": resolution, "calendar": portfolio::OFFICE_HOURS}));
    let tickets: Vec<Json> = [("P1", "PT15M", "PT4H"), ("P2", "PT30M", "PT8H"), ("P3", "PT4H", "PT24H"), ("P4", "PT8H", "PT40H"), ("P5", "PT16H", "PT80H")]
        .iter()
        .map(|(priority, response, resolution)| json!({"kind": "incident", "priority": priority, "response": response, "resolution": resolution, "calendar": "CLN-2"}))
        .chain([("P1", "PT24H"), ("P2", "PT80H"), ("P3", "PT160H")].map(|(priority, workaround)| {
            // While a cause is sought, people must be able to go on working.
            json!({"kind": "problem", "priority": priority, "workaround": workaround})
        }))
        .chain(requests)
        .collect();
    json!({
        "title": format!("{} for {}", offered.name, CUSTOMERS[customer].0), "service": portfolio::number(service), "customer": format!("CUS-{}", customer + 1),
        "version": 1, "owner": offered.owner, "agreed_by": [HUGO, signer], "valid_from": day(at), "valid_until": day(at.plus_months(24)),
        "targets": [
            {"name": "availability", "kind": "availability", "number": offered.availability, "unit": "percent", "period": "month", "comparison": "at-least"},
            {"name": "incident-resolution", "kind": "incident-resolution", "number": RESOLVED_IN_TIME, "unit": "percent", "period": "month", "comparison": "at-least"},
        ],
        "ticket_targets": tickets,
        "escalation_steps": [
            {"clock": "response", "percent": 100, "to": "team_lead"},
            {"priority": "P1", "clock": "resolution", "percent": 50, "to": "on_call"},
            {"clock": "resolution", "percent": 75, "to": "team_lead"},
            {"clock": "resolution", "percent": 100, "to": "service_owner"},
            {"clock": "update", "percent": 100, "to": "owner"},
        ],
        "workload_limits": [{"name": "incidents", "number": limit, "unit": "incidents", "period": "month"}],
        "exceptions": ["Announced maintenance", "Faults of equipment that is the customer's own"],
        "requirements": portfolio::requirements_of(service), "calendar": "CLN-2", "review_due": day(at.plus_months(18)),
    })
}

/// Percent of incidents that are to be resolved within their target.
pub const RESOLVED_IN_TIME: i64 = 80;
