//! When the program is next to do something with a record by itself, in the order of time.

use model::Moment;

use crate::store::{
    db::{Conn, Sql},
    fault::Fault,
    words::{placeholders, places},
};

/// What is to be done with a record, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    pub record: i64,
    pub name: String,
    pub at: Moment,
}

/// What is to stand for a record under a name; `None` where nothing is to be done any more.
pub type Wanted = (i64, &'static str, Option<Moment>);

/// Sets alarms anew. Those of `fresh` records can have none yet.
pub async fn set(conn: &mut Conn, wanted: &[Wanted], fresh: impl Fn(i64) -> bool) -> Result<(), Fault> {
    let mut names: Vec<&'static str> = wanted.iter().map(|(_, name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let known: Vec<i64> =
            wanted.iter().filter(|(id, own, _)| *own == name && !fresh(*id)).map(|(id, _, _)| *id).collect();
        for chunk in known.chunks(400) {
            let sql = format!("delete from alarm where name = $1 and record in ({})", places(1, chunk.len()));
            let args: Vec<Sql> = [name.into()].into_iter().chain(chunk.iter().map(|id| Sql::Int(*id))).collect();
            conn.execute(&sql, &args).await?;
        }
    }
    let standing: Vec<(i64, &'static str, Moment)> =
        wanted.iter().filter_map(|(id, name, at)| Some((*id, *name, (*at)?))).collect();
    for chunk in standing.chunks(100) {
        let sql = format!("insert into alarm (record, name, at) values {}", placeholders(chunk.len(), 3));
        let args: Vec<Sql> =
            chunk.iter().flat_map(|(id, name, at)| [Sql::Int(*id), (*name).into(), at.0.into()]).collect();
        conn.execute(&sql, &args).await?;
    }
    Ok(())
}

/// The alarms of some records.
pub async fn of(conn: &mut Conn, ids: &[i64]) -> Result<Vec<Alarm>, Fault> {
    let mut found = Vec::new();
    for chunk in ids.chunks(400) {
        let sql = format!("select record, name, at from alarm where record in ({})", places(0, chunk.len()));
        let args: Vec<Sql> = chunk.iter().map(|id| Sql::Int(*id)).collect();
        for row in conn.run(&sql, &args).await? {
            found.push(Alarm { record: row.int(0)?, name: row.text(1)?, at: Moment(row.int(2)?) });
        }
    }
    Ok(found)
}

/// The next alarms that are due, the oldest first.
pub async fn due(conn: &mut Conn, now: Moment, most: i64) -> Result<Vec<Alarm>, Fault> {
    let sql = "select record, name, at from alarm where at <= $1 order by at, record, name limit $2";
    let rows = conn.run(sql, &[now.0.into(), most.into()]).await?;
    rows.iter().map(|row| Ok(Alarm { record: row.int(0)?, name: row.text(1)?, at: Moment(row.int(2)?) })).collect()
}

/// Whether something is due that no job is promised for yet.
pub async fn waits(conn: &mut Conn, now: Moment, job: &str) -> Result<bool, Fault> {
    let sql = "select at from alarm where at <= $1 and not exists (select 1 from job where name = $2) limit 1";
    Ok(!conn.run(sql, &[now.0.into(), job.into()]).await?.is_empty())
}

/// Whether there is none at all.
pub async fn is_silent(conn: &mut Conn) -> Result<bool, Fault> {
    Ok(conn.run("select at from alarm limit 1", &[]).await?.is_empty())
}

/// Has an alarm ring at another moment, or never again; only if it still stands as it was read.
pub async fn put_off(conn: &mut Conn, alarm: &Alarm, until: Option<Moment>) -> Result<(), Fault> {
    let own = [Sql::Int(alarm.record), alarm.name.as_str().into(), alarm.at.0.into()];
    match until {
        Some(until) => {
            let sql = "update alarm set at = $4 where record = $1 and name = $2 and at = $3";
            let [record, name, at] = own;
            conn.execute(sql, &[record, name, at, until.0.into()]).await.map(drop)
        }
        None => conn.execute("delete from alarm where record = $1 and name = $2 and at = $3", &own).await.map(drop),
    }
}

/// Moves every alarm of a name, where the time until it has become another one.
pub async fn shift(conn: &mut Conn, name: &str, by: i64) -> Result<(), Fault> {
    conn.execute("update alarm set at = at + $1 where name = $2", &[by.into(), name.into()]).await.map(drop)
}
