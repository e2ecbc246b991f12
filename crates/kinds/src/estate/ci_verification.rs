//! A CI verification compares configuration data with the real world.

use crate::prelude::*;

pub const ON: Key<Date> = Key::new("on");
pub const SAMPLE: Key<Many<Ref>> = Key::new("sample");
pub const ERRORS: Key<Many<Parts>> = Key::new("errors");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("ci_verification", "ci_verifications", "CIV")
        .labelled("CI verification", "CI verifications")
        .about("A CI verification compares configuration data with the real world.")
        .clause(&["8.2.6"])
        .area(Area::Services)
        .field(ON.date().label("Held on"))
        .field(SAMPLE.references(&["ci"]).help("The items that were looked at."))
        .field(
            ERRORS
                .rows(vec![part::reference("ci", &["ci"]).label("Item"), part::long("text").label("What is wrong")])
                .help("One row for each item that was wrong. An empty list says that there were none."),
        )
        .field(ACTIONS.references(&["action"]).help("At least one for each error, done within thirty days."))
        .field(OWNER.person().label("Done by").column(Column::Owner))
        .lifecycle(lifecycles::happens("on"))
        .include_links(links::general())
        .grants(roles::operational())
        .list(&["number", "title", "on", "state", "sample", "owner"])
        .titled_by(&["on"])
}
