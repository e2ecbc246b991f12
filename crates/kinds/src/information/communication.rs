//! A communication is a message that went out.

use crate::prelude::*;

pub const SUBJECT: Key<Text> = Key::new("subject");
pub const ABOUT: Key<Choice> = Key::new("about");
pub const AUDIENCE: Key<Many<Ref>> = Key::new("audience");
pub const TEXT: Key<Long> = Key::new("text");
pub const SENT_ON: Key<Date> = Key::new("sent_on");
pub const SENT_BY: Key<Person> = Key::new("sent_by");

pub fn kind() -> Kind {
    Kind::new("communication", "communications", "COM")
        .about("A communication is a message that went out.")
        .clause(&["7.4", "5.1", "5.2.2", "8.5.1.3", "8.5.3", "8.7.3.1", "9.4"])
        .area(Area::Prove)
        .field(SUBJECT.text().required())
        .field(
            ABOUT
                .open_choice(&["service-management", "information-security", "change", "release", "report", "incident"])
                .help("Messages on service management come from top management, once a year at least."),
        )
        .field(
            AUDIENCE
                .references_or_text(&["customer"])
                .help("Customers by number, groups in words: staff, customers, suppliers."),
        )
        .field(TEXT.long())
        .field(SENT_ON.date().label("Sent"))
        .field(SENT_BY.person().column(Column::Owner))
        .include(shared::grouped("Public page", vec![shared::public_page()]))
        .told_outside(Outside { flag: "public_page", states: &["done"], fields: &["title", "text", "sent_on"] })
        .lifecycle(lifecycles::happens("sent_on"))
        .link("carries_out", "carries out", "carried out by", &["communication_plan"])
        .include_links(links::general())
        .grants(roles::leadership())
        .grants(roles::customers_find(&["done"]))
        .grants(roles::customers_addressed(&["done"]))
        .list(&["number", "title", "about", "audience", "sent_on", "sent_by"])
        .titled_by(&["subject"])
}
