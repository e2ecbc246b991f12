//! How every requirement stood at the end of days that are over.

use model::Moment;

use crate::store::{db::Conn, fault::Fault};

/// Instants with the states of all requirements as JSON, from one instant on, in order.
pub async fn since(conn: &mut Conn, framework: &str, from: Moment) -> Result<Vec<(Moment, String)>, Fault> {
    let sql = "select at, states from score where framework = $1 and at >= $2 order by at";
    let rows = conn.run(sql, &[framework.into(), from.0.into()]).await?;
    rows.iter().map(|row| Ok((Moment(row.int(0)?), row.text(1)?))).collect()
}

/// Keeps one; another server may have done so already.
pub async fn keep(conn: &mut Conn, framework: &str, at: Moment, states: &str) -> Result<(), Fault> {
    let sql = "insert into score (framework, at, states) values ($1, $2, $3) on conflict (framework, at) do nothing";
    conn.execute(sql, &[framework.into(), at.0.into(), states.into()]).await.map(drop)
}

/// Forgets all: an import told more of the past.
pub async fn forget(conn: &mut Conn) -> Result<(), Fault> {
    conn.execute("delete from score", &[]).await.map(drop)
}
