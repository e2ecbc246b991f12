//! Time that goes into a record: who worked on it, on which day, for how long. The door adds it up.

use model::handling::WorkLog;

use crate::prelude::*;

pub const WORK: Key<Many<Parts>> = Key::new("work");
pub const WORKED_MINUTES: Key<Decimal> = Key::new("worked_minutes");

/// How tickets keep it.
pub const LOG: WorkLog = WorkLog { rows: "work", time: "minutes", minutes: 1, sum: "worked_minutes" };

/// What tickets have for it; a customer's people see none of it.
pub fn fields() -> Vec<Field> {
    let row =
        vec![part::date("on"), part::person("by"), part::number("minutes"), part::text("text").label("What was done")];
    shared::grouped(
        "Work",
        vec![
            WORK.rows(row).label("Time").help("Time that went into it, by whoever spent it.").internal(),
            sum().internal(),
        ],
    )
}

pub fn sum() -> Field {
    WORKED_MINUTES.number().derived().label("Worked, minutes").help("All of the time that is written down on it.")
}
