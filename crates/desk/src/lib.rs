//! The generic office: one door for writes ([`Desk::perform`]), reads that carry the scope of whoever asks, and the store
//! behind both. It knows no kind by name: the kinds come as a [`Catalog`].
//!
//! A reader should start at `perform.rs` (the way of a write), `read.rs` (the way of a read) and `rights.rs` (the only
//! maker of permits, scopes and what may be shown).

pub mod accounts;
mod agreed_names;
pub mod alarms;
mod amend;
mod assigning;
pub mod auditors;
pub mod automation;
pub mod backup;
pub mod beside;
pub mod crosswalk;
pub mod decide;
mod escalating;
mod export;
pub mod frozen;
pub mod health;
pub mod history;
pub mod house;
pub mod ids;
mod import;
pub mod jobs;
pub mod judge;
pub mod judgements;
pub mod live;
mod mirrors;
pub mod monitoring;
mod once;
pub mod outside;
pub mod own_fields;
pub mod packs;
pub mod past;
mod past_list;
pub mod perform;
pub mod post;
mod procedures;
mod publish;
pub mod read;
mod rebuild;
mod reckoning;
pub mod reopening;
pub mod rights;
mod seals;
pub mod settings;
pub mod similar;
mod single;
mod stages;
mod standing;
mod stated;
pub mod store;
mod talk;
mod tally;
pub mod thread;
mod turns;
mod undo;
pub mod unit;
pub mod verify;
pub mod views;
pub mod watching;
mod whole;
pub mod wording;

use std::sync::{Arc, RwLock};

use futures::{FutureExt, future::BoxFuture};
use model::{Actor, Catalog, Command, Moment, Refusal};

pub use perform::{Done, Outcome};
pub use read::{COUNT_CAP, FileRow, Names, Other, Page, Tie, Whole};
pub use reckoning::Worked;
pub use rights::{Shown, ShownEntry};
pub use store::fault::Fault;
use store::{db::Db, migrate};
use unit::{Office, Reaction, Unit};
pub use whole::WholeImport;

/// How often work is tried that meets another writer.
const TRIES: usize = 4;

/// The office. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    catalog: RwLock<Arc<Catalog>>,
    ids: Arc<ids::Ids>,
    reactions: &'static [Reaction],
    reckoning: Arc<reckoning::Reckoning>,
    judged: judge::Judged,
    tallies: Arc<tally::Known>,
    live: live::Live,
    throttle: accounts::Throttle,
    settings: RwLock<Arc<settings::Settings>>,
    /// Frameworks that were read lately.
    frameworks: crosswalk::Known,
    /// The active rules.
    automations: RwLock<Arc<[automation::Rule]>>,
    /// Deliveries of events that are taken at a time; the others wait, so that pages never wait for them.
    intake: tokio::sync::Semaphore,
    /// Wakes the worker: something was written that may have promised a job.
    wake: tokio::sync::Notify,
    /// The address that people type to reach this house; unknown to commands.
    base: std::sync::OnceLock<String>,
}

impl Desk {
    /// Opens a database (`sqlite:PATH` or `postgres://…`), brings it to the newest version and loads the organisation's
    /// own fields into the catalog.
    pub async fn open(url: &str, catalog: Catalog, reactions: &'static [Reaction]) -> Result<Desk, Fault> {
        let db = Db::open(url).await?;
        migrate::migrate(&db).await?;
        migrate::ensure_indexes(&db, &catalog).await?;
        let inner = Inner {
            intake: tokio::sync::Semaphore::new(monitoring::lanes(db.dialect())),
            db,
            catalog: RwLock::new(Arc::new(catalog)),
            ids: Arc::new(ids::Ids::new()),
            reactions,
            reckoning: Arc::default(),
            judged: judge::Judged::default(),
            tallies: Arc::default(),
            live: live::Live::default(),
            throttle: accounts::Throttle::default(),
            settings: RwLock::default(),
            frameworks: crosswalk::Known::default(),
            automations: RwLock::new(Arc::new([])),
            wake: tokio::sync::Notify::new(),
            base: std::sync::OnceLock::new(),
        };
        let desk = Desk { inner: Arc::new(inner) };
        desk.load_fields().await?;
        desk.load_settings().await?;
        desk.renew_agreements().await?;
        desk.make_names().await?;
        desk.make_turns().await?;
        desk.load_automations().await?;
        Ok(desk)
    }

    pub fn catalog(&self) -> Arc<Catalog> {
        self.inner.catalog.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Tells the house by which address people reach it, for links in mail; said once, by whoever serves.
    pub fn is_reached_at(&self, base: &str) {
        let _ = self.inner.base.set(base.trim_end_matches('/').to_string());
    }

    /// Where people reach the program: `https://sms.example.org`; `None` until a server says so.
    pub fn reached_at(&self) -> Option<&str> {
        self.inner.base.get().map(String::as_str)
    }

    /// What a unit of work needs beside its transaction.
    pub(crate) fn office(&self) -> Office {
        Office {
            catalog: self.catalog(),
            ids: self.inner.ids.clone(),
            reactions: self.inner.reactions,
            reckoning: self.inner.reckoning.clone(),
            tallies: self.inner.tallies.clone(),
            settings: self.settings(),
            automations: self.active_automations(),
            settings_are_new: Arc::default(),
        }
    }

    /// Does work through the door in one transaction, with what was agreed as it stands. What it promised is begun, and
    /// settings that it wrote are read again. Work that met another writer at the same key is done again from its
    /// beginning: then it finds what the other has written.
    pub(crate) async fn through_the_door<T, E>(
        &self,
        work: impl for<'c> Fn(&'c mut store::db::Conn, &'c unit::Office) -> BoxFuture<'c, Result<T, E>>
        + Send
        + Sync
        + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        self.renew_stale_agreements().await?;
        let work = Arc::new(work);
        let mut tries = 1;
        let (done, office) = loop {
            let (work, office) = (work.clone(), self.office());
            let lent = office.clone();
            let attempt = self.db().attempt(move |conn| async move { work(conn, &lent).await }.boxed());
            match attempt.await {
                (_, true) if tries < TRIES => tries += 1,
                (done, _) => break (done, office),
            }
        };
        if done.is_ok() {
            self.wake();
            // It is written whatever comes of this; the worker reads them again in a while.
            if office.settings_are_new.load(std::sync::atomic::Ordering::Relaxed)
                && let Err(fault) = self.load_settings().await
            {
                tracing::error!(cause = %fault, "settings cannot be read again");
            }
        }
        done
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn throttle(&self) -> &accounts::Throttle {
        &self.inner.throttle
    }

    /// Statements run since the start, for tests and benchmarks that count them.
    pub fn statements(&self) -> u64 {
        self.inner.db.statements()
    }

    /// Does one command: everything of it or nothing, with its journal entry, in one transaction.
    ///
    /// `now` is when it happens. The answer comes after the write is safe on disk.
    pub async fn perform(&self, actor: &Actor, command: Command, now: Moment) -> Result<Done, Refusal> {
        let mut done = self.perform_all(actor, vec![command], now, true).await?;
        done.pop().unwrap_or(Err(Refusal::NotFound))
    }

    /// Does many commands in one transaction: an import's batch. A refused one leaves the others standing, unless
    /// `all_or_nothing`: then the first refusal undoes them all and is the answer.
    pub async fn perform_all(
        &self,
        actor: &Actor,
        commands: Vec<Command>,
        now: Moment,
        all_or_nothing: bool,
    ) -> Result<Vec<Result<Done, Refusal>>, Refusal> {
        self.perform_each(errands(actor, commands, now), all_or_nothing).await
    }

    /// Does many commands in one transaction, each for its own actor at its own time, which is also when it counts as
    /// written down.
    pub fn perform_each(
        &self,
        errands: Vec<Errand>,
        all_or_nothing: bool,
    ) -> BoxFuture<'_, Result<Vec<Result<Done, Refusal>>, Refusal>> {
        self.through_the_door(move |conn, office| {
            perform_in(Unit::new(conn, office, Moment::UNKNOWN), errands.clone(), all_or_nothing).boxed()
        })
        .boxed()
    }

    /// Does commands, and then those that name what came of them, in one transaction: everything of it or nothing. Answers what
    /// came of the first ones.
    ///
    /// # Errors
    /// The first refusal of either.
    pub async fn perform_then(
        &self,
        actor: &Actor,
        commands: Vec<Command>,
        then: impl Fn(&[Done]) -> Vec<Command> + Send + Sync + 'static,
        now: Moment,
    ) -> Result<Vec<Done>, Refusal> {
        let (actor, then) = (actor.clone(), Arc::new(then));
        self.through_the_door(move |conn, office| {
            let (commands, actor, then) = (commands.clone(), actor.clone(), then.clone());
            async move {
                let first = errands(&actor, commands, now);
                let done = perform_in(Unit::new(conn, office, Moment::UNKNOWN), first, true).await?;
                let done = done.into_iter().collect::<Result<Vec<Done>, Refusal>>()?;
                let following = errands(&actor, then(&done), now);
                perform_in(Unit::new(conn, office, Moment::UNKNOWN), following, true).await?;
                Ok(done)
            }
            .boxed()
        })
        .await
    }

    /// Goes through the same door and undoes everything again: what would become of the commands.
    pub async fn rehearse(
        &self,
        actor: &Actor,
        commands: Vec<Command>,
        now: Moment,
    ) -> Result<Vec<Result<Done, Refusal>>, Refusal> {
        let errands = errands(actor, commands, now);
        let office = self.office();
        let undone: Result<(), Undone> = self
            .db()
            .write(move |conn| {
                async move {
                    let unit = Unit::new(conn, &office, now);
                    Err(match perform_in(unit, errands, false).await {
                        Ok(done) => Undone::Done(done),
                        Err(refusal) => Undone::Refused(refusal),
                    })
                }
                .boxed()
            })
            .await;
        match undone {
            Err(Undone::Done(done)) => Ok(done),
            Err(Undone::Refused(refusal)) => Err(refusal),
            Ok(()) => Ok(Vec::new()),
        }
    }

    /// Lets the database look at what a large import has changed, so that its plans fit, and forgets what was counted of a past
    /// that is told otherwise now.
    pub async fn after_import(&self) -> Result<(), Fault> {
        let db = self.db();
        db.write(|conn| async move { store::score::forget(conn).await }.boxed()).await?;
        db.write(|conn| async move { conn.script("analyze").await }.boxed()).await
    }

    /// Whether the database can be read and written.
    ///
    /// # Errors
    /// The name of the part that fails; its cause is in the log.
    pub async fn ready(&self) -> Result<(), &'static str> {
        let told = |part: &'static str| {
            move |fault: Fault| {
                tracing::error!(%part, cause = %fault, "not ready");
                part
            }
        };
        let mut conn = self.db().read().await.map_err(told("database (connecting)"))?;
        migrate::version(&mut conn).await.map_err(told("database (reading)"))?;
        drop(conn);
        self.db().write(|_| async { Ok::<(), Fault>(()) }.boxed()).await.map_err(told("database (writing)"))
    }

    /// Waits for what is being written and closes the database.
    pub async fn close(&self) {
        self.inner.db.close().await;
    }
}

/// A command with who does it and when.
#[derive(Clone, Debug)]
pub struct Errand {
    pub actor: Actor,
    pub command: Command,
    pub at: Moment,
}

fn errands(actor: &Actor, commands: Vec<Command>, at: Moment) -> Vec<Errand> {
    commands.into_iter().map(|command| Errand { actor: actor.clone(), command, at }).collect()
}

/// What came of commands that were undone again.
enum Undone {
    Done(Vec<Result<Done, Refusal>>),
    Refused(Refusal),
}

impl From<Fault> for Undone {
    fn from(fault: Fault) -> Undone {
        Undone::Refused(fault.into())
    }
}

async fn perform_in(
    mut unit: Unit<'_>,
    errands: Vec<Errand>,
    all_or_nothing: bool,
) -> Result<Vec<Result<Done, Refusal>>, Refusal> {
    unit.preload(errands.iter().filter_map(|errand| number_of(&errand.command)).collect()).await?;
    let mut done = Vec::with_capacity(errands.len());
    for errand in errands {
        unit.record_at(errand.at);
        match perform::perform(&mut unit, &errand.actor, errand.command, errand.at).await {
            Err(Refusal::Fault(id)) => return Err(Refusal::Fault(id)),
            Err(refusal) if all_or_nothing => return Err(refusal),
            outcome => done.push(outcome),
        }
    }
    unit.flush().await?;
    Ok(done)
}

fn number_of(command: &Command) -> Option<String> {
    match command {
        Command::Create { number, .. } => number.clone(),
        Command::Import { line } => line.number.clone(),
        Command::Edit { target, .. }
        | Command::Step { target, .. }
        | Command::Note { target, .. }
        | Command::Decide { target, .. }
        | Command::Escalate { target, .. }
        | Command::Link { target, .. }
        | Command::Unlink { target, .. }
        | Command::Attach { target, .. }
        | Command::Undo { target } => Some(target.number.clone()),
    }
}
