//! An acknowledgement is the word of a person that they have read and understood one version of a document, or what a
//! campaign tells.

use crate::prelude::*;

pub const DOCUMENT: Key<Ref> = Key::new("document");
pub const CAMPAIGN: Key<Ref> = Key::new("campaign");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const PERSON: Key<Person> = Key::new("person");
pub const DUE: Key<Date> = Key::new("due");
pub const CONFIRMED_ON: Key<Date> = Key::new("confirmed_on");
pub const REMINDED_ON: Key<Date> = Key::new("reminded_on");

pub fn kind() -> Kind {
    Kind::new("acknowledgement", "acknowledgements", "ACK")
        .about(
            "An acknowledgement is the word of a person that they have read and understood \
             one version of a document, or what a campaign tells.",
        )
        .clause(&["7.5.3.2", "7.3"])
        .area(Area::Prove)
        .field(DOCUMENT.reference(&["document"]))
        .field(CAMPAIGN.reference(&["campaign"]))
        .field(
            VERSION
                .number()
                .required()
                .help("The version that is to be read, or the round of a campaign; another one asks again."),
        )
        .field(PERSON.person().required().column(Column::Owner))
        .field(DUE.date().column(Column::Due))
        .field(CONFIRMED_ON.date().label("Confirmed").derived())
        .field(REMINDED_ON.date().label("Reminded").help("When the person was last reminded.").internal())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::acknowledgements())
        .list(&["number", "title", "state", "document", "campaign", "version", "person", "due"])
        .rule(only_the_reader_confirms)
        .rule(what_was_confirmed_stays)
}

fn life() -> Lifecycle {
    Lifecycle::starts_in("asked", Open)
        .state("confirmed", Done)
        .state("superseded", Done)
        .state("cancelled", Done)
        .step("supersede", &["asked"], "superseded")
        .step("confirm", &["asked"], "confirmed")
        .step("cancel", &["asked"], "cancelled")
        .step("ask_again", &["superseded", "cancelled"], "asked")
        .withdrawable()
}

/// Nobody has read it for another person.
fn only_the_reader_confirms(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !rules::enters(draft, facts, &["confirmed"]) {
        return Ok(());
    }
    if draft.get(PERSON).is_some_and(|person| person.0 != facts.actor.email) {
        return Err(FieldError::new("state", "only whoever is asked says that they have read and understood it"));
    }
    if draft.get(DOCUMENT).is_none() && draft.get(CAMPAIGN).is_none() {
        return Err(FieldError::new(DOCUMENT.name, "name the document or the campaign that is to be read"));
    }
    rules::stamp_day(draft, facts, CONFIRMED_ON);
    Ok(())
}

/// A confirmation is for one person, one document or campaign and one version of it.
fn what_was_confirmed_stays(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(before) = facts.before.filter(|before| before.state == "confirmed") else { return Ok(()) };
    let fixed = [DOCUMENT.name, CAMPAIGN.name, VERSION.name, PERSON.name];
    match fixed.iter().find(|name| before.fields.get(**name) != draft.fields.get(**name)) {
        Some(name) => Err(FieldError::new(*name, "is what was confirmed")),
        None => Ok(()),
    }
}
