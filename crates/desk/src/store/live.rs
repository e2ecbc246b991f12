//! What was written since one last looked, and who looks at what on the other servers.

use model::{Catalog, Entry, Moment};
use serde_json::Value as Json;

use crate::store::{
    db::{Conn, Sql},
    fault::Fault,
    journal,
    words::places,
};

/// Entries after `last`, and those of `gaps`, in their order. `None` stands for an entry of no record.
pub async fn since(
    conn: &mut Conn,
    catalog: &Catalog,
    last: i64,
    gaps: &[i64],
    most: i64,
) -> Result<Vec<(i64, Option<Entry>)>, Fault> {
    let late = if gaps.is_empty() { String::new() } else { format!(" or seq in ({})", places(2, gaps.len())) };
    let sql = format!("select {} from journal where seq > $1{late} order by seq limit $2", journal::COLUMNS);
    let mut args: Vec<Sql> = vec![last.into(), most.into()];
    args.extend(gaps.iter().map(|gap| Sql::Int(*gap)));
    let rows = conn.run(&sql, &args).await?;
    rows.iter().map(|row| Ok((row.int(0)?, journal::entry(row, catalog)?))).collect()
}

/// The newest entry that was written down before an instant; 0 where there is none.
pub async fn last_before(conn: &mut Conn, at: Moment) -> Result<i64, Fault> {
    let sql =
        "select coalesce((select seq from journal where recorded < $1 order by recorded desc, seq desc limit 1), 0)";
    let rows = conn.run(sql, &[at.0.into()]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// Tells the other servers who is here until when.
pub async fn tell_presence(conn: &mut Conn, server: i64, until: Moment, people: Json) -> Result<(), Fault> {
    let sql = "insert into presence (server, until, people) values ($1, $2, $3) on conflict (server) \
               do update set until = excluded.until, people = excluded.people";
    conn.execute(sql, &[server.into(), until.0.into(), people.into()]).await?;
    conn.execute("delete from presence where until < $1", &[until.minus(3_600_000).0.into()]).await.map(drop)
}

/// What the other servers have told that still holds.
pub async fn presence(conn: &mut Conn, server: i64, now: Moment) -> Result<Vec<Json>, Fault> {
    let rows = conn
        .run(
            "select people from presence where server <> $1 and until > $2 order by server",
            &[server.into(), now.0.into()],
        )
        .await?;
    rows.iter().map(|row| row.json(0)).collect()
}
