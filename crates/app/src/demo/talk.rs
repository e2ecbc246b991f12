//! What waits for those who sign in: a note that names them, and records that they watch.

use desk::Desk;
use model::{Command, Moment, Query, Target, filter_text, query};

use super::people::{self, AOIFE, INES};
use crate::Failure;

/// Incidents that are still open get the note, and are watched.
const WATCHED: usize = 3;

pub async fn write(desk: &Desk, now: Moment) -> Result<(), Failure> {
    let catalog = desk.catalog();
    let Some(kind) = catalog.find("incident") else { return Ok(()) };
    let filter = filter_text::parse("phase != done", kind).map_err(Failure::Failed)?;
    let order = query::orders("due", kind).map_err(Failure::Failed)?;
    let (aoife, ines) = (people::actor(AOIFE), people::actor(INES));
    let open = desk.list(&aoife, &Query { filter, order, size: WATCHED, ..Query::of(kind.name) }, now).await?;
    for (at, shown) in open.records.iter().enumerate() {
        let number = shown.number().to_string();
        if at == 0 {
            let text =
                "@ines.okafor, @rosa.marin: they ask for a call before their meeting. Can one of you take that?".into();
            let target = Target { kind: kind.name.into(), number: number.clone(), version: None };
            desk.perform(&aoife, Command::Note { target, text, public: false }, now).await?;
        }
        desk.watch(&ines, kind.name, &number, true, now).await?;
    }
    Ok(())
}
