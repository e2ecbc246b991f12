//! A party evaluation is a dated judgement of another party, before it is chosen or while it works for us.

use crate::prelude::*;

pub const PARTY: Key<Ref> = Key::new("party");
pub const KIND: Key<Choice> = Key::new("kind");
pub const CRITERIA: Key<Many<Choice>> = Key::new("criteria");
pub const RESULT: Key<Choice> = Key::new("result");
pub const ON: Key<Date> = Key::new("on");
pub const NOTE: Key<Long> = Key::new("note");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("party_evaluation", "party_evaluations", "PEV")
        .about(
            "A party evaluation is a dated judgement of another \
             party, before it is chosen or while it works for us.",
        )
        .clause(&["8.2.3.1", "8.2.3.2"])
        .area(Area::Services)
        .field(PARTY.reference(&["other_party"]))
        .field(
            KIND.open_choice(&["selection", "quarterly", "yearly", "incident"])
                .help("Selection is the one before the first contract."),
        )
        .field(
            CRITERIA
                .open_choices(&["fit", "performance", "price", "record", "security", "continuity"])
                .help("By what it was judged."),
        )
        .field(
            RESULT
                .open_choice(&["suitable", "keep", "improve", "replace", "unsuitable"])
                .help("What follows: suitable or not before a contract, keep or replace while it runs."),
        )
        .field(ON.date().label("Held on"))
        .field(NOTE.long().label("Findings"))
        .field(ACTIONS.references_or_text(&["action"]))
        .field(OWNER.person().label("Done by").column(Column::Owner))
        .lifecycle(lifecycles::happens("on"))
        .include_links(links::general())
        .grants(roles::money())
        .list(&["number", "party", "kind", "result", "on", "state"])
        .titled_by(&["party"])
}
