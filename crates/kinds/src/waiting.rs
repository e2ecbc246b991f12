//! Waiting: why a ticket waits, for whom, and when it is expected to go on.

use model::pause;

use crate::prelude::*;

pub const BECAUSE: Key<Long> = Key::new(pause::BECAUSE);
pub const ON: Key<Choice> = Key::new(pause::ON);
pub const WHOM: Key<Text> = Key::new(pause::WHOM);
pub const UNTIL: Key<Moment> = Key::new(pause::UNTIL);

/// For whom a state waits by its name alone.
const MEANT: [(&str, &str); 5] = [
    ("waiting_customer", "customer"),
    ("waiting_supplier", "supplier"),
    ("waiting_problem", "ticket"),
    ("waiting_change", "ticket"),
    ("scheduled", "date"),
];

/// What a pause says. On hold says nothing by itself, so there the reason and whom one waits for are needed.
pub fn fields() -> Vec<Field> {
    shared::grouped(
        "Waiting",
        vec![
            ON.choice(&pause::FOR).label("Waits for").help("Whose turn it is.").required_in(&["on_hold"]).internal(),
            WHOM.text().label("Who or which").help("A name, an address, or the number of the other ticket.").internal(),
            BECAUSE
                .long()
                .label("Why it waits")
                .help("What is missing. A note that is written with the step counts.")
                .required_in(&["on_hold"])
                .internal(),
            UNTIL
                .instant()
                .label("Expected back")
                .help("Whoever has it is reminded when this is over and it still waits.")
                .internal(),
        ],
    )
}

/// For whom it waits follows from the state where that names it, and nothing is expected back in the past.
pub fn is_said(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if let Some((_, whom)) = MEANT.iter().find(|(state, _)| rules::enters(draft, facts, &[*state]))
        && draft.get(ON).is_none()
    {
        draft.set(ON, Choice((*whom).into()));
    }
    match draft.get(UNTIL).filter(|_| rules::touched(draft, facts, &[UNTIL.name])) {
        Some(until) if until <= facts.now => {
            Err(FieldError::new(UNTIL.name, "is over already: say when it is expected"))
        }
        _ => Ok(()),
    }
}
