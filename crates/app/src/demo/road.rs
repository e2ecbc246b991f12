//! The way to the certificate: the body, the plan with its tasks, work and money, gaps, people's doubts, audits to come.

use engines::conformity::catalogue;
use model::{
    Moment,
    time::{DAY, HOUR},
};
use serde_json::{Value as Json, json};

use super::{
    people::{AOIFE, CHEN, DANIEL, GRETA, HUGO, INES, LUCIA, SAMUEL, SARA, TOMAS},
    script::Script,
    times::day,
};

/// Days before the end on which the plan begins; stage 1 lies so many days after the end.
const BEGAN: i64 = 262;
const STAGE_1: i64 = -55;

pub fn write(script: &mut Script) {
    body_and_application(script);
    stakeholders(script);
    plan(script);
    let tasks = tasks(script);
    gaps(script, &tasks);
    audits(script);
}

fn body_and_application(script: &mut Script) {
    let at = script.times.workday(BEGAN - 20, 10, 0);
    let fields = json!({"name": "Meridian Certification", "accredited_by": "UKAS", "mark": "IAF MLA", "contact": "planning@meridian.example", "owner": INES,
        "answer_days": 21, "major_days": 90, "minor_days": 30, "stage_1_months": 6, "last_day": "day-before",
        "grades": [{"name": "Category 1", "means": "major"}, {"name": "Category 2", "means": "minor"}, {"name": "Remark", "means": "observation"}],
        "audit_days": [{"from_people": 1, "to_people": 15, "days": 4}, {"from_people": 16, "to_people": 45, "days": 7}, {"from_people": 46, "to_people": 125, "days": 10}],
        "day_rate": 1250});
    script.create(at, INES, "certification_body", fields);
    let at = script.times.workday(60, 11, 0);
    let fields = json!({"title": "First certificate", "body": "CBO-1", "edition": "ISO/IEC 20000-1:2018", "scope": "All managed services of Tidewell for its customers, from three sites",
        "sites": ["Harbour House", "Data centre North", "Data centre South"], "scope_statement": "SCO-1", "owner": INES});
    let certificate = script.create(at, INES, "certificate", fields);
    let told = json!([{"on": day(at.plus(14 * DAY)), "about": "management system", "text": "Plumbline has taken the place of three tools.", "by": INES}]);
    script.edit(at.plus(14 * DAY), INES, &certificate, json!({"told": told}));
}

/// Name, group, influence, what holds them back, what is done, who speaks with them, stances of the talks.
type Doubt =
    (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

fn stakeholders(script: &mut Script) {
    let list: &[Doubt] = &[
        (
            "Managing director",
            "top management",
            "high",
            "Costs before any customer asks for it.",
            "Shows tenders that were lost.",
            DANIEL,
            &["neutral", "carries-it"],
        ),
        (
            "Process owners",
            "process owners",
            "high",
            "Reviews on top of daily work.",
            "Figures count themselves, reviews take an hour.",
            INES,
            &["doubtful", "for-it"],
        ),
        (
            "Service desk at night",
            "staff",
            "medium",
            "\"More forms, fewer people.\"",
            "Fields that rules fill were taken off the form.",
            AOIFE,
            &["against-it", "doubtful"],
        ),
        (
            "Platform engineers",
            "staff",
            "high",
            "Changes wait for a board that meets on Thursdays.",
            "Standard changes need no board.",
            SAMUEL,
            &["doubtful", "neutral"],
        ),
        (
            "Customers with banking rules",
            "customers",
            "medium",
            "Want the certificate, not the story.",
            "Told at each service review how far we are.",
            HUGO,
            &["for-it"],
        ),
    ];
    for (place, (name, group, influence, resistance, answer, owner, stances)) in list.iter().enumerate() {
        let at = script.times.workday(BEGAN - 6 - place as i64, 10, 0);
        let fields = json!({"name": name, "group": group, "influence": influence, "resistance": resistance, "answer": answer, "owner": owner,
            "told_by": ["CPL-1"], "stance": stances[0], "reviewed_on": day(at)});
        let number = script.create(at, INES, "stakeholder", fields);
        let mut talks = Vec::new();
        for (turn, stance) in stances.iter().enumerate() {
            let at = script.times.workday(200 - 90 * turn as i64 - place as i64, 14, 0);
            talks.push(json!({"on": day(at), "by": owner, "text": if turn == 0 { *resistance } else { *answer }, "stance": stance}));
            script.edit(at, INES, &number, json!({"talks": talks}));
        }
    }
}

fn plan(script: &mut Script) {
    let at = script.times.workday(BEGAN, 9, 0);
    let goal = script.times.workday(STAGE_1, 9, 0);
    let fields = json!({"title": "The way to the certificate", "owner": INES, "sponsor": DANIEL, "body": "CBO-1", "begins": day(at), "goal": day(goal), "people": 26, "hour_cost": 62,
        "members": [
            {"person": INES, "part": "Leads it", "hours_per_week": 16}, {"person": LUCIA, "part": "Internal audits, independent of the system", "hours_per_week": 8},
            {"person": TOMAS, "part": "Incidents and problems", "hours_per_week": 16}, {"person": SAMUEL, "part": "Changes and releases", "hours_per_week": 4},
            {"person": SARA, "part": "Training", "hours_per_week": 16}, {"person": GRETA, "part": "Configuration and continuity", "hours_per_week": 32}, {"person": CHEN, "part": "Security", "hours_per_week": 8}],
        "factors": [{"text": "First certification", "percent": 10}, {"text": "Little done by other parties", "percent": -10}],
        "benefits": [
            {"counted_from": "missed-targets", "each": 240, "why": "Mean service credit and the talk about it"},
            {"counted_from": "failed-changes", "each": 1800, "why": "Mean rework and overtime of a change that failed"},
            {"counted_from": "tender", "a_month": 9000, "since": script.times.date(-190), "likely": 60, "why": "One tender a year asks for the certificate"}]});
    let number = script.create(at, INES, "implementation_plan", fields);
    script.step(at.plus(2 * DAY), DANIEL, &number, "approved", Json::Null);
}

struct Task {
    title: &'static str,
    step: &'static str,
    owner: &'static str,
    /// Days before the end of the year that is told; negative for what lies ahead.
    from: i64,
    to: i64,
    effort: i64,
    /// Places of the tasks it waits for.
    after: &'static [usize],
    deliverables: &'static [&'static str],
    requirements: &'static [&'static str],
    /// Type, planned, share of it that was paid in percent, for what.
    costs: &'static [(&'static str, i64, i64, &'static str)],
}

const TASKS: &[Task] = &[
    Task {
        title: "Judge every requirement against what is there",
        step: "gap-analysis",
        owner: INES,
        from: 262,
        to: 240,
        effort: 12,
        after: &[],
        deliverables: &["Gap report"],
        requirements: &[],
        costs: &[("consulting", 8_000, 98, "Five days of a consultant")],
    },
    Task {
        title: "Scope, budget and offers of bodies",
        step: "plan",
        owner: INES,
        from: 239,
        to: 218,
        effort: 8,
        after: &[0],
        deliverables: &["SCO-1", "SMP-1"],
        requirements: &["4.3-1"],
        costs: &[],
    },
    Task {
        title: "Policies, plan and mandatory documents",
        step: "documents",
        owner: INES,
        from: 217,
        to: 120,
        effort: 34,
        after: &[1],
        deliverables: &["DOC-1", "POL-1", "SMP-1"],
        requirements: &["5.2.1-1", "7.5.1-1"],
        costs: &[("consulting", 9_000, 100, "Review of the documents")],
    },
    Task {
        title: "Incident, request and problem procedures",
        step: "documents",
        owner: TOMAS,
        from: 205,
        to: 150,
        effort: 16,
        after: &[1],
        deliverables: &["DOC-4"],
        requirements: &["8.6.1-1", "8.6.3-1"],
        costs: &[],
    },
    Task {
        title: "Change, release and transition procedures",
        step: "documents",
        owner: SAMUEL,
        from: 190,
        to: 118,
        effort: 18,
        after: &[1],
        deliverables: &["POL-2", "POL-3"],
        requirements: &["8.5.1.1-1"],
        costs: &[],
    },
    Task {
        title: "Configuration data that match the real world",
        step: "run",
        owner: GRETA,
        from: 150,
        to: -8,
        effort: 26,
        after: &[3],
        deliverables: &["CIV-2"],
        requirements: &["8.2.6-1"],
        costs: &[("tool", 10_000, 80, "Discovery, a year")],
    },
    Task {
        title: "Training of everybody in scope",
        step: "training",
        owner: SARA,
        from: 140,
        to: -14,
        effort: 15,
        after: &[2],
        deliverables: &["TRN-1"],
        requirements: &["7.2.c"],
        costs: &[("training", 9_500, 74, "Two courses, foundation")],
    },
    Task {
        title: "Three months of records from every process",
        step: "run",
        owner: TOMAS,
        from: 118,
        to: -10,
        effort: 14,
        after: &[3, 4],
        deliverables: &["PRV-1"],
        requirements: &["8.1-1"],
        costs: &[],
    },
    Task {
        title: "Continuity rehearsed",
        step: "run",
        owner: GRETA,
        from: 90,
        to: -16,
        effort: 6,
        after: &[2],
        deliverables: &["CTT-1"],
        requirements: &["8.7.2-4"],
        costs: &[],
    },
    Task {
        title: "Suppliers told of the security policy",
        step: "run",
        owner: CHEN,
        from: 20,
        to: -6,
        effort: 2,
        after: &[2],
        deliverables: &["Letter to four suppliers"],
        requirements: &["8.7.3.1-3"],
        costs: &[],
    },
    Task {
        title: "Internal audit of all clauses",
        step: "internal-audit",
        owner: LUCIA,
        from: 86,
        to: 62,
        effort: 14,
        after: &[4],
        deliverables: &["AUD-1", "AUD-2"],
        requirements: &["9.2.1-1"],
        costs: &[],
    },
    Task {
        title: "Second look at operation",
        step: "internal-audit",
        owner: LUCIA,
        from: -12,
        to: -20,
        effort: 4,
        after: &[5, 7],
        deliverables: &["AUD-3"],
        requirements: &["9.2.1-1"],
        costs: &[],
    },
    Task {
        title: "Management review before stage 1",
        step: "management-review",
        owner: INES,
        from: -24,
        to: -26,
        effort: 3,
        after: &[11],
        deliverables: &["Minutes with decisions"],
        requirements: &["9.3-1"],
        costs: &[],
    },
    Task {
        title: "Stage 1",
        step: "stage-1",
        owner: INES,
        from: -55,
        to: -56,
        effort: 4,
        after: &[12, 6, 8, 9],
        deliverables: &["CAU-1"],
        requirements: &[],
        costs: &[("certification-body", 3_750, 0, "Three audit days"), ("travel", 600, 0, "Travel of the auditors")],
    },
    Task {
        title: "Close what stage 1 warns of",
        step: "concerns",
        owner: INES,
        from: -57,
        to: -85,
        effort: 10,
        after: &[13],
        deliverables: &["Actions done"],
        requirements: &[],
        costs: &[],
    },
    Task {
        title: "Stage 2",
        step: "stage-2",
        owner: INES,
        from: -97,
        to: -100,
        effort: 8,
        after: &[14],
        deliverables: &["CAU-2"],
        requirements: &[],
        costs: &[("certification-body", 5_000, 0, "Four audit days"), ("travel", 900, 0, "Travel of the auditors")],
    },
    Task {
        title: "Answers to findings, decision",
        step: "decision",
        owner: INES,
        from: -101,
        to: -130,
        effort: 5,
        after: &[15],
        deliverables: &["CER-1"],
        requirements: &[],
        costs: &[("certification-body", 900, 0, "Certificate and register")],
    },
];

fn tasks(script: &mut Script) -> Vec<String> {
    let at = script.times.workday(BEGAN, 10, 0);
    let numbers: Vec<String> = (1..=TASKS.len()).map(|place| format!("PTK-{place}")).collect();
    let known: Vec<&str> = catalogue().requirements.iter().map(|requirement| requirement.id.as_str()).collect();
    for task in TASKS {
        let (begins, due) = (script.times.workday(task.from, 9, 0), script.times.workday(task.to, 17, 0));
        let after: Vec<&String> = task.after.iter().map(|place| &numbers[*place]).collect();
        let requirements: Vec<&&str> = task.requirements.iter().filter(|id| known.contains(id)).collect();
        let costs: Vec<Json> = task.costs.iter().map(|cost| planned(cost, due)).collect();
        let fields = json!({"title": task.title, "plan": "IPL-1", "step": task.step, "owner": task.owner, "begins": day(begins), "due": day(due.max(begins)),
            "effort_days": task.effort, "after": after, "deliverables": task.deliverables, "requirements": requirements, "costs": costs});
        let number = script.create(at, INES, "plan_task", fields);
        done(script, task, &number, begins, due);
    }
    numbers
}

fn planned((kind, amount, _, text): &(&str, i64, i64, &str), due: Moment) -> Json {
    json!({"type": kind, "planned": amount, "on": day(due), "text": text})
}

/// Hours as they were worked, written down now and then; money when the invoice came; done when it was.
fn done(script: &mut Script, task: &Task, number: &str, begins: Moment, due: Moment) {
    let end = due.min(script.times.at);
    if begins >= script.times.at {
        return;
    }
    script.step(begins.plus(2 * HOUR), task.owner_or_lead(), number, "in_progress", Json::Null);
    let share = (end.0 - begins.0) as f64 / (due.0 - begins.0).max(1) as f64;
    let hours = (task.effort as f64 * 8.0 * share) as i64;
    let rows = (hours / 6).max(1);
    let at = |row: i64| Moment(begins.0 + (end.0 - begins.0) * row / (rows + 1) + 8 * HOUR / 10);
    let work: Vec<(Moment, Json)> = (1..=rows)
        .map(|row| {
            let hours = script.chance.between(4, 7);
            (at(row), json!({"on": day(at(row)), "by": task.owner, "hours": hours, "text": task.title}))
        })
        .collect();
    for third in 1..=3 {
        let until = (work.len() * third).div_ceil(3);
        let before = (work.len() * (third - 1)).div_ceil(3);
        if until > before {
            let told: Vec<&Json> = work[..until].iter().map(|(_, row)| row).collect();
            let when = work[until - 1].0.plus(HOUR).min(script.times.at.minus(HOUR));
            script.edit(when, INES, number, json!({"work": told}));
        }
    }
    if due > script.times.at {
        return;
    }
    let costs: Vec<Json> = task.costs.iter().map(|cost| paid(cost, due)).collect();
    let fields = if costs.is_empty() { Json::Null } else { json!({"costs": costs}) };
    script.step(due.plus(2 * HOUR), INES, number, "done", fields);
}

fn paid((kind, amount, share, text): &(&str, i64, i64, &str), on: Moment) -> Json {
    json!({"type": kind, "planned": amount, "spent": amount * share / 100, "on": day(on), "text": text})
}

impl Task {
    /// Whoever may move it on: the lead stands in for those without the right.
    fn owner_or_lead(&self) -> &'static str {
        if self.owner == LUCIA { INES } else { self.owner }
    }
}

/// Requirement, what is missing, who, days, place of the task.
type Missing = (&'static str, &'static str, &'static str, i64, usize);

fn gaps(script: &mut Script, tasks: &[String]) {
    let closed: &[Missing] = &[
        ("4.3", "The scope named three of twelve services.", INES, 2, 1),
        ("6.1.2", "Risks were known and written nowhere.", INES, 3, 2),
        ("8.2.6", "Nobody checked configuration data.", GRETA, 6, 5),
        ("8.5.1.1", "Emergency changes had no rule.", SAMUEL, 3, 4),
        ("8.6.3", "Problems were solved and not recorded.", TOMAS, 4, 3),
        ("9.2.2", "No programme of internal audits.", LUCIA, 2, 10),
        ("9.3", "Management met without an agenda.", INES, 2, 2),
    ];
    let open: &[Missing] = &[
        ("7.2.c", "Training without a look at whether it worked.", SARA, 3, 6),
        ("8.7.2-4", "One continuity plan was not rehearsed within the year.", GRETA, 4, 8),
        ("8.7.3.1-3", "Suppliers were never told of the security policy.", CHEN, 1, 9),
        ("8.6.3-7", "Known errors are looked through too seldom.", TOMAS, 2, 7),
    ];
    // Found lately, and not in the plan yet.
    let loose: &[Missing] = &[
        ("8.6.1-6", "Incidents resolved without words on how.", TOMAS, 2, 0),
        ("7.5.3.2-2", "One document was not looked at when it was due.", INES, 1, 0),
    ];
    for (turn, (id, missing, owner, effort, task)) in closed.iter().chain(open).enumerate() {
        let at = script.times.workday(BEGAN - 8 - turn as i64, 11, 0);
        let Some(requirement) = named(id) else { continue };
        let due = script.times.workday(TASKS[*task].to, 17, 0);
        let fields = json!({"requirement": requirement, "missing": missing, "owner": owner, "effort_days": effort, "due": day(due)});
        let number = script.create(at, INES, "requirement_gap", fields);
        script.step(
            script.times.workday(BEGAN - 24, 11, 0).max(at.plus(HOUR)),
            INES,
            &number,
            "planned",
            json!({"task": tasks[*task]}),
        );
        if turn < closed.len() {
            script.step(due.plus(3 * HOUR).min(script.times.ago(9, 15, 0)), INES, &number, "closed", Json::Null);
        }
    }
    for (turn, (id, missing, owner, effort, _)) in loose.iter().enumerate() {
        let at = script.times.workday(3 - turn as i64, 15, 0);
        let fields = json!({"requirement": id, "missing": missing, "owner": owner, "effort_days": effort, "due": script.times.date(-30)});
        script.create(at, INES, "requirement_gap", fields);
    }
}

/// A requirement by its id, or the first one of a clause.
fn named(id: &str) -> Option<&'static str> {
    let known = &catalogue().requirements;
    let found = known.iter().find(|requirement| requirement.id == id);
    found.or_else(|| known.iter().find(|requirement| requirement.clause == id)).map(|found| found.id.as_str())
}

fn audits(script: &mut Script) {
    let at = script.times.workday(58, 10, 0);
    let stage_1 = script.times.workday(STAGE_1, 9, 0);
    let fields = json!({"title": "Stage 1", "type": "stage-1", "body": "CBO-1", "certificate": "CER-1", "owner": INES, "days": 3, "auditors": ["Ruth Calloway, lead", "Piet Janssen"], "sites": ["Harbour House"]});
    let first = script.create(at, INES, "certification_audit", fields);
    let booked = json!({"begins": day(stage_1), "ends": day(stage_1.plus(DAY))});
    script.step(at.plus(9 * DAY), INES, &first, "booked", booked);
    let latest = script.times.workday(-100, 9, 0);
    let fields = json!({"title": "Stage 2", "type": "stage-2", "body": "CBO-1", "certificate": "CER-1", "owner": INES, "latest": day(latest), "days": 4, "sites": ["Harbour House", "Data centre North", "Data centre South"]});
    script.create(at.plus(HOUR), INES, "certification_audit", fields);
}
