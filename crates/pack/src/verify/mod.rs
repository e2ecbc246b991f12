//! Checks a pack without a database: the file itself, every file in it, the journal, the populations and the samples.
//!
//! A pack may come from anybody. Nothing is unpacked to disk, nothing is read whole that can be read by lines, and what
//! could harm whoever unpacks it (paths that lead away, files that grow without end) is refused.

mod container;
mod content;

use std::{collections::BTreeMap, path::Path};

use model::Moment;

use crate::{ASSESSMENT, MANIFEST, hash::HEX};
use container::Container;

/// What was looked at and what is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// SHA-256 of the whole pack in hexadecimal, and its bytes.
    pub hash: String,
    pub size: u64,
    pub files: usize,
    pub records: u64,
    pub entries: u64,
    pub requirements: usize,
    /// Entries of which something was erased by right.
    pub erased: u64,
    pub as_of: Option<Moment>,
    /// Another program has written the zip file anew: it has no seal, so only its files are vouched for.
    pub is_repacked: bool,
    pub broken: u64,
    /// The first faults, each a sentence that names the file or the record.
    pub first: Vec<String>,
}

/// Most sentences.
const TOLD: usize = 50;
/// Most bytes of a manifest; the largest known needs a hundredth of it.
const MANIFEST_MAX: u64 = 4 << 20;

/// Most sentences about the content of one file: what follows is mostly a consequence.
const TOLD_OF_ONE: usize = 5;

impl Report {
    /// Counts what was found inside a file.
    fn take(&mut self, inner: Report) {
        self.entries += inner.entries;
        self.erased += inner.erased;
        let room = TOLD.saturating_sub(self.first.len()).min(TOLD_OF_ONE);
        self.first.extend(inner.first.into_iter().take(room));
        self.broken += inner.broken;
    }

    fn fault(&mut self, sentence: impl Into<String>) {
        self.broken += 1;
        if self.first.len() < TOLD {
            self.first.push(sentence.into());
        }
    }
}

/// Checks a pack; `seen` hears what is being looked at.
///
/// # Errors
/// A sentence when it cannot be read at all, or must not be.
pub fn verify(path: &Path, seen: &mut dyn FnMut(&str)) -> Result<Report, String> {
    let mut report = Report::default();
    let mut container = Container::open(path, &mut report)?;
    report.files = container.names().len();
    let wanted = manifest(&mut container, &mut report)?;
    let mut pack = Pack { container, wanted, report };
    pack.strangers();
    content::check(&mut pack, seen);
    pack.rest(seen);
    let Pack { container, mut report, .. } = pack;
    container.tell_seal(&mut report);
    Ok(report)
}

/// A pack that is being checked.
struct Pack {
    container: Container,
    /// Hashes of the manifest that have not been compared yet.
    wanted: BTreeMap<String, String>,
    report: Report,
}

impl Pack {
    /// Files that the manifest does not know, and files of which only the manifest knows.
    fn strangers(&mut self) {
        let names: Vec<String> = self.container.names().map(str::to_string).collect();
        for name in &names {
            if name != MANIFEST && !self.wanted.contains_key(name) {
                self.report.fault(format!("{name} was added: the manifest does not know it"));
            }
        }
        let missing: Vec<String> = self.wanted.keys().filter(|name| !names.contains(name)).cloned().collect();
        for name in missing {
            self.wanted.remove(&name);
            self.report.fault(format!("{name} is missing"));
        }
    }

    /// Reads a file by `read` and compares its hash. `None` when it is not there (which was told already) or cannot be read.
    fn file<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut container::Content<'_>, &mut Report) -> Result<T, String>,
    ) -> Option<T> {
        let wanted = self.wanted.remove(name)?;
        let mut inner = Report::default();
        let done = self.container.read(name, |content| read(content, &mut inner));
        let answer = match done {
            Err(why) => {
                self.report.fault(format!("{name} {why}"));
                None
            }
            Ok((answer, hash)) => {
                if hash != wanted {
                    self.report.fault(format!("{name} is not what {MANIFEST} says: it was changed"));
                }
                answer.map_err(|why| inner.fault(format!("{name}: {why}"))).ok()
            }
        };
        self.report.take(inner);
        answer
    }

    /// Whether a file that must be there is there; says so when it is not.
    fn must(&mut self, name: &str) -> bool {
        let there = self.wanted.contains_key(name);
        let told = format!("{name} is missing");
        if !there && !self.report.first.contains(&told) {
            self.report.fault(told);
        }
        there
    }

    /// Files whose content means nothing to the checks.
    fn rest(&mut self, seen: &mut dyn FnMut(&str)) {
        while let Some(name) = self.wanted.keys().next().cloned() {
            seen(&name);
            self.file(&name, |_, _| Ok(()));
        }
    }
}

/// The manifest: a hash and a name a line, as `sha256sum` writes them.
fn manifest(container: &mut Container, report: &mut Report) -> Result<BTreeMap<String, String>, String> {
    if !container.names().any(|name| name == MANIFEST) {
        return Err(format!("this is no evidence pack: it has no {MANIFEST}"));
    }
    let read = container.read(MANIFEST, |content| content.text(MANIFEST_MAX));
    let text = read.and_then(|(text, _)| text).map_err(|why| format!("{MANIFEST} {why}"))?;
    let mut wanted = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let parts = line.split_once("  ");
        let is_hash = |hash: &&str| hash.len() == HEX && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match parts.filter(|(hash, name)| is_hash(hash) && container::strange(name).is_none()) {
            Some((_, name)) if wanted.contains_key(name) => {
                report.fault(format!("{MANIFEST} line {} names {name} a second time", at + 1));
            }
            Some((hash, name)) => drop(wanted.insert(name.to_string(), hash.to_string())),
            None => report.fault(format!("{MANIFEST} line {} is no hash and name: it was changed", at + 1)),
        }
    }
    if !wanted.contains_key(ASSESSMENT) && report.broken == 0 {
        report.fault(format!("{MANIFEST} does not name {ASSESSMENT}"));
    }
    Ok(wanted)
}
