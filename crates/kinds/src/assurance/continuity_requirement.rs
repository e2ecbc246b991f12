//! A continuity requirement says what must survive a major loss, how fast, and with how little data lost.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const RTO: Key<Decimal> = Key::new("rto");
pub const RPO: Key<Decimal> = Key::new("rpo");
pub const BASIS: Key<Long> = Key::new("basis");
pub const AGREED_ON: Key<Date> = Key::new("agreed_on");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("continuity_requirement", "continuity_requirements", "CTR")
        .about(
            "A continuity requirement says what must survive a \
             major loss, how fast, and with how little data lost.",
        )
        .clause(&["8.7.2"])
        .area(Area::Assure)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(RTO.number().label("Recovery time (RTO)").help("Minutes until the service must work again."))
        .field(RPO.number().label("Recovery point (RPO)").help("Minutes of data that may be lost at most."))
        .field(BASIS.long().help("Business needs, agreements and risks that it rests on."))
        .field(AGREED_ON.date().label("Agreed"))
        .field(OWNER.person().column(Column::Owner))
        .lifecycle(lifecycles::agreed())
        .include_links(links::general())
        .grants(roles::assurance())
        .list(&["number", "service", "rto", "rpo", "state", "agreed_on"])
        .titled_by(&["service"])
}
