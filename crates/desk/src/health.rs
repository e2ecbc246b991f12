//! Whether the house is well: the database, its version, its indexes, and samples of the journal against the records.

use model::{
    Moment, Refusal,
    time::{DAY, MINUTE},
};

use crate::{
    Desk, Fault,
    store::{
        db::{Conn, Dialect},
        migrate,
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Well,
    /// Something to look after; the house works.
    Doubtful,
    Ill,
}

/// One look at one thing, with a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: &'static str,
    pub health: Health,
    pub told: String,
}

/// Newest entries and records that are looked at.
const SAMPLE: i64 = 1_000;

impl Desk {
    /// Every check that the database itself can answer.
    pub async fn examine(&self, now: Moment) -> Result<Vec<Check>, Refusal> {
        let mut conn = self.db().read().await?;
        let mut checks = vec![
            version(&mut conn).await?,
            schema(&mut conn).await?,
            integrity(&mut conn).await?,
            search(&mut conn).await?,
            clock(&mut conn, now).await?,
            administrators(&mut conn).await?,
        ];
        drop(conn);
        let journal = self.verify_newest(SAMPLE).await?;
        checks.push(sampled("journal", journal, "of the newest entries are whole"));
        let records = self.verify_changed(SAMPLE).await?;
        checks.push(sampled("records", records, "of the last changed records are what the journal tells"));
        Ok(checks)
    }
}

fn well(name: &'static str, told: impl Into<String>) -> Check {
    Check { name, health: Health::Well, told: told.into() }
}

fn ill(name: &'static str, told: impl Into<String>) -> Check {
    Check { name, health: Health::Ill, told: told.into() }
}

async fn first_text(conn: &mut Conn, sql: &str) -> Result<String, Fault> {
    conn.run(sql, &[]).await?.first().map_or_else(|| Ok(String::new()), |row| row.text(0))
}

async fn first_int(conn: &mut Conn, sql: &str) -> Result<i64, Fault> {
    conn.run(sql, &[]).await?.first().map_or(Ok(0), |row| row.int(0))
}

async fn version(conn: &mut Conn) -> Result<Check, Fault> {
    let told = match conn.dialect() {
        Dialect::Sqlite => format!("SQLite {}", first_text(conn, "select sqlite_version()").await?),
        Dialect::Postgres => {
            format!("PostgreSQL {}", first_text(conn, "select current_setting('server_version')").await?)
        }
    };
    Ok(well("database", told))
}

async fn schema(conn: &mut Conn) -> Result<Check, Fault> {
    let found = first_int(conn, "select coalesce(max(version), 0) from schema_version").await?;
    let wanted = migrate::newest();
    Ok(match found == wanted {
        true => well("schema", format!("version {found}, the newest")),
        false => ill("schema", format!("version {found}, this program knows {wanted}")),
    })
}

async fn integrity(conn: &mut Conn) -> Result<Check, Fault> {
    const NAME: &str = "integrity";
    if conn.dialect() == Dialect::Postgres {
        let broken = first_int(conn, "select count(*) from pg_index where not indisvalid").await?;
        return Ok(match broken {
            0 => well(NAME, "all indexes are valid"),
            broken => ill(NAME, format!("{broken} indexes are not valid: reindex them")),
        });
    }
    let rows = conn.run("pragma quick_check(5)", &[]).await?;
    let told: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
    Ok(match told.as_slice() {
        [one] if one == "ok" => well(NAME, "the file is sound"),
        told => ill(NAME, format!("the file is damaged: {}; restore the last backup", told.join("; "))),
    })
}

async fn search(conn: &mut Conn) -> Result<Check, Fault> {
    let doc = if conn.dialect() == Dialect::Sqlite { "rowid" } else { "doc" };
    let missing =
        format!("select count(*) from record r where not exists (select 1 from search s where s.{doc} = r.id)");
    Ok(match first_int(conn, &missing).await? {
        0 => well("search", "every record can be found"),
        missing => ill("search", format!("{missing} records cannot be found by words: run doctor --rebuild search")),
    })
}

async fn clock(conn: &mut Conn, now: Moment) -> Result<Check, Fault> {
    const NAME: &str = "clock";
    let last = first_int(conn, "select coalesce(max(recorded), 0) from journal").await?;
    if last > now.plus(MINUTE).0 {
        let told =
            format!("the journal was written until {}, which has not come yet by this clock ({now})", Moment(last));
        return Ok(if last > now.plus(DAY).0 {
            ill(NAME, told)
        } else {
            Check { health: Health::Doubtful, ..ill(NAME, told) }
        });
    }
    if conn.dialect() == Dialect::Postgres {
        let theirs = first_int(conn, "select (extract(epoch from clock_timestamp()) * 1000)::bigint").await?;
        let apart = (theirs - now.0).abs() / 1000;
        if apart > 30 {
            let told = format!("this clock and the database's are {apart} seconds apart");
            return Ok(Check { name: NAME, health: Health::Doubtful, told });
        }
    }
    Ok(well(NAME, format!("{now}, later than everything written")))
}

async fn administrators(conn: &mut Conn) -> Result<Check, Fault> {
    let sql = "select roles from account where active = 1 and password <> ''";
    let mut count = 0;
    for row in conn.run(sql, &[]).await? {
        let roles = row.json(0)?;
        count += i32::from(roles.as_array().is_some_and(|roles| roles.iter().any(|role| role == "administrator")));
    }
    Ok(match count {
        0 => Check {
            name: "administrators",
            health: Health::Doubtful,
            told: "there is none who can sign in: serve prints a link, or use user add".into(),
        },
        count => well("administrators", format!("{count} can sign in")),
    })
}

fn sampled(name: &'static str, verdict: crate::verify::Verdict, told: &str) -> Check {
    let looked = verdict.entries.max(verdict.records);
    match verdict.broken {
        0 => well(name, format!("{looked} {told}")),
        broken => ill(name, format!("{broken} faults, first: {}; run verify", verdict.first.join("; "))),
    }
}
