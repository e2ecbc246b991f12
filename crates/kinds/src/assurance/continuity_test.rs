//! A continuity test tries out a continuity plan.

use crate::prelude::*;

pub const PLAN: Key<Ref> = Key::new("plan");
pub const KIND: Key<Choice> = Key::new("kind");
pub const ON: Key<Date> = Key::new("on");
pub const RTO_REACHED: Key<Decimal> = Key::new("rto_reached");
pub const RPO_REACHED: Key<Decimal> = Key::new("rpo_reached");
pub const PASSED: Key<bool> = Key::new("passed");
pub const REVIEW: Key<Parts> = Key::new("review");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("continuity_test", "continuity_tests", "CTT")
        .about("A continuity test tries out a continuity plan.")
        .clause(&["8.7.2"])
        .area(Area::Assure)
        .field(PLAN.reference(&["continuity_plan"]))
        .field(KIND.open_choice(&["walkthrough", "table-top", "partial", "full", "restore"]))
        .field(ON.date().label("Held on"))
        .field(RTO_REACHED.number().label("Recovery time reached").help("Minutes."))
        .field(RPO_REACHED.number().label("Recovery point reached").help("Minutes of data lost."))
        .field(PASSED.flag().help("Both were at most what is required."))
        .field(
            REVIEW
                .parts(vec![part::date("on").label("When"), part::person("by"), part::long("text").label("Findings")])
                .help("Within a month after the test."),
        )
        .field(ACTIONS.references(&["action"]).help("Needed when it did not pass."))
        .field(OWNER.person().label("Done by").column(Column::Owner))
        .lifecycle(lifecycles::happens("on"))
        .include_links(links::general())
        .grants(roles::assurance())
        .list(&["number", "plan", "kind", "on", "passed", "rto_reached", "rpo_reached"])
        .titled_by(&["plan"])
}
