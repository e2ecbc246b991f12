//! The sections of a report: records in, figures out, each by its calculation rule.

use std::collections::BTreeMap;

use desk::Shown;
use engines::{
    clocks::Name,
    reporting::figures::{down_by_day, keeps, number, percentage},
    rules::{
        calendar::Calendar,
        capacity::workload,
        change::{ChangeSuccess, Implemented, Outcome, approved_in_time},
        number::{fraction, quotient},
        share::MIN_ANSWERS,
    },
};
use futures::{FutureExt as _, future::BoxFuture};
use kinds::performance::report_definition::SECTIONS;
use model::{Decimal, Filter, Moment, Refusal, Value, filter::Op, time::DAY};

use super::{
    figure::Figure,
    gather::{Reader, by, filled, moment, not, one_of, test, text, unexcused, withdrawn, within},
    levels::{self, Tickets, availability_target, available, in_time, rows, times},
};

/// Section of the incidents that are told one by one.
pub const LARGER: &str = "larger";
/// Most of those, and resources whose capacity is told.
const LARGER_MAX: usize = 20;
const RESOURCES_MAX: usize = 30;

/// Every figure of the sections that are asked for, in their order.
///
/// # Errors
/// What the desk refuses.
pub fn figures<'a, 'u>(
    reader: &'a Reader<'u>,
    asked: &'a [&'a str],
    period: &'a str,
) -> BoxFuture<'a, Result<Vec<Figure>, Refusal>> {
    async move {
        let wants = |name: &str| asked.is_empty() || asked.contains(&name);
        let tickets = tickets(reader).await?;
        let agreements = levels::agreements(reader).await?;
        let mut told = Vec::new();
        for (name, _) in SECTIONS.iter().filter(|(name, _)| wants(name)) {
            told.extend(match *name {
                "service-levels" => {
                    let apart = wants("availability") && !reader.customer.is_empty();
                    levels::levels(reader, &agreements, &tickets, period, apart).await?
                }
                "availability" => availability(reader, &agreements, period).await?,
                "incidents" => incidents(reader, &tickets.incidents),
                "requests" => flow(reader, &tickets.requests, "requests", "Fulfilled"),
                "problems" => problems(reader).await?,
                "changes" => changes(reader, &tickets.incidents).await?,
                "capacity" => capacity(reader).await?,
                "satisfaction" => satisfaction(&tickets.feedback),
                _ => load(reader, &agreements, &tickets, period).await?,
            });
        }
        Ok(told)
    }
    .boxed()
}

/// Tickets that were open at some time of the period, and what people said in it.
async fn tickets(reader: &Reader<'_>) -> Result<Tickets, Refusal> {
    let columns = |done: &'static str| ["title", "priority", "service", "customer", "raised_on", done];
    let open = |done: &str| lived(reader, "raised_on", done);
    let incidents = [&columns("resolved_on")[..], &["major", "caused_by_change", "change", "made_target"]].concat();
    let given = within("given_on", reader.window).and(not(withdrawn()));
    // Feedback on no service in particular belongs to the customer alone.
    let own = match reader.customer.is_empty() {
        true => reader.mine(given),
        false => Filter::equal("customer", &reader.customer).and(given),
    };
    Ok(Tickets {
        incidents: reader.all("incident", reader.mine(open("resolved_on")), &incidents).await?,
        requests: reader.all("service_request", reader.mine(open("fulfilled_on")), &columns("fulfilled_on")).await?,
        feedback: reader.all("feedback", own, &["rating", "service", "customer"]).await?,
    })
}

/// What began before the end of the period, and was not over before its beginning.
fn lived(reader: &Reader<'_>, began: &str, done: &str) -> Filter {
    let window = reader.window;
    let ways = vec![
        test(began, Op::AtLeast, window.from),
        test(done, Op::AtLeast, window.from),
        not(Filter::equal("phase", "done")),
    ];
    test(began, Op::Less, window.until).and(Filter::Any(ways)).and(not(one_of("state", ["withdrawn"])))
}

/// What came, what was done, what was open at the end, and the share in time.
fn flow(reader: &Reader<'_>, tickets: &[Shown], section: &str, done: &str) -> Vec<Figure> {
    let window = reader.window;
    let count = |holds: &dyn Fn(&Shown) -> bool| tickets.iter().filter(|ticket| holds(ticket)).count();
    let ended = |ticket: &Shown| times(ticket).1.filter(|at| *at < window.until);
    let dropped = |ticket: &Shown| matches!(ticket.state(), "cancelled" | "superseded");
    let is_open = |ticket: &Shown| {
        let over = ended(ticket).is_some() || dropped(ticket);
        let closed_later = times(ticket).1.is_some_and(|at| at >= window.until);
        !over && (closed_later || !matches!(ticket.state(), "closed" | "rejected"))
    };
    let mut in_time_of = Figure { unit: "percent".into(), ..Figure::new(section, format!("{done} in time")) };
    in_time(reader, tickets.iter(), Name::Resolution, &mut in_time_of);
    vec![
        Figure::counted(section, "Raised", count(&|ticket| times(ticket).0.is_some_and(|at| window.holds(at)))),
        Figure::counted(section, done, count(&|ticket| ended(ticket).is_some_and(|at| window.holds(at)))),
        Figure::counted(section, "Open at the end", count(&is_open)),
        in_time_of,
    ]
}

fn incidents(reader: &Reader<'_>, incidents: &[Shown]) -> Vec<Figure> {
    let mut told = flow(reader, incidents, "incidents", "Resolved");
    let raised = |ticket: &&Shown| times(ticket).0.is_some_and(|at| reader.window.holds(at));
    let major = |ticket: &&Shown| ticket.fields().get("major").and_then(Value::as_flag) == Some(true);
    told.push(Figure::counted("incidents", "Major incidents", incidents.iter().filter(raised).filter(major).count()));
    let large = |ticket: &&Shown| major(ticket) || text(ticket, "priority") == "P1";
    let mut larger: Vec<&Shown> = incidents.iter().filter(raised).filter(large).collect();
    larger.sort_by_key(|ticket| (times(ticket).0, ticket.number().to_string()));
    told.extend(larger.into_iter().take(LARGER_MAX).map(|ticket| {
        let lasted = times(ticket).0.zip(times(ticket).1.filter(|at| *at < reader.window.until));
        Figure {
            about: ticket.number().into(),
            actual: lasted.map(|(from, to)| Decimal::from((to.0 - from.0).max(0) / 60_000)),
            unit: "minutes".into(),
            reason: if major(&ticket) { "Major incident".into() } else { text(ticket, "priority").into() },
            ..Figure::new(LARGER, ticket.title())
        }
    }));
    told
}

async fn problems(reader: &Reader<'_>) -> Result<Vec<Figure>, Refusal> {
    let numbers = reader.services.iter().map(Shown::number);
    let own = one_of("service", numbers).and(lived(reader, "raised_on", "closed_on"));
    let found = reader.all("problem", own, &["service", "raised_on", "closed_on"]).await?;
    let at = |shown: &Shown, field: &str| moment(shown, field).is_some_and(|at| reader.window.holds(at));
    let open = |shown: &&Shown| {
        moment(shown, "closed_on").map_or(shown.state() != "closed", |at| at >= reader.window.until)
            && !matches!(shown.state(), "cancelled" | "superseded")
    };
    Ok(vec![
        Figure::counted("problems", "Raised", found.iter().filter(|shown| at(shown, "raised_on")).count()),
        Figure::counted("problems", "Closed", found.iter().filter(|shown| at(shown, "closed_on")).count()),
        Figure::counted("problems", "Open at the end", found.iter().filter(open).count()),
    ])
}

/// Changes of the period and how they went (R17).
async fn changes(reader: &Reader<'_>, incidents: &[Shown]) -> Result<Vec<Figure>, Refusal> {
    let numbers: Vec<&str> = reader.services.iter().map(Shown::number).collect();
    let touches =
        Filter::Any(vec![one_of("service", numbers.iter().copied()), one_of("services", numbers.iter().copied())]);
    let own = touches.and(within("implemented_on", reader.window)).and(not(withdrawn()));
    let columns = ["title", "category", "outcome", "implemented_on", "decision", "decided_on"];
    let found = reader.all("change", own, &columns).await?;
    let watched = reader.desk.settings().number("release_watch_days") * DAY;
    let mut grave: BTreeMap<&str, Vec<Moment>> = BTreeMap::new();
    for incident in incidents.iter().filter(|one| matches!(text(one, "priority"), "P1" | "P2")) {
        for change in [text(incident, "caused_by_change"), text(incident, "change")] {
            grave.entry(change).or_default().extend(times(incident).0);
        }
    }
    let implemented = |shown: &Shown| {
        let done = moment(shown, "implemented_on").unwrap_or(reader.window.from);
        let emergency = text(shown, "category") == "emergency";
        let approved = moment(shown, "decided_on").filter(|_| text(shown, "decision") == "approved");
        let standard = text(shown, "category") == "standard";
        let near = |at: &&Moment| at.0 >= done.0 && at.0 - done.0 <= watched;
        Implemented {
            outcome: Outcome::parse(text(shown, "outcome")),
            emergency,
            grave_incidents: grave.get(shown.number()).map_or(0, |all| all.iter().filter(near).count() as u64),
            approved: standard
                || approved_in_time(emergency, done.timestamp(), approved.map(Moment::timestamp), &Calendar::always()),
        }
    };
    let counts = ChangeSuccess::of(found.iter().map(implemented));
    let count = |name: &str, count: u64| Figure::counted("changes", name, usize::try_from(count).unwrap_or_default());
    let share = Figure {
        unit: "percent".into(),
        actual: counts.success_share().map(|share| percentage(&share, 2)),
        good: Some(Decimal::from(counts.successful)),
        whole: Some(Decimal::from(counts.implemented)),
        ..Figure::new("changes", "Successful")
    };
    let unjudged = found.iter().filter(|shown| text(shown, "outcome").is_empty()).count();
    let mut told = vec![
        count("Implemented", counts.implemented),
        share,
        count("Emergencies", counts.emergencies),
        count("Without approval in time", counts.unapproved),
    ];
    if unjudged > 0 {
        told.push(Figure::counted("changes", "Outcome not known yet", unjudged));
    }
    Ok(told)
}

/// Each service with its share (R13), its target and the minutes of each day.
async fn availability(reader: &Reader<'_>, agreements: &[Shown], period: &str) -> Result<Vec<Figure>, Refusal> {
    let numbers: Vec<&str> = reader.services.iter().map(Shown::number).collect();
    let own = one_of("service", numbers.iter().copied());
    let held = own.clone().and(Filter::equal("state", "agreed")).and(test("agreed_on", Op::Less, reader.window.until));
    let mut targets = reader.all("availability_target", held, &["service", "target", "agreed_on"]).await?;
    targets.sort_by_key(|shown| moment(shown, "agreed_on"));
    let written = own.and(Filter::equal("period", period)).and(not(withdrawn()));
    let results = reader.all("availability_result", written, &["service", "reason"]).await?;
    let mut told = Vec::new();
    for service in &reader.services {
        let number = service.number();
        let agreed = agreements.iter().find(|one| text(one, "service") == number && !reader.customer.is_empty());
        let standard = || {
            let own = targets.iter().rev().find(|one| text(one, "service") == number)?;
            own.fields().get("target").and_then(Value::as_number)
        };
        let calendar = agreed.map(|one| text(one, "calendar")).filter(|number| !number.is_empty());
        let measured = available(reader, number, calendar);
        let (outages, maintenance) = reader.downtime(number);
        let down = unexcused(&outages, &maintenance);
        let share = measured.share();
        let target = agreed.and_then(availability_target).or_else(standard);
        let met = target.and_then(|target| keeps(share.as_ref(), target, false));
        let reason = results.iter().find(|one| text(one, "service") == number).map(|one| text(one, "reason"));
        told.push(Figure {
            about: number.into(),
            unit: "percent".into(),
            actual: share.as_ref().map(|share| percentage(share, 3)),
            target,
            met,
            good: Some(Decimal::from((measured.counted_seconds - measured.down_seconds) / 60)),
            whole: Some(Decimal::from(measured.counted_seconds / 60)),
            reason: if met == Some(false) { reason.unwrap_or_default().into() } else { String::new() },
            series: down_by_day(reader.hours(calendar, number), reader.window, &down, &reader.zone)
                .into_iter()
                .map(Decimal::from)
                .collect(),
            records: reader.outages.iter().filter(|one| one.service == number).map(|one| one.number.clone()).collect(),
            ..Figure::new("availability", service.title())
        });
    }
    Ok(told)
}

/// The highest use of each resource of the services, against the threshold of its plan.
async fn capacity(reader: &Reader<'_>) -> Result<Vec<Figure>, Refusal> {
    let entries = |shown: &Shown, field: &str| -> Vec<String> {
        let held = shown.fields().get(field).map(Value::entries).unwrap_or_default();
        held.iter().filter_map(Value::as_text).map(str::to_string).collect()
    };
    let parts: Vec<String> = reader.services.iter().flat_map(|service| entries(service, "components")).collect();
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let own = one_of("resource", parts.iter().map(String::as_str)).and(within("at", reader.window));
    let mut readings = reader.all("capacity_reading", own, &["resource", "at", "used", "total"]).await?;
    readings.sort_by_key(|shown| moment(shown, "at"));
    let plans = one_of("service", reader.services.iter().map(Shown::number)).and(Filter::equal("state", "approved"));
    let plans = reader.all("capacity_plan", plans, &["service", "thresholds"]).await?;
    let mut limits: BTreeMap<String, Decimal> = BTreeMap::new();
    for row in plans.iter().flat_map(|plan| rows(plan, "thresholds")) {
        let percent = matches!(row.part("unit").and_then(Value::as_text), None | Some("percent"));
        if let (Some(resource), Some(number), true) =
            (row.part("resource").and_then(Value::as_text), row.part("number").and_then(Value::as_number), percent)
        {
            limits.insert(resource.into(), number);
        }
    }
    let names = by(&readings, "resource");
    let numbers = names.keys().cloned().collect();
    let known = reader.desk.names_of(reader.actor, numbers, Default::default(), reader.now).await?;
    let number_of = |shown: &Shown, field: &str| shown.fields().get(field).and_then(Value::as_number);
    let told = names.iter().take(RESOURCES_MAX).filter_map(|(resource, readings)| {
        let shares: Vec<_> = readings
            .iter()
            .filter_map(|one| quotient(fraction(number_of(one, "used")?), fraction(number_of(one, "total")?)))
            .collect();
        let highest = shares.iter().max()?;
        let target = limits.get(resource).copied();
        Some(Figure {
            about: resource.clone(),
            unit: "percent".into(),
            actual: Some(percentage(highest, 1)),
            target,
            at_most: true,
            met: target.and_then(|target| keeps(Some(highest), target, true)),
            series: shares.iter().map(|share| percentage(share, 1)).collect(),
            ..Figure::new("capacity", known.records.get(resource).map_or(resource.as_str(), |(title, _)| title))
        })
    });
    Ok(told.collect())
}

fn satisfaction(feedback: &[Shown]) -> Vec<Figure> {
    let csat = levels::csat(feedback.iter());
    let few = csat.answers > 0 && csat.answers < MIN_ANSWERS;
    let few = if few { "Too few answers to say much." } else { "" };
    let figure = |name: &str, unit: &str, actual| Figure {
        unit: unit.into(),
        actual,
        whole: Some(Decimal::from(csat.answers)),
        reason: few.into(),
        ..Figure::new("satisfaction", name)
    };
    vec![
        figure("Satisfied", "percent", csat.satisfied.as_ref().map(|share| percentage(share, 2))),
        figure("Mean of the ratings", "score", csat.mean.as_ref().map(|mean| number(mean, 2))),
    ]
}

/// Load against its limits (R28), and what was agreed to be left out.
async fn load(
    reader: &Reader<'_>,
    agreements: &[Shown],
    tickets: &Tickets,
    period: &str,
) -> Result<Vec<Figure>, Refusal> {
    let written = match agreements.is_empty() {
        true => Vec::new(),
        false => {
            let own = one_of("sla", agreements.iter().map(Shown::number)).and(Filter::equal("period", period));
            reader.all("workload_result", own.and(filled("actual")), &["sla", "name", "actual"]).await?
        }
    };
    let mut told = Vec::new();
    for agreement in agreements {
        let service = text(agreement, "service");
        let raised = |all: &[Shown]| {
            let mine = all.iter().filter(|ticket| {
                text(ticket, "service") == service
                    && agreement.customer().is_none_or(|own| ticket.customer() == Some(own))
                    && times(ticket).0.is_some_and(|at| reader.window.holds(at))
            });
            Decimal::from(mine.count())
        };
        for row in rows(agreement, "workload_limits") {
            let name = row.part("name").and_then(Value::as_text).unwrap_or_default();
            let limit = row.part("number").and_then(Value::as_number);
            let by_hand = || {
                let own =
                    written.iter().find(|one| text(one, "sla") == agreement.number() && text(one, "name") == name)?;
                own.fields().get("actual").and_then(Value::as_number)
            };
            let actual = match name {
                "incidents" => Some(raised(&tickets.incidents)),
                "service-requests" => Some(raised(&tickets.requests)),
                _ => by_hand(),
            };
            let (Some(actual), false) = (actual, name.is_empty()) else { continue };
            let over = workload(limit, actual).over;
            told.push(Figure {
                about: agreement.number().into(),
                actual: Some(actual),
                target: limit,
                at_most: true,
                met: over.map(|over| !over),
                ..Figure::new("workload", format!("{}: {}", reader.name(service), name.replace('-', " ")))
            });
        }
        let exceptions = rows(agreement, "exceptions").iter().filter_map(Value::as_text);
        told.extend(exceptions.filter(|words| !words.trim().eq_ignore_ascii_case("none")).map(|words| Figure {
            about: agreement.number().into(),
            reason: words.into(),
            ..Figure::new("workload", format!("{}: left out by agreement", reader.name(service)))
        }));
    }
    Ok(told)
}

/// The heading of a section.
pub fn heading(section: &str) -> &str {
    if section == LARGER {
        return "Larger incidents";
    }
    SECTIONS.iter().find(|(name, _)| *name == section).map_or(section, |(_, heading)| heading)
}
