//! Sources, alerts and events in their tables.

use std::collections::HashMap;

use events::{Alert, decide::Found};
use model::{Catalog, Moment, Phase};
use serde_json::Value as Json;

use crate::{
    monitoring::{EventRow, Events, Source, Trouble},
    rights::Warrant,
    store::{
        db::{Conn, Row, Sql},
        fault::Fault,
        words::{placeholders, places},
    },
};

const SOURCE: &str = "id, name, slug, policy, active, added, heard";

fn source(row: &Row) -> Result<Source, Fault> {
    let policy = serde_json::from_value(row.json(3)?);
    Ok(Source {
        id: row.int(0)?,
        name: row.text(1)?,
        slug: row.text(2)?,
        policy: policy.map_err(|error| Fault::new(format!("a source of events cannot be read: {error}")))?,
        active: row.int(4)? != 0,
        added: Moment(row.int(5)?),
        heard: Some(Moment(row.int(6)?)).filter(|at| at.0 > 0),
    })
}

pub async fn sources(conn: &mut Conn) -> Result<Vec<Source>, Fault> {
    let rows = conn.run(&format!("select {SOURCE} from event_source order by name"), &[]).await?;
    rows.iter().map(source).collect()
}

pub async fn by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Source>, Fault> {
    let rows = conn.run(&format!("select {SOURCE} from event_source where slug = $1"), &[slug.into()]).await?;
    rows.first().map(source).transpose()
}

pub async fn by_id(conn: &mut Conn, id: i64) -> Result<Option<Source>, Fault> {
    let rows = conn.run(&format!("select {SOURCE} from event_source where id = $1"), &[id.into()]).await?;
    rows.first().map(source).transpose()
}

pub async fn save(conn: &mut Conn, _: &Warrant, source: &Source) -> Result<(), Fault> {
    let policy = serde_json::to_value(&source.policy).unwrap_or(Json::Null);
    let sql = "insert into event_source (id, name, slug, policy, active, added, heard) values ($1,$2,$3,$4,$5,$6,0) \
               on conflict (id) do update set name = excluded.name, slug = excluded.slug, policy = excluded.policy, \
               active = excluded.active";
    let args = [
        source.id.into(),
        source.name.as_str().into(),
        source.slug.as_str().into(),
        policy.into(),
        i64::from(source.active).into(),
        source.added.0.into(),
    ];
    conn.execute(sql, &args).await.map(drop)
}

/// Remembers that a source was heard.
pub async fn heard(conn: &mut Conn, id: i64, now: Moment) -> Result<(), Fault> {
    conn.execute("update event_source set heard = $2 where id = $1", &[id.into(), now.0.into()]).await.map(drop)
}

const ALERT: &str = "source, key, number, title, severity, firing, first, last, state";

fn trouble(row: &Row) -> Result<Trouble, Fault> {
    let alert: Result<Alert, _> = serde_json::from_value(row.json(8)?);
    Ok(Trouble {
        source: row.int(0)?,
        key: row.text(1)?,
        title: row.text(3)?,
        severity: row.text(4)?,
        first: Moment(row.int(6)?),
        last: Moment(row.int(7)?),
        alert: alert.map_err(|error| Fault::new(format!("an alert cannot be read: {error}")))?,
    })
}

/// What is known of some troubles of a source, held against others until this transaction ends. `keys` stand in order, so
/// that two deliveries never wait for each other.
pub async fn lock(conn: &mut Conn, source: i64, keys: &[String]) -> Result<HashMap<String, Trouble>, Fault> {
    let mut found = HashMap::with_capacity(keys.len());
    for chunk in keys.chunks(200) {
        let wanted = chunk.len().next_power_of_two();
        let mut args: Vec<Sql> = vec![source.into()];
        args.extend(chunk.iter().chain(chunk.last().into_iter().cycle()).take(wanted).map(|key| key.as_str().into()));
        let sql = format!(
            "select {ALERT} from alert where source = $1 and key in ({}) order by key{{lock}}",
            places(1, wanted)
        );
        let sql = conn.dialect().words(&sql);
        for row in conn.run(&sql, &args).await? {
            let trouble = trouble(&row)?;
            found.insert(trouble.key.clone(), trouble);
        }
    }
    Ok(found)
}

/// Puts rows where there are none. Of two deliveries at once the second one waits here and finds what the first one wrote.
pub async fn claim(conn: &mut Conn, source: i64, keys: &[String], now: Moment) -> Result<(), Fault> {
    for key in keys {
        let sql = format!("insert into alert ({ALERT}) values ($1,$2,'','','',0,$3,$3,$4) on conflict do nothing");
        let args = [source.into(), key.as_str().into(), now.0.into(), Json::Object(serde_json::Map::new()).into()];
        conn.execute(&sql, &args).await?;
    }
    Ok(())
}

pub async fn set(conn: &mut Conn, trouble: &Trouble) -> Result<(), Fault> {
    let sql = "update alert set number = $3, title = $4, severity = $5, firing = $6, last = $7, state = $8 \
               where source = $1 and key = $2";
    let args = [
        trouble.source.into(),
        trouble.key.as_str().into(),
        trouble.alert.number.as_str().into(),
        trouble.title.as_str().into(),
        trouble.severity.as_str().into(),
        (trouble.alert.members.len() as i64).into(),
        trouble.last.0.into(),
        serde_json::to_value(&trouble.alert).unwrap_or(Json::Null).into(),
    ];
    conn.execute(sql, &args).await.map(drop)
}

/// How the records of some troubles stand, without holding them.
pub async fn found(conn: &mut Conn, catalog: &Catalog, numbers: &[String]) -> Result<HashMap<String, Found>, Fault> {
    let mut all = HashMap::with_capacity(numbers.len());
    for chunk in numbers.chunks(200) {
        let wanted = chunk.len().next_power_of_two();
        let args: Vec<Sql> =
            chunk.iter().chain(chunk.last().into_iter().cycle()).take(wanted).map(|n| n.as_str().into()).collect();
        let sql =
            format!("select number, kind, state, owner, changed from record where number in ({})", places(0, wanted));
        for row in conn.run(&sql, &args).await? {
            let Some(kind) = catalog.find(&row.text(1)?) else { continue };
            let (state, owner) = (row.text(2)?, row.text(3)?);
            let back = kind.monitored.map(|of| of.back);
            let found = Found {
                is_open: kind.phase(&state) != Phase::Done,
                may_reopen: back.is_some_and(|back| kind.lifecycle.step_to(&state, back).is_some()),
                is_touched: !owner.is_empty(),
                changed: Moment(row.int(4)?),
            };
            all.insert(row.text(0)?, found);
        }
    }
    Ok(all)
}

/// The troubles of a record, those that fire first.
pub async fn of_record(conn: &mut Conn, number: &str, most: i64) -> Result<Vec<Trouble>, Fault> {
    let sql = format!(
        "select {ALERT} from alert where number = $1 and number <> '' order by firing desc, last desc, key limit $2"
    );
    conn.run(&sql, &[number.into(), most.into()]).await?.iter().map(trouble).collect()
}

const EVENT: &str =
    "id, source, alert, delivery, outcome, reason, number, title, severity, standing, brought_by, at, body";

fn event(row: &Row) -> Result<EventRow, Fault> {
    Ok(EventRow {
        id: row.int(0)?,
        source: row.int(1)?,
        alert: row.text(2)?,
        delivery: row.text(3)?,
        outcome: row.text(4)?,
        reason: row.text(5)?,
        number: row.text(6)?,
        title: row.text(7)?,
        severity: row.text(8)?,
        standing: row.text(9)?,
        brought_by: row.text(10)?,
        at: Moment(row.int(11)?),
        body: row.json(12)?,
    })
}

/// Keeps events, each once.
pub async fn add(conn: &mut Conn, rows: &[EventRow]) -> Result<(), Fault> {
    for chunk in rows.chunks(20) {
        // Few different texts: one row, or twenty.
        let sizes = if chunk.len() == 20 { vec![20] } else { vec![1; chunk.len()] };
        let mut rest = chunk;
        for size in sizes {
            let (now, later) = rest.split_at(size);
            rest = later;
            let sql = format!("insert into event ({EVENT}) values {}", placeholders(size, 13));
            conn.execute(&sql, &now.iter().flat_map(values).collect::<Vec<_>>()).await?;
        }
    }
    Ok(())
}

fn values(row: &EventRow) -> [Sql; 13] {
    [
        row.id.into(),
        row.source.into(),
        row.alert.as_str().into(),
        row.delivery.as_str().into(),
        row.outcome.as_str().into(),
        row.reason.as_str().into(),
        row.number.as_str().into(),
        row.title.as_str().into(),
        row.severity.as_str().into(),
        row.standing.as_str().into(),
        row.brought_by.as_str().into(),
        row.at.0.into(),
        row.body.clone().into(),
    ]
}

/// The event of a source that was delivered under this name before.
pub async fn delivered(conn: &mut Conn, source: i64, delivery: &str) -> Result<Option<EventRow>, Fault> {
    let sql = format!("select {EVENT} from event where source = $1 and delivery = $2 and delivery <> ''");
    let rows = conn.run(&sql, &[source.into(), delivery.into()]).await?;
    rows.first().map(event).transpose()
}

pub async fn by_event_id(conn: &mut Conn, id: i64) -> Result<Option<EventRow>, Fault> {
    let rows = conn.run(&format!("select {EVENT} from event where id = $1"), &[id.into()]).await?;
    rows.first().map(event).transpose()
}

/// Events as administrators look for them, newest first.
pub async fn list(conn: &mut Conn, wanted: &Events, most: i64) -> Result<Vec<EventRow>, Fault> {
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
    if let Some(source) = wanted.source {
        parts.push(format!("source = {}", bind(source.into())));
    }
    if !wanted.number.is_empty() {
        parts.push(format!("number = {} and number <> ''", bind(wanted.number.as_str().into())));
    }
    if !wanted.words.is_empty() {
        let like = format!("%{}%", wanted.words.to_lowercase().replace(['%', '_', '\\'], ""));
        let like = bind(like.into());
        let columns = ["title", "alert", "number", "reason"];
        let tests: Vec<String> = columns.iter().map(|column| format!("lower({column}) like {like}")).collect();
        parts.push(format!("({})", tests.join(" or ")));
    }
    let condition = if parts.is_empty() { "1 = 1".to_string() } else { parts.join(" and ") };
    let sql = format!("select {EVENT} from event where {condition} order by id desc limit {most}");
    conn.run(&sql, &args).await?.iter().map(event).collect()
}

/// How many events of a source there are by outcome.
pub async fn counts(conn: &mut Conn) -> Result<Vec<(String, i64)>, Fault> {
    let rows = conn.run("select outcome, count(*) from event group by outcome order by outcome", &[]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
}

/// Forgets single events that are older than their source keeps them, and troubles that neither fire nor were heard since.
pub async fn sweep(conn: &mut Conn, source: i64, before_id: i64, before: Moment) -> Result<(), Fault> {
    conn.execute("delete from event where source = $1 and id < $2", &[source.into(), before_id.into()]).await?;
    let sql = "delete from alert where source = $1 and last < $2 and firing = 0";
    conn.execute(sql, &[source.into(), before.0.into()]).await.map(drop)
}

/// The records of a kind that are planned work at an instant and touch one of the numbers; the filter says what that means.
pub async fn first_number(conn: &mut Conn, kind: &str, condition: &str, args: &[Sql]) -> Result<Option<String>, Fault> {
    let sql = format!(
        "select number from record where kind = {} and phase < 2 and {condition} order by id limit 1",
        crate::store::words::literal(kind)
    );
    conn.run(&sql, args).await?.first().map(|row| row.text(0)).transpose()
}
