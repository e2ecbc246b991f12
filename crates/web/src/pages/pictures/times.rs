//! Response and resolution against target, from the clocks of what was done, and the time that each team and supplier had of it
//! against times of their own.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use desk::Shown;
use engines::clocks::{Name, Standing};
use model::{
    Column, Filter, Kind, Moment, Order, Query, Refusal, Value,
    filter::{Op, Operand},
    filter_write,
};

use super::{Asked, Reader, test};
use crate::{record::address::Address, view::parts::Link};

/// Most tickets whose clocks are read, the newest first.
const MOST: usize = 5_000;
const PAGE: usize = 500;
/// Numbers that an address can hold.
const NAMED: usize = 150;

pub struct InTime {
    pub rows: Vec<Row>,
    pub legs: Vec<Leg>,
    /// Whether there were more than are read.
    pub cut: bool,
    pub read: usize,
}

pub struct Row {
    pub priority: String,
    pub parts: Vec<Part>,
}

/// Of the tickets that a team or a supplier had, how many it handed on within its own time.
pub struct Leg {
    pub who: String,
    pub part: Part,
}

pub struct Part {
    pub what: &'static str,
    pub met: Link,
    pub missed: Link,
    /// `41 of 44`
    pub words: String,
    /// Share of those that were met, in percent; `None` where nothing was measured.
    pub share: Option<usize>,
}

/// Numbers of tickets by how a clock of theirs ended.
#[derive(Default)]
struct Sum {
    met: Vec<String>,
    missed: Vec<String>,
    /// Without such a clock, or not to be judged.
    others: Vec<String>,
}

/// Tickets that were done since `begin`, by priority.
pub(super) async fn in_time(reader: Reader<'_>, kind: &Kind, asked: &Asked, begin: Moment) -> Result<InTime, Refusal> {
    let done = asked.narrowed(test(asked.ticket.done, Op::AtLeast, begin));
    let priority = kind.fields.iter().find(|field| field.column == Some(Column::Priority));
    let priority = priority.map_or("priority", |field| field.name.as_str());
    let mut query = Query {
        filter: done.clone(),
        order: vec![Order { path: asked.ticket.done.into(), descending: true }],
        columns: vec![priority.to_string()],
        size: PAGE,
        ..Query::of(kind.name)
    };
    let mut sums: BTreeMap<String, [Sum; 2]> = BTreeMap::new();
    let mut legs: BTreeMap<String, Sum> = BTreeMap::new();
    let mut read = 0;
    let cut = loop {
        let page = reader.desk.list(reader.actor, &query, reader.now).await?;
        read += page.records.len();
        for shown in &page.records {
            add(&mut sums, priority, shown);
            add_legs(&mut legs, shown);
        }
        match page.next {
            Some(next) if read < MOST => query.after = Some(next),
            next => break next.is_some(),
        }
    };
    let row = |(own, sums): (String, [Sum; 2])| {
        let of = match own.is_empty() {
            true => Filter::Not(Box::new(Filter::Filled { path: priority.into() })),
            false => Filter::equal(priority, &own),
        };
        let all = (!cut).then(|| done.clone().and(of));
        let [response, resolution] = [0, 1].map(|at| &sums[at]);
        let parts =
            vec![part(kind, "response", response, all.as_ref()), part(kind, "resolution", resolution, all.as_ref())];
        Row { priority: if own.is_empty() { "None".into() } else { own }, parts }
    };
    let legs = named(reader, kind, legs).await?;
    Ok(InTime { rows: sums.into_iter().map(row).collect(), legs, cut, read })
}

/// Legs under the names of their holders, those who missed most first.
async fn named(reader: Reader<'_>, kind: &Kind, legs: BTreeMap<String, Sum>) -> Result<Vec<Leg>, Refusal> {
    let numbers: BTreeSet<String> = legs.keys().cloned().collect();
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let names = reader.desk.names_of(reader.actor, numbers, BTreeSet::new(), reader.now).await?;
    let mut sums: Vec<(String, Sum)> = legs.into_iter().collect();
    sums.sort_by_key(|(_, sum)| Reverse(sum.missed.len()));
    let leg = |(holder, sum): (String, Sum)| {
        let who = names.records.get(&holder).map_or(holder, |(title, _)| title.clone());
        Leg { who, part: part(kind, "leg", &sum, None) }
    };
    Ok(sums.into_iter().map(leg).collect())
}

/// A ticket counts once for each who had it: missed where any of their visits was.
fn add_legs(legs: &mut BTreeMap<String, Sum>, shown: &Shown) {
    let mut met: BTreeMap<&str, bool> = BTreeMap::new();
    for clock in shown.clocks().iter().filter(|clock| clock.name == Name::Leg) {
        let is_met = match clock.standing {
            Standing::Met => true,
            Standing::Missed | Standing::Late => false,
            _ => continue,
        };
        let all = met.entry(&clock.leg).or_insert(true);
        *all = *all && is_met;
    }
    for (holder, is_met) in met {
        let sum = legs.entry(holder.to_string()).or_default();
        let numbers = if is_met { &mut sum.met } else { &mut sum.missed };
        numbers.push(shown.number().to_string());
    }
}

fn add(sums: &mut BTreeMap<String, [Sum; 2]>, priority: &str, shown: &Shown) {
    let own = shown.fields().get(priority).and_then(Value::as_text).unwrap_or_default();
    let sums = sums.entry(own.to_string()).or_default();
    for (sum, name) in sums.iter_mut().zip([Name::Response, Name::Resolution]) {
        let clock = shown.clocks().iter().find(|clock| clock.name == name);
        let numbers = match clock.map(|clock| clock.standing) {
            Some(Standing::Met) => &mut sum.met,
            Some(Standing::Missed | Standing::Late) => &mut sum.missed,
            _ => &mut sum.others,
        };
        numbers.push(shown.number().to_string());
    }
}

/// The list of exactly these tickets among all: by their numbers, or by those of the rest. Empty where both are too many, and
/// where not all were read.
fn list(kind: &Kind, all: Option<&Filter>, own: &[String], rest: [&[String]; 2]) -> String {
    let named = |numbers: &mut dyn Iterator<Item = &String>| Filter::In {
        path: "number".into(),
        values: numbers.map(|number| Operand::Value(Value::text(number))).collect(),
    };
    let rests = rest[0].len() + rest[1].len();
    let filter = match (own.len(), rests, all) {
        (0, ..) => return String::new(),
        (1..=NAMED, ..) => named(&mut own.iter()),
        (_, 0, Some(all)) => all.clone(),
        (_, 1..=NAMED, Some(all)) => all.clone().and(Filter::Not(Box::new(named(&mut rest[0].iter().chain(rest[1]))))),
        _ => return String::new(),
    };
    Address::new(format!("/{}", kind.plural)).with("filter", filter_write::write(&filter, kind)).to_string()
}

fn part(kind: &Kind, what: &'static str, sum: &Sum, all: Option<&Filter>) -> Part {
    let Sum { met, missed, others } = sum;
    let whole = met.len() + missed.len();
    Part {
        what,
        met: Link::new(met.len().to_string(), list(kind, all, met, [missed, others])),
        missed: Link::new(missed.len().to_string(), list(kind, all, missed, [met, others])),
        words: if whole == 0 { "nothing measured".into() } else { format!("{} of {whole}", met.len()) },
        share: (met.len() * 100).checked_div(whole),
    }
}
