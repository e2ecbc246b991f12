//! A training result is what one person answered to the questions of a training, with the score.

use super::training::{self, Question};
use crate::prelude::*;

pub const TRAINING: Key<Ref> = Key::new("training");
pub const PERSON: Key<Person> = Key::new("person");
pub const DUE: Key<Date> = Key::new("due");
pub const ANSWERS: Key<Many<Decimal>> = Key::new("answers");
pub const SCORE: Key<Percentage> = Key::new("score");
pub const ANSWERED_ON: Key<Moment> = Key::new("answered_on");
pub const ATTEMPTS: Key<Decimal> = Key::new("attempts");
pub const REMINDED_ON: Key<Date> = Key::new("reminded_on");

pub fn kind() -> Kind {
    Kind::new("training_result", "training_results", "TRR")
        .about("A training result is what one person answered to the questions of a training, with the score.")
        .clause(&["7.2"])
        .area(Area::Prove)
        .field(TRAINING.reference(&["training"]).required())
        .field(PERSON.person().required().column(Column::Owner))
        .field(DUE.date().column(Column::Due))
        .field(ANSWERS.numbers().help("For each question the place of the answer that was chosen, 1 for the first."))
        .field(SCORE.percentage().help("How much of it is right.").derived())
        .field(ANSWERED_ON.instant().label("Answered").derived())
        .field(ATTEMPTS.number().help("How often it was answered.").derived())
        .field(REMINDED_ON.date().label("Reminded").help("When the person was last reminded.").internal())
        .lifecycle(life())
        .include_links(links::general())
        .grants(roles::results())
        .list(&["number", "title", "state", "training", "person", "score", "answered_on", "due"])
        .looks_at(&["training"])
        .looks_when(&["answers", "state"])
        .rule(only_the_person_answers)
        .rule(score_is_counted)
        .rule(what_was_passed_stays)
}

fn life() -> Lifecycle {
    Lifecycle::starts_in("asked", Open)
        .state("failed", Open)
        .state("passed", Done)
        .state("superseded", Done)
        .state("cancelled", Done)
        .step("supersede", &["asked", "failed", "passed"], "superseded")
        .step("pass", &["asked"], "passed")
        .step("fail", &["asked"], "failed")
        .step("cancel", &["asked", "failed"], "cancelled")
        .step("ask_again", &["failed", "superseded", "cancelled"], "asked")
        .withdrawable()
}

/// Whether this write says what came of the questions.
fn is_answered(draft: &Draft, facts: &Facts<'_>) -> bool {
    let state = matches!(draft.state.as_str(), "passed" | "failed");
    state && rules::touched(draft, facts, &[ANSWERS.name]) || rules::enters(draft, facts, &["passed", "failed"])
}

/// Nobody answers for another person.
fn only_the_person_answers(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let other = draft.get(PERSON).is_some_and(|person| person.0 != facts.actor.email);
    match other && is_answered(draft, facts) {
        true => Err(FieldError::new("state", "only whoever is asked answers the questions")),
        false => Ok(()),
    }
}

/// The score is counted from the questions as they stand, and decides whether it is passed.
fn score_is_counted(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if !is_answered(draft, facts) {
        return Ok(());
    }
    rules::stamp_now(draft, facts, ANSWERED_ON);
    rules::count(draft, ATTEMPTS);
    let Some(training) = facts.related.of(draft, TRAINING.name) else { return Ok(()) };
    let questions = Question::read_all(training.fields.get(training::QUESTIONS.name));
    if questions.is_empty() {
        return Err(FieldError::new(TRAINING.name, "the training asks no questions"));
    }
    let answers = draft.get(ANSWERS).map(|answers| answers.0).unwrap_or_default();
    if answers.len() != questions.len() {
        return Err(FieldError::new(ANSWERS.name, format!("answer each of the {} questions", questions.len())));
    }
    let score = score(&questions, &answers);
    let passed = score >= pass_mark(training.get(training::PASS_MARK));
    draft.set(SCORE, Percentage(score));
    match (draft.state.as_str(), passed) {
        ("passed", false) => Err(FieldError::new("state", "too few answers are right to pass")),
        ("failed", true) => Err(FieldError::new("state", "so many answers are right that it is passed")),
        _ => Ok(()),
    }
}

/// What must be right at least, in percent.
pub fn pass_mark(given: Option<Percentage>) -> Decimal {
    given.map_or(Decimal::from(training::PASS), |mark| mark.0)
}

/// The share of right answers in percent, one decimal; a question without a right answer counts for nobody.
pub fn score(questions: &[Question], answers: &[Decimal]) -> Decimal {
    let is_right = |(question, answer): &(&Question, &Decimal)| {
        question.right.is_some_and(|right| **answer == Decimal::from(right as u64 + 1))
    };
    let right = questions.iter().zip(answers).filter(is_right).count();
    let all = Decimal::from(questions.len().max(1) as u64);
    (Decimal::from(right as u64) * Decimal::ONE_HUNDRED / all).round_dp(1)
}

/// What was passed is for one person and one training, with these answers.
fn what_was_passed_stays(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    let Some(before) = facts.before.filter(|before| before.state == "passed") else { return Ok(()) };
    let fixed = [TRAINING.name, PERSON.name, ANSWERS.name];
    match fixed.iter().find(|name| before.fields.get(**name) != draft.fields.get(**name)) {
        Some(name) => Err(FieldError::new(*name, "is what was passed")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_the_share_of_right_answers() {
        let question =
            |right: Option<usize>| Question { text: "?".into(), answers: vec!["a".into(), "b".into()], right };
        let questions = [question(Some(0)), question(Some(1)), question(None)];
        let told = |answers: &[i64]| {
            let answers: Vec<Decimal> = answers.iter().map(|answer| Decimal::from(*answer)).collect();
            score(&questions, &answers).to_string()
        };
        assert_eq!([told(&[1, 2, 1]), told(&[1, 1, 2]), told(&[])], ["66.7", "33.3", "0"]);
        assert_eq!(pass_mark(None), Decimal::from(80));
    }
}
