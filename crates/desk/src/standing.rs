//! The facts with their verdicts, kept in memory and followed entry by entry, so that after a write the map is right at once.

use std::{
    collections::BTreeSet,
    sync::OnceLock,
    time::{Duration, Instant},
};

use engines::conformity::{Assessment, Outlook, Settings, Shared, Standing, World};
use futures::{FutureExt as _, future::BoxFuture};
use model::{Moment, Refusal, time::HOUR};

use crate::{Desk, past::Ahead, store::journal};

/// Bytes of memory that a kept record takes with what checks say of it, measured on incidents with two history entries
/// (`docs/performance.md`).
const EACH: u64 = 2_300;
/// The share of the memory of the machine that kept facts may take. Those of a past day that is counted beside them hold what is
/// as it is today in common with them, and take as much again at the very most.
const SHARE: u64 = 8;
/// As many are kept where nothing can be learnt about the memory.
const MOST: usize = 250_000;

/// Entries followed at a time; whoever is further behind begins anew.
const STEP: i64 = 20_000;

/// A number of the journal that was skipped may still be on its way, in a transaction that has not ended; after this it was
/// given back and will not come.
const PATIENCE: i64 = 2 * HOUR;
/// More ranges of skipped numbers than these are not followed: everything is read anew.
const HOLES: usize = 64;

/// More records than these are not kept: they are read anew for each assessment, with rests between.
pub(crate) fn most() -> usize {
    static MEASURED: OnceLock<usize> = OnceLock::new();
    *MEASURED.get_or_init(|| memory().map_or(MOST, |bytes| (bytes / SHARE / EACH) as usize))
}

/// Bytes of memory of this machine, or what its container leaves to it if that is less; `None` where the system does not say.
fn memory() -> Option<u64> {
    let all = std::fs::read_to_string("/proc/meminfo").ok()?;
    let all = all.lines().find_map(|line| line.strip_prefix("MemTotal:"))?.trim().strip_suffix("kB")?;
    let all = all.trim().parse::<u64>().ok()? * 1024;
    let limit = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|limit| limit.trim().parse().ok());
    Some(limit.unwrap_or(all).min(all))
}

impl Followed {
    /// Number of the newest entry that was seen.
    pub(crate) fn seen(&self) -> i64 {
        self.seen
    }

    /// For worlds of past days beside these facts.
    pub(crate) fn shared(&self) -> Shared {
        self.standing.shared()
    }

    pub(crate) fn outlook(&mut self, until: Moment) -> Outlook {
        self.standing.outlook(until)
    }
}

/// What the kept facts have seen of the journal.
#[derive(Debug)]
pub(crate) struct Followed {
    standing: Standing,
    settings: Settings,
    ahead: Ahead,
    /// Number of the newest entry that was seen.
    seen: i64,
    holes: Vec<Hole>,
}

/// Numbers of entries, both included, that were skipped when later ones were already there.
#[derive(Debug)]
struct Hole {
    from: i64,
    to: i64,
    noticed: Moment,
}

/// An assessment with what it took.
pub(crate) struct Judged {
    pub assessment: Assessment,
    /// Number of the newest journal entry that it has seen.
    pub seen: i64,
    pub took: Duration,
    /// Checks that ran.
    pub ran: usize,
    /// All facts were read for it: what comes after it costs nothing like that.
    pub is_anew: bool,
    /// Kept for the next one, unless there is too much of it.
    pub kept: Option<Followed>,
}

impl Desk {
    /// Judges what stands now, from what was kept where that can be followed.
    pub(crate) fn judge_on<'a>(
        &'a self,
        kept: Option<Followed>,
        now: Moment,
    ) -> BoxFuture<'a, Result<Judged, Refusal>> {
        async move {
            let clock = Instant::now();
            let judgements = self.judgements_as_of(now).await?;
            let (mut followed, ran, is_anew) = match self.follow(kept, now).await? {
                Some((followed, ran)) => (followed, ran, false),
                None => {
                    let (followed, ran) = self.begin(now).await?;
                    (followed, ran, true)
                }
            };
            // What people judge is laid over what the checks say: only the checks are kept.
            let assessment = followed.standing.assessment(judgements);
            let seen = followed.seen;
            let kept = (followed.standing.len() <= most()).then_some(followed);
            Ok(Judged { assessment, seen, took: clock.elapsed(), ran, is_anew, kept })
        }
        .boxed()
    }

    /// All facts as of an instant, to be judged by these limits.
    pub(crate) async fn world_as_of(&self, at: Moment, limits: Settings) -> Result<(World, Ahead), Refusal> {
        self.filled(World::empty(at, limits), at).await
    }

    /// All facts as of an instant, taken into a world in which there is nothing yet.
    pub(crate) async fn filled(&self, mut world: World, at: Moment) -> Result<(World, Ahead), Refusal> {
        let kinds: Vec<&'static str> = self.catalog().kinds().iter().map(|kind| kind.name).collect();
        let ahead = self.tell_cases(&kinds, at, |case| world.take(case)).await?;
        Ok((world, ahead))
    }

    async fn begin(&self, now: Moment) -> Result<(Followed, usize), Refusal> {
        // Whatever is written while the facts are read is followed the next time.
        let seen = self.newest_entry().await?;
        let settings = self.settings().conformity.clone();
        let (world, ahead) = self.world_as_of(now, settings.clone()).await?;
        let standing = apart(move || Standing::new(world.settled())).await?;
        let followed = Followed { standing, settings, ahead, seen, holes: Vec::new() };
        Ok((followed, engines::conformity::catalogue().requirements.len()))
    }

    /// Tells the kept facts what was written since; `None` when they cannot be followed.
    async fn follow(&self, kept: Option<Followed>, now: Moment) -> Result<Option<(Followed, usize)>, Refusal> {
        let Some(mut followed) = kept else { return Ok(None) };
        if followed.settings != self.settings().conformity || now < followed.standing.as_of() {
            return Ok(None);
        }
        let Some(mut records) = self.written_since(&mut followed, now).await? else { return Ok(None) };
        records.extend(followed.ahead.iter().filter(|(when, _)| *when <= now).map(|(_, id)| id.0));
        let records: Vec<i64> = records.into_iter().collect();
        let (cases, ahead) = self.cases_by_ids(&records, now).await?;
        followed.ahead.retain(|(_, id)| records.binary_search(&id.0).is_err());
        followed.ahead.extend(ahead);
        apart(move || {
            let ran = followed.standing.renew(now, cases);
            Some((followed, ran))
        })
        .await
    }

    /// Records of the entries that were not seen yet; `None` when there are too many.
    async fn written_since(&self, followed: &mut Followed, now: Moment) -> Result<Option<BTreeSet<i64>>, Refusal> {
        let mut conn = self.db().read().await?;
        let newer = journal::written(&mut conn, followed.seen + 1, i64::MAX, STEP).await?;
        if newer.len() as i64 == STEP {
            return Ok(None);
        }
        let mut records: BTreeSet<i64> = newer.iter().map(|(_, record)| *record).collect();
        for Hole { from, to, noticed } in std::mem::take(&mut followed.holes) {
            let late = journal::written(&mut conn, from, to, STEP).await?;
            records.extend(late.iter().map(|(_, record)| *record));
            followed.holes.extend(holes(from, to + 1, late.iter().map(|(seq, _)| *seq), noticed));
        }
        if let Some((last, _)) = newer.last() {
            followed.holes.extend(holes(followed.seen + 1, *last, newer.iter().map(|(seq, _)| *seq), now));
            followed.seen = *last;
        }
        followed.holes.retain(|hole| now.0 - hole.noticed.0 < PATIENCE);
        Ok((followed.holes.len() <= HOLES).then_some(records))
    }
}

/// The ranges of numbers before `end` that are missing among those that came, beginning with `from`.
fn holes(from: i64, end: i64, came: impl Iterator<Item = i64>, noticed: Moment) -> Vec<Hole> {
    let mut next = from;
    let mut holes = Vec::new();
    for seq in came.chain([end]) {
        if seq > next {
            holes.push(Hole { from: next, to: seq - 1, noticed });
        }
        next = next.max(seq + 1);
    }
    holes
}

/// Folding a year of records into verdicts is pure work: it must not hold up those who wait for pages.
pub(crate) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work).await.map_err(|error| crate::Fault::new(error.to_string()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_numbers_are_remembered() {
        let found = |from, end, came: &[i64]| {
            let holes = holes(from, end, came.iter().copied(), Moment(0));
            holes.into_iter().map(|hole| (hole.from, hole.to)).collect::<Vec<_>>()
        };
        assert_eq!(found(1, 5, &[1, 2, 5]), [(3, 4)]);
        assert_eq!(found(3, 8, &[5]), [(3, 4), (6, 7)]);
        assert_eq!(found(3, 6, &[]), [(3, 5)]);
        assert_eq!(found(3, 3, &[3]), []);
    }
}
