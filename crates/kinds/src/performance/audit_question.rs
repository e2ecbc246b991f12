//! An audit question is one line of an audit's checklist: what was asked, which records were looked at, what came of it.

use crate::{performance::audit, prelude::*};

pub const AUDIT: Key<Ref> = Key::new("audit");
pub const CLAUSE: Key<Text> = Key::new("clause");
pub const QUESTION: Key<Long> = Key::new("question");
pub const OWNER: Key<Person> = Key::new("owner");
pub const POPULATION: Key<Parts> = Key::new("population");
pub const ITEMS: Key<Many<Parts>> = Key::new("items");
pub const RESULT: Key<Choice> = Key::new("result");
pub const EVIDENCE: Key<Long> = Key::new("evidence");
pub const FINDING: Key<Ref> = Key::new("finding");
pub const ANSWERED_ON: Key<Date> = Key::new("answered_on");

/// What may come of a question and of each record.
const RESULTS: &[&str] = &["conforms", "observation", "nonconformity", "not_applicable"];

pub fn kind() -> Kind {
    Kind::new("audit_question", "audit_questions", "AUQ")
        .about(
            "An audit question is one line of an audit's checklist: what was asked, \
             which records were looked at, what came of it.",
        )
        .clause(&["9.2.1", "9.2.2"])
        .area(Area::Prove)
        .field(AUDIT.reference(&["audit"]).required())
        .field(CLAUSE.text().help("The clause that it is about, such as 8.6.1."))
        .field(QUESTION.long().required())
        .field(OWNER.person().label("Auditor").column(Column::Owner))
        .field(
            POPULATION
                .parts(vec![
                    part::text("requirement").help("Whose records they are."),
                    part::instant("as_of").label("As of"),
                    part::number("count").label("Records"),
                    part::text("digest").label("SHA-256 of their numbers, sorted, one a line"),
                    part::text("seed"),
                    part::number("size").label("Drawn"),
                ])
                .help("From what the sample was drawn, so that anybody can draw it again (rule R24)."),
        )
        .field(
            ITEMS
                .rows(vec![
                    part::reference_or_text("record", &[]),
                    part::open_choice("result", RESULTS),
                    part::text("note"),
                ])
                .label("Sample")
                .help("The records that were drawn, and what was seen on each."),
        )
        .field(RESULT.choice(RESULTS).required_in(&["answered"]))
        .field(EVIDENCE.long().help("What was seen, heard and read, where and when.").required_in(&["answered"]))
        .field(FINDING.reference_or_text(&["nonconformity"]).help("What was raised because of it."))
        .field(ANSWERED_ON.date().label("Answered"))
        .lifecycle(lifecycles::answered())
        .link("part_of", "part of", "consists of", &["audit"])
        .include_links(links::general())
        .grants(roles::audits())
        .list(&["number", "title", "audit", "clause", "result", "owner", "state"])
        .titled_by(&["question"])
        .sealed(audit::ASKED_AS_IT_WAS)
        .rule(a_sample_stays_as_drawn)
        .rule(dates_of_states)
}

/// Records of a sample are not exchanged for others: another sample is drawn, with its own population and seed.
fn a_sample_stays_as_drawn(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(before) = facts.before.filter(|before| before.fields.contains_key(POPULATION.name)) else { return Ok(()) };
    let records = |items: Option<&Value>| -> Vec<String> {
        let rows = items.map(Value::entries).unwrap_or_default();
        rows.iter().filter_map(|row| row.part("record")?.as_text().map(str::to_string)).collect()
    };
    let is_same = before.fields.get(POPULATION.name) == draft.fields.get(POPULATION.name);
    if is_same && records(before.fields.get(ITEMS.name)) != records(draft.fields.get(ITEMS.name)) {
        return Err(FieldError::new(ITEMS.name, "the records of a sample stay as they were drawn; draw again instead"));
    }
    Ok(())
}

fn dates_of_states(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::answer_is_signed(draft, facts, ANSWERED_ON, OWNER)
}
