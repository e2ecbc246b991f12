//! The journal and the links in their tables.

use std::collections::HashMap;

use model::{Catalog, Entry, Link, Mark, Moment, RecordId, journal::Sealed};
use serde_json::Value as Json;

use crate::store::{
    db::{Conn, Row, Sql},
    fault::Fault,
    filter::NEVER,
    words::{placeholders, places},
};

/// An entry ready to be written; `origin` is the digest of the line's history entry that it was made from.
pub struct Written {
    pub entry: Entry,
    pub sealed: Sealed,
    pub origin: String,
}

const CHUNKS: [usize; 3] = [60, 8, 1];

pub async fn append(conn: &mut Conn, entries: &[Written]) -> Result<(), Fault> {
    let mut rest = entries;
    while !rest.is_empty() {
        let size = CHUNKS.into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
        let (chunk, later) = rest.split_at(size);
        rest = later;
        let mut args: Vec<Sql> = Vec::with_capacity(size * 10);
        for Written { entry, sealed, origin } in chunk {
            let public = entry.note.as_ref().is_some_and(|note| note.public);
            args.extend([
                entry.record.0.into(),
                entry.kind.into(),
                entry.at.0.into(),
                entry.recorded.0.into(),
                entry.act.as_str().into(),
                i64::from(public).into(),
                origin.as_str().into(),
                model::canonical::hex(&sealed.leaf).into(),
                Sql::Bytes(sealed.bytes.clone()),
                Sql::Json(sealed.disclosures.iter().map(String::as_str).collect()),
            ]);
        }
        let sql = format!(
            "insert into journal (record, kind, at, recorded, act, public, origin, leaf, bytes, disclosures) values {}",
            placeholders(size, 10)
        );
        conn.execute(&sql, &args).await?;
    }
    Ok(())
}

pub const COLUMNS: &str = "seq, kind, bytes, disclosures, record";

pub fn entry(row: &Row, catalog: &Catalog) -> Result<Option<Entry>, Fault> {
    let kind = row.text(1)?;
    let Some(kind) = catalog.find(&kind).or_else(|| crate::house::kind(&kind)) else { return Ok(None) };
    Ok(Entry::open(row.int(0)?, &row.bytes(2)?, &disclosures(row)?, kind))
}

fn disclosures(row: &Row) -> Result<Vec<String>, Fault> {
    let Json::Array(texts) = row.json(3)? else { return Ok(Vec::new()) };
    let text = |text| if let Json::String(text) = text { Some(text) } else { None };
    Ok(texts.into_iter().filter_map(text).collect())
}

/// What history says of many records, each list in the order of times, and of the changes only what is `wanted`.
pub async fn marks_of_records(
    conn: &mut Conn,
    catalog: &Catalog,
    ids: &[i64],
    wanted: fn(&str) -> bool,
) -> Result<HashMap<i64, Vec<Mark>>, Fault> {
    let mut found: HashMap<i64, Vec<Mark>> = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(400) {
        let sql = format!(
            "select {COLUMNS} from journal where record in ({}) order by record, at, seq",
            places(0, chunk.len())
        );
        let args: Vec<Sql> = chunk.iter().map(|id| (*id).into()).collect();
        for row in conn.run(&sql, &args).await? {
            let Some(kind) = catalog.find(&row.text(1)?) else { continue };
            if let Some(mark) = Mark::open(&row.bytes(2)?, &disclosures(&row)?, kind, wanted) {
                found.entry(row.int(4)?).or_default().push(mark);
            }
        }
    }
    Ok(found)
}

/// All entries of one record in the order of their times.
pub async fn of_record(conn: &mut Conn, catalog: &Catalog, id: RecordId) -> Result<Vec<Entry>, Fault> {
    let sql = format!("select {COLUMNS} from journal where record = $1 order by at, seq");
    let rows = conn.run(&sql, &[id.0.into()]).await?;
    rows.iter().filter_map(|row| entry(row, catalog).transpose()).collect()
}

/// All entries of many records, each list in the order of times.
pub async fn of_records(conn: &mut Conn, catalog: &Catalog, ids: &[i64]) -> Result<HashMap<i64, Vec<Entry>>, Fault> {
    let mut found: HashMap<i64, Vec<Entry>> = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(400) {
        let sql = format!(
            "select {COLUMNS} from journal where record in ({}) order by record, at, seq",
            places(0, chunk.len())
        );
        let args: Vec<Sql> = chunk.iter().map(|id| (*id).into()).collect();
        for row in conn.run(&sql, &args).await? {
            if let Some(entry) = entry(&row, catalog)? {
                found.entry(row.int(4)?).or_default().push(entry);
            }
        }
    }
    Ok(found)
}

/// The entries of records at some moments, in no order.
pub async fn at_places(conn: &mut Conn, catalog: &Catalog, places: &[(i64, Moment)]) -> Result<Vec<Entry>, Fault> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let one = |place: usize| format!("(record = ${} and at = ${})", 2 * place + 1, 2 * place + 2);
    let any: Vec<String> = (0..places.len()).map(one).collect();
    let sql = format!("select {COLUMNS} from journal where {}", any.join(" or "));
    let args: Vec<Sql> = places.iter().flat_map(|(record, at)| [(*record).into(), at.0.into()]).collect();
    conn.run(&sql, &args).await?.iter().filter_map(|row| entry(row, catalog).transpose()).collect()
}

/// Newest entries of the whole house, for the activity list of administrators.
pub async fn newest(conn: &mut Conn, catalog: &Catalog, most: i64) -> Result<Vec<Entry>, Fault> {
    let sql = format!("select {COLUMNS} from journal order by seq desc limit $1");
    let rows = conn.run(&sql, &[most.into()]).await?;
    rows.iter().filter_map(|row| entry(row, catalog).transpose()).collect()
}

/// The newest entries of one thing of the house, newest first.
pub async fn newest_of(conn: &mut Conn, catalog: &Catalog, id: RecordId, most: i64) -> Result<Vec<Entry>, Fault> {
    let sql = format!("select {COLUMNS} from journal where record = $1 order by at desc, seq desc limit $2");
    let rows = conn.run(&sql, &[id.0.into(), most.into()]).await?;
    rows.iter().filter_map(|row| entry(row, catalog).transpose()).collect()
}

/// The number of the newest entry; 0 when there is none.
pub async fn last(conn: &mut Conn) -> Result<i64, Fault> {
    let rows = conn.run("select coalesce(max(seq), 0) from journal", &[]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// Numbers of entries with their records, from one number to another, both included, in order; at most so many.
pub async fn written(conn: &mut Conn, from: i64, to: i64, most: i64) -> Result<Vec<(i64, i64)>, Fault> {
    let sql = "select seq, record from journal where seq >= $1 and seq <= $2 order by seq limit $3";
    let rows = conn.run(sql, &[from.into(), to.into(), most.into()]).await?;
    rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect()
}

/// Leaf hash of the newest entry of a thing of the house, and how many it has; empty and 0 before the first.
pub async fn last_of(conn: &mut Conn, id: RecordId) -> Result<(String, i64), Fault> {
    let sql = "select coalesce((select leaf from journal where record = $1 order by seq desc limit 1), ''), \
               (select count(*) from journal where record = $1)";
    let rows = conn.run(sql, &[id.0.into()]).await?;
    rows.first().map_or(Ok((String::new(), 0)), |row| Ok((row.text(0)?, row.int(1)?)))
}

/// Digests of the history entries of a record that were taken from lines.
pub async fn origins(conn: &mut Conn, id: RecordId) -> Result<Vec<String>, Fault> {
    let rows = conn.run("select origin from journal where record = $1 and origin <> ''", &[id.0.into()]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Stored bytes with their leaf hash, in the order in which the database took them: for verifying.
pub async fn leaves(conn: &mut Conn, after: i64, most: i64) -> Result<Vec<(i64, i64, Vec<u8>, String)>, Fault> {
    let sql = "select seq, record, bytes, leaf from journal where seq > $1 order by seq limit $2";
    let rows = conn.run(sql, &[after.into(), most.into()]).await?;
    rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?, row.bytes(2)?, row.text(3)?))).collect()
}

/// An entry as it is stored.
pub struct Stored {
    pub seq: i64,
    /// Lower-case hexadecimal.
    pub leaf: String,
    pub bytes: Vec<u8>,
    pub disclosures: Vec<String>,
}

/// Stored entries of many records, each list in the order in which the database took them.
pub async fn stored_of_records(conn: &mut Conn, ids: &[i64]) -> Result<HashMap<i64, Vec<Stored>>, Fault> {
    let mut found: HashMap<i64, Vec<Stored>> = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(400) {
        let sql = format!(
            "select {COLUMNS}, leaf from journal where record in ({}) order by record, seq",
            places(0, chunk.len())
        );
        let args: Vec<Sql> = chunk.iter().map(|id| (*id).into()).collect();
        for row in conn.run(&sql, &args).await? {
            let stored =
                Stored { seq: row.int(0)?, leaf: row.text(5)?, bytes: row.bytes(2)?, disclosures: disclosures(&row)? };
            found.entry(row.int(4)?).or_default().push(stored);
        }
    }
    Ok(found)
}

/// Ties live links of a record, from its time on.
pub async fn link(conn: &mut Conn, links: &[(RecordId, Link, Moment)]) -> Result<(), Fault> {
    for chunk in links.chunks(40) {
        let mut args: Vec<Sql> = Vec::with_capacity(chunk.len() * 5);
        for (source, link, since) in chunk {
            args.extend([
                source.0.into(),
                link.name.as_str().into(),
                link.to.as_str().into(),
                since.0.into(),
                NEVER.into(),
            ]);
        }
        let sql = format!(
            "insert into link (source, name, target, since, until) values {} on conflict (source, name, target, since) \
             do update set until = excluded.until",
            placeholders(chunk.len(), 5)
        );
        conn.execute(&sql, &args).await?;
    }
    Ok(())
}

/// Ends a link; it was there until then.
pub async fn unlink(conn: &mut Conn, source: RecordId, link: &Link, until: Moment) -> Result<(), Fault> {
    let sql = format!("update link set until = $4 where source = $1 and name = $2 and target = $3 and until = {NEVER}");
    let args = [source.0.into(), link.name.as_str().into(), link.to.as_str().into(), until.0.into()];
    conn.execute(&sql, &args).await.map(drop)
}

/// Links that records have themselves, as of an instant.
pub async fn links_from(conn: &mut Conn, ids: &[i64], at: Option<Moment>) -> Result<HashMap<i64, Vec<Link>>, Fault> {
    let mut found: HashMap<i64, Vec<Link>> = HashMap::new();
    for chunk in ids.chunks(400) {
        let places = places(1, chunk.len());
        let live = match at {
            None => format!("until = {NEVER} and $1 = $1"),
            Some(_) => "since <= $1 and until > $1".into(),
        };
        let sql = format!(
            "select source, name, target from link where {live} and source in ({places}) order by source, name, target"
        );
        let mut args: Vec<Sql> = vec![at.unwrap_or_default().0.into()];
        args.extend(chunk.iter().map(|id| Sql::Int(*id)));
        for row in conn.run(&sql, &args).await? {
            found.entry(row.int(0)?).or_default().push(Link { name: row.text(1)?, to: row.text(2)? });
        }
    }
    Ok(found)
}
