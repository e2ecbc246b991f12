//! Where things are going: the same figure over the periods until this one, as on record now (R29).

use std::sync::Arc;

use engines::{
    reporting::{
        figures::{Window, percentage},
        periods::{row, spanned},
    },
    rules::{
        availability::Availability,
        trend::{self, COMPARE_PERIODS, DEAD_BAND_PERCENT, Direction},
    },
};
use model::{Decimal, Query, Refusal};
use serde_json::{Value as Json, json};

use super::gather::{Reader, moment, outages, within};

/// Periods that are compared, and the least of them that make a trend (check 9.4-3).
const PERIODS: usize = 12;
const LEAST: usize = 3;
/// Services whose availability is drawn one by one.
const SERVICES_MAX: usize = 12;
/// Counts go no further.
const CAP: i64 = 1_000_000;

/// A measure over periods, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    pub measure: String,
    pub periods: Vec<String>,
    pub values: Vec<Decimal>,
}

impl Trend {
    pub fn json(&self) -> Json {
        let values: Vec<Json> = self.values.iter().map(|one| model::Value::Number(*one).to_json()).collect();
        json!({"measure": self.measure, "periods": self.periods, "values": values})
    }

    /// `better`, `worse`, `stable`; empty where there are too few periods.
    pub fn word(&self) -> &'static str {
        let higher_is_better = self.measure.starts_with("Availability");
        match trend::trend(&self.values, higher_is_better, COMPARE_PERIODS, DEAD_BAND_PERCENT).direction {
            Direction::NotEnough => "",
            known => known.word(),
        }
    }
}

/// Tickets that came, and the availability of each service.
///
/// # Errors
/// What the desk refuses.
pub async fn trends(reader: &Reader<'_>, period: &str) -> Result<Vec<Trend>, Refusal> {
    let names = row(period, PERIODS);
    let windows: Vec<Window> = names
        .iter()
        .filter_map(|name| spanned(name, &reader.zone).map(|(from, until)| Window { from, until }))
        .collect();
    let (Some(first), Some(last), true) = (windows.first(), windows.last(), windows.len() == names.len()) else {
        return Ok(Vec::new());
    };
    let whole = Window { from: first.from, until: last.until };
    let mut told = Vec::new();
    // Before the first record of all there was nothing to count.
    let mut began = names.len() - LEAST.min(names.len());
    for (kind, measure) in [("incident", "Incidents raised"), ("service_request", "Requests raised")] {
        let counts = counts(reader, kind, &windows, whole).await?;
        began = began.min(counts.iter().position(|count| *count > 0).unwrap_or(began));
        told.push((measure.to_string(), counts.into_iter().map(Decimal::from).collect::<Vec<_>>()));
    }
    told.extend(availability(reader, &windows, whole).await?);
    Ok(told
        .into_iter()
        .map(|(measure, values)| Trend { measure, periods: names[began..].to_vec(), values: values[began..].to_vec() })
        .collect())
}

async fn counts(
    reader: &Reader<'_>,
    kind: &'static str,
    windows: &[Window],
    whole: Window,
) -> Result<Vec<i64>, Refusal> {
    if reader.as_of.is_some() {
        let found = reader.all(kind, reader.mine(within("raised_on", whole)), &["raised_on"]).await?;
        let raised: Vec<_> = found.iter().filter_map(|shown| moment(shown, "raised_on")).collect();
        let of = |window: &Window| raised.iter().filter(|at| window.holds(**at)).count() as i64;
        return Ok(windows.iter().map(of).collect());
    }
    let query = |window: &Window| Query { filter: reader.mine(within("raised_on", *window)), ..Query::of(kind) };
    let queries: Vec<Query> = windows.iter().map(query).collect();
    reader.desk.count_each(reader.actor, &queries, CAP, reader.now).await
}

async fn availability(
    reader: &Reader<'_>,
    windows: &[Window],
    whole: Window,
) -> Result<Vec<(String, Vec<Decimal>)>, Refusal> {
    let numbers: Vec<&str> = reader.services.iter().map(desk::Shown::number).collect();
    let outages = outages(reader.desk, reader.actor, (reader.now, reader.as_of), &numbers, whole).await?;
    let wide = Reader {
        services: reader.services.clone(),
        customer: reader.customer.clone(),
        zone: reader.zone.clone(),
        agreements: Arc::clone(&reader.agreements),
        outages,
        window: whole,
        ..*reader
    };
    let told = reader.services.iter().take(SERVICES_MAX).map(|service| {
        let (down, maintenance) = wide.downtime(service.number());
        let share = |window: &Window| {
            let hours = wide.hours(None, service.number());
            let measured = Availability::measure(hours, window.span(), &down, &maintenance, Reader::terms());
            measured.share().map_or(Decimal::ONE_HUNDRED, |share| percentage(&share, 3))
        };
        (format!("Availability of {}, %", service.title()), windows.iter().map(share).collect())
    });
    Ok(told.collect())
}
