//! Mailboxes, messages and threads in their tables.

use model::Moment;
use serde_json::Value as Json;

use crate::{
    post::{Mailbox, MessageRow, Messages, Settled, Way},
    rights::Warrant,
    store::{
        db::{Conn, Row, Sql},
        fault::Fault,
        words::places,
    },
};

const MAILBOX: &str = "id, name, address, definition, answers, active, added, polled, validity, seen, error";

fn mailbox(row: &Row) -> Result<Mailbox, Fault> {
    let definition = serde_json::from_value(row.json(3)?);
    Ok(Mailbox {
        id: row.int(0)?,
        name: row.text(1)?,
        address: row.text(2)?,
        definition: definition.map_err(|error| Fault::new(format!("a mailbox cannot be read: {error}")))?,
        answers: row.int(4)? != 0,
        active: row.int(5)? != 0,
        added: Moment(row.int(6)?),
        polled: Some(Moment(row.int(7)?)).filter(|at| at.0 > 0),
        validity: row.int(8)?,
        seen: row.int(9)?,
        error: row.text(10)?,
    })
}

pub async fn mailboxes(conn: &mut Conn) -> Result<Vec<Mailbox>, Fault> {
    let rows = conn.run(&format!("select {MAILBOX} from mailbox order by name"), &[]).await?;
    rows.iter().map(mailbox).collect()
}

pub async fn secret(conn: &mut Conn, id: i64) -> Result<String, Fault> {
    let rows = conn.run("select secret from mailbox where id = $1", &[id.into()]).await?;
    rows.first().map_or(Ok(String::new()), |row| row.text(0))
}

/// Writes a mailbox; `secret` only when a new one is given.
pub async fn save(conn: &mut Conn, _: &Warrant, mailbox: &Mailbox, secret: Option<&str>) -> Result<(), Fault> {
    let definition = serde_json::to_value(&mailbox.definition).unwrap_or(Json::Null);
    let sql = "insert into mailbox (id, name, address, definition, secret, answers, active, added, polled, validity, seen, error) \
               values ($1,$2,$3,$4,'',$5,$6,$7,0,0,0,'') on conflict (id) do update set name = excluded.name, \
               address = excluded.address, definition = excluded.definition, answers = excluded.answers, active = excluded.active";
    let args = [
        mailbox.id.into(),
        mailbox.name.as_str().into(),
        mailbox.address.as_str().into(),
        definition.into(),
        i64::from(mailbox.answers).into(),
        i64::from(mailbox.active).into(),
        mailbox.added.0.into(),
    ];
    conn.execute(sql, &args).await?;
    if let Some(secret) = secret {
        conn.execute("update mailbox set secret = $2 where id = $1", &[mailbox.id.into(), secret.into()]).await?;
    }
    Ok(())
}

/// Remembers how far a mailbox was read and what stood in the way.
pub async fn polled(conn: &mut Conn, id: i64, validity: i64, seen: i64, error: &str, now: Moment) -> Result<(), Fault> {
    let sql = "update mailbox set polled = $2, validity = $3, seen = $4, error = $5 where id = $1";
    conn.execute(sql, &[id.into(), now.0.into(), validity.into(), seen.into(), error.into()]).await.map(drop)
}

/// Whether any mailbox sends at all.
pub async fn answers(conn: &mut Conn) -> Result<bool, Fault> {
    Ok(!conn.run("select id from mailbox where answers = 1 and active = 1 limit 1", &[]).await?.is_empty())
}

const MESSAGE: &str =
    "id, mailbox, way, identity, outcome, reason, sender, recipient, subject, number, at, size, blob, automatic";

fn message(row: &Row) -> Result<MessageRow, Fault> {
    Ok(MessageRow {
        id: row.int(0)?,
        mailbox: row.int(1)?,
        way: if row.text(2)? == Way::Out.name() { Way::Out } else { Way::In },
        identity: row.text(3)?,
        outcome: row.text(4)?,
        reason: row.text(5)?,
        sender: row.text(6)?,
        recipient: row.text(7)?,
        subject: row.text(8)?,
        number: row.text(9)?,
        at: Moment(row.int(10)?),
        size: row.int(11)?,
        blob: row.text(12)?,
        automatic: row.int(13)? != 0,
    })
}

/// Keeps a message with its bytes. `false` when it is there already.
pub async fn add(conn: &mut Conn, row: &MessageRow, raw: Vec<u8>) -> Result<bool, Fault> {
    let sql = "insert into blob (hash, bytes) values ($1, $2) on conflict (hash) do nothing";
    conn.execute(sql, &[row.blob.as_str().into(), Sql::Bytes(raw)]).await?;
    let sql = format!(
        "insert into message ({MESSAGE}) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14) on conflict do nothing"
    );
    let args = [
        row.id.into(),
        row.mailbox.into(),
        row.way.name().into(),
        row.identity.as_str().into(),
        row.outcome.as_str().into(),
        row.reason.as_str().into(),
        row.sender.as_str().into(),
        row.recipient.as_str().into(),
        row.subject.as_str().into(),
        row.number.as_str().into(),
        row.at.0.into(),
        row.size.into(),
        row.blob.as_str().into(),
        i64::from(row.automatic).into(),
    ];
    Ok(conn.execute(&sql, &args).await? > 0)
}

/// Another word on what became of a message.
pub async fn settle(conn: &mut Conn, id: i64, settled: &Settled) -> Result<(), Fault> {
    let sql = "update message set outcome = $2, reason = $3, number = $4 where id = $1";
    let args =
        [id.into(), settled.outcome.as_str().into(), settled.reason.as_str().into(), settled.number.as_str().into()];
    conn.execute(sql, &args).await.map(drop)
}

pub async fn find(conn: &mut Conn, mailbox: i64, way: Way, identity: &str) -> Result<Option<MessageRow>, Fault> {
    let sql = format!("select {MESSAGE} from message where mailbox = $1 and way = $2 and identity = $3");
    let rows = conn.run(&sql, &[mailbox.into(), way.name().into(), identity.into()]).await?;
    rows.first().map(message).transpose()
}

pub async fn by_id(conn: &mut Conn, id: i64) -> Result<Option<MessageRow>, Fault> {
    let rows = conn.run(&format!("select {MESSAGE} from message where id = $1"), &[id.into()]).await?;
    rows.first().map(message).transpose()
}

/// Whether a message of ours had this Message-ID.
pub async fn is_ours(conn: &mut Conn, identity: &str) -> Result<bool, Fault> {
    let sql = "select id from message where identity = $1 and way = 'out' limit 1";
    Ok(!conn.run(sql, &[identity.into()]).await?.is_empty())
}

/// How many messages came from a sender, or went to a recipient by a machine, since an instant.
pub async fn recent(conn: &mut Conn, way: Way, address: &str, since: Moment) -> Result<i64, Fault> {
    let sql = match way {
        Way::In => "select count(*) from message where sender = $1 and at >= $2 and way = 'in'",
        Way::Out => {
            "select count(*) from message where recipient = $1 and at >= $2 and way = 'out' and automatic = 1 and outcome <> 'held'"
        }
    };
    let rows = conn.run(sql, &[address.into(), since.0.into()]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// Why messages to an address come back: what a server said of the last one that did, unless somebody has written from there
/// since.
pub async fn comes_back(conn: &mut Conn, address: &str) -> Result<Option<String>, Fault> {
    let sql = "select reason from message where recipient = $1 and way = 'out' and outcome = 'bounced' and id > \
               coalesce((select max(id) from message where sender = $1 and way = 'in' and outcome in ('new', 'follow_up')), 0) \
               order by id desc limit 1";
    conn.run(sql, &[address.into()]).await?.first().map(|row| row.text(0)).transpose()
}

/// Whether somebody has written to a record by mail before.
pub async fn has_written(conn: &mut Conn, number: &str, sender: &str) -> Result<bool, Fault> {
    let sql = "select id from message where number = $1 and sender = $2 and outcome in ('new', 'follow_up') limit 1";
    Ok(!conn.run(sql, &[number.into(), sender.into()]).await?.is_empty())
}

/// The record that Message-IDs belong to: that of the same mailbox before that of another one, the newest first.
pub async fn thread_of(conn: &mut Conn, mailbox: i64, identities: &[String]) -> Result<Option<String>, Fault> {
    if identities.is_empty() {
        return Ok(None);
    }
    let sql = format!(
        "select t.number from thread t join record r on r.number = t.number where t.identity in ({}) \
         order by case when t.mailbox = $1 then 0 else 1 end, r.id desc limit 1",
        places(1, identities.len())
    );
    let mut args: Vec<Sql> = vec![mailbox.into()];
    args.extend(identities.iter().map(|identity| identity.as_str().into()));
    let rows = conn.run(&sql, &args).await?;
    rows.first().map(|row| row.text(0)).transpose()
}

pub async fn add_thread(conn: &mut Conn, mailbox: i64, number: &str, identities: &[String]) -> Result<(), Fault> {
    for identity in identities {
        let sql = "insert into thread (identity, mailbox, number) values ($1, $2, $3) on conflict do nothing";
        conn.execute(sql, &[identity.as_str().into(), mailbox.into(), number.into()]).await?;
    }
    Ok(())
}

/// The messages of a record, oldest first.
pub async fn of_record(conn: &mut Conn, number: &str, most: i64) -> Result<Vec<MessageRow>, Fault> {
    let sql = format!("select {MESSAGE} from message where number = $1 order by id limit $2");
    conn.run(&sql, &[number.into(), most.into()]).await?.iter().map(message).collect()
}

/// The messages that came for a record and became part of it, newest first.
pub async fn came_for(conn: &mut Conn, number: &str, most: i64) -> Result<Vec<MessageRow>, Fault> {
    let sql = format!("select {MESSAGE} from message where number = $1 and way = 'in' order by id desc limit $2");
    conn.run(&sql, &[number.into(), most.into()]).await?.iter().map(message).collect()
}

/// Messages as administrators look for them, newest first.
pub async fn list(conn: &mut Conn, wanted: &Messages, most: i64) -> Result<Vec<MessageRow>, Fault> {
    let mut args: Vec<Sql> = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    let mut bind = |value: Sql| {
        args.push(value);
        format!("${}", args.len())
    };
    if let Some(before) = wanted.before {
        parts.push(format!("id < {}", bind(before.into())));
    }
    if !wanted.outcome.is_empty() {
        parts.push(format!("outcome = {}", bind(wanted.outcome.as_str().into())));
    }
    if let Some(mailbox) = wanted.mailbox {
        parts.push(format!("mailbox = {}", bind(mailbox.into())));
    }
    if !wanted.words.is_empty() {
        let like = format!("%{}%", wanted.words.to_lowercase().replace(['%', '_', '\\'], ""));
        let like = bind(like.into());
        let columns = ["sender", "recipient", "subject", "number", "identity"];
        let tests: Vec<String> = columns.iter().map(|column| format!("lower({column}) like {like}")).collect();
        parts.push(format!("({})", tests.join(" or ")));
    }
    let condition = if parts.is_empty() { "1 = 1".to_string() } else { parts.join(" and ") };
    let sql = format!("select {MESSAGE} from message where {condition} order by id desc limit {most}");
    conn.run(&sql, &args).await?.iter().map(message).collect()
}

/// How many messages there are by outcome.
pub async fn counts(conn: &mut Conn) -> Result<Vec<(String, i64)>, Fault> {
    let rows = conn.run("select outcome, count(*) from message group by outcome order by outcome", &[]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
}
