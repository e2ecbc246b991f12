//! A tender is a list of questions that somebody asks before they buy, with our answers: templates whose figures are read from the
//! records when it goes out.

use crate::prelude::*;

pub const NAME: Key<Text> = Key::new("name");
pub const ASKED_BY: Key<Text> = Key::new("asked_by");
pub const DUE: Key<Date> = Key::new("due");
pub const OWNER: Key<Person> = Key::new("owner");
pub const QUESTIONS: Key<Many<Parts>> = Key::new("questions");
pub const SENT_ON: Key<Date> = Key::new("sent_on");

/// Figures that an answer may cite, with what each is.
pub const FIGURES: [(&str, &str); 16] = [
    ("readiness_percent", "requirements proved, in percent of all"),
    ("requirements_proved", "requirements that the records prove"),
    ("requirements_total", "requirements that are judged"),
    ("certificate_edition", "standard of the valid certificate"),
    ("certificate_number", "number of the valid certificate"),
    ("certificate_scope", "scope of the valid certificate"),
    ("certificate_valid_to", "last valid day of the certificate"),
    ("services_live", "services that are live"),
    ("customers", "customers on record"),
    ("availability_lowest_percent", "lowest availability of a live service in the last closed month"),
    ("incidents_raised", "incidents raised in the last closed month"),
    ("incidents_in_time_percent", "incidents resolved in time in the last closed month"),
    ("satisfaction_mean", "mean of the ratings of the last twelve months, of 5"),
    ("satisfaction_answers", "ratings given in the last twelve months"),
    ("people", "people who work here"),
    ("competences_proved", "competences on record with proof"),
];

/// Most questions of a tender.
const QUESTIONS_MAX: usize = 500;

pub fn kind() -> Kind {
    Kind::new("tender", "tenders", "TND")
        .about(
            "A tender is a list of questions that somebody asks before they buy, with our answers: \
             templates whose figures are read from the records when it goes out.",
        )
        .clause(&["8.3.2"])
        .area(Area::Prove)
        .field(NAME.text().required())
        .field(ASKED_BY.text().label("Asked by"))
        .field(DUE.date().column(Column::Due))
        .field(OWNER.person().column(Column::Owner))
        .field(
            QUESTIONS
                .rows(vec![
                    part::long("question"),
                    part::long("answer").help("A figure is cited as {{availability_lowest_percent}}."),
                ])
                .help("Each with its answer; figures in two braces are read from the records."),
        )
        .field(SENT_ON.date().label("Sent"))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::leadership())
        .list(&["number", "title", "state", "asked_by", "due", "owner"])
        .titled_by(&["name"])
        .rule(figures_are_known)
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("draft", Open)
        .state("sent", Done)
        .step("send", &["draft"], "sent")
        .step("reopen", &["sent"], "draft")
        .dated("sent", "sent_on");
    lifecycles::ending(lifecycle)
}

/// The names in two braces of a template, in order.
pub fn cited(template: &str) -> Vec<&str> {
    let parts = template.split("{{").skip(1);
    parts.filter_map(|part| part.split_once("}}")).map(|(name, _)| name.trim()).collect()
}

/// A figure that nobody can read is refused when it is written, not when it is due.
fn figures_are_known(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::enters(draft, facts, &["sent"]) {
        rules::stamp_day(draft, facts, SENT_ON);
    }
    if !rules::touched(draft, facts, &[QUESTIONS.name]) {
        return Ok(());
    }
    let rows = draft.get(QUESTIONS).map(|rows| rows.0).unwrap_or_default();
    if rows.len() > QUESTIONS_MAX {
        let why = format!("are {}, {QUESTIONS_MAX} at most", rows.len());
        return Err(FieldError::new(QUESTIONS.name, why));
    }
    for (place, row) in rows.iter().enumerate() {
        let answer = row.0.get("answer").and_then(Value::as_text).unwrap_or_default();
        for name in cited(answer) {
            if !FIGURES.iter().any(|(known, _)| *known == name) {
                let hint = model::suggest::hint(name, FIGURES.iter().map(|(known, _)| *known));
                let why = format!("entry {}: there is no figure \"{name}\"{hint}", place + 1);
                return Err(FieldError::new(QUESTIONS.name, why));
            }
        }
        if answer.matches("{{").count() != answer.matches("}}").count() {
            let why = format!("entry {}: two braces are opened and not closed, or the other way round", place + 1);
            return Err(FieldError::new(QUESTIONS.name, why));
        }
    }
    Ok(())
}
