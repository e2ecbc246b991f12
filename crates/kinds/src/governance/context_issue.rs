//! A context issue is one circumstance, outside or inside the organisation, that matters to the management system.

use crate::prelude::*;

pub const TOPIC: Key<Text> = Key::new("topic");
pub const SIDE: Key<Choice> = Key::new("side");
pub const RELEVANT: Key<bool> = Key::new("relevant");
pub const REASON: Key<Long> = Key::new("reason");
pub const EFFECT: Key<Long> = Key::new("effect");
pub const OWNER: Key<Person> = Key::new("owner");
pub const REVIEWED_ON: Key<Date> = Key::new("reviewed_on");

pub fn kind() -> Kind {
    Kind::new("context_issue", "context_issues", "CTX")
        .about(
            "A context issue is one circumstance, outside or inside the \
             organisation, that matters to the management system.",
        )
        .clause(&["4.1", "4.3", "6.1.1"])
        .area(Area::Prove)
        .field(TOPIC.text().help("In a few words. One issue has the topic climate-change, relevant or not.").required())
        .field(
            SIDE.choice(&["external", "internal"])
                .help("Law, market, climate and technology are outside; people, money and structure inside."),
        )
        .field(RELEVANT.flag().help("Matters to what the system is meant to reach."))
        .field(REASON.long().help("Why it is relevant, or why not."))
        .field(EFFECT.long().help("What it does to services or the system. Write none where there is none."))
        .field(OWNER.person().column(Column::Owner))
        .field(REVIEWED_ON.date().label("Reviewed"))
        .lifecycle(lifecycles::kept())
        .link("leads_to", "leads to", "follows from", &[])
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "side", "relevant", "owner", "reviewed_on", "state"])
        .titled_by(&["topic"])
}
