//! Looking at events: for administrators all of them, for readers of a record what monitoring says about it.

use model::{Actor, Moment, Refusal};

use crate::{
    Desk,
    monitoring::{EventRow, Source, Trouble},
    rights::{self, Shown},
    store::events as store,
};

/// Which events are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Events {
    /// Older than the one with this id.
    pub before: Option<i64>,
    pub outcome: String,
    pub source: Option<i64>,
    pub number: String,
    /// To be found in title, alert, number or reason.
    pub words: String,
}

/// Most troubles that are shown of one record.
const TROUBLES: i64 = 100;

impl Desk {
    /// Events, newest first, for administrators.
    pub async fn events(
        &self,
        actor: &Actor,
        wanted: &Events,
        most: i64,
        now: Moment,
    ) -> Result<Vec<EventRow>, Refusal> {
        rights::administer(actor, now)?;
        Ok(store::list(&mut self.db().read().await?, wanted, most).await?)
    }

    /// How many events ended how.
    pub async fn event_counts(&self, actor: &Actor, now: Moment) -> Result<Vec<(String, i64)>, Refusal> {
        rights::administer(actor, now)?;
        Ok(store::counts(&mut self.db().read().await?).await?)
    }

    /// One event and its source, for administrators.
    pub async fn event(&self, actor: &Actor, id: i64, now: Moment) -> Result<(EventRow, Option<Source>), Refusal> {
        rights::administer(actor, now)?;
        let mut conn = self.db().read().await?;
        let row = store::by_event_id(&mut conn, id).await?.ok_or(Refusal::NotFound)?;
        let source = store::by_id(&mut conn, row.source).await?;
        Ok((row, source))
    }

    /// The troubles of a record that was shown, those that fire first. Nothing for people of customers.
    pub async fn alerts_of(&self, actor: &Actor, shown: &Shown) -> Result<Vec<Trouble>, Refusal> {
        let catalog = self.catalog();
        let follows = catalog.find(shown.kind()).is_some_and(|kind| kind.monitored.is_some());
        if actor.customer.is_some() || !follows {
            return Ok(Vec::new());
        }
        Ok(store::of_record(&mut self.db().read().await?, shown.number(), TROUBLES).await?)
    }

    /// What monitoring says about a record: its troubles, those that fire first, and its events, newest first. Nothing for
    /// people of customers.
    ///
    /// # Errors
    /// `NotFound` for what is not there and for what the actor may not see.
    pub async fn monitored(
        &self,
        actor: &Actor,
        kind: &str,
        number: &str,
        most: i64,
        now: Moment,
    ) -> Result<(Vec<Trouble>, Vec<EventRow>), Refusal> {
        let shown = self.show(actor, kind, number, None, now).await?;
        let troubles = self.alerts_of(actor, &shown).await?;
        if actor.customer.is_some() {
            return Ok((troubles, Vec::new()));
        }
        let wanted = Events { number: number.into(), ..Events::default() };
        Ok((troubles, store::list(&mut self.db().read().await?, &wanted, most).await?))
    }
}
