//! An audit programme plans the internal audits of a period, so that they cover everything.

use crate::prelude::*;

pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const FREQUENCY: Key<Text> = Key::new("frequency");
pub const METHODS: Key<Many<Text>> = Key::new("methods");
pub const DUTIES: Key<Parts> = Key::new("duties");
pub const PLANNING: Key<Long> = Key::new("planning");
pub const REPORTING: Key<Long> = Key::new("reporting");
pub const BASIS: Key<Many<Text>> = Key::new("basis");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("audit_programme", "audit_programmes", "APR")
        .about("An audit programme plans the internal audits of a period, so that they cover everything.")
        .clause(&["9.2.2", "6.3"])
        .area(Area::Prove)
        .field(PERIOD.period())
        .field(FREQUENCY.text().label("How often"))
        .field(METHODS.texts().help("Interviews, samples, walking through."))
        .field(
            DUTIES
                .parts(vec![part::person("lead").label("Leads the audits")])
                .help("Who does what in the audits of the period."),
        )
        .field(PLANNING.long().help("How the audits are spread over the period."))
        .field(REPORTING.long().help("To whom and how results are told."))
        .field(BASIS.texts().help("What weighs: importance of processes, changes, earlier results."))
        .field(OWNER.person().column(Column::Owner))
        .include(shared::approval())
        .lifecycle(lifecycles::approved())
        .include_links(links::general())
        .grants(roles::audits())
        .list(&["number", "title", "period", "state", "frequency", "approved_on"])
        .titled_by(&["period"])
        .rule(rules::approval_is_signed)
}
