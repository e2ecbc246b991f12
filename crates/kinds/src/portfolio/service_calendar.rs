//! A service calendar says in which hours a service is provided, so that targets run in them alone.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const ZONE: Key<Text> = Key::new("zone");
pub const WINDOWS: Key<Many<Parts>> = Key::new("windows");
pub const CLOSED_DATES: Key<Many<Text>> = Key::new("closed_dates");
pub const SPECIAL_DATES: Key<Many<Parts>> = Key::new("special_dates");
pub const VALID_FROM: Key<Date> = Key::new("valid_from");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    let kind = Kind::new("service_calendar", "service_calendars", "CLN")
        .about(
            "A service calendar says in which hours a service is \
             provided, so that targets run in them alone.",
        )
        .clause(&["8.3.3"])
        .area(Area::Services)
        .field(NAME.text().required())
        .field(
            ZONE.text()
                .label("Time zone")
                .help("By its IANA name, such as Europe/London, so that summer time is right."),
        )
        .field(
            WINDOWS
                .rows(vec![
                    part::open_choice(
                        "weekday",
                        &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
                    ),
                    part::text("from").help("Local time such as 09:00."),
                    part::text("to").help("Local time such as 17:30; 24:00 is midnight."),
                ])
                .label("Weekly hours")
                .help("A window never crosses midnight: write 22:00 to 24:00 and 00:00 to 06:00. Without any it is open all day."),
        )
        .field(CLOSED_DATES.texts().label("Closed days").help("One date a line, such as 2026-12-25."))
        .field(
            SPECIAL_DATES
                .rows(vec![part::date("date").label("Day"), part::text("from"), part::text("to")])
                .label("Special days")
                .help("Days with hours of their own; they beat closed days."),
        )
        .field(VALID_FROM.date().help("A calendar that changes is a new one of the same name from this day on."))
        .field(OWNER.person().column(Column::Owner))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::service_design())
        .list(&["number", "title", "zone", "state", "valid_from", "owner"])
        .titled_by(&["name"]);
    agreed::calendar(kind)
}
