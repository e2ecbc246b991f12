//! What a rule would have done: the last thirty days are read from the journals, and nothing is written.

use engines::automation::{self, Definition, When};
use model::{
    Actor, Kind, Mark, Moment, Record, Refusal,
    filter::Context,
    journal::fold,
    time::{DAY, MINUTE},
};

use crate::{
    Desk, rights,
    store::{automation as store, db::Conn, fault::Fault, filter::Builder, journal, record},
};

/// How far it looks back.
const BACK: i64 = 30 * DAY;
/// Records that are looked at, those that changed last first.
const RECORDS_MAX: i64 = 2_000;
const STRIDE: usize = 200;

/// What a rule would have done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rehearsal {
    /// Records that were looked at.
    pub records: usize,
    /// Whether there were more.
    pub is_cut: bool,
    /// Each time that it would have acted, newest first.
    pub acts: Vec<WouldAct>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WouldAct {
    pub number: String,
    pub title: String,
    pub at: Moment,
}

impl Desk {
    /// Tries a rule on what happened in the last thirty days.
    ///
    /// # Errors
    /// `Invalid` with a sentence beside each part that is wrong.
    pub async fn rehearse_automation(
        &self,
        actor: &Actor,
        definition: &Definition,
        now: Moment,
    ) -> Result<Rehearsal, Refusal> {
        rights::administer(actor, now)?;
        // Nothing is done, so that nobody's rights are borrowed.
        let mut errors = self.automation_errors(actor, definition);
        errors.retain(|error| error.field != "roles");
        if !errors.is_empty() {
            return Err(Refusal::Invalid(errors));
        }
        let catalog = self.catalog();
        let kind = catalog.find(&definition.kind).ok_or(Refusal::NotFound)?;
        let mut conn = self.db().read().await?;
        let mut rehearsal = match definition.when {
            When::Due => due(&mut conn, kind, definition, actor, now).await?,
            _ => told(&mut conn, &catalog, kind, definition, actor, now).await?,
        };
        rehearsal.acts.sort_by(|left, right| right.at.cmp(&left.at).then_with(|| left.number.cmp(&right.number)));
        Ok(rehearsal)
    }
}

/// Open records that were due within the time; what is done already is not known to have been late.
async fn due(
    conn: &mut Conn,
    kind: &Kind,
    definition: &Definition,
    actor: &Actor,
    now: Moment,
) -> Result<Rehearsal, Refusal> {
    let filter = automation::filter(definition, kind).map_err(Refusal::Query)?;
    let ahead = definition.minutes.saturating_mul(MINUTE);
    let mut builder = Builder::new(conn.dialect(), Context { me: &actor.email, now });
    let condition = builder.filter(&filter, kind);
    let span = (now.minus(BACK).plus(ahead), now.plus(ahead));
    let found = store::due(conn, kind.name, span, (&condition, &builder.args), RECORDS_MAX + 1).await?;
    let is_cut = found.len() as i64 > RECORDS_MAX;
    let would = |(number, title, due): (String, String, Moment)| WouldAct { number, title, at: due.minus(ahead) };
    let acts: Vec<WouldAct> = found.into_iter().take(RECORDS_MAX as usize).map(would).collect();
    Ok(Rehearsal { records: acts.len(), is_cut, acts })
}

/// What the journals tell of records that changed within the time.
async fn told(
    conn: &mut Conn,
    catalog: &model::Catalog,
    kind: &Kind,
    definition: &Definition,
    actor: &Actor,
    now: Moment,
) -> Result<Rehearsal, Refusal> {
    let since = now.minus(BACK);
    let mut ids = store::changed(conn, kind.name, since, RECORDS_MAX + 1).await?;
    let is_cut = ids.len() as i64 > RECORDS_MAX;
    ids.truncate(RECORDS_MAX as usize);
    let mut acts = Vec::new();
    for chunk in ids.chunks(STRIDE) {
        acts.extend(of_records(conn, catalog, kind, definition, actor, chunk, since).await?);
    }
    Ok(Rehearsal { records: ids.len(), is_cut, acts })
}

async fn of_records(
    conn: &mut Conn,
    catalog: &model::Catalog,
    kind: &Kind,
    definition: &Definition,
    actor: &Actor,
    ids: &[i64],
    since: Moment,
) -> Result<Vec<WouldAct>, Fault> {
    let Ok(filter) = automation::filter(definition, kind) else { return Ok(Vec::new()) };
    let records = record::by_ids(conn, catalog, ids).await?;
    let mut journals = journal::of_records(conn, catalog, ids).await?;
    let mut acts = Vec::new();
    for kept in records {
        let entries = journals.remove(&kept.record.id.0).unwrap_or_default();
        let marks: Vec<Mark> = entries.iter().map(model::Entry::mark).collect();
        for (at, entry) in entries.iter().enumerate() {
            if entry.at < since || !automation::is_told(definition, entry) {
                continue;
            }
            let then = as_of(kind, &kept.record, &marks[..=at], entry.at);
            if filter.holds(kind, &then, &[], Context { me: &actor.email, now: entry.at }) {
                acts.push(WouldAct { number: then.number.clone(), title: then.title.clone(), at: entry.at });
            }
        }
    }
    Ok(acts)
}

/// The record as it was after some of its entries.
fn as_of(kind: &Kind, present: &Record, marks: &[Mark], at: Moment) -> Record {
    let mut record = present.clone();
    if let Some(folded) = fold(marks, at) {
        folded.apply(kind, &mut record);
    }
    record
}
