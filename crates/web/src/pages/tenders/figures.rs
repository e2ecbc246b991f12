//! The figures that answers cite, each read from the records as the reader may see them, with the period that it is of and the
//! list behind it.

use std::collections::BTreeMap;

use desk::Desk;
use engines::{
    clocks::Standing,
    conformity::State,
    reporting::{
        figures::{Window, number, percentage},
        periods::{Every, last_closed, spanned},
    },
    rules::{
        availability::{Availability, MaintenanceTerms},
        number::{share, shown_percent},
        share::TargetCounts,
    },
};
use model::{Actor, Moment, Query, Refusal, Value};

use crate::{
    pages::{
        lines::{encoded, query_of},
        reports::{outages, spans},
        road::facts::all,
    },
    view::{parts::Link, time},
};

/// Counts go no further.
const CAP: i64 = 1_000_000;
/// Tickets of a month that are looked at.
const TICKETS_MAX: usize = 100_000;

pub struct Figure {
    value: String,
    /// The period or day that it is of.
    when: String,
    pub link: Link,
}

pub struct Figures(BTreeMap<&'static str, Figure>);

impl Figures {
    pub fn get(&self, name: &str) -> Option<&Figure> {
        self.0.get(name)
    }

    pub fn value(&self, name: &str) -> String {
        self.get(name).map_or_else(|| "(no figure yet)".into(), |figure| figure.value.clone())
    }

    pub fn when(&self, name: &str) -> String {
        self.get(name).map_or_else(|| "not on record".into(), |figure| figure.when.clone())
    }

    fn add(&mut self, name: &'static str, value: impl ToString, when: &str, href: String) {
        let link = Link::new("records", href);
        self.0.insert(name, Figure { value: value.to_string(), when: when.into(), link });
    }

    /// Reads all of them. What the reader may not see has no figure.
    ///
    /// # Errors
    /// What the desk refuses.
    pub async fn read(desk: &Desk, actor: &Actor, now: Moment) -> Result<Figures, Refusal> {
        let mut figures = Figures(BTreeMap::new());
        let today = time::day(now.date());
        conformity(desk, actor, now, &mut figures).await?;
        certificate(desk, actor, now, &mut figures).await?;
        for (name, kind, filter) in [
            ("services_live", "service", "stage = live"),
            ("customers", "customer", "phase = done or phase != done"),
            ("people", "person", "state != withdrawn and left_on is empty"),
            ("competences_proved", "competence", "proof is filled"),
        ] {
            if let Some((count, href)) = counted(desk, actor, kind, filter, now).await? {
                figures.add(name, count, &today, href);
            }
        }
        month(desk, actor, now, &mut figures).await?;
        satisfaction(desk, actor, now, &mut figures).await?;
        Ok(figures)
    }
}

async fn counted(
    desk: &Desk,
    actor: &Actor,
    kind: &str,
    filter: &str,
    now: Moment,
) -> Result<Option<(i64, String)>, Refusal> {
    let catalog = desk.catalog();
    let Some(kind) = catalog.find(kind) else { return Ok(None) };
    if !desk::rights::may(actor, kind, model::Act::Read, None) {
        return Ok(None);
    }
    let query: Query = query_of(kind, Some(kind.name), filter, "number", 1)?;
    let counts = desk.count_each(actor, &[query], CAP, now).await?;
    let href = format!("/{}?filter={}", kind.plural, encoded(filter));
    Ok(counts.first().map(|count| (*count, href)))
}

async fn conformity(desk: &Desk, actor: &Actor, now: Moment, figures: &mut Figures) -> Result<(), Refusal> {
    let assessment = match desk.assessment(actor, now).await {
        Err(Refusal::NotFound) => return Ok(()),
        assessment => assessment?,
    };
    let (proved, total) = (assessment.count(State::Proved), assessment.verdicts.len());
    let when = time::exact(assessment.as_of);
    let percent = share(proved, total).map(|share| shown_percent(&share, 0)).unwrap_or_default();
    figures.add("readiness_percent", percent, &when, "/conformity".into());
    figures.add("requirements_proved", proved, &when, "/conformity".into());
    figures.add("requirements_total", total, &when, "/conformity".into());
    Ok(())
}

async fn certificate(desk: &Desk, actor: &Actor, now: Moment, figures: &mut Figures) -> Result<(), Refusal> {
    let found = all(desk, actor, "certificate", "state = valid", "-decided_on", now).await?;
    let Some(shown) = found.first() else { return Ok(()) };
    let href = format!("/certificates/{}", shown.number());
    let when =
        shown.fields().get("decided_on").and_then(Value::as_moment).map(|at| time::day(at.date())).unwrap_or_default();
    for (name, field) in
        [("certificate_edition", "edition"), ("certificate_number", "printed_number"), ("certificate_scope", "scope")]
    {
        if let Some(text) = shown.fields().get(field).and_then(Value::as_text) {
            figures.add(name, text, &when, href.clone());
        }
    }
    if let Some(to) = shown.fields().get("valid_to").and_then(Value::as_moment) {
        figures.add("certificate_valid_to", time::day(to.date()), &when, href);
    }
    Ok(())
}

/// Figures of the last closed month (R09, R13).
async fn month(desk: &Desk, actor: &Actor, now: Moment, figures: &mut Figures) -> Result<(), Refusal> {
    let zone = desk.settings().time_zone();
    let Some(period) = last_closed(Every::Month, &zone, now) else { return Ok(()) };
    let Some((from, until)) = spanned(&period, &zone) else { return Ok(()) };
    let window = Window { from, until };
    let services = all(desk, actor, "service", "stage = live", "number", now).await?;
    let numbers: Vec<&str> = services.iter().map(desk::Shown::number).collect();
    if !numbers.is_empty() {
        let outages = outages(desk, actor, (now, None), &numbers, window).await?;
        let agreed = desk.agreed(None).await?;
        let shares = services.iter().filter_map(|service| {
            let (down, maintenance) = spans(outages.iter().filter(|outage| outage.service == service.number()));
            let calendar = service.fields().get("calendar").and_then(Value::as_text).unwrap_or_default();
            let hours = &agreed.hours(calendar, from.timestamp()).calendar;
            Availability::measure(hours, window.span(), &down, &maintenance, MaintenanceTerms::default()).share()
        });
        if let Some(lowest) = shares.min() {
            figures.add("availability_lowest_percent", percentage(&lowest, 3), &period, "/outages".into());
        }
    }
    let raised = format!("raised_on >= {from} and raised_on < {until}");
    if let Some((count, href)) = counted(desk, actor, "incident", &raised, now).await? {
        figures.add("incidents_raised", count, &period, href);
    }
    let catalog = desk.catalog();
    let Some(kind) = catalog.find("incident") else { return Ok(()) };
    let done = format!("resolved_on >= {from} and resolved_on < {until}");
    let query = Query {
        size: model::query::PAGE_MAX,
        columns: vec!["number".into()],
        ..query_of(kind, Some(kind.name), &done, "number", 1)?
    };
    let found = match desk.list_on(actor, query, TICKETS_MAX, now).await {
        Err(Refusal::NotFound) => return Ok(()),
        found => found?.0,
    };
    let mut counts = TargetCounts::default();
    for clock in
        found.iter().flat_map(|shown| shown.clocks()).filter(|clock| clock.name == engines::clocks::Name::Resolution)
    {
        match clock.standing {
            Standing::Met => counts.met += 1,
            Standing::Missed => counts.missed += 1,
            _ => {}
        }
    }
    if let Some(share) = counts.share_met() {
        let href = format!("/incidents?filter={}", encoded(&done));
        figures.add("incidents_in_time_percent", percentage(&share, 2), &period, href);
    }
    Ok(())
}

/// Ratings of the last twelve months (R25).
async fn satisfaction(desk: &Desk, actor: &Actor, now: Moment, figures: &mut Figures) -> Result<(), Refusal> {
    let since = now.plus_months(-12).date();
    let filter = format!("given_on >= {since} and rating is filled");
    let found = all(desk, actor, "feedback", &filter, "number", now).await?;
    let ratings: Vec<i64> = found
        .iter()
        .filter_map(|one| i64::try_from(one.fields().get("rating").and_then(Value::as_number)?).ok())
        .filter(|rating| (1..=5).contains(rating))
        .collect();
    let when = format!("since {}", time::day(since));
    let href = format!("/feedbacks?filter={}", encoded(&filter));
    figures.add("satisfaction_answers", ratings.len(), &when, href.clone());
    if let Some(mean) = share(ratings.iter().sum::<i64>(), ratings.len()) {
        figures.add("satisfaction_mean", number(&mean, 2), &when, href);
    }
    Ok(())
}
