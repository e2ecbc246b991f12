//! A private PostgreSQL cluster for tests and development: made new, on a free loopback port, gone at the end.

use std::fs::File;
use std::io::{Read, Seek};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::guard;
use crate::needs;

/// The environment variable in which the tests look for the address of a cluster.
pub const TEST_VARIABLE: &str = "PLUMBLINE_TEST_POSTGRES";

/// The superuser of the cluster, and the database that stands ready in it.
const NAME: &str = "plumbline";

const START_LIMIT: Duration = Duration::from_secs(90);

/// A running cluster. Stops and is removed when dropped, and also when this program is killed.
pub struct Cluster {
    server: Child,
    /// What the server says. Kept open: a server that fails to start takes its folder with it.
    log: File,
    port: u16,
}

impl Cluster {
    /// Makes and starts a cluster and creates its database, or says why not.
    pub fn start() -> Result<Self, String> {
        let programs = programs().ok_or("PostgreSQL's initdb is not to be found")?;
        let folder = new_folder()?;
        let port = free_port()?;
        let server = initialise(&programs, &folder).and_then(|()| serve(&programs, &folder, port));
        let (server, log) = server.inspect_err(|_| {
            // The reason is reported; a folder that stays behind is the smaller trouble.
            let _ = std::fs::remove_dir_all(&folder);
        })?;
        let mut cluster = Self { server, log, port };
        cluster.wait_until_ready(&programs)?;
        let mut createdb = Command::new(programs.join("createdb"));
        finish(createdb.args(["-h", "127.0.0.1", "-U", NAME, "-p"]).arg(port.to_string()).arg(NAME))?;
        Ok(cluster)
    }

    /// The address of the ready database, as a superuser who may create more of them.
    pub fn url(&self) -> String {
        format!("postgres://{NAME}@127.0.0.1:{}/{NAME}", self.port)
    }

    /// Waits until the server ends by itself; only a mishap makes it.
    pub fn wait(&mut self) -> String {
        loop {
            match self.server.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(500)),
                Ok(Some(status)) => return format!("PostgreSQL ended by itself: {status}"),
                Err(reason) => return format!("PostgreSQL cannot be watched: {reason}"),
            }
        }
    }

    fn wait_until_ready(&mut self, programs: &Path) -> Result<(), String> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let mut ready = Command::new(programs.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-U", NAME, "-d", "postgres", "-p"]).arg(self.port.to_string());
            if ready.status().is_ok_and(|status| status.success()) {
                return Ok(());
            }
            let ended = self.server.try_wait().map_err(|reason| reason.to_string())?;
            if ended.is_some() || Instant::now() >= deadline {
                let mut said = String::new();
                let _ = self.log.rewind().and_then(|()| self.log.read_to_string(&mut said));
                let how = ended.map_or(format!("not ready within {START_LIMIT:?}"), |status| status.to_string());
                return Err(format!("PostgreSQL did not start: {how}\n{said}"));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        guard::stop(&mut self.server);
    }
}

/// Where PostgreSQL keeps its programs: Debian does not put those of the server on the path. The newest version wins.
pub fn programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, programs)| programs.join("initdb").is_file())
        .collect();
    versions.sort();
    versions.pop().map(|(_, programs)| programs).or_else(|| Some(needs::on_path("initdb")?.parent()?.to_owned()))
}

/// A folder for this cluster alone, readable by its server, in the system's temporary folder: the repository may lie
/// where another account cannot reach it.
fn new_folder() -> Result<PathBuf, String> {
    #[expect(clippy::disallowed_methods, reason = "a name for a folder, at the program's edge")]
    let moment = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let folder = std::env::temp_dir().join(format!("plumbline-postgres-{}-{moment}", std::process::id()));
    let mut mkdir = Command::new("mkdir");
    finish(mkdir.args(["-m", "700"]).arg(&folder))?;
    if needs::is_root() {
        finish(Command::new("chown").arg("postgres:").arg(&folder))?;
    }
    Ok(folder)
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|reason| format!("no free port: {reason}"))?;
    Ok(listener.local_addr().map_err(|reason| reason.to_string())?.port())
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// The words that run a program as the owner of the cluster: PostgreSQL refuses to run as root.
fn as_owner() -> &'static [&'static str] {
    if needs::is_root() {
        &["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
    } else {
        &["env"]
    }
}

/// Collation is English by ICU on purpose, where it can be: statements that lean on byte order would pass under "C",
/// and fail at most of those who run PostgreSQL.
fn initialise(programs: &Path, folder: &Path) -> Result<(), String> {
    let owner = as_owner();
    let initdb = |more: &[&str]| {
        let mut command = Command::new(owner[0]);
        command.args(&owner[1..]).arg(programs.join("initdb")).current_dir(folder);
        command.args(["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-U", NAME]).args(more);
        finish(command.arg("-D").arg(data(folder)))
    };
    // Before version 15 initdb does not know the option: it refuses before it writes anything.
    initdb(&["--locale-provider=icu", "--icu-locale=en-US"]).or_else(|_| initdb(&[]))
}

fn serve(programs: &Path, folder: &Path, port: u16) -> Result<(Child, File), String> {
    let path = folder.join("log");
    let log = File::options().read(true).append(true).create_new(true).open(&path);
    let log = log.map_err(|reason| format!("{}: {reason}", path.display()))?;
    let (Ok(output), Ok(errors)) = (log.try_clone(), log.try_clone()) else {
        return Err("too many open files".into());
    };
    // INT is PostgreSQL's fast shutdown: it does not wait for clients.
    let mut command = guard::guarded("INT", Some(folder));
    command.args(as_owner()).arg(programs.join("postgres")).arg("-D").arg(data(folder)).current_dir(folder);
    let port = format!("port={port}");
    let settings = ["listen_addresses=127.0.0.1", &port, "unix_socket_directories=", "max_connections=200", "fsync=on"];
    command.args(settings.iter().flat_map(|setting| ["-c", setting]));
    let server = command.stdout(output).stderr(errors).spawn().map_err(|reason| format!("postgres: {reason}"))?;
    Ok((server, log))
}

/// Runs a short command to its end; its output is only shown as the reason of a failure.
fn finish(command: &mut Command) -> Result<(), String> {
    let name = format!("{command:?}");
    let output = command.output().map_err(|reason| format!("{name}: {reason}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{name}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_answers_syncs_to_disk_and_leaves_nothing_behind() {
        let cluster = Cluster::start().expect("PostgreSQL is one of the things the tests need");
        let ask = |statement: &str| {
            let output = Command::new("psql").args(["-X", "-A", "-t", "-c", statement]).arg(cluster.url()).output();
            String::from_utf8(output.expect("psql comes with PostgreSQL").stdout).expect("UTF-8").trim().to_owned()
        };
        assert_eq!(
            ask("select current_database(), rolsuper from pg_roles where rolname = current_user"),
            "plumbline|t"
        );
        assert_eq!(ask("show fsync"), "on");
        assert_eq!(ask("show server_encoding"), "UTF8");
        let (folder, port) = (PathBuf::from(ask("show data_directory")), cluster.port);
        assert!(folder.exists());
        drop(cluster);
        assert!(!folder.exists());
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
