//! A desk with all kinds on an empty database, SQLite or PostgreSQL, and what tests do with it again and again.

use std::io::Write;

use desk::Desk;
use flate2::{Compression, write::GzEncoder};
use model::{Actor, Moment, Via};
use plumbline::{
    intake::{self, Mode, Report, jsonl, source},
    place, servicenow,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// Makes of each `async fn name(database: Database)` two tests, one for each database. PostgreSQL is tried whenever
/// `PLUMBLINE_TEST_POSTGRES` names a server, which the project's test command always does.
#[macro_export]
macro_rules! both_databases {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::world::Database::Sqlite).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if $crate::world::postgres().is_some() {
                    super::$name($crate::world::Database::Postgres).await;
                }
            })*
        }
    };
}

/// The server to make databases on; says so when there is none.
pub fn postgres() -> Option<String> {
    let server = std::env::var("PLUMBLINE_TEST_POSTGRES").ok();
    if server.is_none() {
        eprintln!("PostgreSQL was not tried: PLUMBLINE_TEST_POSTGRES names no server");
    }
    server
}

pub struct World {
    pub desk: Desk,
    /// Where its database lies.
    pub url: String,
    pub folder: tempfile::TempDir,
}

/// Takes its database away from the server; the folder goes by itself.
impl Drop for World {
    fn drop(&mut self) {
        let (Some((_, name)), Ok(server)) = (self.url.rsplit_once('/'), std::env::var("PLUMBLINE_TEST_POSTGRES"))
        else {
            return;
        };
        if !self.url.starts_with("postgres") {
            return;
        }
        let (server, sql) = (server.clone(), format!("drop database if exists {name} with (force)"));
        let away = async move {
            let db = desk::store::db::Db::open(&server).await?;
            db.read().await?.script(&sql).await
        };
        // A test's own runtime cannot be waited for from within it.
        let waited = std::thread::spawn(|| tokio::runtime::Runtime::new().map(|runtime| runtime.block_on(away)));
        let _ = waited.join();
    }
}

impl World {
    /// An empty database.
    pub async fn new(database: Database) -> World {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match database {
            Database::Sqlite => format!("sqlite:{}", folder.path().join("plumbline.db").display()),
            Database::Postgres => new_postgres().await,
        };
        let desk = place::open(&url).await.expect("an empty database opens");
        World { desk, url, folder }
    }

    /// Takes in JSON Lines.
    pub async fn import(&self, lines: impl AsRef<[u8]>) -> Report {
        self.import_as(lines, Mode::Keep).await
    }

    pub async fn import_as(&self, lines: impl AsRef<[u8]>, mode: Mode) -> Report {
        let reader = source::open(&self.file("lines.jsonl", lines.as_ref())).expect("the file opens");
        let catalog = self.desk.catalog();
        let read = move |belt: &mut intake::Belt| jsonl::read(reader, &catalog, belt);
        intake::take_in(&self.desk, "jsonl", read, mode, now(), |_| {}).await.expect("an import that ends")
    }

    /// Takes in an incident log.
    pub async fn import_log(&self, log: impl AsRef<[u8]>, zone: &str) -> Report {
        let reader = source::open(&self.file("log.csv", log.as_ref())).expect("the file opens");
        let (catalog, zone) = (self.desk.catalog(), jiff::tz::TimeZone::get(zone).expect("a zone"));
        let read = move |belt: &mut intake::Belt| servicenow::read(reader, &catalog, &zone, belt);
        let taken = intake::take_in(&self.desk, "servicenow-incident-log", read, Mode::Keep, now(), |_| {}).await;
        taken.expect("an import that ends")
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    /// Everything as JSON Lines.
    pub async fn export(&self) -> String {
        let actor = Actor::system("export", Via::Command);
        let (mut text, mut after) = (String::new(), i64::MIN);
        loop {
            let (lines, last) = self.desk.lines(&actor, None, after, now()).await.expect("lines");
            if lines.is_empty() {
                return text;
            }
            after = last;
            for line in lines {
                text.push_str(&line.write().to_string());
                text.push('\n');
            }
        }
    }

    /// One record of the export.
    pub async fn exported(&self, number: &str) -> serde_json::Value {
        let export = self.export().await;
        let lines = export.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        let found = lines.into_iter().find(|line| line["number"] == number);
        found.unwrap_or_else(|| panic!("{number} is not in the export"))
    }
}

/// The program that was built, with its data at an address.
pub fn program(url: &str) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_plumbline"));
    for name in ["PLUMBLINE_DATABASE", "PLUMBLINE_DATA", "PLUMBLINE_BASE"] {
        command.env_remove(name);
    }
    command.arg("--database").arg(url);
    command
}

/// What the program said and how it ended.
pub fn said(command: &mut std::process::Command) -> (Option<i32>, String, String) {
    let output = command.stdin(std::process::Stdio::null()).output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// An address with nothing at it yet.
pub async fn empty(database: Database, folder: &std::path::Path) -> String {
    match database {
        Database::Sqlite => {
            let random: String = desk::ids::random::<8>().iter().map(|byte| format!("{byte:02x}")).collect();
            format!("sqlite:{}", folder.join(random).join("plumbline.db").display())
        }
        Database::Postgres => new_postgres().await,
    }
}

/// A database of its own on the server.
async fn new_postgres() -> String {
    let server = postgres().expect("asked before");
    let random: String = desk::ids::random::<8>().iter().map(|byte| format!("{byte:02x}")).collect();
    let name = format!("it_{random}");
    let db = desk::store::db::Db::open(&server).await.expect("the server answers");
    db.read().await.expect("a connection").script(&format!("create database {name}")).await.expect("a new database");
    db.close().await;
    let (base, _) = server.rsplit_once('/').expect("a database in the address");
    format!("{base}/{name}")
}

/// The instant at which tests take things in: later than everything they tell of.
pub fn now() -> Moment {
    at("2026-11-25T10:00:00Z")
}

pub fn at(text: &str) -> Moment {
    Moment::parse(text).expect("an instant")
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).expect("memory");
    packed.finish().expect("memory")
}

/// Somebody of the house in one role.
pub fn person(email: &str, role: model::Role) -> model::Actor {
    model::Actor {
        email: email.into(),
        name: email.split('@').next().unwrap_or_default().into(),
        roles: vec![role],
        ..model::Actor::system("test", model::Via::Web)
    }
}
