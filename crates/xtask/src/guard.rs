//! Child processes that cannot outlive us: each has a process group of its own and a lifeline to this program.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// Runs `"$@"`; when the lifeline on standard input closes, because this program let go of it or died of anything at
/// all, it sends `$1` to the whole group and 15 seconds later KILL. Removes the folder `$2` at the end.
///
/// The standard library has no signals; a pipe needs none and also covers our own SIGKILL.
const SCRIPT: &str = r#"
stop_by=$1; leftover=$2; shift 2
trap : INT TERM
exec 3<&0
{ cat <&3; trap '' INT TERM; kill -s "$stop_by" 0; sleep 15; kill -s KILL 0; } >/dev/null 2>&1 &
watcher=$!
"$@" </dev/null 3<&-
code=$?
if [ -n "$leftover" ]; then rm -rf "$leftover"; fi
kill -s KILL "$watcher" 2>/dev/null
exit "$code"
"#;

/// How long a stopped group may take until the shell has killed it.
const GRACE: Duration = Duration::from_secs(20);

/// How long output is waited for after the command itself has ended: something it left behind may hold the pipes open.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// A command to which the program and its arguments are still to be added. `stop_by` is the signal (`TERM`, `INT`) that
/// ends it when its standard input is dropped, `leftover` a folder to remove once it has ended.
pub fn guarded(stop_by: &str, leftover: Option<&Path>) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", SCRIPT, "guard", stop_by]).arg(leftover.map_or(OsStr::new(""), Path::as_os_str));
    command.process_group(0).stdin(Stdio::piped());
    command
}

/// Lets go of the lifeline and waits for the end.
pub fn stop(child: &mut Child) {
    drop(child.stdin.take());
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline {
        match child.try_wait() {
            Ok(None) => thread::sleep(Duration::from_millis(50)),
            _ => return,
        }
    }
}

/// How a watched command ended.
pub enum End {
    Exited(ExitStatus),
    /// It was stopped after this time.
    TimedOut(Duration),
    /// It could not be started.
    NotStarted(std::io::Error),
}

/// Runs a guarded command to its end or to the limit, passes its output on as it comes, and shows each line (without
/// colours) to `heard`.
pub fn watch(mut command: Command, limit: Duration, mut heard: impl FnMut(&str)) -> End {
    let mut child = match command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(reason) => return End::NotStarted(reason),
    };
    let (sender, lines) = mpsc::channel();
    listen(child.stdout.take(), sender.clone());
    listen(child.stderr.take(), sender);

    let mut deadline = Instant::now() + limit;
    let mut ended = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(100)) {
            Ok(line) => {
                let mut out = std::io::stdout().lock();
                // Nobody reads us any more: the tests still count.
                let _ = out.write_all(&line).and_then(|()| out.flush());
                heard(plain(&String::from_utf8_lossy(&line)).trim_end());
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if ended.is_none() {
            match child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => {
                    ended = Some(End::Exited(status));
                    deadline = Instant::now() + LAST_WORDS;
                }
                Err(reason) => return End::NotStarted(reason),
            }
        }
        if Instant::now() >= deadline {
            if ended.is_none() {
                stop(&mut child);
                ended = Some(End::TimedOut(limit));
                deadline = Instant::now() + LAST_WORDS;
            } else {
                break;
            }
        }
    }
    ended.unwrap_or_else(|| match wait_until(&mut child, deadline) {
        Ok(Some(status)) => End::Exited(status),
        Ok(None) => {
            stop(&mut child);
            End::TimedOut(limit)
        }
        Err(reason) => End::NotStarted(reason),
    })
}

/// The exit of a child that has closed its output, if it comes in time. Keeps the lifeline, unlike `Child::wait`.
fn wait_until(child: &mut Child, deadline: Instant) -> std::io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn listen(source: Option<impl Read + Send + 'static>, sender: Sender<Vec<u8>>) {
    let Some(source) = source else { return };
    thread::spawn(move || {
        let mut source = BufReader::new(source);
        let mut line = Vec::new();
        while source.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            if sender.send(std::mem::take(&mut line)).is_err() {
                return;
            }
        }
    });
}

/// The line without its terminal colours (ECMA-48 control sequences: ESC `[` … a byte from `@` to `~`).
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        if character != '\u{1b}' {
            text.push(character);
        } else if rest.next() == Some('[') {
            for within in rest.by_ref() {
                if ('@'..='~').contains(&within) {
                    break;
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(text: &str) -> Command {
        let mut command = guarded("TERM", None);
        command.args(["sh", "-c", text]);
        command
    }

    /// Whether a process still runs; a zombie does not.
    fn runs(id: u32) -> bool {
        std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
    }

    #[test]
    fn lines_of_both_streams_and_the_exit_code_come_through() {
        let mut lines = Vec::new();
        let end =
            watch(shell("echo out; echo err >&2; printf 'no newline'; exit 3"), Duration::from_secs(30), |line| {
                lines.push(line.to_owned());
            });
        lines.sort();
        assert_eq!(lines, ["err", "no newline", "out"]);
        assert!(matches!(end, End::Exited(status) if status.code() == Some(3)));
    }

    #[test]
    fn what_takes_too_long_is_stopped_with_all_its_children() {
        let mut ids = Vec::new();
        let begun = Instant::now();
        let end = watch(shell("sleep 600 & echo $!; echo $$; wait"), Duration::from_secs(1), |line| {
            // The shell may also say that it was terminated.
            ids.extend(line.parse::<u32>());
        });
        assert!(matches!(end, End::TimedOut(_)));
        assert!(begun.elapsed() < Duration::from_secs(15));
        assert_eq!(ids.len(), 2);
        assert!(!ids.into_iter().any(runs));
    }

    #[test]
    fn dropping_the_lifeline_stops_the_child_and_removes_its_folder() {
        let folder = std::env::temp_dir().join(format!("plumbline-guard-{}", std::process::id()));
        std::fs::create_dir(&folder).expect("a folder in the temporary folder");
        let mut command = guarded("INT", Some(&folder));
        let mut child = command.args(["sleep", "600"]).spawn().expect("sh");
        assert!(folder.exists());
        stop(&mut child);
        assert!(!folder.exists());
    }

    #[test]
    fn colours_are_taken_off() {
        assert_eq!(plain("\u{1b}[32;1m     Summary\u{1b}[0m [ 0.1s]"), "     Summary [ 0.1s]");
        assert_eq!(plain("ℹ pass 3"), "ℹ pass 3");
    }
}
