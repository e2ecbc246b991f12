//! What monitoring says in the last hours of the year, and a rule that acts by itself: through their own doors, after
//! everything else has happened.

use desk::{
    Desk,
    automation::RuleEdit,
    monitoring::{Brought, SourceEdit},
};
use engines::automation::{Definition, When};
use events::Policy;
use model::{Actor, Command, Moment, Role, Target, Via, time::MINUTE};
use serde_json::{Value as Json, json};

use super::people;
use crate::Failure;

/// Minutes before the end, what is wrong where, how bad, and whether it is over.
const SAID: &[(i64, &str, &str, &str, bool)] = &[
    (95, "Volume grows fast", "mail-vol", "info", false),
    (80, "Load above 90 %", "mail-srv-02", "warning", false),
    (75, "Load above 90 %", "mail-srv-02", "warning", false),
    (70, "Load above 90 %", "mail-srv-02", "warning", true),
    (50, "Disk latency above 20 ms", "db-vol", "warning", false),
    (45, "Disk latency above 20 ms", "db-vol", "warning", false),
    (40, "Disk latency above 20 ms", "db-vol", "warning", false),
    (35, "Probe has no route", "lab-probe-3", "warning", false),
];

pub async fn write(desk: &Desk, at: Moment) -> Result<(), Failure> {
    let house = Actor::system("demo", Via::Command);
    let fields = [("category", "hardware"), ("team", "TM-1")].map(|(name, value)| (name.into(), value.into()));
    let policy = Policy {
        opens: "incident".into(),
        fields: fields.into_iter().collect(),
        rules: "# The laboratory is nobody's service.\nhost ~ lab-* -> ignore".into(),
        ..Policy::default()
    };
    let edit =
        SourceEdit { name: "Prometheus, both data centres".into(), slug: "prometheus".into(), policy, active: true };
    desk.save_event_source(&house, None, edit, at.minus(120 * MINUTE)).await?;
    let bot = people::actor(people::MONITORING);
    for (before, what, host, severity, is_over) in SAID {
        let now = at.minus(before * MINUTE);
        let body = delivery(what, host, severity, *is_over, now);
        let brought =
            Brought { slug: "prometheus".into(), media: "application/json".into(), body, ..Brought::default() };
        for taken in desk.take_events(&bot, brought, now).await?.into_iter().filter(|one| one.outcome == "opened") {
            let target = Target { kind: "incident".into(), number: taken.number, version: None };
            let text = "Seen on the board; the team of the machine looks at it.".into();
            let command = Command::Note { target, text, public: false };
            desk.perform(&people::actor(people::DESK[0]), command, now.plus(MINUTE)).await?;
        }
    }
    let definition = Definition {
        kind: "incident".into(),
        when: When::Created,
        filter: "category = network and priority in (P1, P2)".into(),
        acts: "note: Look at the weather map of the network and call the data centre before anything is restarted."
            .into(),
        roles: vec![Role::Agent],
        ..Definition::default()
    };
    // It is not active: whoever looks around tries it first.
    let author = people::actor(people::INES);
    let author = Actor { roles: [author.roles.clone(), vec![Role::Administrator, Role::Agent]].concat(), ..author };
    let edit = RuleEdit { name: "First look at the network".into(), definition, active: false };
    desk.save_automation(&author, None, edit, at.minus(100 * MINUTE)).await?;
    let definition = Definition {
        kind: "incident".into(),
        when: When::Created,
        filter: "team = TM-1 and owner is empty".into(),
        acts: "assign".into(),
        roles: vec![Role::Agent],
        ..Definition::default()
    };
    let edit = RuleEdit { name: "To whoever has room".into(), definition, active: false };
    desk.save_automation(&author, None, edit, at.minus(95 * MINUTE)).await?;
    Ok(())
}

fn delivery(what: &str, host: &str, severity: &str, is_over: bool, now: Moment) -> Json {
    json!({"version": "4", "groupKey": "{}", "alerts": [{
        "status": if is_over { "resolved" } else { "firing" },
        "labels": {"alertname": what, "host": host, "severity": severity},
        "annotations": {"summary": format!("{what}: {host}"), "description": "Seen by both probes."},
        "startsAt": now.minus(MINUTE).to_string(),
        "fingerprint": model::canonical::hex(&model::canonical::leaf(format!("{what} {host}").as_bytes())[..8]),
    }]})
}
