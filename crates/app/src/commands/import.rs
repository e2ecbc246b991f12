//! `import FORMAT FILE`: takes in what other tools and other databases wrote.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;

use super::{print, print_json};
use crate::{
    Failure, clock,
    intake::{self, Mode, Report, jsonl, source},
    netbox,
    place::{Passing, Place},
    servicenow,
};

/// Take in a file of another tool, or of another database
#[derive(Args, Debug)]
#[command(after_help = "\
A file may be - for standard input, and may be gzip. Each line that cannot be taken is told on standard error with its
line number; the others are taken. The same file twice changes nothing.

Examples:
  plumbline import jsonl records.jsonl --dry-run
  zcat backup.jsonl.gz | plumbline import jsonl - --json
  plumbline import servicenow-incident-log incidents.csv.gz --zone Europe/Berlin
  plumbline import netbox netbox.json.gz --dry-run")]
pub struct Import {
    #[command(subcommand)]
    format: Format,
}

#[derive(Subcommand, Debug)]
enum Format {
    /// JSON Lines: one record a line, as export writes them
    Jsonl(File),
    /// The incident log of ServiceNow: a CSV with one row per update of a ticket
    ServicenowIncidentLog(Log),
    /// A dump of NetBox (manage.py dumpdata): items, their links, customers, suppliers and places
    Netbox(File),
}

#[derive(Args, Debug)]
struct File {
    /// File to read, - for standard input
    file: PathBuf,
    /// Try everything and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Take all lines or none
    #[arg(long)]
    all_or_nothing: bool,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct Log {
    #[command(flatten)]
    file: File,
    /// Time zone of the log's dates, such as Europe/Berlin
    #[arg(long, value_name = "IANA", default_value = "UTC", value_parser = zone)]
    zone: TimeZone,
}

fn zone(name: &str) -> Result<TimeZone, String> {
    match name.eq_ignore_ascii_case("utc") {
        true => Ok(TimeZone::UTC),
        false => TimeZone::get(name).map_err(|_| "there is no such time zone; names are like Europe/Berlin".into()),
    }
}

impl Import {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        let (format, file) = match &self.format {
            Format::Jsonl(file) => ("jsonl", file),
            Format::ServicenowIncidentLog(log) => ("servicenow-incident-log", &log.file),
            Format::Netbox(file) => ("netbox", file),
        };
        let as_json = file.json;
        let reader = source::open(&file.file)?;
        let mode = match (file.dry_run, file.all_or_nothing) {
            (true, _) => Mode::DryRun,
            (false, true) => Mode::AllOrNothing,
            (false, false) => Mode::Keep,
        };
        // A dry run leaves nothing behind, not even an empty database.
        let (_passing, desk) = match mode == Mode::DryRun && !place.exists()? {
            true => Passing::open("dry-run").await.map(|(passing, desk)| (Some(passing), desk))?,
            false => (None, place.open().await?),
        };
        let catalog = desk.catalog();
        let told = |sentence: &str| eprintln!("{sentence}");
        let form = self.format;
        let read = move |belt: &mut intake::Belt| match form {
            Format::Jsonl(_) => jsonl::read(reader, &catalog, belt),
            Format::ServicenowIncidentLog(log) => servicenow::read(reader, &catalog, &log.zone, belt),
            Format::Netbox(_) => netbox::read(reader, belt),
        };
        let report = intake::take_in(&desk, format, read, mode, clock::now(), told).await;
        if report.is_ok() && mode != Mode::DryRun {
            // Tickets may have come in before the agreements that they fall under.
            desk.renew_clocks(clock::now()).await?;
        }
        desk.close().await;
        tell(&report?, as_json)
    }
}

fn tell(report: &Report, json: bool) -> Result<(), Failure> {
    if let Some(why) = &report.broken {
        eprintln!("plumbline: {why}");
    }
    if json {
        print_json(&report.to_json())?;
    } else {
        if report.aside.new + report.aside.changed + report.aside.unchanged > 0 {
            let intake::Counts { new, changed, unchanged } = report.aside;
            print(&format!("teams: new {new}, changed {changed}, unchanged {unchanged}\n"))?;
        }
        print(&format!("{report}\n"))?;
    }
    if report.is_whole() { Ok(()) } else { Err(Failure::Told) }
}
