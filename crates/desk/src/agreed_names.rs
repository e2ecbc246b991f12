//! What people of a customer may call by its name without reading its record: what the record of their own customer names,
//! such as the services that it receives.

use std::collections::BTreeSet;

use model::{Act, Actor, Catalog, Record, Refusal};

use crate::{
    read::collect,
    rights,
    store::{db::Conn, record},
};

/// Those of the numbers that the reader may have the names of, whatever else of them is hidden; none for our own people.
pub(crate) async fn agreed(
    conn: &mut Conn,
    actor: &Actor,
    catalog: &Catalog,
    numbers: &[String],
) -> Result<Vec<String>, Refusal> {
    let Some(own) = actor.customer.as_ref().filter(|_| !numbers.is_empty()) else { return Ok(Vec::new()) };
    let found = record::load(conn, catalog, std::slice::from_ref(own), false).await?.remove(own);
    let named = found.map(|kept| named_by(actor, catalog, &kept.record)).unwrap_or_default();
    Ok(numbers.iter().filter(|number| named.contains(*number)).cloned().collect())
}

/// What a record names in the fields that its reader sees; nothing where they may not read it.
fn named_by(actor: &Actor, catalog: &Catalog, record: &Record) -> BTreeSet<String> {
    let (mut numbers, mut mails) = (BTreeSet::new(), BTreeSet::new());
    let kind = catalog.find(record.kind).filter(|kind| rights::may(actor, kind, Act::Read, Some(record)));
    let Some(kind) = kind else { return numbers };
    for (name, value) in &record.fields {
        if let Some(field) = kind.find(name).filter(|field| !field.internal) {
            collect(&field.ty, value, &mut numbers, &mut mails);
        }
    }
    numbers
}
