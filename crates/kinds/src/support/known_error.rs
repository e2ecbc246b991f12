//! A known error is a problem whose cause is known or for which there is a way to work around it.

use model::handling::Mirror;

use crate::prelude::*;

pub const PROBLEM: Key<Ref> = Key::new("problem");
pub const SERVICES: Key<Many<Ref>> = Key::new("services");
pub const OWNER: Key<Person> = Key::new("owner");
pub const SYMPTOM: Key<Text> = Key::new("symptom");
pub const WORKAROUND: Key<Long> = Key::new("workaround");
pub const AUDIENCE: Key<Many<Text>> = Key::new("audience");
pub const USES: Key<Decimal> = Key::new("uses");
pub const RECORDED_ON: Key<Moment> = Key::new("recorded_on");
pub const REVIEWED_ON: Key<Moment> = Key::new("reviewed_on");

pub fn kind() -> Kind {
    Kind::new("known_error", "known_errors", "KER")
        .about(
            "A known error is a problem whose cause is known or \
             for which there is a way to work around it.",
        )
        .clause(&["8.6.3"])
        .area(Area::Run)
        .field(shared::number_alias())
        .field(PROBLEM.reference(&["problem"]).help("The problem whose cause is known.").indexed().internal())
        .field(SERVICES.references(&["service"]).help("The services in which it shows."))
        .field(OWNER.person().column(Column::Owner).internal())
        .field(SYMPTOM.text().help("How one tells it."))
        .field(
            WORKAROUND.long().help("How people can go on working meanwhile. That there is none is written here too."),
        )
        .field(AUDIENCE.texts().help("Who may read symptom and workaround, one a line: staff, users, customers."))
        .field(USES.number().label("Used").help("How often the workaround was used on a ticket.").internal())
        .field(RECORDED_ON.instant().label("Recorded").help("When it was first written down."))
        .field(
            REVIEWED_ON
                .instant()
                .label("Reviewed")
                .help("When somebody last made sure that the workaround still works; every three months."),
        )
        .field(shared::state_alias("state"))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::operational())
        .grants(roles::customers_find(&["active"]))
        .list(&["number", "title", "state", "problem", "services", "reviewed_on"])
        .mirrors(&[Mirror { field: "problem", kind: "problem", back: "known_errors" }])
        .titled_by(&["symptom"])
        .rule(recorded_now)
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("draft", Open)
        .state("active", Open)
        .state("retired", Done)
        .step("publish", &["draft"], "active")
        .step("retire", &["draft", "active"], "retired")
        .step("reactivate", &["retired"], "active");
    lifecycles::ending(lifecycle)
}

fn recorded_now(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if facts.before.is_none() {
        rules::stamp(draft, facts, RECORDED_ON);
    }
    Ok(())
}
