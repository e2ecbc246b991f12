//! An audit is one internal look at whether the system follows its own rules and the standard.

use model::handling::Seal;

use crate::{governance::process, performance::audit_programme, prelude::*};

pub const PROGRAMME: Key<Ref> = Key::new("programme");
pub const SCOPE: Key<Parts> = Key::new("scope");
pub const CRITERIA: Key<Many<Text>> = Key::new("criteria");
pub const AUDITORS: Key<Many<Person>> = Key::new("auditors");
pub const OWNER: Key<Person> = Key::new("owner");
pub const PLANNED_ON: Key<Date> = Key::new("planned_on");
pub const HELD_ON: Key<Date> = Key::new("held_on");
pub const RECORDS_SAMPLED: Key<Many<Ref>> = Key::new("records_sampled");
pub const PEOPLE_MET: Key<Many<Person>> = Key::new("people_met");
pub const FINDINGS: Key<Many<Ref>> = Key::new("findings");
pub const CONCLUSION: Key<Long> = Key::new("conclusion");
pub const REPORT_ON: Key<Date> = Key::new("report_on");
pub const TOLD: Key<Date> = Key::new("told");

/// States in which its report is out.
pub const REPORTED: &[&str] = &["reported", "closed", "superseded"];

/// What the report says of the audit itself stays while it is out; what follows from it (who learnt of it) is still written.
const TOLD_AS_IT_WAS: Seal = Seal {
    by: "",
    kind: "audit",
    states: REPORTED,
    fields: &[
        "title",
        SCOPE.name,
        CRITERIA.name,
        AUDITORS.name,
        OWNER.name,
        PLANNED_ON.name,
        HELD_ON.name,
        RECORDS_SAMPLED.name,
        PEOPLE_MET.name,
        FINDINGS.name,
        CONCLUSION.name,
        REPORT_ON.name,
    ],
    holds_imports: false,
};

/// What was asked in an audit, the samples with what was seen on each record, and the answers stay while its report is out.
pub const ASKED_AS_IT_WAS: Seal =
    Seal { by: "audit", kind: "audit", states: REPORTED, fields: &[], holds_imports: true };

/// What was found, where and how grave it is stays while the report that says so is out; putting it right goes on.
pub const FOUND_AS_IT_WAS: Seal = Seal {
    by: "source",
    kind: "audit",
    states: REPORTED,
    fields: &["source", "clause", "grade", "text"],
    holds_imports: false,
};

pub fn kind() -> Kind {
    Kind::new("audit", "audits", "AUD")
        .about("An audit is one internal look at whether the system follows its own rules and the standard.")
        .clause(&["9.2.1", "9.2.2"])
        .area(Area::Prove)
        .field(
            SCOPE
                .parts(vec![
                    part::texts("clauses").help("One a line, such as 8.6.1; a clause above does not stand in."),
                    part::references("services", &["service"]),
                    part::references("sites", &["location"]).help("Places that are visited."),
                ])
                .help("All audits of a year together cover every clause and every service."),
        )
        .field(PROGRAMME.reference(&["audit_programme"]).help("The programme that plans it."))
        .field(CRITERIA.texts().help("Against what it is judged: own rules, the standard."))
        .field(AUDITORS.persons().help("Nobody audits a process of their own."))
        .field(OWNER.person().label("Lead auditor").column(Column::Owner))
        .field(PLANNED_ON.date().label("Planned for"))
        .field(HELD_ON.date())
        .field(RECORDS_SAMPLED.references_or_text(&[]).help("Numbers of the records that were looked at."))
        .field(PEOPLE_MET.persons().help("One e-mail a line."))
        .field(FINDINGS.references_or_text(&["nonconformity"]).help("The nonconformities that it found."))
        .field(CONCLUSION.long().help("Whether the system conforms and works, in the auditors' words."))
        .field(REPORT_ON.date().label("Reported").help("Within thirty days after it was held."))
        .field(TOLD.date().help("When the managers concerned learnt of the result."))
        .lifecycle(life())
        .link("part_of", "part of", "consists of", &["audit_programme"])
        .include_links(links::general())
        .grants(roles::audits())
        .list(&["number", "title", "state", "auditors", "planned_on", "held_on", "report_on"])
        .titled_by(&["criteria"])
        .looks_at_all(&["process"])
        .looks_at(&["programme"])
        .looks_when(&["planned_on"])
        .sealed(TOLD_AS_IT_WAS)
        .rule(nobody_audits_their_own_work)
        .rule(lies_in_its_programme)
        .rule(dates_of_states)
        .rule(dates_in_order)
}

/// Whoever owns a process is no auditor of the clauses that it covers (9.2.2; ISO 19011, independence).
fn nobody_audits_their_own_work(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::touched(draft, facts, &[SCOPE.name, AUDITORS.name, OWNER.name]) {
        return Ok(());
    }
    let scope = draft.fields.get(SCOPE.name);
    let texts = |value: Option<&Value>| -> Vec<String> {
        value.map(Value::entries).unwrap_or_default().iter().filter_map(Value::as_text).map(str::to_lowercase).collect()
    };
    let clauses = texts(scope.and_then(|scope| scope.part("clauses")));
    for (field, auditors) in [AUDITORS.name, OWNER.name].map(|name| (name, texts(draft.fields.get(name)))) {
        for record in facts.related.records().filter(|record| record.kind == "process") {
            let Some(owner) = record.get(process::OWNER) else { continue };
            let Some(covered) = process::clause(&record.get(process::PURPOSE).map(|text| text.0).unwrap_or_default())
            else {
                continue;
            };
            let is_audited = clauses.iter().any(|clause| is_within(clause, &covered));
            if is_audited && auditors.contains(&owner.0.to_lowercase()) {
                let sentence = format!(
                    "{} owns {} {}, which covers {covered}: nobody audits their own work",
                    owner.0, record.number, record.title
                );
                return Err(FieldError::new(field, sentence));
            }
        }
    }
    Ok(())
}

/// What a programme plans lies in its years.
fn lies_in_its_programme(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let programme = facts.related.of(draft, PROGRAMME.name).filter(|record| record.kind == "audit_programme");
    let years = programme.map(|record| audit_programme::span(&record.fields)).unwrap_or_default();
    let (Some(programme), Some(planned), Some((first, last))) =
        (programme, draft.get(PLANNED_ON), years.first().zip(years.last()))
    else {
        return Ok(());
    };
    if years.contains(&planned.year()) || !rules::touched(draft, facts, &[PROGRAMME.name, PLANNED_ON.name]) {
        return Ok(());
    }
    let years = if first == last { first.to_string() } else { format!("{first} to {last}") };
    Err(FieldError::new(PLANNED_ON.name, format!("lies outside of {} ({years})", programme.number)))
}

fn is_within(clause: &str, above: &str) -> bool {
    clause.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("planned", Open)
        .state("in_progress", Open)
        .state("held", Open)
        .state("reported", Done)
        .state("closed", Done)
        .step("start", &["planned"], "in_progress")
        .step("finish", &["planned", "in_progress"], "held")
        .step("report", &["in_progress", "held"], "reported")
        .step("close", &["reported"], "closed")
        .step("reopen", &["held", "reported", "closed"], "in_progress")
        .dated("reported", "report_on")
        .dated("held", "held_on");
    lifecycles::ending(lifecycle)
}

fn dates_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["held"]) {
        rules::stamp_day(draft, facts, HELD_ON);
    }
    if rules::enters(draft, facts, &["reported"]) {
        rules::stamp_day(draft, facts, REPORT_ON);
    }
    // An audit that is taken up again is not reported: the next report has a day of its own, the journal keeps the old one.
    if rules::leaves(draft, facts, REPORTED) && rules::enters(draft, facts, &["planned", "in_progress"]) {
        draft.clear(REPORT_ON);
    }
    Ok(())
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, HELD_ON, REPORT_ON)
}
