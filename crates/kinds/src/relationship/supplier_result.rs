//! A supplier result says how another party did against one of its targets in a period.

use crate::prelude::*;

pub const PARTY: Key<Ref> = Key::new("party");
pub const TARGET: Key<Choice> = Key::new("target");
pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const ACTUAL: Key<Decimal> = Key::new("actual");
pub const MET: Key<bool> = Key::new("met");
pub const REASON: Key<Long> = Key::new("reason");

pub fn kind() -> Kind {
    Kind::new("supplier_result", "supplier_results", "SPR")
        .about("A supplier result says how another party did against one of its targets in a period.")
        .clause(&["8.3.4.1", "8.3.4.2", "8.2.3.2"])
        .area(Area::Services)
        .field(PARTY.reference(&["other_party"]))
        .field(
            TARGET
                .open_choice(&["availability", "resolution", "response", "delivery"])
                .help("The name of the target in the contract or agreement."),
        )
        .field(PERIOD.period().indexed())
        .field(ACTUAL.number())
        .field(MET.flag())
        .field(REASON.long().help("Why it was missed."))
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::money())
        .list(&["number", "party", "target", "period", "actual", "met"])
        .titled_by(&["target"])
}
