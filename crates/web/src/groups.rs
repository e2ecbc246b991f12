//! The teams of whoever asks, remembered for a while: every list names them, and they change rarely.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use desk::views::Group;
use model::{Moment, Refusal, time::SECOND};

use crate::{App, Seat};

/// Whoever joins a team sees its tab after this, in milliseconds.
const FRESH: i64 = 60 * SECOND;
/// Accounts whose teams are remembered.
const REMEMBERED: usize = 1_000;

/// The teams of one person, and when they were asked.
type Known = (Moment, Arc<Vec<Group>>);

#[derive(Default)]
pub(crate) struct Groups(Mutex<HashMap<i64, Known>>);

impl App {
    pub(crate) async fn groups(&self, seat: &Seat) -> Result<Arc<Vec<Group>>, Refusal> {
        let fresh = |at: Moment| seat.now >= at && seat.now < at.plus(FRESH);
        let known = {
            let groups = self.groups.0.lock().unwrap_or_else(PoisonError::into_inner);
            groups.get(&seat.account.id).filter(|(at, _)| fresh(*at)).cloned()
        };
        if let Some((_, groups)) = known {
            return Ok(groups);
        }
        let found = Arc::new(self.desk.groups(&seat.actor, seat.now).await?);
        let mut groups = self.groups.0.lock().unwrap_or_else(PoisonError::into_inner);
        if groups.len() >= REMEMBERED {
            groups.retain(|_, (at, _)| fresh(*at));
        }
        groups.insert(seat.account.id, (seat.now, found.clone()));
        Ok(found)
    }
}
