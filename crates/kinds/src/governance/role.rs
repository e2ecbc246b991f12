//! A role is a set of duties, the power to decide that goes with them, and who holds it.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const DUTIES: Key<Many<Text>> = Key::new("duties");
pub const AUTHORITY: Key<Many<Text>> = Key::new("authority");
pub const HOLDER: Key<Person> = Key::new("holder");
pub const APPOINTED_ON: Key<Date> = Key::new("appointed_on");
pub const REPORTS_TO: Key<Ref> = Key::new("reports_to");

pub fn kind() -> Kind {
    Kind::new("role", "roles", "ROL")
        .about("A role is a set of duties, the power to decide that goes with them, and who holds it.")
        .clause(&["5.3", "5.1", "6.3", "7.2"])
        .area(Area::Prove)
        .field(NAME.text().help("Top management is held by the roles named top-management.").required())
        .field(DUTIES.texts().help("One a line. Somebody holds conformity-of-sms, somebody report-to-top-management."))
        .field(AUTHORITY.texts().help("What its holder may decide, one a line, such as approve-document."))
        .field(HOLDER.person().help("One person, active at the provider.").column(Column::Owner))
        .field(APPOINTED_ON.date().label("Appointed"))
        .field(REPORTS_TO.reference(&["role"]).help("The role to which it answers."))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "holder", "appointed_on", "reports_to", "state"])
        .titled_by(&["name"])
}
