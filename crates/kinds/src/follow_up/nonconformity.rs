//! A nonconformity is a requirement that was not met, and what was done about it.

use crate::prelude::*;

pub const SOURCE: Key<Ref> = Key::new("source");
pub const CLAUSE: Key<Text> = Key::new("clause");
pub const GRADE: Key<Choice> = Key::new("grade");
pub const TEXT: Key<Long> = Key::new("text");
pub const OWNER: Key<Person> = Key::new("owner");
pub const RAISED_ON: Key<Date> = Key::new("raised_on");
pub const CORRECTION: Key<Long> = Key::new("correction");
pub const CONSEQUENCES: Key<Long> = Key::new("consequences");
pub const CAUSE: Key<Long> = Key::new("cause");
pub const SIMILAR: Key<Long> = Key::new("similar");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const EFFECTIVE: Key<bool> = Key::new("effective");
pub const CHECKED_ON: Key<Date> = Key::new("checked_on");
pub const SMS_CHANGED: Key<bool> = Key::new("sms_changed");
pub const CLOSED_ON: Key<Date> = Key::new("closed_on");

pub fn kind() -> Kind {
    Kind::new("nonconformity", "nonconformities", "NCR")
        .about("A nonconformity is a requirement that was not met, and what was done about it.")
        .clause(&["10.1.1", "10.1.2"])
        .area(Area::Prove)
        .include(fields())
        .include(putting_it_right())
        .lifecycle(life())
        .link("changed", "changed", "was changed by", &["document", "change", "process", "policy"])
        .include_links(links::general())
        .grants(roles::findings())
        .list(&["number", "title", "grade", "clause", "state", "owner", "raised_on", "closed_on"])
        .titled_by(&["text"])
        .rule(dates_of_states)
        .rule(dates_in_order)
}

fn fields() -> Vec<Field> {
    vec![
        SOURCE.reference_or_text(&["audit"]).help("The audit that found it, or how else it came to light."),
        CLAUSE.text().help("The requirement that was not met, such as 8.6.1."),
        GRADE
            .open_choice(&["minor", "major", "observation"])
            .help("Major when a whole requirement fails or the system cannot be trusted."),
        TEXT.long().label("What was found").help("The requirement, what is, and the evidence."),
        OWNER.person().column(Column::Owner),
        RAISED_ON.date().label("Raised"),
    ]
}

fn putting_it_right() -> Vec<Field> {
    shared::grouped(
        "Putting it right",
        vec![
            CORRECTION.long().help("What was done at once. Within ten working days."),
            CONSEQUENCES
                .long()
                .label("Consequences dealt with")
                .help("What it led to and how that was handled. Write none where there were none."),
            CAUSE.long(),
            SIMILAR.long().label("Similar cases").help("Whether the same is wrong elsewhere or could be."),
            ACTIONS.references_or_text(&["action"]).label("Corrective actions"),
            EFFECTIVE.flag().help("Judged by somebody who does not own the actions."),
            CHECKED_ON.date().label("Effect checked").help("Later than the last action was done."),
            SMS_CHANGED.flag().label("System changed").help("If yes, link the change or document."),
            CLOSED_ON.date().label("Closed"),
        ],
    )
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("analysed", Open)
        .state("acting", Open)
        .state("checking", Waiting)
        .state("closed", Done)
        .step("analyse", &["open"], "analysed")
        .step("act", &["open", "analysed", "checking"], "acting")
        .step("check_effect", &["open", "analysed", "acting"], "checking")
        .step("close", &["open", "analysed", "acting", "checking"], "closed")
        .step("reopen", &["closed"], "open")
        .dated("closed", "closed_on");
    lifecycles::ending(lifecycle)
}

fn dates_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::stamp_raising_and_closing(draft, facts, RAISED_ON, CLOSED_ON);
    Ok(())
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, RAISED_ON, CLOSED_ON)?;
    rules::in_order(draft, facts, CHECKED_ON, CLOSED_ON)
}
