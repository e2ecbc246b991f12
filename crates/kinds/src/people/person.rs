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

pub const MANAGER: Key<Person> = Key::new("manager");
pub const AWAY_FROM: Key<Date> = Key::new("away_from");
pub const AWAY_UNTIL: Key<Date> = Key::new("away_until");
pub const STAND_IN: Key<Person> = Key::new("stand_in");

pub fn kind() -> Kind {
    Kind::new("person", "people", "PER")
        .about("A person is someone who works under the provider's control.")
        .clause(&["7.1"])
        .area(Area::Prove)
        .field(NAME.text().required())
        .field(EMAIL.person().label("E-mail").help("By which all other records refer to this person.").indexed())
        .field(ACTIVE.flag().help("Works here now.").offered(Value::Flag(true)))
        .field(ROLES.references(&["role"]).help("The roles this person holds or stands in for."))
        .field(TEAM.reference(&["team"]).column(Column::Team))
        .field(JOINED_ON.date().label("Joined"))
        .field(LEFT_ON.date().label("Left"))
        .field(PHONE.text().label("Telephone").internal())
        .field(LOCATION.reference_or_text(&["location"]))
        .field(MANAGER.person().label("Line manager").help("Who allows what this person asks for."))
        .include(shared::grouped(
            "Absence",
            vec![
                AWAY_FROM.date().label("Away from"),
                AWAY_UNTIL.date().label("Away until").help("The last day away."),
                STAND_IN.person().help("Who approves meanwhile."),
            ],
        ))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::persons())
        .list(&["number", "title", "email", "active", "team", "roles", "joined_on"])
        .titled_by(&["name"])
        .identified_by("email")
        .absences(model::kind::Absence::OfThePerson)
        .rule(dates_in_order)
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, JOINED_ON, LEFT_ON)?;
    rules::in_order(draft, facts, AWAY_FROM, AWAY_UNTIL)
}
