//! A document is written information that is kept under control: who owns it, who approved it, who may read it.

use crate::prelude::*;

pub const KIND: Key<Choice> = Key::new("kind");
pub const SUBJECT: Key<Choice> = Key::new("subject");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const OWNER: Key<Person> = Key::new("owner");
pub const APPROVER: Key<Person> = Key::new("approver");
pub const TEXT: Key<Long> = Key::new("text");
pub const ADDRESS: Key<Text> = Key::new("address");
pub const ORIGIN: Key<Choice> = Key::new("origin");
pub const CHECKED_ON: Key<Date> = Key::new("checked_on");
pub const IN_FORCE: Key<Ref> = Key::new("in_force");
pub const REVIEW_DUE: Key<Date> = Key::new("review_due");
pub const REVIEW_MONTHS: Key<Decimal> = Key::new("review_months");
pub const ACCESS: Key<Many<Choice>> = Key::new("access");
pub const ENDED_ON: Key<Date> = Key::new("ended_on");
pub const RETENTION: Key<Text> = Key::new("retention");
pub const CHANGE_NOTE: Key<Long> = Key::new("change_note");
pub const READERS: Key<Many<Ref>> = Key::new("readers");
pub const NAMED_READERS: Key<Many<Person>> = Key::new("named_readers");
pub const READ_WITHIN: Key<Decimal> = Key::new("read_within");

/// The word among the readers for everybody who works here.
pub const STAFF: &str = "staff";

pub fn kind() -> Kind {
    Kind::new("document", "documents", "DOC")
        .about(
            "A document is written information that is kept under \
             control: who owns it, who approved it, who may read it.",
        )
        .clause(&["7.5.2", "7.5.3.1", "7.5.3.2", "7.5.1", "7.5.4", "4.3", "5.2.2", "6.2.1", "6.3", "8.6.1"])
        .area(Area::Prove)
        .include(fields())
        .include(control())
        .include(shared::grouped("Control", shared::approval()))
        .include(control_2())
        .include(distribution())
        .include(shared::grouped("Public page", vec![shared::public_page()]))
        .told_outside(Outside { flag: "public_page", states: &["approved"], fields: &["title", "kind", "approved_on"] })
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::documents())
        .list(&["number", "title", "kind", "status", "version", "owner", "approved_on", "review_due"])
        .rule(rules::approval_is_signed)
        .rule(text_in_force_stays)
        .rule(out_of_force_since_a_day)
        .rule(numbers_are_sensible)
}

fn fields() -> Vec<Field> {
    vec![
        shared::title_alias(),
        KIND.open_choice(&[
            "policy",
            "procedure",
            "plan",
            "scope",
            "objectives",
            "instruction",
            "form",
            "standard",
            "contract",
            "law",
            "record",
        ])
        .help("Scope and objectives have one approved document each."),
        SUBJECT
            .open_choice(&["major-incident", "major-incident-criteria"])
            .help("What it is about, such as major-incident."),
        VERSION.number(),
        OWNER.person().column(Column::Owner),
        TEXT.long().help("Of the version in force. A new text comes with a new version."),
        ADDRESS.text().label("Where it lies").help("An address, when it is kept elsewhere."),
        ORIGIN.choice(&["internal", "external"]).help("External ones are checked once a year."),
        CHECKED_ON.date().label("Checked").help("When an external one was last found to be the right edition."),
    ]
}

fn control() -> Vec<Field> {
    shared::grouped(
        "Control",
        vec![
            shared::state_alias("status"),
            IN_FORCE.reference(&["document_version"]).label("Version in force").internal().derived(),
            APPROVER.person().help("Approves its versions; somebody else than who writes them.").internal(),
        ],
    )
}

fn control_2() -> Vec<Field> {
    shared::grouped(
        "Control",
        vec![
            REVIEW_DUE.date(),
            REVIEW_MONTHS
                .number()
                .label("Months between reviews")
                .help("Counted from the day on which a version comes into force; 12 where nothing is said.")
                .internal(),
            ACCESS
                .open_choices(&["staff", "sms-manager", "customers", "suppliers", "public"])
                .help("Who may read it. Old versions are no longer open to staff."),
            RETENTION.text().label("Kept for").help("How long it is kept, and what becomes of it then."),
            ENDED_ON.date().label("Out of force since").help("From this day on its retention is counted."),
            CHANGE_NOTE.long().label("What changed").help("Against the version before."),
        ],
    )
}

fn distribution() -> Vec<Field> {
    shared::grouped(
        "Readers",
        vec![
            READERS
                .references_or_text(&["team", "role"])
                .label("Must read it")
                .help("Teams and roles by number; the word staff means everybody who works here.")
                .internal(),
            NAMED_READERS.persons().label("And these people").internal(),
            READ_WITHIN
                .number()
                .label("Days to read it")
                .help("From the day on which a version comes into force; 14 where nothing is said.")
                .internal(),
        ],
    )
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("draft", Open)
        .state("in_review", Waiting)
        .state("approved", Done)
        .state("archived", Done)
        .step("send_to_review", &["draft"], "in_review")
        .step("return", &["in_review"], "draft")
        .step("approve", &["draft", "in_review"], "approved")
        .step("revise", &["approved"], "draft")
        .step("archive", &["approved"], "archived")
        .step("reopen", &["archived"], "draft");
    lifecycles::ending(lifecycle)
}

/// What a version has brought into force changes with the next version alone: nobody edits it, and it stays in force while
/// the next one is written.
fn text_in_force_stays(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(before) = facts.before.filter(|before| before.state == "approved" && before.get(IN_FORCE).is_some())
    else {
        return Ok(());
    };
    if matches!(draft.state.as_str(), "draft" | "in_review") {
        return Err(FieldError::new("status", "a version of it is in force: write the next version instead"));
    }
    let carried = [TEXT.name, VERSION.name, CHANGE_NOTE.name, "approved_by", "approved_on"];
    match carried.iter().find(|name| before.fields.get(**name) != draft.fields.get(**name)) {
        Some(name) => Err(FieldError::new(*name, "comes from the version in force: write the next version instead")),
        None => Ok(()),
    }
}

/// What is archived or superseded is out of force from that day on; what is taken up again is not.
fn out_of_force_since_a_day(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    const ENDED: &[&str] = &["archived", "superseded"];
    if rules::enters(draft, facts, ENDED) {
        rules::stamp_day(draft, facts, ENDED_ON);
    } else if rules::leaves(draft, facts, ENDED) {
        draft.clear(ENDED_ON);
    }
    Ok(())
}

fn numbers_are_sensible(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    for (key, most, what) in [(REVIEW_MONTHS, 60, "months"), (READ_WITHIN, 365, "days")] {
        let given = draft.get(key).filter(|_| rules::touched(draft, facts, &[key.name]));
        if given.is_some_and(|given| given < Decimal::ONE || given > Decimal::from(most) || !given.fract().is_zero()) {
            return Err(FieldError::new(key.name, format!("is a whole number of {what} from 1 to {most}")));
        }
    }
    Ok(())
}
