//! A policy says what top management wants in one field: service management, changes, information security and others.

use crate::prelude::*;

pub const KIND: Key<Choice> = Key::new("kind");
pub const TEXT: Key<Long> = Key::new("text");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const OWNER: Key<Person> = Key::new("owner");
pub const AUDIENCES: Key<Many<Choice>> = Key::new("audiences");
pub const PARTS: Key<Parts> = Key::new("parts");
pub const REFERENCES: Key<Many<Text>> = Key::new("references");
pub const REVIEW_DUE: Key<Date> = Key::new("review_due");

pub fn kind() -> Kind {
    Kind::new("policy", "policies", "POL")
        .about(
            "A policy says what top management wants in one field: service \
             management, changes, information security and others.",
        )
        .clause(&["5.2.1", "5.2.2", "8.5.1.1", "8.7.3.1", "8.5.3", "5.1", "6.2.1", "6.3", "7.5.4"])
        .area(Area::Prove)
        .include(fields())
        .include(shared::grouped("Approval", shared::approval()))
        .include(approval())
        .lifecycle(lifecycles::approved())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "kind", "state", "version", "approved_by", "approved_on", "review_due"])
        .titled_by(&["kind"])
        .rule(rules::approval_is_signed)
}

fn fields() -> Vec<Field> {
    vec![
        KIND.open_choice(&[
            "service-management",
            "change",
            "information-security",
            "release",
            "access",
            "supplier",
            "continuity",
        ])
        .required(),
        TEXT.long(),
        VERSION.number(),
        OWNER.person().column(Column::Owner),
        AUDIENCES
            .open_choices(&["staff", "customers", "users", "suppliers", "public", "regulator"])
            .help("Who is told of it or can read it."),
        PARTS
            .parts(vec![
                part::mixed("a").label("Fits the purpose; for changes: what is under control"),
                part::mixed("b").label("Frame for objectives; for changes: how each category is handled"),
                part::mixed("c").label("Meets the requirements; for changes: when an effect is big"),
                part::long("d").label("Keeps improving"),
                part::rows(
                    "types",
                    vec![
                        part::text("type"),
                        part::text("frequency").label("How often"),
                        part::text("handling").label("How it is handled"),
                    ],
                )
                .label("Types of release")
                .help("For the release policy."),
            ])
            .label("Contents")
            .help(
                "The four commitments of the service management \
                 policy, or the three contents of the change policy.",
            ),
        REFERENCES.texts().help("Numbers of records that it builds on; the duties of the plan are written as SMP-1#c."),
    ]
}

fn approval() -> Vec<Field> {
    shared::grouped("Approval", vec![REVIEW_DUE.date()])
}
