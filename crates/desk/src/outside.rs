//! What is told to everybody, without a sign-in: records that somebody marked for it, in the fields that their kind names, and
//! nothing else. It has no actor, and so no scope but that of a stranger.

use model::{Filter, Moment, Phase, Query, Refusal, filter::Context};

use crate::{
    Desk,
    rights::{self, Released},
    store::{
        filter::Builder,
        list,
        record::{self, Kept},
    },
};

/// Most records of a kind that are told: the page is one answer for everybody.
const MOST: usize = 200;

impl Desk {
    /// The newest records of a kind that are told to everybody, as they stand now. None of a kind that tells nothing.
    ///
    /// # Errors
    /// Only what the database cannot do.
    pub async fn released(&self, kind: &str, now: Moment) -> Result<Vec<Released>, Refusal> {
        let catalog = self.catalog();
        let Some(kind) = catalog.find(kind) else { return Ok(Vec::new()) };
        let Some(scope) = rights::stranger(kind) else { return Ok(Vec::new()) };
        let mut query = Query { size: MOST, columns: Vec::new(), ..Query::of(kind.name) };
        // What is open is found by the index of queues, however many are done.
        let states = kind.outside.map_or(&[][..], |outside| outside.states);
        if states.iter().all(|state| kind.phase(state) != Phase::Done) {
            query.filter = Filter::Not(Box::new(Filter::equal("phase", "done")));
        }
        let mut conn = self.db().read().await?;
        let builder = Builder::new(conn.dialect(), Context { me: "", now });
        let found = list::list(&mut conn, &catalog, &scope, &query, &[], builder).await?;
        let numbers: Vec<String> = found.records.into_iter().take(MOST).map(|listed| listed.record.number).collect();
        let mut kept = record::load(&mut conn, &catalog, &numbers, false).await?;
        let told = numbers.iter().filter_map(|number| kept.remove(number));
        Ok(told.filter_map(|Kept { record, .. }| rights::release(kind, record)).collect())
    }
}
