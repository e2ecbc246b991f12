//! A capacity plan says how capacity will follow demand.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const OWNER: Key<Person> = Key::new("owner");
pub const DEMAND_BASIS: Key<Long> = Key::new("demand_basis");
pub const AVAILABILITY_EFFECT: Key<Long> = Key::new("availability_effect");
pub const THRESHOLDS: Key<Many<Parts>> = Key::new("thresholds");
pub const TIMESCALES: Key<Long> = Key::new("timescales");
pub const REVIEW_DUE: Key<Date> = Key::new("review_due");

pub fn kind() -> Kind {
    Kind::new("capacity_plan", "capacity_plans", "CAP")
        .about("A capacity plan says how capacity will follow demand.")
        .clause(&["8.4.3", "6.3", "7.1"])
        .area(Area::Services)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(VERSION.number())
        .field(OWNER.person().column(Column::Owner))
        .field(DEMAND_BASIS.long().label("Demand now and forecast").help("What the plan rests on."))
        .field(
            AVAILABILITY_EFFECT
                .long()
                .label("Effect of availability and continuity needs")
                .help("What availability targets and continuity needs mean for capacity."),
        )
        .field(
            THRESHOLDS
                .rows(vec![
                    part::reference("resource", &["ci"]),
                    part::number("number"),
                    part::open_choice("unit", &["percent"]),
                    part::number("allowed_days").label("Days allowed above"),
                ])
                .help("From which use on something is done, and how long it may stay above."),
        )
        .field(TIMESCALES.long().label("Times for changing capacity").help("How long it takes to get more."))
        .include(shared::approval())
        .field(REVIEW_DUE.date())
        .lifecycle(lifecycles::approved())
        .link("refers_to", "refers to", "referred to by", &["management_plan"])
        .include_links(links::general())
        .grants(roles::service_design())
        .list(&["number", "title", "service", "state", "version", "approved_on", "review_due"])
        .titled_by(&["service"])
        .rule(rules::approval_is_signed)
}
