//! Evidence packs: everything an auditor needs of one instant in one zip file, checked without a database or a network.
//!
//! | in the file | is |
//! | --- | --- |
//! | `index.html` | every requirement with its state, reason and examples, to be read without anything else |
//! | `assessment.json` | the assessment in the shape of contract.md section 5, the bytes of `conformity --json` |
//! | `oscal/assessment-results.json` | the same in OSCAL |
//! | `records/KIND.jsonl` | every record of a kind as of the instant, once, in the form of an import |
//! | `populations/REQUIREMENT.jsonl` | which of these were looked at, with the verdict on each |
//! | `samples/REQUIREMENT.json` | the sample of that population (rule R24), drawn by the seed |
//! | `documents/NUMBER.pdf` | the documents that were in force, with their control block |
//! | `reports/NUMBER.pdf` | the newest service reports that were made, as they were frozen |
//! | `pages/KIND.html` | the records that are examples or in a sample, to be read |
//! | `journal/KIND.jsonl` | the journal of these records: canonical bytes, hashes, disclosures |
//! | `pack.json` | instant, seed, rule of the samples, counts |
//! | `manifest-sha256.txt` | SHA-256 of every other file, as `sha256sum --check` reads it |
//!
//! The comment of the zip file is its seal: SHA-256 of all bytes before it. Same records, same instant, same seed give the
//! same bytes. [`Packer`] writes, [`verify()`] checks.

mod hash;
pub mod index;
mod markup;
pub mod oscal;
mod packer;
pub mod record_page;
pub mod sample;
pub mod verify;

pub use packer::{Packer, Sealed};
pub use verify::{Report, verify};

/// What this form of a pack is called in `pack.json`; another form gets another number.
pub const FORM: &str = "plumbline-pack-1";

pub const ASSESSMENT: &str = "assessment.json";
pub const ABOUT: &str = "pack.json";
pub const MANIFEST: &str = "manifest-sha256.txt";
pub const INDEX: &str = "index.html";
pub const RESULTS: &str = "oscal/assessment-results.json";

pub fn records(kind: &str) -> String {
    format!("records/{kind}.jsonl")
}

pub fn journal(kind: &str) -> String {
    format!("journal/{kind}.jsonl")
}

pub fn page(kind: &str) -> String {
    format!("pages/{kind}.html")
}

pub fn paper(number: &str) -> String {
    format!("documents/{number}.pdf")
}

/// A service report.
pub fn report(number: &str) -> String {
    format!("reports/{number}.pdf")
}

pub fn population(requirement: &str) -> String {
    format!("populations/{requirement}.jsonl")
}

pub fn sampled(requirement: &str) -> String {
    format!("samples/{requirement}.json")
}
