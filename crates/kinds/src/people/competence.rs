//! A competence is something that a person must be able to do, and the proof that they can.

use crate::prelude::*;

pub const PERSON: Key<Person> = Key::new("person");
pub const NEED: Key<Text> = Key::new("need");
pub const LEVEL: Key<Decimal> = Key::new("level");
pub const PROOF: Key<Text> = Key::new("proof");
pub const VERIFIED_ON: Key<Date> = Key::new("verified_on");
pub const VALID_UNTIL: Key<Date> = Key::new("valid_until");
pub const TRAINING: Key<Ref> = Key::new("training");
pub const GAP: Key<Long> = Key::new("gap");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");

pub fn kind() -> Kind {
    Kind::new("competence", "competences", "CMP")
        .about("A competence is something that a person must be able to do, and the proof that they can.")
        .clause(&["7.2"])
        .area(Area::Prove)
        .field(PERSON.person().column(Column::Requester))
        .field(NEED.text().help("What this person must be able to do."))
        .field(LEVEL.number().help("1 knows of it to 5 teaches it."))
        .field(PROOF.text().help("Certificate, training, years of practice."))
        .field(VERIFIED_ON.date().label("Verified").help("When the proof was last looked at."))
        .field(VALID_UNTIL.date().help("Where a certificate ends. Empty: as long as the role says."))
        .field(TRAINING.reference(&["training"]).help("The training that it comes from."))
        .field(GAP.long().help("What is missing. Empty when the level is enough."))
        .field(ACTIONS.references_or_text(&["action"]))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::people())
        .list(&["number", "person", "need", "level", "gap", "verified_on", "valid_until"])
        .titled_by(&["need"])
        .rule(dates_in_order)
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, VERIFIED_ON, VALID_UNTIL)
}
