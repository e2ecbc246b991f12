//! What was promised and what came of it: each target of each agreement in force, by the calculation rules R09, R13 and R25,
//! and tickets in time by priority.

use desk::Shown;
use engines::{
    clocks::{Name, Standing},
    reporting::figures::{self, Fate, count, fate, keeps, percentage},
    rules::{
        availability::Availability,
        number::{Fraction, fraction, quotient, whole},
        share::{Csat, MIN_ANSWERS, TargetCounts},
    },
};
use model::{Decimal, Filter, Refusal, Value, filter::Op};

use super::{
    figure::Figure,
    gather::{Reader, by, moment, one_of, test, text},
};

pub const SECTION: &str = "service-levels";
/// States in which an agreement holds.
const IN_FORCE: [&str; 4] = ["agreed", "active", "in-force", "current"];
/// Late tickets that are named beside a target.
const NAMED: usize = 12;

/// Tickets of the period, and what people said of them.
pub struct Tickets {
    pub incidents: Vec<Shown>,
    pub requests: Vec<Shown>,
    pub feedback: Vec<Shown>,
}

/// Agreements on the services that held in the period, by service.
///
/// # Errors
/// What the desk refuses.
pub async fn agreements(reader: &Reader<'_>) -> Result<Vec<Shown>, Refusal> {
    let held = Filter::Any(vec![
        super::gather::not(super::gather::filled("agreed_on")),
        test("agreed_on", Op::Less, reader.window.until),
    ]);
    let mut found = reader.all("sla", reader.mine(one_of("state", IN_FORCE).and(held)), &[]).await?;
    found.sort_by_key(|shown| (text(shown, "service").to_string(), shown.number().to_string()));
    Ok(found)
}

/// The figures of every target. Availability is left out where it stands in a section of its own.
///
/// # Errors
/// What the desk refuses.
pub async fn levels(
    reader: &Reader<'_>,
    agreements: &[Shown],
    tickets: &Tickets,
    period: &str,
    without_availability: bool,
) -> Result<Vec<Figure>, Refusal> {
    let numbers: Vec<&str> = agreements.iter().map(Shown::number).collect();
    let results = match numbers.is_empty() {
        true => Vec::new(),
        false => {
            let own = one_of("sla", numbers)
                .and(Filter::equal("period", period))
                .and(super::gather::not(super::gather::withdrawn()));
            reader.all("sla_result", own, &["sla", "target", "actual", "met", "reason"]).await?
        }
    };
    let results = by(&results, "sla");
    let mut told = Vec::new();
    for agreement in agreements {
        let own = results.get(agreement.number()).map(Vec::as_slice).unwrap_or_default();
        for row in rows(agreement, "targets") {
            let figure = target(reader, agreement, row, tickets, own);
            told.extend(figure.filter(|(kind, _)| !(without_availability && kind == "availability")).map(|one| one.1));
        }
        told.extend(by_priority(reader, agreement, tickets));
    }
    Ok(told)
}

pub fn rows<'s>(shown: &'s Shown, field: &str) -> &'s [Value] {
    shown.fields().get(field).map(Value::entries).unwrap_or_default()
}

fn part<'v>(row: &'v Value, name: &str) -> &'v str {
    row.part(name).and_then(Value::as_text).unwrap_or_default()
}

/// The target of an availability that an agreement names, in percent.
pub fn availability_target(agreement: &Shown) -> Option<Decimal> {
    let row = rows(agreement, "targets").iter().find(|row| sort(row) == "availability")?;
    row.part("number").and_then(Value::as_number)
}

fn sort(row: &Value) -> &str {
    match part(row, "kind") {
        "" => part(row, "name"),
        kind => kind,
    }
}

/// The figure of one target with its sort; what nobody can compute is taken from the result that a person wrote down.
fn target(
    reader: &Reader<'_>,
    agreement: &Shown,
    row: &Value,
    tickets: &Tickets,
    results: &[&Shown],
) -> Option<(String, Figure)> {
    let (sort, unit) = (sort(row), part(row, "unit"));
    let name = if part(row, "name").is_empty() { sort } else { part(row, "name") };
    if name.is_empty() {
        return None;
    }
    let number = row.part("number").and_then(Value::as_number);
    let mut figure = Figure {
        about: agreement.number().into(),
        unit: if unit.is_empty() { "percent".into() } else { unit.into() },
        target: number,
        at_most: part(row, "comparison") == "at-most",
        ..Figure::new(SECTION, titled(reader, agreement, &model::lifecycle::sentence_case(name)))
    };
    let exact = measured(reader, agreement, sort, unit, tickets, &mut figure);
    if let (Some(exact), Some(target)) = (&exact, number) {
        figure.met = match figure.unit.as_str() {
            "percent" => keeps(Some(exact), target, figure.at_most),
            _ if figure.at_most => Some(*exact <= fraction(target)),
            _ => Some(*exact >= fraction(target)),
        };
    }
    let written = results.iter().find(|result| text(result, "target") == name);
    if let Some(written) = written {
        if exact.is_none() {
            figure.actual = written.fields().get("actual").and_then(Value::as_number);
            figure.met = written.fields().get("met").and_then(Value::as_flag);
            figure.records.push(written.number().into());
        }
        if figure.met == Some(false) {
            figure.reason = text(written, "reason").into();
        }
    }
    Some((sort.to_string(), figure))
}

/// `Mail: incident resolution`, and without the service where there is one alone.
fn titled(reader: &Reader<'_>, agreement: &Shown, what: &str) -> String {
    let service = text(agreement, "service");
    let of = match agreement.customer().filter(|_| reader.customer.is_empty()) {
        Some(customer) => format!("{} for {customer}", reader.name(service)),
        None => reader.name(service).to_string(),
    };
    match reader.services.len() {
        1 if reader.customer.is_empty() && agreement.customer().is_none() => what.to_string(),
        1 if !reader.customer.is_empty() => what.to_string(),
        _ => format!("{of}: {}", what.to_lowercase()),
    }
}

/// What a target measures, exactly; the figure takes what people read.
fn measured(
    reader: &Reader<'_>,
    agreement: &Shown,
    sort: &str,
    unit: &str,
    tickets: &Tickets,
    figure: &mut Figure,
) -> Option<Fraction> {
    let service = text(agreement, "service");
    match (sort, unit) {
        ("availability", "" | "percent") => {
            let calendar = Some(text(agreement, "calendar")).filter(|number| !number.is_empty());
            let share = available(reader, service, calendar).share()?;
            figure.actual = Some(percentage(&share, 3));
            Some(share)
        }
        ("incident-resolution" | "incident-response" | "request-fulfilment", unit) => {
            let (all, clock) = match sort {
                "incident-resolution" => (&tickets.incidents, Name::Resolution),
                "incident-response" => (&tickets.incidents, Name::Response),
                _ => (&tickets.requests, Name::Resolution),
            };
            let mine = all.iter().filter(|ticket| {
                text(ticket, "service") == service
                    && agreement.customer().is_none_or(|own| ticket.customer() == Some(own))
            });
            if matches!(unit, "" | "percent") {
                in_time(reader, mine, clock, figure)
            } else {
                mean_time(reader, mine, clock, unit, figure)
            }
        }
        ("satisfaction", unit) => {
            let mine = tickets.feedback.iter().filter(|one| {
                (text(one, "service") == service || text(one, "service").is_empty())
                    && agreement.customer().is_none_or(|own| one.customer() == Some(own))
            });
            let csat = csat(mine);
            figure.whole = Some(Decimal::from(csat.answers));
            if csat.answers > 0 && csat.answers < MIN_ANSWERS {
                figure.reason = "Too few answers to say much.".into();
            }
            let exact = if unit == "score" { csat.mean } else { csat.satisfied }?;
            figure.actual = Some(if unit == "score" { figures::number(&exact, 2) } else { percentage(&exact, 2) });
            Some(exact)
        }
        _ => None,
    }
}

/// Availability of a service in the period (R13).
pub fn available(reader: &Reader<'_>, service: &str, calendar: Option<&str>) -> Availability {
    let (outages, maintenance) = reader.downtime(service);
    let hours = reader.hours(calendar, service);
    Availability::measure(hours, reader.window.span(), &outages, &maintenance, Reader::terms())
}

/// Share of tickets in time (R09); the late ones are named.
pub fn in_time<'s>(
    reader: &Reader<'_>,
    tickets: impl Iterator<Item = &'s Shown>,
    name: Name,
    figure: &mut Figure,
) -> Option<Fraction> {
    let mut counts = TargetCounts::default();
    for ticket in tickets {
        let clock = ticket.clocks().iter().find(|clock| clock.name == name);
        let fate = match clock.map(|clock| fate(clock, reader.window)).or_else(|| brought(reader, ticket, name)) {
            Some(fate) => fate,
            None => continue,
        };
        count(&mut counts, fate);
        if matches!(fate, Fate::Missed | Fate::OpenOverdue) && figure.records.len() < NAMED {
            figure.records.push(ticket.number().into());
        }
    }
    let all = u128::from(counts.met) + counts.all_missed();
    figure.good = Some(Decimal::from(counts.met));
    figure.whole = Decimal::from_i128_with_scale(i128::try_from(all).unwrap_or_default(), 0).into();
    let share = counts.share_met()?;
    figure.actual = Some(percentage(&share, 2));
    Some(share)
}

/// What became of a ticket that was brought in over and done, so that no clock ever ran here: what its own tool said.
fn brought(reader: &Reader<'_>, ticket: &Shown, name: Name) -> Option<Fate> {
    let made = ticket.fields().get("made_target").and_then(Value::as_flag).filter(|_| name == Name::Resolution)?;
    let inside = times(ticket).1.is_some_and(|at| reader.window.holds(at));
    Some(match (inside, made) {
        (false, _) => Fate::Elsewhere,
        (true, true) => Fate::Met,
        (true, false) => Fate::Missed,
    })
}

/// Mean working time of tickets that were done in the period, in the unit of the target.
fn mean_time<'s>(
    reader: &Reader<'_>,
    tickets: impl Iterator<Item = &'s Shown>,
    name: Name,
    unit: &str,
    figure: &mut Figure,
) -> Option<Fraction> {
    let seconds_of = match unit {
        "minutes" => 60,
        "hours" => 3_600,
        "days" => 86_400,
        _ => return None,
    };
    let done = tickets.flat_map(|ticket| ticket.clocks()).filter(|clock| {
        let ended = matches!(clock.standing, Standing::Met | Standing::Missed);
        clock.name == name && ended && clock.stopped.is_some_and(|at| reader.window.holds(at))
    });
    let used: Vec<i64> = done.map(|clock| clock.used_seconds).collect();
    figure.whole = Some(Decimal::from(used.len()));
    let mean = quotient(whole(used.iter().sum::<i64>()), whole(used.len()) * whole(seconds_of))?;
    figure.actual = Some(figures::number(&mean, 2));
    Some(mean)
}

/// What people said of tickets on a scale of 1 to 5 (R25).
pub fn csat<'s>(feedback: impl Iterator<Item = &'s Shown>) -> Csat {
    let scores: Vec<i64> = feedback
        .filter_map(|one| one.fields().get("rating").and_then(Value::as_number))
        .filter_map(|rating| i64::try_from(rating).ok())
        .filter(|rating| (1..=5).contains(rating))
        .collect();
    // Only scores of the scale are left, so that nothing is refused.
    Csat::of(&scores).unwrap_or(Csat { answers: 0, satisfied: None, mean: None })
}

/// Tickets in time by priority, as the agreement names goals for them.
fn by_priority(reader: &Reader<'_>, agreement: &Shown, tickets: &Tickets) -> Vec<Figure> {
    let service = text(agreement, "service");
    let mut told = Vec::new();
    for row in rows(agreement, "ticket_targets") {
        let (all, what, done) = match part(row, "kind") {
            "service_request" => (&tickets.requests, "requests", "fulfilled"),
            "incident" => (&tickets.incidents, "incidents", "resolved"),
            _ => continue,
        };
        let priority = part(row, "priority");
        for (field, name, verb) in [("response", Name::Response, "answered"), ("resolution", Name::Resolution, done)] {
            let Some(goal) = row.part(field).and_then(Value::as_number) else { continue };
            let mine = all.iter().filter(|ticket| {
                text(ticket, "service") == service
                    && agreement.customer().is_none_or(|own| ticket.customer() == Some(own))
                    && (priority.is_empty() || text(ticket, "priority") == priority)
            });
            let words = format!("{} {priority} {verb} in {}", model::lifecycle::sentence_case(what), span(goal));
            let mut figure = Figure {
                about: agreement.number().into(),
                unit: "percent".into(),
                ..Figure::new(SECTION, titled(reader, agreement, &words.replace("  ", " ")))
            };
            in_time(reader, mine, name, &mut figure);
            if figure.whole.is_some_and(|whole| !whole.is_zero()) {
                told.push(figure);
            }
        }
    }
    told
}

/// `30 min`, `4 h`, `2 d` from seconds.
fn span(seconds: Decimal) -> String {
    let whole = |of: i64| (seconds % Decimal::from(of)).is_zero().then(|| (seconds / Decimal::from(of)).normalize());
    match (whole(86_400), whole(3_600)) {
        (Some(days), _) if !days.is_zero() => format!("{days} d"),
        (_, Some(hours)) if !hours.is_zero() => format!("{hours} h"),
        _ => format!("{} min", (seconds / Decimal::from(60)).round_dp(1).normalize()),
    }
}

/// When a ticket was raised and done, by the names that its kind uses.
pub fn times(ticket: &Shown) -> (Option<model::Moment>, Option<model::Moment>) {
    let done = if ticket.kind() == "service_request" { "fulfilled_on" } else { "resolved_on" };
    (moment(ticket, "raised_on"), moment(ticket, done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_read_as_people_say_them() {
        let told = [1_800, 14_400, 172_800, 5_400, 90].map(|seconds| span(Decimal::from(seconds)));
        assert_eq!(told, ["30 min", "4 h", "2 d", "90 min", "1.5 min"]);
    }
}
