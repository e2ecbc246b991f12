//! `restore FILE`: everything of a copy into an empty place, on either database.

use std::{
    fs::{self, File},
    io::{BufReader, Read, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use flate2::{Compression, bufread::MultiGzDecoder, write::GzEncoder};

use super::print;
use crate::{
    Failure,
    place::{self, Place},
};

/// Bring back a copy into an empty place
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  plumbline restore /backup/plumbline-2026-11-24 --data ./new
  plumbline restore /backup/plumbline-2026-11-24 --database postgres://plumbline@db/plumbline")]
pub struct Restore {
    /// File that backup wrote
    file: PathBuf,
}

enum Form {
    Sqlite,
    Rows,
}

impl Restore {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        let file = self.file.as_path();
        let form = form(file)?;
        let url = place.url()?;
        match (form, url.strip_prefix("sqlite:")) {
            (Form::Sqlite, Some(path)) => copied(file, Path::new(path))?,
            (Form::Sqlite, None) => {
                let rows = turned(file).await?;
                let outcome = read_in(&rows, place).await;
                let _ = fs::remove_file(&rows);
                outcome?;
            }
            (Form::Rows, _) => read_in(file, place).await?,
        }
        let desk = place::open(&url).await?;
        let verdict = desk.verify(&mut |_| {}).await?;
        desk.close().await;
        if let Some(first) = verdict.first.first() {
            return Err(Failure::Failed(format!("it is restored, but its journal is not whole: {first}")));
        }
        print(&format!("restored: {} records, {} journal entries, all whole\n", verdict.records, verdict.entries))
    }
}

fn form(file: &Path) -> Result<Form, Failure> {
    let mut first = Vec::new();
    let read = File::open(file).and_then(|file| file.take(16).read_to_end(&mut first));
    read.map_err(|error| Failure::Failed(format!("cannot read {}: {error}", file.display())))?;
    match first.as_slice() {
        b"SQLite format 3\0" => Ok(Form::Sqlite),
        [0x1f, 0x8b, ..] => Ok(Form::Rows),
        _ => Err(Failure::Failed(format!("{} is no copy that backup wrote", file.display()))),
    }
}

/// An embedded database is its file.
fn copied(file: &Path, path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Err(Failure::Failed(format!(
            "there is a database at {} already; restore into an empty place",
            path.display()
        )));
    }
    let failed = |error: std::io::Error| Failure::Failed(format!("cannot restore to {}: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let part = path.with_extension("part");
    fs::copy(file, &part).map_err(failed)?;
    File::open(&part).and_then(|part| part.sync_all()).map_err(failed)?;
    fs::rename(&part, path).map_err(failed)
}

/// An embedded copy in the form of rows, in a file beside nothing else.
async fn turned(file: &Path) -> Result<PathBuf, Failure> {
    let name = format!("plumbline-restore-{}", std::process::id());
    let (copy, rows) =
        (std::env::temp_dir().join(format!("{name}.db")), std::env::temp_dir().join(format!("{name}.gz")));
    let failed = |error: std::io::Error| Failure::Failed(format!("cannot turn the copy into rows: {error}"));
    // Opening writes beside a database, and a copy must stay what it is.
    fs::copy(file, &copy).map_err(failed)?;
    let mut packed = GzEncoder::new(File::create(&rows).map_err(failed)?, Compression::fast());
    let dumped = desk::backup::dump_file(&copy.to_string_lossy(), &mut packed).await;
    for end in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", copy.display()));
    }
    dumped?;
    packed.finish().and_then(|mut out| out.flush()).map_err(failed)?;
    Ok(rows)
}

async fn read_in(file: &Path, place: &Place) -> Result<(), Failure> {
    let opened = File::open(file);
    let opened = opened.map_err(|error| Failure::Failed(format!("cannot read {}: {error}", file.display())))?;
    let desk = place.open().await?;
    let rows = desk.undump(Box::new(BufReader::new(MultiGzDecoder::new(BufReader::new(opened))))).await;
    desk.close().await;
    rows?;
    Ok(())
}
