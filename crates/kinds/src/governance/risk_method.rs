//! A risk method says how risks are scored, which ones are accepted, and how the others are handled.

use crate::prelude::*;

pub const SCALE: Key<Parts> = Key::new("scale");
pub const ACCEPTANCE: Key<Parts> = Key::new("acceptance");
pub const APPROACH: Key<Long> = Key::new("approach");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("risk_method", "risk_methods", "RMT")
        .about(
            "A risk method says how risks are scored, which ones \
             are accepted, and how the others are handled.",
        )
        .clause(&["6.1.2"])
        .area(Area::Prove)
        .field(
            SCALE
                .parts(vec![
                    part::numbers("likelihood").label("Likelihood levels").help("1 to 5, one a line."),
                    part::numbers("impact").label("Impact levels").help("1 to 5, one a line."),
                    part::texts("likelihood_words")
                        .label("Words for likelihood")
                        .help("One a line, from the lowest level on."),
                    part::texts("impact_words").label("Words for impact").help("One a line, from the lowest level on."),
                    part::text("score").help("How they give the score; likelihood times impact."),
                ])
                .help("The levels and what they mean."),
        )
        .field(
            ACCEPTANCE
                .parts(vec![
                    part::number("limit").help(
                        "A risk whose residual score is above it needs \
                         actions, and top management accepts it.",
                    ),
                    part::long("above_limit").label("Above the limit").help("What is done then."),
                ])
                .help("Up to which score a risk is simply accepted."),
        )
        .field(APPROACH.long().help("How risks are found, judged, handled and looked at again."))
        .field(VERSION.number())
        .field(OWNER.person().column(Column::Owner))
        .include(shared::approval())
        .lifecycle(lifecycles::approved())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "state", "version", "approved_on"])
        .titled_by(&["approach"])
        .rule(rules::approval_is_signed)
}
