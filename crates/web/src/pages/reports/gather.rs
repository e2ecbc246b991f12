//! The records that a report is made of: those of its services, its customer and its period, as on record when it is made.

use std::{collections::BTreeMap, sync::Arc};

use desk::{Desk, Shown};
use engines::{
    clocks::Agreements,
    reporting::figures::Window,
    rules::{
        availability::{Maintenance, MaintenanceTerms},
        calendar::Calendar,
        spans::{Span, join, without},
    },
};
use jiff::tz::TimeZone;
use model::{
    Actor, Filter, Moment, Query, Refusal, Value,
    filter::{Op, Operand},
    query::{EVERY, PAGE_MAX},
};

/// Most records of one kind that a report is made of; one with more is two reports.
const MOST: usize = 200_000;

/// Whom the figures are counted for, and when.
pub struct Reader<'r> {
    pub desk: &'r Desk,
    pub actor: &'r Actor,
    pub now: Moment,
    /// An instant of the past as of which they are counted; `None` for now.
    pub as_of: Option<Moment>,
    pub window: Window,
    pub zone: TimeZone,
    pub services: Vec<Shown>,
    /// Empty for all customers.
    pub customer: String,
    pub agreements: Arc<Agreements>,
    pub outages: Vec<Outage>,
}

/// A span in which a service could not be used.
pub struct Outage {
    pub service: String,
    pub number: String,
    pub span: Span,
    /// When it was announced, where it was planned.
    pub planned: Option<Option<Moment>>,
}

impl Reader<'_> {
    /// The instant as of which everything is read.
    pub fn at(&self) -> Moment {
        self.as_of.unwrap_or(self.now)
    }

    /// Every record of a kind that a filter finds.
    ///
    /// # Errors
    /// A sentence where there are more than a report can hold.
    pub async fn all(&self, kind: &'static str, filter: Filter, columns: &[&str]) -> Result<Vec<Shown>, Refusal> {
        let found = read(self.desk, self.actor, (self.now, self.as_of), kind, filter, columns).await;
        match found {
            Err(Refusal::NotFound) => Ok(Vec::new()),
            found => found,
        }
    }

    /// Of the services, and of the customer where there is one.
    pub fn mine(&self, filter: Filter) -> Filter {
        let numbers = self.services.iter().map(|service| Operand::Value(Value::text(service.number())));
        let own = Filter::In { path: "service".into(), values: numbers.collect() };
        let own = own.and(filter);
        if self.customer.is_empty() { own } else { own.and(Filter::equal("customer", &self.customer)) }
    }

    pub fn name<'n>(&'n self, service: &'n str) -> &'n str {
        self.services.iter().find(|shown| shown.number() == service).map_or(service, Shown::title)
    }

    /// The hours of a service, or of an agreement on it, at the beginning of the period.
    pub fn hours(&self, calendar: Option<&str>, service: &str) -> &Calendar {
        let own = self.services.iter().find(|shown| shown.number() == service);
        let own = own.and_then(|shown| shown.fields().get("calendar")).and_then(Value::as_text);
        let number = calendar.or(own).unwrap_or_default();
        &self.agreements.hours(number, self.window.from.timestamp()).calendar
    }

    /// What an availability is measured from (R13): outages, announced work and what excuses it.
    pub fn downtime(&self, service: &str) -> (Vec<Span>, Vec<Maintenance>) {
        spans(self.outages.iter().filter(|outage| outage.service == service))
    }

    pub fn terms() -> MaintenanceTerms {
        MaintenanceTerms::default()
    }
}

/// Spans of outages, and those of them that were planned with when they were announced (R13).
pub fn spans<'o>(outages: impl Iterator<Item = &'o Outage> + Clone) -> (Vec<Span>, Vec<Maintenance>) {
    let spans = outages.clone().map(|outage| outage.span).collect();
    let planned = outages.filter_map(|outage| {
        let announced = outage.planned?.map(Moment::timestamp);
        Some(Maintenance { window: outage.span, announced })
    });
    (spans, planned.collect())
}

/// What counts as down: everything but maintenance that was announced early enough (R13).
pub fn unexcused(outages: &[Span], maintenance: &[Maintenance]) -> Vec<Span> {
    let least = MaintenanceTerms::default().min_notice_hours * 3_600;
    let early = maintenance
        .iter()
        .filter(|one| one.announced.is_some_and(|at| one.window.from.as_second() - at.as_second() >= least));
    without(&join(outages.iter().copied()), &join(early.map(|one| one.window)))
}

/// Every record of a kind that a filter finds, now or as of an instant of the past.
pub async fn read(
    desk: &Desk,
    actor: &Actor,
    (now, as_of): (Moment, Option<Moment>),
    kind: &'static str,
    filter: Filter,
    columns: &[&str],
) -> Result<Vec<Shown>, Refusal> {
    let columns =
        if columns.is_empty() { vec![EVERY.into()] } else { columns.iter().map(ToString::to_string).collect() };
    let query = Query { filter, columns, size: PAGE_MAX, as_of, ..Query::of(kind) };
    let (found, whole) = desk.list_on(actor, query, MOST, now).await?;
    match whole {
        true => Ok(found),
        false => {
            let kind = kind.replace('_', " ");
            Err(Refusal::Query(format!("there are more than {MOST} records ({kind}): narrow the report to a service")))
        }
    }
}

pub fn test(path: &str, op: Op, at: Moment) -> Filter {
    Filter::Compare { path: path.into(), op, value: Operand::Value(Value::Instant(at)) }
}

pub fn filled(path: &str) -> Filter {
    Filter::Filled { path: path.into() }
}

pub fn not(filter: Filter) -> Filter {
    Filter::Not(Box::new(filter))
}

pub fn within(path: &str, window: Window) -> Filter {
    test(path, Op::AtLeast, window.from).and(test(path, Op::Less, window.until))
}

pub fn one_of<'v>(path: &str, values: impl IntoIterator<Item = &'v str>) -> Filter {
    let values = values.into_iter().map(|value| Operand::Value(Value::text(value))).collect();
    Filter::In { path: path.into(), values }
}

pub fn moment(shown: &Shown, field: &str) -> Option<Moment> {
    shown.fields().get(field).and_then(Value::as_moment)
}

pub fn text<'s>(shown: &'s Shown, field: &str) -> &'s str {
    shown.fields().get(field).and_then(Value::as_text).unwrap_or_default()
}

/// Outages of some services that reach into a window; one that lasts still lasts until the instant of asking.
///
/// # Errors
/// What the desk refuses.
pub async fn outages(
    desk: &Desk,
    actor: &Actor,
    (now, as_of): (Moment, Option<Moment>),
    services: &[&str],
    window: Window,
) -> Result<Vec<Outage>, Refusal> {
    let ends = not(filled("end"));
    let ends = Filter::Any(vec![ends, test("end", Op::Greater, window.from)]);
    let lasting = test("start", Op::Less, window.until).and(ends).and(not(withdrawn()));
    let own = one_of("service", services.iter().copied()).and(lasting);
    let columns = ["service", "start", "end", "planned", "notice_on"];
    let found = read(desk, actor, (now, as_of), "outage", own, &columns).await?;
    let outage = |shown: &Shown| {
        let start = moment(shown, "start")?;
        let end = moment(shown, "end").unwrap_or_else(|| as_of.unwrap_or(now).max(start));
        let planned = shown.fields().get("planned").and_then(Value::as_flag) == Some(true);
        Some(Outage {
            service: text(shown, "service").into(),
            number: shown.number().into(),
            span: Span::new(start.timestamp(), end.timestamp()),
            planned: planned.then(|| moment(shown, "notice_on")),
        })
    };
    Ok(found.iter().filter_map(outage).collect())
}

/// What does not stand any more counts in no figure.
pub fn withdrawn() -> Filter {
    one_of("state", ["withdrawn", "superseded", "cancelled"])
}

/// Records by the text of a field.
pub fn by<'s>(found: &'s [Shown], field: &str) -> BTreeMap<String, Vec<&'s Shown>> {
    let mut sorted: BTreeMap<String, Vec<&Shown>> = BTreeMap::new();
    for shown in found {
        sorted.entry(text(shown, field).into()).or_default().push(shown);
    }
    sorted
}
