//! Links: told from both ends, ended from the one that made them.

use model::{Command, Link};

use super::house::{Complaints, House, full_number, least_number, owner, target};
use crate::world::{Database, now};

both_databases!(links_are_seen_from_both_ends, links_to_nothing_are_refused);

async fn links_are_seen_from_both_ends(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    let desk = &house.world.desk;
    for kind in house.catalog.kinds() {
        let number = least_number(kind);
        for name in &kind.links {
            let other = name.to.first().and_then(|to| house.catalog.find(to)).unwrap_or(kind);
            let link = Link { name: name.name.clone(), to: full_number(other) };
            house.one(Command::Link { target: target(kind, &number), link: link.clone() }, now()).await;
            let here = desk.whole(&owner(), kind.name, &number, now()).await.expect("a record").links;
            let from = here.iter().any(|tie| !tie.back && tie.link == link && tie.other.is_some());
            complaints.unless(from, kind, || format!("{} is not told here: {here:?}", name.name));
            let there = desk.whole(&owner(), other.name, &link.to, now()).await.expect("a record").links;
            let back = there.iter().any(|tie| tie.back && tie.link.name == link.name && tie.link.to == number);
            complaints.unless(back, kind, || format!("{} is not told at the other end: {there:?}", name.name));
            house.one(Command::Unlink { target: target(kind, &number), link: link.clone() }, now()).await;
            let here = desk.whole(&owner(), kind.name, &number, now()).await.expect("a record").links;
            complaints.unless(here.is_empty(), kind, || format!("{} does not end: {here:?}", name.name));
            let there = desk.whole(&owner(), other.name, &link.to, now()).await.expect("a record").links;
            complaints.unless(there.is_empty(), kind, || format!("{} does not end there: {there:?}", name.name));
        }
    }
    complaints.none();
}

async fn links_to_nothing_are_refused(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        let number = least_number(kind);
        for to in [format!("{}-4711", kind.prefix), number.clone()] {
            let link = Link { name: "relates_to".into(), to: to.clone() };
            let done = house.try_one(Command::Link { target: target(kind, &number), link }, now()).await;
            let beside = done.as_ref().err().map(super::house::named).unwrap_or_default();
            complaints.unless(beside == ["to"], kind, || format!("a link to {to} gives {done:?}"));
        }
    }
    complaints.none();
}
