//! An evaluation is a dated judgement of the management system or a service against what was wanted.

use crate::prelude::*;

pub const SUBJECT: Key<Ref> = Key::new("subject");
pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const AGAINST: Key<Many<Ref>> = Key::new("against");
pub const VERDICT: Key<Long> = Key::new("verdict");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const ON: Key<Date> = Key::new("on");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("evaluation", "evaluations", "EVA")
        .about(
            "An evaluation is a dated judgement of the management \
             system or a service against what was wanted.",
        )
        .clause(&["9.1"])
        .area(Area::Prove)
        .field(SUBJECT.reference_or_text(&["service"]).help("The number of a service, or sms for the whole system."))
        .field(PERIOD.period())
        .field(
            AGAINST
                .references(&["objective", "service_requirement"])
                .help("Objectives, or all requirements of the service."),
        )
        .field(VERDICT.long().help("How far it came, and what is wrong."))
        .field(ACTIONS.references_or_text(&["action"]))
        .field(ON.date().label("Held on"))
        .field(OWNER.person().label("Done by").column(Column::Owner))
        .lifecycle(lifecycles::happens("on"))
        .include_links(links::general())
        .grants(roles::governance())
        .list(&["number", "title", "period", "state", "verdict", "on"])
        .titled_by(&["subject"])
}
