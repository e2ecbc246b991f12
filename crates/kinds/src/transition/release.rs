//! A release is one or more changes that are built, tested and put into the live environment together.

use crate::prelude::*;

pub const DESCRIPTION: Key<Long> = Key::new("description");
pub const TYPE: Key<Choice> = Key::new("type");
pub const SERVICE: Key<Ref> = Key::new("service");
pub const OWNER: Key<Person> = Key::new("owner");
pub const TEAM: Key<Ref> = Key::new("team");
pub const CHANGES: Key<Many<Ref>> = Key::new("changes");
pub const PROBLEMS: Key<Many<Ref>> = Key::new("problems");
pub const KNOWN_ERRORS: Key<Many<Ref>> = Key::new("known_errors");
pub const DELIVERABLES: Key<Many<Text>> = Key::new("deliverables");
pub const METHOD: Key<Long> = Key::new("method");
pub const PLANNED_ON: Key<Moment> = Key::new("planned_on");
pub const CRITERIA: Key<Many<Parts>> = Key::new("criteria");
pub const VERIFIED_ON: Key<Moment> = Key::new("verified_on");
pub const APPROVED_BY: Key<Person> = Key::new("approved_by");
pub const BASELINE: Key<Parts> = Key::new("baseline");
pub const DEPLOYED_ON: Key<Moment> = Key::new("deployed_on");
pub const OUTCOME: Key<Choice> = Key::new("outcome");
pub const POST_CHECK: Key<Parts> = Key::new("post_check");
pub const INCIDENTS: Key<Many<Ref>> = Key::new("incidents");
pub const REVIEW: Key<Parts> = Key::new("review");
pub const TOLD: Key<Moment> = Key::new("told");

pub fn kind() -> Kind {
    Kind::new("release", "releases", "REL")
        .about(
            "A release is one or more changes that are built, \
             tested and put into the live environment together.",
        )
        .clause(&["8.5.3", "8.5.2.3"])
        .area(Area::Run)
        .include(fields())
        .include(acceptance())
        .include(deployment())
        .lifecycle(life())
        .link("puts_live", "puts live", "put live by", &["transition_plan"])
        .include_links(links::general())
        .grants(roles::decided())
        .list(&["number", "title", "state", "type", "service", "planned_on", "deployed_on", "outcome"])
        .rule(approval_is_signed)
        .rule(deployed_now)
        .rule(times_in_order)
}

fn fields() -> Vec<Field> {
    vec![
        shared::number_alias(),
        DESCRIPTION.long(),
        TYPE.open_choice(&["major", "minor", "emergency", "patch"])
            .help("One of the types that the release policy names.")
            .required_in(&["approved"]),
        SERVICE.reference(&["service"]).column(Column::Service),
        OWNER.person().column(Column::Owner),
        TEAM.reference(&["team"]).column(Column::Team),
        CHANGES.references_or_text(&["change"]).help("The changes that go live with it."),
        PROBLEMS.references_or_text(&["problem"]).label("Problems solved").help("Write none where there is none."),
        KNOWN_ERRORS
            .references_or_text(&["known_error"])
            .label("Known errors left or removed")
            .help("Write none where there is none."),
        DELIVERABLES.texts().help("One a line: software, documents, equipment.").required_in(&["approved"]),
        METHOD
            .long()
            .label("Deployment method")
            .help("How it goes live: all at once, in steps, beside the old one.")
            .required_in(&["approved"]),
    ]
}

fn acceptance() -> Vec<Field> {
    shared::grouped(
        "Acceptance",
        vec![
            PLANNED_ON.instant().label("Planned for").help("When it shall go live.").required_in(&["approved"]),
            CRITERIA.rows(vec![part::text("text").label("Criterion"), part::flag("met")]).help(
                "What must be true before it may go live. One that is \
                 not met needs an acceptance with a decision.",
            ),
            VERIFIED_ON.instant().label("Verified").help("When it was made sure that the criteria are met."),
            APPROVED_BY.person(),
            BASELINE
                .parts(vec![
                    part::instant("on").label("Taken"),
                    part::references("cis", &["ci"]).label("Configuration items"),
                ])
                .help("The items as they stood before it went live."),
        ],
    )
}

fn deployment() -> Vec<Field> {
    shared::grouped(
        "Deployment",
        vec![
            DEPLOYED_ON.instant().label("Deployed").help("When it went live."),
            OUTCOME
                .choice(&["successful", "failed", "backed-out", "partly", "cancelled", "rejected"])
                .help("How it went. A failed one needs a review.")
                .required_in(&["closed"]),
            POST_CHECK
                .parts(vec![part::instant("on").label("When"), part::person("by"), part::text("result")])
                .label("Check afterwards")
                .help("Whether it does what it should in the live environment."),
            INCIDENTS.references(&["incident"]).label("Incidents caused").help(
                "The incidents counted in the days after it went \
                 live. An empty list says that there were none.",
            ),
            REVIEW
                .parts(vec![
                    part::instant("on").label("When"),
                    part::person("by"),
                    part::long("text").label("Findings"),
                ])
                .help("What is learnt from it, above all when it failed."),
            TOLD.instant().help("When those affected learnt how it went and what is new."),
        ],
    )
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("planned", Open)
        .state("building", Open)
        .state("testing", Open)
        .state("approved", Open)
        .state("deployed", Open)
        .state("closed", Done)
        .state("rejected", Done)
        .step("build", &["planned"], "building")
        .step("test", &["planned", "building"], "testing")
        .step("approve", &["planned", "building", "testing"], "approved")
        .step("decline", &["planned", "building", "testing"], "rejected")
        .step("deploy", &["approved"], "deployed")
        .step("close", &["deployed", "rejected"], "closed")
        .step("rework", &["testing", "approved", "rejected"], "building")
        .step("reopen", &["closed"], "deployed")
        .dated("deployed", "deployed_on");
    lifecycles::ending(lifecycle)
}

fn approval_is_signed(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["approved"]) {
        rules::sign(draft, facts, APPROVED_BY);
    }
    Ok(())
}

fn deployed_now(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["deployed"]) {
        rules::stamp(draft, facts, DEPLOYED_ON);
    }
    Ok(())
}

fn times_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, VERIFIED_ON, DEPLOYED_ON)
}
