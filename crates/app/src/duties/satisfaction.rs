//! Surveys that are counted: what people said of their tickets in a period is its answers, and nobody types the result (rule
//! R25). They are counted anew once a day, and as soon as somebody answers or such a survey is written down.

use desk::{Desk, post::over_since};
use engines::rules::{number::shown_percent, share::Csat};
use kinds::relationship::{feedback, survey};
use model::{
    Actor, Command, Entry, Filter, Input, Job, Kind, Moment, Period, Query, Record, Refusal, Target, Value, Via,
    filter::Operand, filter_text, lifecycle::WITHDRAWN, query::PAGE_MAX, value::decimal,
};
use serde_json::{Value as Json, json};

/// Name of the job that counts as soon as something is said.
pub const COUNT: &str = "count-satisfaction";
/// Most surveys that are counted at a time, and most comments that one keeps.
const SURVEYS: usize = 500;
const COMMENTS: usize = 50;

/// What follows from an answer, and from a survey: it is counted. Never from what an import brings or the count itself writes.
pub fn promise(kind: &Kind, record: &Record, entry: &Entry) -> Vec<Job> {
    let counted = kind.name == "survey" && survey::COUNTED.get(&record.fields) == Some(true);
    if !(counted || kind.name == "feedback") || matches!(entry.via, Via::Import | Via::Job) {
        return Vec::new();
    }
    vec![Job { name: COUNT, payload: Json::Null, run_at: entry.recorded, key: Some(COUNT.into()) }]
}

/// Counts every such survey that is not reported yet; answers how many have become others. Done twice it changes nothing.
///
/// # Errors
/// What the door refuses, which it never should.
pub async fn watch(desk: &Desk, now: Moment) -> Result<usize, Refusal> {
    let actor = Actor::system("satisfaction", Via::Job);
    let columns = [survey::PERIOD.name, survey::INVITED.name];
    let query = asking(desk, "survey", "counted = yes and phase != done", None, &columns)?;
    let mut changed = 0;
    for shown in desk.list_on(&actor, query, SURVEYS, now).await?.0 {
        let period = survey::PERIOD.get(shown.fields()).and_then(|period| Period::parse(&period.0));
        let Some(period) = period else { continue };
        let invited = shown.fields().get(survey::INVITED.name).map(Value::entries).unwrap_or_default();
        let said = said(desk, &actor, period, &among(invited), now).await?;
        let target = Target { kind: "survey".into(), number: shown.number().into(), version: None };
        let done = desk.perform(&actor, Command::Edit { target, input: said.into_input()? }, now).await?;
        changed += usize::from(done.outcome == desk::Outcome::Changed);
    }
    Ok(changed)
}

/// What belongs to the customers that are asked; `None` where that is everybody.
fn among(invited: &[Value]) -> Option<Filter> {
    let invited = invited.iter().filter(|customer| customer.as_text() != Some("none"));
    let values: Vec<Operand> = invited.cloned().map(Operand::Value).collect();
    (!values.is_empty()).then(|| Filter::In { path: feedback::CUSTOMER.name.into(), values })
}

fn asking(desk: &Desk, kind: &str, filter: &str, among: Option<&Filter>, columns: &[&str]) -> Result<Query, Refusal> {
    let catalog = desk.catalog();
    let schema = catalog.find(kind).ok_or(Refusal::NotFound)?;
    let filter = filter_text::parse(filter, schema).map_err(Refusal::Query)?;
    let filter = among.into_iter().fold(filter, |filter, among| filter.and(among.clone()));
    let columns = columns.iter().map(|name| (*name).to_string()).collect();
    Ok(Query { filter, columns, size: PAGE_MAX, ..Query::of(schema.name) })
}

/// What was said in a period.
struct Said {
    /// From 1 to 5.
    scores: Vec<i64>,
    /// How many were asked.
    asked: i64,
    /// In their own words, the newest first.
    comments: Vec<String>,
}

async fn said(
    desk: &Desk,
    actor: &Actor,
    period: Period,
    among: &Option<Filter>,
    now: Moment,
) -> Result<Said, Refusal> {
    let Period { begin, end } = period;
    let given = format!("nature = rating and given_on >= {begin} and given_on < {end} and rating is filled");
    let withdrawn = WITHDRAWN.iter().map(|state| Operand::Value(Value::text(*state))).collect();
    let stands = Filter::Not(Box::new(Filter::In { path: "state".into(), values: withdrawn }));
    let stands = among.iter().fold(stands, |stands, among| stands.and(among.clone()));
    let ratings = asking(desk, "feedback", &given, Some(&stands), &[])?;
    let mut scores = Vec::new();
    for (values, count) in desk.spread(actor, &ratings, &[feedback::RATING.name], now).await? {
        let score = values.first().and_then(|text| decimal(text)).and_then(|score| i64::try_from(score).ok());
        let score = score.filter(|score| (1..=5).contains(score));
        scores.extend(score.into_iter().flat_map(|score| (0..count).map(move |_| score)));
    }
    let mut asked = 0;
    for kind in desk.catalog().kinds() {
        let Some(since) = over_since(kind) else { continue };
        let over = format!("{since} >= {begin} and {since} < {end} and requester is filled");
        let over = asking(desk, kind.name, &over, among.as_ref(), &[])?;
        asked += desk.spread(actor, &over, &[], now).await?.iter().map(|(_, count)| count).sum::<i64>();
    }
    let words = format!("{given} and comment is filled");
    let words = asking(desk, "feedback", &words, Some(&stands), &[feedback::COMMENT.name])?;
    let words = desk.list(actor, &Query { size: COMMENTS, ..words }, now).await?.records;
    let comment = |shown: &desk::Shown| {
        let text = shown.fields().get(feedback::COMMENT.name)?.as_text()?;
        Some(text.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty())
    };
    Ok(Said { scores, asked, comments: words.iter().filter_map(comment).collect() })
}

impl Said {
    fn into_input(self) -> Result<Input, Refusal> {
        let csat = Csat::of(&self.scores).map_err(|why| Refusal::field(survey::SCORE.name, why.to_string()))?;
        let percent = csat.satisfied.and_then(|share| decimal(&shown_percent(&share, 2)));
        let answers = i64::try_from(self.scores.len()).unwrap_or(i64::MAX);
        let fields = [
            (survey::ANSWERS.name, json!(answers)),
            (survey::SCORE.name, percent.map_or(Json::Null, |percent| Value::Number(percent.normalize()).to_json())),
            // Somebody may answer of what was over before the period.
            (survey::POPULATION.name, json!(self.asked.max(answers))),
            (survey::COMMENTS.name, if self.comments.is_empty() { Json::Null } else { json!(self.comments) }),
        ];
        Ok(Input::json(fields.map(|(name, value)| (name.to_owned(), value))))
    }
}
