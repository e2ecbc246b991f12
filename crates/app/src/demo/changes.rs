//! Changes and releases of the year: what was altered, who decided, how it went.

use model::{
    Moment,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::{Value as Json, json};

use super::{
    parties::PORTAL,
    people::{GRETA, INES, PAVEL, PRIYA, SAMUEL, TOMAS, team},
    portfolio::{self, LIVE},
    reviews,
    script::Script,
    texts,
    times::day,
};

/// A change that was put in place.
pub struct Made {
    pub number: String,
    pub service: usize,
    pub item: String,
    pub at: Moment,
    pub caused_incident: bool,
}

struct Plan<'a> {
    title: &'a str,
    service: usize,
    category: &'a str,
    kind: &'a str,
    requested: Moment,
    start: Moment,
    outcome: &'a str,
    reviewed: bool,
    /// Closed at once, with nobody looking back at it: what the audit of operation finds.
    hurried: bool,
    more: Json,
}

pub fn write(script: &mut Script) -> Vec<Made> {
    let mut made = Vec::new();
    let mut days = script.times.days - 26;
    let mut turn = 0usize;
    while days > 3 {
        made.extend(ordinary(script, turn, days));
        days -= script.chance.between(3, 6);
        turn += 1;
    }
    made.extend(special(script));
    planned(script);
    releases(script, &made);
    trend_reviews(script);
    made
}

fn ordinary(script: &mut Script, turn: usize, days: i64) -> Option<Made> {
    let service = script.chance.between(0, LIVE.len() as i64 - 1) as usize;
    let service = if service == PORTAL && days > 210 { 3 } else { service };
    let title = *script.chance.pick(texts::CHANGES[service]);
    let category = match turn % 9 {
        0 | 2 | 5 | 7 => "standard",
        8 if turn % 18 == 8 => "emergency",
        _ => "normal",
    };
    let minute = script.chance.between(0, 59);
    let requested = script.times.workday(days, 9, minute);
    let ahead = match category {
        "emergency" => 2 * HOUR,
        "standard" => 3 * DAY,
        _ => script.chance.between(8, 11) * DAY,
    };
    let hour = script.chance.between(18, 21);
    let start = match category {
        "emergency" => requested.plus(ahead),
        _ => Moment::of_date(requested.plus(ahead).date()).plus(hour * HOUR),
    };
    // Two brought incidents about, one was backed out: about three of a hundred.
    let outcome = match turn {
        13 | 47 => "caused-incident",
        29 => "backed-out",
        _ => "successful",
    };
    let category = if outcome == "successful" { category } else { "normal" };
    // Nobody came back to three of them: the assessment finds it.
    let forgotten = category == "normal" && outcome == "successful" && (40..75).contains(&days) && turn % 3 == 1;
    let hurried = category == "normal" && outcome == "successful" && (130..230).contains(&days) && turn % 3 == 1;
    let plan = Plan {
        title,
        service,
        category,
        kind: "technical",
        requested,
        start,
        outcome,
        reviewed: !forgotten,
        hurried,
        more: Json::Null,
    };
    Some(whole(script, plan))
}

fn whole(script: &mut Script, plan: Plan<'_>) -> Made {
    let owner = LIVE[plan.service].owner;
    let engineers: Vec<&str> =
        portfolio::engineers(plan.service).iter().copied().filter(|who| *who != SAMUEL).collect();
    let implementer = *script.chance.pick(&engineers);
    let items = portfolio::items(plan.service);
    let item = items[script.chance.between(1, 4) as usize].clone();
    let end = plan.start.plus(2 * HOUR);
    let fields = asked(script, &plan, owner, &item, end);
    let number = script.create(plan.requested, owner, "change", fields);
    decide(script, &plan, &number);
    let begun = plan.start.plus(2 * MINUTE);
    script.step(begun, implementer, &number, "in_progress", Json::Null);
    let at = begun.plus(script.chance.between(25, 100) * MINUTE);
    script.step_saying(at, implementer, &number, "implemented", json!({}), Some(("implemented", false)));
    let noted = at.plus(14 * HOUR);
    script.edit(noted, implementer, &item, json!({"updated_on": noted.to_string(), "last_change": number}));
    finish(script, &plan, &number, at);
    Made { number, service: plan.service, item, at, caused_incident: plan.outcome == "caused-incident" }
}

fn asked(script: &mut Script, plan: &Plan<'_>, owner: &str, item: &str, end: Moment) -> Json {
    let name = LIVE[plan.service].name;
    let tested = plan.start.minus(2 * DAY).max(plan.requested.plus(30 * MINUTE));
    let mut fields = json!({
        "title": format!("{}: {}", name, plan.title), "category": plan.category, "kind": plan.kind, "standard": plan.category == "standard",
        "description": format!("{} for {name}, asked for by the service owner.", plan.title), "services": [portfolio::number(plan.service)], "service": portfolio::number(plan.service), "cis": [item], "ci": item,
        "requested_by": owner, "owner": owner, "team": team(LIVE[plan.service].team), "priority": if plan.category == "emergency" { "P1" } else { "P3" },
        "planned_start": plan.start.to_string(), "planned_end": end.to_string(), "risk": if plan.category == "normal" { "medium" } else { "low" },
        "benefit": "Keeps the service supported and quick.", "feasibility": "Done before in the test environment with the people at hand.", "cost": script.chance.between(0, 6) * 150,
        "effects": {"a": name, "b": "A short interruption at most", "c": "None on agreements", "d": "None on security", "e": "None on capacity"},
        "backout": "Return to the version before; takes twenty minutes.",
        "tests": [{"name": "Test environment", "result": "passed", "on": tested.to_string()}],
    });
    if let (Json::Object(fields), Json::Object(more)) = (&mut fields, &plan.more) {
        fields.extend(more.clone());
    }
    fields
}

/// From the request to the approval; tells those concerned.
fn decide(script: &mut Script, plan: &Plan<'_>, number: &str) {
    let told = |at: Moment| json!({"told": at.to_string()});
    match plan.category {
        "emergency" => {
            let at = plan.requested.plus(40 * MINUTE);
            script.step(at, SAMUEL, number, "approved", told(at));
        }
        "standard" => {
            let at = plan.requested.plus(20 * MINUTE);
            script.step(at, SAMUEL, number, "approved", told(at));
            script.step(at.plus(HOUR), LIVE[plan.service].owner, number, "scheduled", Json::Null);
        }
        _ => {
            script.step(plan.requested.plus(5 * HOUR), LIVE[plan.service].owner, number, "assessing", Json::Null);
            script.step(plan.requested.plus(DAY), LIVE[plan.service].owner, number, "waiting_approval", Json::Null);
            let at = plan.requested.plus(2 * DAY + 3 * HOUR);
            script.note(
                at.minus(HOUR),
                GRETA,
                number,
                "Looked at in the board: no collision with other work that evening.",
            );
            let at_end = at.plus(MINUTE);
            script.step(at, SAMUEL, number, "approved", told(at_end));
            script.step(at.plus(HOUR), SAMUEL, number, "scheduled", Json::Null);
        }
    }
}

fn finish(script: &mut Script, plan: &Plan<'_>, number: &str, at: Moment) {
    if !plan.reviewed {
        return;
    }
    let owner = LIVE[plan.service].owner;
    if plan.category == "standard" {
        script.step(at.plus(DAY), owner, number, "closed", json!({"outcome": plan.outcome}));
        return;
    }
    let on = at.plus(script.chance.between(3, 8) * DAY);
    if plan.hurried {
        script.step(at.plus(DAY), owner, number, "closed", json!({"outcome": plan.outcome}));
        return;
    }
    let text = match plan.outcome {
        "caused-incident" => {
            "It worked, and yet an incident followed: a setting was lost that the test environment does not have. Test environment completed."
        }
        "backed-out" => {
            "Stopped after twenty minutes, old version restored in time. The maker's instructions were wrong."
        }
        _ => "As planned, no calls the day after.",
    };
    let review = json!({"on": on.to_string(), "by": owner, "text": text});
    script.step(on, owner, number, "in_review", json!({"review": review}));
    script.step(on.plus(HOUR), SAMUEL, number, "closed", json!({"outcome": plan.outcome}));
    if plan.outcome != "successful" {
        let action = json!({"text": "Add the case to the test environment", "source": number, "owner": owner, "due": day(on.plus(30 * DAY)), "priority": "medium"});
        let action = script.create(on.plus(30 * MINUTE), owner, "action", action);
        script.step(on.plus(21 * DAY), owner, &action, "done", json!({"result": "Case added, runs with each test."}));
    }
}

/// The few that a year is remembered by.
fn special(script: &mut Script) -> Vec<Made> {
    let mut made = Vec::new();
    let start = script.times.workday(218, 20, 0);
    let portal = Plan {
        title: "Take over the citizen portal",
        service: PORTAL,
        category: "major",
        kind: "new-service",
        requested: script.times.workday(250, 9, 0),
        start,
        outcome: "successful",
        reviewed: true,
        hurried: false,
        more: json!({"customer": "CUS-3"}),
    };
    let change = whole(script, portal);
    script.link(start.minus(10 * DAY), SAMUEL, &change.number, "carries_out", "TPL-1");
    made.push(change);
    let move_ = Plan {
        title: "Move backup proxies to the second site",
        service: 6,
        category: "normal",
        kind: "technical",
        requested: script.times.workday(290, 9, 0),
        start: script.times.workday(276, 19, 0),
        outcome: "successful",
        reviewed: true,
        hurried: false,
        more: json!({"environment_change": true}),
    };
    made.push(whole(script, move_));
    let review = Plan {
        title: "A review before every change is closed",
        service: 9,
        category: "normal",
        kind: "sms",
        requested: script.times.workday(64, 9, 0),
        start: script.times.workday(52, 9, 0),
        outcome: "successful",
        reviewed: true,
        hurried: false,
        more: json!({"description": "The step from implemented to closed is taken away; a review stands between them. Follows from the audit."}),
    };
    made.push(whole(script, review));
    let at = script.times.workday(180, 7, 30);
    let unplanned = Plan {
        title: "Power of rack 12 switched over without warning",
        service: 3,
        category: "emergency",
        kind: "technical",
        requested: at,
        start: at.plus(2 * HOUR),
        outcome: "successful",
        reviewed: true,
        hurried: false,
        more: json!({"unplanned": true, "benefit": "None; it happened during a test of the generator."}),
    };
    let change = whole(script, unplanned);
    let action = json!({"text": "Control room asks us before each test of the generator", "source": change.number, "owner": PAVEL, "due": day(at.plus(20 * DAY)), "priority": "high"});
    let action = script.create(at.plus(DAY), PAVEL, "action", action);
    script.step(
        at.plus(9 * DAY),
        PAVEL,
        &action,
        "done",
        json!({"result": "In the agreement on power and rooms since today."}),
    );
    made.push(change);
    made
}

/// What lies ahead: approved, waiting, new.
fn planned(script: &mut Script) {
    for (place, (service, title)) in [
        (5, "Upgrade of core-sw-01"),
        (3, "Patch hosts, group B"),
        (7, "Mail gateway 4.2"),
        (8, "Stricter sign-in rules"),
        (6, "Backup proxy to rack 12"),
    ]
    .into_iter()
    .enumerate()
    {
        let start = script.times.ago(-(3 + 2 * place as i64), 20, 0);
        let requested = script.times.workday(9 - place as i64, 9, 10);
        let plan = Plan {
            title,
            service,
            category: "normal",
            kind: "technical",
            requested,
            start,
            outcome: "",
            reviewed: false,
            hurried: false,
            more: Json::Null,
        };
        let owner = LIVE[service].owner;
        let item = portfolio::items(service)[2].clone();
        let fields = asked(script, &plan, owner, &item, start.plus(3 * HOUR));
        let number = script.create(requested, owner, "change", fields);
        if place < 3 {
            decide(script, &plan, &number);
        } else {
            script.step(requested.plus(5 * HOUR), owner, &number, "assessing", Json::Null);
            script.step(requested.plus(DAY), owner, &number, "waiting_approval", Json::Null);
        }
    }
    let at = script.times.workday(30, 10, 0);
    let fields = json!({"title": "Security Monitoring as a service", "category": "major", "kind": "new-service", "requested_by": INES, "owner": INES, "services": ["SVC-11"], "service": "SVC-11",
        "priority": "P3", "description": "Three customers try it and want to keep it. Waits for the figures of the pilot.", "effects": {"a": "A new service", "b": "Two people more", "c": "New agreements", "d": "Better", "e": "A small server"}});
    script.create(at, INES, "change", fields);
    let at = script.times.workday(45, 10, 0);
    let start = script.times.ago(-36, 9, 0);
    let plan = Plan {
        title: "Take away Shared Web Hosting",
        service: 3,
        category: "major",
        kind: "removal",
        requested: at,
        start,
        outcome: "",
        reviewed: false,
        hurried: false,
        more: json!({"services": ["SVC-12"], "service": "SVC-12", "title": "Take away Shared Web Hosting", "customer": "CUS-4"}),
    };
    let fields = asked(script, &plan, GRETA, &portfolio::items(3)[3], start.plus(5 * HOUR));
    let number = script.create(at, GRETA, "change", fields);
    decide(script, &plan, &number);
    script.link(at.plus(4 * DAY), SAMUEL, &number, "carries_out", "TPL-2");
}

/// What comes round every year: the stocktake of configuration data, and a contract that is made anew.
pub fn routine(script: &mut Script) {
    for requested in [script.times.founding(12).plus(HOUR), script.times.workday(108, 10, 0)] {
        stocktake(script, requested);
    }
    let line = Plan {
        title: "Second line at the two largest sites",
        service: 5,
        category: "normal",
        kind: "technical",
        requested: script.times.workday(170, 10, 0),
        start: script.times.workday(158, 19, 0),
        outcome: "successful",
        reviewed: true,
        hurried: false,
        more: json!({"description": "Northline Telecom lays a second line to the two largest sites. Its contract is made anew for that."}),
    };
    let change = whole(script, line);
    super::parties::renewed(script, &change.number, change.at.plus(2 * DAY));
}

/// Every entry is held against the real thing, and says so.
fn stocktake(script: &mut Script, requested: Moment) {
    let items = portfolio::all_items();
    let plan = Plan {
        title: "Stocktake of the configuration data",
        service: 3,
        category: "standard",
        kind: "technical",
        requested,
        start: Moment::of_date(requested.plus(3 * DAY).date()).plus(18 * HOUR),
        outcome: "successful",
        reviewed: true,
        hurried: false,
        more: json!({"title": "Stocktake of the configuration data", "cis": items, "services": (0..LIVE.len()).map(portfolio::number).collect::<Vec<_>>(),
            "description": "Every entry is held against the real thing, item by item, and corrected where they differ."}),
    };
    let made = whole(script, plan);
    for (place, item) in items.iter().enumerate().filter(|(_, item)| **item != made.item) {
        let at = made.at.plus((20 + place as i64) * MINUTE);
        script.edit(at, GRETA, item, json!({"updated_on": at.to_string(), "last_change": made.number}));
    }
}

fn releases(script: &mut Script, made: &[Made]) {
    let chosen: Vec<&Made> = made.iter().filter(|made| !made.caused_incident).step_by(12).collect();
    let first = made.iter().find(|made| made.service == PORTAL && made.at < script.times.ago(215, 0, 0));
    for (place, change) in first.into_iter().chain(chosen).enumerate() {
        release(script, place, change);
    }
}

fn release(script: &mut Script, place: usize, change: &Made) {
    let owner = LIVE[change.service].owner;
    let ty = if place == 0 { "major" } else { ["minor", "patch", "minor"][place % 3] };
    let at = change.at.minus(6 * DAY);
    let fields = json!({"title": format!("{} release {}", LIVE[change.service].name, place + 1), "type": ty, "service": portfolio::number(change.service), "owner": owner, "changes": [change.number],
        "problems": ["none"], "known_errors": ["none"], "deliverables": ["Package", "Instructions", "Way back"], "method": "One site after the other, in the evening", "planned_on": change.at.to_string(),
        "criteria": [{"text": "Sign-in works", "met": true}, {"text": "Answers within two seconds", "met": true}], "description": "What the change brings, as one package."});
    let number = script.create(at, owner, "release", fields);
    script.step(at.plus(2 * DAY), PRIYA, &number, "building", Json::Null);
    script.step(at.plus(4 * DAY), PRIYA, &number, "testing", Json::Null);
    let verified = change.at.minus(20 * HOUR);
    script.step(verified, SAMUEL, &number, "approved", json!({"verified_on": verified.to_string(), "baseline": {"on": verified.to_string(), "cis": [change.item]}, "told": verified.to_string()}));
    script.step(change.at, PAVEL, &number, "deployed", Json::Null);
    let after = change.at.plus(14 * HOUR);
    script.edit(after, owner, &number, json!({"post_check": {"on": after.to_string(), "by": owner, "result": "All criteria hold in operation"}, "outcome": "successful"}));
    let closed = change.at.plus(10 * DAY);
    script.step(closed, SAMUEL, &number, "closed", json!({"incidents": [], "review": {"on": closed.to_string(), "by": SAMUEL, "text": "No incident counted in ten days."}}));
}

fn trend_reviews(script: &mut Script) {
    let list: &[(&str, &[i64], &str)] = &[
        ("change", &[320, 150], SAMUEL),
        ("release", &[145], SAMUEL),
        ("incident", &[300, 220, 140, 55], TOMAS),
        ("problem", &[290, 120], TOMAS),
        ("security-incident", &[130], super::people::CHEN),
        ("capacity", &[125], super::people::BEN),
    ];
    for (subject, all, owner) in list {
        for days in *all {
            let at = script.times.workday(*days, 13, 0);
            let period = day(at.minus(40 * DAY))[..7].to_string();
            let fields = json!({"title": format!("Trends: {}", subject.replace('-', " ")), "subject": subject, "period": period, "on": day(at), "reported_on": day(at.plus(2 * DAY)), "owner": owner});
            let number = reviews::hold(script, at, owner, "trend_review", fields);
            let action = json!({"text": "Tell the teams and watch it", "source": number, "owner": owner, "due": day(at.plus(30 * DAY)), "priority": "low"});
            let action = script.create(at.plus(MINUTE), owner, "action", action);
            script.edit(at.plus(2 * MINUTE), owner, &number, json!({"actions": [action]}));
            script.step(at.plus(20 * DAY), owner, &action, "done", json!({"result": "Told in the weekly meeting."}));
        }
    }
}
