//! An opportunity is something uncertain that could make a service or the management system better.

use crate::prelude::*;

pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const CUSTOMER_EFFECT: Key<Long> = Key::new("customer_effect");
pub const OWNER: Key<Person> = Key::new("owner");
pub const DECISION: Key<Long> = Key::new("decision");
pub const REVIEWED_ON: Key<Date> = Key::new("reviewed_on");
pub const SERVICE: Key<Ref> = Key::new("service");

pub fn kind() -> Kind {
    Kind::new("opportunity", "opportunities", "OPP")
        .about(
            "An opportunity is something uncertain that could \
             make a service or the management system better.",
        )
        .clause(&["6.1.1", "6.1.2"])
        .area(Area::Assure)
        .field(DESCRIPTION.long().required())
        .field(CUSTOMER_EFFECT.long().label("Effect on customers").help("What customers would gain."))
        .field(OWNER.person().column(Column::Owner))
        .field(DECISION.long().help("Whether it is taken up, and why."))
        .field(REVIEWED_ON.date().label("Reviewed"))
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::everybody())
        .list(&["number", "title", "state", "owner", "decision", "reviewed_on"])
        .titled_by(&["description"])
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("taken_up", Open)
        .state("rejected", Done)
        .state("closed", Done)
        .step("take_up", &["open"], "taken_up")
        .step("decline", &["open"], "rejected")
        .step("close", &["open", "taken_up"], "closed")
        .step("reopen", &["rejected", "closed"], "open");
    lifecycles::ending(lifecycle)
}
