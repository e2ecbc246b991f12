//! What went wrong on our side or the database's: the cause is logged once, under an id that the page may show.

use std::sync::Arc;

use model::Refusal;

#[derive(Clone, Debug)]
pub struct Fault {
    pub cause: Arc<str>,
    /// Two writers met at the same unique key, or each waited for the other; the loser may try again.
    pub met: bool,
}

impl Fault {
    pub fn new(cause: impl Into<String>) -> Fault {
        Fault { cause: cause.into().into(), met: false }
    }

    /// The same from the embedded database, whose writers come one after the other and never meet.
    pub fn lite(error: &rusqlite::Error, sql: &str) -> Fault {
        let start: String = sql.chars().take(300).collect();
        Fault::new(format!("{error} in: {start}"))
    }

    pub fn sql(error: sqlx::Error, sql: &str) -> Fault {
        // 40P01 is a deadlock (PostgreSQL, appendix A).
        let met = |error: &dyn sqlx::error::DatabaseError| {
            error.is_unique_violation() || error.code().as_deref() == Some("40P01")
        };
        let met = error.as_database_error().is_some_and(met);
        let start: String = sql.chars().take(300).collect();
        Fault { cause: format!("{error} in: {start}").into(), met }
    }

    /// A short id derived from the cause, the same in the log and on the page.
    pub fn id(&self) -> String {
        model::canonical::hex(&model::canonical::leaf(self.cause.as_bytes())[..6])
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.cause)
    }
}

impl std::error::Error for Fault {}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Fault {
        Fault::new(error.to_string())
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        match fault.met {
            // The door tries again; only who has tried often enough is told.
            true => tracing::warn!(id = %fault.id(), cause = %fault.cause, "two writers met"),
            false => tracing::error!(id = %fault.id(), cause = %fault.cause, "fault"),
        }
        Refusal::Fault(fault.id())
    }
}
