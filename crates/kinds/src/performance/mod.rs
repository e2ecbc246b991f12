//! Measures, audits, reviews and reports (9).

pub mod audit;
pub mod audit_programme;
pub mod audit_question;
pub mod evaluation;
pub mod inquiry;
pub mod management_review;
pub mod measure;
pub mod reading;
pub mod report;
pub mod report_definition;
pub mod saved_report;
