//! `selftest [FILE]`: runs test vectors of the calculation rules.

use std::{fs, path::PathBuf};

use clap::Args;
use engines::rules::{BUILT_IN_VECTORS, selftest};

use super::print;
use crate::Failure;

/// Run calculation vectors and say what fails
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  plumbline selftest
  plumbline selftest vectors.json")]
pub struct Selftest {
    /// Vectors in the form of the built-in ones; the built-in ones without it
    file: Option<PathBuf>,
}

impl Selftest {
    pub fn run(self) -> Result<(), Failure> {
        let text = match &self.file {
            None => BUILT_IN_VECTORS.to_string(),
            Some(file) => fs::read_to_string(file)
                .map_err(|error| Failure::Failed(format!("cannot read {}: {error}", file.display())))?,
        };
        let vectors = serde_json::from_str(&text).map_err(|error| {
            let file = self.file.as_deref().map(|file| file.display().to_string()).unwrap_or_default();
            Failure::Failed(format!("{file} is not JSON: {error}"))
        })?;
        let outcome = selftest(&vectors);
        print(&format!("{outcome}\n"))?;
        if outcome.failed() == 0 { Ok(()) } else { Err(Failure::Failed("not every vector passes".into())) }
    }
}
