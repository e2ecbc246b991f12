//! A configuration item (CI) is anything that must be under control so that services can be delivered.

use crate::prelude::*;

pub const TYPE: Key<Choice> = Key::new("type");
pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const OWNER: Key<Person> = Key::new("owner");
pub const SERVICE: Key<Ref> = Key::new("service");
pub const ENVIRONMENT: Key<Choice> = Key::new("environment");
pub const MANUFACTURER: Key<Text> = Key::new("manufacturer");
pub const MODEL: Key<Text> = Key::new("model");
pub const SERIAL_NUMBER: Key<Text> = Key::new("serial_number");
pub const ADDRESSES: Key<Many<Text>> = Key::new("addresses");
pub const LOCATION: Key<Ref> = Key::new("location");
pub const ATTRIBUTES: Key<Parts> = Key::new("attributes");
pub const UPDATED_ON: Key<Moment> = Key::new("updated_on");
pub const LAST_CHANGE: Key<Ref> = Key::new("last_change");

pub fn kind() -> Kind {
    Kind::new("ci", "cis", "CI")
        .labelled("Configuration item", "Configuration items")
        .about(
            "A configuration item (CI) is anything that must be \
             under control so that services can be delivered.",
        )
        .clause(&["8.2.6", "8.5.1.1", "8.5.1.2", "8.5.2.1", "8.5.3"])
        .area(Area::Services)
        .field(shared::number_alias())
        .field(
            TYPE.open_choice(&["service", "server", "application", "network", "storage"])
                .help("One of the types that the configuration policy defines.")
                .indexed(),
        )
        .field(DESCRIPTION.long().help("What it is and what it is for."))
        .field(shared::state_alias("status"))
        .field(OWNER.person().column(Column::Owner))
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(
            ENVIRONMENT
                .open_choice(&["production", "test", "development"])
                .help("Where it runs: for real use, for tests, for building."),
        )
        .field(MANUFACTURER.text())
        .field(MODEL.text())
        .field(SERIAL_NUMBER.text())
        .field(ADDRESSES.texts().help("Host names and network addresses, one a line."))
        .field(LOCATION.reference_or_text(&["location"]))
        .include(vec![shared::customer()])
        .field(
            ATTRIBUTES
                .parts(vec![])
                .label("Other attributes")
                .help("Whatever else is worth knowing, under names of your own."),
        )
        .field(
            UPDATED_ON
                .instant()
                .label("Last updated")
                .help("When this entry was last brought in line with the real world."),
        )
        .field(
            LAST_CHANGE
                .reference_or_text(&["change"])
                .help("The change, release or check by which it was last updated."),
        )
        .lifecycle(life())
        .link("part_of", "part of", "consists of", &["service", "ci"])
        .link("depends_on", "depends on", "needed by", &["ci", "service"])
        .include_links(links::general())
        .grants(roles::operational())
        .list(&["number", "title", "type", "status", "owner", "service", "updated_on"])
        .titled_by(&["description"])
        .known_by(&["title", SERIAL_NUMBER.name, ADDRESSES.name])
        .belongs_to("customer")
}

fn life() -> Lifecycle {
    const BEFORE: &[&str] = &["planned", "ordered", "in-stock", "in-build", "in-test"];
    const USED: &[&str] = &["in-use", "active", "live", "operational", "in-repair", "standby"];
    let lifecycle = Lifecycle::starts_in("planned", Open)
        .state("ordered", Open)
        .state("in-stock", Done)
        .state("in-build", Open)
        .state("in-test", Open)
        .state("in-use", Done)
        .state("active", Done)
        .state("live", Done)
        .state("operational", Done)
        .state("standby", Done)
        .state("in-repair", Waiting)
        .state("retired", Done)
        .state("disposed", Done)
        .step("order", &["planned"], "ordered")
        .step("stock", &["planned", "ordered", "in-use", "in-repair", "standby"], "in-stock")
        .step("build", &["planned", "ordered", "in-stock"], "in-build")
        .step("test", &["in-build", "in-stock"], "in-test")
        .step("put_in_use", &[BEFORE, &["in-repair", "standby", "retired"]].concat(), "in-use")
        .step("activate", &["in-use"], "active")
        .step("go_live", &["in-use"], "live")
        .step("operate", &["in-use"], "operational")
        .step("put_on_standby", &["in-use"], "standby")
        .step("repair", &["in-use", "standby", "active", "live", "operational"], "in-repair")
        .step("retire", &[BEFORE, USED].concat(), "retired")
        .step("dispose", &["in-stock", "retired"], "disposed");
    lifecycles::ending(lifecycle).unstated()
}
