//! A communication plan line says what is told, when, to whom, how and by whom.

use crate::prelude::*;

pub const WHAT: Key<Text> = Key::new("what");
pub const WHEN: Key<Choice> = Key::new("when");
pub const WHOM: Key<Many<Ref>> = Key::new("whom");
pub const HOW: Key<Choice> = Key::new("how");
pub const WHO: Key<Person> = Key::new("who");

pub fn kind() -> Kind {
    Kind::new("communication_plan", "communication_plans", "CPL")
        .labelled("Communication plan line", "Communication plan")
        .about("A communication plan line says what is told, when, to whom, how and by whom.")
        .clause(&["7.4", "8.3.2"])
        .area(Area::Prove)
        .field(WHAT.text().help("What is told.").required())
        .field(
            WHEN.open_choice(&["weekly", "monthly", "quarterly", "yearly", "on-change"])
                .help("How often, or on which occasion."),
        )
        .field(
            WHOM.references_or_text(&["customer"])
                .label("To whom")
                .help("Customers by number, groups in words: staff, suppliers, public."),
        )
        .field(HOW.open_choice(&["e-mail", "letter", "meeting", "portal", "telephone"]))
        .field(WHO.person().label("By whom").help("Who sees to it.").column(Column::Owner))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::governance())
        .list(&["number", "title", "when", "whom", "how", "who"])
        .titled_by(&["what"])
}
