//! A team is a group of people who share a queue of work.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const PURPOSE: Key<Long> = Key::new("purpose");
pub const MEMBERS: Key<Many<Person>> = Key::new("members");
pub const LEAD: Key<Person> = Key::new("lead");
pub const EMAIL: Key<Person> = Key::new("email");
pub const ON_CALL: Key<Person> = Key::new("on_call");
pub const ON_CALL_PLAN: Key<Many<Parts>> = Key::new("on_call_plan");
pub const ROTA: Key<Many<Parts>> = Key::new("rota");
pub const SERVICES: Key<Many<Ref>> = Key::new("services");
pub const CALENDAR: Key<Ref> = Key::new("calendar");

pub fn kind() -> Kind {
    Kind::new("team", "teams", "TM")
        .about("A team is a group of people who share a queue of work.")
        .clause(&["7.1", "5.3"])
        .area(Area::Prove)
        .field(NAME.text().required())
        .field(PURPOSE.long().help("What it looks after."))
        .field(MEMBERS.persons().help("One e-mail a line."))
        .field(LEAD.person().help("Who answers for the queue.").column(Column::Owner))
        .field(EMAIL.person().label("E-mail").help("For news that goes to all of the team."))
        .field(ON_CALL.person().label("On call now").help("Who is reached outside office hours."))
        .field(
            ON_CALL_PLAN
                .rows(vec![part::person("person"), part::instant("from"), part::instant("to")])
                .label("On-call plan")
                .help("Who is on call when."),
        )
        .field(
            ROTA.rows(vec![part::person("person"), part::instant("from"), part::instant("to")])
                .label("Shifts")
                .help("Who is at work when. While it is kept up, rules give work to those on shift alone."),
        )
        .field(SERVICES.references(&["service"]).help("The services that it supports."))
        .field(CALENDAR.reference(&["service_calendar"]).label("Hours").help("The hours in which the team works."))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::governance())
        .list(&["number", "title", "lead", "members", "email", "state"])
        .titled_by(&["name"])
        .gathers("members")
}
