//! The worker: takes jobs that are due, does them, tries again later what failed, and keeps what fails for good where
//! administrators see it. Several servers share one table; each job is taken by one of them.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use model::{
    Actor, Job, Moment, Refusal,
    time::{HOUR, MINUTE, SECOND},
};
use serde_json::Value as Json;
use tokio::sync::watch;

use crate::{
    Desk,
    accounts::IDLE,
    alarms, automation,
    house::{self, Deed},
    monitoring, once, packs, post, procedures, rights,
    store::{
        access, approval,
        fault::Fault,
        job::{self, Taken},
        once as keys, pack,
    },
};

/// A kind of job and how it is done. The same job may be done twice when a server dies over it: it must not matter.
#[derive(Clone, Copy)]
pub struct Doing {
    pub name: &'static str,
    pub run: fn(Desk, Json, Moment) -> BoxFuture<'static, Result<(), Refusal>>,
}

/// Which jobs are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// All but those that are done apart.
    House,
    /// Those of one name.
    Only(&'static str),
}

/// Names of jobs that are done apart.
pub(crate) const APART: [&str; 3] = [post::SEND, post::FETCH, packs::MAKE];

/// What the lane of all other jobs is called.
const HOUSE: &str = "house";

/// A job as administrators read it.
#[derive(Clone, Debug, PartialEq)]
pub struct JobRow {
    pub id: i64,
    pub name: String,
    pub run_at: Moment,
    /// How often it was tried.
    pub attempts: i64,
    /// Whether it is tried no more by itself.
    pub given_up: bool,
    /// Why it failed last; empty when it has not.
    pub last_error: String,
}

/// Most jobs taken at a time, done one after the other.
const AT_ONCE: i64 = 10;
/// A taken job belongs to its server for this long; nothing may take longer.
const HELD: i64 = 10 * MINUTE;
const LONGEST: Duration = Duration::from_secs(540);
/// Looking for jobs without being woken, and the shortest pause between two looks.
const POLL: Duration = Duration::from_secs(5);
/// The same for jobs that are done beside the others: nobody waits for them at a page.
const POLL_APART: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(100);
/// The wait after the first failure doubles with each further one.
const FIRST_WAIT: i64 = 30 * SECOND;
const LONGEST_WAIT: i64 = 6 * HOUR;
const ATTEMPTS: i64 = 10;
/// Longest reason that is kept, in characters.
const WHY_MAX: usize = 500;
/// What another server has changed in fields and settings is seen after this.
const RELOAD: i64 = 30 * SECOND;

/// Sweeps away what has run out: sessions, links, keys of commands.
const SWEEP: &str = "sweep";
const SWEEP_EVERY: i64 = HOUR;

/// Counts the clocks of open records again after something that was agreed has changed.
pub(crate) const RECKON: &str = "reckon";
/// Whoever edits an agreement edits it more than once.
const RECKON_AFTER: i64 = 2 * SECOND;

pub(crate) fn reckon_soon(now: Moment) -> Job {
    Job { name: RECKON, payload: Json::Null, run_at: now.plus(RECKON_AFTER), key: Some(RECKON.into()) }
}

impl Desk {
    /// Does jobs until `stop` says `true`; the job at hand is finished first. `doings` are the jobs of whoever wires the
    /// program; the house's own are known here.
    pub async fn work(
        &self,
        doings: Vec<Doing>,
        clock: Arc<dyn Fn() -> Moment + Send + Sync>,
        stop: watch::Receiver<bool>,
    ) {
        if let Err(fault) = self.promise_sweep(clock()).await {
            tracing::error!(cause = %fault, "the first sweep is not promised");
        }
        if let Err(fault) = self.wake_alarms(clock()).await {
            tracing::error!(cause = %fault, "whether there are alarms cannot be asked");
        }
        let apart = APART.map(|name| self.work_apart(Lane::Only(name), &doings, &clock, stop.clone()));
        futures::join!(self.work_here(&doings, &clock, stop), futures::future::join_all(apart));
    }

    /// Jobs that talk to servers of others, each kind beside all others: one that hangs keeps nobody waiting.
    async fn work_apart(
        &self,
        lane: Lane,
        doings: &[Doing],
        clock: &Arc<dyn Fn() -> Moment + Send + Sync>,
        mut stop: watch::Receiver<bool>,
    ) {
        while !*stop.borrow_and_update() {
            if let Err(fault) = self.work_lane(lane, doings, clock()).await {
                tracing::error!(cause = %fault, "jobs cannot be taken");
            }
            tokio::select! {
                _ = stop.changed() => {}
                () = tokio::time::sleep(POLL_APART) => {}
            }
        }
    }

    async fn work_here(
        &self,
        doings: &[Doing],
        clock: &Arc<dyn Fn() -> Moment + Send + Sync>,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut loaded = clock();
        while !*stop.borrow_and_update() {
            let now = clock();
            if let Err(fault) = self.promise_alarms(now).await {
                tracing::error!(cause = %fault, "what is due by itself cannot be looked for");
            }
            if let Err(fault) = self.work_lane(Lane::House, doings, now).await {
                tracing::error!(cause = %fault, "jobs cannot be taken");
            }
            if now >= loaded.plus(RELOAD) {
                loaded = now;
                self.reload().await;
            }
            tokio::select! {
                _ = stop.changed() => {}
                () = tokio::time::sleep(POLL) => {}
                () = self.inner.wake.notified() => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Wakes the worker of this server.
    pub(crate) fn wake(&self) {
        self.inner.wake.notify_one();
    }

    async fn reload(&self) {
        for loaded in [
            self.load_fields().await,
            self.load_settings().await,
            self.renew_agreements().await,
            self.load_automations().await,
        ] {
            if let Err(fault) = loaded {
                tracing::error!(cause = %fault, "fields, settings, agreements or rules cannot be read again");
            }
        }
    }

    /// Does what is due now and answers how many jobs that were.
    pub async fn work_once(&self, doings: &[Doing], now: Moment) -> Result<usize, Fault> {
        self.promise_alarms(now).await?;
        let mut count = self.work_lane(Lane::House, doings, now).await?;
        for name in APART {
            count += self.work_lane(Lane::Only(name), doings, now).await?;
        }
        Ok(count)
    }

    async fn work_lane(&self, lane: Lane, doings: &[Doing], now: Moment) -> Result<usize, Fault> {
        let mut count = 0;
        loop {
            let due = job::is_due(&mut self.db().read().await?, lane, now).await?;
            if !due {
                return Ok(count);
            }
            let taken = self
                .db()
                .write(move |conn| async move { job::take(conn, lane, now, now.plus(HELD), AT_ONCE).await }.boxed())
                .await?;
            if taken.is_empty() {
                // Another server was quicker.
                return Ok(count);
            }
            count += taken.len();
            for one in taken {
                self.do_job(doings, one, now).await?;
            }
        }
    }

    async fn do_job(&self, doings: &[Doing], taken: Taken, now: Moment) -> Result<(), Fault> {
        let own = [
            Doing { name: SWEEP, run: |desk, _, now| async move { Ok(desk.sweep(now).await?) }.boxed() },
            Doing { name: alarms::RING, run: |desk, _, now| async move { desk.ring(now).await }.boxed() },
            Doing {
                name: procedures::FOLLOW,
                run: |desk, payload, now| async move { desk.follow_procedure(&payload, now).await }.boxed(),
            },
            Doing { name: RECKON, run: |desk, _, now| async move { desk.reckon_and_wait(now).await }.boxed() },
            Doing {
                name: automation::ACT,
                run: |desk, payload, now| async move { desk.act_by_rule(&payload, now).await }.boxed(),
            },
            Doing { name: automation::DUE, run: |desk, _, now| async move { desk.look_for_due(now).await }.boxed() },
            Doing {
                name: monitoring::LOOK,
                run: |desk, payload, now| async move { desk.look_again(&payload, now).await }.boxed(),
            },
        ];
        let doing = doings.iter().chain(&own).find(|doing| doing.name == taken.name).copied();
        let outcome = match doing {
            None => Err("nobody here knows how to do this".to_string()),
            Some(doing) => {
                // Its own task: whatever it does, the worker goes on.
                let done = AssertUnwindSafe((doing.run)(self.clone(), taken.payload.clone(), now)).catch_unwind();
                match tokio::time::timeout(LONGEST, done).await {
                    Ok(Ok(done)) => done.map_err(|refusal| refusal.sentence()),
                    Ok(Err(_)) => Err("it broke off (a fault in the program)".into()),
                    Err(_) => Err(format!("it took longer than {} seconds", LONGEST.as_secs())),
                }
            }
        };
        let (id, name, attempts) = (taken.id, taken.name, taken.attempts);
        self.db()
            .write(move |conn| {
                async move {
                    let Err(why) = outcome else { return job::done(conn, id).await };
                    let why: String = why.chars().take(WHY_MAX).collect();
                    tracing::warn!(job = %name, attempts, %why, "a job failed");
                    if attempts >= ATTEMPTS {
                        return job::give_up(conn, id, &why).await;
                    }
                    let wait = FIRST_WAIT.saturating_mul(1 << (attempts - 1).clamp(0, 20)).min(LONGEST_WAIT);
                    job::failed(conn, id, &why, now.plus(wait)).await
                }
                .boxed()
            })
            .await
    }

    /// Promises a job outside of any write: the first turn of what is done again and again. One that waits under the same
    /// key is enough.
    pub async fn promise(&self, job: Job, now: Moment) -> Result<(), Fault> {
        let ids = self.inner.ids.clone();
        self.db().write(move |conn| async move { job::add(conn, &ids, &[job], now).await }.boxed()).await
    }

    /// Promises that what has run out is swept away at an instant, and again from then on.
    pub async fn promise_sweep(&self, at: Moment) -> Result<(), Fault> {
        self.promise(Job { name: SWEEP, payload: Json::Null, run_at: at, key: Some(SWEEP.into()) }, at).await
    }

    async fn sweep(&self, now: Moment) -> Result<(), Fault> {
        self.promise_sweep(now.plus(SWEEP_EVERY)).await?;
        self.sweep_events(now).await?;
        self.sweep_runs(now).await?;
        self.db()
            .write(move |conn| {
                async move {
                    access::sweep(conn, now, now.minus(IDLE)).await?;
                    approval::sweep(conn, now).await?;
                    pack::sweep(conn, now).await?;
                    keys::forget(conn, None, now.minus(once::MEMORY)).await
                }
                .boxed()
            })
            .await
    }

    /// Counts the clocks of open records again, and once more when something begins to hold that is agreed already.
    async fn reckon_and_wait(&self, now: Moment) -> Result<(), Refusal> {
        self.renew_clocks(now).await?;
        let Some(turn) = self.known_agreements().next_turn(now) else { return Ok(()) };
        let ids = self.inner.ids.clone();
        let again = Job { run_at: turn, key: Some(format!("{RECKON} {turn}")), ..reckon_soon(now) };
        Ok(self.db().write(move |conn| async move { job::add(conn, &ids, &[again], now).await }.boxed()).await?)
    }

    /// The jobs that wait, those with errors first, for administrators.
    pub async fn jobs(&self, actor: &Actor, now: Moment) -> Result<Vec<JobRow>, Refusal> {
        rights::administer(actor, now)?;
        let mut conn = self.db().read().await?;
        Ok(job::list(&mut conn, 200).await?)
    }

    /// Has a job tried again at once.
    pub async fn retry_job(&self, actor: &Actor, id: i64, now: Moment) -> Result<(), Refusal> {
        self.settle_job(actor, id, "retry", now).await?;
        self.wake();
        Ok(())
    }

    /// Throws a job away.
    pub async fn discard_job(&self, actor: &Actor, id: i64, now: Moment) -> Result<(), Refusal> {
        self.settle_job(actor, id, "discard", now).await
    }

    async fn settle_job(&self, actor: &Actor, id: i64, act: &'static str, now: Moment) -> Result<(), Refusal> {
        rights::administer(actor, now)?;
        let actor = actor.clone();
        self.db()
            .write(move |conn| {
                async move {
                    let name = match act {
                        "retry" => job::retry(conn, id, now).await?,
                        _ => job::discard(conn, id).await?,
                    };
                    let name = name.ok_or(Refusal::NotFound)?;
                    let deed = Deed::on("job", id, act).set("name", Some(model::Value::text(name)));
                    Ok(house::journal(conn, &actor, deed, None, now).await?)
                }
                .boxed()
            })
            .await
    }

    /// Jobs that wait and jobs that failed, for measurements.
    pub async fn job_counts(&self) -> Result<(i64, i64), Fault> {
        job::counts(&mut self.db().read().await?).await
    }

    /// For how long the oldest due job of each lane has waited, in milliseconds: zero where nothing waits. How many wait says
    /// little; how long they do says whether anybody works. `house` are all jobs that are not done apart.
    pub async fn job_lags(&self, now: Moment) -> Result<Vec<(&'static str, i64)>, Fault> {
        let overdue = job::overdue(&mut self.db().read().await?, now).await?;
        let mut lags: Vec<(&'static str, i64)> = std::iter::once(HOUSE).chain(APART).map(|lane| (lane, 0)).collect();
        for (name, since) in overdue {
            let lane = lags.iter().position(|(lane, _)| *lane == name).unwrap_or(0);
            lags[lane].1 = lags[lane].1.max(now.0 - since.0);
        }
        Ok(lags)
    }
}
