//! Jobs as rows: promised in the transaction of the record, taken by whoever is free.

use model::{Job, Moment};

use crate::{
    ids::Ids,
    jobs::{APART, JobRow, Lane},
    store::{
        db::{Conn, Dialect, Row},
        fault::Fault,
        filter::NEVER,
        words::literal,
    },
};

/// A job taken to be done.
#[derive(Clone, Debug)]
pub struct Taken {
    pub id: i64,
    pub name: String,
    pub payload: serde_json::Value,
    pub attempts: i64,
}

pub async fn add(conn: &mut Conn, ids: &Ids, jobs: &[Job], now: Moment) -> Result<(), Fault> {
    for job in jobs {
        let sql = "insert into job (id, name, payload, run_at, attempts, locked_until, last_error, key) values ($1,$2,$3,$4,0,0,'',$5) \
                   on conflict do nothing";
        let args = [
            ids.next(now).into(),
            job.name.into(),
            job.payload.clone().into(),
            job.run_at.0.into(),
            job.key.as_deref().unwrap_or_default().into(),
        ];
        conn.execute(sql, &args).await?;
    }
    Ok(())
}

/// Takes the next due jobs and holds them until `until`; several servers never take the same one.
pub(crate) async fn take(
    conn: &mut Conn,
    lane: Lane,
    now: Moment,
    until: Moment,
    most: i64,
) -> Result<Vec<Taken>, Fault> {
    let names = names(lane);
    let skip = if conn.dialect() == Dialect::Postgres { " for update skip locked" } else { "" };
    let sql = format!(
        "update job set locked_until = $1, attempts = attempts + 1 where id in (select id from job where run_at <= $2 and \
         locked_until < $2 and {names} order by run_at, id limit $3{skip}) returning id, name, payload, attempts"
    );
    let rows = conn.run(&sql, &[until.0.into(), now.0.into(), most.into()]).await?;
    rows.iter()
        .map(|row| Ok(Taken { id: row.int(0)?, name: row.text(1)?, payload: row.json(2)?, attempts: row.int(3)? }))
        .collect()
}

/// The condition on names that a lane is.
fn names(lane: Lane) -> String {
    match lane {
        Lane::Only(name) => format!("name = {}", literal(name)),
        Lane::House => {
            let apart: Vec<String> = APART.iter().map(|name| literal(name)).collect();
            format!("name not in ({})", apart.join(", "))
        }
    }
}

pub async fn done(conn: &mut Conn, id: i64) -> Result<(), Fault> {
    conn.execute("delete from job where id = $1", &[id.into()]).await.map(drop)
}

/// Keeps a failed job for later, with the reason for administrators to read.
pub async fn failed(conn: &mut Conn, id: i64, why: &str, again: Moment) -> Result<(), Fault> {
    let sql = "update job set locked_until = 0, last_error = $2, run_at = $3 where id = $1";
    conn.execute(sql, &[id.into(), why.into(), again.0.into()]).await.map(drop)
}

/// Whether a job is due, asked without writing.
pub(crate) async fn is_due(conn: &mut Conn, lane: Lane, now: Moment) -> Result<bool, Fault> {
    let sql = format!("select id from job where run_at <= $1 and locked_until < $1 and {} limit 1", names(lane));
    Ok(!conn.run(&sql, &[now.0.into()]).await?.is_empty())
}

/// Keeps a job that will not be tried again by itself.
pub async fn give_up(conn: &mut Conn, id: i64, why: &str) -> Result<(), Fault> {
    let sql = "update job set locked_until = $3, last_error = $2 where id = $1";
    conn.execute(sql, &[id.into(), why.into(), NEVER.into()]).await.map(drop)
}

/// Jobs as administrators read them: those with errors first, then the next ones.
pub async fn list(conn: &mut Conn, most: i64) -> Result<Vec<JobRow>, Fault> {
    let sql = "select id, name, run_at, attempts, locked_until, last_error from job \
               order by case when last_error = '' then 1 else 0 end, run_at, id limit $1";
    let row = |row: &Row| {
        Ok(JobRow {
            id: row.int(0)?,
            name: row.text(1)?,
            run_at: Moment(row.int(2)?),
            attempts: row.int(3)?,
            given_up: row.int(4)? == NEVER,
            last_error: row.text(5)?,
        })
    };
    conn.run(sql, &[most.into()]).await?.iter().map(row).collect()
}

/// Lets a job be tried at once; answers its name, `None` when it is not there.
pub async fn retry(conn: &mut Conn, id: i64, now: Moment) -> Result<Option<String>, Fault> {
    // One attempt stays counted: only jobs that were never tried share a key.
    let sql = "update job set locked_until = 0, run_at = $2, attempts = 1 where id = $1 returning name";
    let rows = conn.run(sql, &[id.into(), now.0.into()]).await?;
    rows.first().map(|row| row.text(0)).transpose()
}

/// Throws a job away; answers its name, `None` when it is not there.
pub async fn discard(conn: &mut Conn, id: i64) -> Result<Option<String>, Fault> {
    let rows = conn.run("delete from job where id = $1 returning name", &[id.into()]).await?;
    rows.first().map(|row| row.text(0)).transpose()
}

/// Since when the oldest job of each name is due: those that nobody has taken, and those whose server has not ended them.
pub async fn overdue(conn: &mut Conn, now: Moment) -> Result<Vec<(String, Moment)>, Fault> {
    let sql = "select name, min(run_at) from job where run_at <= $1 and locked_until <> $2 group by name";
    let rows = conn.run(sql, &[now.0.into(), NEVER.into()]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, Moment(row.int(1)?)))).collect()
}

/// How many jobs wait and how many have failed, for measurements.
pub async fn counts(conn: &mut Conn) -> Result<(i64, i64), Fault> {
    let sql =
        "select (select count(*) from job where last_error = ''), (select count(*) from job where last_error <> '')";
    let rows = conn.run(sql, &[]).await?;
    rows.first().map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
}
