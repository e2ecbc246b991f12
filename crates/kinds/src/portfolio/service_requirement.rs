//! A service requirement is a need of customers, users or us that a service must meet.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const KIND: Key<Choice> = Key::new("kind");
pub const STATEMENT: Key<Long> = Key::new("statement");
pub const SOURCE: Key<Text> = Key::new("source");
pub const AGREED_ON: Key<Date> = Key::new("agreed_on");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("service_requirement", "service_requirements", "SRQ")
        .about("A service requirement is a need of customers, users or us that a service must meet.")
        .clause(&["8.2.2", "8.3.2", "8.3.3", "8.5.2.1", "8.5.2.2", "9.1", "6.3", "7.5.4"])
        .area(Area::Services)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(KIND.open_choice(&[
            "availability",
            "support",
            "capacity",
            "continuity",
            "security",
            "performance",
            "function",
            "legal",
        ]))
        .field(STATEMENT.long().help("The need in one sentence, so that one can tell whether it is met.").required())
        .field(SOURCE.text().help("Who asked for it, or the law or policy that does."))
        .field(AGREED_ON.date().label("Agreed"))
        .field(VERSION.number())
        .field(OWNER.person().column(Column::Owner))
        .lifecycle(lifecycles::agreed())
        .include_links(links::general())
        .grants(roles::service_design())
        .list(&["number", "title", "service", "kind", "state", "source", "agreed_on"])
        .titled_by(&["statement"])
}
