//! Migrations: numbered, each in one transaction, the same text for both databases.

use futures::FutureExt;
use model::{Catalog, Type};

use crate::store::{
    db::{Conn, Db, Dialect, Sql},
    fault::Fault,
    filter::sort_expression,
    words::literal,
};

struct Migration {
    common: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        common: include_str!("schema.sql"),
        sqlite: include_str!("schema_sqlite.sql"),
        postgres: include_str!("schema_postgres.sql"),
    },
    Migration { common: include_str!("schema_mail.sql"), sqlite: "", postgres: "" },
    Migration { common: include_str!("schema_clocks.sql"), sqlite: "", postgres: "" },
    // Links by which somebody without an account approves.
    Migration { common: include_str!("schema_approvals.sql"), sqlite: "", postgres: "" },
    Migration { common: include_str!("schema_events.sql"), sqlite: "", postgres: "" },
    Migration { common: include_str!("schema_packs.sql"), sqlite: "", postgres: "" },
    Migration { common: include_str!("schema_scores.sql"), sqlite: "", postgres: "" },
    // Kept counts, and views that are shared with a team.
    Migration { common: include_str!("schema_queue.sql"), sqlite: "", postgres: "" },
    Migration { common: include_str!("schema_alarms.sql"), sqlite: "", postgres: "" },
    Migration { common: include_str!("schema_automation.sql"), sqlite: "", postgres: "" },
    Migration { common: include_str!("schema_watching.sql"), sqlite: "", postgres: "" },
    Migration {
        common: include_str!("schema_alerts.sql"),
        sqlite: "",
        postgres: "alter table alert set (fillfactor = 70)",
    },
    // Seats of auditors from outside.
    Migration { common: include_str!("schema_auditors.sql"), sqlite: "", postgres: "" },
    Migration { common: include_str!("schema_frameworks.sql"), sqlite: "", postgres: "" },
    Migration { common: include_str!("schema_due.sql"), sqlite: "", postgres: "" },
    Migration { common: include_str!("schema_turns.sql"), sqlite: "", postgres: "" },
];

/// The version that this program brings a database to.
pub fn newest() -> i64 {
    MIGRATIONS.len() as i64
}

/// The texts of all migrations that both databases have in common, for whoever must know what a column means.
pub fn schema_texts() -> impl Iterator<Item = &'static str> {
    MIGRATIONS.iter().map(|migration| migration.common)
}

/// Brings the database to the newest version.
///
/// # Errors
/// A database that a newer program has written is refused: going on could lose what it knows.
pub async fn migrate(db: &Db) -> Result<(), Fault> {
    db.write(|conn| async move { migrate_in(conn).await }.boxed()).await
}

/// The version that the database has.
pub async fn version(conn: &mut Conn) -> Result<i64, Fault> {
    let found = conn.run("select coalesce(max(version), 0) from schema_version", &[]).await?;
    found.first().map_or(Ok(0), |row| row.int(0))
}

async fn migrate_in(conn: &mut Conn) -> Result<(), Fault> {
    if conn.dialect() == Dialect::Postgres {
        // Several servers may start at once; the first one migrates, the others wait and find it done.
        conn.run("select pg_advisory_xact_lock(7042)", &[]).await.ok();
    }
    let words = conn.dialect();
    conn.script(&words.words("create table if not exists schema_version (version {int} not null)")).await?;
    let version = version(conn).await?;
    let newest = newest();
    if version > newest {
        return Err(Fault::new(format!(
            "this database has schema version {version}, this program knows {newest}: start the newer program"
        )));
    }
    for (at, migration) in MIGRATIONS.iter().enumerate().skip(version as usize) {
        conn.script(&words.words(migration.common)).await?;
        let own = if words == Dialect::Sqlite { migration.sqlite } else { migration.postgres };
        if !own.is_empty() {
            conn.script(own).await?;
        }
        conn.execute("insert into schema_version (version) values ($1)", &[Sql::Int(at as i64 + 1)]).await?;
    }
    Ok(())
}

/// Makes the index of every field that is declared `indexed()`, and the statistics that PostgreSQL does not take from
/// partial expression indexes by itself (house.md section 3.3).
pub async fn ensure_indexes(db: &Db, catalog: &Catalog) -> Result<(), Fault> {
    let dialect = db.dialect();
    let mut statements = Vec::new();
    for kind in catalog.kinds() {
        for field in kind.fields.iter().filter(|field| field.indexed && field.column.is_none() && field.ty.is_scalar())
        {
            let expression = dialect.words(&sort_expression(&field.name));
            let name = format!("field_{}_{}", kind.name, field.name);
            let of_kind = format!("kind = {}", literal(kind.name));
            if matches!(field.ty, Type::Flag) {
                // A planner knows only how many records a value has on average, and takes half of them for marked: the few
                // that are have an index of their own.
                statements.push(format!("drop index if exists {name}"));
                statements.push(format!(
                    "create index if not exists flag_{}_{} on record (phase, id) where {of_kind} and {expression} = 'true'",
                    kind.name, field.name
                ));
                continue;
            }
            statements
                .push(format!("create index if not exists {name} on record (({expression}), id) where {of_kind}"));
            if dialect == Dialect::Postgres {
                statements.push(format!("create statistics if not exists {name}_spread on ({expression}) from record"));
            }
        }
    }
    db.write(move |conn| {
        async move {
            for statement in &statements {
                conn.script(statement).await?;
            }
            Ok::<(), Fault>(())
        }
        .boxed()
    })
    .await
}
