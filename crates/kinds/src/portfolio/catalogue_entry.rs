//! A catalogue entry is what customers and users can read about a service.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const OUTCOMES: Key<Many<Text>> = Key::new("outcomes");
pub const DEPENDENCIES: Key<Many<Ref>> = Key::new("dependencies");
pub const AUDIENCE: Key<Choice> = Key::new("audience");
pub const HOW_TO_GET: Key<Long> = Key::new("how_to_get");
pub const OWNER: Key<Person> = Key::new("owner");
pub const PUBLISHED_ON: Key<Date> = Key::new("published_on");
pub const REVIEWED_ON: Key<Date> = Key::new("reviewed_on");

pub fn kind() -> Kind {
    Kind::new("catalogue_entry", "catalogue_entries", "CAT")
        .about("A catalogue entry is what customers and users can read about a service.")
        .clause(&["8.2.4", "7.5.4"])
        .area(Area::Services)
        .field(SERVICE.reference(&["service"]).column(Column::Service))
        .field(DESCRIPTION.long().help("What one gets, in the words of those who use it."))
        .field(OUTCOMES.texts().help("One a line: what people can do with it."))
        .field(
            DEPENDENCIES
                .references_or_text(&["service", "ci"])
                .label("Depends on")
                .help("Services and components that it needs."),
        )
        .field(
            AUDIENCE
                .open_choice(&["customers", "users", "staff"])
                .help("Who may read it. A service has one entry for each audience."),
        )
        .field(HOW_TO_GET.long().label("How to get it").help("Where to ask, what it costs, how long it takes."))
        .field(OWNER.person().internal().column(Column::Owner))
        .field(PUBLISHED_ON.date().label("Published").help("When it could first be read."))
        .field(REVIEWED_ON.date().label("Reviewed").help("When somebody last made sure that it is right."))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::service_design())
        .grants(roles::customers_find(&["published"]))
        .list(&["number", "title", "service", "audience", "state", "published_on", "reviewed_on"])
        .titled_by(&["service"])
        .rule(published_today)
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("draft", Open)
        .state("published", Done)
        .state("retired", Done)
        .step("publish", &["draft"], "published")
        .step("revise", &["published"], "draft")
        .step("retire", &["draft", "published"], "retired")
        .step("reopen", &["retired"], "draft")
        .dated("published", "published_on");
    lifecycles::ending(lifecycle)
}

fn published_today(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["published"]) {
        rules::stamp_day(draft, facts, PUBLISHED_ON);
    }
    Ok(())
}
