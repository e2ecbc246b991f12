//! Records frozen as of an instant with the journal that tells of them: what an evidence pack is made of.

use model::{Entry, Line, Mark, Moment, Record, Refusal, journal::fold};

use crate::{
    Desk, export,
    rights::Warrant,
    store::{db::Conn, journal, record},
};

pub use crate::store::journal::Stored as StoredEntry;

/// Records read at a time.
const STRIDE: i64 = 500;

/// A record as it was on record at an instant.
pub struct Frozen {
    /// In the form of an import (contract.md section 4), with the history until the instant.
    pub line: Line,
    /// Its entries in the order in which they were written down, up to the last one that tells of the instant or before.
    pub chain: Vec<StoredEntry>,
}

impl Desk {
    /// The next records of a kind that were on record at the instant, in the order in which they came; with the id to go on
    /// from, `None` at the end. Begin with `i64::MIN`.
    pub async fn frozen(
        &self,
        _: &Warrant,
        kind: &str,
        at: Moment,
        after: i64,
    ) -> Result<(Vec<Frozen>, Option<i64>), Refusal> {
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        let records = record::walk(&mut conn, &catalog, &[kind], after, STRIDE).await?;
        let next = records.last().map(|kept| kept.record.id.0);
        let records = records.into_iter().map(|kept| kept.record).collect();
        Ok((self.freeze(&mut conn, records, at).await?, next))
    }

    /// The same for a few records by number, in the order in which they came; numbers on record nowhere are left out.
    pub async fn frozen_of(&self, _: &Warrant, numbers: &[String], at: Moment) -> Result<Vec<Frozen>, Refusal> {
        let mut conn = self.db().read().await?;
        let found = record::load(&mut conn, &self.catalog(), numbers, false).await?;
        let mut records: Vec<Record> = found.into_values().map(|kept| kept.record).collect();
        records.sort_by_key(|record| record.id.0);
        self.freeze(&mut conn, records, at).await
    }

    async fn freeze(&self, conn: &mut Conn, records: Vec<Record>, at: Moment) -> Result<Vec<Frozen>, Refusal> {
        let catalog = self.catalog();
        let records: Vec<Record> = records.into_iter().filter(|record| record.created <= at).collect();
        let ids: Vec<i64> = records.iter().map(|record| record.id.0).collect();
        let mut stored = journal::stored_of_records(conn, &ids).await?;
        let mut links = journal::links_from(conn, &ids, Some(at)).await?;
        let mut frozen = Vec::with_capacity(records.len());
        for mut record in records {
            let Some(kind) = catalog.find(record.kind) else { continue };
            let mut chain = stored.remove(&record.id.0).unwrap_or_default();
            let opened = chain.iter().map(|one| Entry::open(one.seq, &one.bytes, &one.disclosures, kind));
            let told: Vec<bool> = opened.clone().map(|entry| entry.is_some_and(|entry| entry.at <= at)).collect();
            let mut entries: Vec<Entry> = opened.flatten().filter(|entry| entry.at <= at).collect();
            entries.sort_by_key(|entry| (entry.at, entry.seq));
            let marks: Vec<Mark> = entries.iter().map(Entry::mark).collect();
            let Some(folded) = fold(&marks, at) else { continue };
            folded.apply(kind, &mut record);
            // What was written down later and tells of later says nothing of the instant; what stands between is kept, or the
            // hashes would no longer follow each other.
            chain.truncate(told.iter().rposition(|told| *told).map_or(0, |last| last + 1));
            let id = record.id.0;
            let mut line = export::line(kind, record, &entries);
            line.links = links.remove(&id).unwrap_or_default();
            frozen.push(Frozen { line, chain });
        }
        Ok(frozen)
    }
}
