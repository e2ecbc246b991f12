//! A person is someone who works under the provider's control.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const EMAIL: Key<Person> = Key::new("email");
pub const ACTIVE: Key<bool> = Key::new("active");
pub const ROLES: Key<Many<Ref>> = Key::new("roles");
pub const TEAM: Key<Ref> = Key::new("team");
pub const JOINED_ON: Key<Date> = Key::new("joined_on");
pub const LEFT_ON: Key<Date> = Key::new("left_on");
pub const PHONE: Key<Text> = Key::new("phone");
pub const LOCATION: Key<Ref> = Key::new("location");

pub fn kind() -> Kind {
    Kind::new("person", "people", "PER")
        .about("A person is someone who works under the provider's control.")
        .clause(&["7.1"])
        .area(Area::Prove)
        .field(NAME.text().required())
        .field(EMAIL.person().label("E-mail").help("By which all other records refer to this person.").indexed())
        .field(ACTIVE.flag().help("Works here now."))
        .field(ROLES.references(&["role"]).help("The roles this person holds or stands in for."))
        .field(TEAM.reference(&["team"]).column(Column::Team))
        .field(JOINED_ON.date().label("Joined"))
        .field(LEFT_ON.date().label("Left"))
        .field(PHONE.text().label("Telephone").internal())
        .field(LOCATION.reference_or_text(&["location"]))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::persons())
        .list(&["number", "title", "email", "active", "team", "roles", "joined_on"])
        .titled_by(&["name"])
        .identified_by("email")
        .rule(dates_in_order)
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, JOINED_ON, LEFT_ON)
}
