//! The work that is measured, in the order of the table in docs/performance.md.

use std::{path::Path, time::Duration};

use desk::Desk;
use futures::future::try_join_all;
use model::{Actor, Command, Moment, Query, Refusal, Role, Target, Via, command::Input, filter_text};
use serde_json::json;

use crate::{
    generate::{self, Dice},
    meter::{Meter, Reading, Stopwatch, percentiles, resident},
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Lines in one transaction, as the importer sends them.
const BATCH: usize = 200;
const ROUNDS: usize = 400;
const WARM: usize = 20;
/// Slow work is measured for so long and not longer.
const ENOUGH: Duration = Duration::from_secs(4);

/// One row of the table.
struct Row {
    what: &'static str,
    reading: Reading,
}

pub async fn measure(database: &str, folder: Option<&Path>, records: u64, again: bool) -> Outcome<String> {
    let is_postgres = database.starts_with("postgres");
    let url = if is_postgres { database.to_string() } else { file(folder, records, again)? };
    let end = Moment::parse("2026-11-12T08:00:00Z").unwrap_or_default();
    let start = Stopwatch::start();
    let desk = Desk::open(&url, kinds::catalog(), &[]).await?;
    let opened = start.read();
    let meter = Meter::new(&url);
    let filled = if again {
        "not measured again".to_string()
    } else {
        let filled = fill(&desk, records, end, &meter).await?;
        desk.after_import().await?;
        filled
    };
    let desk_start = Stopwatch::start();
    drop(Desk::open(&url, kinds::catalog(), &[]).await?);
    let reopened = desk_start.read();
    let rest = resident("self");
    let mut rows = Vec::new();
    for (what, kind) in EVERYDAY {
        rows.push(Row { what, reading: everyday(&desk, &meter, *kind, records, end).await? });
    }
    let pages = throughput(&desk, end).await?;
    let judged = Stopwatch::start();
    let before = meter.cpu();
    let assessment = desk.assess_as_of(end).await?;
    let (judged, judge_cpu) = (judged.read(), meter.since(before));
    let follow = follow(&desk, &meter, records, end).await?;
    let mut table = format!("### {records} incidents, {}\n\n", if is_postgres { "PostgreSQL" } else { "SQLite" });
    table.push_str("| work | CPU ms | p50 ms | p99 ms | SQL statements |\n| --- | --- | --- | --- | --- |\n");
    for Row { what, reading } in rows {
        table.push_str(&format!(
            "| {what} | {:.2} | {:.2} | {:.2} | {:.1} |\n",
            reading.cpu_ms, reading.p50_ms, reading.p99_ms, reading.statements
        ));
    }
    table.push_str(&format!(
        "\nImport: {filled}. Lists of 50 by 16 readers at once: {pages:.0} a second. Assessment of all {} requirements: {:.1} s, {:.1} s of CPU; {follow}. \
         Opening a new database {:.2} s, this one again {:.3} s. Resident after the import {rest:.0} MiB, after the assessment {:.0} MiB.\n\n",
        assessment.verdicts.len(),
        judged.as_secs_f64(),
        judge_cpu.as_secs_f64(),
        opened.as_secs_f64(),
        reopened.as_secs_f64(),
        resident("self"),
    ));
    desk.close().await;
    Ok(table)
}

fn file(folder: Option<&Path>, records: u64, again: bool) -> Outcome<String> {
    let folder = folder.map_or_else(std::env::temp_dir, Path::to_path_buf);
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(format!("measure-{records}.db"));
    for suffix in ["", "-wal", "-shm"].iter().filter(|_| !again) {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    Ok(format!("sqlite:{}", path.display()))
}

fn actor(role: Role) -> Actor {
    Actor { email: generate::mail(7), name: "Person 7".into(), roles: vec![role], ..Actor::system("test", Via::Web) }
}

async fn fill(desk: &Desk, records: u64, end: Moment, meter: &Meter) -> Outcome<String> {
    let importer = Actor { via: Via::Import, ..actor(Role::SmsManager) };
    let now = end.plus(1);
    let mut dice = Dice::new(20_000);
    let mut batch: Vec<Command> = Vec::with_capacity(BATCH);
    let (clock, before) = (Stopwatch::start(), meter.cpu());
    let mut entries = 0u64;
    let lines = generate::surroundings()
        .into_iter()
        .chain((1..=records).map(|at| generate::incident(&mut dice, at, records, end)));
    for line in lines {
        entries += line.history.len().max(1) as u64;
        batch.push(Command::Import { line: Box::new(line) });
        if batch.len() == BATCH {
            send(desk, &importer, std::mem::take(&mut batch), now).await?;
        }
    }
    send(desk, &importer, batch, now).await?;
    let (wall, cpu) = (clock.read().as_secs_f64(), (meter.since(before)).as_secs_f64());
    Ok(format!("{entries} journal entries in {wall:.1} s, {:.0} a second ({cpu:.1} s of CPU)", entries as f64 / wall))
}

async fn send(desk: &Desk, importer: &Actor, batch: Vec<Command>, now: Moment) -> Result<(), Refusal> {
    for done in desk.perform_all(importer, batch, now, true).await? {
        done?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Everyday {
    Queue,
    Filtered,
    ByField,
    DeepPage,
    Record,
    Count,
    MyWork,
    Search,
    SearchCommon,
    Create,
    Edit,
}

const EVERYDAY: &[(&str, Everyday)] = &[
    ("list of 50 open of a team, by priority, with names", Everyday::Queue),
    ("list of 50 by state and category, newest first", Everyday::Filtered),
    ("list of 50 sorted by a field in the JSON", Everyday::ByField),
    ("the 2,000th record on: page by keyset", Everyday::DeepPage),
    ("record with journal, links and files", Everyday::Record),
    ("count of all, capped at 1,000", Everyday::Count),
    ("my work over all kinds", Everyday::MyWork),
    ("search for two words, 20 hits", Everyday::Search),
    ("search for a word in every twelfth record, 20 hits", Everyday::SearchCommon),
    ("create an incident", Everyday::Create),
    ("edit an incident", Everyday::Edit),
];

async fn everyday(desk: &Desk, meter: &Meter, what: Everyday, records: u64, now: Moment) -> Outcome<Reading> {
    let mut dice = Dice::new(7);
    for _ in 0..WARM {
        once(desk, what, &mut dice, records, now).await?;
    }
    let mut times = Vec::with_capacity(ROUNDS);
    let (before, statements) = (meter.cpu(), desk.statements());
    let whole = Stopwatch::start();
    while times.len() < ROUNDS && whole.read() < ENOUGH {
        let clock = Stopwatch::start();
        once(desk, what, &mut dice, records, now).await?;
        times.push(clock.read());
    }
    let cpu: Duration = meter.since(before);
    let rounds = times.len() as f64;
    let (p50_ms, p99_ms) = percentiles(times);
    Ok(Reading {
        cpu_ms: cpu.as_secs_f64() * 1e3 / rounds,
        p50_ms,
        p99_ms,
        statements: (desk.statements() - statements) as f64 / rounds,
    })
}

async fn once(desk: &Desk, what: Everyday, dice: &mut Dice, records: u64, now: Moment) -> Result<(), Refusal> {
    let agent = actor(Role::Agent);
    let number = format!("INC-{}", 1 + dice.roll(records));
    match what {
        Everyday::Queue => {
            list(desk, &agent, &format!("phase != done and team = TEA-{}", 1 + dice.roll(12)), "priority, due", now)
                .await
        }
        Everyday::Filtered => list(desk, &agent, "state = closed and category = network", "", now).await,
        Everyday::ByField => list(desk, &agent, "", "-raised_on", now).await,
        Everyday::DeepPage => {
            let mut query = Query { size: 500, ..Query::of("incident") };
            for _ in 0..4 {
                query.after = desk.list(&agent, &query, now).await?.next;
            }
            Ok(())
        }
        Everyday::Record => desk.whole(&agent, "incident", &number, now).await.map(drop),
        Everyday::Count => desk.count(&agent, &Query::of("incident"), now).await.map(drop),
        Everyday::MyWork => {
            let catalog = desk.catalog();
            let filter = filter_text::parse("phase != done and owner = me", catalog.any()).map_err(Refusal::Query)?;
            let order = model::query::orders("due", catalog.any()).map_err(Refusal::Query)?;
            desk.list(&agent, &Query { filter, order, ..Query::everything() }, now).await.map(drop)
        }
        Everyday::Search => search(desk, &agent, &format!("asset {}", dice.roll(90_000)), now).await,
        Everyday::SearchCommon => search(desk, &agent, "printer", now).await,
        Everyday::Create => {
            let input = Input::json([
                ("title".to_string(), json!("The printer is slow again")),
                ("impact".to_string(), json!("low")),
                ("urgency".to_string(), json!("medium")),
                ("service".to_string(), json!("SVC-3")),
            ]);
            desk.perform(&agent, Command::Create { kind: "incident".into(), number: None, input }, now).await.map(drop)
        }
        Everyday::Edit => {
            let input = Input::json([(
                "symptom".to_string(),
                json!(format!("{} {}", desk.statements(), dice.roll(1_000_000))),
            )]);
            let target = Target { kind: "incident".into(), number, version: None };
            desk.perform(&agent, Command::Edit { target, input }, now).await.map(drop)
        }
    }
}

async fn list(desk: &Desk, agent: &Actor, filter: &str, order: &str, now: Moment) -> Result<(), Refusal> {
    let catalog = desk.catalog();
    let kind = catalog.find("incident").ok_or(Refusal::NotFound)?;
    let filter = filter_text::parse(filter, kind).map_err(Refusal::Query)?;
    let order = model::query::orders(order, kind).map_err(Refusal::Query)?;
    let page = desk.list(agent, &Query { filter, order, ..Query::of("incident") }, now).await?;
    desk.names(agent, page.records.iter().map(|shown| (kind, shown)), now).await.map(drop)
}

async fn search(desk: &Desk, agent: &Actor, words: &str, now: Moment) -> Result<(), Refusal> {
    let query = Query { words: Some(words.into()), size: 20, ..Query::everything() };
    desk.list(agent, &query, now).await.map(drop)
}

/// After one write, how long until the map that people see is right again.
async fn follow(desk: &Desk, meter: &Meter, records: u64, end: Moment) -> Outcome<String> {
    const WRITES: u32 = 5;
    let manager = actor(Role::SmsManager);
    let mut now = end.plus(10);
    desk.assessment(&manager, now).await?;
    let resident = resident("self");
    let (mut wall, mut cpu) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..WRITES {
        now = now.plus(10);
        once(desk, Everyday::Edit, &mut Dice::new(now.0 as u64), records, now).await?;
        let (clock, before) = (Stopwatch::start(), meter.cpu());
        while desk.assessment(&manager, now).await?.as_of < now {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        wall += clock.read();
        cpu += meter.since(before);
    }
    let each = |sum: Duration| sum.as_secs_f64() * 1e3 / f64::from(WRITES);
    Ok(format!(
        "after one write the map is right again in {:.0} ms, {:.0} ms of CPU, with {resident:.0} MiB resident",
        each(wall),
        each(cpu)
    ))
}

/// Lists of 50 a second with 16 readers at once.
async fn throughput(desk: &Desk, now: Moment) -> Outcome<f64> {
    const READERS: u64 = 16;
    const EACH: u64 = 150;
    let clock = Stopwatch::start();
    let readers = (0..READERS).map(|reader| {
        let desk = desk.clone();
        tokio::spawn(async move {
            let mut dice = Dice::new(reader);
            for _ in 0..EACH {
                once(&desk, Everyday::Queue, &mut dice, 1, now).await?;
            }
            Ok::<(), Refusal>(())
        })
    });
    for done in try_join_all(readers).await? {
        done?;
    }
    Ok((READERS * EACH) as f64 / clock.read().as_secs_f64())
}
