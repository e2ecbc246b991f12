//! Events of monitoring, so many a second for so long: what each costs, that none is lost, and that the right incidents are
//! opened. Each comes as one alert of Alertmanager with its token, as tools send them; HTTP itself is not measured.

use std::{collections::BTreeMap, path::Path, time::Duration};

use ::events::Policy;
use desk::{
    Desk,
    accounts::{NewAccount, NewToken, TokenScope},
    monitoring::{Brought, Events, SourceEdit},
};
use model::{Actor, Command, Input, Moment, Role, Via, time::DAY};
use serde_json::{Value as Json, json};

use crate::meter::{Meter, Stopwatch, percentiles};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Different alerts that take part, and how often one of them turns.
const ALERTS: u64 = 200;
const TURN: u64 = 40;

/// Brings events and answers a paragraph with the figures.
pub async fn measure(database: &str, folder: Option<&Path>, rate: u64, seconds: u64) -> Outcome<String> {
    let is_postgres = database.starts_with("postgres");
    let folder = folder.map_or_else(std::env::temp_dir, Path::to_path_buf);
    let path = folder.join("measure-events.db");
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    let url = if is_postgres { database.to_string() } else { format!("sqlite:{}", path.display()) };
    let desk = Desk::open(&url, kinds::catalog(), &[]).await?;
    let begin = Moment::parse("2026-11-25T10:00:00Z").unwrap_or_default();
    let token = prepare(&desk, begin).await?;
    let meter = Meter::new(&url);
    let (before, start) = (meter.cpu(), Stopwatch::start());
    let all = rate * seconds;
    let mut under_way = Vec::with_capacity(all as usize);
    for at in 0..all {
        let due = Duration::from_secs_f64(at as f64 / rate as f64);
        if let Some(wait) = due.checked_sub(start.read()) {
            tokio::time::sleep(wait).await;
        }
        let (desk, token) = (desk.clone(), token.clone());
        let now = begin.plus((at * 1_000 / rate) as i64);
        under_way.push(tokio::spawn(async move { bring(&desk, &token, at, now).await }));
    }
    let (mut outcomes, mut times) = (BTreeMap::<String, u64>::new(), Vec::with_capacity(all as usize));
    for one in under_way {
        let (outcome, took) = one.await??;
        *outcomes.entry(outcome).or_default() += 1;
        times.push(took);
    }
    let (wall, cpu) = (start.read(), meter.since(before));
    let machine = Actor::system("measure", Via::Command);
    let kept: i64 = desk.event_counts(&machine, begin).await?.iter().map(|(_, count)| count).sum();
    let opened =
        desk.events(&machine, &Events { outcome: "opened".into(), ..Events::default() }, 100_000, begin).await?;
    let titles: std::collections::BTreeSet<&str> = opened.iter().map(|row| row.title.as_str()).collect();
    desk.close().await;
    let (p50, p99) = percentiles(times);
    let told: Vec<String> = outcomes.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let wrong = opened.len() != ALERTS as usize || titles.len() != opened.len() || kept as u64 != all;
    let verdict = if wrong { "NOT AS IT SHOULD BE" } else { "none lost, one incident for each alert" };
    Ok(format!(
        "{}: {all} events, {rate} a second for {seconds} s, taken in {:.1} s: {:.2} ms of CPU each, p50 {p50:.1} ms, p99 {p99:.1} ms; \
         {}; {} incidents opened for {ALERTS} alerts, {kept} events kept: {verdict}.\n",
        if is_postgres { "PostgreSQL" } else { "SQLite" },
        wall.as_secs_f64(),
        cpu.as_secs_f64() * 1e3 / all as f64,
        told.join(", "),
        opened.len(),
    ))
}

/// Items, a source and a token.
async fn prepare(desk: &Desk, now: Moment) -> Outcome<String> {
    let machine = Actor::system("measure", Via::Command);
    let create = |kind: &str, number: Option<&str>, fields: &[(&str, String)]| Command::Create {
        kind: kind.into(),
        number: number.map(str::to_string),
        input: Input::text(fields.iter().map(|(name, value)| (name.to_string(), value.clone()))),
    };
    let mut records = vec![create("service", Some("SVC-1"), &[("name", "Web shop".into())])];
    records.extend((0..ALERTS).map(|at| {
        create("ci", None, &[("title", format!("host-{at}")), ("type", "server".into()), ("service", "SVC-1".into())])
    }));
    for done in desk.perform_all(&machine, records, now, true).await? {
        done?;
    }
    let fields = BTreeMap::from([("category".to_string(), "performance".to_string())]);
    let policy = Policy { opens: "incident".into(), fields, ..Policy::default() };
    let edit = SourceEdit { name: "measure".into(), slug: "measure".into(), policy, active: true };
    desk.save_event_source(&machine, None, edit, now).await?;
    let email = "monitoring@tidewell.example".to_string();
    let roles = vec![Role::Agent];
    let account = NewAccount { email: email.clone(), name: "Monitoring".into(), roles, ..NewAccount::default() };
    desk.create_account(&machine, account, now).await?;
    let new = NewToken { name: "measure".into(), scope: TokenScope::Events, expires: now.plus(DAY) };
    Ok(desk.create_token(&machine, &email, new, now).await?.0)
}

/// The event with this number: mostly the same again; now and then one is over and comes back.
fn alert(at: u64) -> Json {
    let (which, round) = (at % ALERTS, at / ALERTS);
    let is_over = round > 0 && round % TURN == which % TURN;
    json!({"version": "4", "groupKey": "{}", "alerts": [{
        "status": if is_over { "resolved" } else { "firing" },
        "labels": {"alertname": "Load", "instance": format!("host-{which}:9100"), "severity": "error", "job": "node"},
        "annotations": {"summary": format!("Load of host-{which}"), "description": "It is higher than it should be."},
        "startsAt": "2026-11-25T09:59:00Z", "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus:9090/graph", "fingerprint": format!("f-{which}"),
    }]})
}

async fn bring(desk: &Desk, token: &str, at: u64, now: Moment) -> Outcome<(String, Duration)> {
    let bytes = alert(at).to_string();
    let start = Stopwatch::start();
    let (account, _) = desk.bearer(token, now).await?.ok_or("the token is unknown")?;
    let body = serde_json::from_str(&bytes)?;
    let brought = Brought { slug: "measure".into(), media: "application/json".into(), body, ..Brought::default() };
    let taken = desk.take_events(&account.actor(Via::Api, false), brought, now).await?;
    let outcome = taken.into_iter().next().map(|one| one.outcome).ok_or("nothing became of it")?;
    Ok((outcome, start.read()))
}
