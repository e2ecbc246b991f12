//! Real mail servers on loopback: Dovecot gives mail out by IMAP over TLS, two aiosmtpd take mail in by SMTP, one for
//! us and one for the customer. All of it in one folder, as whoever runs the tests; gone when it is dropped.

use std::{
    fs,
    io::Read,
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Longest wait for a server to listen and for a message to come.
pub const PATIENCE: Duration = Duration::from_secs(90);
pub const PASSWORD: &str = "salt and tide";

pub struct Servers {
    folder: tempfile::TempDir,
    children: Vec<Child>,
    pub imaps: u16,
    /// Where mail for us goes, and where ours to customers goes.
    pub inward: u16,
    pub outward: u16,
}

impl Drop for Servers {
    fn drop(&mut self) {
        for child in &mut self.children {
            // Dovecot's children go with it when it is asked to stop; it is asked, then made to.
            let _ = Command::new("kill").arg(child.id().to_string()).status();
        }
        for child in &mut self.children {
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(5) && !matches!(child.try_wait(), Ok(Some(_))) {
                std::thread::sleep(Duration::from_millis(50));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Servers {
    pub fn start() -> Servers {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // As root, the servers step down to nobody, who must get through.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a folder to pass");
        let maildirs =
            ["support", "kim"].map(|name| ["", "/tmp", "/new", "/cur"].map(|part| format!("mail/{name}{part}")));
        let plain = ["mail", "run", "home"].map(str::to_string);
        for name in plain.into_iter().chain(maildirs.into_iter().flatten()) {
            let made = folder.path().join(&name);
            fs::create_dir(&made).expect("a folder");
            fs::set_permissions(&made, fs::Permissions::from_mode(0o777)).expect("a folder for nobody");
        }
        certificates(folder.path());
        let [imaps, inward, outward] = [free_port(), free_port(), free_port()];
        let mut servers = Servers { folder, children: Vec::new(), imaps, inward, outward };
        servers.smtp("support", inward);
        servers.smtp("kim", outward);
        servers.dovecot();
        [inward, outward, imaps].into_iter().for_each(|port| servers.await_port(port));
        servers
    }

    /// A certificate that the program must be told to trust.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn smtp(&mut self, name: &str, port: u16) {
        let maildir = self.folder.path().join("mail").join(name);
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-m", "aiosmtpd", "-l", &format!("127.0.0.1:{port}"), "-c", "aiosmtpd.handlers.Mailbox"]);
        command.arg(&maildir);
        if !is_root() {
            command.arg("--nosetuid");
        }
        command.arg("--tlscert").arg(self.folder.path().join("cert.pem"));
        command.arg("--tlskey").arg(self.folder.path().join("key.pem")).arg("--no-requiretls");
        self.children.push(started(&mut command, &self.folder.path().join(format!("{name}.log"))));
    }

    fn dovecot(&mut self) {
        let (here, me) = (self.folder.path().display(), whoami());
        let users = match is_root() {
            true => "mail_uid = nobody\nmail_gid = nogroup\n".to_string(),
            false => format!(
                "default_internal_user = {me}\ndefault_login_user = {me}\ndefault_internal_group = {}\nmail_uid = {me}\n\
                 service anvil {{\n  chroot =\n}}\nservice imap-login {{\n  chroot =\n}}\n",
                group()
            ),
        };
        let text = format!(
            "base_dir = {here}/run\nstate_dir = {here}/run\nlog_path = {here}/dovecot.log\nprotocols = imap\nlisten = 127.0.0.1\n\
             ssl = required\nssl_cert = <{here}/cert.pem\nssl_key = <{here}/key.pem\nmail_location = maildir:{here}/mail/%n\n\
             first_valid_uid = 1\n{users}passdb {{\n  driver = static\n  args = password={}\n}}\n\
             userdb {{\n  driver = static\n  args = home={here}/home/%n\n}}\n\
             service imap-login {{\n  inet_listener imap {{\n    port = 0\n  }}\n  inet_listener imaps {{\n    port = {}\n    ssl = yes\n  }}\n}}\n",
            PASSWORD.replace(' ', "_"),
            self.imaps
        );
        let path = self.folder.path().join("dovecot.conf");
        fs::write(&path, text).expect("a configuration");
        let mut command = Command::new("/usr/sbin/dovecot");
        command.arg("-F").arg("-c").arg(path);
        self.children.push(started(&mut command, &self.folder.path().join("dovecot.out")));
    }

    fn await_port(&self, port: u16) {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < PATIENCE, "nothing listens on {port}: {}", self.logs());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the servers say of themselves, for a test that fails.
    pub fn logs(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        ["dovecot.out", "dovecot.log", "support.log", "kim.log"].map(read).concat()
    }

    /// The messages that the customer has got, oldest first.
    pub fn of_kim(&self) -> Vec<Vec<u8>> {
        let new = self.folder.path().join("mail/kim/new");
        let mut found: Vec<(std::time::SystemTime, Vec<u8>)> = Vec::new();
        for entry in fs::read_dir(new).into_iter().flatten().flatten() {
            let at = entry.metadata().and_then(|file| file.modified());
            if let (Ok(at), Ok(bytes)) = (at, fs::read(entry.path())) {
                found.push((at, bytes));
            }
        }
        found.sort_by_key(|(at, _)| *at);
        found.into_iter().map(|(_, bytes)| bytes).collect()
    }

    /// Waits until the customer has so many messages.
    pub fn await_kim(&self, count: usize) -> Vec<Vec<u8>> {
        let begun = Instant::now();
        loop {
            let found = self.of_kim();
            if found.len() >= count {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "{} of {count} messages came: {}", found.len(), self.logs());
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn started(command: &mut Command, log: &Path) -> Child {
    let out = fs::File::create(log).expect("a log");
    let error = out.try_clone().expect("the same log");
    let name = command.get_program().to_string_lossy().into_owned();
    let child = command.stdin(Stdio::null()).stdout(out).stderr(error).spawn();
    child.unwrap_or_else(|why| panic!("{name} does not start ({why}): cargo xtask test installs what is needed"))
}

/// An authority of our own and a certificate of it for this machine.
fn certificates(folder: &Path) {
    fs::write(folder.join("ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n").expect("a file");
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout"];
    openssl(
        folder,
        &[&["req", "-x509", "-days", "30", "-subj", "/CN=tests", "-out", "ca.pem"], &key[..], &["ca.key"]].concat(),
    );
    openssl(folder, &[&["req", "-subj", "/CN=localhost", "-out", "request.pem"], &key[..], &["key.pem"]].concat());
    let sign = "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out cert.pem";
    openssl(folder, &sign.split(' ').collect::<Vec<_>>());
    // The servers read it after they have stepped down; it guards nothing outside of this test.
    fs::set_permissions(folder.join("key.pem"), fs::Permissions::from_mode(0o644)).expect("a key to be read");
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let done = Command::new("openssl").args(arguments).current_dir(folder).output().expect("openssl");
    assert!(done.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

fn said_by(arguments: &[&str]) -> String {
    let mut text = String::new();
    let child = Command::new("id").args(arguments).stdout(Stdio::piped()).spawn();
    child.expect("id").stdout.expect("its answer").read_to_string(&mut text).expect("words");
    text.trim().to_string()
}

fn is_root() -> bool {
    said_by(&["-u"]) == "0"
}

fn whoami() -> String {
    said_by(&["-un"])
}

fn group() -> String {
    said_by(&["-gn"])
}
