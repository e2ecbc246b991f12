//! Work in pieces, by whom it waits for: found by whose turn it is, which is kept beside the records.

use model::{Actor, Kind, Moment, Refusal};

use crate::{
    Desk, reckoning,
    rights::{self, Shown},
    store::{
        record::{self, Kept},
        turn,
    },
};

impl Desk {
    /// Open records of a kind of which a piece waits for one of these people and teams, as the actor sees them, the next due
    /// first.
    ///
    /// # Errors
    /// Only what the desk itself cannot do; a kind that the actor may not read is as good as empty.
    pub async fn turns(
        &self,
        actor: &Actor,
        kind: &Kind,
        holders: &[String],
        most: usize,
        now: Moment,
    ) -> Result<Vec<Shown>, Refusal> {
        let catalog = self.catalog();
        let scope = rights::scope(actor, &catalog, Some(kind), now);
        if scope.is_empty() {
            return Ok(Vec::new());
        }
        let mut conn = self.db().read().await?;
        let numbers = turn::waiting(&mut conn, kind, holders, most).await?;
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = record::load(&mut conn, &catalog, &numbers, false).await?;
        let kept = numbers.iter().filter_map(|number| found.remove(number));
        let shown = |kept: Kept| {
            let due = record::due(kind, &kept.record, &kept.clocks);
            let clocks = reckoning::advanced(kept.clocks, &self.known_agreements(), now);
            rights::show(actor, kind, kept.record).with_clocks(due, clocks)
        };
        Ok(kept.filter(|kept| scope.admits(kind, &kept.record)).map(shown).collect())
    }
}
