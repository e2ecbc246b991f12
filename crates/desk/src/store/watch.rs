//! Who watches which record, and who was named on it, in their tables.

use std::collections::{HashMap, HashSet};

use model::{Moment, RecordId};

use crate::{
    accounts::Account,
    rights::Warrant,
    store::{
        account,
        db::{Conn, Sql},
        fault::Fault,
        words::places,
    },
};

/// A mention that its person has not put aside.
pub struct Waiting {
    pub id: i64,
    pub record: i64,
    pub version: i64,
    pub at: Moment,
}

/// Begins or ends watching; whether that changed anything.
pub async fn set(
    conn: &mut Conn,
    _: &Warrant,
    record: RecordId,
    person: &str,
    on: bool,
    now: Moment,
) -> Result<bool, Fault> {
    let done = if on {
        let sql = "insert into watch (record, person, since) values ($1,$2,$3) on conflict do nothing";
        conn.execute(sql, &[record.0.into(), person.into(), now.0.into()]).await?
    } else {
        let sql = "delete from watch where record = $1 and person = $2";
        conn.execute(sql, &[record.0.into(), person.into()]).await?
    };
    Ok(done > 0)
}

/// Who watches some records, each list in the order of addresses.
pub async fn of_records(conn: &mut Conn, records: &[i64]) -> Result<HashMap<i64, Vec<String>>, Fault> {
    let mut found: HashMap<i64, Vec<String>> = HashMap::new();
    for chunk in records.chunks(200) {
        // Few different texts: powers of two.
        let wanted = chunk.len().next_power_of_two();
        let args: Vec<Sql> =
            chunk.iter().chain(chunk.last().into_iter().cycle()).take(wanted).map(|id| (*id).into()).collect();
        let sql =
            format!("select record, person from watch where record in ({}) order by record, person", places(0, wanted));
        for row in conn.run(&sql, &args).await? {
            found.entry(row.int(0)?).or_default().push(row.text(1)?);
        }
    }
    Ok(found)
}

/// Who watches the record of a number.
pub async fn of_number(conn: &mut Conn, number: &str) -> Result<Vec<String>, Fault> {
    let sql = "select w.person from record r join watch w on w.record = r.id where r.number = $1 order by w.person";
    conn.run(sql, &[number.into()]).await?.iter().map(|row| row.text(0)).collect()
}

/// Numbers of what a person watches, that which they began with last first.
pub async fn by_person(conn: &mut Conn, person: &str, most: i64) -> Result<Vec<String>, Fault> {
    let sql = "select r.number from watch w join record r on r.id = w.record where w.person = $1 \
               order by w.since desc, r.number limit $2";
    conn.run(sql, &[person.into(), most.into()]).await?.iter().map(|row| row.text(0)).collect()
}

/// Accounts that a name may stand for: by the whole address, by what stands before its sign, or by the first word of that.
pub async fn accounts_named(conn: &mut Conn, name: &str, most: i64) -> Result<Vec<Account>, Fault> {
    let plain = name.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let sql = format!(
        "select {} from account a where a.email = $1 or a.email like $2 escape '\\' or a.email like $3 escape '\\' \
         order by a.email limit $4",
        account::COLUMNS
    );
    let args = [name.into(), format!("{plain}@%").into(), format!("{plain}.%@%").into(), most.into()];
    conn.run(&sql, &args).await?.iter().map(account::account).collect()
}

/// Writes down that somebody was named.
pub async fn add_mention(conn: &mut Conn, person: &str, mention: &Waiting) -> Result<(), Fault> {
    let sql = "insert into mention (id, record, version, at, person, done) values ($1,$2,$3,$4,$5,0) \
               on conflict do nothing";
    let args = [mention.id.into(), mention.record.into(), mention.version.into(), mention.at.0.into(), person.into()];
    conn.execute(sql, &args).await.map(drop)
}

/// What waits for a person, newest first.
pub async fn waiting(conn: &mut Conn, person: &str, most: i64) -> Result<Vec<Waiting>, Fault> {
    let sql = "select id, record, version, at from mention where person = $1 and done = 0 order by id desc limit $2";
    let rows = conn.run(sql, &[person.into(), most.into()]).await?;
    let waiting = |row: &crate::store::db::Row| {
        Ok(Waiting { id: row.int(0)?, record: row.int(1)?, version: row.int(2)?, at: Moment(row.int(3)?) })
    };
    rows.iter().map(waiting).collect()
}

/// Who has a mention on a record waiting since then.
pub async fn waiting_on(conn: &mut Conn, record: i64, since: Moment) -> Result<HashSet<String>, Fault> {
    let sql = "select distinct person from mention where record = $1 and done = 0 and at > $2";
    conn.run(sql, &[record.into(), since.0.into()]).await?.iter().map(|row| row.text(0)).collect()
}

/// Puts a mention aside; `false` where it is nobody's or somebody else's.
pub async fn put_aside(conn: &mut Conn, _: &Warrant, id: i64, person: &str, now: Moment) -> Result<bool, Fault> {
    let sql = "update mention set done = $3 where id = $1 and person = $2 and done = 0";
    Ok(conn.execute(sql, &[id.into(), person.into(), now.0.into()]).await? > 0)
}

/// Who was named by a version of a record.
pub async fn named_by(conn: &mut Conn, number: &str, version: i64) -> Result<Vec<String>, Fault> {
    let sql = "select m.person from record r join mention m on m.record = r.id where r.number = $1 and m.version = $2 \
               order by m.person";
    conn.run(sql, &[number.into(), version.into()]).await?.iter().map(|row| row.text(0)).collect()
}
