//! The clocks of records: what was agreed, known in memory, and the copies beside records, made anew when that changes.
//!
//! A clock follows from the journal of its record and from what was agreed (`engines::clocks`). The copy beside a record is
//! what lists read, sort and filter by; it is counted again in the transaction of every entry that moves it.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use engines::clocks::{self, Agreements, Clock, HEEDED, Stay};
use futures::FutureExt;
use model::{Actor, Catalog, Entry, Kind, Mark, Moment, Record, Refusal};

use crate::{
    Desk, alarms,
    store::{
        alarm,
        db::Conn,
        fault::Fault,
        journal,
        record::{self, Kept},
    },
};

/// Records whose clocks are made anew at a time.
const STRIDE: i64 = 400;

/// What was agreed, as of one state of the records that say so.
pub(crate) struct Known {
    stamp: i64,
    records: Vec<(Record, Vec<Mark>)>,
    pub agreements: Arc<Agreements>,
}

impl Known {
    /// What was agreed as far as it was on record at an instant.
    fn as_of(&self, at: Moment) -> Agreements {
        let then = |(record, marks): &(Record, Vec<Mark>)| {
            let marks: Vec<Mark> = marks.iter().filter(|mark| mark.at <= at).cloned().collect();
            (!marks.is_empty()).then(|| (record.clone(), marks))
        };
        Agreements::read(&self.records.iter().filter_map(then).collect::<Vec<_>>())
    }
}

/// The newest of what was agreed that is committed, shared by everybody.
pub(crate) struct Reckoning {
    known: RwLock<Arc<Known>>,
    /// Somebody has seen newer records than those that are known.
    stale: AtomicBool,
}

impl Default for Reckoning {
    fn default() -> Reckoning {
        // No sum of versions is negative, so that the first look finds it stale.
        let nothing = Known { stamp: -1, records: Vec::new(), agreements: Arc::default() };
        Reckoning { known: RwLock::new(Arc::new(nothing)), stale: AtomicBool::new(true) }
    }
}

impl Reckoning {
    pub fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was agreed as this connection sees it, what its own transaction has written included. It is shared only once
    /// it is committed: see [`Desk::renew_agreements`].
    pub async fn seen(&self, conn: &mut Conn, catalog: &Catalog) -> Result<Arc<Known>, Fault> {
        let known = self.known();
        let kinds = heeded(catalog);
        let stamp = record::stamp(conn, &kinds).await?;
        if stamp == known.stamp {
            return Ok(known);
        }
        self.stale.store(true, Ordering::Relaxed);
        let records = told(conn, catalog, &kinds).await?;
        Ok(Arc::new(Known { stamp, agreements: Arc::new(Agreements::read(&records)), records }))
    }
}

fn heeded(catalog: &Catalog) -> Vec<&'static str> {
    HEEDED.iter().filter_map(|(name, _)| catalog.find(name)).map(|kind| kind.name).collect()
}

/// Every record of the kinds with its whole history.
async fn told(conn: &mut Conn, catalog: &Catalog, kinds: &[&str]) -> Result<Vec<(Record, Vec<Mark>)>, Fault> {
    let (mut found, mut strides) = (Vec::new(), record::Strides::over(kinds, STRIDE));
    while let Some(records) = strides.next(conn, catalog).await? {
        let ids: Vec<i64> = records.iter().map(|kept| kept.record.id.0).collect();
        let mut entries = journal::of_records(conn, catalog, &ids).await?;
        for kept in records {
            let entries = entries.remove(&kept.record.id.0).unwrap_or_default();
            found.push((kept.record, entries.iter().map(Entry::mark).collect()));
        }
    }
    Ok(found)
}

/// The clocks of a record as its entries tell them, which stand in the order of their times.
pub(crate) fn reckon(kind: &Kind, entries: &[Entry], agreements: &Agreements, now: Moment) -> Vec<Clock> {
    if !kind.clocked || !clocks::is_started(kind, entries) {
        return Vec::new();
    }
    let marks: Vec<Mark> = entries.iter().map(Entry::mark).collect();
    clocks::replay(kind, &marks, agreements, now)
}

/// The same at an instant of the past, from the entries until then.
pub(crate) fn until(kind: &Kind, entries: &[Entry], agreements: &Agreements, at: Moment) -> Vec<Clock> {
    let last = entries.partition_point(|entry| entry.at <= at);
    reckon(kind, &entries[..last], agreements, at)
}

/// The same with their working.
pub(crate) fn work(kind: &Kind, entries: &[Entry], agreements: &Agreements, now: Moment) -> Vec<Clock> {
    started(kind, entries, now).map_or_else(Vec::new, |marks| clocks::working(kind, &marks, agreements, now))
}

/// In whose hands a record was, and for how long.
pub(crate) fn hands(kind: &Kind, entries: &[Entry], agreements: &Agreements, now: Moment) -> Vec<Stay> {
    started(kind, entries, now).map_or_else(Vec::new, |marks| clocks::hands(kind, &marks, agreements, now))
}

/// What the journal until then tells clocks; none of a record that has no clocks or has not begun.
fn started(kind: &Kind, entries: &[Entry], now: Moment) -> Option<Vec<Mark>> {
    let entries = &entries[..entries.partition_point(|entry| entry.at <= now)];
    (kind.clocked && clocks::is_started(kind, entries)).then(|| entries.iter().map(Entry::mark).collect())
}

/// The clocks of a record with their working, and in whose hands it was; for our own people the legs of each as well.
#[derive(Clone, Debug, Default)]
pub struct Worked {
    pub clocks: Vec<Clock>,
    pub hands: Vec<Stay>,
}

impl Worked {
    pub(crate) fn of(actor: &Actor, kind: &Kind, entries: &[Entry], agreements: &Agreements, at: Moment) -> Worked {
        let own = actor.customer.is_none();
        let mut clocks = work(kind, entries, agreements, at);
        clocks.retain(|clock| own || clock.leg.is_empty());
        if !own {
            // A customer's people do not read what we write to each other of a pause.
            clocks.iter_mut().flat_map(|clock| &mut clock.segments).for_each(|segment| segment.waits = None);
        }
        Worked { clocks, hands: if own { hands(kind, entries, agreements, at) } else { Vec::new() } }
    }
}

/// Copies of clocks at a later moment.
pub(crate) fn advanced(held: Vec<Clock>, agreements: &Agreements, now: Moment) -> Vec<Clock> {
    held.into_iter().map(|clock| clocks::advanced(clock, agreements, now)).collect()
}

/// What is not as it should be, with what it should be.
#[derive(Default)]
struct Others {
    clocks: Vec<(Kept, Vec<Clock>)>,
    alarms: Vec<alarm::Wanted>,
}

impl Desk {
    /// Reads again what was agreed where something of it is newer than what is known: after a write, and now and then
    /// for what another server has written.
    pub(crate) async fn renew_agreements(&self) -> Result<(), Fault> {
        let reckoning = &self.inner.reckoning;
        reckoning.stale.store(false, Ordering::Relaxed);
        let renewed = async {
            let mut conn = self.db().read().await?;
            reckoning.seen(&mut conn, &self.catalog()).await
        };
        let known = renewed.await.inspect_err(|_| reckoning.stale.store(true, Ordering::Relaxed))?;
        reckoning.stale.store(false, Ordering::Relaxed);
        let mut shared = reckoning.known.write().unwrap_or_else(PoisonError::into_inner);
        // Of two who read at once the one that saw more is right: versions only grow.
        if known.stamp > shared.stamp {
            *shared = known;
        }
        Ok(())
    }

    /// The same, only where somebody has come upon newer records.
    pub(crate) async fn renew_stale_agreements(&self) -> Result<(), Fault> {
        match self.inner.reckoning.stale.load(Ordering::Relaxed) {
            true => self.renew_agreements().await,
            false => Ok(()),
        }
    }

    /// What was agreed as far as this server knows, without asking.
    pub(crate) fn known_agreements(&self) -> Arc<Agreements> {
        self.inner.reckoning.known().agreements.clone()
    }

    /// What was agreed, as a record is to be shown by it: what is known now, or what was on record at an instant.
    pub(crate) async fn agreements(&self, conn: &mut Conn, as_of: Option<Moment>) -> Result<Arc<Agreements>, Fault> {
        let known = self.inner.reckoning.seen(conn, &self.catalog()).await?;
        Ok(match as_of {
            Some(at) => Arc::new(known.as_of(at)),
            None => known.agreements.clone(),
        })
    }

    /// What is agreed now, and what would be with one more record that says so.
    pub(crate) async fn agreements_with(
        &self,
        conn: &mut Conn,
        more: Record,
    ) -> Result<(Arc<Agreements>, Agreements), Fault> {
        let known = self.inner.reckoning.seen(conn, &self.catalog()).await?;
        let mut records = known.records.clone();
        records.push((more, Vec::new()));
        Ok((known.agreements.clone(), Agreements::read(&records)))
    }

    /// What was agreed as far as it is on record, now or at an instant of the past: for figures that the program makes.
    pub async fn agreed(&self, as_of: Option<Moment>) -> Result<Arc<Agreements>, Refusal> {
        let mut conn = self.db().read().await?;
        Ok(self.agreements(&mut conn, as_of).await?)
    }

    /// The clocks of a record with their working, now or at an instant of the past.
    ///
    /// # Errors
    /// `NotFound` for what is not there and for what the actor may not see.
    pub async fn clocks(
        &self,
        actor: &Actor,
        kind: &str,
        number: &str,
        as_of: Option<Moment>,
        now: Moment,
    ) -> Result<Vec<Clock>, Refusal> {
        Ok(self.worked(actor, kind, number, as_of, now).await?.clocks)
    }

    /// The same with who had the record for how long.
    ///
    /// # Errors
    /// As for [`Desk::clocks`].
    pub async fn worked(
        &self,
        actor: &Actor,
        kind: &str,
        number: &str,
        as_of: Option<Moment>,
        now: Moment,
    ) -> Result<Worked, Refusal> {
        let (mut conn, record) = self.seen(actor, kind, number, now).await?;
        let catalog = self.catalog();
        let kind = catalog.find(kind).filter(|kind| kind.clocked);
        let Some(kind) = kind else { return Ok(Worked::default()) };
        let entries = journal::of_record(&mut conn, &catalog, record.id).await?;
        let agreements = self.agreements(&mut conn, as_of).await?;
        Ok(Worked::of(actor, kind, &entries, &agreements, as_of.unwrap_or(now)))
    }

    /// Makes the clocks beside every record anew from the journals. Answers how many were others than before.
    pub async fn rebuild_clocks(&self, now: Moment) -> Result<u64, Refusal> {
        self.reckon_again(false, now).await
    }

    /// The same for records that are not done: what a change of an agreement or a calendar can still move. Whoever has
    /// imported both in any order calls it once at the end.
    pub async fn renew_clocks(&self, now: Moment) -> Result<u64, Refusal> {
        self.reckon_again(true, now).await
    }

    /// In small transactions, so that nobody waits for it. What is written to a record meanwhile counts its clocks itself.
    async fn reckon_again(&self, open: bool, now: Moment) -> Result<u64, Refusal> {
        self.renew_agreements().await?;
        let catalog = self.catalog();
        let kinds: Vec<&str> = catalog.kinds().iter().filter(|kind| kind.clocked).map(|kind| kind.name).collect();
        let (mut changed, mut after) = (0, i64::MIN);
        while !kinds.is_empty() {
            let mut conn = self.db().read().await?;
            let ids = record::ids(&mut conn, &kinds, open, after, STRIDE).await?;
            let Some(last) = ids.last() else { break };
            after = *last;
            let others = self.others(&mut conn, &catalog, &ids, now).await?;
            drop(conn);
            changed += self.put_clocks(others.clocks).await?;
            self.put_alarms(others.alarms).await?;
        }
        Ok(changed)
    }

    /// Those of the records whose clocks and alarms are not what they should be, with what they should be.
    async fn others(&self, conn: &mut Conn, catalog: &Catalog, ids: &[i64], now: Moment) -> Result<Others, Fault> {
        let known = self.inner.reckoning.seen(conn, catalog).await?;
        let kept = record::by_ids(conn, catalog, ids).await?;
        let mut entries: HashMap<i64, Vec<Entry>> = journal::of_records(conn, catalog, ids).await?;
        let rings = alarm::of(conn, ids).await?;
        let settings = self.settings();
        let mut others = Others::default();
        for kept in kept {
            let Some(kind) = catalog.find(kept.record.kind) else { continue };
            let entries = entries.remove(&kept.record.id.0).unwrap_or_default();
            let now = now.max(kept.record.changed);
            let wanted = alarms::wanted(kind, &kept.record, &entries, &known.agreements, &settings, now);
            others.alarms.extend(wanted.into_iter().filter(|wanted| !alarms::stands(wanted, &rings, now)));
            let fresh = reckon(kind, &entries, &known.agreements, now);
            let standing = advanced(kept.clocks.clone(), &known.agreements, now);
            if !clocks::agree(&standing, &fresh) {
                others.clocks.push((kept, fresh));
            }
        }
        Ok(others)
    }

    async fn put_alarms(&self, wanted: Vec<alarm::Wanted>) -> Result<(), Fault> {
        if wanted.is_empty() {
            return Ok(());
        }
        self.db().write(move |conn| async move { alarm::set(conn, &wanted, |_| false).await }.boxed()).await
    }

    async fn put_clocks(&self, others: Vec<(Kept, Vec<Clock>)>) -> Result<u64, Fault> {
        if others.is_empty() {
            return Ok(0);
        }
        let catalog = self.catalog();
        self.db()
            .write(move |conn| {
                async move {
                    let mut changed = 0;
                    for (kept, held) in &others {
                        if let Some(kind) = catalog.find(kept.record.kind) {
                            changed += u64::from(record::set_clocks(conn, kind, kept, held).await?);
                        }
                    }
                    Ok::<u64, Fault>(changed)
                }
                .boxed()
            })
            .await
    }
}
