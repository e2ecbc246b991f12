//! Measures live pages: many listeners on a running server, somebody who writes, and the share of a core that the server
//! takes. The listeners behave as browsers do: after news they ask for the row that changed, and for the counts now and then.
//!
//! `cargo run --release -p benches --bin live -- --server 127.0.0.1:8080 --pid PID --email E-MAIL --password PASSWORD`

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Parser;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::sleep,
};

use http::{Failure, Visitor, numbers, processor_seconds};

#[path = "../http.rs"]
mod http;

/// Measure listeners on live pages
#[derive(Parser, Debug, Clone)]
struct Asked {
    /// Where the server listens
    #[arg(long)]
    server: String,
    /// Its process, whose time is read from /proc
    #[arg(long)]
    pid: u32,
    #[arg(long)]
    email: String,
    #[arg(long)]
    password: String,
    /// Listeners
    #[arg(long, default_value_t = 200)]
    viewers: usize,
    /// Seconds of measuring
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Writes a minute, all to records that every listener has before them
    #[arg(long, default_value_t = 60)]
    writes: u64,
}

/// The queue that everybody looks at.
const QUEUE: &str = "/incidents?filter=phase+%21%3D+done";
/// What browsers wait between news and asking, in milliseconds, before they spread themselves.
const QUIET: u64 = 800;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let asked = Asked::parse();
    let visitor = Visitor::sign_in(&asked.server, &asked.email, &asked.password).await?;
    let page = visitor.get(QUEUE, false).await?;
    let csrf =
        between(&page, "name=\"csrf\" content=\"", "\"").ok_or("the queue has no token for its forms")?.to_string();
    let numbers = numbers(&page);
    if numbers.is_empty() {
        return Err("the queue is empty: there is nothing to write to".into());
    }
    let (heard, renewed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    for at in 0..asked.viewers {
        let (visitor, heard, renewed) = (visitor.clone(), heard.clone(), renewed.clone());
        tokio::spawn(async move {
            // Not all in the same moment.
            sleep(Duration::from_millis(at as u64 * 5)).await;
            if let Err(why) = listen(&visitor, at as u64, &heard, &renewed).await {
                eprintln!("listener {at}: {why}");
            }
        });
    }
    sleep(Duration::from_millis(asked.viewers as u64 * 5 + 2_000)).await;
    heard.store(0, Ordering::Relaxed);
    renewed.store(0, Ordering::Relaxed);
    let (began, before) = (Instant::now(), processor_seconds(asked.pid)?);
    let mut written = 0u64;
    while began.elapsed() < Duration::from_secs(asked.seconds) {
        let number = &numbers[written as usize % numbers.len()];
        let body = format!("csrf={csrf}&audience=internal&text=Seen+{written}");
        visitor.post(&format!("/incidents/{number}/note"), &body).await?;
        written += 1;
        sleep(Duration::from_millis(60_000 / asked.writes.max(1))).await;
    }
    sleep(Duration::from_millis(1_500)).await;
    let (seconds, used) = (began.elapsed().as_secs_f64(), processor_seconds(asked.pid)? - before);
    println!(
        "{} listeners, {written} writes in {seconds:.1} s: {} news, {} looks at rows, {:.1} % of a core",
        asked.viewers,
        heard.load(Ordering::Relaxed),
        renewed.load(Ordering::Relaxed),
        used * 100.0 / seconds
    );
    Ok(())
}

/// One page that somebody looks at.
async fn listen(visitor: &Visitor, place: u64, heard: &AtomicU64, renewed: &AtomicU64) -> Result<(), Failure> {
    let mut stream = TcpStream::connect(&visitor.server).await?;
    let list =
        QUEUE.replace('%', "%25").replace('+', "%2B").replace('?', "%3F").replace('=', "%3D").replace('!', "%21");
    let head = format!(
        "GET /live?list={list} HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\nCookie: {}\r\n\r\n",
        visitor.server, visitor.cookie
    );
    stream.write_all(head.as_bytes()).await?;
    let mut lines = BufReader::new(stream).lines();
    let status = lines.next_line().await?.unwrap_or_default();
    if !status.contains(" 200 ") {
        return Err(format!("the stream answers {status}").into());
    }
    let mut looked = Instant::now();
    while let Some(line) = lines.next_line().await? {
        let Some(number) = line.strip_prefix("data: ").and_then(|told| between(told, "\"number\":\"", "\"")) else {
            continue;
        };
        heard.fetch_add(1, Ordering::Relaxed);
        if looked.elapsed() < Duration::from_millis(QUIET) {
            continue;
        }
        looked = Instant::now();
        // Spread as browsers spread themselves.
        sleep(Duration::from_millis(QUIET * 7 / 10 + place * 7919 % (QUIET * 6 / 10))).await;
        visitor.get(&format!("{QUEUE}&only={number}"), true).await?;
        renewed.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    Some(text.split_once(from)?.1.split_once(to)?.0)
}
