//! An improvement is a chance to do better, from the idea to the measured result.

use crate::prelude::*;

pub const TEXT: Key<Long> = Key::new("text");
pub const SOURCE: Key<Ref> = Key::new("source");
pub const OWNER: Key<Person> = Key::new("owner");
pub const SERVICE: Key<Ref> = Key::new("service");
pub const CRITERIA_SCORES: Key<Parts> = Key::new("criteria_scores");
pub const DECISION: Key<Choice> = Key::new("decision");
pub const DECIDED_BY: Key<Person> = Key::new("decided_by");
pub const DECIDED_ON: Key<Date> = Key::new("decided_on");
pub const PRIORITY: Key<Choice> = Key::new("priority");
pub const TARGETS: Key<Many<Parts>> = Key::new("targets");
pub const PLAN: Key<Parts> = Key::new("plan");
pub const IMPLEMENTED_ON: Key<Date> = Key::new("implemented_on");
pub const MEASURED: Key<Parts> = Key::new("measured");
pub const TARGET_MET: Key<bool> = Key::new("target_met");
pub const SMS_CHANGED: Key<bool> = Key::new("sms_changed");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const REPORTED_ON: Key<Date> = Key::new("reported_on");

pub fn kind() -> Kind {
    Kind::new("improvement", "improvements", "IMP")
        .about("An improvement is a chance to do better, from the idea to the measured result.")
        .clause(&["10.2", "5.1", "4.4", "6.3", "8.2.2", "8.3.2", "8.3.3", "8.3.4.2", "8.4.3", "8.6.1"])
        .area(Area::Prove)
        .include(fields())
        .include(decision())
        .include(result())
        .lifecycle(life())
        .link("decided_in", "decided in", "decided", &["management_review"])
        .link("leads_to", "leads to", "follows from", &["service", "change", "process"])
        .include_links(links::general())
        .grants(roles::everybody())
        .list(&["number", "title", "state", "decision", "owner", "priority", "implemented_on"])
        .titled_by(&["text"])
        .rule(decision_is_signed)
        .rule(dates_in_order)
}

fn fields() -> Vec<Field> {
    vec![
        TEXT.long().label("What could be better"),
        SOURCE.reference_or_text(&[]).help("The record that it comes from, or who had the idea."),
        OWNER.person().column(Column::Owner),
        SERVICE.reference(&["service"]).column(Column::Service),
        CRITERIA_SCORES
            .parts(vec![
                part::number("objectives").label("Fit with objectives"),
                part::number("cost"),
                part::number("gain"),
            ])
            .label("Scores")
            .help("How well it does by each criterion; fit with objectives is always scored."),
    ]
}

fn decision() -> Vec<Field> {
    shared::grouped(
        "Decision",
        vec![
            DECISION
                .open_choice(&["approved", "rejected", "deferred"])
                .help("What was decided: approved, rejected, deferred."),
            DECIDED_BY.person().help("Who decided."),
            DECIDED_ON.date().label("Decided"),
            PRIORITY.open_choice(&["P1", "P2", "P3", "P4", "P5", "high", "medium", "low"]).column(Column::Priority),
            TARGETS
                .rows(vec![
                    part::text("text").label("Target"),
                    part::number("number"),
                    part::open_choice("unit", &["percent", "hours", "days", "count", "money"]),
                ])
                .help("What is to be reached, in numbers."),
            PLAN.parts(vec![part::long("text").label("What will be done"), part::date("due")]),
        ],
    )
}

fn result() -> Vec<Field> {
    shared::grouped(
        "Result",
        vec![
            IMPLEMENTED_ON.date().label("Implemented"),
            MEASURED
                .parts(vec![
                    part::number("number"),
                    part::open_choice("unit", &["percent", "hours", "days", "count", "money"]),
                    part::date("on"),
                ])
                .help("What came of it, measured as the target is."),
            TARGET_MET.flag().help("If not, an action is needed."),
            SMS_CHANGED.flag().label("System changed").help("If yes, link the change, document or process."),
            ACTIONS.references_or_text(&["action"]),
            REPORTED_ON.date().label("Reported").help("When the result was told."),
        ],
    )
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("approved", Open)
        .state("in_progress", Open)
        .state("implemented", Open)
        .state("rejected", Done)
        .state("deferred", Waiting)
        .state("closed", Done)
        .step("approve", &["open", "deferred"], "approved")
        .step("decline", &["open", "deferred"], "rejected")
        .step("defer", &["open"], "deferred")
        .step("start", &["approved"], "in_progress")
        .step("mark_implemented", &["approved", "in_progress"], "implemented")
        .step("close", &["open", "approved", "in_progress", "implemented", "rejected"], "closed")
        .step("reopen", &["rejected", "closed"], "open")
        .dated("implemented", "implemented_on");
    lifecycles::ending(lifecycle)
}

/// Approving, rejecting and deferring write the decision, by whom and when.
fn decision_is_signed(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    for state in ["approved", "rejected", "deferred"] {
        if rules::enters(draft, facts, &[state]) {
            draft.set(DECISION, Choice(state.into()));
            rules::sign(draft, facts, DECIDED_BY);
            rules::stamp_day(draft, facts, DECIDED_ON);
        }
    }
    if rules::enters(draft, facts, &["implemented"]) {
        rules::stamp_day(draft, facts, IMPLEMENTED_ON);
    }
    Ok(())
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, DECIDED_ON, IMPLEMENTED_ON)
}
