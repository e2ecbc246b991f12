//! What the internal auditor asked in the two audits that were held, what she saw on record, and what she found.
//!
//! Nothing of it is invented: each answer names records that were on record on the day, as they stood; samples are drawn as the
//! page of an audit draws them, and what was seen on a record of a sample is what that record says.

use std::collections::BTreeSet;

use desk::Desk;
use engines::{
    conformity::{catalogue, checklist},
    rules::sample::{discovery, pick},
};
use model::{
    Catalog, Decimal, Moment, Phase, Refusal, canonical,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::{
    governance::{self, PROCESSES},
    people::{self, INES, LUCIA, SAMUEL, TOMAS, name_of},
    script::{Script, Stop, Told},
    times::day,
};

/// Days before the end on which the two audits begin.
pub const SYSTEM: i64 = 205;
pub const OPERATION: i64 = 86;
/// Days that an audit takes, and the hours of one in which questions are put.
const DAYS: usize = 4;
const HOURS: i64 = 7;
/// Records that are read for a question of which no sample is drawn.
const READ: usize = 2;
/// Work that is open for so many days is worth a word.
const OLD: i64 = 60;

pub fn write(script: &mut Script) {
    let leaves: Vec<&str> = catalogue().leaf_clauses().collect();
    let (operation, system): (Vec<&str>, Vec<&str>) = leaves.into_iter().partition(|clause| clause.starts_with('8'));
    let found = Visit::new(script, "AUD-1", SYSTEM).ask(script, &system);
    let handbook = Finding {
        title: "Old handbook in use",
        source: "AUD-1",
        clause: "7.5.3.1",
        text: OLD_HANDBOOK.into(),
        correction: "Old handbook taken away.".into(),
        cause: "It lay in two places.",
        whys: &[
            ("Why was it worked with?", "It lay on the shelf of the service desk."),
            ("Why did it lie there?", "It lay in two places, and only one was known."),
        ],
        causes: &[
            ("process", "It lay in two places.", "root"),
            ("people", "Nobody was told of the new one.", "ruled-out"),
            ("technology", "The new one could not be found.", "ruled-out"),
        ],
        similar: "Looked for in the other procedures: none.".into(),
        owner: INES,
        days: 195,
        closed: true,
        change: "DOC-15",
    };
    handbook.write(script, found.handbook.as_deref());
    let visit = Visit::new(script, "AUD-2", OPERATION);
    let found = visit.ask(script, &operation);
    unreviewed(script, &found);
    let escalations = Finding {
        title: "Escalations not written down",
        source: "Told by the shift leader",
        clause: "8.6.1",
        text: "Escalations were told by telephone and not written down.".into(),
        correction: "Written down for the last month.".into(),
        cause: "Nobody had said where.",
        whys: &[
            ("Why was it told by telephone?", "It was the quickest way at night."),
            ("Why was it not written down afterwards?", "Nobody had said where."),
        ],
        causes: &[
            ("process", "Nobody had said where.", "root"),
            ("technology", "The ticket was slow to open from outside.", "contributes"),
            ("people", "Shift leaders do not know the rule.", "ruled-out"),
        ],
        similar: "Looked for in the other procedures: none.".into(),
        owner: TOMAS,
        days: 24,
        closed: false,
        change: "",
    };
    escalations.write(script, None);
    inquiries(script);
    for (requirement, days, _) in JUDGED {
        script.stops.push((script.times.workday(days - 13, 11, 0), Stop::Judge(requirement)));
    }
}

/// What no record can show is judged by the auditor when an audit is reported: requirement, days before the end on which the audit
/// began, why. 5.1.l waits for somebody on purpose.
const JUDGED: [(&str, i64, &str); 3] = [
    (
        "5.1.f",
        SYSTEM,
        "AUD-1: in the talks with both of the management, offers, budgets and the weekly round went by services and their figures.",
    ),
    (
        "5.1.j",
        SYSTEM,
        "AUD-1: eight people of all teams were asked; each named help that they got from the management this year.",
    ),
    (
        "8.3.1-1",
        OPERATION,
        "AUD-2: who does what for which service stands with each party, and those who run the services say the same.",
    ),
];

/// Records what the auditor judged of a requirement.
///
/// # Errors
/// What the desk refuses.
pub async fn judge(desk: &Desk, requirement: &str, at: Moment) -> Result<(), Refusal> {
    let Some((_, _, reason)) = JUDGED.iter().find(|(id, ..)| *id == requirement) else { return Ok(()) };
    desk.add_judgement(&people::actor(LUCIA), (requirement, "proved", *reason), at).await
}

const OLD_HANDBOOK: &str = "The old handbook still lay at the service desk and was worked with.";

/// An audit while it is held.
struct Visit {
    audit: &'static str,
    begin: Moment,
    catalog: Catalog,
    /// Everything that was on record when it began.
    known: Vec<Told>,
}

/// What came of the questions.
#[derive(Default)]
struct Found {
    /// Questions of which a finding was raised.
    handbook: Option<String>,
    changes: Option<String>,
    /// The changes that were looked at, and those of them that nobody had looked back at.
    looked: usize,
    unreviewed: Vec<String>,
}

/// An answer: what came of it, in which words, and the sample behind it.
struct Answer {
    result: &'static str,
    evidence: String,
    read: Vec<String>,
    sample: Option<(Json, Vec<Json>)>,
}

impl Visit {
    fn new(script: &Script, audit: &'static str, days: i64) -> Visit {
        let begin = script.times.workday(days, 9, 30);
        Visit { audit, begin, catalog: kinds::catalog(), known: script.told(begin) }
    }

    /// The whole checklist of its clauses, and an answer to each question.
    fn ask(&self, script: &mut Script, clauses: &[&str]) -> Found {
        let mut found = Found::default();
        let mut sampled: BTreeSet<String> = BTreeSet::new();
        let questions = checklist(clauses);
        let a_day = questions.len().div_ceil(DAYS).max(1);
        for (place, (clause, question)) in questions.into_iter().enumerate() {
            let fields = json!({"audit": self.audit, "clause": clause, "question": question, "owner": LUCIA});
            let number = script.create(self.begin, LUCIA, "audit_question", fields);
            let minutes = HOURS * 60 * (place % a_day) as i64 / a_day as i64;
            let at = self.begin.plus((place / a_day) as i64 * DAY + minutes * MINUTE);
            let answer = self.answer(clause, question, place, &number, &mut found);
            sampled.extend(answer.read);
            let mut told = json!({"result": answer.result, "evidence": answer.evidence});
            if let Some((population, items)) = answer.sample {
                let drawn: Vec<Json> = items.iter().map(|item| json!({"record": item["record"]})).collect();
                script.edit(at, LUCIA, &number, json!({"population": population, "items": drawn}));
                told["items"] = items.into();
            }
            script.step(at.plus(10 * MINUTE), LUCIA, &number, "answered", told);
        }
        let over = self.begin.plus(DAYS as i64 * DAY - HOUR);
        script.edit(over, LUCIA, self.audit, json!({"records_sampled": sampled}));
        found
    }

    fn answer(&self, clause: &str, question: &str, place: usize, number: &str, found: &mut Found) -> Answer {
        match (clause, question) {
            ("8.5.1.3", "What came of it?") => self.changes(number, found),
            ("8.6.1", "What was done, when and by whom?") => self.incidents(),
            (_, "How do I know this is the current version?") => {
                found.handbook = Some(number.to_string());
                let read = self.read(clause, question, place);
                Answer { result: "nonconformity", evidence: OLD_HANDBOOK.into(), ..read }
            }
            _ => self.read(clause, question, place),
        }
    }

    /// A few records of the kinds that give evidence for a clause, as they stood.
    fn read(&self, clause: &str, question: &str, place: usize) -> Answer {
        let (kinds, filled) = self.evidence(clause, question);
        let labels = |kind: &str| self.catalog.find(kind).map(|kind| kind.labels.to_lowercase()).unwrap_or_default();
        if filled.is_empty() {
            let none: Vec<String> = kinds.iter().map(|kind| labels(kind)).collect();
            let evidence = match none.is_empty() {
                true => "Talked through; nothing on record says otherwise.".into(),
                false => format!("Nothing of the sort was on record: no {}.", none.join(", no ")),
            };
            let result = if none.is_empty() { "conforms" } else { "not_applicable" };
            return Answer { result, evidence, read: Vec::new(), sample: None };
        }
        let kind = filled[place % filled.len()];
        let all: Vec<&Told> = self.known.iter().filter(|told| told.kind == kind).collect();
        let numbers: Vec<&str> = all.iter().map(|told| told.number.as_str()).collect();
        let read = pick(&numbers, READ, &format!("{}-{clause}-{place}", self.audit));
        let told: Vec<&&Told> = all.iter().filter(|told| read.contains(&told.number.as_str())).collect();
        let seen: Vec<String> = told.iter().map(|told| self.seen(told)).collect();
        let mut evidence = format!(
            "{} {} on record. Read with {}: {}.",
            all.len(),
            if all.len() == 1 { kind.replace('_', " ") } else { labels(kind) },
            name_of(owner(clause)),
            seen.join("; ")
        );
        let old = told.iter().find(|told| self.is_old(told));
        if let Some(old) = old {
            let days = (self.begin.0 - old.since.0) / DAY;
            evidence.push_str(&format!(" {} had been open for {days} days.", old.number));
        }
        let result = if old.is_some() { "observation" } else { "conforms" };
        Answer { result, evidence, read: read.into_iter().map(str::to_string).collect(), sample: None }
    }

    /// The kinds of record that give evidence for a clause, and those of them to look at: what the question names, else what is
    /// kept for this clause first of all, else whatever is on record.
    fn evidence(&self, clause: &str, question: &str) -> (Vec<&'static str>, Vec<&'static str>) {
        let wanted = catalogue().requirements.iter().filter(|one| one.clause == clause && one.check.is_some());
        let mut kinds: Vec<&'static str> = Vec::new();
        for kind in wanted.flat_map(|one| &one.from) {
            if !kinds.contains(&kind.as_str()) {
                kinds.push(kind);
            }
        }
        let asked = question.to_lowercase();
        let on_record = |kind: &&str| self.known.iter().any(|told| told.kind == *kind);
        let is_named = |kind: &&str| kind.split('_').next_back().is_some_and(|word| asked.contains(word));
        let is_main = |kind: &&str| {
            let main = self.catalog.find(kind).and_then(|kind| kind.clauses.first().copied());
            main.is_some_and(|main| clause.starts_with(main) || main.starts_with(clause))
        };
        let filled: Vec<&'static str> = kinds.iter().copied().filter(on_record).collect();
        let named: Vec<&'static str> = filled.iter().copied().filter(is_named).collect();
        let main: Vec<&'static str> = filled.iter().copied().filter(is_main).collect();
        let best = [named, main].into_iter().find(|better| !better.is_empty()).unwrap_or(filled);
        (kinds, best)
    }

    /// "INC-20010 Card reader does not answer (closed)".
    fn seen(&self, told: &Told) -> String {
        let title = ["title", "name", "text", "subject", "topic", "description"].iter().map(|name| told.text(name));
        let title: String =
            title.into_iter().find(|text| !text.is_empty()).unwrap_or_default().chars().take(60).collect();
        let kind = self.catalog.find(told.kind);
        let state = self.state(told);
        let label = kind.map(|kind| kind.state_label(state).to_lowercase()).unwrap_or_default();
        format!("{} {} ({label})", told.number, title.trim()).replace("  ", " ")
    }

    fn state<'t>(&'t self, told: &'t Told) -> &'t str {
        let start = self.catalog.find(told.kind).map(|kind| kind.lifecycle.start()).unwrap_or_default();
        told.steps.last().map_or(start, |(state, _)| state.as_str())
    }

    /// Whether it is work that was open for long.
    fn is_old(&self, told: &Told) -> bool {
        let is_work = ["incident", "service_request", "problem", "action"].contains(&told.kind);
        let phase = self.catalog.find(told.kind).map(|kind| kind.phase(self.state(told)));
        is_work && phase != Some(Phase::Done) && told.since <= self.begin.minus(OLD * DAY)
    }

    /// Changes that were put in place a month ago or earlier: has anybody looked back at them?
    fn changes(&self, number: &str, found: &mut Found) -> Answer {
        let month = self.begin.minus(30 * DAY);
        let done = |told: &&Told| told.came_to("implemented").is_some_and(|at| at <= month);
        let all = self.known.iter().filter(|told| told.kind == "change" && told.text("category") != "standard");
        let see = |told: &Told| match told.fields.contains_key("review") {
            true => ("conforms", "reviewed".to_string()),
            false => ("nonconformity", format!("{}, and nobody looked back at it", self.state(told).replace('_', " "))),
        };
        let answer = self.sample("8.5.1.3-7", all.filter(done).collect(), see);
        found.looked = answer.read.len();
        found.unreviewed = bad(&answer);
        if !found.unreviewed.is_empty() {
            found.changes = Some(number.to_string());
        }
        answer
    }

    /// Incidents that were closed in the last quarter: does it say what helped?
    fn incidents(&self) -> Answer {
        let quarter = self.begin.minus(90 * DAY);
        let closed = |told: &&Told| told.came_to("closed").is_some_and(|at| at >= quarter);
        let all = self.known.iter().filter(|told| told.kind == "incident").filter(closed);
        let see = |told: &Told| match told.text("resolution") {
            "" => ("nonconformity", "closed, and nothing says what helped".to_string()),
            _ => ("conforms", String::new()),
        };
        self.sample("8.6.1-3", all.collect(), see)
    }

    /// Drawn as the page of an audit draws, by the size of rule R24.
    fn sample(&self, requirement: &str, all: Vec<&Told>, see: impl Fn(&Told) -> (&'static str, String)) -> Answer {
        let mut numbers: Vec<&str> = all.iter().map(|told| told.number.as_str()).collect();
        numbers.sort_unstable();
        let size = discovery(numbers.len() as u64, Decimal::from(5), Decimal::from(95)).ok().and_then(|one| one.sample);
        let size = size.map_or(numbers.len(), |size| size as usize).min(numbers.len());
        let seed = format!("{}-{requirement}", self.audit);
        let drawn = pick(&numbers, size, &seed);
        let population = json!({"requirement": requirement, "as_of": self.begin.to_string(), "count": numbers.len(),
            "digest": canonical::hex(&Sha256::digest(numbers.join("\n"))), "seed": seed, "size": size});
        let item = |record: &&str| {
            let (result, note) =
                all.iter().find(|told| told.number == *record).map(|told| see(told)).unwrap_or_default();
            let mut item =
                Map::from_iter([("record".to_string(), Json::from(*record)), ("result".into(), result.into())]);
            if !note.is_empty() {
                item.insert("note".into(), note.into());
            }
            Json::Object(item)
        };
        let items: Vec<Json> = drawn.iter().map(item).collect();
        let read: Vec<String> = drawn.into_iter().map(str::to_string).collect();
        let mut answer =
            Answer { result: "conforms", evidence: String::new(), read, sample: Some((population, items)) };
        let bad = bad(&answer);
        answer.evidence = match bad.is_empty() {
            true => {
                format!("{} of {} records were drawn; each says what it has to say.", answer.read.len(), numbers.len())
            }
            false => format!(
                "{} of {} records were drawn; {} of them do not conform: {}.",
                answer.read.len(),
                numbers.len(),
                bad.len(),
                bad.join(", ")
            ),
        };
        if !bad.is_empty() {
            answer.result = "nonconformity";
        }
        answer
    }
}

/// Records of a sample that do not conform.
fn bad(answer: &Answer) -> Vec<String> {
    let items = answer.sample.iter().flat_map(|(_, items)| items);
    let bad = items.filter(|item| item["result"] == "nonconformity");
    bad.filter_map(|item| item["record"].as_str().map(str::to_string)).collect()
}

/// Whoever owns the process of a clause, else the manager of the system.
fn owner(clause: &str) -> &'static str {
    let covers = |process: &&(&str, &'static str, &'static str, &str)| clause.starts_with(process.1);
    PROCESSES.iter().find(covers).map_or(INES, |process| process.2)
}

/// The finding of the audit of operation: what was seen in the sample, then in all other changes, which are reviewed as well.
fn unreviewed(script: &mut Script, found: &Found) {
    let Some(question) = &found.changes else { return };
    let days = 78;
    let raised = script.times.workday(days, 10, 0);
    let known = script.told(raised);
    let over = |told: &&Told| told.came_to("implemented").is_some() && told.came_to("closed").is_some();
    let changes = known.iter().filter(|told| told.kind == "change" && told.text("category") != "standard");
    let closed: Vec<&Told> = changes.filter(over).collect();
    let without: Vec<String> =
        closed.iter().filter(|told| !told.fields.contains_key("review")).map(|told| told.number.clone()).collect();
    let others: Vec<&str> =
        without.iter().filter(|number| !found.unreviewed.contains(number)).map(String::as_str).collect();
    let finding = Finding {
        title: "Changes closed without a review",
        source: "AUD-2",
        clause: "8.5.1.3",
        text: format!(
            "Of {} changes looked at, {} were closed without a review: {}.",
            found.looked,
            found.unreviewed.len(),
            found.unreviewed.join(", ")
        ),
        correction: format!("{} reviewed.", found.unreviewed.join(", ")),
        cause: "Closing could follow at once on implementing.",
        whys: &[
            ("Why was there no review?", "They were closed before anybody looked back."),
            ("Why could they be closed?", "Closing could follow at once on implementing."),
        ],
        causes: &[
            ("process", "Closing could follow at once on implementing.", "root"),
            ("people", "Owners take a quiet evening for a review.", "contributes"),
            ("measurement", "Nobody counted changes without a review.", "contributes"),
            ("technology", "The form has no room for a review.", "ruled-out"),
        ],
        similar: match others.is_empty() {
            true => format!("All {} closed changes were looked through: no other one.", closed.len()),
            false => {
                format!(
                    "All {} closed changes were looked through: {} as well, reviewed.",
                    closed.len(),
                    others.join(", ")
                )
            }
        },
        owner: SAMUEL,
        days,
        closed: true,
        change: "DOC-7",
    };
    for (place, number) in without.iter().enumerate() {
        let on = raised.plus(4 * DAY + place as i64 * 20 * MINUTE);
        let review = json!({"on": on.to_string(), "by": SAMUEL, "text": "Looked back at afterwards: as planned, no calls the day after."});
        script.edit(on, SAMUEL, number, json!({"review": review}));
    }
    finding.write(script, Some(question.as_str()));
}

struct Finding<'f> {
    title: &'f str,
    /// The audit, or how else it came to light.
    source: &'f str,
    clause: &'f str,
    text: String,
    correction: String,
    cause: &'f str,
    whys: &'f [(&'f str, &'f str)],
    /// Branch, possible cause, verdict.
    causes: &'f [(&'f str, &'f str, &'f str)],
    similar: String,
    owner: &'f str,
    days: i64,
    closed: bool,
    change: &'f str,
}

impl Finding<'_> {
    /// Raised, before the report of its audit is out, of a question; corrected; with its cause, its action and what became of
    /// it.
    fn write(&self, script: &mut Script, question: Option<&str>) {
        let raised = script.times.workday(self.days, 10, 0);
        let fields = json!({"title": self.title, "source": self.source, "clause": self.clause, "grade": "minor", "text": self.text, "owner": self.owner, "raised_on": day(raised)});
        let number = script.create(raised, LUCIA, "nonconformity", fields);
        if let Some(question) = question {
            script.edit(raised.plus(MINUTE), LUCIA, question, json!({"finding": number}));
            script.edit(raised.plus(MINUTE), LUCIA, self.source, json!({"findings": [number]}));
        }
        let corrected = raised.plus(5 * DAY);
        script.edit(corrected, self.owner, &number, json!({"correction": self.correction, "consequences": "none"}));
        let analysed = raised.plus(12 * DAY);
        let action = json!({"text": format!("So that it does not come again: {}", self.cause.to_lowercase()), "source": number, "owner": self.owner, "due": day(analysed.plus(40 * DAY)), "priority": "high"});
        let action = script.create(analysed, self.owner, "action", action);
        let checked = analysed.plus(34 * DAY);
        // The measure of the process that the clause is about, else of the one that makes things better.
        let covers = |process: &&(&str, &str, &str, &str)| self.clause.starts_with(process.1);
        let process = governance::process(PROCESSES.iter().find(covers).map_or("10.2", |process| process.1));
        let measure = process.replace("PRC", "MEA");
        let whys: Vec<Json> = self.whys.iter().map(|(why, because)| json!({"why": why, "because": because})).collect();
        let cause = |(branch, cause, verdict): &(&str, &str, &str)| json!({"branch": branch, "cause": cause, "verdict": verdict});
        let causes: Vec<Json> = self.causes.iter().map(cause).collect();
        let acting = json!({"whys": whys, "causes": causes, "similar": self.similar, "actions": [action],
            "indicator": measure, "direction": "at-least", "limit": 84, "watch_from": day(analysed.plus(DAY)), "watch_until": day(checked.minus(DAY))});
        script.step(analysed.plus(HOUR), self.owner, &number, "acting", acting);
        if !self.closed {
            return;
        }
        script.step(analysed.plus(10 * DAY), self.owner, &action, "done", json!({"result": "In force."}));
        script.step(analysed.plus(11 * DAY), self.owner, &number, "checking", json!({"sms_changed": true}));
        script.link(analysed.plus(11 * DAY + HOUR), self.owner, &number, "changed", self.change);
        script.edit(checked, LUCIA, &number, json!({"effective": true, "checked_on": day(checked)}));
        script.edit(checked.plus(HOUR), INES, &action, json!({"effect_checked_on": day(checked), "effective": true}));
        script.step(checked.plus(DAY), LUCIA, &number, "closed", Json::Null);
    }
}

/// Whoever signs in as the auditor from outside.
pub const AUDITOR: &str = "auditor@certification.example";

/// What the auditor of the certification body asked before the visit: one question is answered, one waits.
pub fn inquiries(script: &mut Script) {
    let asked = script.times.workday(4, 9, 30);
    let fields = json!({"question": "Who may declare a major incident at night, and where does it say so?", "about": "8.6.1-4", "asked_by": AUDITOR, "owner": TOMAS});
    let first = script.create(asked, INES, "inquiry", fields);
    let answer = json!({"answer": "Whoever leads the shift at the service desk; the procedure for major incidents names the role."});
    script.step(asked.plus(5 * HOUR), TOMAS, &first, "answered", answer);
    let fields = json!({"question": "Please show the evaluation of the supplier of lines for last year.", "about": "8.3.4.1-4", "asked_by": AUDITOR, "owner": INES});
    script.create(script.times.workday(1, 11, 0), INES, "inquiry", fields);
}
