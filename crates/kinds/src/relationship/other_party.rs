//! Another party is a supplier, an own unit or a customer acting as supplier that takes part in services.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const KIND: Key<Choice> = Key::new("kind");
pub const ACTIVE: Key<bool> = Key::new("active");
pub const OWNER: Key<Person> = Key::new("owner");
pub const PROVIDES: Key<Parts> = Key::new("provides");
pub const CRITERIA: Key<Long> = Key::new("criteria");
pub const CONTROLS: Key<Long> = Key::new("controls");
pub const INTERFACES: Key<Long> = Key::new("interfaces");
pub const ESCALATION_CONTACT: Key<Text> = Key::new("escalation_contact");
pub const INFORMATION_ACCESS: Key<bool> = Key::new("information_access");
pub const CONTACTS: Key<Many<Person>> = Key::new("contacts");

pub fn kind() -> Kind {
    Kind::new("other_party", "other_parties", "PTY")
        .about(
            "Another party is a supplier, an own unit or a customer \
             acting as supplier that takes part in services.",
        )
        .clause(&["8.2.3.1", "8.3.4.1", "8.3.4.2", "8.1", "8.3.1", "5.1", "6.3"])
        .area(Area::Services)
        .field(NAME.text().required())
        .field(KIND.choice(&["external", "internal", "customer"]).help(
            "External suppliers need a contract; internal ones \
             and customers who supply need an agreement.",
        ))
        .field(ACTIVE.flag().help("Works for us now. Only active ones are judged.").offered(Value::Flag(true)))
        .field(OWNER.person().help("The person of ours who manages the relationship.").column(Column::Owner))
        .field(
            PROVIDES
                .parts(vec![
                    part::references_or_text("services", &["service"]),
                    part::references_or_text("components", &["ci"]).label("Components of services"),
                    part::references_or_text("processes", &["process"]).label("Processes or parts of them"),
                ])
                .help("What this party does for us."),
        )
        .field(CRITERIA.long().help("By what it was chosen and is judged."))
        .field(CONTROLS.long().help("How we keep a hand on what it does."))
        .field(INTERFACES.long().help("How work and information go to and fro."))
        .field(ESCALATION_CONTACT.text().help("Whom to call when the usual way does not help."))
        .field(
            INFORMATION_ACCESS
                .flag()
                .label("Has access to information")
                .help("It can see or alter information that must be protected."),
        )
        .field(CONTACTS.persons().help("Whom we usually talk to, one e-mail a line."))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::service_design())
        .list(&["number", "title", "kind", "active", "owner", "information_access", "state"])
        .titled_by(&["name"])
}
