//! An SLA result says how one target of a service level agreement did in one period.

use crate::prelude::*;

pub const SLA: Key<Ref> = Key::new("sla");
pub const TARGET: Key<Choice> = Key::new("target");
pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const ACTUAL: Key<Decimal> = Key::new("actual");
pub const MET: Key<bool> = Key::new("met");
pub const REASON: Key<Long> = Key::new("reason");
pub const SERVICE: Key<Ref> = Key::new("service");

pub fn kind() -> Kind {
    Kind::new("sla_result", "sla_results", "SLR")
        .labelled("SLA result", "SLA results")
        .about("An SLA result says how one target of a service level agreement did in one period.")
        .clause(&["8.3.3", "8.2.1", "8.4.3"])
        .area(Area::Services)
        .field(SLA.reference(&["sla"]).label("Agreement").indexed())
        .field(
            TARGET
                .open_choice(&[
                    "availability",
                    "incident-resolution",
                    "incident-response",
                    "request-fulfilment",
                    "satisfaction",
                ])
                .help("The name of the target in the agreement."),
        )
        .field(PERIOD.period().indexed())
        .field(ACTUAL.number())
        .field(MET.flag())
        .field(REASON.long().help("Why it was missed."))
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .include(vec![shared::customer()])
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::service_design())
        .grants(roles::customers_read())
        .list(&["number", "sla", "target", "period", "actual", "met", "reason"])
        .titled_by(&["target"])
        .belongs_to("customer")
}
