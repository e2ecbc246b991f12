//! A report definition says what a report is for, who gets it, how often, and where its figures come from.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const PURPOSE: Key<Long> = Key::new("purpose");
pub const AUDIENCE: Key<Many<Choice>> = Key::new("audience");
pub const FREQUENCY: Key<Choice> = Key::new("frequency");
pub const CONTENT: Key<Long> = Key::new("content");
pub const SOURCE: Key<Text> = Key::new("source");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("report_definition", "report_definitions", "RDF")
        .about(
            "A report definition says what a report is for, who gets \
             it, how often, and where its figures come from.",
        )
        .clause(&["9.4", "6.3"])
        .area(Area::Prove)
        .field(NAME.text().required())
        .field(PURPOSE.long().help("What its readers decide with it."))
        .field(
            AUDIENCE
                .open_choices(&["top-management", "customers", "process-owners", "suppliers"])
                .help("Who gets it. At least one goes to top management."),
        )
        .field(FREQUENCY.open_choice(&["weekly", "monthly", "quarterly", "yearly"]).label("How often"))
        .field(CONTENT.long().help("Which figures and statements it holds."))
        .field(SOURCE.text().label("Source of figures").help("Where the figures come from."))
        .field(OWNER.person().column(Column::Owner))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::governance())
        .list(&["number", "title", "audience", "frequency", "source", "owner"])
        .titled_by(&["name"])
}
