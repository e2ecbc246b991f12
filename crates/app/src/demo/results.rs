//! What was measured each month against what was promised: availability, agreements, workload.

use std::collections::HashMap;

use model::{
    Moment,
    time::{DAY, HOUR, MINUTE},
};
use serde_json::{Value as Json, json};

use super::{
    parties::{CUSTOMERS, PORTAL, RESOLVED_IN_TIME, Sla},
    people::{BEN, HUGO, INES, SAMUEL},
    portfolio::{self, LIVE},
    problems::Outage,
    script::Script,
    tickets::Told,
    times::{Month, day},
};

pub fn write(script: &mut Script, slas: &[Sla], told: &[Told], mut outages: Vec<Outage>) {
    small_outages(script, &mut outages);
    availability(script, &outages);
    let mut missed: HashMap<(usize, &str), Vec<String>> = HashMap::new();
    for (place, sla) in slas.iter().enumerate() {
        for month in script.times.months().into_iter().filter(|month| month.end > sla.agreed) {
            agreement(script, place, sla, &month, told, &outages, &mut missed);
        }
    }
    // Where a target was missed again and again, the service gets an improvement of its own.
    let mut services: Vec<usize> =
        missed.iter().filter(|(_, months)| months.len() > 1).map(|((place, _), _)| slas[*place].service).collect();
    services.sort_unstable();
    services.dedup();
    for service in services {
        script.link(script.times.workday(60, 16, 0), INES, &portfolio::number(service), "leads_to", "IMP-1");
    }
}

fn small_outages(script: &mut Script, outages: &mut Vec<Outage>) {
    for (days, service, minutes, cause) in [
        (268, 5, 34, "Line cut by an excavator"),
        (233, 7, 41, "Mail filter updated without notice"),
        (152, 3, 22, "Host restarted by itself"),
        (118, 4, 18, "Replica took over by mistake"),
        (61, 6, 130, "Backup proxy lost its disk"),
        (29, 8, 12, "Message provider failed"),
    ] {
        let start = script.times.workday(days, 13, 7);
        let end = start.plus(minutes * MINUTE);
        let fields = json!({"title": format!("{}: {}", LIVE[service].name, cause.to_lowercase()), "service": portfolio::number(service), "start": start.to_string(), "planned": false, "owner": LIVE[service].owner});
        let number = script.create(start.plus(15 * MINUTE).min(end), LIVE[service].owner, "outage", fields);
        script.step(
            end.plus(5 * MINUTE),
            LIVE[service].owner,
            &number,
            "over",
            json!({"end": end.to_string(), "cause": cause}),
        );
        let action = json!({"text": "Second way or second part, so that one fault is not enough", "source": number, "owner": LIVE[service].owner, "due": day(end.plus(40 * DAY)), "priority": "medium"});
        let action = script.create(end.plus(DAY), LIVE[service].owner, "action", action);
        script.edit(end.plus(DAY + MINUTE), LIVE[service].owner, &number, json!({"actions": [action]}));
        if days > 60 {
            script.step(end.plus(31 * DAY), LIVE[service].owner, &action, "done", json!({"result": "In place."}));
        }
        outages.push(Outage { service, start, end, planned: false });
    }
    for (days, service, hours) in [(255, 3, 2), (165, 5, 3), (89, 4, 2)] {
        let start = Moment::of_date(script.times.workday(days, 0, 0).date()).plus(22 * HOUR);
        let (end, notice) = (start.plus(hours * HOUR), start.minus(6 * DAY));
        let fields = json!({"title": format!("Maintenance of {}", LIVE[service].name), "service": portfolio::number(service), "start": start.to_string(), "end": end.to_string(), "planned": true, "notice_on": notice.to_string(), "cause": "Announced maintenance", "owner": SAMUEL});
        let number = script.create(notice, SAMUEL, "outage", fields);
        script.step(end, SAMUEL, &number, "over", Json::Null);
        outages.push(Outage { service, start, end, planned: true });
    }
}

/// Rule R13 for a month of a service, in percent to three decimals: planned time is left out on both sides.
fn measured(service: usize, month: &Month, outages: &[Outage]) -> f64 {
    let inside = |outage: &&Outage| outage.service == service;
    let part = |outage: &Outage| (outage.end.min(month.end).0 - outage.start.max(month.begin).0).max(0) / 1000;
    let sum = |planned: bool| -> i64 {
        outages.iter().filter(inside).filter(|outage| outage.planned == planned).map(part).sum()
    };
    let counted = (month.end.0 - month.begin.0) / 1000 - sum(true);
    let share = (counted - sum(false)) as f64 / counted as f64 * 100.0;
    (share * 1000.0).round() / 1000.0
}

fn availability(script: &mut Script, outages: &[Outage]) {
    for (place, service) in LIVE.iter().enumerate() {
        let at = if place == PORTAL { script.times.workday(225, 15, 0) } else { script.times.founding(20) };
        let fields = json!({"service": portfolio::number(place), "title": format!("Availability of {}", service.name), "target": service.availability, "period": "month", "basis": "Agreements with customers and what an hour of standstill costs them",
            "agreed_on": day(at), "version": 1, "owner": service.owner});
        let number = script.settled(at, BEN, "availability_target", fields, "agreed");
        let checked = script.times.workday(115, 9, 0);
        script.edit(checked, BEN, &number, json!({"checked_on": day(checked)}));
        for month in script.times.months().into_iter().filter(|month| month.end > at) {
            let actual = measured(place, &month, outages);
            let met = actual >= service.availability;
            let mut fields = json!({"service": portfolio::number(place), "title": format!("{}, {}", service.name, month.name), "period": month.name, "actual": actual, "target": service.availability, "met": met});
            if !met {
                fields["reason"] = "See the outage of that month.".into();
            }
            script.create(script.times.after(month.end, 2 * DAY + 8 * HOUR), BEN, "availability_result", fields);
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "a month of an agreement is made of all of these")]
fn agreement(
    script: &mut Script,
    place: usize,
    sla: &Sla,
    month: &Month,
    told: &[Told],
    outages: &[Outage],
    missed: &mut HashMap<(usize, &'static str), Vec<String>>,
) {
    let at = script.times.after(month.end, 3 * DAY + 9 * HOUR);
    let own: Vec<&Told> = told
        .iter()
        .filter(|told| {
            told.service == sla.service
                && told.customer == Some(sla.customer)
                && told.raised >= month.begin
                && told.raised < month.end
        })
        .collect();
    let in_time = own.iter().filter(|told| told.in_time()).count();
    let share = if own.is_empty() { 100.0 } else { (in_time as f64 / own.len() as f64 * 1000.0).round() / 10.0 };
    let available = measured(sla.service, month, outages);
    let late: Vec<&str> = own.iter().filter(|told| !told.in_time()).map(|told| told.number.as_str()).collect();
    let targets = [
        ("availability", available, LIVE[sla.service].availability, "See the outage of that month".to_string()),
        (
            "incident-resolution",
            share,
            RESOLVED_IN_TIME as f64,
            format!("Took longer than agreed: {}", late.join(", ")),
        ),
    ];
    for (target, actual, number, reason) in targets {
        let met = actual >= number;
        let mut fields = json!({"sla": sla.number, "title": format!("{} for {}, {}: {target}", LIVE[sla.service].name, CUSTOMERS[sla.customer].0, month.name), "target": target, "period": month.name, "actual": actual, "met": met,
            "service": portfolio::number(sla.service), "customer": format!("CUS-{}", sla.customer + 1)});
        if !met {
            fields["reason"] = reason.into();
        }
        let result = script.create(at, HUGO, "sla_result", fields);
        if !met {
            missed.entry((place, target)).or_default().push(month.name.clone());
            let action = json!({"text": "Talk it through with the team and the customer", "source": result, "owner": LIVE[sla.service].owner, "due": day(at.plus(30 * DAY)), "priority": "medium"});
            let action = script.create(at.plus(2 * MINUTE), HUGO, "action", action);
            script.step(
                at.plus(16 * DAY),
                LIVE[sla.service].owner,
                &action,
                "done",
                json!({"result": "Talked through; second person on call named."}),
            );
        }
    }
    let fields = json!({"sla": sla.number, "title": format!("{} for {}, {}: incidents", LIVE[sla.service].name, CUSTOMERS[sla.customer].0, month.name), "name": "incidents", "period": month.name, "limit": 40, "actual": own.len(), "customer": format!("CUS-{}", sla.customer + 1)});
    script.create(at.plus(MINUTE), HUGO, "workload_result", fields);
}
