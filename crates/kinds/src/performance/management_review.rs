//! A management review is top management's look at whether the system still fits and works, with decisions.

use crate::prelude::*;

pub const HELD_ON: Key<Date> = Key::new("held_on");
pub const CHAIR: Key<Person> = Key::new("chair");
pub const PRESENT: Key<Many<Person>> = Key::new("present");
pub const INPUTS: Key<Parts> = Key::new("inputs");
pub const DECISIONS: Key<Many<Parts>> = Key::new("decisions");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const MINUTES: Key<Parts> = Key::new("minutes");

pub fn kind() -> Kind {
    Kind::new("management_review", "management_reviews", "MRV")
        .about(
            "A management review is top management's look at whether \
             the system still fits and works, with decisions.",
        )
        .clause(&["9.3", "5.1", "6.2.1"])
        .area(Area::Prove)
        .include(fields())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "held_on", "state", "chair"])
        .titled_by(&["held_on"])
}

fn fields() -> Vec<Field> {
    vec![
        HELD_ON.date(),
        CHAIR.person().help("Of top management.").column(Column::Owner),
        PRESENT.persons().help("Somebody of top management among them."),
        INPUTS
            .parts(vec![
                part::long("a").label("Where actions from earlier reviews stand"),
                part::long("b").label("Changes in outside and inside issues"),
                part::long("c1").label("Trends in nonconformities and corrective actions"),
                part::long("c2").label("Trends in monitoring and measurement"),
                part::long("c3").label("Trends in audit results"),
                part::long("d").label("Chances for improvement"),
                part::long("e").label("Feedback from customers and others"),
                part::long("f").label("Whether the policies are kept and still fit"),
                part::long("g").label("How far objectives are met"),
                part::long("h").label("How services do"),
                part::long("i").label("How other parties do"),
                part::long("j").label("People, technology, information and money"),
                part::long("k").label("Risks, and whether actions on them worked"),
                part::long("l").label("Changes that can affect system and services"),
            ])
            .help("Each one is filled in, in a few sentences or with a reference."),
        DECISIONS
            .rows(vec![part::long("text").label("Decision"), part::reference("action", &["action"])])
            .help("At least one; that none is needed is written as one."),
        ACTIONS.references(&["action"]).help("As many as decisions, each with owner and date."),
        MINUTES
            .parts(vec![part::long("text"), part::person("approved_by"), part::date("approved_on").label("Approved")])
            .help("What was said and decided, and who approved the record of it."),
    ]
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("planned", Open)
        .state("held", Open)
        .state("closed", Done)
        .step("hold", &["planned"], "held")
        .step("close", &["held"], "closed")
        .step("reopen", &["held", "closed"], "planned")
        .dated("held", "held_on");
    lifecycles::ending(lifecycle)
}
