//! Reviews of processes, with customers and of trends. Each is put down when it begins; what it found is counted an hour later, from
//! what is on record by then, and with that it is done.

use std::collections::BTreeMap;

use desk::{Desk, Shown};
use kinds::{
    governance::process_review::PROCESS, relationship::customer_review::CUSTOMER, transition::trend_review::SUBJECT,
};
use model::{
    Actor, Decimal, Moment, Query, Value, Via, filter_text,
    query::{EVERY, PAGE_MAX},
    time::{DAY, HOUR},
};
use serde_json::{Value as Json, json};

use super::{
    governance::PROCESSES,
    measures,
    people::{HUGO, INES, name_of},
    script::{Script, Stop},
    times::day,
};
use crate::Failure;

/// Records of a kind that a review looks at; a house of this size has fewer in a year.
const MOST: usize = 2_000;
/// Lines of a review of trends.
const LINES: usize = 3;

/// Puts down a review that begins at an instant. It is counted on the next full hour and done an hour after that.
pub fn hold(script: &mut Script, at: Moment, who: &str, kind: &'static str, fields: Json) -> String {
    let number = script.create(at, who, kind, fields);
    let counted = Moment(at.0 - at.0.rem_euclid(HOUR) + HOUR);
    script.stops.push((counted, Stop::Review));
    script.step(counted.plus(HOUR), who, &number, "done", Json::Null);
    number
}

/// Counts what the reviews that are held at this instant find, and writes it down.
///
/// # Errors
/// What the desk refuses.
pub async fn count(desk: &Desk, script: &mut Script, at: Moment) -> Result<(), Failure> {
    for review in found(desk, "process_review", "verdict is empty", at).await? {
        of_process(desk, script, &review, at).await?;
    }
    for review in found(desk, "customer_review", "trends is empty", at).await? {
        of_customer(desk, script, &review, at).await?;
    }
    for review in found(desk, "trend_review", "findings is empty", at).await? {
        of_trends(desk, script, &review, at).await?;
    }
    Ok(())
}

/// By the measure of the process, as anybody can count again. Who misses the target says why.
async fn of_process(desk: &Desk, script: &mut Script, review: &Shown, at: Moment) -> Result<(), Failure> {
    let Some(process) = PROCESS.get(review.fields()).map(|process| process.0) else { return Ok(()) };
    let place = PROCESSES.iter().position(|known| super::governance::process(known.1) == process).unwrap_or_default();
    let (_, clause, owner, _) = PROCESSES[place];
    let (good, all) = measures::counted(desk, measures::of(clause), &process, at).await?;
    let measure = format!("MEA-{}", place + 1);
    if all == 0 {
        let verdict =
            format!("Nothing of it happened in the time that {measure} looks at: there was nothing to count.");
        script.edit(at, INES, review.number(), json!({"verdict": verdict}));
        return Ok(());
    }
    let (name, value) = (measures::of(clause).name, measures::percent(good, all));
    let is_met = value >= measures::TARGET as f64;
    let readings = json!([{"name": name, "number": value, "unit": "percent", "met": is_met}]);
    if is_met {
        let verdict = format!("Works as planned: {good} of {all}, counted by {measure}.");
        script.edit(at, INES, review.number(), json!({"readings": readings, "verdict": verdict}));
        return Ok(());
    }
    let verdict = format!("Below its target: {good} of {all}, counted by {measure}. {} says why.", name_of(owner));
    let text = format!("Say why so few are {name} ({good} of {all}), and what helps");
    let fields = json!({"text": text, "source": review.number(), "owner": owner, "due": day(at.plus(30 * DAY)), "priority": "medium"});
    let action = script.create(at, INES, "action", fields);
    script.edit(at, INES, review.number(), json!({"readings": readings, "verdict": verdict, "actions": [action]}));
    let result = json!({"result": "Gone through with the team; whether it helps is seen at the next review."});
    script.step(at.plus(20 * DAY), owner, &action, "done", result);
    Ok(())
}

/// How much there was of everything since the last quarter, and which promises were not kept.
async fn of_customer(desk: &Desk, script: &mut Script, review: &Shown, at: Moment) -> Result<(), Failure> {
    let Some(customer) = CUSTOMER.get(review.fields()).map(|customer| customer.0) else { return Ok(()) };
    let mine = format!("customer = \"{customer}\"");
    let mut counts = Vec::new();
    for (kind, dated, more) in [
        ("incident", "raised_on", ""),
        ("incident", "raised_on", " and major = yes"),
        ("service_request", "raised_on", ""),
        ("sla_result", "created", ""),
        ("sla_result", "created", " and met = no"),
    ] {
        for back in [0, 3] {
            let filter = format!("{mine}{more} and {}", within(dated, at.plus_months(-back), 3));
            counts.push(measures::number_of(desk, kind, &filter, at).await?);
        }
    }
    let [incidents, before, major, _, requests, asked, results, _, missed, _] = counts[..] else { return Ok(()) };
    let trends = format!(
        "In three months {incidents} incidents ({before} in the three before), {major} of them major, and {requests} requests \
         ({asked}). Of {results} results of the agreements {missed} missed their target."
    );
    script.edit(at, HUGO, review.number(), json!({"trends": trends}));
    Ok(())
}

/// What a review of trends looks at: kind, the date that places a record in time, what it is told apart by, and months.
fn look(subject: &str) -> Option<(&'static str, &'static str, &'static str, i32)> {
    Some(match subject {
        "change" => ("change", "implemented_on", "outcome", 6),
        "release" => ("release", "deployed_on", "outcome", 12),
        "incident" => ("incident", "raised_on", "category", 3),
        "problem" => ("problem", "raised_on", "category", 6),
        "security-incident" => ("security_incident", "raised_on", "type", 12),
        "capacity" => ("capacity_reading", "at", "resource", 6),
        _ => return None,
    })
}

async fn of_trends(desk: &Desk, script: &mut Script, review: &Shown, at: Moment) -> Result<(), Failure> {
    let subject = SUBJECT.get(review.fields()).map(|subject| subject.0).unwrap_or_default();
    let Some((kind, dated, by, months)) = look(&subject) else { return Ok(()) };
    let now = found(desk, kind, &within(dated, at, months), at).await?;
    let before = found(desk, kind, &within(dated, at.plus_months(-months), months), at).await?;
    let (now, before) = (grouped(&now, by), grouped(&before, by));
    let weigh = |group: &[&Shown]| match kind {
        "capacity_reading" => group.iter().filter_map(|shown| used(shown)).max().unwrap_or_default(),
        _ => Decimal::from(group.len()),
    };
    let mut lines: Vec<(Decimal, String)> = Vec::new();
    for (name, group) in &now {
        let (count, then) = (weigh(group), before.get(name).map_or(Decimal::ZERO, |group| weigh(group)));
        let line = match kind {
            "capacity_reading" => format!("{name}: at most {count} percent used, {then} in the {months} months before"),
            "security_incident" => format!("{name}: {count} ({then} in the {months} months before). {}", harm(group)),
            _ => format!("{name}: {count}, {then} in the {months} months before"),
        };
        lines.push((count, line));
    }
    lines.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
    let mut findings: Vec<String> = lines.into_iter().take(LINES).map(|(_, line)| line).collect();
    if findings.is_empty() {
        findings.push("none".into());
    }
    let owner = review.fields().get("owner").and_then(Value::as_text).unwrap_or(INES).to_owned();
    script.edit(at, &owner, review.number(), json!({"findings": findings}));
    Ok(())
}

/// Records by what a field says.
fn grouped<'s>(records: &'s [Shown], by: &str) -> BTreeMap<String, Vec<&'s Shown>> {
    let mut groups: BTreeMap<String, Vec<&Shown>> = BTreeMap::new();
    for shown in records {
        let name = shown.fields().get(by).and_then(Value::as_text).unwrap_or("not said yet");
        groups.entry(name.to_owned()).or_default().push(shown);
    }
    groups
}

/// Percent of the whole that a reading found used.
fn used(reading: &Shown) -> Option<Decimal> {
    let number = |field: &str| reading.fields().get(field).and_then(Value::as_number);
    let total = number("total").filter(|total| !total.is_zero())?;
    Some((number("used")? * Decimal::ONE_HUNDRED / total).round())
}

/// Volume and impact of security incidents of one type.
fn harm(group: &[&Shown]) -> String {
    let volume: Decimal = group.iter().filter_map(|shown| shown.fields().get("volume")?.as_number()).sum();
    let mut impacts: Vec<&str> = group.iter().filter_map(|shown| shown.fields().get("impact")?.as_text()).collect();
    impacts.dedup();
    format!("Volume {volume}. {}.", impacts.join("; "))
}

/// That a date lies in the months before a day.
fn within(dated: &str, until: Moment, months: i32) -> String {
    format!("{dated} >= {} and {dated} < {}", day(until.plus_months(-months)), day(until))
}

/// Every record of a kind that a filter finds.
///
/// # Errors
/// What the desk refuses.
pub async fn found(desk: &Desk, kind: &str, filter: &str, at: Moment) -> Result<Vec<Shown>, Failure> {
    let machine = Actor::system("demo", Via::Command);
    let catalog = desk.catalog();
    let kind = catalog.find(kind).ok_or(model::Refusal::NotFound)?;
    let filter = filter_text::parse(filter, kind).map_err(Failure::Failed)?;
    let query = Query { filter, columns: vec![EVERY.into()], size: PAGE_MAX, ..Query::of(kind.name) };
    Ok(desk.list_on(&machine, query, MOST, at).await?.0)
}
