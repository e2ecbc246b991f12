//! An action is a piece of work with an owner and a date that follows from any other record.

use model::handling::Mirror;

use crate::prelude::*;

pub const TEXT: Key<Long> = Key::new("text");
pub const SOURCE: Key<Ref> = Key::new("source");
pub const OWNER: Key<Person> = Key::new("owner");
pub const DUE: Key<Date> = Key::new("due");
pub const PRIORITY: Key<Choice> = Key::new("priority");
pub const DONE_ON: Key<Date> = Key::new("done_on");
pub const RESULT: Key<Long> = Key::new("result");
pub const EFFECT_CHECKED_ON: Key<Date> = Key::new("effect_checked_on");
pub const EFFECTIVE: Key<bool> = Key::new("effective");
pub const TOLD: Key<Moment> = Key::new("told");

pub fn kind() -> Kind {
    Kind::new("action", "actions", "ACT")
        .about("An action is a piece of work with an owner and a date that follows from any other record.")
        .clause(&[
            "10.1.1", "6.1.3", "6.2.2", "5.1", "8.1", "8.2.6", "8.3.4.1", "8.5.1.3", "8.7.1", "8.7.2", "8.7.3.2",
            "9.3", "9.4",
        ])
        .area(Area::Prove)
        .field(TEXT.long().label("What is to be done"))
        .field(SOURCE.reference_or_text(&[]).help("The record that it follows from.").indexed())
        .field(OWNER.person().column(Column::Owner))
        .field(DUE.date().column(Column::Due))
        .field(shared::state_alias("status"))
        .field(PRIORITY.open_choice(&["high", "medium", "low", "P1", "P2", "P3", "P4", "P5"]).column(Column::Priority))
        .field(DONE_ON.date())
        .field(RESULT.long().help("What came of it."))
        .field(EFFECT_CHECKED_ON.date().label("Effect checked").help("Within ninety days after it was done."))
        .field(EFFECTIVE.flag().help("It did what it was meant to."))
        .field(TOLD.instant().help("When those concerned learnt of it."))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::everybody())
        .list(&["number", "title", "status", "owner", "due", "source", "priority"])
        .titled_by(&["text"])
        .mirrors(&[
            Mirror { field: "source", kind: "problem", back: "actions" },
            Mirror { field: "source", kind: "major_incident_review", back: "actions" },
        ])
        .rule(dates_of_states)
        .rule(dates_in_order)
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("in_progress", Open)
        .state("on_hold", Waiting)
        .state("done", Done)
        .step("start", &["open", "on_hold"], "in_progress")
        .step("put_on_hold", &["open", "in_progress"], "on_hold")
        .step("complete", &["open", "in_progress", "on_hold"], "done")
        .step("reopen", &["done"], "in_progress")
        .dated("done", "done_on");
    lifecycles::ending(lifecycle)
}

fn dates_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["done"]) {
        rules::stamp_day(draft, facts, DONE_ON);
    }
    if rules::leaves(draft, facts, &["done"]) {
        draft.clear(DONE_ON);
    }
    Ok(())
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, DONE_ON, EFFECT_CHECKED_ON)
}
