//! A continuity use is a real case in which a continuity plan was started.

use crate::prelude::*;

pub const PLAN: Key<Ref> = Key::new("plan");
pub const INVOKED_ON: Key<Moment> = Key::new("invoked_on");
pub const CAUSE: Key<Long> = Key::new("cause");
pub const IMPACT: Key<Long> = Key::new("impact");
pub const RECOVERY: Key<Long> = Key::new("recovery");
pub const REPORTED_ON: Key<Date> = Key::new("reported_on");
pub const REVIEW: Key<Parts> = Key::new("review");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("continuity_use", "continuity_uses", "CTU")
        .about("A continuity use is a real case in which a continuity plan was started.")
        .clause(&["8.7.2"])
        .area(Area::Assure)
        .field(PLAN.reference(&["continuity_plan"]))
        .field(INVOKED_ON.instant().label("Started").help("When somebody decided to start the plan."))
        .field(CAUSE.long())
        .field(IMPACT.long())
        .field(RECOVERY.long().help("How and when services came back."))
        .field(REPORTED_ON.date().label("Reported").help("When the report on it went out."))
        .field(
            REVIEW
                .parts(vec![part::date("on").label("When"), part::person("by"), part::long("text").label("Findings")])
                .help("Within a month."),
        )
        .field(ACTIONS.references_or_text(&["action"]))
        .field(OWNER.person().column(Column::Owner))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::assurance())
        .list(&["number", "title", "plan", "invoked_on", "state", "reported_on"])
        .titled_by(&["cause"])
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("running", Open)
        .state("recovered", Open)
        .state("reported", Done)
        .step("recover", &["running"], "recovered")
        .step("report", &["running", "recovered"], "reported")
        .step("reopen", &["reported"], "running")
        .dated("reported", "reported_on");
    lifecycles::ending(lifecycle)
}
