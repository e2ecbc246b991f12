//! A capacity reading is how much of a resource was in use at one moment.

use crate::prelude::*;

pub const RESOURCE: Key<Ref> = Key::new("resource");
pub const AT: Key<Moment> = Key::new("at");
pub const USED: Key<Decimal> = Key::new("used");
pub const TOTAL: Key<Decimal> = Key::new("total");
pub const UNIT: Key<Text> = Key::new("unit");

pub fn kind() -> Kind {
    Kind::new("capacity_reading", "capacity_readings", "CRD")
        .about("A capacity reading is how much of a resource was in use at one moment.")
        .clause(&["8.4.3"])
        .area(Area::Services)
        .field(RESOURCE.reference(&["ci"]).help("The configuration item that was read.").indexed())
        .field(AT.instant().label("Read at").indexed())
        .field(USED.number().help("In the same unit as the total."))
        .field(TOTAL.number().help("What there is in all, in the same unit."))
        .field(UNIT.text())
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::operational())
        .list(&["number", "resource", "at", "used", "total", "unit"])
        .titled_by(&["resource"])
        .rule(total_is_positive)
}

/// Use of a total of nothing has no share, so such a reading would never count.
fn total_is_positive(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    match draft.get(TOTAL) {
        Some(total) if total <= Decimal::ZERO && rules::touched(draft, facts, &[TOTAL.name]) => {
            Err(FieldError::new(TOTAL.name, "must be more than 0"))
        }
        _ => Ok(()),
    }
}
