//! Controlled documents as people read them: the text in force with its control block, every version with what differs, who
//! has read it, and what the standard wants in writing.

pub mod edition;
mod freeze;
mod paper;
mod plan_words;
mod printed;
pub mod readers;
mod required;
pub mod sheet;
pub mod starter;
pub mod versions;

pub use self::{
    freeze::{drafted, freeze},
    paper::{begin, confirm, open},
    printed::{open_as_pdf, paper},
    required::{open as open_required, start},
};

/// Where a document is read.
pub fn address(number: &str) -> String {
    format!("/papers/{}", crate::record::address::segment(number))
}
