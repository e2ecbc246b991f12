//! A transition plan says how a new, changed, removed or moved service is brought about.

use crate::prelude::*;

pub const SERVICE: Key<Ref> = Key::new("service");
pub const KIND: Key<Choice> = Key::new("kind");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const OWNER: Key<Person> = Key::new("owner");
pub const SECTIONS: Key<Parts> = Key::new("sections");
pub const WENT_LIVE_ON: Key<Date> = Key::new("went_live_on");

pub fn kind() -> Kind {
    Kind::new("transition_plan", "transition_plans", "TPL")
        .about("A transition plan says how a new, changed, removed or moved service is brought about.")
        .clause(&["8.5.2.1", "8.5.1.2", "8.5.2.3", "6.3"])
        .area(Area::Run)
        .include(fields())
        .include(shared::grouped("Approval", shared::approval()))
        .include(approval())
        .lifecycle(life())
        .link("carries_out", "carries out", "carried out by", &["change"])
        .link("concerns", "concerns", "subject of", &["ci"])
        .link("refers_to", "refers to", "referred to by", &["management_plan"])
        .include_links(links::general())
        .grants(roles::decided())
        .list(&["number", "title", "state", "service", "kind", "approved_on", "went_live_on"])
        .titled_by(&["kind"])
        .rule(rules::approval_is_signed)
        .rule(dates_in_order)
}

fn fields() -> Vec<Field> {
    vec![
        SERVICE.reference(&["service"]).column(Column::Service),
        KIND.open_choice(&["new-service", "service-change", "removal", "transfer"]).help(
            "For a removal the dates and what becomes of data and equipment \
             are needed, for a transfer the dates and the hand-over.",
        ),
        VERSION.number(),
        OWNER.person().column(Column::Owner),
        SECTIONS
            .parts(vec![
                part::long("a").label("Who decides and who is in charge"),
                part::long("b").label("Activities with their times"),
                part::long("c").label("People, technology, information and money"),
                part::long("d").label("Dependence on other services"),
                part::long("e").label("Testing"),
                part::long("f").label("Acceptance criteria"),
                part::long("g").label("Intended outcomes, so that they can be measured"),
                part::long("h").label("Effects on the system, other services, customers and others"),
                part::references("requirements", &["service_requirement"]).label("Service requirements"),
                part::references("cis", &["ci"]).label("Configuration items"),
                part::parts(
                    "dates",
                    vec![
                        part::date("removed_on").label("Service removed"),
                        part::date("access_ends_on").label("Access ends"),
                        part::date("transfer_on").label("Service moved"),
                    ],
                )
                .help("For a removal or a transfer."),
                part::long("disposal").help("What becomes of data, documents and equipment of a removed service."),
                part::long("hand_over")
                    .label("Hand-over")
                    .help("What a moved service needs: data, documents, know-how, contracts."),
            ])
            .label("Plan")
            .help("Each point is filled in, or says why it does not apply."),
    ]
}

fn approval() -> Vec<Field> {
    shared::grouped(
        "Approval",
        vec![
            WENT_LIVE_ON.date().label("Went live").help("When the service was in use, or out of it."),
            shared::state_alias("state"),
        ],
    )
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("draft", Open)
        .state("in_review", Waiting)
        .state("approved", Open)
        .state("complete", Done)
        .step("send_to_review", &["draft"], "in_review")
        .step("approve", &["draft", "in_review"], "approved")
        .step("return", &["in_review"], "draft")
        .step("revise", &["approved"], "draft")
        .step("complete", &["approved"], "complete")
        .step("reopen", &["complete"], "approved");
    lifecycles::ending(lifecycle)
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, shared::APPROVED_ON, WENT_LIVE_ON)
}
