//! Records as they were on record at an instant, with their history: what checks and past lists look at.

use std::collections::HashMap;

use engines::conformity::{Case, is_told, lean};
use model::{Entry, Moment, Record, Refusal, journal::fold};

use crate::{
    Desk,
    store::{journal, record},
};

/// Records read and folded at a time.
const STRIDE: i64 = 2_000;

impl Desk {
    /// Every record of the kinds that was on record at the instant; for the program's own judging, not for showing.
    pub async fn cases_of(&self, kinds: &[&'static str], at: Moment) -> Result<Vec<Case>, Refusal> {
        let catalog = self.catalog();
        let mut conn = self.db().read().await?;
        let mut found = Vec::new();
        let mut after = i64::MIN;
        loop {
            let records = record::walk(&mut conn, &catalog, kinds, after, STRIDE).await?;
            let Some(last) = records.last() else { return Ok(found) };
            after = last.record.id.0;
            let records: Vec<Record> =
                records.into_iter().map(|kept| kept.record).filter(|record| record.created <= at).collect();
            let ids: Vec<i64> = records.iter().map(|record| record.id.0).collect();
            // Only what has changed since must be told again from its whole history.
            let (since, as_now): (Vec<&Record>, Vec<&Record>) = records.iter().partition(|record| record.changed > at);
            let numbers = |records: Vec<&Record>| records.into_iter().map(|record| record.id.0).collect::<Vec<_>>();
            let mut entries: HashMap<i64, Vec<Entry>> =
                journal::of_records(&mut conn, &catalog, &numbers(since)).await?;
            let mut told = journal::marks_of_records(&mut conn, &catalog, &numbers(as_now), is_told).await?;
            let mut links = journal::links_from(&mut conn, &ids, Some(at)).await?;
            for mut record in records {
                let Some(kind) = catalog.find(record.kind) else { continue };
                let mut marks = told.remove(&record.id.0).unwrap_or_default();
                if record.changed > at {
                    marks = entries.remove(&record.id.0).unwrap_or_default().iter().map(Entry::mark).collect();
                    match fold(&marks, at) {
                        Some(folded) => folded.apply(kind, &mut record),
                        None => continue,
                    }
                    marks.retain(|mark| mark.at <= at);
                }
                marks.iter_mut().for_each(lean);
                marks.shrink_to_fit();
                let links = links.remove(&record.id.0).unwrap_or_default();
                found.push(Case { record, marks, links });
            }
        }
    }
}
