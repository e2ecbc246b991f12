//! What hangs together with some records, for all of them in one statement each and within the scope of whoever asks.

use model::{Catalog, Column, Field, Filter, Kind, Value, filter::Operand};

use crate::{
    rights::Scope,
    store::{
        db::Conn,
        fault::Fault,
        filter::{Builder, NEVER},
        record::{COLUMNS, Kept, kept},
        words::literal,
    },
};

/// Most records that one field of a kind is answered with.
pub const NAMING: i64 = 12;
/// Most live links that are followed back from a layer.
const BACK: i64 = 400;
/// A field without an index is looked for in so many of the newest records of its kind.
const NEWEST: i64 = 2_000;

/// The records behind some numbers that lie within the scope.
pub async fn of_numbers(
    conn: &mut Conn,
    catalog: &Catalog,
    scope: &Scope,
    numbers: &[String],
    builder: Builder<'_>,
) -> Result<Vec<Kept>, Fault> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut builder = builder;
    let condition = scope.condition(catalog, &mut builder);
    let places = builder.bind_all(numbers);
    let sql = format!("select {COLUMNS} from record where number in ({places}) and {condition} order by id");
    let rows = conn.run(&sql, &builder.args).await?;
    rows.iter().filter_map(|row| kept(row, catalog).transpose()).collect()
}

/// A live link that leads to one of some records: its name, the record it leads to, and kind and number of the one that
/// holds it.
pub struct Back {
    pub name: String,
    pub target: String,
    pub kind: String,
    pub number: String,
}

pub async fn links_to(
    conn: &mut Conn,
    catalog: &Catalog,
    scope: &Scope,
    numbers: &[String],
    builder: Builder<'_>,
) -> Result<Vec<Back>, Fault> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut builder = builder;
    let condition = scope.condition(catalog, &mut builder);
    let places = builder.bind_all(numbers);
    let sql = format!(
        "select l.name, l.target, kind, number from record join link l on l.source = record.id where l.target in ({places}) and \
         l.until = {NEVER} and {condition} order by l.name, number limit {BACK}"
    );
    let rows = conn.run(&sql, &builder.args).await?;
    let back = |row: &crate::store::db::Row| {
        Ok(Back { name: row.text(0)?, target: row.text(1)?, kind: row.text(2)?, number: row.text(3)? })
    };
    rows.iter().map(back).collect()
}

/// A field in which records of a kind may name some others.
pub struct Asked<'a> {
    pub kind: &'a Kind,
    /// The scope of this kind alone.
    pub scope: &'a Scope,
    pub field: &'a Field,
    pub numbers: Vec<String>,
}

/// Records that name others: the number of the one that names and the field in which it does, the newest first of each
/// field. One statement, whatever is asked.
pub async fn naming(
    conn: &mut Conn,
    catalog: &Catalog,
    asked: &[Asked<'_>],
    builder: Builder<'_>,
) -> Result<Vec<(String, String)>, Fault> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let mut builder = builder;
    let mut parts = Vec::with_capacity(asked.len());
    for (at, one) in asked.iter().enumerate() {
        let values = one.numbers.iter().map(|number| Operand::Value(Value::text(number))).collect();
        let test = builder.filter(&Filter::In { path: one.field.name.clone(), values }, one.kind);
        let scope = one.scope.condition(catalog, &mut builder);
        let (kind, field) = (literal(one.kind.name), literal(&one.field.name));
        let from = match is_quick(one.field) {
            true => format!("record where kind = {kind} and {scope} and {test}"),
            false => format!(
                "(select * from record where kind = {kind} and {scope} order by id desc limit {NEWEST}) as record where {test}"
            ),
        };
        parts.push(format!(
            "select * from (select number, {field} as field from {from} order by id desc limit {NAMING}) as asked{at}"
        ));
    }
    let rows = conn.run(&parts.join(" union all "), &builder.args).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
}

/// Whether an index of its own answers for the field.
fn is_quick(field: &Field) -> bool {
    field.indexed || field.column.is_some_and(|column| column != Column::Due)
}
