//! An internal agreement binds an own unit, or a customer acting as supplier, to what it contributes.

use crate::prelude::*;

pub const PARTY: Key<Ref> = Key::new("party");
pub const TEAMS: Key<Many<Ref>> = Key::new("teams");
pub const TARGETS: Key<Many<Parts>> = Key::new("targets");
pub const COMMITMENTS: Key<Many<Text>> = Key::new("commitments");
pub const ACTIVITIES: Key<Many<Choice>> = Key::new("activities");
pub const INTERFACES: Key<Long> = Key::new("interfaces");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const AGREED_ON: Key<Date> = Key::new("agreed_on");
pub const REVIEW_DUE: Key<Date> = Key::new("review_due");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    let kind = Kind::new("internal_agreement", "internal_agreements", "OLA")
        .about(
            "An internal agreement binds an own unit, or a \
             customer acting as supplier, to what it contributes.",
        )
        .clause(&["8.3.4.2", "8.2.3.1", "7.5.4"])
        .area(Area::Services)
        .field(PARTY.reference(&["other_party"]))
        .field(
            TEAMS
                .references(&["team"])
                .help("The teams that it binds: what is in their queue is in their hands, with the times below."),
        )
        .field(
            TARGETS
                .rows(vec![
                    part::open_choice("name", &["power", "rooms", "availability", "response"]),
                    part::open_choice(
                        "kind",
                        &["availability", "incident-resolution", "incident-response", "request-fulfilment"],
                    ),
                    part::number("number"),
                    part::open_choice("unit", &["percent", "hours", "minutes", "days"]),
                    part::open_choice("period", &["month", "quarter", "year"]),
                    part::choice("comparison", &["at-least", "at-most"]),
                ])
                .help("What it promises, so that it can be measured in each period."),
        )
        .field(COMMITMENTS.texts().help("One a line: what it promises besides targets."))
        .field(ACTIVITIES.open_choices(&["power", "rooms", "network", "support"]).help("What it does for services."))
        .field(INTERFACES.long().help("How work and information go to and fro."))
        .field(VERSION.number())
        .field(AGREED_ON.date().label("Agreed"))
        .field(REVIEW_DUE.date())
        .field(OWNER.person().column(Column::Owner))
        .include(shared::leg_targets())
        .lifecycle(lifecycles::agreed())
        .include_links(links::general())
        .grants(roles::money())
        .list(&["number", "title", "party", "state", "version", "agreed_on", "review_due"])
        .titled_by(&["party"]);
    agreed::checked(kind)
}
