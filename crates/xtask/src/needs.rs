//! What the tests need beside Rust, how to see whether it is there, and how to install it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::cluster;

/// Something that a part of the tests cannot do without.
pub struct Need {
    name: &'static str,
    is_there: fn() -> bool,
    source: Source,
}

/// Where a need is installed from.
#[derive(Clone, Copy)]
enum Source {
    /// Packages of Debian and its relatives.
    Debian(&'static [&'static str]),
    /// A component of the Rust toolchain.
    Rustup(&'static str),
}

pub const POSTGRES: Need = Need {
    name: "PostgreSQL (server)",
    is_there: || cluster::programs().is_some(),
    source: Source::Debian(&["postgresql"]),
};

pub const IMAP: Need = Need {
    name: "Dovecot (IMAP server)",
    is_there: || PathBuf::from("/usr/sbin/dovecot").is_file() && PathBuf::from("/usr/lib/dovecot/imap").is_file(),
    source: Source::Debian(&["dovecot-imapd"]),
};

pub const SMTP: Need = Need {
    name: "aiosmtpd (SMTP server)",
    // The system's own Python has it; another one that comes first on the path has not.
    is_there: || succeeds("/usr/bin/python3", &["-c", "import aiosmtpd"]),
    source: Source::Debian(&["python3-aiosmtpd"]),
};

pub const OPENSSL: Need =
    Need { name: "openssl", is_there: || on_path("openssl").is_some(), source: Source::Debian(&["openssl"]) };

/// Debian's Chromium depends on no font; without one a page is measured with empty boxes.
pub const CHROMIUM: Need = Need {
    name: "Chromium",
    is_there: || chromium().is_some(),
    source: Source::Debian(&["chromium", "fonts-dejavu-core"]),
};

pub const NODE: Need = Need { name: "Node.js 18 or newer", is_there: has_node, source: Source::Debian(&["nodejs"]) };

pub const NPM: Need = Need { name: "npm", is_there: || on_path("npm").is_some(), source: Source::Debian(&["npm"]) };

pub const RUSTFMT: Need =
    Need { name: "rustfmt", is_there: || succeeds("cargo", &["fmt", "--version"]), source: Source::Rustup("rustfmt") };

pub const CLIPPY: Need =
    Need { name: "clippy", is_there: || succeeds("cargo", &["clippy", "--version"]), source: Source::Rustup("clippy") };

/// Installs what is missing of these, or says exactly what to install.
pub fn provide(needs: &[Need]) -> Result<(), String> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|need| need.name).collect::<Vec<_>>().join(", ");
    let commands = commands(&missing.iter().map(|need| need.source).collect::<Vec<_>>());
    if !may_install(&missing) {
        let wanted = commands.iter().map(|words| format!("  {}", words.join(" "))).collect::<Vec<_>>().join("\n");
        return Err(format!("missing: {names}. Please install (on Debian, as root):\n{wanted}"));
    }
    println!("Installing what is missing: {names}");
    for words in &commands {
        install(words)?;
    }
    match missing.iter().find(|need| !(need.is_there)()) {
        Some(need) => Err(format!("{} is still missing after:\n  {}", need.name, lines(&commands))),
        None => Ok(()),
    }
}

/// The commands that install from these sources, Debian's packages in one go.
fn commands(sources: &[Source]) -> Vec<Vec<&'static str>> {
    let mut packages = Vec::new();
    let mut components = Vec::new();
    for source in sources {
        match source {
            Source::Debian(names) => packages.extend_from_slice(names),
            Source::Rustup(name) => components.push(*name),
        }
    }
    let mut commands = Vec::new();
    if !packages.is_empty() {
        commands.push(vec!["apt-get", "update"]);
        commands.push([&["apt-get", "install", "--yes", "--no-install-recommends"], packages.as_slice()].concat());
    }
    if !components.is_empty() {
        commands.push([&["rustup", "component", "add"], components.as_slice()].concat());
    }
    commands
}

fn lines(commands: &[Vec<&str>]) -> String {
    commands.iter().map(|words| words.join(" ")).collect::<Vec<_>>().join("\n  ")
}

fn may_install(missing: &[&Need]) -> bool {
    missing.iter().all(|need| match need.source {
        Source::Debian(_) => on_path("apt-get").is_some() && (is_root() || has_sudo()),
        Source::Rustup(_) => on_path("rustup").is_some(),
    })
}

fn install(words: &[&str]) -> Result<(), String> {
    println!("  {}", words.join(" "));
    let mut command = if words[0] == "apt-get" && !is_root() {
        let mut command = Command::new("sudo");
        command.args(["-n", "DEBIAN_FRONTEND=noninteractive"]).args(words);
        command
    } else {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{}: {status}", words.join(" "))),
        Err(reason) => Err(format!("{}: {reason}", words.join(" "))),
    }
}

pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn has_sudo() -> bool {
    succeeds("sudo", &["-n", "true"])
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The first program of this name on the path.
pub fn on_path(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The browser that the tests drive: Debian's name for it first.
pub fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| on_path(name))
}

/// playwright-core, as e2e/package.json pins it, runs on 18, which is what Debian 12 has.
fn has_node() -> bool {
    let output = Command::new("node").arg("--version").output();
    output.is_ok_and(|output| major(&String::from_utf8_lossy(&output.stdout)) >= Some(18))
}

/// The 20 of `v20.20.2`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_installed_in_one_go() {
        assert_eq!(
            lines(&commands(&[POSTGRES.source, CLIPPY.source, NPM.source, RUSTFMT.source])),
            "apt-get update\n  apt-get install --yes --no-install-recommends postgresql npm\n  rustup component add clippy rustfmt"
        );
        assert!(commands(&[]).is_empty());
    }

    #[test]
    fn the_version_of_node_is_read() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("v9.1"), Some(9));
        assert_eq!(major("twenty"), None);
        assert!(major("") < Some(18));
    }
}
