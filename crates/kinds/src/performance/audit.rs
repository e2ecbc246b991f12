//! An audit is one internal look at whether the system follows its own rules and the standard.

use crate::prelude::*;

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
                ])
                .help("All audits of a year together cover every clause and every service."),
        )
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
        .rule(dates_of_states)
        .rule(dates_in_order)
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
    Ok(())
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, HELD_ON, REPORT_ON)
}
