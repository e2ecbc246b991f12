//! A knowledge article is know-how written down so that others can use it again.

use crate::prelude::*;

pub const TEXT: Key<Long> = Key::new("text");
pub const SERVICES: Key<Many<Ref>> = Key::new("services");
pub const CATEGORY: Key<Text> = Key::new("category");
pub const OWNER: Key<Person> = Key::new("owner");
pub const AUDIENCE: Key<Many<Text>> = Key::new("audience");
pub const REVIEWED_ON: Key<Date> = Key::new("reviewed_on");
pub const USES: Key<Decimal> = Key::new("uses");
pub const PROBLEM: Key<Ref> = Key::new("problem");

pub fn kind() -> Kind {
    Kind::new("knowledge_article", "knowledge_articles", "KBA")
        .about("A knowledge article is know-how written down so that others can use it again.")
        .clause(&["7.6", "8.6.3"])
        .area(Area::Run)
        .field(shared::title_alias())
        .field(TEXT.long())
        .field(SERVICES.references(&["service"]).help("The services for which it helps."))
        .field(CATEGORY.text())
        .field(OWNER.person().column(Column::Owner))
        .field(shared::state_alias("state"))
        .field(AUDIENCE.texts().help("Who may read it, one a line: staff, users, customers."))
        .field(REVIEWED_ON.date().label("Reviewed").help("Once a year."))
        .field(USES.number().help("How often it helped.").internal())
        .field(PROBLEM.reference(&["problem"]).internal())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::operational())
        .grants(roles::customers_find(&["approved", "published", "current"]))
        .list(&["number", "title", "state", "services", "audience", "owner", "reviewed_on", "uses"])
}

fn life() -> Lifecycle {
    const VALID: &[&str] = &["current", "published", "approved"];
    let lifecycle = Lifecycle::starts_in("draft", Open)
        .state("in_review", Waiting)
        .state("approved", Done)
        .state("published", Done)
        .state("current", Done)
        .state("retired", Done)
        .step("send_to_review", &["draft"], "in_review")
        .step("return", &["in_review"], "draft")
        .step("approve", &["draft", "in_review"], "approved")
        .step("publish", &["draft", "in_review", "approved"], "published")
        .step("make_current", &["approved", "published"], "current")
        .step("revise", VALID, "draft")
        .step("retire", VALID, "retired")
        .step("reopen", &["retired"], "draft");
    lifecycles::ending(lifecycle)
}
