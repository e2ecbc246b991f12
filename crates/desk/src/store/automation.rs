//! Automation rules and their runs in their tables.

use model::Moment;
use serde_json::Value as Json;

use crate::{
    automation::{Rule, Run},
    rights::Warrant,
    store::{
        db::{Conn, Row, Sql},
        fault::Fault,
        words::literal,
    },
};

const RULE: &str = "id, name, definition, active, author, since, error";

fn rule(row: &Row) -> Result<Rule, Fault> {
    let definition = serde_json::from_value(row.json(2)?);
    Ok(Rule {
        id: row.int(0)?,
        name: row.text(1)?,
        definition: definition.map_err(|error| Fault::new(format!("a rule cannot be read: {error}")))?,
        active: row.int(3)? != 0,
        author: row.text(4)?,
        since: Moment(row.int(5)?),
        error: row.text(6)?,
    })
}

pub async fn rules(conn: &mut Conn) -> Result<Vec<Rule>, Fault> {
    conn.run(&format!("select {RULE} from automation order by name"), &[]).await?.iter().map(rule).collect()
}

pub async fn by_id(conn: &mut Conn, id: i64) -> Result<Option<Rule>, Fault> {
    let rows = conn.run(&format!("select {RULE} from automation where id = $1"), &[id.into()]).await?;
    rows.first().map(rule).transpose()
}

pub async fn save(conn: &mut Conn, _: &Warrant, rule: &Rule) -> Result<(), Fault> {
    let definition = serde_json::to_value(&rule.definition).unwrap_or(Json::Null);
    let sql = "insert into automation (id, name, definition, active, author, since, error) values ($1,$2,$3,$4,$5,$6,'') \
               on conflict (id) do update set name = excluded.name, definition = excluded.definition, \
               active = excluded.active, author = excluded.author, since = excluded.since, error = ''";
    let args = [
        rule.id.into(),
        rule.name.as_str().into(),
        definition.into(),
        i64::from(rule.active).into(),
        rule.author.as_str().into(),
        rule.since.0.into(),
    ];
    conn.execute(sql, &args).await.map(drop)
}

/// Remembers why a rule failed last; empty once it did what it should.
pub async fn told(conn: &mut Conn, id: i64, error: &str) -> Result<(), Fault> {
    let sql = "update automation set error = $2 where id = $1 and error <> $2";
    conn.execute(sql, &[id.into(), error.into()]).await.map(drop)
}

const RUN: &str = "id, rule, number, cause, outcome, told, at";

fn run(row: &Row) -> Result<Run, Fault> {
    Ok(Run {
        id: row.int(0)?,
        rule: row.int(1)?,
        number: row.text(2)?,
        cause: row.text(3)?,
        outcome: row.text(4)?,
        told: row.text(5)?,
        at: Moment(row.int(6)?),
    })
}

/// Keeps a run; `false` when the same cause was acted on before.
pub async fn add_run(conn: &mut Conn, run: &Run) -> Result<bool, Fault> {
    let sql = format!("insert into automation_run ({RUN}) values ($1,$2,$3,$4,$5,$6,$7) on conflict do nothing");
    let args = [
        run.id.into(),
        run.rule.into(),
        run.number.as_str().into(),
        run.cause.as_str().into(),
        run.outcome.as_str().into(),
        run.told.as_str().into(),
        run.at.0.into(),
    ];
    Ok(conn.execute(&sql, &args).await? > 0)
}

pub async fn has_run(conn: &mut Conn, rule: i64, number: &str, cause: &str) -> Result<bool, Fault> {
    let sql = "select id from automation_run where rule = $1 and number = $2 and cause = $3";
    Ok(!conn.run(sql, &[rule.into(), number.into(), cause.into()]).await?.is_empty())
}

/// How often a rule acted on a record since an instant.
pub async fn recent(conn: &mut Conn, rule: i64, number: &str, since: Moment) -> Result<i64, Fault> {
    let sql = "select count(*) from automation_run where rule = $1 and number = $2 and at >= $3 and outcome = 'done'";
    let rows = conn.run(sql, &[rule.into(), number.into(), since.0.into()]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// The runs of a rule, newest first.
pub async fn runs(conn: &mut Conn, rule: i64, most: i64) -> Result<Vec<Run>, Fault> {
    let sql = format!("select {RUN} from automation_run where rule = $1 order by id desc limit $2");
    conn.run(&sql, &[rule.into(), most.into()]).await?.iter().map(run).collect()
}

/// The last runs about a record, newest first, with the names of their rules.
pub async fn runs_on(conn: &mut Conn, number: &str, most: i64) -> Result<Vec<(String, Run)>, Fault> {
    let sql = "select n.id, n.rule, n.number, n.cause, n.outcome, n.told, n.at, a.name from automation_run n \
               join automation a on a.id = n.rule where n.number = $1 order by n.id desc limit $2";
    let rows = conn.run(sql, &[number.into(), most.into()]).await?;
    rows.iter().map(|row| Ok((row.text(7)?, run(row)?))).collect()
}

pub async fn sweep(conn: &mut Conn, before: Moment) -> Result<(), Fault> {
    conn.execute("delete from automation_run where at < $1", &[before.0.into()]).await.map(drop)
}

/// Open records of a kind that are due after one instant and not after another, and meet a condition with its arguments:
/// number, title and the moment.
pub async fn due(
    conn: &mut Conn,
    kind: &str,
    (after, until): (Moment, Moment),
    (condition, args): (&str, &[Sql]),
    most: i64,
) -> Result<Vec<(String, String, Moment)>, Fault> {
    let sql = format!(
        "select number, title, due from record where kind = {} and phase < 2 and due > {} and due <= {} and {condition} \
         order by due, id limit {most}",
        literal(kind),
        after.0,
        until.0
    );
    let rows = conn.run(&sql, args).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, Moment(row.int(2)?)))).collect()
}

/// The records of a kind that changed last, since an instant.
pub async fn changed(conn: &mut Conn, kind: &str, since: Moment, most: i64) -> Result<Vec<i64>, Fault> {
    let sql = format!(
        "select id from record where kind = {} and changed >= $1 order by changed desc, id desc limit $2",
        literal(kind)
    );
    conn.run(&sql, &[since.0.into(), most.into()]).await?.iter().map(|row| row.int(0)).collect()
}
