//! Records as they were on record at an instant, with their history: what checks and past lists look at.

use std::collections::HashMap;

use engines::conformity::{Case, is_told, lean};
use futures::{
    FutureExt as _,
    future::BoxFuture,
    stream::{FuturesOrdered, StreamExt},
};
use model::{Catalog, Entry, Moment, Record, RecordId, Refusal, journal::fold};

use tokio::task::JoinError;

use crate::{
    Desk, Fault,
    store::{
        db::Conn,
        journal,
        record::{self, Kept},
    },
};

/// Records read and folded at a time.
const STRIDE: i64 = 2_000;

/// Strides that are folded while the next one is read; each holds one of the connections for readers.
const BESIDE: usize = 2;

type Folded = Result<(Vec<Case>, Ahead), Refusal>;

/// What is still to come: from which moment on which record is another than it was told.
pub(crate) type Ahead = Vec<(Moment, RecordId)>;

/// Why nothing is told of an instant; `None` for one that is over. Commands, pages and API all refuse with this sentence.
pub fn not_yet(at: Moment, now: Moment) -> Option<String> {
    (at > now).then(|| format!("{at} has not come yet; what was on record is told of the past"))
}

impl Desk {
    /// Every record of the kinds that was on record at the instant; for the program's own judging, not for showing.
    pub async fn cases_of(&self, kinds: &[&'static str], at: Moment) -> Result<Vec<Case>, Refusal> {
        let mut found = Vec::new();
        self.tell_cases(kinds, at, |case| found.push(case)).await?;
        Ok(found)
    }

    /// The same, one after the other in the order of their ids.
    pub(crate) async fn tell_cases(
        &self,
        kinds: &[&'static str],
        at: Moment,
        mut take: impl FnMut(Case) + Send,
    ) -> Result<Ahead, Refusal> {
        let catalog = self.catalog();
        let (mut ahead, mut strides) = (Ahead::new(), record::Strides::over(kinds, STRIDE));
        // While the next records are read, the history of those before is folded beside. Nobody holds a connection while waiting
        // for somebody who needs one.
        let mut folding = FuturesOrdered::new();
        loop {
            let next = strides.next(&mut self.db().read().await?, &catalog).await?;
            let Some(records) = next else { break };
            folding.push_back(tokio::spawn(self.clone().fold_beside(records, at)));
            if folding.len() > BESIDE
                && let Some(folded) = folding.next().await
            {
                ahead.extend(told(folded, &mut take)?);
            }
        }
        while let Some(folded) = folding.next().await {
            ahead.extend(told(folded, &mut take)?);
        }
        Ok(ahead)
    }

    async fn fold_beside(self, records: Vec<Kept>, at: Moment) -> Folded {
        let mut conn = self.db().read().await?;
        let mut found = Vec::with_capacity(records.len());
        let ahead = fold_all(&mut conn, &self.catalog(), records, at, &mut |case| found.push(case)).await?;
        Ok((found, ahead))
    }

    /// The same for some records; those that are not on record at the instant are left out.
    pub(crate) fn cases_by_ids<'a>(
        &'a self,
        ids: &'a [i64],
        at: Moment,
    ) -> BoxFuture<'a, Result<(Vec<Case>, Ahead), Refusal>> {
        async move {
            let catalog = self.catalog();
            let mut conn = self.db().read().await?;
            let (mut found, mut ahead) = (Vec::new(), Ahead::new());
            for ids in ids.chunks(STRIDE as usize) {
                let records = record::by_ids(&mut conn, &catalog, ids).await?;
                ahead.extend(fold_all(&mut conn, &catalog, records, at, &mut |case| found.push(case)).await?);
            }
            Ok((found, ahead))
        }
        .boxed()
    }
}

/// Hands on what was folded beside.
fn told(folded: Result<Folded, JoinError>, take: &mut impl FnMut(Case)) -> Result<Ahead, Refusal> {
    let (cases, ahead) = folded.map_err(|error| Fault::new(error.to_string()))??;
    cases.into_iter().for_each(take);
    Ok(ahead)
}

/// Folds records as of an instant with their history and their links.
async fn fold_all(
    conn: &mut Conn,
    catalog: &Catalog,
    records: Vec<Kept>,
    at: Moment,
    take: &mut (dyn FnMut(Case) + Send),
) -> Result<Ahead, Refusal> {
    let (mut found, mut ahead) = (Vec::with_capacity(records.len()), Ahead::new());
    for Kept { record, .. } in records {
        if record.created <= at {
            found.push(record);
        } else {
            ahead.push((record.created, record.id));
        }
    }
    let ids: Vec<i64> = found.iter().map(|record| record.id.0).collect();
    // Only what has changed since must be told again from its whole history.
    let (since, as_now): (Vec<&Record>, Vec<&Record>) = found.iter().partition(|record| record.changed > at);
    let numbers = |records: Vec<&Record>| records.into_iter().map(|record| record.id.0).collect::<Vec<_>>();
    let mut entries: HashMap<i64, Vec<Entry>> = journal::of_records(conn, catalog, &numbers(since)).await?;
    let mut told = journal::marks_of_records(conn, catalog, &numbers(as_now), is_told).await?;
    let mut links = journal::links_from(conn, &ids, Some(at)).await?;
    for mut record in found {
        let Some(kind) = catalog.find(record.kind) else { continue };
        let mut marks = told.remove(&record.id.0).unwrap_or_default();
        if record.changed > at {
            marks = entries.remove(&record.id.0).unwrap_or_default().iter().map(Entry::mark).collect();
            ahead
                .extend(marks.iter().map(|mark| mark.at).filter(|when| *when > at).min().map(|when| (when, record.id)));
            match fold(&marks, at) {
                Some(folded) => folded.apply(kind, &mut record),
                None => continue,
            }
            marks.retain(|mark| mark.at <= at);
        }
        marks.iter_mut().for_each(lean);
        marks.shrink_to_fit();
        let links = links.remove(&record.id.0).unwrap_or_default();
        take(Case { record, marks, links });
    }
    Ok(ahead)
}
