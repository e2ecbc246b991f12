//! The parts of `cargo xtask test`, run one after another, and the sum that stands at the end.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crate::cluster::{Cluster, TEST_VARIABLE};
use crate::guard::{self, End};
use crate::needs::{self, Need};
use crate::tally::{Runner, Tally};

/// How many random clocks are compared with a walk from minute to minute (`crates/engines/tests/clocks/walk.rs`).
const CLOCK_CASES: &str = "PLUMBLINE_CLOCK_CASES";

/// A part that can be run alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part {
    Lint,
    Rust,
    Browser,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Lint, Self::Rust, Self::Browser];

    pub fn named(name: &str) -> Option<Self> {
        match name {
            "lint" => Some(Self::Lint),
            "rust" => Some(Self::Rust),
            "browser" => Some(Self::Browser),
            _ => None,
        }
    }

    const fn needs(self) -> &'static [Need] {
        match self {
            Self::Lint => &[needs::RUSTFMT, needs::CLIPPY],
            Self::Rust => &[needs::POSTGRES, needs::IMAP, needs::SMTP, needs::OPENSSL],
            Self::Browser => &[needs::CHROMIUM, needs::NODE, needs::NPM],
        }
    }
}

/// The one step that may find no test.
const DOCUMENTATION: &str = "documentation tests";

/// All parts together: a run on two cores that takes longer is a defect of its own.
const WHOLE: Duration = Duration::from_secs(85 * 60);

/// One command of the run and what came of it.
struct Step {
    name: &'static str,
    tally: Tally,
    /// Why it failed beside failed tests, in a sentence.
    trouble: Option<String>,
    took: Duration,
}

impl Step {
    /// Tests that failed or did not run; trouble without a failed test counts as one.
    fn failures(&self) -> u64 {
        let failures = self.tally.failed + self.tally.left_out;
        if failures == 0 && self.trouble.is_some() { 1 } else { failures }
    }
}

/// Runs the selected parts, all of them even after a failure, and prints the sum: `N passed, M failed` alone on the
/// last line, 0 failed only when everything that was to run has run and passed.
pub fn test(selected: &[Part], root: &Path) -> ExitCode {
    let mut run = Run { root, begun: Instant::now(), steps: Vec::new() };
    for &part in selected {
        match needs::provide(part.needs()) {
            Ok(()) => run.part(part),
            Err(reason) => run.could_not(part, reason),
        }
    }
    run.close()
}

struct Run<'a> {
    root: &'a Path,
    begun: Instant,
    steps: Vec<Step>,
}

impl Run<'_> {
    fn part(&mut self, part: Part) {
        match part {
            Part::Lint => self.lint(),
            Part::Rust => self.rust(),
            Part::Browser => self.browser(),
        }
    }

    fn could_not(&mut self, part: Part, reason: String) {
        let name = match part {
            Part::Lint => "formatting and lints",
            Part::Rust => "Rust tests",
            Part::Browser => "browser tests",
        };
        self.steps.push(Step { name, tally: Tally::default(), trouble: Some(reason), took: Duration::ZERO });
    }

    fn lint(&mut self) {
        self.step("rustfmt", None, 5, self.cargo(&["fmt", "--all", "--check"]));
        let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
        self.step("clippy", None, 40, self.cargo(&clippy));
    }

    /// Ignored tests are run too: every test there is.
    fn rust(&mut self) {
        let cluster = match Cluster::start() {
            Ok(cluster) => cluster,
            Err(reason) => return self.could_not(Part::Rust, reason),
        };
        let (runner, words): (_, &[&str]) = if needs::on_path("cargo-nextest").is_some() {
            (Runner::Nextest, &["nextest", "run", "--workspace", "--no-fail-fast", "--run-ignored", "all"])
        } else {
            let kinds = ["--lib", "--bins", "--tests", "--examples"];
            (
                Runner::Cargo,
                &[&["test", "--workspace", "--no-fail-fast"], &kinds[..], &["--", "--include-ignored"]].concat(),
            )
        };
        let mut command = self.cargo(words);
        command.env(TEST_VARIABLE, cluster.url());
        if std::env::var_os(CLOCK_CASES).is_none() {
            command.env(CLOCK_CASES, "100000");
        }
        self.step("unit and integration tests", Some(runner), 60, command);
        let mut command = self.cargo(&["test", "--workspace", "--doc", "--no-fail-fast"]);
        command.env(TEST_VARIABLE, cluster.url());
        self.step(DOCUMENTATION, Some(Runner::Cargo), 20, command);
    }

    fn browser(&mut self) {
        let built = self.step("program for the browser", None, 40, self.cargo(&["build", "--workspace", "--bins"]));
        let folder = self.root.join("e2e");
        let installed = is_installed(&folder) || {
            let mut command = self.command("npm", &["ci", "--no-audit", "--no-fund"]);
            command.current_dir(&folder);
            self.step("browser test packages", None, 10, command)
        };
        if !(built && installed) {
            return self.could_not(Part::Browser, "not run: see the step before".into());
        }
        let (Ok(xtask), Some(chromium)) = (std::env::current_exe(), needs::chromium()) else {
            return self.could_not(Part::Browser, "the built program or the browser is not to be found".into());
        };
        let mut command = self.command("node", &["--test", "--test-reporter=spec", "run.test.mjs"]);
        // Cargo puts all programs of one build into one folder, and this program is one of them.
        command.env("PLUMBLINE_PROGRAM", xtask.with_file_name("plumbline"));
        command.env("PLUMBLINE_CHROMIUM", chromium).current_dir(folder);
        self.step("browser and accessibility tests", Some(Runner::Node), 30, command);
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = guard::guarded("TERM", None);
        command.arg(program).args(arguments).current_dir(self.root);
        if std::io::IsTerminal::is_terminal(&std::io::stdout()) && std::env::var_os("NO_COLOR").is_none() {
            command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
        }
        command
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        self.command("cargo", arguments)
    }

    /// Runs one step within its limit in minutes and what is left of the whole run; true when it passed.
    fn step(&mut self, name: &'static str, runner: Option<Runner>, minutes: u64, command: Command) -> bool {
        println!("\n== {name}");
        let begun = Instant::now();
        let limit = Duration::from_secs(minutes * 60).min(WHOLE.saturating_sub(self.begun.elapsed()));
        let mut tally = Tally::default();
        let end = guard::watch(command, limit, |line| {
            if let Some(runner) = runner {
                tally.read(runner, line);
            }
        });
        let trouble = trouble(&end, tally, runner.is_none() || name == DOCUMENTATION);
        let step = Step { name, tally, trouble, took: begun.elapsed() };
        let passed = step.failures() == 0;
        self.steps.push(step);
        passed
    }

    fn close(self) -> ExitCode {
        println!("\n== result");
        let (mut passed, mut failed) = (0, 0);
        for step in &self.steps {
            passed += step.tally.passed;
            failed += step.failures();
            println!("{}", line(step));
        }
        println!("{passed} passed, {failed} failed");
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Why a step failed although no test of it did, if so.
fn trouble(end: &End, tally: Tally, may_be_empty: bool) -> Option<String> {
    match end {
        End::NotStarted(reason) => Some(format!("could not be started: {reason}")),
        End::TimedOut(limit) => Some(format!("stopped: it took longer than {} s", limit.as_secs())),
        End::Exited(status) if !status.success() && tally.failed == 0 => Some(format!("failed: {status}")),
        End::Exited(_) if tally.left_out > 0 => Some(format!("{} tests did not run", tally.left_out)),
        // A runner that finds none has looked in the wrong place.
        End::Exited(status) if status.success() && tally.passed == 0 && !may_be_empty => {
            Some("no test was executed".into())
        }
        End::Exited(_) => None,
    }
}

fn line(step: &Step) -> String {
    let counts = match (step.tally, step.failures()) {
        (Tally { passed: 0, .. }, 0) => "ok".to_owned(),
        (tally, failures) => format!("{} passed, {failures} failed", tally.passed),
    };
    let trouble = step.trouble.as_ref().map(|reason| format!("\n    {reason}")).unwrap_or_default();
    format!("{:<34} {:>6} s  {counts}{trouble}", step.name, step.took.as_secs())
}

/// Whether the packages of the lock file are those in `node_modules`: npm writes what it installed there.
fn is_installed(folder: &Path) -> bool {
    let changed = |name: &str| folder.join(name).metadata().and_then(|file| file.modified());
    match (changed("node_modules/.package-lock.json"), changed("package-lock.json")) {
        (Ok(installed), Ok(locked)) => installed >= locked,
        _ => false,
    }
}
