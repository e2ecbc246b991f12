//! Money, demand and capacity of each service.

use model::{
    Moment,
    time::{DAY, HOUR},
};
use serde_json::json;

use super::{
    people::{BEN, DANIEL, INES, OSKAR},
    portfolio::{self, LIVE},
    script::Script,
    times::day,
};

pub fn write(script: &mut Script) {
    budgets_and_costs(script);
    demand(script);
    capacity(script);
}

fn budgets_and_costs(script: &mut Script) {
    let first = script.times.founding(21);
    let mut years = vec![day(first)[..4].to_string(), script.times.year()];
    years.dedup();
    for (place, service) in LIVE.iter().enumerate() {
        for year in &years {
            let begin = Moment::parse(&format!("{year}-01-01")).unwrap_or(first).minus(20 * DAY).plus(36_000_000);
            let at = begin.max(first);
            let fields = json!({"service": portfolio::number(place), "title": format!("{}, {year}", service.name), "period": year, "cost_type": "all", "amount": service.monthly * 12});
            let number = script.create(at, OSKAR, "budget", fields);
            script.step(at.plus(3_600_000), INES, &number, "approved", json!({"approved_by": DANIEL}));
        }
        for month in script.times.months() {
            // Backup cost more than planned since the summer.
            let share = if place == 6 { script.chance.between(101, 109) } else { script.chance.between(94, 104) };
            let fields = json!({"service": portfolio::number(place), "title": format!("{}, {}", service.name, month.name), "period": month.name, "cost_type": "all", "amount": service.monthly * share / 100});
            script.create(script.times.after(month.end, 6 * DAY + 10 * HOUR), OSKAR, "cost", fields);
        }
    }
    for (turn, (quarter, end)) in script.times.quarters().into_iter().enumerate() {
        let variance: Vec<_> = LIVE
            .iter()
            .enumerate()
            .map(|(place, _)| json!({"service": portfolio::number(place), "percent": if place == 6 && turn > 1 { 11 } else { script.chance.between(-4, 5) }}))
            .collect();
        let at = script.times.after(end, 12 * DAY + 10 * HOUR);
        let fields = json!({"title": format!("Costs of {quarter}"), "period": quarter, "variance": variance, "forecast": "The year ends close to plan.",
            "decisions": if turn > 1 { json!(["Order disks for backup in larger lots"]) } else { json!(["none"]) }, "on": day(at), "owner": OSKAR});
        script.settled(at, OSKAR, "cost_review", fields, "done");
    }
}

/// Each month is foreseen two months ahead, and reported when it is over.
fn demand(script: &mut Script) {
    for (place, service) in LIVE.iter().enumerate() {
        let base = 200 + 90 * place as i64;
        let months = script.times.months();
        let founded = script.times.founding(21);
        let foresee = |script: &mut Script, at: Moment, begin: Moment, forecast: i64| {
            let period = day(begin)[..7].to_string();
            let fields = json!({"service": portfolio::number(place), "title": format!("{}, {period}", service.name), "period": period, "unit": "users",
                "forecast": forecast, "reported_on": day(at), "note": "Trend of the year and what customers announced"});
            script.create(at, BEN, "demand", fields)
        };
        let first = months[0].begin;
        let mut foreseen = vec![
            foresee(script, founded, first, base),
            foresee(script, founded.plus(60_000), first.plus_months(1), base + 3),
        ];
        for (turn, month) in months.iter().enumerate() {
            let at = script.times.after(month.end, 5 * DAY + 11 * HOUR);
            let actual = base + turn as i64 * 3 + script.chance.between(-12, 12);
            script.edit(at, BEN, &foreseen[turn], json!({"actual": actual, "reported_on": day(at)}));
            foreseen.push(foresee(script, at.plus(60_000), month.begin.plus_months(2), actual + 8));
        }
    }
}

fn capacity(script: &mut Script) {
    for (place, service) in LIVE.iter().enumerate() {
        let number = portfolio::number(place);
        let at = script.times.founding(13);
        for (kind, need) in [
            ("human", "Two people who know it, one of them on call"),
            ("technical", "Servers and storage with a fifth to spare"),
            ("information", "Running diagrams and instructions"),
            ("financial", "As budgeted"),
        ] {
            let fields = json!({"service": number, "title": format!("{}: {kind}", service.name), "resource_kind": kind, "need": need, "agreed_on": day(at)});
            script.settled(at, BEN, "capacity_requirement", fields, "agreed");
        }
        let store = portfolio::store(place);
        let at = script.times.founding(22);
        let fields = json!({"service": number, "title": format!("Capacity plan of {}", service.name), "version": 1, "owner": BEN, "demand_basis": "Users of the last year and what customers announced",
            "availability_effect": "None while both sites carry the load", "thresholds": [{"resource": store, "number": 85, "unit": "percent", "allowed_days": 14}], "timescales": "Disks in six weeks, servers in three months"});
        let plan = script.create(at, BEN, "capacity_plan", fields);
        script.step(
            at.plus(3_600_000),
            INES,
            &plan,
            "approved",
            json!({"approved_by": DANIEL, "review_due": day(at.plus_months(18))}),
        );
        script.link(at.plus(DAY), BEN, &plan, "part_of", "SMP-1");
        let total = 4_000 + 500 * place as i64;
        let begin = 46 + 2 * place as i64;
        let weeks = script.times.days / 14;
        for turn in (0..weeks - 1).rev() {
            let at = script.times.ago(turn * 14 + 3, 6, 0);
            let percent = begin + (weeks - turn) * 18 / weeks + script.chance.between(-1, 1);
            let fields = json!({"resource": store, "title": format!("{}-vol, {}", service.short, day(at)), "at": at.to_string(), "used": total * percent / 100, "total": total, "unit": "GB"});
            script.create(at, BEN, "capacity_reading", fields);
        }
    }
}
