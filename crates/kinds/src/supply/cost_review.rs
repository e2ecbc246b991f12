//! A cost review compares actual with planned cost and looks at the forecast.

use crate::prelude::*;

pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const VARIANCE: Key<Many<Parts>> = Key::new("variance");
pub const FORECAST: Key<Long> = Key::new("forecast");
pub const DECISIONS: Key<Many<Text>> = Key::new("decisions");
pub const ON: Key<Date> = Key::new("on");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("cost_review", "cost_reviews", "CSR")
        .about("A cost review compares actual with planned cost and looks at the forecast.")
        .clause(&["8.4.1"])
        .area(Area::Services)
        .field(PERIOD.period())
        .field(
            VARIANCE
                .rows(vec![
                    part::reference("service", &["service"]),
                    part::number("percent").label("Percent over (+) or under (-)"),
                ])
                .help("Actual against plan. Above ten percent a decision is needed."),
        )
        .field(FORECAST.long().help("What the rest of the period will cost."))
        .field(DECISIONS.texts().help("One a line."))
        .field(ON.date().label("Held on"))
        .field(OWNER.person().label("Done by").column(Column::Owner))
        .lifecycle(lifecycles::happens("on"))
        .include_links(links::general())
        .grants(roles::money())
        .list(&["number", "period", "on", "state", "owner"])
        .titled_by(&["period"])
}
