//! A process review is a dated look at how a process did against its criteria.

use crate::prelude::*;

pub const PROCESS: Key<Ref> = Key::new("process");
pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const READINGS: Key<Many<Parts>> = Key::new("readings");
pub const VERDICT: Key<Long> = Key::new("verdict");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const REVIEWED_ON: Key<Date> = Key::new("reviewed_on");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("process_review", "process_reviews", "PRV")
        .about("A process review is a dated look at how a process did against its criteria.")
        .clause(&["4.4", "8.1", "8.2.1"])
        .area(Area::Prove)
        .field(PROCESS.reference(&["process"]))
        .field(PERIOD.period())
        .field(
            READINGS
                .rows(vec![
                    part::text("name"),
                    part::number("number"),
                    part::open_choice("unit", &["percent", "hours", "days", "count"]),
                    part::flag("met"),
                ])
                .help("One row for each criterion of the process."),
        )
        .field(VERDICT.long().help("Whether the process does what it is for."))
        .field(ACTIONS.references(&["action"]).help("Needed when the same criterion was missed twice in a row."))
        .field(REVIEWED_ON.date().label("Reviewed"))
        .field(OWNER.person().label("Done by").column(Column::Owner))
        .lifecycle(lifecycles::happens("reviewed_on"))
        .include_links(links::general())
        .grants(roles::governance())
        .list(&["number", "process", "period", "state", "verdict", "reviewed_on"])
        .titled_by(&["period"])
}
