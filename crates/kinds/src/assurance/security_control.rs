//! A security control is something done or put in place against information security risks.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const RISKS: Key<Many<Ref>> = Key::new("risks");
pub const OWNER: Key<Person> = Key::new("owner");
pub const EXTERNAL_PARTY: Key<Ref> = Key::new("external_party");
pub const AGREED: Key<Date> = Key::new("agreed");
pub const DECISION: Key<Long> = Key::new("decision");
pub const DECIDED_ON: Key<Date> = Key::new("decided_on");
pub const CHECKED_ON: Key<Date> = Key::new("checked_on");
pub const EFFECTIVE: Key<bool> = Key::new("effective");

pub fn kind() -> Kind {
    Kind::new("security_control", "security_controls", "SCT")
        .about("A security control is something done or put in place against information security risks.")
        .clause(&["8.7.3.2"])
        .area(Area::Assure)
        .field(NAME.text().required())
        .field(DESCRIPTION.long())
        .field(RISKS.references(&["risk"]).help("The risks that it lowers."))
        .field(OWNER.person().column(Column::Owner))
        .field(
            EXTERNAL_PARTY
                .reference(&["other_party"])
                .help("The outside organisation with access to information that it was agreed with."),
        )
        .field(AGREED.date().label("Agreed with the party").help("When the outside party agreed to keep it."))
        .field(DECISION.long().help("Why it was chosen, or why not."))
        .field(DECIDED_ON.date().label("Decided").help("When it was chosen."))
        .field(CHECKED_ON.date().label("Checked").help("Once a year: does it work?"))
        .field(EFFECTIVE.flag().help("What the check found. If not, an action is needed."))
        .field(shared::state_alias("state"))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::assurance())
        .list(&["number", "title", "state", "owner", "risks", "checked_on", "effective"])
        .titled_by(&["name"])
        .rule(dates_in_order)
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("planned", Open)
        .state("approved", Open)
        .state("implementing", Open)
        .state("operating", Done)
        .state("suspended", Waiting)
        .state("rejected", Done)
        .state("retired", Done)
        .step("approve", &["planned"], "approved")
        .step("decline", &["planned"], "rejected")
        .step("implement", &["planned", "approved"], "implementing")
        .step("operate", &["planned", "approved", "implementing", "suspended"], "operating")
        .step("suspend", &["operating"], "suspended")
        .step("retire", &["operating", "suspended"], "retired")
        .step("plan_again", &["rejected", "retired"], "planned");
    lifecycles::ending(lifecycle)
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, DECIDED_ON, CHECKED_ON)
}
