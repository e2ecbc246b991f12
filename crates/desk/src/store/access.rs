//! Sessions, tokens and invitations in their tables: what opens an account, by digest.

use model::Moment;

use crate::{
    accounts::{Account, Invitation, Session, Token, TokenScope},
    store::{
        account::{COLUMNS, WIDTH, account},
        db::{Conn, Row},
        fault::Fault,
    },
};

const SESSION: &str = "s.token, s.account, s.created, s.seen, s.expires, s.address, s.agent";

fn session(row: &Row, at: usize) -> Result<Session, Fault> {
    Ok(Session {
        digest: row.text(at)?,
        account: row.int(at + 1)?,
        created: Moment(row.int(at + 2)?),
        seen: Moment(row.int(at + 3)?),
        expires: Moment(row.int(at + 4)?),
        address: row.text(at + 5)?,
        agent: row.text(at + 6)?,
    })
}

pub async fn by_session(conn: &mut Conn, digest: &str) -> Result<Option<(Account, Session)>, Fault> {
    let sql =
        format!("select {COLUMNS}, {SESSION} from session s join account a on a.id = s.account where s.token = $1");
    let rows = conn.run(&sql, &[digest.into()]).await?;
    rows.first().map(|row| Ok((account(row)?, session(row, WIDTH)?))).transpose()
}

pub async fn sessions_of(conn: &mut Conn, account: i64) -> Result<Vec<Session>, Fault> {
    let sql = format!("select {SESSION} from session s where s.account = $1 order by s.seen desc, s.token");
    conn.run(&sql, &[account.into()]).await?.iter().map(|row| session(row, 0)).collect()
}

pub async fn add_session(conn: &mut Conn, session: &Session) -> Result<(), Fault> {
    let sql =
        "insert into session (token, account, created, seen, expires, address, agent) values ($1,$2,$3,$4,$5,$6,$7)";
    let args = [
        session.digest.as_str().into(),
        session.account.into(),
        session.created.0.into(),
        session.seen.0.into(),
        session.expires.0.into(),
        session.address.as_str().into(),
        session.agent.as_str().into(),
    ];
    conn.execute(sql, &args).await.map(drop)
}

pub async fn seen(conn: &mut Conn, digest: &str, now: Moment) -> Result<(), Fault> {
    conn.execute("update session set seen = $2 where token = $1", &[digest.into(), now.0.into()]).await.map(drop)
}

pub async fn end_session(conn: &mut Conn, digest: &str) -> Result<(), Fault> {
    conn.execute("delete from session where token = $1", &[digest.into()]).await.map(drop)
}

/// Ends all sessions of an account but one; '' keeps none.
pub async fn end_sessions(conn: &mut Conn, account: i64, kept: &str) -> Result<(), Fault> {
    let sql = "delete from session where account = $1 and token <> $2";
    conn.execute(sql, &[account.into(), kept.into()]).await.map(drop)
}

/// What opens an account opens it no longer than until then.
pub async fn end_by(conn: &mut Conn, account: i64, until: Moment) -> Result<(), Fault> {
    for table in ["session", "token"] {
        let sql = format!("update {table} set expires = $2 where account = $1 and expires > $2");
        conn.execute(&sql, &[account.into(), until.0.into()]).await?;
    }
    Ok(())
}

const TOKEN: &str = "t.id, t.account, t.name, t.scope, t.created, t.used, t.expires";

fn token(row: &Row, at: usize) -> Result<Token, Fault> {
    let used = row.int(at + 5)?;
    Ok(Token {
        id: row.int(at)?,
        account: row.int(at + 1)?,
        name: row.text(at + 2)?,
        // A scope that nobody knows gives the least.
        scope: TokenScope::parse(&row.text(at + 3)?).unwrap_or(TokenScope::Read),
        created: Moment(row.int(at + 4)?),
        used: (used > 0).then_some(Moment(used)),
        expires: Moment(row.int(at + 6)?),
    })
}

pub async fn by_token(conn: &mut Conn, digest: &str) -> Result<Option<(Account, Token)>, Fault> {
    let sql = format!("select {COLUMNS}, {TOKEN} from token t join account a on a.id = t.account where t.hash = $1");
    let rows = conn.run(&sql, &[digest.into()]).await?;
    rows.first().map(|row| Ok((account(row)?, token(row, WIDTH)?))).transpose()
}

pub async fn tokens_of(conn: &mut Conn, account: i64) -> Result<Vec<Token>, Fault> {
    let sql = format!("select {TOKEN} from token t where t.account = $1 order by t.id desc");
    conn.run(&sql, &[account.into()]).await?.iter().map(|row| token(row, 0)).collect()
}

pub async fn add_token(conn: &mut Conn, token: &Token, hash: &str) -> Result<(), Fault> {
    let sql =
        "insert into token (id, account, name, hash, scope, created, used, expires) values ($1,$2,$3,$4,$5,$6,0,$7)";
    let args = [
        token.id.into(),
        token.account.into(),
        token.name.as_str().into(),
        hash.into(),
        token.scope.name().into(),
        token.created.0.into(),
        token.expires.0.into(),
    ];
    conn.execute(sql, &args).await.map(drop)
}

pub async fn used(conn: &mut Conn, id: i64, now: Moment) -> Result<(), Fault> {
    conn.execute("update token set used = $2 where id = $1", &[id.into(), now.0.into()]).await.map(drop)
}

pub async fn remove_token(conn: &mut Conn, id: i64) -> Result<(), Fault> {
    conn.execute("delete from token where id = $1", &[id.into()]).await.map(drop)
}

/// A link; earlier ones for the same account (or for the first start, account 0) end.
pub async fn add_invitation(conn: &mut Conn, invitation: &Invitation) -> Result<(), Fault> {
    let account = invitation.account.unwrap_or_default();
    conn.execute("delete from invitation where account = $1", &[account.into()]).await?;
    let purpose = if invitation.account.is_some() { "password" } else { "first" };
    let sql = "insert into invitation (hash, purpose, account, expires) values ($1,$2,$3,$4)";
    let args = [invitation.hash.as_str().into(), purpose.into(), account.into(), invitation.expires.0.into()];
    conn.execute(sql, &args).await.map(drop)
}

pub async fn invitation(conn: &mut Conn, hash: &str) -> Result<Option<Invitation>, Fault> {
    let rows = conn.run("select account, expires from invitation where hash = $1", &[hash.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let account = Some(row.int(0)?).filter(|id| *id != 0);
    Ok(Some(Invitation { hash: hash.into(), account, expires: Moment(row.int(1)?) }))
}

/// Whether it was there to be taken.
pub async fn take_invitation(conn: &mut Conn, hash: &str) -> Result<bool, Fault> {
    Ok(conn.execute("delete from invitation where hash = $1", &[hash.into()]).await? > 0)
}

/// Removes what can open nothing any more: rows of sessions unused since `idle`, and links and sessions that expired.
pub async fn sweep(conn: &mut Conn, now: Moment, idle: Moment) -> Result<(), Fault> {
    conn.execute("delete from session where expires <= $1 or seen <= $2", &[now.0.into(), idle.0.into()]).await?;
    conn.execute("delete from invitation where expires <= $1", &[now.0.into()]).await.map(drop)
}
