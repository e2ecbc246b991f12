//! A training is a course or other act by which people gain a competence.

use crate::prelude::*;

pub const TOPIC: Key<Text> = Key::new("topic");
pub const PERSONS: Key<Many<Person>> = Key::new("persons");
pub const HELD_ON: Key<Date> = Key::new("held_on");
pub const PROVIDER: Key<Text> = Key::new("provider");
pub const OWNER: Key<Person> = Key::new("owner");
pub const EFFECT_CHECK_DUE: Key<Date> = Key::new("effect_check_due");
pub const EFFECT_CHECKED_ON: Key<Date> = Key::new("effect_checked_on");
pub const EFFECTIVE: Key<bool> = Key::new("effective");
pub const MATERIALS: Key<Many<Ref>> = Key::new("materials");
pub const QUESTIONS: Key<Many<Parts>> = Key::new("questions");
pub const PASS_MARK: Key<Percentage> = Key::new("pass_mark");
pub const TEACHES: Key<Text> = Key::new("teaches");
pub const LEVEL: Key<Decimal> = Key::new("level");
pub const VALID_MONTHS: Key<Decimal> = Key::new("valid_months");

/// Days after a training by which its effect is looked at (check 7.2.c).
const EFFECT_DAYS: i64 = 90;
/// What must be right where the training says nothing.
pub const PASS: i64 = 80;

pub fn kind() -> Kind {
    Kind::new("training", "trainings", "TRN")
        .about("A training is a course or other act by which people gain a competence.")
        .clause(&["7.2"])
        .area(Area::Prove)
        .field(TOPIC.text().required())
        .field(PERSONS.persons().label("People"))
        .field(HELD_ON.date())
        .field(PROVIDER.text().label("Held by").help("Who taught."))
        .field(OWNER.person().help("Who sees to it and to the check of its effect.").column(Column::Owner))
        .field(EFFECT_CHECK_DUE.date().help("Ninety days after it was held where nothing is said."))
        .field(EFFECT_CHECKED_ON.date().label("Effect checked").help("Within ninety days."))
        .field(EFFECTIVE.flag().help("People can do what they were to learn."))
        .include(shared::grouped("What is learnt", learnt()))
        .include(shared::grouped("Quiz", quiz()))
        .lifecycle(lifecycles::happens("held_on"))
        .include_links(links::general())
        .grants(roles::people())
        .list(&["number", "title", "held_on", "state", "effect_check_due", "effect_checked_on", "effective"])
        .titled_by(&["topic"])
        .rule(dates_in_order)
        .rule(effect_is_due)
        .rule(quiz_can_be_answered)
}

fn learnt() -> Vec<Field> {
    vec![
        TEACHES.text().help("What people are able to do after it, in the words of the role that needs it."),
        LEVEL.number().help("1 knows of it to 5 teaches it."),
        VALID_MONTHS.number().label("Valid for months").help("After that time the proof has ended. Empty: for good."),
        MATERIALS.references(&["document", "knowledge_article"]).help("What is read before the questions."),
    ]
}

fn quiz() -> Vec<Field> {
    vec![
        QUESTIONS
            .rows(vec![
                part::text("question"),
                part::texts("answers").help("One a line."),
                part::number("right").label("Right one").help("The place of the right answer, 1 for the first."),
            ])
            .help("Each of the people is asked these. What they answer is a result of its own.")
            .internal(),
        PASS_MARK.percentage().help("How much must be right; 80 percent where nothing is said."),
    ]
}

fn dates_in_order(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::in_order(draft, facts, HELD_ON, EFFECT_CHECKED_ON)
}

/// What was held has a day by which somebody looks whether it has helped.
fn effect_is_due(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    if rules::touched(draft, facts, &[HELD_ON.name])
        && let Some(held) = draft.get(HELD_ON).filter(|_| draft.get(EFFECT_CHECK_DUE).is_none())
    {
        draft.set(EFFECT_CHECK_DUE, Moment::of_date(held).plus(EFFECT_DAYS * model::time::DAY).date());
    }
    Ok(())
}

fn quiz_can_be_answered(draft: &mut Draft, facts: &Facts<'_>) -> Result<(), FieldError> {
    rules::share_of_hundred(draft, facts, PASS_MARK)?;
    if draft.get(LEVEL).is_some_and(|level| level < Decimal::ONE || level > Decimal::from(5))
        && rules::touched(draft, facts, &[LEVEL.name])
    {
        return Err(FieldError::new(LEVEL.name, "is a number from 1 to 5"));
    }
    if draft
        .get(VALID_MONTHS)
        .is_some_and(|months| months < Decimal::ONE || months > Decimal::from(120) || !months.fract().is_zero())
        && rules::touched(draft, facts, &[VALID_MONTHS.name])
    {
        return Err(FieldError::new(VALID_MONTHS.name, "is a whole number of months from 1 to 120"));
    }
    if !rules::touched(draft, facts, &[QUESTIONS.name]) {
        return Ok(());
    }
    for (line, question) in Question::read_all(draft.fields.get(QUESTIONS.name)).iter().enumerate() {
        let refuse = |why: &str| Err(FieldError::new(QUESTIONS.name, format!("row {}: {why}", line + 1)));
        if question.text.is_empty() {
            return refuse("write the question");
        }
        if question.answers.len() < 2 {
            return refuse("write at least two answers, one a line");
        }
        if question.right.is_none() {
            return refuse("say which answer is right, 1 for the first");
        }
    }
    Ok(())
}

/// A question of a quiz, as rules and pages look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub text: String,
    pub answers: Vec<String>,
    /// The place of the right answer, counted from 0; `None` where the record names none that is there.
    pub right: Option<usize>,
}

impl Question {
    pub fn read_all(rows: Option<&model::Value>) -> Vec<Question> {
        rows.map(model::Value::entries).unwrap_or_default().iter().map(Question::read).collect()
    }

    fn read(row: &model::Value) -> Question {
        use model::Value;
        let answers = row.part("answers").map(Value::entries).unwrap_or_default().iter();
        let answers: Vec<String> = answers.filter_map(Value::as_text).map(|text| text.trim().to_string()).collect();
        let right = row.part("right").and_then(Value::as_number).filter(|right| right.fract().is_zero());
        let right = right.and_then(|right| usize::try_from(right).ok()).and_then(|right| right.checked_sub(1));
        Question {
            text: row.part("question").and_then(Value::as_text).unwrap_or_default().trim().to_string(),
            right: right.filter(|right| *right < answers.len()),
            answers,
        }
    }
}
