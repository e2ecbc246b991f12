//! A survey is a measurement of how satisfied customers are.

use crate::prelude::*;

pub const PERIOD: Key<PeriodName> = Key::new("period");
pub const QUESTION: Key<Long> = Key::new("question");
pub const SCALE: Key<Choice> = Key::new("scale");
pub const POPULATION: Key<Decimal> = Key::new("population");
pub const INVITED: Key<Many<Ref>> = Key::new("invited");
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
