//! A reading is one measured value.

use crate::prelude::*;

pub const MEASURE: Key<Ref> = Key::new("measure");
pub const AT: Key<Moment> = Key::new("at");
pub const VALUE: Key<Decimal> = Key::new("value");
pub const NOTE: Key<Text> = Key::new("note");

pub fn kind() -> Kind {
    Kind::new("reading", "readings", "RDG")
        .about("A reading is one measured value.")
        .clause(&["9.1"])
        .area(Area::Prove)
        .field(MEASURE.reference(&["measure"]).indexed())
        .field(AT.instant().label("Read at").indexed())
        .field(VALUE.number())
        .field(NOTE.text())
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::governance())
        .list(&["number", "measure", "at", "value"])
        .titled_by(&["measure"])
}
