//! What became of a file: counts, and every line that was refused with its reason.

use serde_json::{Value as Json, json};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub line: u64,
    pub number: Option<String>,
    pub reason: String,
}

/// Counts of records that were made along the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub format: &'static str,
    pub dry_run: bool,
    /// Nothing was kept because something was refused and all or nothing was asked for.
    pub undone: bool,
    /// Lines or rows with something in them.
    pub read: u64,
    pub records: Counts,
    pub aside: Counts,
    pub refused: u64,
    /// The first of them, at most [`Report::LISTED`].
    pub refusals: Vec<Refused>,
    pub remarks: Vec<String>,
    /// Why reading stopped before the end.
    pub broken: Option<String>,
}

impl Refused {
    /// "line 17, INC-20: fields.impact: …"
    pub fn sentence(&self) -> String {
        match &self.number {
            Some(number) => format!("line {}, {number}: {}", self.line, self.reason),
            None => format!("line {}: {}", self.line, self.reason),
        }
    }
}

impl Report {
    /// Refused lines that are kept for the report; each is told on standard error in any case.
    pub const LISTED: usize = 10_000;

    pub fn refuse(&mut self, refused: Refused) {
        self.refused += 1;
        if self.refusals.len() < Report::LISTED {
            self.refusals.push(refused);
        }
    }

    /// Whether everything in the file was taken.
    pub fn is_whole(&self) -> bool {
        self.refused == 0 && self.broken.is_none()
    }

    pub fn to_json(&self) -> Json {
        let refusals: Vec<Json> = self
            .refusals
            .iter()
            .map(|refused| json!({"line": refused.line, "number": refused.number, "reason": refused.reason}))
            .collect();
        let mut report = json!({
            "format": self.format,
            "dry_run": self.dry_run,
            "read": self.read,
            "new": self.records.new,
            "changed": self.records.changed,
            "unchanged": self.records.unchanged,
            "refused": self.refused,
            "undone": self.undone,
            "refusals": refusals,
            "remarks": self.remarks,
            "broken": self.broken,
        });
        if self.aside != Counts::default() {
            let Counts { new, changed, unchanged } = self.aside;
            report["teams"] = json!({"new": new, "changed": changed, "unchanged": unchanged});
        }
        report
    }
}

/// The closing line.
impl std::fmt::Display for Report {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counts { new, changed, unchanged } = self.records;
        write!(
            out,
            "read {}, new {new}, changed {changed}, unchanged {unchanged}, refused {}",
            self.read, self.refused
        )?;
        match (self.dry_run, self.undone) {
            (true, _) => write!(out, " (dry run: nothing was written)"),
            (_, true) => write!(out, " (nothing was written: all or nothing)"),
            _ => Ok(()),
        }
    }
}
