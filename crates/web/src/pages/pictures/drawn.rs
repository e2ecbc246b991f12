//! Bars in percent positions, so that they stretch without distorting a word.

use model::{Filter, Moment, filter::Op, time::DAY};

use super::{Counted, Counting, Ticket, between, open_now, test};
use crate::view::parts::Link;

/// Lying bars, one a line.
pub struct Bars {
    pub bars: Vec<Bar>,
}

pub struct Bar {
    pub label: String,
    pub count: Link,
    /// Share of the longest, in percent.
    pub share: i64,
    /// The older, the worse.
    pub class: &'static str,
}

/// Days, label and class of each age.
const AGES: [(i64, &str, &str); 5] = [
    (1, "Less than a day", "f-ok"),
    (3, "1 to 3 days", "f-bar"),
    (7, "3 to 7 days", "f-bar"),
    (30, "7 to 30 days", "f-warn"),
    (i64::MAX, "More than 30 days", "f-bad"),
];

/// An age before it is counted: label, class, place of its count.
pub type Uncounted = (&'static str, &'static str, usize);

/// What is open, by when it was raised.
pub fn ages(counting: &mut Counting<'_>, ticket: &Ticket, now: Moment) -> Vec<Uncounted> {
    let mut to = now.plus(DAY);
    let mut found = Vec::new();
    for (days, label, class) in AGES {
        let raised: Filter = match days {
            i64::MAX => test(ticket.raised, Op::Less, to),
            days => between(ticket.raised, now.minus(days * DAY), to),
        };
        to = now.minus(days.min(10_000) * DAY);
        found.push((label, class, counting.add(open_now().and(raised))));
    }
    found
}

impl Bars {
    pub fn new(ages: Vec<Uncounted>, counted: &Counted) -> Bars {
        let most = ages.iter().map(|age| counted.number(age.2)).max().unwrap_or(1).max(1);
        let bar = |(label, class, at): Uncounted| Bar {
            label: label.into(),
            count: counted.link(at),
            share: counted.number(at) * 100 / most,
            class,
        };
        Bars { bars: ages.into_iter().map(bar).collect() }
    }
}

/// Standing bars, two for each week: what came and what was done.
pub struct Pairs {
    pub pairs: Vec<Pair>,
    pub drawn: Vec<Standing>,
    pub most: i64,
    pub told: String,
}

pub struct Pair {
    pub label: String,
    pub come: Link,
    pub gone: Link,
    pub counts: (i64, i64),
}

/// One bar: place and size in percent.
pub struct Standing {
    pub class: &'static str,
    pub left: String,
    pub top: String,
    pub width: String,
    pub height: String,
}

impl Pairs {
    pub fn new(pairs: Vec<Pair>, verb: &str) -> Pairs {
        let most = pairs.iter().map(|pair| pair.counts.0.max(pair.counts.1)).max().unwrap_or(1).max(1);
        let step = 100.0 / pairs.len().max(1) as f64;
        let bar = |at: usize, second: bool, class: &'static str, count: i64| {
            let height = count as f64 * 100.0 / most as f64;
            Standing {
                class,
                left: format!("{:.2}", at as f64 * step + if second { step * 0.42 } else { step * 0.06 }),
                top: format!("{:.2}", 100.0 - height),
                width: format!("{:.2}", step * 0.34),
                height: format!("{height:.2}"),
            }
        };
        let both = |(at, pair): (usize, &Pair)| {
            [bar(at, false, "f-mute", pair.counts.0), bar(at, true, "f-info", pair.counts.1)]
        };
        let (come, gone) = pairs.iter().fold((0, 0), |sum, pair| (sum.0 + pair.counts.0, sum.1 + pair.counts.1));
        Pairs {
            drawn: pairs.iter().enumerate().flat_map(both).collect(),
            told: format!("In {} weeks {come} came and {gone} were {verb}.", pairs.len()),
            pairs,
            most,
        }
    }
}
