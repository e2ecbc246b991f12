//! A scope statement draws the boundary of the management system: which organisation, services and places belong to it.

use crate::prelude::*;

pub const TEXT: Key<Long> = Key::new("text");
pub const ORGANIZATION: Key<Text> = Key::new("organization");
pub const SERVICES: Key<Many<Ref>> = Key::new("services");
pub const LOCATIONS: Key<Many<Text>> = Key::new("locations");
pub const BOUNDARIES: Key<Long> = Key::new("boundaries");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("scope_statement", "scope_statements", "SCO")
        .about(
            "A scope statement draws the boundary of the management \
             system: which organisation, services and places belong to it.",
        )
        .clause(&["4.3", "7.5.4"])
        .area(Area::Prove)
        .field(TEXT.long().help("As it will stand on the certificate."))
        .field(ORGANIZATION.text().label("Organisation").help("The organisation or part of it that is covered."))
        .field(SERVICES.references(&["service"]).help("All live services in scope."))
        .field(LOCATIONS.texts().help("The places from which services are delivered, one a line."))
        .field(BOUNDARIES.long().help("What lies just outside, and why."))
        .field(VERSION.number())
        .field(OWNER.person().column(Column::Owner))
        .include(shared::approval())
        .lifecycle(lifecycles::approved())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "state", "version", "approved_by", "approved_on"])
        .titled_by(&["organization", "text"])
        .rule(rules::approval_is_signed)
}
