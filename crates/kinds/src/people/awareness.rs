//! An awareness record is the proof that a person was told what matters.

use crate::prelude::*;

pub const PERSON: Key<Person> = Key::new("person");
pub const TOPICS: Key<Many<Choice>> = Key::new("topics");
pub const ON: Key<Date> = Key::new("on");
pub const HOW: Key<Choice> = Key::new("how");

pub const CAMPAIGN: Key<Ref> = Key::new("campaign");
pub const ACKNOWLEDGEMENT: Key<Ref> = Key::new("acknowledgement");

/// What a person may be told of; the first five make clause 7.3.
pub const ALL_TOPICS: [&str; 6] = ["policy", "objectives", "services", "contribution", "consequences", "security"];

pub fn kind() -> Kind {
    Kind::new("awareness", "awareness_records", "AWR")
        .labelled("Awareness record", "Awareness records")
        .about("An awareness record is the proof that a person was told what matters.")
        .clause(&["7.3", "5.2.2", "5.3", "6.2.1", "8.7.3.1"])
        .area(Area::Prove)
        .field(PERSON.person().column(Column::Requester))
        .field(TOPICS.open_choices(&ALL_TOPICS).help("All of the first five within a year."))
        .field(ON.date().indexed())
        .field(
            HOW.open_choice(&["briefing", "e-learning", "e-mail", "induction", "campaign"])
                .help("In which way the person was told."),
        )
        .field(CAMPAIGN.reference(&["campaign"]).help("Where the person has confirmed it in a campaign."))
        .field(ACKNOWLEDGEMENT.reference(&["acknowledgement"]).label("Their word"))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::people())
        .list(&["number", "person", "topics", "on", "how"])
        .titled_by(&["person"])
}
