//! The service management plan says how the management system is set up, run and kept going.

use crate::prelude::*;

pub const VERSION: Key<Decimal> = Key::new("version");
pub const OWNER: Key<Person> = Key::new("owner");
pub const SECTIONS: Key<Parts> = Key::new("sections");
pub const REFERENCES: Key<Many<Ref>> = Key::new("references");
pub const REVIEW_DUE: Key<Date> = Key::new("review_due");

pub fn kind() -> Kind {
    Kind::new("management_plan", "management_plans", "SMP")
        .labelled("Service management plan", "Service management plans")
        .about("The service management plan says how the management system is set up, run and kept going.")
        .clause(&["6.3", "5.1", "7.1", "8.7.3.1", "7.5.4"])
        .area(Area::Prove)
        .include(fields())
        .include(shared::approval())
        .field(REVIEW_DUE.date())
        .lifecycle(lifecycles::approved())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "state", "version", "approved_by", "approved_on", "review_due"])
        .rule(rules::approval_is_signed)
}

fn fields() -> Vec<Field> {
    vec![
        VERSION.number(),
        OWNER.person().column(Column::Owner),
        SECTIONS
            .parts(vec![
                part::references("a", &["service"])
                    .label("Services")
                    .help("All services in scope, live or on the way."),
                part::long("b")
                    .label("Known limits")
                    .help("Skills, old technology, contracts and what else holds us back."),
                part::rows(
                    "c",
                    vec![
                        part::long("text").label("Duty"),
                        part::person("owner"),
                        part::long("how_met").label("How it is met"),
                    ],
                )
                .label("Duties")
                .help("From policies, standards, law, regulators and contracts."),
                part::references("d", &["role"]).label("Roles").help("Who decides and who is in charge."),
                part::parts(
                    "e",
                    vec![
                        part::long("human").label("People"),
                        part::long("technical").label("Technology"),
                        part::long("information"),
                        part::long("financial").label("Money"),
                    ],
                )
                .label("Resources"),
                part::long("f").label("Working with other parties"),
                part::long("g").label("Technology that supports the system"),
                part::parts(
                    "h",
                    vec![
                        part::references("measures", &["measure"]),
                        part::references("audit_programmes", &["audit_programme"]),
                        part::references("report_definitions", &["report_definition"]),
                        part::reference("improvement", &["process"]).label("Improvement process"),
                    ],
                )
                .label("Measuring, auditing, reporting, improving"),
            ])
            .label("Plan")
            .help("All points are filled in."),
        REFERENCES
            .references_or_text(&["policy", "objective", "risk", "service_requirement"])
            .help("At least one policy, objective, risk and service requirement, by number."),
    ]
}
