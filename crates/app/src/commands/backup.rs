//! `backup FILE`: a copy of everything, taken while the server works.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use flate2::{Compression, write::GzEncoder};

use super::print;
use crate::{Failure, place::Place};

/// Copy everything into a file, while the server works
#[derive(Args, Debug)]
#[command(after_help = "\
The embedded database is copied as an SQLite file, PostgreSQL as rows in gzip. Both can be restored into either.

Examples:
  plumbline backup /backup/plumbline-$(date +%F)")]
pub struct Backup {
    /// New file to write
    file: PathBuf,
}

impl Backup {
    pub async fn run(self, place: &Place) -> Result<(), Failure> {
        let file = self.file.as_path();
        if file.exists() {
            return Err(Failure::Failed(format!("{} is there already and is not overwritten", file.display())));
        }
        let desk = place.open_existing().await?;
        // Under another name until it is whole: a file with the right name is a whole copy.
        let part = PathBuf::from(format!("{}.part", file.display()));
        let _ = fs::remove_file(&part);
        let written = match desk.is_embedded() {
            true => desk.copy_to(&part.to_string_lossy()).await.map_err(Failure::from),
            false => packed(&part, &desk).await,
        };
        desk.close().await;
        let kept = written.and_then(|()| keep(&part, file).map_err(|error| failed(file, &error)));
        if kept.is_err() {
            let _ = fs::remove_file(&part);
        }
        kept?;
        let size = fs::metadata(file).map_or(0, |metadata| metadata.len());
        print(&format!("{} holds everything, {} KB\n", file.display(), size.div_ceil(1024)))
    }
}

async fn packed(part: &Path, desk: &desk::Desk) -> Result<(), Failure> {
    let out = File::create(part).map_err(|error| failed(part, &error))?;
    let mut packed = GzEncoder::new(BufWriter::new(out), Compression::fast());
    desk.dump(&mut packed).await?;
    packed.finish().and_then(|mut out| out.flush()).map_err(|error| failed(part, &error))
}

/// On disk first, then under its name.
fn keep(part: &Path, file: &Path) -> std::io::Result<()> {
    File::open(part)?.sync_all()?;
    fs::rename(part, file)
}

fn failed(file: &Path, error: &std::io::Error) -> Failure {
    Failure::Failed(format!("cannot write {}: {error}", file.display()))
}
