//! A contract review checks whether a contract still fits what services need.

use crate::prelude::*;

pub const CONTRACT: Key<Ref> = Key::new("contract");
pub const ON: Key<Date> = Key::new("on");
pub const OUTCOME: Key<Long> = Key::new("outcome");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("contract_review", "contract_reviews", "CNR")
        .about("A contract review checks whether a contract still fits what services need.")
        .clause(&["8.3.4.1"])
        .area(Area::Services)
        .field(CONTRACT.reference(&["contract"]))
        .field(ON.date().label("Held on"))
        .field(OUTCOME.long().help("Keep, alter or end it, and why."))
        .field(ACTIONS.references_or_text(&["action"]))
        .field(OWNER.person().label("Done by").column(Column::Owner))
        .lifecycle(lifecycles::happens("on"))
        .include_links(links::general())
        .grants(roles::money())
        .list(&["number", "contract", "on", "state", "outcome"])
        .titled_by(&["contract"])
}
