//! The embedded database: each connection on a thread of its own, asked and answered a whole statement at a time.
//!
//! A driver that hands over row by row wakes two threads for each of them, and a page of fifty rows then costs more in
//! waking than in reading (docs/decisions/0006).

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Statement, config::DbConfig, types::Value};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::store::{db::Sql, fault::Fault};

/// Statements that each connection keeps prepared.
const PREPARED: usize = 300;
/// How long a connection waits for another process that holds the file, such as a backup by hand.
const BUSY: Duration = Duration::from_secs(5);
const READERS: usize = 4;

/// What holds for every connection: a log beside the file, flushed at each commit; erased means erased.
const PRAGMAS: &str = "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; \
                       pragma secure_delete = on; pragma temp_store = memory;";
const WRITER: &str = "pragma cache_size = -65536;";
const READER: &str = "pragma cache_size = -16384; pragma query_only = on;";

/// One row: values by position.
pub type LiteRow = Vec<Value>;

enum Ask {
    Rows(String, Vec<Value>, oneshot::Sender<Result<Vec<LiteRow>, Fault>>),
    Touched(String, Vec<Value>, oneshot::Sender<Result<u64, Fault>>),
    Script(String, oneshot::Sender<Result<(), Fault>>),
    Close(oneshot::Sender<()>),
}

/// A connection. Statements run in the order in which they were asked, also when nobody waits for the answer any more.
pub struct Lite {
    asks: mpsc::Sender<Ask>,
    /// A snapshot was begun and not ended.
    snapshot: bool,
}

impl Lite {
    /// Opens the file, made when it is missing.
    pub async fn writer(path: &str) -> Result<Lite, Fault> {
        Lite::open(path, WRITER).await
    }

    async fn open(path: &str, own: &'static str) -> Result<Lite, Fault> {
        let (asks, asked) = mpsc::channel();
        let (opened, open) = oneshot::channel();
        let path = path.to_string();
        let attend = move || match connect(&path, own) {
            Ok(conn) => {
                // Whoever opened it may have gone away; then there is nobody to ask either.
                let _ = opened.send(Ok(()));
                attend(conn, &asked);
            }
            Err(error) => {
                let _ = opened.send(Err(Fault::lite(&error, &format!("opening {path}"))));
            }
        };
        thread::Builder::new()
            .name("sqlite".into())
            .spawn(attend)
            .map_err(|error| Fault::new(format!("no thread for a connection: {error}")))?;
        open.await.map_err(|_| ended())??;
        Ok(Lite { asks, snapshot: false })
    }

    /// Runs one statement with `$1`, `$2` … bound in order and answers its rows.
    pub async fn run(&self, sql: &str, args: &[Sql]) -> Result<Vec<LiteRow>, Fault> {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Rows(numbered(sql), bound(args), answer))?;
        answered.await.map_err(|_| ended())?
    }

    /// Runs one statement and answers how many rows it touched.
    pub async fn execute(&self, sql: &str, args: &[Sql]) -> Result<u64, Fault> {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Touched(numbered(sql), bound(args), answer))?;
        answered.await.map_err(|_| ended())?
    }

    pub async fn script(&mut self, sql: &str) -> Result<(), Fault> {
        match sql {
            "begin" => self.snapshot = true,
            "rollback" | "commit" => self.snapshot = false,
            _ => {}
        }
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Script(sql.into(), answer))?;
        answered.await.map_err(|_| ended())?
    }

    /// Waits for what was asked and closes the connection: the last one folds the log into the file.
    pub async fn close(self) {
        let (answer, answered) = oneshot::channel();
        if self.ask(Ask::Close(answer)).is_ok() {
            let _ = answered.await;
        }
    }

    /// Ends what a dropped future left open, so that the next one begins afresh.
    fn settle(&mut self) {
        if self.snapshot {
            self.snapshot = false;
            let (answer, _) = oneshot::channel();
            // A connection that is gone has nothing open.
            let _ = self.ask(Ask::Script("rollback".into(), answer));
        }
    }

    fn ask(&self, ask: Ask) -> Result<(), Fault> {
        self.asks.send(ask).map_err(|_| ended())
    }
}

fn ended() -> Fault {
    Fault::new("the connection to the embedded database has ended")
}

fn connect(path: &str, own: &str) -> rusqlite::Result<Connection> {
    // No other thread ever touches this connection, so SQLite needs no locks of its own.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY)?;
    conn.set_prepared_statement_cache_capacity(PREPARED);
    // One plan a statement, whatever is bound: else SQLite plans anew at every new value, which costs more than reading.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.execute_batch(PRAGMAS)?;
    conn.execute_batch(own)?;
    Ok(conn)
}

/// Answers until nobody can ask any more. Whoever asked may have gone away; the statement was run all the same.
fn attend(conn: Connection, asked: &mpsc::Receiver<Ask>) {
    while let Ok(ask) = asked.recv() {
        match ask {
            Ask::Rows(sql, args, answer) => {
                let _ = answer.send(rows(&conn, &sql, args).map_err(|error| Fault::lite(&error, &sql)));
            }
            Ask::Touched(sql, args, answer) => {
                let _ = answer.send(touched(&conn, &sql, args).map_err(|error| Fault::lite(&error, &sql)));
            }
            Ask::Script(sql, answer) => {
                let _ = answer.send(conn.execute_batch(&sql).map_err(|error| Fault::lite(&error, &sql)));
            }
            Ask::Close(answer) => {
                drop(conn);
                let _ = answer.send(());
                return;
            }
        }
    }
}

fn rows(conn: &Connection, sql: &str, args: Vec<Value>) -> rusqlite::Result<Vec<LiteRow>> {
    let mut statement = conn.prepare_cached(sql)?;
    bind(&mut statement, args)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((0..columns).map(|at| row.get(at)).collect::<rusqlite::Result<LiteRow>>()?);
    }
    Ok(found)
}

fn touched(conn: &Connection, sql: &str, args: Vec<Value>) -> rusqlite::Result<u64> {
    let mut statement = conn.prepare_cached(sql)?;
    bind(&mut statement, args)?;
    statement.raw_execute().map(|touched| touched as u64)
}

fn bind(statement: &mut Statement<'_>, args: Vec<Value>) -> rusqlite::Result<()> {
    // An argument that the statement does not name is left out.
    for (place, value) in (1..=statement.parameter_count()).zip(args) {
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

/// `$3` is the third argument wherever it stands: SQLite takes that for a name, and `?3` for what is meant.
fn numbered(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut parts = sql.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        text.push(if part.starts_with(|letter: char| letter.is_ascii_digit()) { '?' } else { '$' });
        text.push_str(part);
    }
    text
}

fn bound(args: &[Sql]) -> Vec<Value> {
    let value = |arg: &Sql| match arg {
        Sql::Int(value) => Value::Integer(*value),
        Sql::Text(value) => Value::Text(super::db::plain(value)),
        Sql::Json(value) => Value::Text(value.to_string()),
        Sql::Bytes(value) => Value::Blob(value.clone()),
    };
    args.iter().map(value).collect()
}

/// Connections for reading, handed out and taken back.
pub struct Readers {
    free: Mutex<Vec<Lite>>,
    turns: Arc<Semaphore>,
}

/// A connection for reading; it goes back when it is let go.
pub struct Reader {
    lite: Option<Lite>,
    home: Arc<Readers>,
    _turn: OwnedSemaphorePermit,
}

impl Readers {
    pub async fn open(path: &str) -> Result<Arc<Readers>, Fault> {
        let mut free = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            free.push(Lite::open(path, READER).await?);
        }
        Ok(Arc::new(Readers { free: Mutex::new(free), turns: Arc::new(Semaphore::new(READERS)) }))
    }

    /// Waits until a connection is free.
    pub async fn acquire(self: &Arc<Readers>) -> Result<Reader, Fault> {
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| ended())?;
        let lite = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(Reader { lite, home: self.clone(), _turn: turn })
    }

    /// Waits for those that read and closes all connections.
    pub async fn close(&self) {
        let Ok(all) = self.turns.acquire_many(READERS as u32).await else { return };
        all.forget();
        self.turns.close();
        let free = std::mem::take(&mut *self.free.lock().unwrap_or_else(PoisonError::into_inner));
        for lite in free {
            lite.close().await;
        }
    }
}

impl Reader {
    pub fn lite(&mut self) -> Result<&mut Lite, Fault> {
        self.lite.as_mut().ok_or_else(ended)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(mut lite) = self.lite.take() {
            lite.settle();
            self.home.free.lock().unwrap_or_else(PoisonError::into_inner).push(lite);
        }
    }
}
