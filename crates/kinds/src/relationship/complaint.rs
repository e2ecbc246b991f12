//! A complaint is what a customer says is wrong with a service and wants to be heard about.

use model::handling::Talk;

use crate::prelude::*;

pub const CUSTOMER: Key<Ref> = Key::new("customer");
pub const SERVICE: Key<Ref> = Key::new("service");
pub const REQUESTER: Key<Person> = Key::new("requester");
pub const TEXT: Key<Long> = Key::new("text");
pub const RAISED_ON: Key<Date> = Key::new("raised_on");
pub const OWNER: Key<Person> = Key::new("owner");
pub const ESCALATED: Key<Date> = Key::new("escalated");
pub const ANSWER: Key<Long> = Key::new("answer");
pub const CLOSED_ON: Key<Date> = Key::new("closed_on");
pub const REPORTED_ON: Key<Date> = Key::new("reported_on");

/// Whoever is not content with the answer says so, and it goes on.
const TALK: Talk =
    Talk { answered: "", asker: "requester", waits: "", goes_on: "in_progress", over: &["resolved", "closed"] };

pub fn kind() -> Kind {
    Kind::new("complaint", "complaints", "CPT")
        .about("A complaint is what a customer says is wrong with a service and wants to be heard about.")
        .clause(&["8.3.2"])
        .area(Area::Services)
        .field(CUSTOMER.reference(&["customer"]))
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(REQUESTER.person().label("Complained").help("The person who complains.").column(Column::Requester))
        .field(TEXT.long().label("Complaint").help("In the customer's own words."))
        .field(RAISED_ON.date().label("Raised"))
        .field(OWNER.person().internal().column(Column::Owner))
        .field(shared::state_alias("status"))
        .field(
            ESCALATED
                .date()
                .help("When it went to somebody with more power, because it was still open after a month.")
                .internal(),
        )
        .field(ANSWER.long().help("What was found and what is done about it.").required_in(&["closed"]))
        .field(CLOSED_ON.date().label("Closed"))
        .field(REPORTED_ON.date().label("Reported").help("When it was counted in a report.").internal())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::service_design())
        .grants(roles::customers_raise())
        .list(&["number", "title", "customer", "status", "owner", "raised_on", "closed_on"])
        .titled_by(&["text"])
        .belongs_to("customer")
        .talked_about(TALK)
        .looks_at(&["customer"])
        .rule(dates_of_states)
        .rule(somebody_has_it)
        .rule(dates_in_order)
}

/// A check asks whether the state is known, so no date stands in for it.
fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("in_progress", Open)
        .state("escalated", Open)
        .state("resolved", Done)
        .state("closed", Done)
        .step("start", &["open"], "in_progress")
        .step("escalate", &["open", "in_progress"], "escalated")
        .step("resolve", &["open", "in_progress", "escalated"], "resolved")
        .step("close", &["open", "in_progress", "escalated", "resolved"], "closed")
        .step("reopen", &["resolved", "closed"], "in_progress");
    lifecycles::ending(lifecycle).unstated()
}

fn dates_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::stamp_raising_and_closing(draft, facts, RAISED_ON, CLOSED_ON);
    if rules::enters(draft, facts, &["escalated"]) {
        rules::stamp_day(draft, facts, ESCALATED);
    }
    Ok(())
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, RAISED_ON, CLOSED_ON)
}

/// What a customer's person writes themselves goes to whoever looks after that customer.
fn somebody_has_it(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_none() && facts.actor.customer.is_some() {
        rules::relationship_owner(draft, facts, OWNER);
    }
    Ok(())
}
