//! A service dependency says that one service needs another one, or a component, to work.

use crate::prelude::*;

pub const FROM: Key<Ref> = Key::new("from");
pub const TO: Key<Ref> = Key::new("to");
pub const KIND: Key<Choice> = Key::new("kind");
pub const NOTE: Key<Text> = Key::new("note");

pub fn kind() -> Kind {
    Kind::new("service_dependency", "service_dependencies", "SDP")
        .about("A service dependency says that one service needs another one, or a component, to work.")
        .clause(&["8.2.2"])
        .area(Area::Services)
        .field(FROM.reference(&["service"]).label("Service").help("The one that needs.").required())
        .field(TO.reference(&["service", "ci"]).label("Needs").help("The one that is needed.").required())
        .field(KIND.open_choice(&["depends-on", "uses", "part-of"]))
        .field(NOTE.text())
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::service_design())
        .list(&["number", "from", "kind", "to", "state"])
        .titled_by(&["kind"])
}
