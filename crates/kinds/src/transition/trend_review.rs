//! A trend review is a regular look for patterns in changes, incidents, problems, releases or security incidents.

use crate::prelude::*;

pub const SUBJECT: Key<Choice> = Key::new("subject");
pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const FINDINGS: Key<Many<Mixed>> = Key::new("findings");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const OWNER: Key<Person> = Key::new("owner");
pub const ON: Key<Date> = Key::new("on");
pub const REPORTED_ON: Key<Date> = Key::new("reported_on");

pub fn kind() -> Kind {
    Kind::new("trend_review", "trend_reviews", "TRV")
        .about(
            "A trend review is a regular look for patterns in changes, \
             incidents, problems, releases or security incidents.",
        )
        .clause(&["8.5.1.3", "8.5.3", "8.6.3", "8.7.3.3"])
        .area(Area::Run)
        .field(
            SUBJECT
                .open_choice(&["change", "incident", "problem", "release", "security-incident", "capacity"])
                .help("What was looked through."),
        )
        .field(PERIOD.period().help("The span that was looked at, such as 2026-Q3."))
        .field(FINDINGS.mixed_list().help("Patterns that were seen, one a line. Write none where there is none."))
        .field(
            ACTIONS
                .references_or_text(&["action"])
                .help("What follows: numbers of actions, or a few words each. Write none where nothing does."),
        )
        .field(OWNER.person().label("Done by").column(Column::Owner))
        .field(ON.date().label("Held on"))
        .field(REPORTED_ON.date().label("Reported").help("When those concerned were told."))
        .lifecycle(lifecycles::happens("on"))
        .include_links(links::general())
        .grants(roles::operational())
        .list(&["number", "title", "subject", "period", "state", "on", "reported_on"])
        .titled_by(&["subject"])
        .rule(dates_in_order)
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, ON, REPORTED_ON)
}
