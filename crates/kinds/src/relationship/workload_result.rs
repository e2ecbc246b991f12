//! A workload result sets the actual load of a period against the limit in the agreement.

use crate::prelude::*;

pub const SLA: Key<Ref> = Key::new("sla");
pub const NAME: Key<Choice> = Key::new("name");
pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const LIMIT: Key<Decimal> = Key::new("limit");
pub const ACTUAL: Key<Decimal> = Key::new("actual");

pub fn kind() -> Kind {
    Kind::new("workload_result", "workload_results", "WLR")
        .about("A workload result sets the actual load of a period against the limit in the agreement.")
        .clause(&["8.3.3"])
        .area(Area::Services)
        .field(SLA.reference(&["sla"]).label("Agreement"))
        .field(
            NAME.open_choice(&["incidents", "service-requests", "users", "transactions"])
                .label("Limit")
                .help("The name of the limit in the agreement."),
        )
        .field(PERIOD.period())
        .field(LIMIT.number().label("Limit agreed").help("As the agreement has it, in the same unit."))
        .field(ACTUAL.number())
        .include(vec![shared::customer()])
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::service_design())
        .grants(roles::customers_read())
        .list(&["number", "sla", "name", "period", "limit", "actual"])
        .titled_by(&["period"])
        .belongs_to("customer")
}
