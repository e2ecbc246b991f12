//! The course of conformity: how it stood at the end of past days, what changed it, and what runs out if nothing is done.

use askama::Template;
use axum::{
    extract::{Query as Ask, State as Held},
    response::Html,
};
use desk::{Desk, history::Score};
use engines::{
    conformity::{Outlook, State, catalogue},
    rules::dates::days_between,
};
use model::{Date, Moment, time::DAY, words::counted};
use serde::Deserialize;

use super::{
    conformity::percent,
    forecast::{self, Until},
    verdicts,
};
use crate::{
    App, Refused, Seat,
    view::{
        parts::{Link, Mark, Shape, Tone},
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
    /// Instants that are counted in all.
    pub wanted: usize,
    pub changes: Vec<Change>,
    /// The day that is looked ahead to, as a date field has it.
    pub until: String,
    pub until_words: String,
    /// The record of the audit on that day; empty when the reader picked the day.
    pub audit: Link,
    /// The calendar of working days; an empty link where none is set.
    pub calendar: Link,
    pub turns: Vec<TurnLine>,
    /// Of those, what should have begun already.
    pub late: usize,
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

/// Evidence that is missing or overdue by then.
pub struct TurnLine {
    /// The last day to begin making it anew.
    pub begin_by: String,
    pub begins: Mark,
    /// What that takes: `Management review, 15 working days`.
    pub lead: String,
    pub last_day: String,
    pub left: String,
    pub mark: Mark,
    pub requirement: Link,
    pub text: String,
    pub why: String,
    pub records: Vec<String>,
}

/// `GET /conformity/course`
pub async fn open(seat: Seat, Held(app): Held<App>, Ask(asked): Ask<Asked>) -> Result<Html<String>, Refused> {
    let (scores, missing) = app.desk.scores(&seat.actor, seat.now).await?;
    let assessment = app.desk.assessment(&seat.actor, seat.now).await?;
    let until = forecast::until(&app.desk, &seat.actor, asked.until.as_deref(), seat.now).await?;
    let outlook = app.desk.outlook(&seat.actor, forecast::end_of(until.day), seat.now).await?;
    let planned = forecast::Planned::of(&app.desk).await?;
    let ahead = forecast::lines(&planned, &assessment, &outlook, until.day);
    let shell = Shell { views: true, ..crate::shell(&app, &seat, "/conformity").await };
    let now = Score::of(&assessment);
    let today = forecast::today(&app.desk, seat.now);
    let past = Past { scores, missing, wanted: Desk::scores_wanted(seat.now) };
    let page = page(shell, past, now, (until, today), &ahead, &outlook);
    Ok(Html(CoursePage { calendar: planned.calendar(seat.now), ..page }.render()?))
}

/// What is known of the past.
struct Past {
    scores: Vec<Score>,
    missing: usize,
    wanted: usize,
}

fn page(
    shell: Shell,
    Past { scores, missing, wanted }: Past,
    now: Score,
    (Until { day: until, audit }, today): (Until, Date),
    ahead: &[forecast::Line],
    outlook: &Outlook,
) -> CoursePage {
    let at = now.at;
    let whole = now.states.len();
    // Before anything was on record there is nothing to draw.
    let begun = scores.iter().position(|score| score.count(State::Proved) > 0).unwrap_or(scores.len());
    let past: Vec<Score> = scores.into_iter().skip(begun).chain([now]).collect();
    let months: Vec<&Score> = past.iter().filter(|score| score.at == at || is_month(score.at)).collect();
    let proved = past.last().map_or(0, |now| now.count(State::Proved));
    let late = ahead.iter().filter(|line| line.left < 0).count();
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
        wanted,
        until: until.to_string(),
        until_words: time::day(until),
        audit,
        calendar: Link::default(),
        turns: ahead.iter().map(|line| turn_line(line, today)).collect(),
        late,
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

fn turn_line(line: &forecast::Line, today: Date) -> TurnLine {
    let (tone, shape, word) = match line.left {
        ..0 => (Tone::Bad, Shape::Nonconforming, "Late"),
        0 => (Tone::Warn, Shape::Risk, "Today"),
        1..=10 => (Tone::Warn, Shape::Risk, "Soon"),
        _ => (Tone::Mute, Shape::Ring, "Ahead"),
    };
    TurnLine {
        begin_by: time::day(line.begin_by),
        begins: Mark::new(shape, tone, word),
        lead: format!("{}, {}", line.lead.label, counted(line.days, "working day", "working days")),
        last_day: if line.open {
            "does not hold today".into()
        } else {
            format!("holds until {}", time::day(line.last_day))
        },
        left: match (line.open, days_between(today, line.last_day)) {
            (true, _) => String::new(),
            (_, 0) => "today".into(),
            (_, days) => format!("{} left", counted(days, "day", "days")),
        },
        mark: verdicts::mark(line.state),
        requirement: to_requirement(&line.requirement.clause, &line.requirement.id),
        text: line.requirement.text.clone(),
        why: line.why.clone(),
        records: line.examples.iter().take(4).cloned().collect(),
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
