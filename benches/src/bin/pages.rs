//! Measures whole pages of a running server as a browser gets them: processor time of the server for one, wall time, bytes.
//!
//! `cargo run --release -p benches --bin pages -- --server 127.0.0.1:8080 --pid PID --email E-MAIL --password PASSWORD`

use std::time::Instant;

use clap::Parser;
use http::{Failure, Visitor, numbers, processor_seconds};

#[path = "../http.rs"]
mod http;

/// Measure pages of a running server
#[derive(Parser, Debug, Clone)]
struct Asked {
    /// Where the server listens
    #[arg(long)]
    server: String,
    /// Processes whose time is read from /proc: the server's own, and those of a database server
    #[arg(long, required = true, num_args = 1..)]
    pid: Vec<u32>,
    #[arg(long)]
    email: String,
    #[arg(long)]
    password: String,
    /// How often each page is got
    #[arg(long, default_value_t = 200)]
    times: usize,
}

/// The queue that an agent looks at all day.
const QUEUE: &str = "/incidents?filter=phase+%21%3D+done";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let asked = Asked::parse();
    let visitor = Visitor::sign_in(&asked.server, &asked.email, &asked.password).await?;
    let queue = numbers(&visitor.get(QUEUE, false).await?);
    let first = queue.first().ok_or("the queue is empty: there is no ticket to look at")?;
    let ticket = format!("/incidents/{first}");
    println!("| page | CPU ms | p50 ms | p99 ms | KB without compression |\n| --- | --- | --- | --- | --- |");
    for (name, path) in [("queue of what is open", QUEUE), ("ticket", &ticket), ("my work", "/my-work"), ("home", "/")]
    {
        println!("| {name} | {} |", measured(&asked, &visitor, path).await?);
    }
    Ok(())
}

async fn measured(asked: &Asked, visitor: &Visitor, path: &str) -> Result<String, Failure> {
    let used = || asked.pid.iter().map(|pid| processor_seconds(*pid)).sum::<Result<f64, Failure>>();
    let mut bytes = 0;
    for _ in 0..5 {
        bytes = visitor.get(path, false).await?.len();
    }
    let (before, mut walls) = (used()?, Vec::with_capacity(asked.times));
    for _ in 0..asked.times {
        let began = Instant::now();
        visitor.get(path, false).await?;
        walls.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    let cpu = (used()? - before) * 1000.0 / asked.times.max(1) as f64;
    walls.sort_by(f64::total_cmp);
    let at =
        |share: f64| walls.get(((walls.len() as f64 * share) as usize).min(walls.len() - 1)).copied().unwrap_or(0.0);
    Ok(format!("{cpu:.2} | {:.2} | {:.2} | {:.1}", at(0.5), at(0.99), bytes as f64 / 1024.0))
}
