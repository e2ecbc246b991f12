//! A measure says what is measured, how, how often, and when somebody judges the results.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const SUBJECT: Key<Ref> = Key::new("subject");
pub const METHOD: Key<Long> = Key::new("method");
pub const UNIT: Key<Choice> = Key::new("unit");
pub const TARGET: Key<Decimal> = Key::new("target");
pub const FREQUENCY: Key<Choice> = Key::new("frequency");
pub const ANALYSIS_FREQUENCY: Key<Choice> = Key::new("analysis_frequency");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("measure", "measures", "MEA")
        .about("A measure says what is measured, how, how often, and when somebody judges the results.")
        .clause(&["9.1", "6.3"])
        .area(Area::Prove)
        .field(NAME.text())
        .field(SUBJECT.reference(&["service", "process"]).help("The service or process that it is about."))
        .field(METHOD.long().help("How it is measured, so that two people get the same figure."))
        .field(UNIT.open_choice(&["percent", "hours", "minutes", "days", "count", "money", "points"]))
        .field(TARGET.number().help("What the value should be, where there is such a number."))
        .field(FREQUENCY.open_choice(&["daily", "weekly", "monthly", "quarterly", "yearly"]).label("Measured"))
        .field(
            ANALYSIS_FREQUENCY
                .open_choice(&["weekly", "monthly", "quarterly", "yearly"])
                .label("Judged")
                .help("How often somebody looks at the readings and says what they mean."),
        )
        .field(OWNER.person().column(Column::Owner))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::governance())
        .list(&["number", "title", "subject", "frequency", "analysis_frequency", "owner", "state"])
        .titled_by(&["name", "method"])
}
