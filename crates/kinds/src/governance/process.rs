//! A process is a part of the management system that turns inputs into outputs, with an owner and criteria.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const PURPOSE: Key<Long> = Key::new("purpose");
pub const OWNER: Key<Person> = Key::new("owner");
pub const INPUTS: Key<Many<Choice>> = Key::new("inputs");
pub const OUTPUTS: Key<Many<Choice>> = Key::new("outputs");
pub const INTERACTIONS: Key<Many<Ref>> = Key::new("interactions");
pub const CRITERIA: Key<Many<Parts>> = Key::new("criteria");
pub const VERSION: Key<Decimal> = Key::new("version");
pub const DESCRIPTION: Key<Long> = Key::new("description");

pub fn kind() -> Kind {
    Kind::new("process", "processes", "PRC")
        .about(
            "A process is a part of the management system that turns \
             inputs into outputs, with an owner and criteria.",
        )
        .clause(&["4.4", "8.1", "5.1", "8.2.3.1", "8.5.3", "7.5.4"])
        .area(Area::Prove)
        .field(NAME.text().required())
        .field(PURPOSE.long().help("What it is for. The last word is the clause that it covers, such as 8.6.1."))
        .field(OWNER.person().help("One person, active at the provider.").column(Column::Owner))
        .field(INPUTS.open_choices(&["records", "requests"]).help("What it takes in."))
        .field(OUTPUTS.open_choices(&["records", "reports"]).help("What it gives out."))
        .field(
            INTERACTIONS
                .references(&["process"])
                .label("Works with")
                .help("The processes that it gives to or takes from."),
        )
        .field(
            CRITERIA
                .rows(vec![
                    part::text("name"),
                    part::number("number"),
                    part::open_choice("unit", &["percent", "hours", "days", "count"]),
                ])
                .help("How one tells that it works, in numbers."),
        )
        .field(VERSION.number())
        .field(DESCRIPTION.long())
        .lifecycle(lifecycles::kept())
        .include_links(links::general())
        .grants(roles::governance())
        .list(&["number", "title", "owner", "purpose", "version", "state"])
        .titled_by(&["name"])
}

/// The clause that a process covers: the last word of its purpose, when it reads like one.
pub fn clause(purpose: &str) -> Option<String> {
    let last = purpose.split_whitespace().last()?;
    let last = last.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    let is_clause = last.starts_with(|letter: char| letter.is_ascii_digit());
    is_clause.then(|| last.to_string())
}
