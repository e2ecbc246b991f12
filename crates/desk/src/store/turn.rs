//! Whose turn it is with the pieces of open records: kept beside them, so that the work of one person is found however much
//! others have.

use std::collections::{BTreeSet, HashMap};

use model::{Catalog, Kind, Phase, Record, Value};

use crate::store::{
    db::{Conn, Sql},
    fault::Fault,
    record::{self, Kept},
    words::{literal, placeholders, places},
};

/// Rows written by one statement.
const CHUNK: usize = 40;
const STRIDE: i64 = 500;

/// The people and teams whose turn it is with a record; none where it is over.
fn holders(kind: &Kind, record: &Record) -> BTreeSet<String> {
    let Some(pieces) = kind.pieces.filter(|_| kind.phase(&record.state) != Phase::Done) else { return BTreeSet::new() };
    let values = [pieces.owners, pieces.teams].into_iter().filter_map(|field| record.fields.get(field));
    values.flat_map(Value::entries).filter_map(Value::as_text).map(str::to_string).collect()
}

/// Keeps the turns of records that were written; `before` has those that were on record, as they stood.
pub async fn keep(
    conn: &mut Conn,
    catalog: &Catalog,
    before: &HashMap<i64, Record>,
    records: &[Kept],
) -> Result<(), Fault> {
    let mut rows: Vec<[Sql; 2]> = Vec::new();
    for Kept { record, .. } in records {
        let Some(kind) = catalog.find(record.kind).filter(|kind| kind.pieces.is_some()) else { continue };
        let stood = before.get(&record.id.0).map(|before| holders(kind, before)).unwrap_or_default();
        let stands = holders(kind, record);
        if stood == stands {
            continue;
        }
        if !stood.is_empty() {
            conn.execute("delete from turn where record = $1", &[record.id.0.into()]).await?;
        }
        rows.extend(stands.into_iter().map(|holder| [holder.into(), record.id.0.into()]));
    }
    for chunk in rows.chunks(CHUNK) {
        let sql =
            format!("insert into turn (holder, record) values {} on conflict do nothing", placeholders(chunk.len(), 2));
        conn.execute(&sql, &chunk.iter().flatten().cloned().collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// From the turns of a few to their records, in this order and no other: whatever a planner thinks of either table.
fn statement(kind: &Kind, holders: &[String], most: usize) -> (String, Vec<Sql>) {
    // A number of places that is met again, so that the statement is prepared already.
    let wanted = holders.len().next_power_of_two().max(8);
    let padded = holders.iter().chain(holders.last().into_iter().cycle()).take(wanted);
    let args = padded.map(|holder| holder.as_str().into()).collect();
    let sql = format!(
        "select r.number from (select distinct record from turn where holder in ({})) as t cross join record r where r.id = t.record \
         and r.kind = {} and r.phase < 2 order by r.due, r.id limit {most}",
        places(0, wanted),
        literal(kind.name)
    );
    (sql, args)
}

/// Numbers of the open records of a kind of which a piece waits for one of these, the next due first.
pub async fn waiting(conn: &mut Conn, kind: &Kind, holders: &[String], most: usize) -> Result<Vec<String>, Fault> {
    if holders.is_empty() {
        return Ok(Vec::new());
    }
    let (sql, args) = statement(kind, holders, most);
    conn.run(&sql, &args).await?.iter().map(|row| row.text(0)).collect()
}

/// The plan of that statement, for the test that looks whether its index serves it.
pub async fn explain(conn: &mut Conn, kind: &Kind, holders: &[String], most: usize) -> Result<Vec<String>, Fault> {
    let (sql, args) = statement(kind, holders, most);
    conn.explain(&sql, &args).await
}

fn kinds_in_pieces(catalog: &Catalog) -> Vec<&Kind> {
    catalog.kinds().iter().filter(|kind| kind.pieces.is_some()).collect()
}

/// Whether pieces wait for somebody, and nothing is kept of it.
pub async fn is_unmade(conn: &mut Conn, catalog: &Catalog) -> Result<bool, Fault> {
    if !conn.run("select record from turn limit 1", &[]).await?.is_empty() {
        return Ok(false);
    }
    for kind in kinds_in_pieces(catalog) {
        let Some(pieces) = kind.pieces else { continue };
        let sql = format!(
            "select number from record where kind = {} and phase < 2 and (data -> {} is not null or data -> {} is not null) limit 1",
            literal(kind.name),
            literal(pieces.owners),
            literal(pieces.teams)
        );
        if !conn.run(&sql, &[]).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes all of it anew from the records; answers how many were read.
pub async fn rebuild(conn: &mut Conn, catalog: &Catalog) -> Result<u64, Fault> {
    conn.script("delete from turn").await?;
    let kinds: Vec<&str> = kinds_in_pieces(catalog).into_iter().map(|kind| kind.name).collect();
    let (mut read, mut strides) = (0, record::Strides::over(&kinds, STRIDE));
    while let Some(records) = strides.next(conn, catalog).await? {
        keep(conn, catalog, &HashMap::new(), &records).await?;
        read += records.len() as u64;
    }
    Ok(read)
}
