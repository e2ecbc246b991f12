//! Questions that one record asks of others: a form kept as rows, read into fields like all others, so that answers are
//! typed, required, refused and shown by the same means as built-in fields.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::{
    field::Field,
    filter::{Context, Filter},
    filter_text,
    kind::{COMMON, Kind},
    record::{Fields, Record, RecordId},
    suggest,
    time::Moment,
    types::{Choices, Type},
    value::Value,
};

/// Where a kind keeps answers to the questions of another record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// The field that refers to the record which asks.
    pub by: &'static str,
    /// The field of that record in which its questions stand, a row each.
    pub questions: &'static str,
    /// The field in which the answers stand, a part each.
    pub answers: &'static str,
    /// Fields of the asking record that are kept as they were when it was answered, each with the field that keeps it:
    /// version and price.
    pub carried: &'static [(&'static str, &'static str)],
    /// Fields that the asking record gives where nothing else is said: title, service, category.
    pub offered: &'static [(&'static str, &'static str)],
    /// The field that keeps when it was answered: the form as it was then is read from the journal.
    pub answered_on: &'static str,
}

/// One question: a field, the heading it stands under, and when it is asked at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub field: Field,
    pub section: String,
    pub shown_when: Filter,
    /// With what the answer begins, as the form says it; empty for nothing. See [`Questions::begun`].
    pub default: String,
}

/// All questions of a record, in order.
#[derive(Clone, Debug)]
pub struct Questions {
    pub all: Vec<Question>,
    /// What the conditions are read and tried against: a kind whose fields are the questions.
    schema: Kind,
}

/// Types that a question may have, with the word for people.
pub const TYPES: &[(&str, &str)] = &[
    ("text", "Text"),
    ("long_text", "Text of several lines"),
    ("choice", "One of a list"),
    ("choices", "Several of a list"),
    ("flag", "Yes or no"),
    ("date", "Date"),
    ("instant", "Date and time"),
    ("number", "Number"),
    ("money", "Money"),
    ("duration", "Duration"),
    ("person", "Person"),
];

/// Most questions of one form, longest name of one, and longest label and help in characters.
const QUESTIONS_MAX: usize = 60;
const NAME_MAX: usize = 40;
const LABEL_MAX: usize = 120;
const HELP_MAX: usize = 500;

impl Questions {
    /// Reads the rows of a form: parts `name`, `label`, `type`, `choices`, `required`, `shown_when`, `help`, `section`,
    /// `default`.
    /// A record that asks nothing has no rows.
    ///
    /// # Errors
    /// A sentence for everything that cannot be so, `entry 2: shown_when: …`, to stand beside the field of the rows.
    pub fn read(rows: Option<&Value>) -> Result<Questions, Vec<String>> {
        let rows = rows.map(Value::entries).unwrap_or_default();
        let rows: Vec<&Value> = rows.iter().filter(|row| row.as_text() != Some("none")).collect();
        let mut errors = Vec::new();
        if rows.len() > QUESTIONS_MAX {
            errors.push(format!("has {} questions, {QUESTIONS_MAX} at most", rows.len()));
        }
        let mut fields: Vec<Field> = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            match question(row, &fields) {
                Ok(field) => fields.push(field),
                Err((part, why)) => errors.push(format!("entry {}: {part}: {why}", at + 1)),
            }
        }
        let schema = Kind::new("answers", "answers", "").labelled("Form", "Forms").include(fields.clone());
        let mut all = Vec::with_capacity(fields.len());
        // Where a row is wrong, those behind it would be told apart wrongly.
        if errors.is_empty() {
            for (at, (row, field)) in rows.iter().zip(fields).enumerate() {
                let default = text(row, "default");
                match (condition(row, &schema), begins(&default, &field)) {
                    (Ok(shown_when), Ok(())) => {
                        all.push(Question { field, section: text(row, "section"), shown_when, default });
                    }
                    (Err(why), _) => errors.push(format!("entry {}: shown_when: {why}", at + 1)),
                    (_, Err(why)) => errors.push(format!("entry {}: default: {why}", at + 1)),
                }
            }
        }
        if errors.is_empty() { Ok(Questions { all, schema }) } else { Err(errors) }
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The questions that are asked of whoever has answered so far, in order. A condition counts only what is asked itself.
    pub fn asked(&self, answers: Option<&Value>) -> Vec<&Question> {
        let mut record = self.blank();
        let mut asked = Vec::with_capacity(self.all.len());
        for question in &self.all {
            let context = Context { me: "", now: Moment::UNKNOWN };
            if !question.shown_when.holds(&self.schema, &record, &[], context) {
                continue;
            }
            if let Some(value) = typed(question, answers).ok().flatten() {
                record.fields.insert(question.field.name.clone(), value);
            }
            asked.push(question);
        }
        asked
    }

    /// Whether a condition over the answers holds, such as that of a task.
    ///
    /// # Errors
    /// A sentence for a condition that cannot be read.
    pub fn holds(&self, condition: &str, answers: Option<&Value>) -> Result<bool, String> {
        if condition.trim().is_empty() {
            return Ok(true);
        }
        let filter = filter_text::parse(condition, &self.schema)?;
        let mut record = self.blank();
        record.fields = self.typed_fields(answers);
        Ok(filter.holds(&self.schema, &record, &[], Context { me: "", now: Moment::UNKNOWN }))
    }

    /// The answers as they are kept: each read by the type of its question, those to questions that are not asked left out.
    ///
    /// # Errors
    /// All of them, `NAME: sentence`: what is needed, cannot be read, or answers no question.
    pub fn check(&self, answers: Option<&Value>) -> Result<Option<Value>, Vec<String>> {
        let mut errors = Vec::new();
        let given: BTreeSet<&str> = match answers {
            Some(Value::Parts(parts)) => parts.keys().map(String::as_str).collect(),
            Some(_) => return Err(vec!["needs named parts, one for each question".into()]),
            None => BTreeSet::new(),
        };
        let known = || self.all.iter().map(|question| question.field.name.as_str());
        for name in &given {
            if !known().any(|known| known == *name) {
                errors.push(format!("{name}: there is no such question{}", suggest::hint(name, known())));
            }
        }
        let mut kept = Fields::new();
        for question in self.asked(answers) {
            let field = &question.field;
            match typed(question, answers) {
                Err(why) => errors.push(format!("{}: {why}", field.name)),
                Ok(None) if field.required => errors.push(format!("{}: {} is needed", field.name, field.label)),
                Ok(None) => {}
                Ok(Some(value)) => {
                    // Kept as it stands in JSON: the record has no other type for it once the form has moved on.
                    kept.extend(Value::from_json(&value.to_json()).map(|value| (field.name.clone(), value)));
                }
            }
        }
        if errors.is_empty() { Ok((!kept.is_empty()).then_some(Value::Parts(kept))) } else { Err(errors) }
    }

    /// With what each answer begins: what the form says, with what is known of whoever asks. A question of which something is
    /// not known begins empty.
    pub fn begun(&self, known: &Known) -> Vec<(&Field, Value)> {
        let mut begun = Vec::new();
        for question in self.all.iter().filter(|question| !question.default.is_empty()) {
            let text = filled(&question.default, |word| known.of(word)).ok().flatten();
            // What is known may be no answer to this question.
            let typed = text.and_then(|text| question.field.ty.parse(&text).ok().flatten());
            begun.extend(typed.map(|value| (&question.field, value)));
        }
        begun
    }

    /// The kind as a record has it that answers these questions: its field of answers has a part for each, so that forms,
    /// pages and lists draw them as they draw everything else.
    pub fn shape(&self, kind: &Kind, answers: &str) -> Kind {
        let mut kind = kind.clone();
        if let Some(field) = kind.fields.iter_mut().find(|field| field.name == answers) {
            field.ty = Type::Parts(self.all.iter().map(|question| question.field.clone()).collect());
        }
        kind
    }

    fn typed_fields(&self, answers: Option<&Value>) -> Fields {
        let read = |question: &&Question| Some((question.field.name.clone(), typed(question, answers).ok()??));
        self.asked(answers).iter().filter_map(read).collect()
    }

    fn blank(&self) -> Record {
        Record {
            id: RecordId(0),
            kind: self.schema.name,
            number: String::new(),
            title: String::new(),
            state: String::new(),
            customer: None,
            version: 0,
            created: Moment::UNKNOWN,
            changed: Moment::UNKNOWN,
            fields: Fields::new(),
        }
    }
}

/// What is known of whoever asks before they answer, by the words that a form may use for it.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The day on which it is asked; `None` where that is not said.
    pub today: Option<Date>,
    /// `requester`, `requester.phone`, `customer.address`, `service.name`: the text by its word.
    pub words: BTreeMap<String, String>,
}

/// Records of which a form may name fields.
const KNOWN: [&str; 3] = ["requester", "customer", "service"];
/// The word for the day on which it is asked; days may be added to it.
const TODAY: &str = "today";
/// Most days that are added.
const DAYS_MAX: i64 = 3_660;

impl Known {
    /// What stands for a word; `None` where that is not known.
    fn of(&self, word: &str) -> Result<Option<String>, String> {
        match days_of(word)? {
            Some(days) => {
                let day = |today: Date| today.checked_add(jiff::Span::new().days(days)).ok();
                Ok(self.today.and_then(day).map(|day| day.to_string()))
            }
            None => Ok(self.words.get(word).filter(|text| !text.is_empty()).cloned()),
        }
    }
}

/// The days that are added to today; `None` for a word for something else.
fn days_of(word: &str) -> Result<Option<i64>, String> {
    if let Some(more) = word.strip_prefix(TODAY) {
        let more = more.trim();
        let days = match more.strip_prefix('+') {
            None if more.is_empty() => Some(0),
            Some(days) => days.trim().parse().ok().filter(|days| (0..=DAYS_MAX).contains(days)),
            None => None,
        };
        return days.map(Some).ok_or_else(|| format!("\"{{{word}}}\": days are added as in {{today + 5}}"));
    }
    let (of, field) = word.split_once('.').unwrap_or((word, ""));
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if KNOWN.contains(&of) && field.chars().all(plain) && !word.ends_with('.') {
        return Ok(None);
    }
    let hint = suggest::hint(of, KNOWN.into_iter().chain([TODAY]));
    Err(format!("\"{{{word}}}\" is none of {{requester.…}}, {{customer.…}}, {{service.…}} and {{today + 5}}{hint}"))
}

/// A text with what stands for each word in braces; `None` where something is not known.
fn filled(text: &str, known: impl Fn(&str) -> Result<Option<String>, String>) -> Result<Option<String>, String> {
    let (mut rest, mut whole) = (text, String::new());
    while let Some((before, behind)) = rest.split_once('{') {
        let (word, after) = behind.split_once('}').ok_or("a { has no }")?;
        let Some(text) = known(word.trim())? else { return Ok(None) };
        whole.push_str(before);
        whole.push_str(&text);
        rest = after;
    }
    whole.push_str(rest);
    Ok(Some(whole))
}

/// Whether a question may begin so: words that there are, and a fixed text that answers it.
fn begins(default: &str, field: &Field) -> Result<(), String> {
    let is_fixed = !default.contains('{');
    filled(default, |word| days_of(word).map(|_| Some(String::new())))?;
    if is_fixed && !default.is_empty() { field.ty.parse(default).map(drop) } else { Ok(()) }
}

/// The answer to one question, by its type.
fn typed(question: &Question, answers: Option<&Value>) -> Result<Option<Value>, String> {
    match answers.and_then(|answers| answers.part(&question.field.name)) {
        Some(value) => question.field.ty.read(&value.to_json()),
        None => Ok(None),
    }
}

fn text(row: &Value, part: &str) -> String {
    row.part(part).and_then(Value::as_text).unwrap_or_default().trim().to_string()
}

/// The field behind a row; the error is told with the part that it is about.
fn question(row: &Value, before: &[Field]) -> Result<Field, (&'static str, String)> {
    let (name, label, help) = (text(row, "name"), text(row, "label"), text(row, "help"));
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if name.is_empty() || name.len() > NAME_MAX || !name.chars().all(plain) || name.starts_with('_') {
        return Err(("name", format!("\"{name}\" is not 1 to {NAME_MAX} small letters, digits and underscores")));
    }
    if COMMON.contains(&name.as_str()) {
        return Err(("name", format!("\"{name}\" means something else already; take another word")));
    }
    if before.iter().any(|field| field.name == name) {
        return Err(("name", format!("there is a question {name} already")));
    }
    if label.chars().count() > LABEL_MAX {
        return Err(("label", format!("has more than {LABEL_MAX} characters")));
    }
    if help.chars().count() > HELP_MAX {
        return Err(("help", format!("has more than {HELP_MAX} characters")));
    }
    let mut field = Field::new(name, type_of(row)?).help(&help);
    if !label.is_empty() {
        field = field.label(&label);
    }
    field.required = row.part("required").and_then(Value::as_flag).unwrap_or_default();
    Ok(field)
}

fn type_of(row: &Value) -> Result<Type, (&'static str, String)> {
    let options: Vec<(String, String)> = row
        .part("choices")
        .map(Value::entries)
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_text)
        .map(|option| (option.to_string(), option.to_string()))
        .collect();
    let choice = || match options.is_empty() {
        true => Err(("choices", "say which answers there are, one a line".to_string())),
        false => Ok(Type::Choice(Choices { options: options.clone(), open: false })),
    };
    Ok(match text(row, "type").as_str() {
        "" | "text" => Type::Text,
        "long_text" => Type::LongText,
        "number" => Type::Number,
        "money" => Type::Money,
        "date" => Type::Date,
        "instant" => Type::Instant,
        "duration" => Type::Duration,
        "flag" => Type::Flag,
        "person" => Type::Person,
        "choice" => choice()?,
        "choices" => Type::list(choice()?),
        other => {
            let known: Vec<&str> = TYPES.iter().map(|(known, _)| *known).collect();
            let hint = suggest::hint(other, known.iter().copied());
            return Err(("type", format!("\"{other}\" is not one of {}{hint}", known.join(", "))));
        }
    })
}

fn condition(row: &Value, schema: &Kind) -> Result<Filter, String> {
    match text(row, "shown_when").as_str() {
        "" => Ok(Filter::everything()),
        words => filter_text::parse(words, schema),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(json: serde_json::Value) -> Value {
        Value::from_json(&json).expect("a value")
    }

    fn laptop() -> Questions {
        let rows = json!([
            {"name": "model", "label": "Model", "type": "choice", "choices": ["Light", "Strong"], "required": true},
            {"name": "reason", "label": "Why strong", "type": "long_text", "required": true, "shown_when": "model = Strong"},
            {"name": "start_date", "label": "Start date", "type": "date", "required": true},
            {"name": "dock", "type": "flag"},
        ]);
        Questions::read(Some(&value(rows))).expect("a form")
    }

    #[test]
    fn what_is_asked_follows_from_what_was_answered() {
        let names = |answers: serde_json::Value| {
            laptop().asked(Some(&value(answers))).iter().map(|q| q.field.name.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(json!({"model": "Light"})), "model start_date dock");
        assert_eq!(names(json!({"model": "Strong"})), "model reason start_date dock");
    }

    #[test]
    fn answers_are_read_by_their_types_and_what_is_missing_is_named() {
        let form = laptop();
        let check = |answers: serde_json::Value| form.check(Some(&value(answers)));
        let kept = check(json!({"model": "light", "start_date": "2026-12-01", "dock": "yes", "reason": "left over"}));
        let wanted = json!({"model": "Light", "start_date": "2026-12-01", "dock": true});
        assert_eq!(kept.expect("it is taken").expect("answers").to_json(), wanted);
        let errors = check(json!({"model": "Strong", "start_date": "soon", "dok": true})).expect_err("refused");
        assert_eq!(errors.len(), 3, "{errors:?}");
        assert!(errors[0].starts_with("dok: there is no such question") && errors[0].contains("dock"), "{errors:?}");
        assert_eq!(errors[1], "reason: Why strong is needed");
        assert!(errors[2].starts_with("start_date: \"soon\" is not a date"), "{errors:?}");
        assert_eq!(form.check(None).expect_err("refused").len(), 2);
    }

    #[test]
    fn an_answer_begins_with_what_is_known() {
        let rows = json!([
            {"name": "mail", "default": "{requester}"},
            {"name": "phone", "default": "{requester.phone}"},
            {"name": "place", "type": "long_text", "default": "{customer.name}, {customer.address}"},
            {"name": "start", "type": "date", "default": "{today + 5}"},
            {"name": "model", "type": "choice", "choices": ["Light", "Strong"], "default": "light"},
            {"name": "dock", "type": "flag", "default": "yes"},
            {"name": "much", "type": "number", "default": "{requester}"},
        ]);
        let form = Questions::read(Some(&value(rows))).expect("a form");
        let words = [("requester", "kim@x.example"), ("customer.name", "Harbour"), ("customer.address", "Pier 1")];
        let words = words.map(|(word, text)| (word.to_string(), text.to_string())).into();
        let known = Known { today: Some(jiff::civil::date(2026, 11, 28)), words };
        let begun: Vec<(&str, serde_json::Value)> =
            form.begun(&known).iter().map(|(field, value)| (field.name.as_str(), value.to_json())).collect();
        let wanted = [
            ("mail", json!("kim@x.example")),
            ("place", json!("Harbour, Pier 1")),
            ("start", json!("2026-12-03")),
            ("model", json!("Light")),
            ("dock", json!(true)),
        ];
        assert_eq!(begun, wanted);
        let wrong = |default: &str, ty: &str| {
            let rows = json!([{"name": "a", "type": ty, "default": default}]);
            Questions::read(Some(&value(rows))).expect_err("refused").join("; ")
        };
        assert!(wrong("{requestor.phone}", "text").contains("requester"), "{}", wrong("{requestor.phone}", "text"));
        assert!(wrong("{today - 5}", "date").starts_with("entry 1: default: "));
        assert!(wrong("{today", "date").contains("has no }"));
        assert!(wrong("soon", "date").starts_with("entry 1: default: "));
    }

    #[test]
    fn a_form_that_cannot_be_filled_is_refused_with_its_row() {
        let wrong = |rows: serde_json::Value| Questions::read(Some(&value(rows))).expect_err("refused").join("; ");
        assert!(wrong(json!([{"name": "Start date"}])).starts_with("entry 1: name: "));
        assert!(wrong(json!([{"name": "a"}, {"name": "a"}])).starts_with("entry 2: name: there is a question a"));
        assert!(wrong(json!([{"name": "title"}])).contains("means something else"));
        assert!(wrong(json!([{"name": "a", "type": "dat"}])).contains("date"));
        assert!(wrong(json!([{"name": "a", "type": "choice"}])).starts_with("entry 1: choices: "));
        assert!(wrong(json!([{"name": "a", "shown_when": "b = 1"}])).starts_with("entry 1: shown_when: "));
    }
}
