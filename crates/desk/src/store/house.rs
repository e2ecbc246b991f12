//! What the organisation says of itself, in its tables: own fields, settings, judgements.

use model::{Moment, RecordId};
use serde_json::Value as Json;

use crate::{
    judgements::Judged,
    rights::Warrant,
    store::{
        db::{Conn, Row},
        fault::Fault,
    },
};

/// An own field as its row says; the definition is read against the catalog.
pub struct FieldRow {
    pub kind: String,
    pub name: String,
    pub definition: Json,
    pub hidden: bool,
}

pub async fn fields(conn: &mut Conn) -> Result<Vec<FieldRow>, Fault> {
    let sql = "select kind, name, definition, hidden from custom_field order by kind, position, name";
    let field = |row: &Row| {
        Ok(FieldRow { kind: row.text(0)?, name: row.text(1)?, definition: row.json(2)?, hidden: row.int(3)? != 0 })
    };
    conn.run(sql, &[]).await?.iter().map(field).collect()
}

/// `false` when the kind has an own field of this name already.
pub async fn add_field(conn: &mut Conn, _: &Warrant, field: &FieldRow) -> Result<bool, Fault> {
    let sql = "insert into custom_field (kind, name, definition, position, hidden) values ($1, $2, $3, \
               (select coalesce(max(position), 0) + 1 from custom_field where kind = $1), 0) on conflict do nothing";
    let args = [field.kind.as_str().into(), field.name.as_str().into(), field.definition.clone().into()];
    Ok(conn.execute(sql, &args).await? > 0)
}

/// `false` when there is no such field.
pub async fn hide_field(conn: &mut Conn, _: &Warrant, kind: &str, name: &str, hidden: bool) -> Result<bool, Fault> {
    let sql = "update custom_field set hidden = $3 where kind = $1 and name = $2";
    Ok(conn.execute(sql, &[kind.into(), name.into(), i64::from(hidden).into()]).await? > 0)
}

pub async fn settings(conn: &mut Conn) -> Result<Vec<(String, Json)>, Fault> {
    let rows = conn.run("select name, value from setting order by name", &[]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.json(1)?))).collect()
}

/// Writes a setting; `None` goes back to what the program offers.
pub async fn set_setting(conn: &mut Conn, _: &Warrant, name: &str, value: Option<&Json>) -> Result<(), Fault> {
    let Some(value) = value else {
        return conn.execute("delete from setting where name = $1", &[name.into()]).await.map(drop);
    };
    let sql =
        "insert into setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value";
    conn.execute(sql, &[name.into(), value.clone().into()]).await.map(drop)
}

pub async fn add_judgement(conn: &mut Conn, _: &Warrant, id: RecordId, judged: &Judged) -> Result<(), Fault> {
    let sql = "insert into judgement (id, framework, requirement, state, judged_by, judged_at, reason) \
               values ($1,$2,$3,$4,$5,$6,$7)";
    let args = [
        id.0.into(),
        judged.framework.as_str().into(),
        judged.requirement.as_str().into(),
        judged.state.as_str().into(),
        judged.by.as_str().into(),
        judged.at.0.into(),
        judged.reason.as_str().into(),
    ];
    conn.execute(sql, &args).await.map(drop)
}

/// Judgements made until an instant, oldest first.
pub async fn judgements(conn: &mut Conn, framework: &str, until: Moment) -> Result<Vec<Judged>, Fault> {
    let sql = "select framework, requirement, state, judged_by, judged_at, reason from judgement \
               where framework = $1 and judged_at <= $2 order by judged_at, id";
    let judged = |row: &Row| {
        Ok(Judged {
            framework: row.text(0)?,
            requirement: row.text(1)?,
            state: row.text(2)?,
            by: row.text(3)?,
            at: Moment(row.int(4)?),
            reason: row.text(5)?,
        })
    };
    conn.run(sql, &[framework.into(), until.0.into()]).await?.iter().map(judged).collect()
}

/// Writes a setting that is not there yet; one that is there stays.
pub async fn offer_setting(conn: &mut Conn, name: &str, value: &Json) -> Result<(), Fault> {
    let sql = "insert into setting (name, value) values ($1, $2) on conflict (name) do nothing";
    conn.execute(sql, &[name.into(), value.clone().into()]).await.map(drop)
}
