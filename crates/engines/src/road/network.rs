//! A plan as a network: when each task can begin and must end, and which ones let the end slip when they slip.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use crate::rules::{
    Refused,
    dates::{add_days, days_between},
};

/// A task as the network sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task<'t> {
    pub number: &'t str,
    /// Not earlier than this; the day it really began, where it did.
    pub begins: Date,
    /// Calendar days that it takes, the first included; at least 1.
    pub days: i64,
    /// Numbers of those that must be over before. Numbers that are no task of the plan hold nothing up.
    pub after: Vec<&'t str>,
    /// Over already: it holds nothing up, and nothing can make it slip.
    pub done: Option<Date>,
}

/// Where a task stands in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<'t> {
    pub number: &'t str,
    /// First and last day if everything before goes as planned.
    pub begins: Date,
    pub ends: Date,
    /// Days by which it may slip without moving the end of the plan.
    pub slack: i64,
    /// Without slack, and not over.
    pub is_critical: bool,
}

/// Why a plan is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken<'t> {
    /// These wait for each other, in this order, and the last for the first.
    Circle(Vec<&'t str>),
    /// Dates outside the years that can be written.
    Dates(Refused),
}

impl Broken<'_> {
    /// One sentence for the reader of the plan.
    pub fn sentence(&self) -> String {
        match self {
            Broken::Circle(numbers) => match numbers.as_slice() {
                [one] => format!("{one} waits for itself, so that it can never begin."),
                many => format!(
                    "{} and {} again wait for each other, so that none of them can begin.",
                    many.join(" waits for "),
                    many[0]
                ),
            },
            Broken::Dates(refused) => format!("The plan cannot be drawn: {refused}."),
        }
    }
}

impl From<Refused> for Broken<'_> {
    fn from(refused: Refused) -> Self {
        Broken::Dates(refused)
    }
}

/// Places every task, in the order given: earliest dates forward from the beginning, slack backward from the end (critical
/// path method).
///
/// # Errors
/// [`Broken`] when tasks wait for each other in a circle or dates lie outside of all years.
pub fn place<'t>(tasks: &[Task<'t>]) -> Result<Vec<Placed<'t>>, Broken<'t>> {
    let by_number: HashMap<&str, usize> = tasks.iter().enumerate().map(|(at, task)| (task.number, at)).collect();
    let before: Vec<Vec<usize>> = tasks
        .iter()
        .map(|task| task.after.iter().filter_map(|number| by_number.get(number).copied()).collect())
        .collect();
    let order = ordered(tasks, &before)?;
    let mut spans: Vec<(Date, Date)> = vec![(Date::ZERO, Date::ZERO); tasks.len()];
    for at in &order {
        let task = &tasks[*at];
        let last = before[*at].iter().map(|earlier| spans[*earlier].1).max();
        let begins = match (task.done, last) {
            (None, Some(last)) => task.begins.max(add_days(last, 1)?),
            _ => task.begins,
        };
        let ends = match task.done {
            Some(done) => done.max(begins),
            None => add_days(begins, task.days.max(1) - 1)?,
        };
        spans[*at] = (begins, ends);
    }
    let Some(end) = spans.iter().map(|span| span.1).max() else { return Ok(Vec::new()) };
    // The latest end of each: a day before the latest begin of what waits for it.
    let mut latest: Vec<Date> = vec![end; tasks.len()];
    for at in order.iter().rev() {
        let length = days_between(spans[*at].0, spans[*at].1);
        let begin = add_days(latest[*at], -length)?;
        if tasks[*at].done.is_none() {
            for earlier in &before[*at] {
                latest[*earlier] = latest[*earlier].min(add_days(begin, -1)?);
            }
        }
    }
    let placed = tasks.iter().enumerate().map(|(at, task)| {
        let slack = days_between(spans[at].1, latest[at]);
        let (begins, ends) = spans[at];
        Placed { number: task.number, begins, ends, slack, is_critical: slack <= 0 && task.done.is_none() }
    });
    Ok(placed.collect())
}

/// Places of tasks so that each comes after all it waits for.
fn ordered<'t>(tasks: &[Task<'t>], before: &[Vec<usize>]) -> Result<Vec<usize>, Broken<'t>> {
    let mut left: BTreeMap<usize, usize> = before.iter().map(Vec::len).enumerate().collect();
    let mut order = Vec::with_capacity(tasks.len());
    while !left.is_empty() {
        let free: Vec<usize> = left.iter().filter(|(_, waits)| **waits == 0).map(|(at, _)| *at).collect();
        if free.is_empty() {
            return Err(Broken::Circle(circle(tasks, before, &left)));
        }
        for at in free {
            left.remove(&at);
            order.push(at);
            for (other, waits) in &mut left {
                *waits -= before[*other].iter().filter(|earlier| **earlier == at).count();
            }
        }
    }
    Ok(order)
}

/// One circle among tasks of which each waits for another one of them.
fn circle<'t>(tasks: &[Task<'t>], before: &[Vec<usize>], left: &BTreeMap<usize, usize>) -> Vec<&'t str> {
    let mut path: Vec<usize> = Vec::new();
    let mut at = left.keys().next().copied();
    while let Some(here) = at {
        if let Some(first) = path.iter().position(|seen| *seen == here) {
            return path[first..].iter().map(|at| tasks[*at].number).collect();
        }
        path.push(here);
        at = before[here].iter().copied().find(|earlier| left.contains_key(earlier));
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn task<'t>(number: &'t str, begins: Date, days: i64, after: &[&'t str]) -> Task<'t> {
        Task { number, begins, days, after: after.to_vec(), done: None }
    }

    const START: Date = date(2026, 3, 2);

    #[test]
    fn the_longest_way_is_critical_and_the_other_has_slack() {
        let tasks = [
            task("A", START, 10, &[]),
            task("B", START, 5, &["A"]),
            task("C", START, 12, &["A"]),
            task("D", START, 3, &["B", "C"]),
        ];
        let placed = place(&tasks).expect("a plan");
        let told: Vec<_> =
            placed.iter().map(|task| (task.number, task.begins.day(), task.ends.day(), task.slack)).collect();
        assert_eq!(told, [("A", 2, 11, 0), ("B", 12, 16, 7), ("C", 12, 23, 0), ("D", 24, 26, 0)]);
        let critical: Vec<_> = placed.iter().filter(|task| task.is_critical).map(|task| task.number).collect();
        assert_eq!(critical, ["A", "C", "D"]);
    }

    #[test]
    fn a_task_waits_for_its_own_day_as_well() {
        let tasks = [task("A", START, 2, &[]), task("B", date(2026, 3, 20), 1, &["A", "gone"])];
        let placed = place(&tasks).expect("a plan");
        assert_eq!((placed[1].begins, placed[0].slack), (date(2026, 3, 20), 16));
        assert!(!placed[0].is_critical && placed[1].is_critical);
    }

    #[test]
    fn what_is_done_holds_nothing_up() {
        let done = Task { done: Some(date(2026, 3, 4)), ..task("A", START, 30, &[]) };
        let placed = place(&[done, task("B", START, 2, &["A"])]).expect("a plan");
        assert_eq!((placed[0].ends, placed[1].begins), (date(2026, 3, 4), date(2026, 3, 5)));
        assert!(!placed[0].is_critical);
    }

    #[test]
    fn circles_are_named_and_nothing_else() {
        let tasks = [
            task("A", START, 1, &[]),
            task("B", START, 1, &["A", "D"]),
            task("C", START, 1, &["B"]),
            task("D", START, 1, &["C"]),
            task("E", START, 1, &["D"]),
        ];
        let broken = place(&tasks).expect_err("a circle");
        let Broken::Circle(numbers) = &broken else { panic!("{broken:?}") };
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, ["B", "C", "D"]);
        assert!(broken.sentence().contains("wait for each other"), "{}", broken.sentence());
        let own = place(&[task("A", START, 1, &["A"])]).expect_err("a circle");
        assert_eq!(own.sentence(), "A waits for itself, so that it can never begin.");
    }

    #[test]
    fn no_tasks_are_a_plan_too() {
        assert_eq!(place(&[]), Ok(Vec::new()));
        assert!(matches!(place(&[task("A", date(9999, 12, 30), 9, &[])]), Err(Broken::Dates(_))));
    }
}
