//! What is exported, imported into the other database, is the same again.

use super::{
    house::{Complaints, House, edit, full_number},
    sample,
};
use crate::world::{Database, World, now};

both_databases!(an_export_is_the_same_house_elsewhere);

async fn an_export_is_the_same_house_elsewhere(database: Database) {
    let (house, mut complaints) = (House::new(database).await, Complaints::default());
    for kind in house.catalog.kinds() {
        house.one(edit(kind, &full_number(kind), sample::full(&house.catalog, kind, 1)), now()).await;
    }
    let export = house.world.export().await;
    let elsewhere = match database {
        Database::Postgres => Database::Sqlite,
        Database::Sqlite if crate::world::postgres().is_some() => Database::Postgres,
        Database::Sqlite => Database::Sqlite,
    };
    let second = House { world: World::new(elsewhere).await, catalog: house.catalog.clone() };
    let report = second.world.import(&export).await;
    assert!(report.is_whole(), "{:?}", report.refusals);
    for kind in house.catalog.kinds() {
        let number = full_number(kind);
        let (here, there) = (house.show(kind, &number).await, second.show(kind, &number).await);
        let same = here.fields() == there.fields()
            && here.title() == there.title()
            && here.state() == there.state()
            && here.created() == there.created()
            && here.customer() == there.customer();
        complaints.unless(same, kind, || format!("{here:?} became {there:?}"));
    }
    assert_eq!(second.world.export().await.lines().count(), export.lines().count());
    assert!(second.world.export().await == export, "the second export differs");
    assert!(
        second.world.import(&export).await.records.unchanged as usize == export.lines().count(),
        "it is known already"
    );
    complaints.none();
}
