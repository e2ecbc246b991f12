//! A budget is the planned cost of a service or a group of services in a period.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const COST_TYPE: Key<Choice> = Key::new("cost_type");
pub const AMOUNT: Key<Money> = Key::new("amount");

pub fn kind() -> Kind {
    Kind::new("budget", "budgets", "BUD")
        .about("A budget is the planned cost of a service or a group of services in a period.")
        .clause(&["8.4.1", "5.1", "6.3", "7.1"])
        .area(Area::Services)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(PERIOD.period().help("A year such as 2026 or a month such as 2026-11."))
        .field(
            COST_TYPE
                .open_choice(&["all", "people", "technology", "suppliers", "facilities", "licences"])
                .help("What the money is for; all when it is not split."),
        )
        .field(AMOUNT.money().help("Planned for the whole period."))
        .include(shared::approval())
        .lifecycle(lifecycles::approved())
        .include_links(links::general())
        .grants(roles::money())
        .list(&["number", "service", "period", "cost_type", "amount", "state", "approved_on"])
        .titled_by(&["period"])
        .rule(rules::approval_is_signed)
}
