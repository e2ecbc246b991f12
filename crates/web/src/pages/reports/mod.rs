//! Service reports: what is reported to whom, each issue with figures that were counted once and never change, what was decided
//! on it, and who may see it.

mod act;
mod drawn;
mod figure;
mod gather;
mod issue;
mod levels;
mod list;
mod make;
pub mod measured;
mod printed;
mod sections;
pub mod sheet;
mod trends;

pub use self::{
    act::{decide, make_edition, release},
    drawn::Strip,
    gather::{outages, spans, unexcused},
    issue::open,
    list::{make_by_hand, open as open_list},
    make::{Asked, make, make_due},
    printed::{open_as_pdf, paper},
};

/// Where an issue is read.
pub fn address(number: &str) -> String {
    format!("/service-reports/{}", crate::record::address::segment(number))
}

/// Where an issue is a PDF.
pub fn pdf_address(number: &str) -> String {
    format!("{}/pdf", address(number))
}

/// Whether there is an issue and not only the plan of one.
pub fn is_made(fields: &model::Fields) -> bool {
    use kinds::performance::report;
    report::DIGEST.get(fields).is_some() || report::MADE_ON.get(fields).is_some()
}
