//! A copy of everything, taken while the house is at work, and a new house from such a copy, on either database.
//!
//! An embedded database copies itself into a file (`vacuum into`). A server's tables are written out as JSON, one row a
//! line, from one snapshot; that form can be read into either database, and an embedded file can be turned into it.

use std::{
    collections::BTreeMap,
    io::{BufRead, Write},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use futures::FutureExt;
use model::Refusal;
use serde_json::{Value as Json, json};

use crate::{
    Desk, Fault,
    store::{
        db::{Conn, Db, Dialect, Row, Sql},
        words::literal,
    },
};

/// Rows read or written by one statement.
const STRIDE: usize = 500;
const CHUNK: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Int,
    Text,
    Json,
    Bytes,
}

struct Table {
    name: String,
    columns: Vec<(String, Column)>,
    /// Its primary key, by which it is read in steps.
    key: Vec<String>,
}

impl Desk {
    /// Writes an embedded database into a new file.
    ///
    /// # Errors
    /// When the database is not an embedded one or the file is there already.
    pub async fn copy_to(&self, path: &str) -> Result<(), Fault> {
        let mut conn = self.db().read().await?;
        // Readers are held to reading, and a copy counts as writing, though it touches nothing here.
        conn.script("pragma query_only = off").await?;
        let copied = conn.script(&format!("vacuum into {}", literal(path))).await;
        conn.script("pragma query_only = on").await?;
        copied
    }

    pub fn is_embedded(&self) -> bool {
        self.db().dialect() == Dialect::Sqlite
    }

    /// Writes every table as JSON, one row a line, from one snapshot. Search is left out: it is made anew.
    pub async fn dump(&self, out: &mut (dyn Write + Send)) -> Result<u64, Fault> {
        dump(self.db(), out).await
    }

    /// Whether nothing has ever been written here.
    pub async fn is_untouched(&self) -> Result<bool, Fault> {
        let mut conn = self.db().read().await?;
        let sql =
            "select (select count(*) from record) + (select count(*) from journal) + (select count(*) from account)";
        let rows = conn.run(sql, &[]).await?;
        Ok(rows.first().map_or(Ok(0), |row| row.int(0))? == 0)
    }

    /// Reads what [`Desk::dump`] wrote into this empty house: everything or nothing.
    ///
    /// # Errors
    /// A sentence with the line that cannot be read, or that the copy is of a newer program.
    pub async fn undump(&self, reader: Box<dyn BufRead + Send>) -> Result<u64, Fault> {
        if !self.is_untouched().await? {
            return Err(Fault::new("there is something in this database already; restore into an empty one"));
        }
        let rows = self.db().write(move |conn| async move { undump(conn, reader).await }.boxed()).await?;
        self.rebuild_search().await.map_err(|refusal: Refusal| Fault::new(refusal.sentence()))?;
        Ok(rows)
    }
}

/// Turns an embedded database file into the portable form.
pub async fn dump_file(path: &str, out: &mut (dyn Write + Send)) -> Result<u64, Fault> {
    let db = Db::open(&format!("sqlite:{path}")).await?;
    let rows = dump(&db, out).await;
    db.close().await;
    rows
}

async fn dump(db: &Db, out: &mut (dyn Write + Send)) -> Result<u64, Fault> {
    let mut conn = db.read().await?;
    conn.begin_snapshot().await?;
    let written = dump_tables(&mut conn, out).await;
    conn.script("rollback").await?;
    written
}

async fn dump_tables(conn: &mut Conn, out: &mut (dyn Write + Send)) -> Result<u64, Fault> {
    let schema = schema(conn).await?;
    let mut line = |json: Json| {
        writeln!(out, "{json}").map_err(|error| Fault::new(format!("the copy cannot be written: {error}")))
    };
    line(json!({"plumbline": "backup", "schema": schema}))?;
    let mut written = 0u64;
    for table in tables(conn).await? {
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| name.as_str()).collect();
        line(json!({"table": table.name, "columns": names}))?;
        let mut after: Option<Vec<Sql>> = None;
        loop {
            let rows = conn.run(&table.page(conn.dialect(), after.is_some()), after.as_deref().unwrap_or(&[])).await?;
            let Some(last) = rows.last() else { break };
            after = Some(table.key_of(last)?);
            for row in &rows {
                line(table.row(row)?)?;
                written += 1;
            }
        }
    }
    line(json!({"end": written}))?;
    Ok(written)
}

async fn schema(conn: &mut Conn) -> Result<i64, Fault> {
    let rows = conn.run("select coalesce(max(version), 0) from schema_version", &[]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// Every table but those of search, of packs and the schema's own, from what the database says of itself.
async fn tables(conn: &mut Conn) -> Result<Vec<Table>, Fault> {
    let sql = match conn.dialect() {
        Dialect::Sqlite => {
            "select m.name, p.name, p.type, p.pk from sqlite_master m join pragma_table_info(m.name) p \
             where m.type = 'table' and m.name not like 'sqlite%' order by m.name, p.cid"
        }
        Dialect::Postgres => {
            "select c.table_name::text, c.column_name::text, c.data_type::text, coalesce(k.ordinal_position, 0)::bigint \
             from information_schema.columns c left join information_schema.table_constraints t \
             on t.table_schema = c.table_schema and t.table_name = c.table_name and t.constraint_type = 'PRIMARY KEY' \
             left join information_schema.key_column_usage k on k.constraint_schema = c.table_schema \
             and k.constraint_name = t.constraint_name and k.column_name = c.column_name \
             where c.table_schema = current_schema() order by c.table_name, c.ordinal_position"
        }
    };
    let json = json_columns();
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let mut keys: Vec<(String, i64, String)> = Vec::new();
    for row in conn.run(sql, &[]).await? {
        let (table, name, ty, place) = (row.text(0)?, row.text(1)?, row.text(2)?.to_lowercase(), row.int(3)?);
        // Search is made anew, and so are evidence packs by whoever still wants one.
        if ["search", "pack"].iter().any(|start| table.starts_with(start)) || table == "schema_version" {
            continue;
        }
        let column = match ty.as_str() {
            "integer" | "bigint" => Column::Int,
            "blob" | "bytea" => Column::Bytes,
            _ if json.contains(&(table.as_str(), name.as_str())) => Column::Json,
            _ => Column::Text,
        };
        if place > 0 {
            keys.push((table.clone(), place, name.clone()));
        }
        let empty = |name: &String| Table { name: name.clone(), columns: Vec::new(), key: Vec::new() };
        tables.entry(table).or_insert_with_key(empty).columns.push((name, column));
    }
    keys.sort();
    for (table, _, name) in keys {
        tables.entry(table).and_modify(|table| table.key.push(name));
    }
    Ok(tables.into_values().collect())
}

/// Columns that hold JSON: an embedded database keeps them as text and does not say so itself.
fn json_columns() -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    let mut table = "";
    for line in crate::store::migrate::schema_texts().flat_map(str::lines).map(str::trim) {
        if let Some(rest) = line.strip_prefix("create table ") {
            table = rest.split([' ', '(']).next().unwrap_or_default();
        } else if let Some((name, rest)) = line.split_once(' ')
            && rest.starts_with("{json}")
        {
            found.push((table, name));
        }
    }
    found
}

impl Table {
    /// The next rows, after the key that is bound.
    fn page(&self, dialect: Dialect, on: bool) -> String {
        let column = |(name, column): &(String, Column)| match (dialect, column) {
            (Dialect::Postgres, Column::Json) => format!("\"{name}\"::text"),
            _ => format!("\"{name}\""),
        };
        let columns: Vec<String> = self.columns.iter().map(column).collect();
        let key = self.key.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        let after = match on {
            true => format!(" where ({key}) > ({})", crate::store::words::places(0, self.key.len())),
            false => String::new(),
        };
        format!("select {} from \"{}\"{after} order by {key} limit {STRIDE}", columns.join(", "), self.name)
    }

    fn key_of(&self, row: &Row) -> Result<Vec<Sql>, Fault> {
        let place = |name: &String| self.columns.iter().position(|(column, _)| column == name).unwrap_or_default();
        self.key
            .iter()
            .map(|name| {
                let at = place(name);
                Ok(match self.columns[at].1 {
                    Column::Int => Sql::Int(row.int(at)?),
                    _ => Sql::Text(row.text(at)?),
                })
            })
            .collect()
    }

    fn row(&self, row: &Row) -> Result<Json, Fault> {
        let value = |(at, (_, column)): (usize, &(String, Column))| {
            Ok(match column {
                Column::Int => row.int(at)?.into(),
                Column::Text | Column::Json => row.text(at)?.into(),
                Column::Bytes => STANDARD.encode(row.bytes(at)?).into(),
            })
        };
        self.columns.iter().enumerate().map(value).collect::<Result<Vec<Json>, Fault>>().map(Json::Array)
    }

    /// One statement for some rows.
    fn insert(&self, dialect: Dialect, columns: &[usize], rows: usize) -> String {
        let names: Vec<String> = columns.iter().map(|at| format!("\"{}\"", self.columns[*at].0)).collect();
        let place = |row: usize, place: usize, at: usize| {
            let number = row * columns.len() + place + 1;
            match (dialect, self.columns[at].1) {
                (Dialect::Postgres, Column::Json) => format!("${number}::text::jsonb"),
                _ => format!("${number}"),
            }
        };
        let tuple = |row: usize| {
            let places: Vec<String> = columns.iter().enumerate().map(|(at, column)| place(row, at, *column)).collect();
            format!("({})", places.join(","))
        };
        let own = if dialect == Dialect::Postgres { " overriding system value" } else { "" };
        let values: Vec<String> = (0..rows).map(tuple).collect();
        format!("insert into \"{}\" ({}){own} values {}", self.name, names.join(", "), values.join(","))
    }
}

async fn undump(conn: &mut Conn, reader: Box<dyn BufRead + Send>) -> Result<u64, Fault> {
    let known = tables(conn).await?;
    let own = schema(conn).await?;
    let mut into: Option<Into<'_>> = None;
    let (mut read, mut told) = (0u64, None);
    for (at, line) in reader.lines().enumerate() {
        let wrong = |why: &str| Fault::new(format!("the copy cannot be read at line {}: {why}", at + 1));
        let line = line.map_err(|error| wrong(&error.to_string()))?;
        let json: Json = serde_json::from_str(&line).map_err(|error| wrong(&error.to_string()))?;
        match json {
            Json::Array(values) => {
                let into = into.as_mut().ok_or_else(|| wrong("a row without a table"))?;
                into.take(values).map_err(|why| wrong(&why))?;
                read += 1;
                if into.args.len() >= CHUNK * into.places.len() {
                    into.flush(conn).await?;
                }
            }
            Json::Object(_) if at == 0 => {
                let schema = json.get("schema").and_then(Json::as_i64).filter(|_| json["plumbline"] == "backup");
                match schema.ok_or_else(|| wrong("it is no copy of a Plumbline database"))? {
                    schema if schema > own => {
                        return Err(wrong("it was made by a newer program: restore it with that one"));
                    }
                    _ => {}
                }
            }
            Json::Object(_) if json.get("table").is_some() => {
                if let Some(mut full) = into.take() {
                    full.flush(conn).await?;
                }
                into = Some(Into::new(&known, &json).map_err(|why| wrong(&why))?);
            }
            Json::Object(_) => told = json.get("end").and_then(Json::as_u64),
            _ => return Err(wrong("it is no copy of a Plumbline database")),
        }
    }
    if let Some(mut full) = into.take() {
        full.flush(conn).await?;
    }
    if told != Some(read) {
        return Err(Fault::new("the copy is not whole: its end is missing"));
    }
    if conn.dialect() == Dialect::Postgres {
        let sql =
            "select setval(pg_get_serial_sequence('journal', 'seq'), greatest((select max(seq) from journal), 1))";
        conn.run(sql, &[]).await?;
    }
    Ok(read)
}

/// Rows of one table on their way in.
struct Into<'t> {
    table: &'t Table,
    /// Which column each value of a row belongs to.
    places: Vec<usize>,
    args: Vec<Sql>,
}

impl<'t> Into<'t> {
    fn new(known: &'t [Table], json: &Json) -> Result<Into<'t>, String> {
        let name = json["table"].as_str().unwrap_or_default();
        let table = known.iter().find(|table| table.name == name).ok_or_else(|| format!("there is no table {name}"))?;
        let names = json["columns"].as_array().map(Vec::as_slice).unwrap_or_default();
        let place = |name: &Json| {
            let found = table.columns.iter().position(|(column, _)| Some(column.as_str()) == name.as_str());
            found.ok_or_else(|| format!("{} has no column {name}", table.name))
        };
        Ok(Into { table, places: names.iter().map(place).collect::<Result<_, _>>()?, args: Vec::new() })
    }

    fn take(&mut self, values: Vec<Json>) -> Result<(), String> {
        if values.len() != self.places.len() {
            return Err(format!("{} has {} columns", self.table.name, self.places.len()));
        }
        for (value, at) in values.into_iter().zip(&self.places) {
            let (name, column) = &self.table.columns[*at];
            let wrong = || format!("{}.{name} cannot be {value}", self.table.name);
            self.args.push(match (column, &value) {
                (Column::Int, Json::Number(number)) => Sql::Int(number.as_i64().ok_or_else(wrong)?),
                (Column::Text | Column::Json, Json::String(text)) => Sql::Text(text.clone()),
                (Column::Bytes, Json::String(text)) => Sql::Bytes(STANDARD.decode(text).map_err(|_| wrong())?),
                _ => return Err(wrong()),
            });
        }
        Ok(())
    }

    async fn flush(&mut self, conn: &mut Conn) -> Result<(), Fault> {
        let args = std::mem::take(&mut self.args);
        if args.is_empty() {
            return Ok(());
        }
        let sql = self.table.insert(conn.dialect(), &self.places, args.len() / self.places.len());
        conn.execute(&sql, &args).await.map(drop)
    }
}
