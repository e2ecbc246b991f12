//! Commands that came with a key of their own, so that the same one twice is done once.

use model::Moment;

use crate::store::{db::Conn, fault::Fault};

/// What became of the command behind a key.
pub struct Kept {
    pub digest: String,
    pub kind: String,
    pub number: String,
    pub version: i64,
    pub outcome: String,
}

/// Takes the key for this transaction; `false` when somebody has it. Waits for another transaction that is about to.
pub async fn claim(conn: &mut Conn, actor: &str, key: &str, digest: &str, now: Moment) -> Result<bool, Fault> {
    let sql = "insert into idempotency (actor, key, digest, kind, number, version, outcome, at) \
               values ($1,$2,$3,'','',0,'',$4) on conflict (actor, key) do nothing";
    Ok(conn.execute(sql, &[actor.into(), key.into(), digest.into(), now.0.into()]).await? > 0)
}

pub async fn find(conn: &mut Conn, actor: &str, key: &str) -> Result<Option<Kept>, Fault> {
    let sql = "select digest, kind, number, version, outcome from idempotency where actor = $1 and key = $2";
    let rows = conn.run(sql, &[actor.into(), key.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Kept {
        digest: row.text(0)?,
        kind: row.text(1)?,
        number: row.text(2)?,
        version: row.int(3)?,
        outcome: row.text(4)?,
    }))
}

/// Whether something came under a key since an instant.
pub async fn is_known(conn: &mut Conn, actor: &str, key: &str, since: Moment) -> Result<bool, Fault> {
    let sql = "select version from idempotency where actor = $1 and key = $2 and at > $3";
    Ok(!conn.run(sql, &[actor.into(), key.into(), since.0.into()]).await?.is_empty())
}

pub async fn settle(conn: &mut Conn, actor: &str, key: &str, kept: &Kept) -> Result<(), Fault> {
    let sql = "update idempotency set kind = $3, number = $4, version = $5, outcome = $6 where actor = $1 and key = $2";
    let args = [
        actor.into(),
        key.into(),
        kept.kind.as_str().into(),
        kept.number.as_str().into(),
        kept.version.into(),
        kept.outcome.as_str().into(),
    ];
    conn.execute(sql, &args).await.map(drop)
}

/// Forgets one key that is too old, or all of them.
pub async fn forget(conn: &mut Conn, one: Option<(&str, &str)>, before: Moment) -> Result<(), Fault> {
    let Some((actor, key)) = one else {
        return conn.execute("delete from idempotency where at <= $1", &[before.0.into()]).await.map(drop);
    };
    let sql = "delete from idempotency where at <= $1 and actor = $2 and key = $3";
    conn.execute(sql, &[before.0.into(), actor.into(), key.into()]).await.map(drop)
}
