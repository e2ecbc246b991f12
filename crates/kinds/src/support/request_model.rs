//! A request model holds the instructions to fulfil one kind of service request.

use crate::prelude::*;

pub const CATEGORY: Key<Choice> = Key::new("category");
pub const SERVICE: Key<Ref> = Key::new("service");
pub const OWNER: Key<Person> = Key::new("owner");
pub const STEPS: Key<Many<Text>> = Key::new("steps");
pub const AUDIENCE: Key<Many<Choice>> = Key::new("audience");
pub const NEEDS_APPROVAL: Key<bool> = Key::new("needs_approval");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const REVIEWED_ON: Key<Date> = Key::new("reviewed_on");

pub fn kind() -> Kind {
    Kind::new("request_model", "request_models", "RQM")
        .about("A request model holds the instructions to fulfil one kind of service request.")
        .clause(&["8.6.2"])
        .area(Area::Run)
        .field(
            CATEGORY
                .open_choice(&["access", "equipment", "software", "information", "account", "move", "other"])
                .help("The category of the requests it is for.")
                .required(),
        )
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(OWNER.person().help("Who keeps the instructions right.").column(Column::Owner))
        .field(STEPS.texts().help("One a line, in the order in which they are done."))
        .field(AUDIENCE.open_choices(&["customers", "staff", "users"]).label("For whom").help("Who may ask for it."))
        .field(NEEDS_APPROVAL.flag().help("Somebody must allow each request first."))
        .field(VERSION.number())
        .field(
            REVIEWED_ON.date().label("Reviewed").help("When somebody last made sure that the instructions are right."),
        )
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::service_design())
        .grants(roles::customers_find(&["current"]))
        .list(&["number", "title", "state", "category", "version", "reviewed_on"])
        .titled_by(&["category"])
}
