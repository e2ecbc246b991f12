//! A CI link is a relation between two configuration items.

use crate::prelude::*;

pub const FROM: Key<Ref> = Key::new("from");
pub const TO: Key<Ref> = Key::new("to");
pub const KIND: Key<Choice> = Key::new("kind");
pub const NOTE: Key<Text> = Key::new("note");

pub fn kind() -> Kind {
    Kind::new("ci_link", "ci_links", "CIL")
        .labelled("CI link", "CI links")
        .about("A CI link is a relation between two configuration items.")
        .clause(&["8.2.6"])
        .area(Area::Services)
        .field(
            FROM.reference(&["ci"]).help("The item that depends, runs on, is part of the other.").required().indexed(),
        )
        .field(TO.reference(&["ci"]).help("The other item.").required().indexed())
        .field(
            KIND.open_choice(&["depends-on", "runs-on", "connected-to", "part-of", "backs-up"])
                .help("Depends-on counts for what an outage drags down."),
        )
        .field(NOTE.text())
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::operational())
        .list(&["number", "from", "kind", "to", "state"])
        .titled_by(&["kind"])
}
