//! A dispute is a disagreement with a supplier about a contract.

use crate::prelude::*;

pub const PARTY: Key<Ref> = Key::new("party");
pub const CONTRACT: Key<Ref> = Key::new("contract");
pub const RAISED_ON: Key<Date> = Key::new("raised_on");
pub const TEXT: Key<Long> = Key::new("text");
pub const OWNER: Key<Person> = Key::new("owner");
pub const OUTCOME: Key<Long> = Key::new("outcome");
pub const CLOSED_ON: Key<Date> = Key::new("closed_on");

pub fn kind() -> Kind {
    Kind::new("dispute", "disputes", "DSP")
        .about("A dispute is a disagreement with a supplier about a contract.")
        .clause(&["8.3.4.1"])
        .area(Area::Services)
        .field(PARTY.reference(&["other_party"]).label("Supplier"))
        .field(CONTRACT.reference(&["contract"]))
        .field(RAISED_ON.date().label("Raised"))
        .field(TEXT.long().label("Matter").help("What each side says."))
        .field(OWNER.person().column(Column::Owner))
        .field(shared::state_alias("status"))
        .field(OUTCOME.long().help("How it was settled.").required_in(&["closed"]))
        .field(CLOSED_ON.date().label("Closed"))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::money())
        .list(&["number", "title", "party", "status", "owner", "raised_on", "closed_on"])
        .titled_by(&["text"])
        .rule(dates_of_states)
        .rule(dates_in_order)
}

/// A check asks whether the state is known, so no date stands in for it.
fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("in_progress", Open)
        .state("escalated", Open)
        .state("settled", Done)
        .state("closed", Done)
        .step("start", &["open"], "in_progress")
        .step("escalate", &["open", "in_progress"], "escalated")
        .step("settle", &["open", "in_progress", "escalated"], "settled")
        .step("close", &["open", "in_progress", "escalated", "settled"], "closed")
        .step("reopen", &["settled", "closed"], "in_progress");
    lifecycles::ending(lifecycle).unstated()
}

fn dates_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::stamp_raising_and_closing(draft, facts, RAISED_ON, CLOSED_ON);
    Ok(())
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, RAISED_ON, CLOSED_ON)
}
