//! Accounts, sessions and tokens in their tables.

use model::{Moment, Role};

use crate::{
    accounts::{Account, Session, TokenScope},
    store::{
        db::{Conn, Row},
        fault::Fault,
        filter::NEVER,
    },
};

/// A token as it is found by its digest.
pub struct Token {
    pub id: i64,
    pub scope: TokenScope,
    pub used: Moment,
    pub expires: Moment,
}

/// In this order wherever an account is read; `a` is its table.
const ACCOUNT: &str =
    "a.id, a.email, a.name, a.roles, a.customer, a.active, a.valid_from, a.valid_until, a.preferences, a.created";
/// How many columns that are.
const WIDTH: usize = 10;

fn account(row: &Row) -> Result<Account, Fault> {
    let roles = row.json(3)?;
    let roles = roles.as_array().map(Vec::as_slice).unwrap_or_default();
    let (from, until) = (row.int(6)?, row.int(7)?);
    Ok(Account {
        id: row.int(0)?,
        email: row.text(1)?,
        name: row.text(2)?,
        roles: roles.iter().filter_map(|role| Role::parse(role.as_str()?)).collect(),
        customer: Some(row.text(4)?).filter(|customer| !customer.is_empty()),
        active: row.int(5)? != 0,
        window: (from > 0 || until < NEVER).then_some((Moment(from), Moment(until))),
        preferences: serde_json::from_value(row.json(8)?).unwrap_or_default(),
        created: Moment(row.int(9)?),
    })
}

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
    let sql = format!(
        "select {ACCOUNT}, s.token, s.account, s.created, s.seen, s.expires, s.address, s.agent from session s \
         join account a on a.id = s.account where s.token = $1"
    );
    let rows = conn.run(&sql, &[digest.into()]).await?;
    rows.first().map(|row| Ok((account(row)?, session(row, WIDTH)?))).transpose()
}

pub async fn seen(conn: &mut Conn, digest: &str, now: Moment) -> Result<(), Fault> {
    conn.execute("update session set seen = $2 where token = $1", &[digest.into(), now.0.into()]).await.map(drop)
}

pub async fn by_token(conn: &mut Conn, digest: &str) -> Result<Option<(Account, Token)>, Fault> {
    let sql = format!(
        "select {ACCOUNT}, t.id, t.scope, t.used, t.expires from token t join account a on a.id = t.account where t.hash = $1"
    );
    let rows = conn.run(&sql, &[digest.into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    // A scope that nobody knows gives the least.
    let scope = TokenScope::parse(&row.text(WIDTH + 1)?).unwrap_or(TokenScope::Read);
    let token =
        Token { id: row.int(WIDTH)?, scope, used: Moment(row.int(WIDTH + 2)?), expires: Moment(row.int(WIDTH + 3)?) };
    Ok(Some((account(row)?, token)))
}

pub async fn used(conn: &mut Conn, id: i64, now: Moment) -> Result<(), Fault> {
    conn.execute("update token set used = $2 where id = $1", &[id.into(), now.0.into()]).await.map(drop)
}
