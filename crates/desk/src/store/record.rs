//! Records in their table: loading by number, writing many at once.

use std::collections::{BTreeSet, HashMap};

use engines::clocks::{self, Clock};
use model::{Catalog, Column, Fields, Kind, Moment, Record, RecordId, Value, kind::Related};
use serde_json::{Map, Value as Json};

use crate::store::{
    db::{Conn, Row, Sql},
    fault::Fault,
    filter::{NEVER, place, sort_expression},
    words::{literal, placeholders, places},
};

/// A record with what the store keeps beside it.
#[derive(Clone, Debug)]
pub struct Kept {
    pub record: Record,
    /// Leaf hash of its last journal entry.
    pub entry: String,
    /// Digest of the import line that it came from.
    pub origin: String,
    /// The copy of its clocks, as of when they were last counted.
    pub clocks: Vec<Clock>,
}

pub(super) const COLUMNS: &str =
    "id, kind, number, title, state, created, changed, version, entry, origin, data, clocks";

/// Rows written by one statement; a fixed few sizes keep the statement cache small.
const CHUNKS: [usize; 3] = [40, 8, 1];

pub(super) fn kept(row: &Row, catalog: &Catalog) -> Result<Option<Kept>, Fault> {
    // A kind that is no longer declared is out of reach but not lost.
    let Some(kind) = catalog.find(&row.text(1)?) else { return Ok(None) };
    let fields = load_fields(kind, &row.json(10)?);
    let record = Record {
        id: RecordId(row.int(0)?),
        kind: kind.name,
        number: row.text(2)?,
        title: row.text(3)?,
        state: row.text(4)?,
        customer: kind.customer_of(&fields),
        created: Moment(row.int(5)?),
        changed: Moment(row.int(6)?),
        version: row.int(7)?,
        fields,
    };
    Ok(Some(Kept { record, entry: row.text(8)?, origin: row.text(9)?, clocks: load_clocks(&row.text(11)?) }))
}

/// The clocks as stored beside a record.
pub fn load_clocks(text: &str) -> Vec<Clock> {
    if text.is_empty() {
        return Vec::new();
    }
    serde_json::from_str(text).map(|json| clocks::load(&json)).unwrap_or_default()
}

fn store_clocks(held: &[Clock]) -> String {
    if held.is_empty() { String::new() } else { clocks::store(held).to_string() }
}

/// When something of a record is due next: its own date, or one of its clocks that still runs.
pub fn due(kind: &Kind, record: &Record, held: &[Clock]) -> Option<Moment> {
    let field = kind.fields.iter().find(|field| field.column == Some(Column::Due));
    let own = field.and_then(|field| record.fields.get(&field.name)).and_then(Value::as_moment);
    own.into_iter().chain(clocks::due(held)).min()
}

/// The fields as stored in `data`.
pub fn load_fields(kind: &Kind, data: &Json) -> Fields {
    let Json::Object(parts) = data else { return Fields::new() };
    let load = |(name, json): (&String, &Json)| {
        let ty = kind.find(name).map_or(model::Type::Mixed, |field| field.ty.clone());
        Some((name.clone(), ty.load(json)?))
    };
    parts.iter().filter_map(load).collect()
}

fn store_fields(kind: &Kind, fields: &Fields) -> Json {
    let store = |(name, value): (&String, &Value)| {
        let json = kind.find(name).map_or_else(|| value.to_json(), |field| field.ty.store(value));
        (name.clone(), json)
    };
    Json::Object(fields.iter().map(store).collect::<Map<_, _>>())
}

/// Loads records by number, in whatever order. With `lock`, nobody else changes them before this transaction ends.
pub async fn load(
    conn: &mut Conn,
    catalog: &Catalog,
    numbers: &[String],
    lock: bool,
) -> Result<HashMap<String, Kept>, Fault> {
    let mut found = HashMap::with_capacity(numbers.len());
    for chunk in numbers.chunks(400) {
        let lock = if lock { "{lock}" } else { "" };
        // In one order for everybody, so that two batches never wait for each other.
        let sql =
            format!("select {COLUMNS} from record where number in ({}) order by id{lock}", places(0, chunk.len()));
        let args: Vec<Sql> = chunk.iter().map(|number| number.as_str().into()).collect();
        let sql = conn.dialect().words(&sql);
        for row in conn.run(&sql, &args).await? {
            if let Some(kept) = kept(&row, catalog)? {
                found.insert(kept.record.number.clone(), kept);
            }
        }
    }
    Ok(found)
}

/// The records behind numbers, and people behind e-mails: those that a transaction holds already as they stand in it.
pub async fn look_up(
    conn: &mut Conn,
    catalog: &Catalog,
    wanted: &BTreeSet<String>,
    held: &HashMap<String, Option<Kept>>,
    related: &mut Related,
) -> Result<(), Fault> {
    let (mails, numbers): (Vec<&String>, Vec<&String>) = wanted.iter().partition(|known| known.contains('@'));
    let mut by_number: HashMap<String, String> = numbers.iter().map(|n| ((*n).clone(), (*n).clone())).collect();
    let people = catalog.kinds().iter().find_map(|kind| Some((kind.name, kind.identity?)));
    if let Some((kind, field)) = people.filter(|_| !mails.is_empty()) {
        let expression = conn.dialect().words(&sort_expression(field));
        let sql = format!(
            "select {expression}, number from record where kind = {} and {expression} in ({}) order by id desc",
            literal(kind),
            places(0, mails.len())
        );
        let args: Vec<Sql> = mails.iter().map(|mail| mail.as_str().into()).collect();
        for row in conn.run(&sql, &args).await? {
            by_number.insert(row.text(1)?, row.text(0)?);
        }
        for kept in held.values().flatten().filter(|kept| kept.record.kind == kind) {
            let mail = kept.record.fields.get(field).and_then(Value::as_text).unwrap_or_default();
            if wanted.contains(mail) {
                by_number.insert(kept.record.number.clone(), mail.into());
            }
        }
    }
    let strange: Vec<String> = by_number.keys().filter(|number| !held.contains_key(*number)).cloned().collect();
    let found = load(conn, catalog, &strange, false).await?;
    for (number, reference) in by_number {
        let kept = found.get(&number).or_else(|| held.get(&number)?.as_ref());
        if let Some((kept, kind)) = kept.and_then(|kept| Some((kept, catalog.find(kept.record.kind)?))) {
            related.add(reference, kept.record.clone(), kind);
        }
    }
    Ok(())
}

/// Numbers of the records of a kind that refer to a number in one of its indexed fields, the newest first.
pub async fn referring(conn: &mut Conn, kind: &str, field: &str, number: &str) -> Result<Vec<String>, Fault> {
    let expression = conn.dialect().words(&sort_expression(field));
    let sql = format!(
        "select number from record where kind = {} and {expression} = $1 order by id desc limit {REFERRING_MAX}",
        literal(kind)
    );
    let rows = conn.run(&sql, &[number.into()]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Numbers of the records of a kind that have these texts in their fields, the newest first.
pub async fn agreeing(conn: &mut Conn, kind: &Kind, values: &[(&str, &str)]) -> Result<Vec<String>, Fault> {
    let test = |(at, (name, _)): (usize, &(&str, &str))| format!(" and {} = ${}", place(kind, name).text(), at + 1);
    let tests: String = values.iter().enumerate().map(test).collect();
    let sql = format!(
        "select number from record where kind = {}{tests} order by id desc limit {REFERRING_MAX}",
        literal(kind.name)
    );
    let sql = conn.dialect().words(&sql);
    let rows = conn.run(&sql, &values.iter().map(|(_, value)| (*value).into()).collect::<Vec<Sql>>()).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Most records of a kind that are looked at because they refer to one.
const REFERRING_MAX: usize = 100;

/// Most records of a kind that rules look at all of.
const ALL: i64 = 2_000;

/// Every record of some small kinds, by number, those that a transaction holds already as they stand in it.
pub async fn look_at_all(
    conn: &mut Conn,
    catalog: &Catalog,
    kinds: &[&'static str],
    held: &HashMap<String, Option<Kept>>,
    related: &mut Related,
) -> Result<(), Fault> {
    let stored = walk(conn, catalog, kinds, i64::MIN, ALL).await?;
    let held = held.values().flatten().filter(|kept| kinds.contains(&kept.record.kind));
    for kept in stored.iter().chain(held) {
        if let Some(kind) = catalog.find(kept.record.kind) {
            related.add(kept.record.number.clone(), kept.record.clone(), kind);
        }
    }
    Ok(())
}

/// The kind of every record, by number.
pub async fn kinds(conn: &mut Conn, catalog: &Catalog) -> Result<HashMap<String, &'static str>, Fault> {
    let rows = conn.run("select number, kind from record", &[]).await?;
    let mut kinds = HashMap::with_capacity(rows.len());
    for row in rows {
        if let Some(kind) = catalog.find(&row.text(1)?) {
            kinds.insert(row.text(0)?, kind.name);
        }
    }
    Ok(kinds)
}

/// The records of the given kinds after an id, in order of ids: for whoever goes on at another time ([`Strides`] for a whole walk).
pub async fn walk(
    conn: &mut Conn,
    catalog: &Catalog,
    kinds: &[&str],
    after: i64,
    most: i64,
) -> Result<Vec<Kept>, Fault> {
    let list = kinds.iter().map(|kind| literal(kind)).collect::<Vec<_>>().join(",");
    let sql = format!("select {COLUMNS} from record where kind in ({list}) and id > $1 order by id limit $2");
    let rows = conn.run(&sql, &[after.into(), most.into()]).await?;
    rows.iter().filter_map(|row| kept(row, catalog).transpose()).collect()
}

/// A walk over all records of some kinds, a stride at a time.
pub struct Strides<'k> {
    kinds: &'k [&'k str],
    most: i64,
    after: i64,
}

impl<'k> Strides<'k> {
    pub fn over(kinds: &'k [&'k str], most: i64) -> Strides<'k> {
        Strides { kinds, most, after: i64::MIN }
    }

    /// The next records; `None` at the end, at once where there are no kinds.
    pub async fn next(&mut self, conn: &mut Conn, catalog: &Catalog) -> Result<Option<Vec<Kept>>, Fault> {
        if self.kinds.is_empty() {
            return Ok(None);
        }
        let records = walk(conn, catalog, self.kinds, self.after, self.most).await?;
        let Some(last) = records.last() else { return Ok(None) };
        self.after = last.record.id.0;
        Ok(Some(records))
    }
}

/// The records of some ids.
pub async fn by_ids(conn: &mut Conn, catalog: &Catalog, ids: &[i64]) -> Result<Vec<Kept>, Fault> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(400) {
        let sql = format!("select {COLUMNS} from record where id in ({}) order by id", places(0, chunk.len()));
        let args: Vec<Sql> = chunk.iter().map(|id| (*id).into()).collect();
        for row in conn.run(&sql, &args).await? {
            found.extend(kept(&row, catalog)?);
        }
    }
    Ok(found)
}

/// Writes new records and new states of old ones.
pub async fn write(conn: &mut Conn, catalog: &Catalog, records: &[Kept]) -> Result<(), Fault> {
    let mut rest = records;
    while !rest.is_empty() {
        let size = CHUNKS.into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
        let (chunk, later) = rest.split_at(size);
        rest = later;
        let mut args = Vec::with_capacity(size * 20);
        for kept in chunk {
            args.extend(row(catalog, kept)?);
        }
        let sql = format!(
            "insert into record (id, kind, number, title, state, phase, customer, priority, service, team, owner, requester, due, \
             created, changed, version, entry, origin, data, clocks) values {} on conflict (id) do update set title = excluded.title, \
             state = excluded.state, phase = excluded.phase, customer = excluded.customer, priority = excluded.priority, \
             service = excluded.service, team = excluded.team, owner = excluded.owner, requester = excluded.requester, \
             due = excluded.due, created = excluded.created, changed = excluded.changed, version = excluded.version, \
             entry = excluded.entry, origin = excluded.origin, data = excluded.data, clocks = excluded.clocks",
            placeholders(size, 20)
        );
        conn.execute(&sql, &args).await?;
    }
    Ok(())
}

fn row(catalog: &Catalog, kept: &Kept) -> Result<Vec<Sql>, Fault> {
    let record = &kept.record;
    let kind = catalog.find(record.kind).ok_or_else(|| Fault::new(format!("kind {} is not declared", record.kind)))?;
    let mirror = |column: Column| {
        let field = kind.fields.iter().find(|field| field.column == Some(column));
        field.and_then(|field| record.fields.get(&field.name))
    };
    let text = |column: Column| mirror(column).and_then(Value::as_text).unwrap_or_default().to_string();
    let due = due(kind, record, &kept.clocks).map_or(NEVER, |at| at.0.min(NEVER - 1));
    Ok(vec![
        record.id.0.into(),
        record.kind.into(),
        record.number.as_str().into(),
        record.title.as_str().into(),
        record.state.as_str().into(),
        (kind.phase(&record.state) as i64).into(),
        record.customer.as_deref().unwrap_or_default().into(),
        text(Column::Priority).into(),
        text(Column::Service).into(),
        text(Column::Team).into(),
        text(Column::Owner).into(),
        text(Column::Requester).into(),
        due.into(),
        record.created.0.into(),
        record.changed.0.into(),
        record.version.into(),
        kept.entry.as_str().into(),
        kept.origin.as_str().into(),
        store_fields(kind, &record.fields).into(),
        store_clocks(&kept.clocks).into(),
    ])
}

/// Takes the next number of a prefix; `at_least` moves the counter past numbers that came from elsewhere.
pub async fn next_number(conn: &mut Conn, prefix: &str) -> Result<i64, Fault> {
    let sql = "insert into sequence (prefix, last) values ($1, 1) on conflict (prefix) do update set last = sequence.last + 1 returning last";
    let rows = conn.run(sql, &[prefix.into()]).await?;
    rows.first().ok_or_else(|| Fault::new("no number was given out"))?.int(0)
}

/// Moves a counter past a number that came from elsewhere, so that the next own one is free.
pub async fn pass_number(conn: &mut Conn, prefix: &str, at_least: i64) -> Result<(), Fault> {
    let sql = "insert into sequence (prefix, last) values ($1, $2) on conflict (prefix) do update set \
               last = case when sequence.last < excluded.last then excluded.last else sequence.last end";
    conn.execute(sql, &[prefix.into(), at_least.into()]).await.map(drop)
}

/// A number that is another one whenever a record of the kinds has changed.
pub async fn stamp(conn: &mut Conn, kinds: &[&str]) -> Result<i64, Fault> {
    if kinds.is_empty() {
        return Ok(0);
    }
    let list = kinds.iter().map(|kind| literal(kind)).collect::<Vec<_>>().join(",");
    let sql = format!("select cast(coalesce(sum(version), 0) as {{int}}) from record where kind in ({list})");
    let sql = conn.dialect().words(&sql);
    conn.run(&sql, &[]).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// The next ids of records of the kinds after an id; with `open` only of those that are not done.
pub async fn ids(conn: &mut Conn, kinds: &[&str], open: bool, after: i64, most: i64) -> Result<Vec<i64>, Fault> {
    let list = kinds.iter().map(|kind| literal(kind)).collect::<Vec<_>>().join(",");
    let open = if open { " and phase < 2" } else { "" };
    let sql = format!("select id from record where kind in ({list}){open} and id > $1 order by id limit $2");
    let rows = conn.run(&sql, &[after.into(), most.into()]).await?;
    rows.iter().map(|row| row.int(0)).collect()
}

/// Puts other clocks beside a record, if nothing has been written to it since `kept` was read.
pub async fn set_clocks(conn: &mut Conn, kind: &Kind, kept: &Kept, held: &[Clock]) -> Result<bool, Fault> {
    let due = due(kind, &kept.record, held).map_or(NEVER, |at| at.0.min(NEVER - 1));
    let sql = "update record set due = $1, clocks = $2 where id = $3 and entry = $4";
    let args = [due.into(), store_clocks(held).into(), kept.record.id.0.into(), kept.entry.as_str().into()];
    Ok(conn.execute(sql, &args).await? > 0)
}
