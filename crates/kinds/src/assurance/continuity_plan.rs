//! A continuity plan says what to do when a service is lost in a big way.

use crate::prelude::*;

pub const SERVICES: Key<Many<Ref>> = Key::new("services");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const OWNER: Key<Person> = Key::new("owner");
pub const SECTIONS: Key<Parts> = Key::new("sections");
pub const CONTACTS: Key<Many<Person>> = Key::new("contacts");
pub const CONTACTS_CHECKED_ON: Key<Date> = Key::new("contacts_checked_on");
pub const COPIES: Key<Many<Text>> = Key::new("copies");
pub const REVIEW_DUE: Key<Date> = Key::new("review_due");

pub fn kind() -> Kind {
    Kind::new("continuity_plan", "continuity_plans", "CPN")
        .about("A continuity plan says what to do when a service is lost in a big way.")
        .clause(&["8.7.2", "6.3", "7.5.4"])
        .area(Area::Assure)
        .field(SERVICES.references(&["service"]).help("The services that it brings back."))
        .field(VERSION.number())
        .field(OWNER.person().column(Column::Owner))
        .field(
            SECTIONS
                .parts(vec![
                    part::long("a").label("When and by whom the plan is started"),
                    part::long("b").label("What to do in a major loss of service"),
                    part::long("c").label("Availability targets while the plan runs"),
                    part::long("d").label("What recovery needs"),
                    part::long("e").label("How to get back to normal"),
                ])
                .label("Plan")
                .help("All five are filled in."),
        )
        .field(CONTACTS.persons().help("Who must be reached, one e-mail a line."))
        .field(CONTACTS_CHECKED_ON.date().label("Contacts checked").help("Every six months."))
        .field(COPIES.texts().help("Where the plan lies outside the main site and the main network."))
        .include(shared::approval())
        .field(REVIEW_DUE.date())
        .lifecycle(lifecycles::approved())
        .link("refers_to", "refers to", "referred to by", &["management_plan"])
        .include_links(links::general())
        .grants(roles::assurance())
        .list(&["number", "title", "services", "state", "version", "approved_on", "review_due"])
        .titled_by(&["services"])
        .rule(rules::approval_is_signed)
}
