//! A cost is what a service or a group of services really cost in a period.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const COST_TYPE: Key<Choice> = Key::new("cost_type");
pub const AMOUNT: Key<Money> = Key::new("amount");
pub const NOTE: Key<Text> = Key::new("note");

pub fn kind() -> Kind {
    Kind::new("cost", "costs", "CST")
        .about("A cost is what a service or a group of services really cost in a period.")
        .clause(&["8.4.1"])
        .area(Area::Services)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(PERIOD.period().indexed())
        .field(
            COST_TYPE
                .open_choice(&["all", "people", "technology", "suppliers", "facilities", "licences"])
                .help("What the money was for; all when it is not split."),
        )
        .field(AMOUNT.money().help("Spent in the period."))
        .field(NOTE.text())
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::money())
        .list(&["number", "service", "period", "cost_type", "amount"])
        .titled_by(&["period"])
}
