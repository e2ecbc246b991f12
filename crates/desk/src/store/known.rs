//! By which names tools know records: kept beside them, so that a name finds its record however many there are.

use std::collections::BTreeSet;

use model::{Catalog, Kind, Record, Value, lifecycle::WITHDRAWN};

use crate::store::{
    db::{Conn, Sql},
    fault::Fault,
    record::{self, Kept},
    words::{literal, placeholders, places},
};

/// Longest name that is kept, in characters: longer ones are texts and not names.
const NAME_MAX: usize = 200;
/// Rows written by one statement.
const CHUNK: usize = 40;
const STRIDE: i64 = 500;

/// A record that goes by a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    pub name: String,
    pub kind: String,
    pub number: String,
    /// Empty for the provider's own.
    pub customer: String,
    /// The service that it belongs to; empty for none.
    pub service: String,
}

/// The names of a record; none of one that was withdrawn.
fn names(kind: &Kind, record: &Record) -> BTreeSet<String> {
    if kind.known_by.is_empty() || WITHDRAWN.contains(&record.state.as_str()) {
        return BTreeSet::new();
    }
    let values = kind.known_by.iter().filter_map(|field| record.value(kind, field));
    let texts = values
        .flat_map(|value| value.entries().iter().filter_map(Value::as_text).map(events::known_as).collect::<Vec<_>>());
    let made_of = kind.made_of.iter().filter_map(|field| record.value(kind, field));
    let made_of =
        made_of.flat_map(|value| value.entries().iter().filter_map(Value::as_text).map(whole_of).collect::<Vec<_>>());
    let all = texts.chain(made_of).chain([events::known_as(&record.number)]);
    all.filter(|name| !name.is_empty() && name.chars().count() <= NAME_MAX).collect()
}

/// The name under which the whole is found that a record is a part of. No tool writes one: no name has two blanks.
pub fn whole_of(part: &str) -> String {
    format!("part  {}", events::known_as(part))
}

/// Keeps the names of records that were written.
pub async fn write(
    conn: &mut Conn,
    catalog: &Catalog,
    records: &[Kept],
    fresh: impl Fn(&Record) -> bool,
) -> Result<(), Fault> {
    let mut rows: Vec<[Sql; 3]> = Vec::new();
    for kept in records {
        let record = &kept.record;
        let Some(kind) = catalog.find(record.kind).filter(|kind| !kind.known_by.is_empty()) else { continue };
        let names = names(kind, record);
        if !fresh(record) {
            let held =
                conn.run("select name from known_as where number = $1", &[record.number.as_str().into()]).await?;
            let held: BTreeSet<String> = held.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
            if held == names {
                continue;
            }
            conn.execute("delete from known_as where number = $1", &[record.number.as_str().into()]).await?;
        }
        rows.extend(names.into_iter().map(|name| [name.into(), record.kind.into(), record.number.as_str().into()]));
    }
    for chunk in rows.chunks(CHUNK) {
        let sql = format!(
            "insert into known_as (name, kind, number) values {} on conflict do nothing",
            placeholders(chunk.len(), 3)
        );
        conn.execute(&sql, &chunk.iter().flatten().cloned().collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// Every record that goes by one of the names, with whose it is.
pub async fn find(conn: &mut Conn, names: &[String]) -> Result<Vec<Known>, Fault> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    // A number of places that is met again, so that the statement is prepared already.
    let wanted = names.len().next_power_of_two().max(8);
    let args: Vec<Sql> =
        names.iter().chain(names.last().into_iter().cycle()).take(wanted).map(|name| name.as_str().into()).collect();
    let sql = format!(
        "select k.name, k.kind, k.number, r.customer, r.service from known_as k join record r on r.number = k.number \
         where k.name in ({}) limit 100",
        places(0, wanted)
    );
    let rows = conn.run(&sql, &args).await?;
    rows.iter()
        .map(|row| {
            Ok(Known {
                name: row.text(0)?,
                kind: row.text(1)?,
                number: row.text(2)?,
                customer: row.text(3)?,
                service: row.text(4)?,
            })
        })
        .collect()
}

/// Whether there are records that tools may know, and no name of any.
pub async fn is_unmade(conn: &mut Conn, catalog: &Catalog) -> Result<bool, Fault> {
    let kinds: Vec<String> =
        catalog.kinds().iter().filter(|kind| !kind.known_by.is_empty()).map(|kind| literal(kind.name)).collect();
    if kinds.is_empty() || !conn.run("select number from known_as limit 1", &[]).await?.is_empty() {
        return Ok(false);
    }
    let sql = format!("select number from record where kind in ({}) limit 1", kinds.join(","));
    Ok(!conn.run(&sql, &[]).await?.is_empty())
}

/// Makes all of it anew from the records; answers how many were read.
pub async fn rebuild(conn: &mut Conn, catalog: &Catalog) -> Result<u64, Fault> {
    conn.script("delete from known_as").await?;
    let kinds: Vec<&str> =
        catalog.kinds().iter().filter(|kind| !kind.known_by.is_empty()).map(|kind| kind.name).collect();
    let (mut read, mut strides) = (0, record::Strides::over(&kinds, STRIDE));
    while let Some(records) = strides.next(conn, catalog).await? {
        write(conn, catalog, &records, |_| true).await?;
        read += records.len() as u64;
    }
    Ok(read)
}
