//! The seam between the house and its two databases: connections, values, rows, transactions. PostgreSQL is spoken to from
//! here, SQLite from `lite.rs`.

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{FutureExt, TryStreamExt, future::BoxFuture};
use rusqlite::types::Value as Lit;
use serde_json::Value as Json;
use sqlx::{
    AssertSqlSafe, Row as _,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow, Postgres},
};
use tokio::sync::{mpsc, oneshot};

use crate::store::{
    fault::Fault,
    lite::{Lite, LiteRow, Reader, Readers},
};

/// A value bound to a statement.
#[derive(Clone, Debug)]
pub enum Sql {
    Int(i64),
    Text(String),
    Json(Json),
    Bytes(Vec<u8>),
}

impl From<i64> for Sql {
    fn from(value: i64) -> Sql {
        Sql::Int(value)
    }
}

impl From<&str> for Sql {
    fn from(value: &str) -> Sql {
        Sql::Text(value.into())
    }
}

impl From<String> for Sql {
    fn from(value: String) -> Sql {
        Sql::Text(value)
    }
}

impl From<Json> for Sql {
    fn from(value: Json) -> Sql {
        Sql::Json(value)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// One answered row; columns by position. A column of another type than asked for is our own mistake and says so.
pub enum Row {
    Lite(LiteRow),
    Pg(PgRow),
}

/// Reads a column of either driver.
macro_rules! column {
    ($name:ident, $ty:ty, $($lit:pat => $value:expr),+) => {
        pub fn $name(&self, at: usize) -> Result<$ty, Fault> {
            match self {
                Row::Lite(row) => match &row[at] {
                    $($lit => Ok($value),)+
                    other => Err(Fault::new(format!("column {at} is {:?}, not {}", other.data_type(), stringify!($ty)))),
                },
                Row::Pg(row) => Ok(row.try_get(at)?),
            }
        }
    };
}

impl Row {
    column!(int, i64, Lit::Integer(value) => *value);
    column!(text, String, Lit::Text(value) => value.clone());
    column!(maybe_text, Option<String>, Lit::Null => None, Lit::Text(value) => Some(value.clone()));
    column!(maybe_int, Option<i64>, Lit::Null => None, Lit::Integer(value) => Some(*value));
    column!(bytes, Vec<u8>, Lit::Blob(value) => value.clone());

    pub fn json(&self, at: usize) -> Result<Json, Fault> {
        match self {
            Row::Lite(row) => match &row[at] {
                Lit::Text(text) => {
                    serde_json::from_str(text).map_err(|error| Fault::new(format!("column {at}: {error}")))
                }
                other => Err(Fault::new(format!("column {at} is {:?}, not JSON", other.data_type()))),
            },
            Row::Pg(row) => Ok(row.try_get::<sqlx::types::Json<Json>, _>(at)?.0),
        }
    }

    /// JSON that may be absent; what `data -> 'name'` answers is JSON on both databases.
    pub fn maybe_json(&self, at: usize) -> Result<Option<Json>, Fault> {
        Ok(match self {
            // SQLite answers the JSON as a text without a type of its own.
            Row::Lite(row) => match &row[at] {
                Lit::Text(text) => serde_json::from_str(text).ok(),
                _ => None,
            },
            Row::Pg(row) => row.try_get::<Option<sqlx::types::Json<Json>>, _>(at)?.map(|json| json.0),
        })
    }

    /// Any column as text, for query plans and integrity checks.
    pub fn shown(&self) -> String {
        match self {
            Row::Lite(row) => row.iter().map(lite_text).collect::<Vec<_>>().join(" "),
            Row::Pg(row) => {
                (0..row.len()).map(|at| row.try_get::<String, _>(at).unwrap_or_default()).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

fn lite_text(value: &Lit) -> String {
    match value {
        Lit::Null | Lit::Blob(_) => String::new(),
        Lit::Integer(value) => value.to_string(),
        Lit::Real(value) => value.to_string(),
        Lit::Text(value) => value.clone(),
    }
}

/// A connection inside a transaction or for reading.
pub enum Conn {
    Lite(Lite, Arc<AtomicU64>),
    LiteReader(Reader, Arc<AtomicU64>),
    /// With whether the transaction met another writer's.
    Pg(PoolConnection<Postgres>, Arc<AtomicU64>, bool),
}

macro_rules! bound {
    ($sql:expr, $args:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($sql.to_string()));
        for value in $args {
            query = match value {
                Sql::Int(value) => query.bind(*value),
                Sql::Text(value) => query.bind(plain(value)),
                Sql::Json(value) => query.bind(sqlx::types::Json(value.clone())),
                Sql::Bytes(value) => query.bind(value.clone()),
            };
        }
        query
    }};
}

/// PostgreSQL refuses NUL in a text. Nothing kept holds one, so what is asked for is not found instead.
pub(super) fn plain(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Remembers of a transaction that it met another one.
fn noted(fault: Fault, met: &mut bool) -> Fault {
    *met |= fault.met;
    fault
}

impl Conn {
    pub fn dialect(&self) -> Dialect {
        if matches!(self, Conn::Pg(..)) { Dialect::Postgres } else { Dialect::Sqlite }
    }

    /// Runs one statement with `$1`, `$2` … bound in order and answers its rows.
    pub async fn run(&mut self, sql: &str, args: &[Sql]) -> Result<Vec<Row>, Fault> {
        self.counter().fetch_add(1, Ordering::Relaxed);
        let rows = match self {
            Conn::Lite(lite, _) => lite.run(sql, args).await?,
            Conn::LiteReader(reader, _) => reader.lite()?.run(sql, args).await?,
            Conn::Pg(conn, _, met) => {
                let rows = bound!(sql, args).fetch(&mut **conn).map_ok(Row::Pg).try_collect().await;
                return rows.map_err(|error| noted(Fault::sql(error, sql), met));
            }
        };
        Ok(rows.into_iter().map(Row::Lite).collect())
    }

    /// How the database would go about a statement, a line each: for tests that look whether an index serves it.
    pub async fn explain(&mut self, sql: &str, args: &[Sql]) -> Result<Vec<String>, Fault> {
        let explain = if self.dialect() == Dialect::Sqlite { "explain query plan" } else { "explain" };
        let rows = self.run(&format!("{explain} {sql}"), args).await?;
        Ok(rows.iter().map(Row::shown).collect())
    }

    /// Runs one statement and answers how many rows it touched.
    pub async fn execute(&mut self, sql: &str, args: &[Sql]) -> Result<u64, Fault> {
        self.counter().fetch_add(1, Ordering::Relaxed);
        match self {
            Conn::Lite(lite, _) => lite.execute(sql, args).await,
            Conn::LiteReader(reader, _) => reader.lite()?.execute(sql, args).await,
            Conn::Pg(conn, _, met) => {
                let done = bound!(sql, args).execute(&mut **conn).await;
                done.map(|done| done.rows_affected()).map_err(|error| noted(Fault::sql(error, sql), met))
            }
        }
    }

    /// Runs several statements of a migration, or words of transaction control.
    pub async fn script(&mut self, sql: &str) -> Result<(), Fault> {
        match self {
            Conn::Lite(lite, _) => lite.script(sql).await,
            Conn::LiteReader(reader, _) => reader.lite()?.script(sql).await,
            Conn::Pg(conn, ..) => {
                let done = sqlx::raw_sql(AssertSqlSafe(sql.to_string())).execute(&mut **conn).await;
                done.map(drop).map_err(|error| Fault::sql(error, sql))
            }
        }
    }

    /// Begins a transaction that only reads, and reads what stands at this moment until it is rolled back.
    pub async fn begin_snapshot(&mut self) -> Result<(), Fault> {
        match self.dialect() {
            Dialect::Sqlite => self.script("begin").await,
            Dialect::Postgres => self.script("begin isolation level repeatable read read only").await,
        }
    }

    /// Says that somebody else wrote meanwhile what this transaction is about: it is to be undone and tried again.
    pub fn gives_way(&mut self) -> Fault {
        let fault = Fault { met: true, ..Fault::new("it was written meanwhile") };
        match self {
            Conn::Pg(.., met) => noted(fault, met),
            // Writers of the embedded database come one after the other.
            Conn::Lite(..) | Conn::LiteReader(..) => fault,
        }
    }

    fn has_met(&self) -> bool {
        matches!(self, Conn::Pg(.., true))
    }

    fn counter(&self) -> &AtomicU64 {
        match self {
            Conn::Lite(_, counter) | Conn::LiteReader(_, counter) | Conn::Pg(_, counter, _) => counter,
        }
    }
}

/// What a write does with its connection, inside a transaction that the store opens and closes.
type Work = Box<dyn for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Outcome> + Send>;

/// Whether to keep what was written, and the answer to give once that is settled.
struct Outcome {
    keep: bool,
    answer: Box<dyn FnOnce(Result<(), Fault>) + Send>,
}

/// The database: readers beside each other, writers through one door.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

enum Inner {
    Lite { readers: Arc<Readers>, writer: mpsc::Sender<Work>, statements: Arc<AtomicU64> },
    Pg { pool: PgPool, statements: Arc<AtomicU64> },
}

/// Writes that share one flush to disk (stack.md section 1: five times the throughput of one flush each).
const GROUP: usize = 64;

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…`. An SQLite file is created when it is missing.
    pub async fn open(url: &str) -> Result<Db, Fault> {
        let inner =
            if let Some(path) = url.strip_prefix("sqlite:") { open_lite(path).await? } else { open_pg(url).await? };
        Ok(Db { inner: Arc::new(inner) })
    }

    pub fn dialect(&self) -> Dialect {
        match *self.inner {
            Inner::Lite { .. } => Dialect::Sqlite,
            Inner::Pg { .. } => Dialect::Postgres,
        }
    }

    /// Statements run since the start, for the tests that count them.
    pub fn statements(&self) -> u64 {
        match &*self.inner {
            Inner::Lite { statements, .. } | Inner::Pg { statements, .. } => statements.load(Ordering::Relaxed),
        }
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn, Fault> {
        Ok(match &*self.inner {
            Inner::Lite { readers, statements, .. } => Conn::LiteReader(readers.acquire().await?, statements.clone()),
            Inner::Pg { pool, statements } => Conn::Pg(acquire(pool).await?, statements.clone(), false),
        })
    }

    /// Runs `work` in one transaction: kept when it answers `Ok`, undone when it answers `Err`. The answer comes after
    /// the commit is on disk. Dropping the future does not stop the work.
    pub async fn write<T, E>(
        &self,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        self.attempt(work).await.0
    }

    /// As [`Db::write`], with whether it was undone only because another writer was faster: then the same work finds
    /// what the other has written.
    pub async fn attempt<T, E>(
        &self,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
    ) -> (Result<T, E>, bool)
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel::<(Result<T, E>, bool)>();
        let job: Work = Box::new(move |conn| {
            async move {
                let outcome = work(conn).await;
                let keep = outcome.is_ok();
                let met = !keep && conn.has_met();
                let answer = move |committed: Result<(), Fault>| {
                    let told = match committed {
                        Ok(()) => (outcome, met),
                        Err(fault) => (Err(E::from(fault)), false),
                    };
                    // The caller may have gone away; the write stands all the same.
                    let _ = answer.send(told);
                };
                Outcome { keep, answer: Box::new(answer) }
            }
            .boxed()
        });
        let lost = |cause: &str| (Err(E::from(Fault::new(cause))), false);
        match &*self.inner {
            Inner::Lite { writer, .. } => {
                if writer.send(job).await.is_err() {
                    return lost("the writer has stopped");
                }
            }
            Inner::Pg { pool, statements } => {
                let conn = match acquire(pool).await {
                    Ok(conn) => conn,
                    Err(error) => return (Err(E::from(Fault::from(error))), false),
                };
                tokio::spawn(write_pg(Conn::Pg(conn, statements.clone(), false), job));
            }
        }
        answered.await.unwrap_or_else(|_| lost("the write was lost before it was done"))
    }

    /// Waits for running writes and closes all connections.
    pub async fn close(&self) {
        match &*self.inner {
            Inner::Lite { readers, .. } => readers.close().await,
            Inner::Pg { pool, .. } => pool.close().await,
        }
    }
}

/// A connection of the pool. Boxed: opening one is a large future, and every room that waits for it would be made of it.
fn acquire(pool: &PgPool) -> BoxFuture<'_, Result<PoolConnection<Postgres>, sqlx::Error>> {
    pool.acquire().boxed()
}

async fn open_lite(path: &str) -> Result<Inner, Fault> {
    let statements = Arc::new(AtomicU64::new(0));
    let path = path.strip_prefix("//").unwrap_or(path);
    let mut writer = Conn::Lite(Lite::writer(path).await?, statements.clone());
    assert_version(&mut writer).await?;
    let readers = Readers::open(path).await?;
    let (sender, receiver) = mpsc::channel(1024);
    tokio::spawn(write_lite(writer, receiver));
    Ok(Inner::Lite { readers, writer: sender, statements })
}

/// SQLite before 3.51.3 can lose pages in WAL mode (stack.md, decision 1).
async fn assert_version(conn: &mut Conn) -> Result<(), Fault> {
    let version =
        conn.run("select sqlite_version()", &[]).await?.first().map(|row| row.text(0)).transpose()?.unwrap_or_default();
    let numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if numbers.as_slice() < [3, 51, 3].as_slice() {
        return Err(Fault::new(format!("SQLite {version} is too old, 3.51.3 or newer is needed")));
    }
    Ok(())
}

async fn open_pg(url: &str) -> Result<Inner, Fault> {
    // One plan a statement, as on the embedded database: with an index for each field, planning costs more than reading.
    // A plan made while tables were small must still be right when they are not, so it goes by an index where there is one.
    let options = PgConnectOptions::from_str(url)?
        .application_name("plumbline")
        .statement_cache_capacity(300)
        .options([("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off")]);
    let pool =
        PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(10)).connect_with(options).await?;
    Ok(Inner::Pg { pool, statements: Arc::new(AtomicU64::new(0)) })
}

/// One writer: takes whatever waits, each in a savepoint of its own, all in one transaction with one flush.
async fn write_lite(mut conn: Conn, mut jobs: mpsc::Receiver<Work>) {
    let mut group = Vec::with_capacity(GROUP);
    while jobs.recv_many(&mut group, GROUP).await > 0 {
        let mut answers = Vec::with_capacity(group.len());
        let mut state = conn.script("begin immediate").await;
        for job in group.drain(..) {
            if state.is_ok() {
                state = conn.script("savepoint one").await;
            }
            if state.is_err() {
                // Without a transaction nothing may be tried; whoever asked is told that the write was lost.
                drop(job);
                continue;
            }
            let outcome = job(&mut conn).await;
            state = conn.script(if outcome.keep { "release one" } else { "rollback to one; release one" }).await;
            answers.push(outcome.answer);
        }
        if state.is_ok() {
            state = conn.script("commit").await;
        }
        if state.is_err() {
            // Nothing of the group stands; the next one begins afresh.
            let _ = conn.script("rollback").await;
        }
        for answer in answers {
            answer(state.clone());
        }
    }
    if let Conn::Lite(lite, _) = conn {
        // A clean end lets SQLite fold its log into the file.
        lite.close().await;
    }
}

async fn write_pg(mut conn: Conn, job: Work) {
    if let Err(fault) = conn.script("begin").await {
        // Without a transaction nothing may be tried; whoever asked is told that the write was lost.
        tracing::error!(%fault, "cannot begin a transaction");
        return;
    }
    let outcome = job(&mut conn).await;
    let end = conn.script(if outcome.keep { "commit" } else { "rollback" }).await;
    let end = match end {
        Err(fault) => {
            let _ = conn.script("rollback").await;
            Err(fault)
        }
        Ok(()) => Ok(()),
    };
    (outcome.answer)(if outcome.keep { end } else { Ok(()) });
}
