//! How the company directs itself: context, scope, policies, objectives, risks, plan, processes, documents.

use model::{
    Moment,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::{Value as Json, json};

use super::{
    measures,
    parties::PORTAL,
    people::{AOIFE, BEN, CHEN, DANIEL, GRETA, HELENA, HUGO, INES, MEI, OSKAR, SAMUEL, TOMAS},
    portfolio::{self, LIVE},
    reviews,
    script::Script,
    times::day,
};

pub fn write(script: &mut Script) {
    super::risks::write(script);
    context(script);
    policies(script);
    processes(script);
    objectives(script);
    reached(script);
    scope_and_plan(script);
    super::papers::write(script);
    communication(script);
}

/// Name, clause, owner, interactions by place.
pub const PROCESSES: &[(&str, &str, &str, &str)] = &[
    ("Service delivery", "8.2.1", TOMAS, "Runs the daily work"),
    ("Service planning", "8.2.2", INES, "Plans services from needs"),
    ("Parties in the lifecycle", "8.2.3", MEI, "Keeps hold of what others do"),
    ("Service catalogue", "8.2.4", HUGO, "Tells what there is"),
    ("Asset management", "8.2.5", GRETA, "Keeps track of what is owned"),
    ("Configuration management", "8.2.6", GRETA, "Knows what is in place and how it hangs together"),
    ("Business relationships", "8.3.2", HUGO, "Listens to customers"),
    ("Service levels", "8.3.3", HUGO, "Agrees and measures"),
    ("Supplier management", "8.3.4", MEI, "Agrees and measures with suppliers"),
    ("Budgeting and accounting", "8.4.1", OSKAR, "Plans and books money"),
    ("Demand", "8.4.2", BEN, "Foresees use"),
    ("Capacity", "8.4.3", BEN, "Provides enough"),
    ("Change management", "8.5.1", SAMUEL, "Alters things safely"),
    ("Design and transition", "8.5.2", SAMUEL, "Brings in and takes out services"),
    ("Release and deployment", "8.5.3", SAMUEL, "Puts releases into operation"),
    ("Incident management", "8.6.1", TOMAS, "Restores services"),
    ("Request fulfilment", "8.6.2", AOIFE, "Fulfils what users ask for"),
    ("Problem management", "8.6.3", TOMAS, "Finds and removes causes"),
    ("Availability", "8.7.1", BEN, "Keeps services usable"),
    ("Continuity", "8.7.2", GRETA, "Survives losses"),
    ("Information security", "8.7.3", CHEN, "Protects information"),
    ("Improvement", "10.2", INES, "Makes things better"),
];

pub fn process(clause: &str) -> String {
    let place = PROCESSES.iter().position(|process| process.1 == clause).unwrap_or_default();
    format!("PRC-{}", place + 1)
}

fn processes(script: &mut Script) {
    let at = script.times.founding(14);
    for (place, (name, clause, owner, purpose)) in PROCESSES.iter().enumerate() {
        let next = format!("PRC-{}", (place + 1) % PROCESSES.len() + 1);
        let fields = json!({"name": name, "owner": owner, "purpose": format!("{purpose}, as asked in {clause}"), "inputs": ["requests", "records"],
            "outputs": ["records", "reports"], "interactions": [next], "version": 1,
            "criteria": [{"name": measures::of(clause).name, "number": measures::TARGET, "unit": "percent"}]});
        script.create(at, INES, "process", fields);
    }
    for (quarter, end) in script.times.quarters() {
        for place in 0..PROCESSES.len() {
            let at = end.plus((8 + place as i64 % 5) * DAY + 10 * HOUR + script.chance.between(0, 50) * MINUTE);
            process_review(script, place, at, quarter.clone());
        }
    }
    // In the running quarter each owner has looked again.
    for place in 0..PROCESSES.len() {
        let at = script.times.workday(20 + place as i64 % 7, 15, 0).plus(script.chance.between(0, 50) * MINUTE);
        process_review(script, place, at, day(at)[..7].to_string());
    }
}

/// The owner and the SMS manager sit down together; what they look at is counted.
fn process_review(script: &mut Script, place: usize, at: Moment, period: String) {
    let (name, _, owner, _) = PROCESSES[place];
    let fields = json!({"process": format!("PRC-{}", place + 1), "title": format!("{name}, {period}"), "period": period,
        "reviewed_on": day(at), "owner": owner});
    reviews::hold(script, at, INES, "process_review", fields);
}

fn context(script: &mut Script) {
    // Scope comes later than these, so that it could follow from them.
    let at = script.times.founding(11);
    let issues: &[(&str, &str, bool, &str, &str)] = &[
        (
            "market",
            "external",
            true,
            "Two of five customers put their services out to tender next year",
            "Prices and proof of quality decide",
        ),
        (
            "law on network security",
            "external",
            true,
            "Customers must show that their suppliers are under control",
            "More questions, earlier reports of incidents",
        ),
        (
            "climate-change",
            "external",
            true,
            "Hot summers strain cooling of both data centres",
            "Cooling is part of risk and capacity",
        ),
        (
            "skilled people",
            "internal",
            true,
            "Database and network people are hard to find",
            "Two people for each skill",
        ),
        (
            "growth by customers of our customers",
            "internal",
            true,
            "Retail peaks double the load in November",
            "Freeze windows and spare capacity",
        ),
    ];
    for (topic, side, relevant, reason, effect) in issues {
        let fields = json!({"topic": topic, "side": side, "relevant": relevant, "reason": reason, "effect": effect, "owner": INES, "reviewed_on": day(at)});
        let number = script.create(at, INES, "context_issue", fields);
        again(script, &number);
        script.link(at.plus(DAY), INES, &number, "leads_to", "RSK-1");
    }
    let parties: &[(&str, &str, &[&str], &str)] = &[
        (
            "Customers",
            "customer",
            &["Services as agreed", "Honest reports", "Use energy sparingly, with climate in mind"],
            "Agreements, monthly reports, service reviews",
        ),
        ("Users", "user", &["Quick help in plain words"], "Service desk day and night, portal"),
        ("People who work here", "staff", &["Fair shifts", "Training"], "Plan of shifts, training budget"),
        ("Suppliers", "supplier", &["Clear orders", "Payment in time"], "Contracts, quarterly talks"),
        ("Owners", "owner", &["Steady profit", "No bad surprises"], "Monthly report, risk review"),
        ("Data protection authority", "regulator", &["Reports within three days"], "Procedure for security incidents"),
    ];
    for (name, kind, needs, how) in parties {
        let fields = json!({"name": name, "kind": kind, "requirements": needs, "how_met": how, "owner": INES, "reviewed_on": day(at)});
        let number = script.create(at, INES, "interested_party", fields);
        again(script, &number);
        script.link(at.plus(DAY), INES, &number, "leads_to", "OPP-1");
    }
}

/// The yearly look, before the management review.
pub fn again(script: &mut Script, number: &str) {
    let at = script.times.workday(105, 9, 30);
    script.edit(at, INES, number, json!({"reviewed_on": day(at)}));
}

/// Kind, approver, parts.
fn policies(script: &mut Script) {
    let categories = json!({"standard": "Agreed path", "normal": "Board", "major": "Board and top management", "emergency": "At once, told afterwards"});
    let list: [(&str, &str, Json); 4] = [
        (
            "service-management",
            HELENA,
            json!({"a": "Fits a provider of services for banks, hospitals, councils and shops.", "b": "Objectives are set each year from it.", "c": "We keep what is asked of us.", "d": "We get better all the time, and can show it."}),
        ),
        (
            "change",
            DANIEL,
            json!({"a": {"controlled": ["service", "server", "application", "network", "storage"], "exempt": ["accessories"]}, "b": categories, "c": ["Touches a critical service", "More than one customer", "Cannot be undone"]}),
        ),
        (
            "release",
            DANIEL,
            json!({"types": [
            {"type": "major", "frequency": "twice a year", "handling": "Full test, board"}, {"type": "minor", "frequency": "monthly", "handling": "Test, change"},
            {"type": "patch", "frequency": "weekly", "handling": "Standard change"}, {"type": "emergency", "frequency": "when needed", "handling": "Short test, told afterwards"}]}),
        ),
        (
            "information-security",
            HELENA,
            json!({"a": "Confidential by default", "b": "Least rights", "c": "Report at once"}),
        ),
    ];
    for (kind, approver, parts) in list {
        let at = script.times.founding(12);
        let title = format!("Policy on {}", kind.replace('-', " "));
        let fields = json!({"title": title, "kind": kind, "version": 1, "owner": INES, "audiences": ["staff", "customers", "suppliers"], "parts": parts,
            "text": format!("What Tidewell holds to in {}.", kind.replace('-', " ")), "review_due": day(at.plus_months(12)), "references": ["SMP-1#c"]});
        let number = script.create(at, INES, "policy", fields);
        script.step(at.plus(3_600_000), approver, &number, "approved", Json::Null);
        let renewed = script.times.workday(100, 11, 0);
        script.step(
            renewed,
            INES,
            &number,
            "draft",
            json!({"version": 2, "approved_by": null, "approved_on": null, "review_due": day(renewed.plus_months(12))}),
        );
        script.step(renewed.plus(3_600_000), approver, &number, "approved", Json::Null);
    }
}

fn objectives(script: &mut Script) {
    let due = day(script.times.at.plus_months(5));
    // Where it stood before the year, and where it is to be; what lies between is read from the records each month.
    let list: &[(&str, &str, &str, &str, f64, f64, &str)] = &[
        (
            "Incidents are resolved in time",
            "service desk",
            "Share of incidents resolved within target",
            "percent",
            88.0,
            95.0,
            "incidents-in-time",
        ),
        (
            "Fewer changes fail",
            "change management",
            "Share of changes that succeed at once",
            "percent",
            90.0,
            96.0,
            "changes-successful",
        ),
        ("Customers are content", "customer management", "Mean of the ratings", "points", 4.1, 4.4, "satisfaction"),
        (
            "Ready for certification",
            "service management",
            "Share of requirements proved",
            "percent",
            40.0,
            95.0,
            "requirements-proved",
        ),
    ];
    for (place, (statement, function, measure, unit, baseline, target, source)) in list.iter().enumerate() {
        let at = script.times.founding(16);
        let owner = [TOMAS, SAMUEL, HUGO, INES][place];
        let fields = json!({"statement": statement, "function": function, "measure": measure, "unit": unit, "baseline": baseline, "target": target, "counted_from": source, "due": due, "owner": owner,
            "policy_link": "POL-1", "plan": {"a": "Measure, look for the largest cause, remove it", "b": "Two hours a week of each owner", "c": INES, "d": due, "e": "By monthly readings in the report"}});
        let number = script.create(at, INES, "objective", fields);
        script.step(at.plus(3_600_000), DANIEL, &number, "approved", Json::Null);
        script.step(at.plus(DAY), INES, &number, "in_progress", Json::Null);
        let action = json!({"text": format!("Show {} in the monthly report", measure.to_lowercase()), "source": number, "owner": INES, "due": day(at.plus(60 * DAY)), "priority": "medium"});
        let action = script.create(at.plus(60_000), INES, "action", action);
        script.step(at.plus(40 * DAY), INES, &action, "done", json!({"result": "It stands there."}));
        script.edit(at.plus(2 * DAY), INES, &number, json!({"actions": [action]}));
    }
}

/// What was to be reached before the first internal audit, and was: it stands closed beside those of this year.
fn reached(script: &mut Script) {
    let at = script.times.founding(16);
    let by = script.times.workday(super::fieldwork::SYSTEM + 3, 16, 0);
    let fields = json!({"statement": "Seven of ten requirements are proved before the first internal audit", "function": "service management",
        "measure": "Share of requirements proved", "unit": "percent", "baseline": 40, "target": 70, "counted_from": "requirements-proved",
        "due": day(by.plus(3 * DAY)), "owner": INES, "policy_link": "POL-1",
        "plan": {"a": "Close the largest gaps first", "b": "A day a week of each owner", "c": INES, "d": day(by), "e": "By the map of conformity"}});
    let number = script.create(at, INES, "objective", fields);
    script.step(at.plus(HOUR), DANIEL, &number, "approved", Json::Null);
    script.step(at.plus(DAY), INES, &number, "in_progress", Json::Null);
    let action = json!({"text": "Go through the map with every owner", "source": number, "owner": INES, "due": day(at.plus(60 * DAY)), "priority": "medium"});
    let action = script.create(at.plus(60_000), INES, "action", action);
    script.step(at.plus(45 * DAY), INES, &action, "done", json!({"result": "Gone through; each owner has a list."}));
    script.edit(at.plus(2 * DAY), INES, &number, json!({"actions": [action]}));
    script.step(by, INES, &number, "reached", Json::Null);
}

fn scope_and_plan(script: &mut Script) {
    let at = script.times.founding(17);
    let without: Vec<String> = (0..LIVE.len()).filter(|place| *place != PORTAL).map(portfolio::number).collect();
    let all: Vec<String> = (0..LIVE.len()).map(portfolio::number).collect();
    let fields = json!({"title": "Scope of the service management system", "text": "All managed services of Tidewell for its customers, from three sites.", "organization": "Tidewell Managed Services",
        "services": without, "locations": ["Harbour House", "Data centre North", "Data centre South"], "boundaries": "Without the consulting business and without equipment that customers own.", "version": 1, "owner": INES});
    let number = script.create(at, INES, "scope_statement", fields);
    script.step(at.plus(3_600_000), HELENA, &number, "approved", Json::Null);
    let live = script.times.workday(214, 11, 0);
    script.step(
        live,
        INES,
        &number,
        "draft",
        json!({"services": all, "version": 2, "approved_by": null, "approved_on": null}),
    );
    script.step(live.plus(3_600_000), HELENA, &number, "approved", Json::Null);
    plan(script, &without, &all);
}

fn plan(script: &mut Script, without: &[String], all: &[String]) {
    let at = script.times.founding(18);
    let sections = |services: &[String]| {
        json!({
            "a": services, "b": "Three sites, twenty-six people, two data centres.",
            "c": [{"text": "Duties of suppliers to a bank", "owner": CHEN, "how_met": "Controls of the security policy, yearly report"}, {"text": "Protection of patients' data", "owner": CHEN, "how_met": "Contract of data processing, access reviews"}],
            "d": ["ROL-1", "ROL-2", "ROL-3", "ROL-4", "ROL-5"],
            "e": {"human": "Twenty-six people, two of each skill", "technical": "Two data centres, tools", "information": "This system", "financial": "Budgets by service"},
            "f": "By contract and monthly figures, see suppliers.", "g": "Plumbline, monitoring, telephone system.",
            "h": {"measures": ["MEA-1"], "audit_programmes": ["APR-1"], "report_definitions": ["RDF-1"], "improvement": process("10.2")},
        })
    };
    let fields = json!({"title": "Service management plan", "version": 1, "owner": INES, "sections": sections(without), "references": ["POL-1", "OBJ-1", "RSK-1", "SRQ-1"], "review_due": day(at.plus_months(12))});
    let number = script.create(at, INES, "management_plan", fields);
    script.step(at.plus(3_600_000), HELENA, &number, "approved", Json::Null);
    let again = script.times.workday(98, 11, 0);
    script.step(again, INES, &number, "draft", json!({"version": 2, "sections": sections(all), "approved_by": null, "approved_on": null, "review_due": day(again.plus_months(12))}));
    script.step(again.plus(3_600_000), HELENA, &number, "approved", Json::Null);
    let action = json!({"text": "Put the portal into the plan", "source": number, "owner": INES, "due": day(again), "priority": "medium"});
    let action = script.create(again.minus(10 * DAY), INES, "action", action);
    script.step(again.plus(7_200_000), INES, &action, "done", Json::Null);
}

fn communication(script: &mut Script) {
    let customers: Vec<String> = (1..=super::parties::CUSTOMERS.len()).map(|place| format!("CUS-{place}")).collect();
    let at = script.times.founding(19);
    let sent = |script: &mut Script, days: i64, subject: &str, about: &str, audience: Json, by: &str| {
        let at = script.times.workday(days, 12, 0);
        let fields = json!({"subject": subject, "about": about, "audience": audience, "sent_on": day(at), "sent_by": by, "text": format!("{subject}.")});
        script.settled(at, by, "communication", fields, "done")
    };
    let why = sent(
        script,
        250,
        "Why we want to be certified, and what it means for each of us",
        "service-management",
        json!(["staff"]),
        HELENA,
    );
    sent(script, 110, "What the new policies ask of us", "service-management", json!(["staff", "customers"]), DANIEL);
    sent(script, 100, "Three rules against phishing", "information-security", json!(["staff"]), CHEN);
    let hint = sent(script, 99, "How we protect your data", "information-security", json!(["customers"]), CHEN);
    // Suppliers were never told: the assessment finds it.
    let reviews = sent(script, 74, "Minutes of the service reviews", "report", json!(customers), HUGO);
    let plan = [
        ("Service review", "quarterly", "meeting", HUGO, reviews),
        ("Monthly report", "monthly", "e-mail", HUGO, why.clone()),
        ("Planned work", "on-change", "e-mail", SAMUEL, hint),
        ("News of the company", "yearly", "letter", HELENA, why),
    ];
    for (what, when, how, who, message) in plan {
        let fields = json!({"what": what, "when": when, "whom": customers, "how": how, "who": who});
        let number = script.create(at, HUGO, "communication_plan", fields);
        script.link(script.times.workday(70, 9, 0), HUGO, &number, "carries_out", &message);
    }
}
