//! Records as they were on record at an instant, with their history: what checks and past lists look at.

use std::collections::HashMap;

use engines::conformity::Case;
use model::{Entry, Mark, Moment, Record, Refusal, Value, journal::fold};

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
            let mut entries: HashMap<i64, Vec<Entry>> = journal::of_records(&mut conn, &catalog, &ids).await?;
            let mut links = journal::links_from(&mut conn, &ids, Some(at)).await?;
            for mut record in records {
                let Some(kind) = catalog.find(record.kind) else { continue };
                let mut marks: Vec<Mark> =
                    entries.remove(&record.id.0).unwrap_or_default().iter().map(Entry::mark).collect();
                if record.changed > at {
                    match fold(&marks, at) {
                        Some(folded) => folded.apply(kind, &mut record),
                        None => continue,
                    }
                    marks.retain(|mark| mark.at <= at);
                }
                marks.iter_mut().for_each(lean);
                let links = links.remove(&record.id.0).unwrap_or_default();
                found.push(Case { record, marks, links });
            }
        }
    }
}

/// Letters of a text in history that checks look at: enough to know a word of a note and whether something was said.
const SAID: usize = 80;

/// Lets go of what only telling the record needed: checks read from history when what was set, not the whole of it.
fn lean(mark: &mut Mark) {
    mark.base.retain(|_, value| !matches!(value, Some(Value::Text(_) | Value::List(_) | Value::Parts(_))));
    for value in mark.changes.values_mut() {
        if let Some(Value::Text(text)) = value {
            shorten(text);
        }
    }
    if let Some(note) = &mut mark.note {
        shorten(note);
    }
}

fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(SAID) {
        text.truncate(end);
    }
    text.shrink_to_fit();
}
