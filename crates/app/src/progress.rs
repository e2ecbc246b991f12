//! Progress of long work: one line on a terminal that rewrites itself, nothing at all otherwise.

use std::{
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

pub struct Progress {
    shown: bool,
    last: Option<Instant>,
    width: usize,
}

/// Between two lines.
const PAUSE: Duration = Duration::from_millis(150);

impl Progress {
    pub fn new() -> Progress {
        Progress { shown: std::io::stderr().is_terminal(), last: None, width: 0 }
    }

    pub fn say(&mut self, line: impl FnOnce() -> String) {
        if !self.shown || self.last.is_some_and(|last| last.elapsed() < PAUSE) {
            return;
        }
        self.last = Some(Instant::now());
        let line = line();
        eprint!("\r{line:<width$}", width = self.width);
        self.width = line.chars().count();
        let _ = std::io::stderr().flush();
    }

    /// Takes the line away before something else is said.
    pub fn clear(&mut self) {
        if self.width > 0 {
            eprint!("\r{:width$}\r", "", width = self.width);
            self.width = 0;
            self.last = None;
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Progress::new()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
