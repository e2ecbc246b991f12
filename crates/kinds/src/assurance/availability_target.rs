//! An availability target is how available a service must be, and why.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const TARGET: Key<Percentage> = Key::new("target");
pub const PERIOD: Key<Choice> = Key::new("period");
pub const BASIS: Key<Long> = Key::new("basis");
pub const AGREED_ON: Key<Date> = Key::new("agreed_on");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const CHECKED_ON: Key<Date> = Key::new("checked_on");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("availability_target", "availability_targets", "AVT")
        .about("An availability target is how available a service must be, and why.")
        .clause(&["8.7.1"])
        .area(Area::Assure)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(TARGET.percentage().help("Percent of the agreed time, at least as high as in every agreement."))
        .field(PERIOD.open_choice(&["month", "quarter", "year"]))
        .field(BASIS.long().help("Where it comes from: business needs, agreements, risks."))
        .field(AGREED_ON.date().label("Agreed"))
        .field(VERSION.number())
        .field(CHECKED_ON.date().label("Checked").help("When somebody last made sure that it still fits."))
        .field(OWNER.person().column(Column::Owner))
        .lifecycle(lifecycles::agreed())
        .include_links(links::general())
        .grants(roles::assurance())
        .list(&["number", "service", "target", "period", "state", "agreed_on", "checked_on"])
        .titled_by(&["service"])
        .rule(share)
}

fn share(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::share_of_hundred(draft, facts, TARGET)
}
