//! A major incident review is the report on a major incident: who led it, who was told, why it happened, what follows.

use crate::prelude::*;

pub const INCIDENT: Key<Ref> = Key::new("incident");
pub const MANAGER: Key<Person> = Key::new("manager");
pub const TOLD_TOP_ON: Key<Moment> = Key::new("told_top_on");
pub const REPORTED_ON: Key<Moment> = Key::new("reported_on");
pub const CAUSES: Key<Many<Text>> = Key::new("causes");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const TIMELINE: Key<Many<Parts>> = Key::new("timeline");
pub const NO_PROBLEM: Key<Long> = Key::new("no_problem");
pub const LESSONS: Key<Long> = Key::new("lessons");

pub fn kind() -> Kind {
    Kind::new("major_incident_review", "major_incident_reviews", "MIR")
        .about(
            "A major incident review is the report on a major incident: \
             who led it, who was told, why it happened, what follows.",
        )
        .clause(&["8.6.1"])
        .area(Area::Run)
        .field(INCIDENT.reference(&["incident"]).help("The major incident it reports on.").required().indexed())
        .field(
            MANAGER
                .person()
                .help("The person who led the handling, named while it is still open.")
                .required_in(&["reported"])
                .column(Column::Owner),
        )
        .field(
            TOLD_TOP_ON
                .instant()
                .label("Top management told")
                .help("When top management learnt of it; an hour after it was declared at the latest.")
                .required_in(&["reported"]),
        )
        .field(REPORTED_ON.instant().label("Reported").help("When this report went out."))
        .field(CAUSES.texts().help("One a line: what made it happen and what made it last.").required_in(&["reported"]))
        .field(
            ACTIONS
                .references(&["action"])
                .help("What is done so that it does not happen again.")
                .required_in(&["reported"]),
        )
        .field(
            TIMELINE
                .rows(vec![
                    part::instant("at").label("When"),
                    part::long("text").label("What happened"),
                    part::number("entry").label("From the journal"),
                ])
                .help(
                    "The course of events. It writes itself from the journal of the incident while the review is open.",
                ),
        )
        .field(
            NO_PROBLEM
                .long()
                .label("Why no problem")
                .help("Where no problem carries the cause on: why that is not needed."),
        )
        .field(LESSONS.long().help("What went well and what did not."))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::operational())
        .list(&["number", "incident", "state", "manager", "told_top_on", "reported_on"])
        .titled_by(&["incident"])
        .rule(reported_now)
        .rule(times_in_order)
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("open", Open)
        .state("in_review", Waiting)
        .state("reported", Done)
        .step("send_to_review", &["open"], "in_review")
        .step("report", &["open", "in_review"], "reported")
        .step("reopen", &["reported"], "open")
        .dated("reported", "reported_on");
    lifecycles::ending(lifecycle)
}

fn reported_now(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["reported"]) {
        rules::stamp(draft, facts, REPORTED_ON);
    }
    Ok(())
}

fn times_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, TOLD_TOP_ON, REPORTED_ON)
}
