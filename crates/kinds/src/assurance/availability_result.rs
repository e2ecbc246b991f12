//! An availability result is the measured availability of a service in a month, set against its target.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const ACTUAL: Key<Percentage> = Key::new("actual");
pub const TARGET: Key<Percentage> = Key::new("target");
pub const MET: Key<bool> = Key::new("met");
pub const REASON: Key<Long> = Key::new("reason");

pub fn kind() -> Kind {
    Kind::new("availability_result", "availability_results", "AVR")
        .about(
            "An availability result is the measured availability \
             of a service in a month, set against its target.",
        )
        .clause(&["8.7.1"])
        .area(Area::Assure)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(PERIOD.period().indexed())
        .field(ACTUAL.percentage().help("Two decimals are enough; it must agree with the outages on record."))
        .field(TARGET.percentage().help("The target that held in that period."))
        .field(MET.flag())
        .field(REASON.long().help("Why it was missed."))
        .lifecycle(lifecycles::kept())
        .link("measures", "measures", "measured by", &["availability_target"])
        .include_links(links::general())
        .grants(roles::assurance())
        .list(&["number", "service", "period", "actual", "target", "met"])
        .titled_by(&["period"])
        .rule(shares)
}

fn shares(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::share_of_hundred(draft, facts, ACTUAL)?;
    rules::share_of_hundred(draft, facts, TARGET)
}
