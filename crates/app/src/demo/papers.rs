//! Controlled documents: what each says, how it came into force, who has read it.

use model::time::DAY;
use serde_json::{Value as Json, json};

use super::{
    people::{AOIFE, CHEN, DESK, GRETA, HELENA, INES, JONAS, MAREK, NADIA, PAVEL, PRIYA, SAMUEL, STAFF, TOMAS, mail},
    script::Script,
    times::day,
};

/// A document of two versions: what it is, who owns it, days since the second came into force, its text, and what of the text
/// was another one before.
struct Paper {
    title: &'static str,
    kind: &'static str,
    subject: Option<&'static str>,
    owner: &'static str,
    days: i64,
    text: &'static str,
    /// Words as they stand now and as they stood in the first version.
    was: (&'static str, &'static str),
}

const fn paper(
    title: &'static str,
    kind: &'static str,
    owner: &'static str,
    days: i64,
    text: &'static str,
    was: (&'static str, &'static str),
) -> Paper {
    Paper { title, kind, subject: None, owner, days, text, was }
}

const PAPERS: [Paper; 15] = [
    paper(
        "Scope of the SMS",
        "scope",
        INES,
        213,
        include_str!("papers/scope-of-the-sms.md"),
        ("Harbour Street and North", "Harbour Street"),
    ),
    paper(
        "Objectives of this year",
        "objectives",
        INES,
        300,
        include_str!("papers/objectives-of-this-year.md"),
        ("at most 3 of 100", "at most 5 of 100"),
    ),
    Paper {
        subject: Some("service-management-plan"),
        ..paper(
            "Service management plan",
            "plan",
            INES,
            98,
            include_str!("papers/service-management-plan.md"),
            ("and whenever a service comes or goes", "and on request"),
        )
    },
    paper(
        "Incident procedure",
        "procedure",
        TOMAS,
        170,
        include_str!("papers/incident-procedure.md"),
        (", suppliers in our tools included", ""),
    ),
    Paper {
        subject: Some("major-incident"),
        ..paper(
            "Major incident procedure",
            "procedure",
            TOMAS,
            160,
            include_str!("papers/major-incident-procedure.md"),
            ("named by the service owner within five minutes", "named by the shift leader"),
        )
    },
    Paper {
        subject: Some("major-incident-criteria"),
        ..paper(
            "When an incident is major",
            "standard",
            TOMAS,
            160,
            include_str!("papers/when-an-incident-is-major.md"),
            ("\n4. top management decides so.", ""),
        )
    },
    paper(
        "Change procedure",
        "procedure",
        SAMUEL,
        120,
        include_str!("papers/change-procedure.md"),
        ("within five working days", "at the next board"),
    ),
    paper(
        "Release procedure",
        "procedure",
        SAMUEL,
        120,
        include_str!("papers/release-procedure.md"),
        ("fourteen days", "seven days"),
    ),
    paper(
        "Request procedure",
        "procedure",
        AOIFE,
        140,
        include_str!("papers/request-procedure.md"),
        ("and the user sees for whom", "and is begun after it"),
    ),
    paper(
        "Problem procedure",
        "procedure",
        TOMAS,
        140,
        include_str!("papers/problem-procedure.md"),
        ("; what was ruled out is written down as well", ""),
    ),
    paper(
        "Continuity handbook",
        "plan",
        GRETA,
        150,
        include_str!("papers/continuity-handbook.md"),
        ("within two hours", "within four hours"),
    ),
    paper(
        "Access to systems",
        "standard",
        CHEN,
        90,
        include_str!("papers/access-to-systems.md"),
        ("A second factor is needed everywhere", "A second factor is needed from outside"),
    ),
    paper(
        "How to write to customers",
        "instruction",
        AOIFE,
        200,
        include_str!("papers/how-to-write-to-customers.md"),
        ("\n- No blame, neither of colleagues nor of suppliers.", ""),
    ),
    paper(
        "Internal audit procedure",
        "procedure",
        INES,
        230,
        include_str!("papers/internal-audit-procedure.md"),
        ("Samples are drawn by the tool, from everything there is", "Samples are chosen by the auditor"),
    ),
    paper(
        "Control of documents",
        "procedure",
        INES,
        240,
        include_str!("papers/control-of-documents.md"),
        ("They say so themselves, for each version.", "They are told by mail."),
    ),
];

const FOR_EVERYBODY: Paper = paper(
    "How we serve",
    "policy",
    INES,
    60,
    include_str!("papers/how-we-serve.md"),
    ("three working days", "two working days"),
);

pub fn write(script: &mut Script) {
    for paper in &PAPERS {
        two_versions(script, paper);
    }
    from_outside(script);
    let first = script.times.founding(15);
    let old = script.create(first, TOMAS, "document", json!({"title": "Incident handling, old handbook", "kind": "procedure", "version": 7, "owner": TOMAS, "access": ["sms-manager"], "retention": "Three months after it ends", "origin": "internal", "change_note": "Last one of its kind"}));
    script.step(first.plus(3_600_000), INES, &old, "approved", Json::Null);
    script.step(script.times.workday(170, 11, 0), INES, &old, "superseded", Json::Null);
    next_version(script);
    for_everybody(script);
}

/// What top management stands for, for whoever comes: it is shown on the public page once that is open.
fn for_everybody(script: &mut Script) {
    let number = two_versions(script, &FOR_EVERYBODY);
    let at = script.times.workday(FOR_EVERYBODY.days, 16, 0);
    script.edit(at, INES, &number, json!({"access": ["staff", "customers", "public"]}));
}

/// Who approves what somebody owns: never they themselves.
fn approver(owner: &str) -> &'static str {
    if owner == INES { HELENA } else { INES }
}

fn two_versions(script: &mut Script, paper: &Paper) -> String {
    let (first, at) = (script.times.founding(15), script.times.workday(paper.days, 10, 0));
    let readers = readers(paper.title);
    let named: Vec<&str> =
        if readers.len() == STAFF.len() { Vec::new() } else { readers.iter().map(String::as_str).collect() };
    let staff = if named.is_empty() && !readers.is_empty() { json!(["staff"]) } else { Json::Null };
    let fields = json!({"title": paper.title, "kind": paper.kind, "subject": paper.subject, "owner": paper.owner, "approver": approver(paper.owner),
        "access": ["staff"], "retention": "Six years after it ends", "origin": "internal", "review_months": 12, "readers": staff, "named_readers": named});
    let number = script.create(first, paper.owner, "document", fields);
    let (now, before) = paper.was;
    version(script, first, paper.owner, &number, json!({"text": paper.text.replacen(now, before, 1)}));
    let note = "Looked through after a year of use; wording clearer.";
    version(script, at, paper.owner, &number, json!({"text": paper.text, "change_note": note}));
    read(script, &number, paper.title, at.plus(DAY), &readers);
    number
}

/// Written, sent to review and approved within the hour.
fn version(script: &mut Script, at: model::Moment, owner: &str, document: &str, mut fields: Json) {
    fields["document"] = document.into();
    let number = script.create(at, owner, "document_version", fields);
    script.step(at.plus(600_000), owner, &number, "in_review", Json::Null);
    script.step(at.plus(3_600_000), approver(owner), &number, "approved", Json::Null);
}

/// Who must read which document.
fn readers(title: &str) -> Vec<String> {
    let some = |mails: &[&str]| mails.iter().map(|mail| mail.to_string()).collect();
    match title {
        "Access to systems" => STAFF.iter().map(|(name, ..)| mail(name)).collect(),
        "Major incident procedure" => {
            some(&[AOIFE, DESK[0], DESK[1], DESK[2], GRETA, JONAS, MAREK, PRIYA, PAVEL, NADIA, SAMUEL])
        }
        "How to write to customers" => some(&[DESK[0], DESK[1], DESK[2]]),
        _ => Vec::new(),
    }
}

/// Each says so within days; a few have not yet.
fn read(script: &mut Script, document: &str, title: &str, at: model::Moment, readers: &[String]) {
    for (place, reader) in readers.iter().enumerate() {
        let fields = json!({"title": format!("Read and understand: {title}, version 2"), "document": document, "version": 2, "person": reader,
            "due": day(at.plus(14 * DAY))});
        let number = script.create(at, INES, "acknowledgement", fields);
        // Two of the night shift are still to read it.
        if place % 11 != 7 {
            let later = at.plus((1 + place as i64 % 9) * DAY + place as i64 * 420_000);
            script.step(later, reader, &number, "confirmed", Json::Null);
        }
    }
}

fn from_outside(script: &mut Script) {
    let first = script.times.founding(15);
    for (title, kind, checked) in
        [("Law on the security of networks", "law", 80), ("Terms of the card schemes", "contract", 390)]
    {
        // The card schemes' terms were not looked up again: the assessment finds it.
        let looked = if checked > 366 { day(first) } else { script.times.date(checked) };
        let fields = json!({"title": title, "kind": kind, "version": 1, "owner": CHEN, "access": ["staff"], "retention": "As long as it is in force", "origin": "external", "checked_on": day(first), "address": "https://law.example/"});
        let number = script.create(first, CHEN, "document", fields);
        script.step(first.plus(3_600_000), INES, &number, "approved", Json::Null);
        if checked <= 366 {
            script.edit(script.times.workday(checked, 10, 0), CHEN, &number, json!({"checked_on": looked}));
        }
    }
}

/// The incident procedure is being written anew and waits for its approval.
fn next_version(script: &mut Script) {
    let place = PAPERS.iter().position(|paper| paper.title == "Incident procedure").unwrap_or_default();
    let (paper, at) = (&PAPERS[place], script.times.workday(6, 14, 0));
    let text = paper.text.replacen("3. The owner resolves it or hands it on; nobody closes what nobody has looked at.", "3. The owner resolves it or hands it on with a word why; nobody closes what nobody has looked at.\n4. What came up twice in a week is offered as a problem.", 1).replacen("4. The caller", "5. The caller", 1);
    let fields = json!({"document": format!("DOC-{}", place + 1), "text": text, "reviewer": AOIFE,
        "change_note": "From the review of the last major incident: handing on needs a word, repeats become problems."});
    let number = script.create(at, paper.owner, "document_version", fields);
    script.step(at.plus(DAY), paper.owner, &number, "in_review", Json::Null);
    script.step(at.plus(2 * DAY), AOIFE, &number, "reviewed", Json::Null);
}
