//! Records as lines (contract.md section 4), whole history included, such that importing them elsewhere gives the same.

use std::collections::BTreeSet;

use model::{Act, Actor, Entry, Kind, Line, Moment, Record, Refusal, Value, journal::Changes, line::Past};
use serde_json::{Map, Value as Json};

use crate::{
    Desk, rights,
    store::{journal, record},
};

/// Records read at a time.
const STRIDE: i64 = 500;

impl Desk {
    /// The next lines after a record id, in the order in which records came; with the id to go on from. Begin with
    /// `i64::MIN`; an empty answer is the end. `kind` limits them to one.
    ///
    /// # Errors
    /// `Forbidden` for whoever may not import what is exported: both touch everything there is.
    pub async fn lines(
        &self,
        actor: &Actor,
        kind: Option<&str>,
        after: i64,
        now: Moment,
    ) -> Result<(Vec<Line>, i64), Refusal> {
        let catalog = self.catalog();
        let kinds: Vec<&Kind> = match kind {
            Some(name) => {
                vec![catalog.find(name).ok_or_else(|| Refusal::Query(catalog.unknown(name)))?]
            }
            None => catalog.kinds().iter().collect(),
        };
        for kind in &kinds {
            rights::permit(actor, kind, Act::Import, None, now)?;
        }
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
        let mut conn = self.db().read().await?;
        let records = record::walk(&mut conn, &catalog, &names, after, STRIDE).await?;
        let ids: Vec<i64> = records.iter().map(|kept| kept.record.id.0).collect();
        let mut entries = journal::of_records(&mut conn, &catalog, &ids).await?;
        let mut links = journal::links_from(&mut conn, &ids, None).await?;
        let last = ids.last().copied().unwrap_or(after);
        let lines = records.into_iter().filter_map(|kept| {
            let id = kept.record.id.0;
            let kind = catalog.find(kept.record.kind)?;
            let mut line = line(kind, kept.record, &entries.remove(&id).unwrap_or_default());
            line.links = links.remove(&id).unwrap_or_default();
            Some(line)
        });
        Ok((lines.collect(), last))
    }
}

/// A record with what its entries tell, in the order of their times.
pub(crate) fn line(kind: &Kind, record: Record, entries: &[Entry]) -> Line {
    let fields = record.fields.iter().map(|(name, value)| (name.clone(), value.to_json())).collect();
    Line {
        kind: kind.name.into(),
        number: Some(record.number),
        title: Some(record.title),
        state: Some(record.state),
        fields,
        links: Vec::new(),
        history: history(entries),
    }
}

/// What entries say with a time of their own. What a record was given without one (its base) holds from the first entry
/// on, or is the line's last word, and is told by the line itself; only where a later entry has overwritten it, it has
/// to stand in the history to be known at all. What was there before any journal needs no entry of its own.
fn history(entries: &[Entry]) -> Vec<Past> {
    if let [only] = entries
        && only.at == Moment::UNKNOWN
    {
        return Vec::new();
    }
    let mut later: BTreeSet<&String> = BTreeSet::new();
    let mut told = Vec::with_capacity(entries.len());
    for (place, entry) in entries.iter().enumerate().rev() {
        let last = place + 1 == entries.len();
        let mut changes = entry.changes.clone();
        if !last {
            let known = entry.base.iter().filter(|(name, _)| place > 0 || later.contains(name));
            changes.extend(known.map(|(name, value)| (name.clone(), value.clone())));
        }
        told.push(past(entry, changes));
        later.extend(entry.changes.keys().chain(entry.base.keys()));
    }
    told.reverse();
    told
}

fn past(entry: &Entry, mut changes: Changes) -> Past {
    let mut common = |name: &str| {
        let text = changes.get(name)?.as_ref().and_then(Value::as_text).map(str::to_string)?;
        changes.remove(name);
        Some(text)
    };
    let (title, state) = (common("title"), common("state"));
    let json = |value: Option<Value>| value.map_or(Json::Null, |value| value.to_json());
    let fields: Map<String, Json> = changes.into_iter().map(|(name, value)| (name, json(value))).collect();
    Past {
        at: entry.at,
        by: entry.by.clone(),
        title,
        state,
        fields,
        note: entry.note.as_ref().map(|note| note.text.clone()),
        public: entry.note.as_ref().is_some_and(|note| note.public),
    }
}
