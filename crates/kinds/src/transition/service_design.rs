//! A service design describes a new or changed service so that it can be built.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const OWNER: Key<Person> = Key::new("owner");
pub const SECTIONS: Key<Parts> = Key::new("sections");

pub fn kind() -> Kind {
    Kind::new("service_design", "service_designs", "SDN")
        .about("A service design describes a new or changed service so that it can be built.")
        .clause(&["8.5.2.2"])
        .area(Area::Run)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(VERSION.number())
        .field(OWNER.person().column(Column::Owner))
        .field(
            SECTIONS
                .parts(vec![
                    part::long("a").label("Who decides and who is in charge among the parties"),
                    part::long("b").label("Changes in people, technology, information and money"),
                    part::long("c").label("Schooling, training and experience needed"),
                    part::long("d").label("New or changed agreements and contracts"),
                    part::long("e").label("Changes to the management system"),
                    part::long("f").label("Effect on other services"),
                    part::long("g").label("Updates to the catalogue"),
                    part::references("requirements", &["service_requirement"])
                        .label("Service requirements met")
                        .help("All requirements of the service."),
                ])
                .label("Design")
                .help("Each point is filled in, or says why it does not apply."),
        )
        .include(shared::approval())
        .lifecycle(lifecycles::approved())
        .include_links(links::general())
        .grants(roles::decided())
        .list(&["number", "title", "state", "service", "version", "approved_on"])
        .titled_by(&["service"])
        .rule(rules::approval_is_signed)
}
