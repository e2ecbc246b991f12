//! The course of conformity: how it stood at the end of past days, what changed it, and what runs out if nothing is done.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query as Ask, State as Held},
    response::Html,
};
use desk::{Desk, history::Score};
use engines::conformity::{Outlook, State, Turn, catalogue};
use model::{Actor, Date, Moment, Query, Refusal, Value, filter_text, query, time::DAY};
use serde::Deserialize;

use super::{conformity::percent, verdicts};
use crate::{
    App, Refused, Seat,
    view::{
        parts::{Link, Mark},
        shell::Shell,
        time,
    },
};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    until: Option<String>,
}

#[derive(Template)]
#[template(path = "page/course.html")]
pub struct CoursePage {
    pub shell: Shell,
    pub share: String,
    /// "2 more than a week ago"; empty when nothing is known of then.
    pub change: String,
    pub chart: Chart,
    pub months: Vec<Column>,
    /// Instants that are still to be counted.
    pub missing: usize,
    pub changes: Vec<Change>,
    /// The day that is looked ahead to, as a date field has it.
    pub until: String,
    pub until_words: String,
    /// The record of the audit on that day; empty when the reader picked the day.
    pub audit: Link,
    pub turns: Vec<TurnLine>,
    pub remain: usize,
    pub whole: usize,
}

/// A line over months: points in percent of the width and of the height.
pub struct Chart {
    pub past: String,
    pub ahead: String,
    pub today: String,
    pub ticks: Vec<(String, String)>,
    pub words: String,
}

/// The end of a day with the number of requirements in each state.
pub struct Column {
    pub day: String,
    pub href: String,
    pub counts: Vec<usize>,
}

/// What changed between two days.
pub struct Change {
    pub days: String,
    pub lines: Vec<ChangeLine>,
}

pub struct ChangeLine {
    pub requirement: Link,
    pub text: String,
    pub from: Mark,
    pub to: Mark,
}

pub struct TurnLine {
    pub last_day: String,
    pub left: String,
    pub mark: Mark,
    pub requirement: Link,
    pub text: String,
    pub why: String,
    pub records: Vec<String>,
}

/// Where audits stand that are still to come: a kind and its field with the day.
const AUDITS: [(&str, &str); 2] = [("certification_audit", "begins"), ("audit", "planned_on")];

/// Looked ahead to when no audit is planned.
const QUARTER: i64 = 90;

/// `GET /conformity/course`
pub async fn open(seat: Seat, Held(app): Held<App>, Ask(asked): Ask<Asked>) -> Result<Html<String>, Refused> {
    let (scores, missing) = app.desk.scores(&seat.actor, seat.now).await?;
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let (until, audit) = match asked.until.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => {
            let wrong = || Refusal::Query(format!("until: \"{text}\" is not a day such as 2027-03-31"));
            (text.parse::<Date>().map_err(|_| wrong())?, Link::default())
        }
        None => next_audit(&app.desk, &seat.actor, seat.now).await?,
    };
    let outlook = app.desk.outlook(&seat.actor, Moment::of_date(until).plus(DAY - 1), seat.now).await?;
    let shell = Shell { views: true, ..crate::shell(&app, &seat, "/conformity").await };
    let now = Score::of(&assessment);
    Ok(Html(page(shell, scores, missing, now, (until, audit), &outlook).render()?))
}

/// The next audit on record, else the end of a quarter of a year.
async fn next_audit(desk: &Desk, actor: &Actor, now: Moment) -> Result<(Date, Link), Refusal> {
    let catalog = desk.catalog();
    let mut found: Option<(Date, Link)> = None;
    for (name, field) in AUDITS {
        let Some(kind) = catalog.find(name) else { continue };
        let filter = filter_text::parse(&format!("{field} > {}", now.date()), kind).map_err(Refusal::Query)?;
        let order = query::orders(field, kind).map_err(Refusal::Query)?;
        let page = match desk.list(actor, &Query { filter, order, size: 1, ..Query::of(name) }, now).await {
            Ok(page) => page,
            // Who may not see audits looks ahead all the same.
            Err(Refusal::NotFound) => continue,
            Err(refusal) => return Err(refusal),
        };
        let Some(shown) = page.records.first() else { continue };
        let Some(Value::Date(day)) = shown.value(kind, field) else { continue };
        if found.as_ref().is_none_or(|(known, _)| day < *known) {
            let title = format!("{} {}", shown.number(), shown.title());
            found = Some((day, Link::new(title, format!("/{}/{}", kind.plural, shown.number()))));
        }
    }
    Ok(found.unwrap_or_else(|| (now.plus(QUARTER * DAY).date(), Link::default())))
}

fn page(
    shell: Shell,
    scores: Vec<Score>,
    missing: usize,
    now: Score,
    (until, audit): (Date, Link),
    outlook: &Arc<Outlook>,
) -> CoursePage {
    let at = now.at;
    let whole = now.states.len();
    // Before anything was on record there is nothing to draw.
    let begun = scores.iter().position(|score| score.count(State::Proved) > 0).unwrap_or(scores.len());
    let past: Vec<Score> = scores.into_iter().skip(begun).chain([now]).collect();
    let months: Vec<&Score> = past.iter().filter(|score| score.at == at || is_month(score.at)).collect();
    let proved = past.last().map_or(0, |now| now.count(State::Proved));
    CoursePage {
        share: percent(proved, whole),
        change: change(&past, at, proved),
        chart: chart(&past, outlook, whole),
        changes: months
            .windows(2)
            .rev()
            .map(|two| changes(two[0], two[1]))
            .filter(|one| !one.lines.is_empty())
            .collect(),
        months: months.iter().map(|score| column(score, at)).collect(),
        missing,
        until: until.to_string(),
        until_words: time::day(until),
        audit,
        turns: outlook.turns.iter().map(|turn| turn_line(turn, at)).collect(),
        remain: outlook.points.last().map_or(0, |(_, proved)| *proved),
        whole,
        shell,
    }
}

fn is_month(at: Moment) -> bool {
    at.date().day() == 1
}

fn change(past: &[Score], now: Moment, proved: usize) -> String {
    let week = now.plus(-7 * DAY);
    let Some(then) = past.iter().rev().find(|score| score.at <= week) else { return String::new() };
    let (then, day) = (then.count(State::Proved), time::day(then.at.plus(-1).date()));
    match proved.cmp(&then) {
        std::cmp::Ordering::Greater => format!("{} more than on {day}", proved - then),
        std::cmp::Ordering::Less => format!("{} fewer than on {day}", then - proved),
        std::cmp::Ordering::Equal => format!("as many as on {day}"),
    }
}

fn column(score: &Score, now: Moment) -> Column {
    let day = if score.at == now { now.date() } else { score.at.plus(-1).date() };
    let href = if score.at == now { "/conformity".into() } else { format!("/conformity?as_of={day}") };
    Column { day: time::day(day), href, counts: State::ALL.map(|state| score.count(state)).to_vec() }
}

fn changes(before: &Score, after: &Score) -> Change {
    let day = |score: &Score| time::day(score.at.plus(-1).date());
    let changed = catalogue().requirements.iter().filter_map(|requirement| {
        let (from, to) = (*before.states.get(&requirement.id)?, *after.states.get(&requirement.id)?);
        (from != to).then(|| ChangeLine {
            requirement: to_requirement(&requirement.clause, &requirement.id),
            text: requirement.text.clone(),
            from: verdicts::mark(from),
            to: verdicts::mark(to),
        })
    });
    Change { days: format!("{} to {}", day(before), day(after)), lines: changed.collect() }
}

fn turn_line(turn: &Turn, now: Moment) -> TurnLine {
    let days = (turn.last_day.0 - now.0).div_euclid(DAY);
    TurnLine {
        last_day: time::day(turn.last_day.date()),
        left: match days {
            0 => "today".into(),
            1 => "1 day left".into(),
            days => format!("{days} days left"),
        },
        mark: verdicts::mark(turn.to),
        requirement: to_requirement(&turn.requirement.clause, &turn.requirement.id),
        text: turn.requirement.text.clone(),
        why: turn.why.clone(),
        records: turn.examples.iter().take(4).cloned().collect(),
    }
}

fn to_requirement(clause: &str, id: &str) -> Link {
    Link::new(id, format!("/conformity/{clause}/{id}"))
}

/// Points in the square of 100 by 100 that the drawing stretches: time from left to right, all requirements at the top.
fn chart(past: &[Score], outlook: &Outlook, whole: usize) -> Chart {
    let now = outlook.points.first().map_or(Moment(0), |point| point.0);
    let from = past.first().map_or(now, |score| score.at);
    let to = outlook.points.last().map_or(now, |point| point.0);
    let across = |at: Moment| (at.0 - from.0) as f64 * 100.0 / ((to.0 - from.0).max(1)) as f64;
    let point = |at: Moment, proved: usize| {
        format!("{:.2},{:.2}", across(at), 100.0 - proved as f64 * 100.0 / whole.max(1) as f64)
    };
    let known: Vec<String> = past.iter().map(|score| point(score.at, score.count(State::Proved))).collect();
    let ahead: Vec<String> = outlook.points.iter().map(|(at, proved)| point(*at, *proved)).collect();
    let (proved, remain) =
        (past.last().map_or(0, |now| now.count(State::Proved)), outlook.points.last().map_or(0, |point| point.1));
    Chart {
        past: known.join(" "),
        ahead: ahead.join(" "),
        today: format!("{:.2}%", across(now)),
        ticks: vec![("0%".into(), time::short_day(from.date())), ("100%".into(), time::short_day(to.date()))],
        words: format!(
            "{proved} of {whole} requirements proved today; {remain} would be at the end if nothing were recorded"
        ),
    }
}
