//! Links to approvals in their table, by digest.

use model::Moment;

use crate::{
    decide::ApprovalLink,
    rights::Warrant,
    store::{db::Conn, fault::Fault},
};

/// A link; an earlier one for the same person and record ends.
pub async fn add(conn: &mut Conn, _: &Warrant, link: &ApprovalLink) -> Result<(), Fault> {
    let args = [link.number.as_str().into(), link.approver.as_str().into()];
    conn.execute("delete from approval_link where number = $1 and approver = $2", &args).await?;
    let sql = "insert into approval_link (hash, number, approver, expires) values ($1,$2,$3,$4)";
    let args =
        [link.hash.as_str().into(), link.number.as_str().into(), link.approver.as_str().into(), link.expires.0.into()];
    conn.execute(sql, &args).await.map(drop)
}

pub async fn find(conn: &mut Conn, hash: &str) -> Result<Option<ApprovalLink>, Fault> {
    let sql = "select number, approver, expires from approval_link where hash = $1";
    let rows = conn.run(sql, &[hash.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (number, approver, expires) = (row.text(0)?, row.text(1)?, Moment(row.int(2)?));
    Ok(Some(ApprovalLink { hash: hash.into(), number, approver, expires }))
}

/// Whether it was there to be taken.
pub async fn take(conn: &mut Conn, hash: &str) -> Result<bool, Fault> {
    Ok(conn.execute("delete from approval_link where hash = $1", &[hash.into()]).await? > 0)
}

/// Removes what nobody can use any more.
pub async fn sweep(conn: &mut Conn, now: Moment) -> Result<(), Fault> {
    conn.execute("delete from approval_link where expires <= $1", &[now.0.into()]).await.map(drop)
}
