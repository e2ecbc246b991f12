//! An asset is something of value that is used to deliver services: equipment, licences, money tied up.

use crate::prelude::*;

pub const TYPE: Key<Choice> = Key::new("type");
pub const OWNER: Key<Person> = Key::new("owner");
pub const SERVICE: Key<Ref> = Key::new("service");
pub const OBLIGATIONS: Key<Long> = Key::new("obligations");
pub const CHECKED_ON: Key<Date> = Key::new("checked_on");
pub const LICENCE_UNTIL: Key<Date> = Key::new("licence_until");
pub const SUPPORT_UNTIL: Key<Date> = Key::new("support_until");
pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const SERIAL_NUMBER: Key<Text> = Key::new("serial_number");
pub const LOCATION: Key<Ref> = Key::new("location");
pub const PURCHASED_ON: Key<Date> = Key::new("purchased_on");
pub const VALUE: Key<Money> = Key::new("value");
pub const QUANTITY: Key<Decimal> = Key::new("quantity");

pub fn kind() -> Kind {
    Kind::new("asset", "assets", "AST")
        .about(
            "An asset is something of value that is used to \
             deliver services: equipment, licences, money tied up.",
        )
        .clause(&["8.2.5"])
        .area(Area::Services)
        .field(shared::number_alias())
        .field(TYPE.open_choice(&["hardware", "licence", "software", "contract", "information", "facility"]))
        .field(OWNER.person().column(Column::Owner))
        .field(shared::state_alias("state"))
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(
            OBLIGATIONS
                .long()
                .help("What law, licence or contract asks of us about it. Write none where there is nothing."),
        )
        .field(CHECKED_ON.date().label("Checked").help("When somebody last made sure that it is there and right."))
        .field(LICENCE_UNTIL.date().help("After this day we may not use it without a new licence."))
        .field(SUPPORT_UNTIL.date().help("After this day the maker no longer helps."))
        .field(DESCRIPTION.long())
        .field(SERIAL_NUMBER.text())
        .field(LOCATION.reference_or_text(&["location"]))
        .field(PURCHASED_ON.date().label("Bought"))
        .field(VALUE.money().help("What it is worth, or what it cost."))
        .field(QUANTITY.number().help("Seats of a licence, pieces of equipment."))
        .lifecycle(life())
        .link("is", "is the same as", "is the same as", &["ci"])
        .include_links(links::general())
        .grants(roles::operational())
        .list(&["number", "title", "type", "state", "owner", "service", "licence_until", "support_until"])
        .titled_by(&["description"])
}

fn life() -> Lifecycle {
    const BEFORE: &[&str] = &["planned", "ordered", "in-stock"];
    let lifecycle = Lifecycle::starts_in("planned", Open)
        .state("ordered", Open)
        .state("in-stock", Done)
        .state("in-use", Done)
        .state("in-repair", Waiting)
        .state("on-loan", Done)
        .state("retired", Done)
        .state("disposed", Done)
        .state("lost", Done)
        .step("order", &["planned"], "ordered")
        .step("stock", &["planned", "ordered", "in-use", "in-repair", "on-loan", "lost"], "in-stock")
        .step("put_in_use", &["planned", "ordered", "in-stock", "in-repair", "on-loan", "retired"], "in-use")
        .step("repair", &["in-stock", "in-use"], "in-repair")
        .step("lend", &["in-stock", "in-use"], "on-loan")
        .step("retire", &[BEFORE, &["in-use", "in-repair", "on-loan"]].concat(), "retired")
        .step("report_lost", &["in-stock", "in-use", "in-repair", "on-loan"], "lost")
        .step("dispose", &["in-stock", "in-use", "retired"], "disposed");
    lifecycles::ending(lifecycle)
}
