//! Kept counts in their tables.

use std::collections::BTreeMap;

use crate::store::{
    db::{Conn, Dialect, Sql},
    fault::Fault,
    words::places,
};

/// A count that is kept: the canonical text of a filter over a kind.
pub struct Kept {
    pub id: i64,
    pub kind: String,
    pub filter: String,
}

/// Most counts that are kept of one kind; the oldest give way and are counted anew when somebody looks again.
pub const MOST: i64 = 200;

/// Everything that is kept of some kinds.
pub async fn of_kinds(conn: &mut Conn, kinds: &[&str]) -> Result<Vec<Kept>, Fault> {
    let sql = format!("select id, kind, filter from tally where kind in ({}) order by id", places(0, kinds.len()));
    let args: Vec<Sql> = kinds.iter().map(|kind| (*kind).into()).collect();
    let rows = conn.run(&sql, &args).await?;
    rows.iter().map(|row| Ok(Kept { id: row.int(0)?, kind: row.text(1)?, filter: row.text(2)? })).collect()
}

/// Nobody writes records until this transaction ends, and all who did before are seen: what is counted now is what the
/// changes of later writers are added to. On the embedded database there is one writer anyway.
pub async fn hold_writers(conn: &mut Conn) -> Result<(), Fault> {
    match conn.dialect() {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => conn.script("lock table record in share mode").await,
    }
}

/// Begins to keep a count; `false` where somebody else has begun it already.
pub async fn begin(conn: &mut Conn, kept: &Kept, count: i64) -> Result<bool, Fault> {
    let oldest = "select id from tally where kind = $1 order by id desc limit 1000 offset $2";
    for row in conn.run(oldest, &[kept.kind.as_str().into(), (MOST - 1).into()]).await? {
        forget(conn, row.int(0)?).await?;
    }
    let sql = "insert into tally (id, kind, filter) values ($1, $2, $3) on conflict do nothing";
    let args = [kept.id.into(), kept.kind.as_str().into(), kept.filter.as_str().into()];
    if conn.execute(sql, &args).await? == 0 {
        return Ok(false);
    }
    conn.execute("insert into tally_count (tally, slot, count) values ($1, 0, $2)", &[kept.id.into(), count.into()])
        .await?;
    Ok(true)
}

/// Adds what has changed, in one order for everybody, so that two writers never wait for each other.
pub async fn add(conn: &mut Conn, slot: i64, changes: &BTreeMap<i64, i64>) -> Result<(), Fault> {
    let sql = "insert into tally_count (tally, slot, count) values ($1, $2, $3) on conflict (tally, slot) \
               do update set count = tally_count.count + excluded.count";
    for (id, change) in changes {
        conn.execute(sql, &[(*id).into(), slot.into(), (*change).into()]).await?;
    }
    Ok(())
}

pub async fn forget(conn: &mut Conn, id: i64) -> Result<(), Fault> {
    conn.execute("delete from tally_count where tally = $1", &[id.into()]).await?;
    conn.execute("delete from tally where id = $1", &[id.into()]).await.map(drop)
}

/// Forgets all of them; answers how many there were.
pub async fn forget_all(conn: &mut Conn) -> Result<u64, Fault> {
    conn.execute("delete from tally_count", &[]).await?;
    conn.execute("delete from tally", &[]).await
}
