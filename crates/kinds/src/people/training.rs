//! A training is a course or other act by which people gain a competence.

use crate::prelude::*;

pub const TOPIC: Key<Text> = Key::new("topic");
pub const PERSONS: Key<Many<Person>> = Key::new("persons");
pub const HELD_ON: Key<Date> = Key::new("held_on");
pub const PROVIDER: Key<Text> = Key::new("provider");
pub const OWNER: Key<Person> = Key::new("owner");
pub const EFFECT_CHECKED_ON: Key<Date> = Key::new("effect_checked_on");
pub const EFFECTIVE: Key<bool> = Key::new("effective");

pub fn kind() -> Kind {
    Kind::new("training", "trainings", "TRN")
        .about("A training is a course or other act by which people gain a competence.")
        .clause(&["7.2"])
        .area(Area::Prove)
        .field(TOPIC.text().required())
        .field(PERSONS.persons().label("People"))
        .field(HELD_ON.date())
        .field(PROVIDER.text().label("Held by").help("Who taught."))
        .field(OWNER.person().help("Who sees to it and to the check of its effect.").column(Column::Owner))
        .field(EFFECT_CHECKED_ON.date().label("Effect checked").help("Within ninety days."))
        .field(EFFECTIVE.flag().help("People can do what they were to learn."))
        .lifecycle(lifecycles::happens("held_on"))
        .include_links(links::general())
        .grants(roles::people())
        .list(&["number", "title", "held_on", "state", "effect_checked_on", "effective"])
        .titled_by(&["topic"])
        .rule(dates_in_order)
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, HELD_ON, EFFECT_CHECKED_ON)
}
