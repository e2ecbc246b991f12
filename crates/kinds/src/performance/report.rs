//! A report is one issue of what its definition describes, with trends and what was decided on it.

use crate::prelude::*;

pub const DEFINITION: Key<Ref> = Key::new("definition");
pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const MADE_ON: Key<Date> = Key::new("made_on");
pub const TOLD: Key<Date> = Key::new("told");
pub const TEXT: Key<Long> = Key::new("text");
pub const TRENDS: Key<Many<Parts>> = Key::new("trends");
pub const DECISIONS: Key<Many<Text>> = Key::new("decisions");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("report", "reports", "RPT")
        .about(
            "A report is one issue of what its definition \
             describes, with trends and what was decided on it.",
        )
        .clause(&["9.4", "5.3", "8.2.1", "8.3.3", "8.4.2", "8.6.3", "8.7.3.3", "10.2"])
        .area(Area::Prove)
        .field(DEFINITION.reference(&["report_definition"]).help("The definition of which it is one issue."))
        .field(PERIOD.period())
        .include(vec![shared::customer()])
        .field(MADE_ON.date().label("Made"))
        .field(TOLD.date().help("When its readers had it."))
        .field(TEXT.long())
        .field(
            TRENDS
                .rows(vec![part::text("measure"), part::periods("periods"), part::numbers("values")])
                .help("Each with at least three values."),
        )
        .field(DECISIONS.texts().help("One a line.").internal())
        .field(ACTIONS.references_or_text(&["action"]).internal())
        .field(OWNER.person().label("Made by").internal().column(Column::Owner))
        .lifecycle(lifecycles::happens("made_on"))
        .include_links(links::general())
        .grants(roles::governance())
        .grants(roles::customers_read())
        .list(&["number", "title", "definition", "period", "made_on", "told"])
        .titled_by(&["period"])
        .belongs_to("customer")
}
