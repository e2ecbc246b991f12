//! `framework`: frameworks beside the standard, taken in, listed, written out and taken out again.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use desk::{Desk, crosswalk::Opened};
use frameworks::Format;
use model::{Actor, Refusal, Via, suggest};
use serde_json::json;

use super::{print, print_json};
use crate::{Failure, clock, place::Place};

/// Keep other frameworks beside the standard, mapped to its requirements
#[derive(Args, Debug)]
pub struct Framework {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Take in a library of CISO Assistant (YAML), an OSCAL catalog (JSON) or a library of mappings
    #[command(after_help = "\
Examples:
  plumbline framework add house-rules.yaml
  plumbline framework add catalog.json --json
  plumbline conformity --framework house-rules --json | jq .summary")]
    Add(Add),
    /// List what there is
    List(List),
    /// Write a framework as a file to standard output; ours in own words without a name
    #[command(after_help = "\
Examples:
  plumbline framework export > iso-20000-1-2018.yaml
  plumbline framework export fitsm-1 --format oscal > fitsm-1.json")]
    Export(Export),
    /// Take a framework out, with its mappings
    Remove(Remove),
    /// Bring the standard's own words from a licensed copy: CSV or XLSX with the columns id and text
    Wording(Wording),
}

#[derive(Args, Debug)]
struct Add {
    /// File to read, - for standard input
    file: PathBuf,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct List {
    /// Answer as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct Export {
    /// Number, reference or address; ours without it
    #[arg(default_value = engines::conformity::FRAMEWORK)]
    id: String,
    /// ciso-assistant or oscal
    #[arg(long, value_parser = format, default_value = "ciso-assistant")]
    format: Format,
}

#[derive(Args, Debug)]
struct Remove {
    /// Number, reference or address
    id: String,
}

#[derive(Args, Debug)]
struct Wording {
    /// File to read, - for standard input
    #[arg(required_unless_present = "remove")]
    file: Option<PathBuf>,
    /// Take out what is kept
    #[arg(long, conflicts_with = "file")]
    remove: bool,
}

fn format(text: &str) -> Result<Format, String> {
    let names = Format::ALL.map(Format::name);
    Format::parse(text).ok_or_else(|| format!("there are {}{}", names.join(", "), suggest::hint(text, names)))
}

fn machine() -> Actor {
    Actor::system("command line", Via::Command)
}

impl Framework {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        match self.what {
            What::Add(add) => add.run(place).await,
            What::List(list) => list.run(place).await,
            What::Export(export) => export.run(place).await,
            What::Remove(remove) => {
                let desk = place.open_existing().await?;
                let removed = desk.remove_framework(&machine(), &remove.id, clock::now()).await;
                let name = match removed {
                    Err(Refusal::NotFound) => return Err(unknown_in(&desk, &remove.id).await),
                    removed => removed?,
                };
                desk.close().await;
                print(&format!("{name} is taken out.\n"))
            }
            What::Wording(wording) => wording.run(place).await,
        }
    }
}

impl Add {
    async fn run(self, place: &Place) -> Result<(), Failure> {
        let bytes = read(&self.file)?;
        let desk = place.open().await?;
        let saved = desk.save_framework(&machine(), bytes, clock::now()).await;
        desk.close().await;
        let saved = saved.map_err(|refusal| of_file(&self.file, refusal))?;
        if self.json {
            return print_json(&json!({
                "framework": saved.framework.as_ref().map(|(id, name)| json!({"id": id, "name": name})),
                "outcome": saved.outcome,
                "mapped": saved.mapped,
                "lost": saved.lost,
                "left": saved.left,
            }));
        }
        let name = saved.framework.map_or("mappings".into(), |(_, name)| name);
        for why in &saved.left {
            eprintln!("plumbline: not taken: {why}");
        }
        print(&format!("{name}: {}, {} new pairs, {} lost\n", saved.outcome, saved.mapped, saved.lost))
    }
}

impl List {
    async fn run(self, place: &Place) -> Result<(), Failure> {
        let desk = place.open_existing().await?;
        let now = clock::now();
        let assessment = desk.assess_as_of(now).await?;
        let listed = desk.frameworks(&machine(), &assessment, now).await?;
        desk.close().await;
        if self.json {
            let items = listed.iter().map(|listed| {
                json!({
                    "id": listed.key,
                    "urn": listed.kept.as_ref().map(|kept| kept.urn.as_str()),
                    "name": listed.name,
                    "version": listed.version,
                    "requirements": listed.demands,
                    "mapped": listed.crossed.as_ref().map(Vec::len),
                })
            });
            return print_json(&items.collect());
        }
        let mut text = String::new();
        for listed in &listed {
            let mapped = listed.crossed.as_ref().map_or("?".into(), |crossed| crossed.len().to_string());
            text += &format!("{:<20} {:>5} of {:>5} mapped  {}\n", listed.key, mapped, listed.demands, listed.name);
        }
        print(&text)
    }
}

impl Export {
    async fn run(self, place: &Place) -> Result<(), Failure> {
        // What comes with the program needs no database to be written.
        let (_passing, desk) = match desk::crosswalk::own::find(&self.id).is_some() && !place.exists()? {
            true => crate::place::Passing::open("framework").await.map(|(passing, desk)| (Some(passing), desk))?,
            false => (None, place.open_existing().await?),
        };
        let opened = find(&desk, &self.id).await?;
        let text = desk.framework_file(&opened, self.format, clock::now()).await?;
        desk.close().await;
        print(&text)
    }
}

impl Wording {
    async fn run(self, place: &Place) -> Result<(), Failure> {
        let lines = match &self.file {
            None => Vec::new(),
            Some(file) => {
                let lines = web::pages::frameworks::wording_lines(&read(file)?);
                lines.map_err(|why| Failure::Failed(format!("{}: {why}", file.display())))?
            }
        };
        let desk = place.open().await?;
        let saved = desk.save_wording(&machine(), lines, clock::now()).await;
        desk.close().await;
        let count = saved.map_err(|refusal| of_file(self.file.as_deref().unwrap_or(Path::new("-")), refusal))?;
        print(&format!("Texts of the licensed copy: {count}.\n"))
    }
}

/// A framework by whatever it is known by.
///
/// # Errors
/// A sentence with what was meant, where there is none.
pub(super) async fn find(desk: &Desk, id: &str) -> Result<Opened, Failure> {
    match desk.framework(&machine(), id, clock::now()).await {
        Err(Refusal::NotFound) => Err(unknown_in(desk, id).await),
        found => Ok(found?),
    }
}

/// What is told of a name that is none.
pub(super) fn unknown(id: &str, known: &[String]) -> Failure {
    let hint = suggest::hint(id, known.iter().map(String::as_str));
    Failure::Usage(format!("there is no framework \"{id}\"{hint}; there are {}", known.join(", ")))
}

async fn unknown_in(desk: &Desk, id: &str) -> Failure {
    unknown(id, &desk.framework_names(&machine(), clock::now()).await.unwrap_or_default())
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let told = |error: std::io::Error| Failure::Failed(format!("cannot read {}: {error}", file.display()));
    let mut bytes = Vec::new();
    // One byte more than the largest, so that larger ones are told as such.
    let most = frameworks::LARGEST as u64 + 1;
    match file == Path::new("-") {
        true => std::io::stdin().lock().take(most).read_to_end(&mut bytes).map_err(told)?,
        false => fs::File::open(file).map_err(told)?.take(most).read_to_end(&mut bytes).map_err(told)?,
    };
    Ok(bytes)
}

/// Faults of a file, one a line on standard error.
fn of_file(file: &Path, refusal: Refusal) -> Failure {
    let Refusal::Invalid(errors) = refusal else { return refusal.into() };
    let mut err = std::io::stderr().lock();
    for error in &errors {
        let _ = writeln!(err, "plumbline: {}: {}", file.display(), error.message);
    }
    Failure::Told
}
