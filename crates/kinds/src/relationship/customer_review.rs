//! A customer review is a meeting with a customer about how services did and what is needed next.

use crate::prelude::*;

pub const CUSTOMER: Key<Ref> = Key::new("customer");
pub const HELD_ON: Key<Date> = Key::new("held_on");
pub const PRESENT: Key<Many<Person>> = Key::new("present");
pub const TRENDS: Key<Long> = Key::new("trends");
pub const OUTCOMES: Key<Long> = Key::new("outcomes");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("customer_review", "customer_reviews", "CRV")
        .about(
            "A customer review is a meeting with a customer \
             about how services did and what is needed next.",
        )
        .clause(&["8.3.2"])
        .area(Area::Services)
        .field(CUSTOMER.reference(&["customer"]))
        .field(HELD_ON.date())
        .field(PRESENT.persons())
        .field(TRENDS.long().help("How results and workload moved since the last one."))
        .field(OUTCOMES.long().help("What the services did for the customer, and what was agreed."))
        .field(ACTIONS.references_or_text(&["action"]).internal())
        .field(OWNER.person().internal().column(Column::Owner))
        .lifecycle(lifecycles::happens("held_on"))
        .include_links(links::general())
        .grants(roles::service_design())
        .grants(roles::customers_read())
        .list(&["number", "customer", "held_on", "state", "owner", "actions"])
        .titled_by(&["customer"])
        .belongs_to("customer")
}
