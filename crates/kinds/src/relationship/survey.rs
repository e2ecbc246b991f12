//! A survey is a measurement of how satisfied customers are.

use model::{Via, types::is_mail};

use crate::prelude::*;

pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const QUESTION: Key<Long> = Key::new("question");
pub const SCALE: Key<Choice> = Key::new("scale");
pub const POPULATION: Key<Decimal> = Key::new("population");
pub const INVITED: Key<Many<Ref>> = Key::new("invited");
pub const COUNTED: Key<bool> = Key::new("counted");
pub const ANSWERS: Key<Decimal> = Key::new("answers");
pub const SCORE: Key<Decimal> = Key::new("score");
pub const COMMENTS: Key<Many<Text>> = Key::new("comments");
pub const ACTIONS: Key<Many<Ref>> = Key::new("actions");
pub const REPORTED_ON: Key<Date> = Key::new("reported_on");
pub const OWNER: Key<Person> = Key::new("owner");

pub fn kind() -> Kind {
    Kind::new("survey", "surveys", "SUR")
        .about("A survey is a measurement of how satisfied customers are.")
        .clause(&["8.3.2"])
        .area(Area::Services)
        .field(PERIOD.period().help("The span that it asks about, such as 2026-H1."))
        .field(QUESTION.long().help("What was asked, as people read it."))
        .field(
            SCALE
                .open_choice(&["csat-5", "nps-10", "percent"])
                .help("csat-5: share of 4 and 5 of 5; nps-10: 9 and 10 less 0 to 6."),
        )
        .field(
            COUNTED
                .flag()
                .label("Counted from ratings")
                .help("Its answers are what people said of their tickets in the period; nobody types the result."),
        )
        .field(POPULATION.number().help("How many people could have been asked."))
        .field(INVITED.references(&["customer"]).help("The customers that were asked; every active one."))
        .field(ANSWERS.number().help("How many came back. Fewer than ten say little."))
        .field(SCORE.number().help("The result on the scale above."))
        .field(COMMENTS.texts().help("What people wrote, one a line.").internal())
        .field(ACTIONS.references(&["action"]).help("What is done with the result."))
        .field(REPORTED_ON.date().label("Reported").help("Within sixty days after the period."))
        .field(OWNER.person().column(Column::Owner))
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::service_design())
        .list(&["number", "title", "period", "state", "answers", "score", "reported_on"])
        .titled_by(&["period"])
        .rule(nobody_types_what_is_counted)
        .rule(answers_fit_population)
}

fn life() -> Lifecycle {
    let lifecycle = Lifecycle::starts_in("planned", Open)
        .state("running", Open)
        .state("reported", Done)
        .step("start", &["planned"], "running")
        .step("report", &["planned", "running"], "reported")
        .step("reopen", &["reported"], "running")
        .dated("reported", "reported_on");
    lifecycles::ending(lifecycle)
}

/// What the program counts from ratings of 1 to 5 is written by nobody else (rule R25).
fn nobody_types_what_is_counted(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if draft.get(COUNTED) != Some(true) {
        return Ok(());
    }
    if draft.get(SCALE).is_none() {
        draft.set(SCALE, Choice("csat-5".into()));
    }
    if draft.get(SCALE).is_some_and(|scale| scale.0 != "csat-5") {
        return Err(FieldError::new(SCALE.name, "ratings of tickets are counted on the scale csat-5"));
    }
    // What was counted elsewhere comes in as it was.
    let is_ours = facts.actor.via == Via::Import || (facts.actor.via == Via::Job && !is_mail(&facts.actor.email));
    let given = |name: &str| facts.before.and_then(|before| before.fields.get(name)) != draft.fields.get(name);
    let counts = [ANSWERS.name, SCORE.name, POPULATION.name, COMMENTS.name];
    match counts.into_iter().find(|name| !is_ours && given(name)) {
        Some(name) => Err(FieldError::new(name, "is counted from what people said of their tickets")),
        None => Ok(()),
    }
}

fn answers_fit_population(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if let (Some(population), Some(answers)) = (draft.get(POPULATION), draft.get(ANSWERS))
        && answers > population
        && rules::touched(draft, facts, &[POPULATION.name, ANSWERS.name])
    {
        return Err(FieldError::new(ANSWERS.name, format!("are more than the population of {population}")));
    }
    if rules::enters(draft, facts, &["reported"]) {
        rules::stamp_day(draft, facts, REPORTED_ON);
    }
    Ok(())
}
