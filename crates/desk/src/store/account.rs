//! Accounts in their table.

use std::collections::HashMap;

use model::{Moment, Role};

use crate::{
    accounts::{Account, AccountRow, Terms},
    rights::Warrant,
    store::{
        db::{Conn, Row, Sql},
        fault::Fault,
        filter::NEVER,
        words::places,
    },
};

/// An account with the hash of its password; '' while none is set.
pub struct Found {
    pub account: Account,
    pub password: String,
}

/// In this order wherever an account is read; `a` is its table.
pub(super) const COLUMNS: &str = "a.id, a.email, a.name, a.roles, a.customer, a.active, a.valid_from, a.valid_until, a.preferences, a.created, a.clauses, a.host";
/// How many columns that are.
pub(super) const WIDTH: usize = 12;

pub(super) fn account(row: &Row) -> Result<Account, Fault> {
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
        terms: Terms { clauses: row.text(10)?.split_whitespace().map(str::to_string).collect(), host: row.text(11)? },
    })
}

pub async fn by_email(conn: &mut Conn, email: &str) -> Result<Option<Found>, Fault> {
    let sql = format!("select {COLUMNS}, a.password from account a where a.email = $1");
    let rows = conn.run(&sql, &[email.into()]).await?;
    rows.first().map(|row| Ok(Found { account: account(row)?, password: row.text(WIDTH)? })).transpose()
}

/// Name by e-mail of those people who have an account, and whether it is closed at this time.
pub async fn names(conn: &mut Conn, people: &[String], now: Moment) -> Result<HashMap<String, (String, bool)>, Fault> {
    let sql = format!("select {COLUMNS} from account a where a.email in ({})", places(0, people.len()));
    let args: Vec<Sql> = people.iter().map(|person| person.as_str().into()).collect();
    let rows = conn.run(&sql, &args).await?;
    let name =
        |row: &Row| account(row).map(|known| (known.email.clone(), (known.name.clone(), !known.is_open_at(now))));
    rows.iter().map(name).collect()
}

pub async fn by_id(conn: &mut Conn, id: i64) -> Result<Option<Account>, Fault> {
    let rows = conn.run(&format!("select {COLUMNS} from account a where a.id = $1"), &[id.into()]).await?;
    rows.first().map(account).transpose()
}

pub async fn all(conn: &mut Conn) -> Result<Vec<AccountRow>, Fault> {
    let sql = format!(
        "select {COLUMNS}, cast(case when a.password = '' then 0 else 1 end as bigint), \
         (select max(s.seen) from session s where s.account = a.id) from account a order by a.name, a.email"
    );
    let row = |row: &Row| {
        let has_password = row.int(WIDTH)? != 0;
        Ok(AccountRow { account: account(row)?, has_password, seen: row.maybe_int(WIDTH + 1)?.map(Moment) })
    };
    conn.run(&sql, &[]).await?.iter().map(row).collect()
}

/// E-mails of open accounts with a role, in the order of their making.
pub async fn with_role(conn: &mut Conn, role: Role, now: Moment) -> Result<Vec<String>, Fault> {
    let entries = conn.dialect().entries("a.roles");
    let sql = format!(
        "select a.email from account a where a.active = 1 and a.valid_from <= $1 and a.valid_until > $1 and \
         exists (select 1 from {entries} where e.value = $2) order by a.id"
    );
    let rows = conn.run(&sql, &[now.0.into(), role.name().into()]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Active accounts with the role of an administrator and a password to sign in with.
pub async fn administrators(conn: &mut Conn, now: Moment) -> Result<i64, Fault> {
    let entries = conn.dialect().entries("a.roles");
    let sql = format!(
        "select count(*) from account a where a.active = 1 and a.password <> '' and a.valid_until > $1 and \
         exists (select 1 from {entries} where e.value = 'administrator')"
    );
    let rows = conn.run(&sql, &[now.0.into()]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

pub async fn insert(conn: &mut Conn, _: &Warrant, account: &Account, password: &str) -> Result<(), Fault> {
    let sql = "insert into account (id, email, name, roles, customer, active, valid_from, valid_until, preferences, clauses, \
               host, password, created) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)";
    let mut args = vec![account.id.into(), account.email.as_str().into()];
    args.extend(values(account));
    args.extend([password.into(), account.created.0.into()]);
    conn.execute(sql, &args).await.map(drop)
}

/// Writes everything of an account but its e-mail and password.
pub async fn update(conn: &mut Conn, _: &Warrant, account: &Account) -> Result<(), Fault> {
    let sql = "update account set name = $2, roles = $3, customer = $4, active = $5, valid_from = $6, valid_until = $7, \
               preferences = $8, clauses = $9, host = $10 where id = $1";
    let mut args = vec![account.id.into()];
    args.extend(values(account));
    conn.execute(sql, &args).await.map(drop)
}

fn values(account: &Account) -> [Sql; 9] {
    let (from, until) = account.window.unwrap_or((Moment(0), Moment(NEVER)));
    let roles = account.roles.iter().map(|role| role.name()).collect::<serde_json::Value>();
    [
        account.name.as_str().into(),
        roles.into(),
        account.customer.as_deref().unwrap_or_default().into(),
        i64::from(account.active).into(),
        from.0.into(),
        until.0.into(),
        serde_json::to_value(&account.preferences).unwrap_or_default().into(),
        account.terms.clauses.join(" ").into(),
        account.terms.host.as_str().into(),
    ]
}

pub async fn set_password(conn: &mut Conn, _: &Warrant, id: i64, hash: &str) -> Result<(), Fault> {
    conn.execute("update account set password = $2 where id = $1", &[id.into(), hash.into()]).await.map(drop)
}
