//! A document is written information that is kept under control: who owns it, who approved it, who may read it.

use crate::prelude::*;

pub const KIND: Key<Choice> = Key::new("kind");
pub const SUBJECT: Key<Choice> = Key::new("subject");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const OWNER: Key<Person> = Key::new("owner");
pub const TEXT: Key<Long> = Key::new("text");
pub const ADDRESS: Key<Text> = Key::new("address");
pub const ORIGIN: Key<Choice> = Key::new("origin");
pub const CHECKED_ON: Key<Date> = Key::new("checked_on");
pub const REVIEW_DUE: Key<Date> = Key::new("review_due");
pub const ACCESS: Key<Many<Choice>> = Key::new("access");
pub const RETENTION: Key<Text> = Key::new("retention");
pub const CHANGE_NOTE: Key<Long> = Key::new("change_note");

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
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::governance())
        .list(&["number", "title", "kind", "status", "version", "owner", "approved_on", "review_due"])
        .rule(rules::approval_is_signed)
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
        TEXT.long(),
        ADDRESS.text().label("Where it lies").help("An address, when it is kept elsewhere."),
        ORIGIN.choice(&["internal", "external"]).help("External ones are checked once a year."),
        CHECKED_ON.date().label("Checked").help("When an external one was last found to be the right edition."),
    ]
}

fn control() -> Vec<Field> {
    shared::grouped("Control", vec![shared::state_alias("status")])
}

fn control_2() -> Vec<Field> {
    shared::grouped(
        "Control",
        vec![
            REVIEW_DUE.date(),
            ACCESS
                .open_choices(&["staff", "sms-manager", "customers", "suppliers", "public"])
                .help("Who may read it. Old versions are no longer open to staff."),
            RETENTION.text().label("Kept for").help("How long it is kept, and what becomes of it then."),
            CHANGE_NOTE.long().label("What changed").help("Against the version before."),
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
