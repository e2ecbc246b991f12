//! Demand is how much of a service was used in a period, or is expected to be.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const UNIT: Key<Choice> = Key::new("unit");
pub const ACTUAL: Key<Decimal> = Key::new("actual");
pub const FORECAST: Key<Decimal> = Key::new("forecast");
pub const NOTE: Key<Text> = Key::new("note");
pub const REPORTED_ON: Key<Date> = Key::new("reported_on");

pub fn kind() -> Kind {
    Kind::new("demand", "demands", "DMD")
        .about("Demand is how much of a service was used in a period, or is expected to be.")
        .clause(&["8.4.2", "8.4.3"])
        .area(Area::Services)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(PERIOD.period().indexed())
        .field(UNIT.open_choice(&["tickets", "users", "transactions", "calls", "gigabytes", "hours"]))
        .field(ACTUAL.number().help("What was used, once the period is over."))
        .field(FORECAST.number().help("What is expected."))
        .field(NOTE.text().label("Basis").help("What the forecast rests on."))
        .field(REPORTED_ON.date().label("Reported").help("When those concerned were told."))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::service_design())
        .list(&["number", "service", "period", "unit", "actual", "forecast", "reported_on"])
        .titled_by(&["unit"])
}
