//! A capacity requirement says how much of one kind of resource a service needs.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const RESOURCE_KIND: Key<Choice> = Key::new("resource_kind");
pub const NEED: Key<Long> = Key::new("need");
pub const AGREED_ON: Key<Date> = Key::new("agreed_on");

pub fn kind() -> Kind {
    Kind::new("capacity_requirement", "capacity_requirements", "CRQ")
        .about("A capacity requirement says how much of one kind of resource a service needs.")
        .clause(&["8.4.3"])
        .area(Area::Services)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(
            RESOURCE_KIND
                .choice(&["human", "technical", "information", "financial"])
                .label("Kind of resource")
                .help("Each service says something on all four kinds."),
        )
        .field(NEED.long().help("How much, or why this kind does not apply."))
        .field(AGREED_ON.date().label("Agreed"))
        .lifecycle(lifecycles::agreed())
        .include_links(links::general())
        .grants(roles::service_design())
        .list(&["number", "service", "resource_kind", "need", "state", "agreed_on"])
        .titled_by(&["need"])
}
