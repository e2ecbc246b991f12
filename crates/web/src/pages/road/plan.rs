//! The plan drawn: a line for each task with its bar, the critical path, and what each person has to carry.

use std::collections::BTreeMap;

use desk::Shown;
use engines::{
    road::network::{self, Placed, Task},
    rules::dates::{add_days, days_between},
};
use jiff::civil::Date;
use kinds::road::{implementation_plan as plan, plan_task as task};
use model::{Catalog, Decimal};

use super::{
    facts::{self, HOURS_A_DAY, Road, rows},
    steps,
};
use crate::view::{
    parts::{Link, Mark, Person, Shape, Tone},
    state, time,
};

/// The plan as a table with a lane.
#[derive(Default)]
pub struct Plan {
    pub months: Vec<(String, String)>,
    /// Percent of the lane at which today lies; empty where it lies outside.
    pub now: String,
    pub groups: Vec<Group>,
    /// Why no critical path can be told; empty where it can.
    pub broken: String,
    /// Last day if everything goes as planned.
    pub ends: String,
    pub critical: usize,
}

pub struct Group {
    pub label: &'static str,
    pub lines: Vec<Line>,
}

pub struct Line {
    pub number: Link,
    pub title: String,
    pub owner: Person,
    pub deliverables: Vec<Link>,
    pub dates: String,
    pub bars: Vec<Bar>,
    /// A day instead of a stretch.
    pub is_day: bool,
    pub mark: Mark,
    pub slack: String,
    pub is_critical: bool,
    pub left: String,
    pub after: String,
}

pub struct Bar {
    pub class: &'static str,
    pub from: String,
    pub width: String,
}

/// What one person carries.
pub struct Load {
    pub person: Person,
    pub part: String,
    pub left: String,
    pub needed: String,
    pub promised: String,
    pub mark: Mark,
}

const DEFAULT_DAYS: i64 = 5;

fn span(shown: &Shown) -> Option<(Date, Date)> {
    let (begins, due) = (task::BEGINS.get(shown.fields()), task::DUE.get(shown.fields()));
    let begins = begins.or(due)?;
    Some((begins, due.unwrap_or(begins).max(begins)))
}

/// Tasks as the network takes them: what has no date begins today.
pub fn network_of<'s>(tasks: &'s [Shown], after: &'s [Vec<String>], today: Date) -> Vec<Task<'s>> {
    let of = |(shown, after): (&'s Shown, &'s Vec<String>)| {
        let (begins, ends) = span(shown).unwrap_or_else(|| (today, add_days(today, DEFAULT_DAYS - 1).unwrap_or(today)));
        let done = (shown.state() == "done").then(|| task::DONE_ON.get(shown.fields()).unwrap_or(ends));
        // What should have begun and has not begins today at the earliest; what should be over and is not lasts on.
        let (begins, days) = match (done, shown.state()) {
            (None, "planned") => (begins.max(today), days_between(begins, ends) + 1),
            (None, _) => (begins, days_between(begins, ends.max(today)) + 1),
            (Some(_), _) => (begins, days_between(begins, ends) + 1),
        };
        Task { number: shown.number(), begins, days, after: after.iter().map(String::as_str).collect(), done }
    };
    tasks.iter().zip(after).map(of).collect()
}

pub fn waits(tasks: &[Shown]) -> Vec<Vec<String>> {
    let of = |shown: &Shown| {
        let after = task::AFTER.get(shown.fields()).map(|many| many.0).unwrap_or_default();
        after.into_iter().map(|number| number.0).collect()
    };
    tasks.iter().map(of).collect()
}

pub fn plan(road: &Road, catalog: &Catalog, today: Date) -> Plan {
    if road.tasks.is_empty() {
        return Plan::default();
    }
    let after = waits(&road.tasks);
    let tasks = network_of(&road.tasks, &after, today);
    let (placed, broken) = match network::place(&tasks) {
        Ok(placed) => (placed, String::new()),
        Err(broken) => (Vec::new(), broken.sentence()),
    };
    let axis = Axis::around(&road.tasks, &placed, today);
    let by_number: BTreeMap<&str, &Placed<'_>> = placed.iter().map(|placed| (placed.number, placed)).collect();
    let mut groups: Vec<Group> = Vec::new();
    for name in task::STEPS.iter().copied().map(Some).chain([None]) {
        let mine = road.tasks.iter().zip(&after).filter(|(shown, _)| steps::step_of(shown).as_deref() == name);
        let lines: Vec<Line> = mine
            .map(|(shown, after)| {
                line(road, catalog, shown, after, by_number.get(shown.number()).copied(), &axis, today)
            })
            .collect();
        if !lines.is_empty() {
            groups.push(Group { label: name.map_or("Other", steps::label), lines });
        }
    }
    Plan {
        months: axis.months(),
        now: axis.percent(today),
        groups,
        broken,
        ends: placed.iter().map(|placed| placed.ends).max().map_or(String::new(), time::day),
        critical: placed.iter().filter(|placed| placed.is_critical).count(),
    }
}

fn line(
    road: &Road,
    catalog: &Catalog,
    shown: &Shown,
    after: &[String],
    placed: Option<&Placed<'_>>,
    axis: &Axis,
    today: Date,
) -> Line {
    let kind = catalog.find("plan_task").unwrap_or_else(|| catalog.any());
    let due = task::DUE.get(shown.fields());
    let late = shown.state() != "done" && due.is_some_and(|due| due < today);
    let mark = match late {
        true => Mark::new(Shape::Risk, Tone::Warn, "Late"),
        false => state::mark(kind, shown.state()),
    };
    let slack = match placed {
        Some(placed) if shown.state() != "done" => match placed.slack {
            ..=0 => "no slack".to_owned(),
            1 => "1 day of slack".to_owned(),
            days => format!("{days} days of slack"),
        },
        _ => String::new(),
    };
    let left = facts::left(shown);
    let drawn = span(shown);
    Line {
        number: facts::to(kind, shown.number()),
        title: shown.title().to_owned(),
        owner: task::OWNER.get(shown.fields()).map_or_else(Person::default, |person| road.person(&person.0)),
        deliverables: deliverables(road, catalog, shown),
        dates: drawn.map_or(String::new(), |(begins, due)| format!("{} to {}", time::day(begins), time::day(due))),
        bars: drawn.map_or_else(Vec::new, |(begins, due)| bars(shown, begins, due, placed, axis, today)),
        is_day: drawn.is_some_and(|(begins, due)| begins == due),
        mark,
        slack,
        is_critical: placed.is_some_and(|placed| placed.is_critical),
        left: if left > Decimal::ZERO { facts::plain(left) } else { String::new() },
        after: after.join(", "),
    }
}

/// Numbers of records become links, words stay words.
fn deliverables(road: &Road, catalog: &Catalog, shown: &Shown) -> Vec<Link> {
    let wanted = task::DELIVERABLES.get(shown.fields()).map(|many| many.0).unwrap_or_default();
    let link = |text: String| match road.names.records.get(&text) {
        Some((title, kind)) => {
            let href = catalog.find(kind).map_or(String::new(), |kind| format!("/{}/{text}", kind.plural));
            let title = if title.is_empty() { text.clone() } else { format!("{text} {title}") };
            Link::new(crate::view::text::shortened(&title, 60), href)
        }
        None => Link::new(text, ""),
    };
    wanted.into_iter().map(|wanted| link(wanted.0)).collect()
}

/// What is over is filled, what runs is accented, what lies ahead is pale; slipped days stand behind in pale.
fn bars(shown: &Shown, begins: Date, due: Date, placed: Option<&Placed<'_>>, axis: &Axis, today: Date) -> Vec<Bar> {
    let bar = |class, from: Date, to: Date| Bar { class, from: axis.percent(from), width: axis.width(from, to) };
    match shown.state() {
        "done" => vec![bar("f-ok", begins, task::DONE_ON.get(shown.fields()).unwrap_or(due).max(begins))],
        "planned" => {
            let moved = placed.filter(|placed| placed.begins > begins).map(|placed| (placed.begins, placed.ends));
            let (from, to) = moved.unwrap_or((begins, due));
            vec![bar("f-soft", from, to)]
        }
        _ if today <= begins => vec![bar("f-soft", begins, due)],
        _ if today >= due => vec![bar("f-info", begins, due), bar("f-warn", due, today)],
        _ => vec![bar("f-info", begins, today), bar("f-soft", today, due)],
    }
}

/// From the first to the last day of the plan, in percent.
struct Axis {
    begin: Date,
    days: i64,
}

impl Axis {
    fn around(tasks: &[Shown], placed: &[Placed<'_>], today: Date) -> Axis {
        let spans = tasks.iter().filter_map(span).chain(placed.iter().map(|placed| (placed.begins, placed.ends)));
        let (mut begin, mut end) = (today, today);
        for (from, to) in spans {
            begin = begin.min(from);
            end = end.max(to);
        }
        let begin = begin.first_of_month();
        let end = end.last_of_month();
        Axis { begin, days: days_between(begin, end).max(1) + 1 }
    }

    fn share(&self, days: i64) -> f64 {
        (days as f64 * 100.0 / self.days as f64).clamp(0.0, 100.0)
    }

    fn percent(&self, day: Date) -> String {
        format!("{:.1}", self.share(days_between(self.begin, day)))
    }

    /// The last day is part of the stretch.
    fn width(&self, from: Date, to: Date) -> String {
        format!("{:.1}", self.share(days_between(from, to) + 1).max(0.4))
    }

    /// Every second or so month, so that words have room.
    fn months(&self) -> Vec<(String, String)> {
        let all = (self.days / 30).max(1);
        let step = i32::try_from((all / 6).max(1)).unwrap_or(1);
        let mut months = Vec::new();
        let mut ahead = 0;
        while let Ok(month) = engines::rules::dates::add_months(self.begin, ahead) {
            if days_between(self.begin, month) >= self.days {
                break;
            }
            let word = if month.month() == 1 { month.strftime("%b %y") } else { month.strftime("%b") };
            months.push((self.percent(month), word.to_string()));
            ahead += step;
        }
        months
    }
}

/// What each person still has to do, against the hours that were promised until the plan's last day.
pub fn loads(road: &Road, today: Date) -> Vec<Load> {
    let mut left: BTreeMap<String, (Decimal, Date)> = BTreeMap::new();
    for shown in &road.tasks {
        let days = facts::left(shown);
        if let Some(owner) = task::OWNER.get(shown.fields()).filter(|_| days > Decimal::ZERO) {
            let entry = left.entry(owner.0).or_insert((Decimal::ZERO, today));
            entry.0 += days;
            entry.1 = entry.1.max(task::DUE.get(shown.fields()).unwrap_or(today));
        }
    }
    let members = road.plan.as_ref().map(|shown| rows(shown, plan::TEAM.name).collect::<Vec<_>>()).unwrap_or_default();
    let promised: BTreeMap<&str, (Decimal, &str)> = members
        .iter()
        .filter_map(|row| {
            let hours = row.part("hours_per_week").and_then(model::Value::as_number).unwrap_or_default();
            let part = row.part("part").and_then(model::Value::as_text).unwrap_or_default();
            Some((row.part("person")?.as_text()?, (hours, part)))
        })
        .collect();
    let people: std::collections::BTreeSet<&str> =
        left.keys().map(String::as_str).chain(promised.keys().copied()).collect();
    people.into_iter().map(|email| load(road, email, left.get(email), promised.get(email), today)).collect()
}

fn load(
    road: &Road,
    email: &str,
    left: Option<&(Decimal, Date)>,
    promised: Option<&(Decimal, &str)>,
    today: Date,
) -> Load {
    let (days, last) = left.copied().unwrap_or((Decimal::ZERO, today));
    let weeks = Decimal::from((days_between(today, last) / 7).max(1));
    let needed = (days * HOURS_A_DAY / weeks).round_dp(1);
    let (hours, part) = promised.copied().unwrap_or((Decimal::ZERO, ""));
    let mark = match (days.is_zero(), needed > hours) {
        (true, _) => Mark::new(Shape::Met, Tone::Ok, "Free"),
        (_, true) if hours.is_zero() => Mark::new(Shape::Risk, Tone::Warn, "No hours promised"),
        (_, true) => Mark::new(Shape::Risk, Tone::Warn, "Too much"),
        _ => Mark::new(Shape::Ring, Tone::Mute, "Fits"),
    };
    Load {
        person: road.person(email),
        part: part.to_owned(),
        left: facts::plain(days),
        needed: facts::plain(needed),
        promised: if promised.is_some() { facts::plain(hours) } else { "none".into() },
        mark,
    }
}
