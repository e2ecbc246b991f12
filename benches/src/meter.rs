//! CPU time of this process and of a PostgreSQL server beside it, from the kernel's own accounts; memory; wall time.

use std::{
    fs,
    time::{Duration, Instant},
};

/// What all threads of the measured processes have run so far.
pub struct Meter {
    /// The process that all others of the PostgreSQL server in question stem from.
    postmaster: Option<String>,
}

/// One measured piece of work.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub cpu_ms: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub statements: f64,
}

impl Meter {
    /// For a database that is open by now: where that is PostgreSQL, its server's processes count as well, and those of another
    /// server on this machine do not.
    pub fn new(url: &str) -> Meter {
        let name = url.strip_prefix("postgres").and_then(|url| url.rsplit('/').next()).unwrap_or_default();
        // A process that serves a connection shows the database in its title: `postgres: user database address state`.
        let serves = |process: &String| {
            let title = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
            title.starts_with("postgres: ") && title.split(' ').nth(2) == Some(name)
        };
        Meter {
            postmaster: processes().into_iter().find(serves).and_then(|process| Stat::of(&process)).map(|it| it.parent),
        }
    }

    pub fn cpu(&self) -> Duration {
        let mut ticks = Stat::of("self").map_or(0, |own| own.ticks);
        if let Some(postmaster) = &self.postmaster {
            // Connections that have ended are in the account of the process that they stem from.
            ticks += Stat::of(postmaster).map_or(0, |server| server.ticks + server.reaped);
            let stats = processes().into_iter().filter_map(|process| Stat::of(&process));
            ticks += stats.filter(|stat| stat.parent == *postmaster).map(|stat| stat.ticks).sum::<u64>();
        }
        // The kernel tells times to 10 ms.
        Duration::from_millis(ticks * 10)
    }

    /// What they have run since a reading. A process that ends while it is read can be missed once: never less than nothing.
    pub fn since(&self, before: Duration) -> Duration {
        self.cpu().saturating_sub(before)
    }
}

/// Numbers of all processes.
fn processes() -> Vec<String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).collect()
}

/// What proc(5) tells of a process; times in ticks of 10 ms, of all its threads, those that have ended included.
struct Stat {
    parent: String,
    ticks: u64,
    /// Of its children that have ended.
    reaped: u64,
}

impl Stat {
    fn of(process: &str) -> Option<Stat> {
        let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // After the bracket: state, parent, … utime, stime, cutime, cstime as the 14th to the 17th field of all.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let sum = |from: usize| fields.iter().skip(from).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        Some(Stat { parent: (*fields.get(1)?).to_string(), ticks: sum(11), reaped: sum(13) })
    }
}

/// Memory of a process in MiB: its own (`RssAnon`), without pages of files that the system may take back at any time.
pub fn resident(process: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("RssAnon:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|text| text.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1024.0
}

/// The machine in one line, as conditions of every figure.
pub fn machine() -> String {
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = text("/proc/cpuinfo");
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map(|line| line.trim_start_matches([':', ' ', '\t']).to_string());
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count();
    let memory = text("/proc/meminfo")
        .lines()
        .next()
        .and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .unwrap_or_default();
    let load = text("/proc/loadavg").split_whitespace().next().unwrap_or_default().to_string();
    format!(
        "{} ({cores} cores, {} GiB), load {load} at the start",
        model.unwrap_or_else(|| "unknown processor".into()),
        memory / 1_048_576
    )
}

/// Percentiles of wall times.
pub fn percentiles(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort_unstable();
    let at = |share: usize| {
        times.get((times.len() * share / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    (at(50).as_secs_f64() * 1e3, at(99).as_secs_f64() * 1e3)
}

pub struct Stopwatch(Instant);

impl Stopwatch {
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    pub fn read(&self) -> Duration {
        self.0.elapsed()
    }
}
