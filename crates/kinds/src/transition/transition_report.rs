//! A transition report sets what was reached by a new or changed service against what was intended.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const OUTCOMES: Key<Many<Text>> = Key::new("outcomes");
pub const ACHIEVED: Key<Many<Text>> = Key::new("achieved");
pub const TOLD: Key<Date> = Key::new("told");
pub const ON: Key<Date> = Key::new("on");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("transition_report", "transition_reports", "TRP")
        .about(
            "A transition report sets what was reached by a new \
             or changed service against what was intended.",
        )
        .clause(&["8.5.2.3"])
        .area(Area::Run)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(OUTCOMES.texts().label("Intended outcomes").help("One a line, as the plan has them."))
        .field(ACHIEVED.texts().label("What was reached").help("One a line, in the same order."))
        .field(TOLD.date().help("When those with a stake learnt of it."))
        .field(ON.date().label("Dated"))
        .field(OWNER.person().label("Written by").column(Column::Owner))
        .lifecycle(lifecycles::happens("on"))
        .link("reports_on", "reports on", "reported in", &["transition_plan"])
        .include_links(links::general())
        .grants(roles::decided())
        .list(&["number", "title", "state", "service", "on", "told"])
        .titled_by(&["service"])
}
