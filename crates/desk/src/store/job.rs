//! Jobs as rows: promised in the transaction of the record, taken by whoever is free.

use model::{Job, Moment};

use crate::{
    ids::Ids,
    store::{
        db::{Conn, Dialect},
        fault::Fault,
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
pub async fn take(conn: &mut Conn, now: Moment, until: Moment, most: i64) -> Result<Vec<Taken>, Fault> {
    let skip = if conn.dialect() == Dialect::Postgres { " for update skip locked" } else { "" };
    let sql = format!(
        "update job set locked_until = $1, attempts = attempts + 1 where id in (select id from job where run_at <= $2 and \
         locked_until < $2 order by run_at, id limit $3{skip}) returning id, name, payload, attempts"
    );
    let rows = conn.run(&sql, &[until.0.into(), now.0.into(), most.into()]).await?;
    rows.iter()
        .map(|row| Ok(Taken { id: row.int(0)?, name: row.text(1)?, payload: row.json(2)?, attempts: row.int(3)? }))
        .collect()
}

pub async fn done(conn: &mut Conn, id: i64) -> Result<(), Fault> {
    conn.execute("delete from job where id = $1", &[id.into()]).await.map(drop)
}

/// Keeps a failed job for later, with the reason for administrators to read.
pub async fn failed(conn: &mut Conn, id: i64, why: &str, again: Moment) -> Result<(), Fault> {
    let sql = "update job set locked_until = 0, last_error = $2, run_at = $3 where id = $1";
    conn.execute(sql, &[id.into(), why.into(), again.0.into()]).await.map(drop)
}
