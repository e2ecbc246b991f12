//! Fills a database with generated incidents through the door and measures what people do all day.
//!
//! ```text
//! cargo run --release -p benches -- --records 10000,100000,1000000 --database sqlite
//! cargo run --release -p benches -- --records 10000,100000,1000000 --database postgres://postgres@127.0.0.1/bench
//! ```
//!
//! Events of monitoring are brought with `--events 500 --seconds 60`: what each costs, and that none is lost.
//!
//! Figures are CPU milliseconds of program and database together, one request at a time; wall times are given beside them
//! and depend on what else the machine does. A PostgreSQL server must have nothing else to do while it is measured.

mod events;
mod generate;
mod meter;
mod work;

/// The same as the program's: see crates/app/src/main.rs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::path::PathBuf;

use clap::Parser;

#[derive(Parser)]
#[command(name = "measure", about = "Measures Plumbline on generated data")]
struct Asked {
    /// How many incidents, one run each.
    #[arg(long, value_delimiter = ',', default_value = "10000")]
    records: Vec<u64>,
    /// `sqlite`, or the address of an empty PostgreSQL database that may be filled.
    #[arg(long, default_value = "sqlite")]
    database: String,
    /// Where SQLite files are kept; a temporary folder when missing.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Measure files of `--folder` that an earlier run has filled, without filling them again.
    #[arg(long)]
    again: bool,
    /// Bring so many events of monitoring a second instead, to an empty database.
    #[arg(long, value_name = "RATE")]
    events: Option<u64>,
    /// For so many seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Where the table is written; the terminal when missing.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let asked = Asked::parse();
    if let Some(rate) = asked.events {
        println!("{}", events::measure(&asked.database, asked.folder.as_deref(), rate, asked.seconds).await?);
        return Ok(());
    }
    let mut report = format!("Machine: {}.\n\n", meter::machine());
    for records in &asked.records {
        let table = work::measure(&asked.database, asked.folder.as_deref(), *records, asked.again).await;
        let table = table.map_err(|error| error.to_string())?;
        println!("{table}");
        report.push_str(&table);
    }
    if let Some(out) = &asked.out {
        std::fs::write(out, report)?;
    }
    Ok(())
}
