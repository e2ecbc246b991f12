//! An interested party is a person or body with a stake in services, and what it needs.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const KIND: Key<Choice> = Key::new("kind");
pub const REQUIREMENTS: Key<Many<Text>> = Key::new("requirements");
pub const HOW_MET: Key<Long> = Key::new("how_met");
pub const OWNER: Key<Person> = Key::new("owner");
pub const REVIEWED_ON: Key<Date> = Key::new("reviewed_on");

pub fn kind() -> Kind {
    Kind::new("interested_party", "interested_parties", "IPA")
        .about("An interested party is a person or body with a stake in services, and what it needs.")
        .clause(&["4.2", "4.3", "6.1.1", "8.3.2"])
        .area(Area::Prove)
        .field(NAME.text().required())
        .field(
            KIND.open_choice(&["customer", "user", "supplier", "staff", "owner", "regulator", "public", "partner"])
                .help("At least customers, suppliers and staff are named."),
        )
        .field(REQUIREMENTS.texts().help("What it needs or asks for, one a line."))
        .field(HOW_MET.long().label("How they are met").help("What we do so that these needs are met."))
        .field(OWNER.person().column(Column::Owner))
        .field(REVIEWED_ON.date().label("Reviewed"))
        .lifecycle(lifecycles::kept())
        .link("leads_to", "leads to", "follows from", &[])
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "kind", "owner", "reviewed_on", "state"])
        .titled_by(&["name"])
}
