//! A location is a place where people, equipment or services are.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const CODE: Key<Text> = Key::new("code");
pub const ADDRESS: Key<Long> = Key::new("address");
pub const PART_OF: Key<Ref> = Key::new("part_of");
pub const NOTE: Key<Long> = Key::new("note");

pub fn kind() -> Kind {
    Kind::new("location", "locations", "LOC")
        .about("A location is a place where people, equipment or services are.")
        .clause(&["8.2.6", "4.3"])
        .area(Area::Services)
        .field(NAME.text().required())
        .field(CODE.text().help("A short name used by other tools."))
        .field(ADDRESS.long())
        .field(PART_OF.reference(&["location"]).help("The larger place: a room's building, a building's site."))
        .include(vec![shared::customer()])
        .field(NOTE.long().internal())
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::operational())
        .grants(roles::customers_read())
        .list(&["number", "title", "code", "part_of", "customer", "state"])
        .titled_by(&["name"])
        .belongs_to("customer")
}
