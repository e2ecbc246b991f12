//! A certification audit is one visit of the certification body: stage 1, stage 2, surveillance and what else the cycle
//! brings.

use crate::prelude::*;

use super::{certificate, certification_body};

pub const TYPE: Key<Choice> = Key::new("type");
pub const BODY: Key<Ref> = Key::new("body");
pub const CERTIFICATE: Key<Ref> = Key::new("certificate");
pub const TURN: Key<Decimal> = Key::new("turn");
pub const OWNER: Key<Person> = Key::new("owner");
pub const LATEST: Key<Date> = Key::new("latest");
pub const BEGINS: Key<Date> = Key::new("begins");
pub const ENDS: Key<Date> = Key::new("ends");
pub const DUE: Key<Date> = Key::new("due");
pub const DAYS: Key<Decimal> = Key::new("days");
pub const AUDITORS: Key<Many<Text>> = Key::new("auditors");
pub const SITES: Key<Many<Text>> = Key::new("sites");
pub const REASON: Key<Long> = Key::new("reason");
pub const CONCERNS: Key<Many<Parts>> = Key::new("concerns");
pub const FINDINGS: Key<Many<Ref>> = Key::new("findings");
pub const CONCLUSION: Key<Choice> = Key::new("conclusion");
pub const REPORT: Key<Ref> = Key::new("report");
pub const ANSWER_DAYS: Key<Decimal> = Key::new("answer_days");
pub const MAJOR_DAYS: Key<Decimal> = Key::new("major_days");
pub const ANSWER_BY: Key<Date> = Key::new("answer_by");
pub const MAJORS_BY: Key<Date> = Key::new("majors_by");
pub const DECIDED_ON: Key<Date> = Key::new("decided_on");

/// In the order of the cycle.
pub const TYPES: &[&str] = &["stage-1", "stage-2", "surveillance", "recertification", "special", "transfer"];

/// Months after the last day of stage 2 in which a major finding must be shown closed (R26).
const MAJOR_MONTHS: i32 = 6;

pub fn kind() -> Kind {
    Kind::new("certification_audit", "certification_audits", "CAU")
        .about(
            "A certification audit is one visit of the certification body: \
             stage 1, stage 2, surveillance and what else the cycle brings.",
        )
        .clause(&["4.3", "9.2.1"])
        .area(Area::Prove)
        .include(planned())
        .include(found())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "type", "state", "begins", "due", "owner"])
        .titled_by(&["type"])
        .looks_at(&["body", "certificate"])
        .looks_when(&["type", "state"])
        .looks_at_all(&["certification_audit", "nonconformity"])
        .rule(dates_in_order)
        .rule(suspended_certificates_stay)
        .rule(limits_follow)
}

fn planned() -> Vec<Field> {
    vec![
        TYPE.choice(TYPES).required(),
        BODY.reference(&["certification_body"]).help("Who comes."),
        CERTIFICATE.reference(&["certificate"]).help("The one that it keeps alive; none before stage 2."),
        TURN.number().label("Which one of its cycle").help("1 for the first surveillance audit."),
        OWNER.person().column(Column::Owner).help("Who of us prepares it."),
        LATEST.date().label("At the latest").help("Last day of its window; the audit must be over by then."),
        BEGINS.date().help("First audit day, once it is booked.").required_in(&["booked", "held"]),
        ENDS.date().label("Last audit day").required_in(&["held"]),
        DUE.date().column(Column::Due).derived().label("Due").help("What is due next: the audit, or the answer to it."),
        DAYS.number().label("Audit days").help("Of eight hours, all auditors together, without travel."),
        AUDITORS.texts().help("As the body names them, one a line."),
        SITES.texts().help("Places that are visited, one a line."),
        REASON.long().help("Of a special audit: wider scope, complaint, big change, suspension."),
    ]
}

fn found() -> Vec<Field> {
    shared::grouped(
        "What came of it",
        vec![
            CONCERNS
                .rows(vec![
                    part::text("clause"),
                    part::long("text").label("Concern"),
                    part::reference("action", &["action", "plan_task"]).label("Action or task"),
                    part::date("closed_on").label("Closed"),
                ])
                .label("Areas of concern")
                .help("Stage 1 only: each would be a nonconformity at stage 2."),
            FINDINGS.references(&["nonconformity"]).help("Nonconformities that the body found."),
            CONCLUSION.choice(&["go-ahead", "not-yet", "recommended", "not-recommended"]).required_in(&["closed"]),
            REPORT.reference_or_text(&["document"]),
            ANSWER_DAYS.number().derived().label("Days to answer").help("What the body gave when it was named here."),
            MAJOR_DAYS.number().derived().label("Days for majors").help("What the body gave when it was named here."),
            ANSWER_BY.date().derived().label("Answer by").help("Last audit day and the days that the body gives."),
            MAJORS_BY
                .date()
                .derived()
                .label("Majors closed by")
                .help("The body's days, and never later than six months after the last day of stage 2."),
            DECIDED_ON.date().label("Decided").help("The body's decision that followed from it."),
        ],
    )
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("planned", Open)
        .state("booked", Open)
        .state("held", Open)
        .state("answered", Waiting)
        .state("closed", Done)
        .step("book", &["planned"], "booked")
        .step("hold", &["planned", "booked"], "held")
        .step("answer", &["held"], "answered")
        .step("close", &["held", "answered"], "closed")
        .step("reopen", &["closed"], "held")
        .dated("closed", "decided_on")
        .dated("held", "ends")
        .dated("booked", "begins");
    lifecycles::ending(lifecycle)
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, BEGINS, ENDS)?;
    rules::in_order(draft, facts, ENDS, DECIDED_ON)
}

/// IAF MD 2: only a valid certificate moves to another body, and its open majors are closed first.
fn suspended_certificates_stay(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let is_transfer = draft.get(TYPE).is_some_and(|kind| kind.0 == "transfer");
    let begins = rules::enters(draft, facts, &["booked", "held"]);
    if !is_transfer || !(begins || rules::touched(draft, facts, &[TYPE.name, CERTIFICATE.name])) {
        return Ok(());
    }
    if let Some(Ref(number)) = draft.get(CERTIFICATE)
        && let majors = certificate::open_majors(facts, &number)
        && !majors.is_empty()
    {
        return Err(FieldError::new(CERTIFICATE.name, certificate::majors_stay(&number, &majors)));
    }
    match facts.related.of(draft, CERTIFICATE.name) {
        Some(held) if held.kind == "certificate" && held.state != "valid" => {
            let why = format!(
                "{} is {}: only a valid certificate moves to another body",
                held.number,
                held.state.replace('_', " ")
            );
            Err(FieldError::new(CERTIFICATE.name, why))
        }
        _ => Ok(()),
    }
}

/// What is due of it: to be held by the end of its window, then to be answered in the days that the body gave when it was
/// named. R26: a major finding of stage 2 is shown closed within six months after its last day.
fn limits_follow(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if let Some(body) = facts.related.of(draft, BODY.name) {
        let (answer, major) = (body.get(certification_body::ANSWER_DAYS), body.get(certification_body::MAJOR_DAYS));
        put(draft, ANSWER_DAYS, answer);
        put(draft, MAJOR_DAYS, major);
    }
    let ends = draft.get(ENDS);
    let after = |days: Option<Decimal>| {
        let days = i64::try_from(days?.trunc()).ok()?;
        Some(Moment::of_date(ends?).plus(days * model::time::DAY).date())
    };
    let (answer, majors) = (after(draft.get(ANSWER_DAYS)), after(draft.get(MAJOR_DAYS)));
    let is_stage_2 = draft.get(TYPE).is_some_and(|kind| kind.0 == "stage-2");
    let hard = ends.filter(|_| is_stage_2).map(|ends| Moment::of_date(ends).plus_months(MAJOR_MONTHS).date());
    put(draft, ANSWER_BY, answer);
    put(draft, MAJORS_BY, majors.into_iter().chain(hard).min());
    let due = match draft.state.as_str() {
        "planned" | "booked" => draft.get(BEGINS).or(draft.get(LATEST)),
        "held" => draft.get(ANSWER_BY),
        "answered" => draft.get(MAJORS_BY),
        _ => None,
    };
    put(draft, DUE, due);
    Ok(())
}

fn put<T: model::field::Stored>(draft: &mut Draft, key: Key<T>, value: Option<T>) {
    match value {
        Some(value) => draft.set(key, value),
        None => draft.clear(key),
    }
}
