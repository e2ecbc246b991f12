//! An outage is a span in which a service could not be used, planned or not.

use model::monitoring::Planned;

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const START: Key<Moment> = Key::new("start");
pub const END: Key<Moment> = Key::new("end");
pub const PLANNED: Key<bool> = Key::new("planned");
pub const NOTICE_ON: Key<Moment> = Key::new("notice_on");
pub const CAUSE: Key<Long> = Key::new("cause");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const INCIDENT: Key<Ref> = Key::new("incident");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("outage", "outages", "OUT")
        .about("An outage is a span in which a service could not be used, planned or not.")
        .clause(&["8.7.1"])
        .area(Area::Assure)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(START.instant().label("From").indexed())
        .field(END.instant().label("To").help("Empty while it lasts."))
        .field(PLANNED.flag())
        .field(NOTICE_ON.instant().label("Announced").help(
            "Seventy-two hours before the start or earlier, so \
             that a planned one does not count as downtime.",
        ))
        .field(CAUSE.long())
        .field(ACTIONS.references(&["action"]))
        .field(INCIDENT.reference(&["incident"]))
        .field(OWNER.person().column(Column::Owner))
        .include(shared::grouped("Public page", vec![shared::public_page(), shared::public_text()]))
        .told_outside(Outside {
            flag: "public_page",
            states: &["open"],
            fields: &["public_text", "service", "start", "end"],
        })
        .lifecycle(life())
        .link("problem", "has the problem", "problem of", &["problem"])
        .include_links(links::general())
        .grants(roles::operational())
        .list(&["number", "title", "service", "start", "end", "planned", "cause"])
        .titled_by(&["cause"])
        .planned(Planned {
            from: START.name,
            to: END.name,
            states: &["open"],
            touches: &[SERVICE.name],
            only: Some(PLANNED.name),
        })
        .rule(times_in_order)
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("over", Done)
        .state("closed", Done)
        .step("end", &["open"], "over")
        .step("close", &["open", "over"], "closed")
        .step("reopen", &["over", "closed"], "open")
        .dated("over", "end");
    lifecycles::ending(lifecycle)
}

fn times_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["over"]) {
        rules::stamp(draft, facts, END);
    }
    rules::in_order(draft, facts, START, END)
}
