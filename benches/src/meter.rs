//! CPU time of this process and of a PostgreSQL server beside it, from the kernel's own accounts; memory; wall time.

use std::{
    fs,
    time::{Duration, Instant},
};

/// What all threads of the measured processes have run so far.
pub struct Meter {
    postgres: Vec<String>,
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
    /// With `postgres`, the server's processes count as well.
    pub fn new(postgres: bool) -> Meter {
        Meter { postgres: if postgres { vec!["postgres".into()] } else { Vec::new() } }
    }

    pub fn cpu(&self) -> Duration {
        let mut nanoseconds = of_process("self");
        if !self.postgres.is_empty() {
            let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
            for process in processes {
                let name = process.file_name().to_string_lossy().into_owned();
                let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
                let command = || fs::read_to_string(process.path().join("comm")).unwrap_or_default();
                if is_number && self.postgres.iter().any(|wanted| command().trim() == wanted) {
                    nanoseconds += of_process(&name);
                }
            }
        }
        Duration::from_nanos(nanoseconds)
    }
}

/// Nanoseconds on a processor of all threads, those that have ended included; the kernel tells them to 10 ms.
fn of_process(process: &str) -> u64 {
    const TICK: u64 = 10_000_000;
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    // utime and stime, the 14th and the 15th field (proc(5)); the first two stand before the bracket.
    fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * TICK
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
