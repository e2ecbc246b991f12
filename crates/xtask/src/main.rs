//! The project's own tasks: `cargo xtask test` runs every test there is, `cargo xtask postgres` lends a private PostgreSQL.

mod cluster;
mod guard;
mod needs;
mod parts;
mod tally;

use std::path::PathBuf;
use std::process::ExitCode;

use parts::Part;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  test [--only lint|rust|browser]...
            runs every test there is: rustfmt and clippy, unit and integration tests on SQLite and
            PostgreSQL, documentation tests, browser and accessibility tests in Chromium. Installs the
            Debian packages it needs when it may, else says which. What did not run fails the run.
  postgres  starts a private PostgreSQL for development, prints its address, runs until Ctrl-C
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["test", rest @ ..] => match selection(rest) {
            Ok(selected) => parts::test(&selected, &root()),
            Err(reason) => wrong_usage(&reason),
        },
        ["postgres"] => postgres(),
        ["--help" | "-h" | "help"] => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        [] => wrong_usage("which command?"),
        [other, ..] => wrong_usage(&format!("{other:?} is not a command, or takes no arguments")),
    }
}

fn wrong_usage(reason: &str) -> ExitCode {
    eprintln!("cargo xtask: {reason}\n\n{USAGE}");
    ExitCode::from(2)
}

/// The parts that the arguments of `test` ask for: all of them without `--only`.
fn selection(arguments: &[&str]) -> Result<Vec<Part>, String> {
    let mut selected = Vec::new();
    let mut rest = arguments.iter();
    while let Some(&argument) = rest.next() {
        let name = match argument.strip_prefix("--only") {
            Some("") => *rest.next().ok_or("--only needs the name of a part: lint, rust or browser")?,
            Some(value) if value.starts_with('=') => &value[1..],
            _ => return Err(format!("test does not know {argument:?}")),
        };
        let part = Part::named(name).ok_or(format!("{name:?} is no part of the tests: lint, rust or browser"))?;
        if !selected.contains(&part) {
            selected.push(part);
        }
    }
    Ok(if selected.is_empty() { Part::ALL.to_vec() } else { selected })
}

/// The top of the repository, from where cargo found this package.
fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    PathBuf::from(package).join("../..")
}

fn postgres() -> ExitCode {
    let lent = needs::provide(&[needs::POSTGRES]).and_then(|()| cluster::Cluster::start());
    match lent {
        Ok(mut cluster) => {
            println!("PostgreSQL runs until Ctrl-C, then everything in it is removed. For the tests:");
            println!("export {}={}", cluster::TEST_VARIABLE, cluster.url());
            eprintln!("{}", cluster.wait());
            ExitCode::FAILURE
        }
        Err(reason) => {
            eprintln!("cargo xtask postgres: {reason}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_only_every_part_is_run() {
        assert_eq!(selection(&[]), Ok(vec![Part::Lint, Part::Rust, Part::Browser]));
    }

    #[test]
    fn only_selects_in_both_spellings_and_once_each() {
        assert_eq!(
            selection(&["--only", "rust", "--only=browser", "--only=rust"]),
            Ok(vec![Part::Rust, Part::Browser])
        );
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        assert_eq!(
            selection(&["--only", "rusty"]),
            Err("\"rusty\" is no part of the tests: lint, rust or browser".into())
        );
        assert_eq!(selection(&["--fast"]), Err("test does not know \"--fast\"".into()));
        assert_eq!(selection(&["--onlyrust"]), Err("test does not know \"--onlyrust\"".into()));
        assert!(selection(&["--only"]).is_err());
    }
}
