//! What is measured of each process and service, and its readings: counted from the records of the year by the filters that the
//! method of the measure names, so that anybody can count again.

use desk::{Desk, Errand};
use model::{
    Actor, Command, Input, Moment, Query, Refusal, Via,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::{Value as Json, json};

use super::{
    governance::{PROCESSES, process},
    people::{self, BEN, INES},
    portfolio::{self, LIVE},
    script::{Script, Stop},
    times::day,
};
use crate::Failure;

/// A share of records: of those that a filter finds, those that another one finds as well. `{from}` and `{until}` stand for the
/// time that is looked at.
pub struct Share {
    clause: &'static str,
    pub name: &'static str,
    /// Kind, and which of its records are counted.
    counts: &'static [(&'static str, &'static str)],
    good: &'static str,
    /// Months that are looked at.
    months: i32,
}

const fn share(
    clause: &'static str,
    name: &'static str,
    counts: &'static [(&'static str, &'static str)],
    good: &'static str,
    months: i32,
) -> Share {
    Share { clause, name, counts, good, months }
}

/// One for each process, in the order of the processes.
const SHARES: [Share; 23] = [
    share(
        "8.2.1",
        "incidents answered by a person",
        &[("incident", "raised_on >= {from} and raised_on < {until}")],
        "responded_on is filled",
        3,
    ),
    share("8.2.2", "requirements agreed", &[("service_requirement", "state != withdrawn")], "state = agreed", 12),
    share(
        "8.2.3",
        "reviews of contracts with a result",
        &[("contract_review", "on >= {from} and on < {until}")],
        "outcome is filled",
        12,
    ),
    share(
        "8.2.4",
        "entries looked at within the time",
        &[("catalogue_entry", "state != withdrawn")],
        "reviewed_on >= {from}",
        12,
    ),
    share("8.2.5", "assets looked at within the time", &[("asset", "state = in-use")], "checked_on >= {from}", 12),
    share("8.2.6", "items written on within the time", &[("ci", "state != withdrawn")], "updated_on >= {from}", 12),
    share(
        "8.3.2",
        "complaints closed",
        &[("complaint", "raised_on >= {from} and raised_on < {until}")],
        "closed_on is filled",
        12,
    ),
    share("8.3.3", "targets met", &[("sla_result", "created >= {from} and created < {until}")], "met = yes", 3),
    share(
        "8.3.4",
        "targets of suppliers met",
        &[("supplier_result", "created >= {from} and created < {until}")],
        "met = yes",
        3,
    ),
    share(
        "8.4.1",
        "reviews of cost with a decision",
        &[("cost_review", "created >= {from} and created < {until}")],
        "decisions is filled",
        12,
    ),
    share(
        "8.4.2",
        "months with a forecast",
        &[("demand", "created >= {from} and created < {until}")],
        "forecast is filled",
        3,
    ),
    share(
        "8.4.3",
        "readings that name the whole",
        &[("capacity_reading", "at >= {from} and at < {until}")],
        "total is filled",
        3,
    ),
    share(
        "8.5.1",
        "changes that succeed at once",
        &[("change", "implemented_on >= {from} and implemented_on < {until} and outcome is filled")],
        "outcome = successful",
        3,
    ),
    share("8.5.2", "acceptances passed", &[("acceptance", "on >= {from} and on < {until}")], "passed = yes", 12),
    share(
        "8.5.3",
        "releases that succeed at once",
        &[("release", "deployed_on >= {from} and deployed_on < {until}")],
        "outcome = successful",
        12,
    ),
    share(
        "8.6.1",
        "resolved incidents that are closed",
        &[("incident", "resolved_on >= {from} and resolved_on < {until}")],
        "state = closed",
        3,
    ),
    share(
        "8.6.2",
        "fulfilled requests that are closed",
        &[("service_request", "fulfilled_on >= {from} and fulfilled_on < {until}")],
        "state = closed",
        3,
    ),
    share(
        "8.6.3",
        "problems with a known cause",
        &[("problem", "raised_on >= {from} and raised_on < {until}")],
        "cause is filled",
        12,
    ),
    share(
        "8.7.1",
        "targets met",
        &[("availability_result", "created >= {from} and created < {until}")],
        "met = yes",
        3,
    ),
    share("8.7.2", "tests passed", &[("continuity_test", "on >= {from} and on < {until}")], "passed = yes", 12),
    share(
        "8.7.3",
        "controls that work",
        &[("security_control", "checked_on >= {from} and checked_on < {until}")],
        "effective = yes",
        12,
    ),
    share(
        "10.2",
        "improvements that met their target",
        &[("improvement", "implemented_on >= {from} and implemented_on < {until}")],
        "target_met = yes",
        12,
    ),
    OF_A_SERVICE,
];

/// The same for each live service.
const OF_A_SERVICE: Share = share(
    "",
    "targets met",
    &[
        ("availability_result", "service = {service} and created >= {from} and created < {until}"),
        ("sla_result", "service = {service} and created >= {from} and created < {until}"),
    ],
    "met = yes",
    3,
);

/// Percent that every measure is to reach, and with it every process.
pub const TARGET: i64 = 90;

/// What is counted of the process of a clause; without one, of a service.
pub fn of(clause: &str) -> &'static Share {
    SHARES.iter().find(|share| share.clause == clause).unwrap_or(&SHARES[SHARES.len() - 1])
}

/// What is measured, in the order in which the measures are on record.
fn subjects() -> Vec<(String, String, &'static str, &'static Share)> {
    let processes = PROCESSES.iter().map(|(name, clause, owner, _)| {
        let share = of(clause);
        (process(clause), format!("{name}: {}", share.name), *owner, share)
    });
    let services = LIVE.iter().enumerate().map(|(place, service)| {
        let share = of("");
        (portfolio::number(place), format!("{}: {}", service.name, share.name), service.owner, share)
    });
    processes.chain(services).collect()
}

/// Settles what is measured; the script stops some days after the end of each month, and lately, for the readings.
pub fn write(script: &mut Script) {
    let at = script.times.founding(27);
    for (subject, name, owner, share) in subjects() {
        let counted: Vec<String> = share.counts.iter().map(|(kind, all)| format!("{kind}: {all}")).collect();
        let method = format!(
            "Counted from the records by the program over the {} months before: of {} those with {}",
            share.months,
            counted.join("; "),
            share.good
        );
        let method = method.replace("{service}", &subject);
        let fields = json!({"name": name, "subject": subject, "method": method, "unit": "percent", "target": TARGET, "frequency": "monthly", "analysis_frequency": "quarterly", "owner": owner});
        script.create(at, INES, "measure", fields);
    }
    // When the figures of the month are written.
    let ends: Vec<Moment> = script.times.months().into_iter().map(|month| month.end).filter(|end| *end > at).collect();
    let last = script.times.workday(6, 7, 0);
    let read =
        ends.into_iter().map(|end| script.times.after(end, 4 * DAY + 7 * HOUR).min(script.times.at.minus(MINUTE)));
    let stops: Vec<Moment> = read.chain([last]).collect();
    script.stops.extend(stops.into_iter().map(|at| (at, Stop::Read)));
}

/// The reading of every measure as the records stand then: what is to be written down. Where nothing is there to count there is
/// no reading.
///
/// # Errors
/// What the desk refuses.
pub async fn read(desk: &Desk, at: Moment) -> Result<Vec<Errand>, Failure> {
    let mut errands = Vec::new();
    for (place, (subject, name, _, share)) in subjects().into_iter().enumerate() {
        let (good, all) = counted(desk, share, &subject, at).await?;
        if all == 0 {
            continue;
        }
        let fields = json!({"measure": format!("MEA-{}", place + 1), "title": format!("{name}, {}", day(at)), "at": at.to_string(), "value": percent(good, all),
            "note": format!("{good} of {all}")});
        let Json::Object(fields) = fields else { continue };
        let command = Command::Create { kind: "reading".into(), number: None, input: Input::json(fields) };
        errands.push(Errand { actor: people::actor(BEN), command, at });
    }
    Ok(errands)
}

/// To one decimal.
pub fn percent(good: i64, all: i64) -> f64 {
    (good as f64 * 1_000.0 / all as f64).round() / 10.0
}

/// How many are good of how many, as the records stand then.
///
/// # Errors
/// What the desk refuses.
pub async fn counted(desk: &Desk, share: &Share, subject: &str, at: Moment) -> Result<(i64, i64), Refusal> {
    let (mut good, mut whole) = (0, 0);
    for (kind, all) in share.counts {
        let filled = |text: &str| {
            text.replace("{from}", &day(at.plus_months(-share.months)))
                .replace("{until}", &day(at))
                .replace("{service}", &format!("\"{subject}\""))
        };
        whole += number_of(desk, kind, &filled(all), at).await?;
        good += number_of(desk, kind, &filled(&format!("{all} and {}", share.good)), at).await?;
    }
    Ok((good, whole))
}

/// How many records a filter finds: all of them, where a count for pages ends at a thousand.
///
/// # Errors
/// What the desk refuses.
pub async fn number_of(desk: &Desk, kind: &str, filter: &str, at: Moment) -> Result<i64, Refusal> {
    let machine = Actor::system("demo", Via::Command);
    let catalog = desk.catalog();
    let kind = catalog.find(kind).ok_or(Refusal::NotFound)?;
    let filter = model::filter_text::parse(filter, kind).map_err(Refusal::Query)?;
    let counts = desk.spread(&machine, &Query { filter, ..Query::of(kind.name) }, &[], at).await?;
    Ok(counts.iter().map(|(_, count)| count).sum())
}
