//! Where the data lies: a folder with an SQLite file, or the address of a database.

use std::{env, fs, path::PathBuf};

use desk::{Desk, unit::Reaction};
use web::pages::{papers::readers, staff::proof};

use crate::{
    Failure,
    duties::{effect, satisfaction},
};

/// The file in a data folder.
const FILE: &str = "plumbline.db";

/// Flags that every command takes which works on data.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Place {
    /// Folder with the embedded database [env: PLUMBLINE_DATA] [default: ./plumbline-data]
    #[arg(long, value_name = "DIR", global = true, help_heading = "Where the data is")]
    pub data: Option<PathBuf>,
    /// Database: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME [env: PLUMBLINE_DATABASE]
    #[arg(long, value_name = "URL", global = true, help_heading = "Where the data is", conflicts_with = "data")]
    pub database: Option<String>,
}

impl Place {
    /// Whether anybody said where, on the command line or in the environment.
    pub fn is_said(&self) -> bool {
        let said = self.data.is_some() || self.database.is_some();
        said || set("PLUMBLINE_DATABASE").is_some() || set("PLUMBLINE_DATA").is_some()
    }

    /// What the command line says, else the environment, else the folder `plumbline-data` here.
    pub fn url(&self) -> Result<String, Failure> {
        if let Some(url) = &self.database {
            return checked(url);
        }
        if let Some(folder) = &self.data {
            return Ok(inside(folder));
        }
        match (set("PLUMBLINE_DATABASE"), set("PLUMBLINE_DATA")) {
            (Some(_), Some(_)) => Err(Failure::Usage(
                "PLUMBLINE_DATABASE and PLUMBLINE_DATA are both set: unset one, or say --database or --data".into(),
            )),
            (Some(url), None) => checked(&url),
            (None, Some(folder)) => Ok(inside(&PathBuf::from(folder))),
            (None, None) => Ok(inside(&PathBuf::from("plumbline-data"))),
        }
    }

    /// Opens the database, making it where there is none yet.
    pub async fn open(&self) -> Result<Desk, Failure> {
        let url = self.url()?;
        if let Some(path) = url.strip_prefix("sqlite:")
            && let Some(folder) = PathBuf::from(path).parent().filter(|folder| !folder.as_os_str().is_empty())
        {
            let made = fs::create_dir_all(folder);
            made.map_err(|error| Failure::Failed(format!("cannot make the folder {}: {error}", folder.display())))?;
        }
        open(&url).await
    }

    /// Whether there is a database to be opened; one on a server is there, or opening it says why not.
    pub fn exists(&self) -> Result<bool, Failure> {
        Ok(self.url()?.strip_prefix("sqlite:").is_none_or(|path| PathBuf::from(path).exists()))
    }

    /// Opens the database for reading commands, which make nothing where there is nothing.
    pub async fn open_existing(&self) -> Result<Desk, Failure> {
        let url = self.url()?;
        if let Some(path) = url.strip_prefix("sqlite:").filter(|path| !PathBuf::from(path).exists()) {
            return Err(Failure::Failed(format!(
                "there is no database at {path}: import something or start \"plumbline demo\" first, or say where it is with --data or --database"
            )));
        }
        open(&url).await
    }
}

/// A folder of its own with an embedded database, which goes when it is dropped.
pub struct Passing(PathBuf);

impl Passing {
    pub async fn open(name: &str) -> Result<(Passing, Desk), Failure> {
        let folder = env::temp_dir().join(format!("plumbline-{name}-{}", std::process::id()));
        // Left behind by a program of the same number that was killed.
        let _ = fs::remove_dir_all(&folder);
        let made = fs::create_dir_all(&folder);
        made.map_err(|error| Failure::Failed(format!("cannot make {}: {error}", folder.display())))?;
        let passing = Passing(folder);
        let desk = open(&inside(&passing.0)).await?;
        Ok((passing, desk))
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What follows from entries of the journal.
const REACTIONS: &[Reaction] =
    &[desk::post::promise, readers::promise, proof::promise, effect::promise, satisfaction::promise];

/// Opens the database at an address.
pub async fn open(url: &str) -> Result<Desk, Failure> {
    let desk = Desk::open(url, kinds::catalog(), REACTIONS).await;
    desk.map_err(|fault| Failure::Failed(format!("cannot open the database {}: {fault}", shown(url))))
}

fn set(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn inside(folder: &std::path::Path) -> String {
    format!("sqlite:{}", folder.join(FILE).display())
}

fn checked(url: &str) -> Result<String, Failure> {
    let url = url.trim();
    if url.strip_prefix("sqlite:").is_some_and(|path| !path.is_empty())
        || url.starts_with("postgres://")
        || url.starts_with("postgresql://")
    {
        return Ok(url.to_string());
    }
    Err(Failure::Usage(format!("\"{}\" is neither sqlite:PATH nor postgres://…", shown(url))))
}

/// An address without its password.
pub fn shown(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, rest)), Some((_, host))) => match rest.split_once([':', '@']) {
            Some((user, _)) => format!("{scheme}://{user}@{host}"),
            None => url.to_string(),
        },
        _ => url.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(shown("postgres://ines:geheim@db.example/sms"), "postgres://ines@db.example/sms");
        assert_eq!(shown("postgres://ines:ge@heim@db/sms"), "postgres://ines@db/sms");
        assert_eq!(shown("sqlite:/var/lib/p@lumb.db"), "sqlite:/var/lib/p@lumb.db");
    }
}
