//! Pages made by hand, for what people do many times a day. Only these may know a kind by name.

pub mod account;
pub mod admin;
pub mod aims;
pub mod approvals;
pub mod auditor;
pub mod auditors;
pub mod clause;
pub mod conformity;
pub mod course;
pub mod coverage;
pub mod decision;
pub mod everything;
pub mod fieldwork;
pub mod frameworks;
pub mod handover;
pub mod home;
pub mod judgement;
pub mod lines;
pub mod macros;
pub mod menu;
pub mod my_work;
pub mod own_checks;
pub mod packs;
pub mod papers;
pub mod pdf;
pub mod pictures;
pub mod portal;
pub mod report;
pub mod reports;
pub mod requirement;
pub mod risk_map;
pub mod road;
pub mod search;
pub mod sign_in;
pub mod staff;
pub mod statement;
pub mod status;
pub mod tenders;
pub mod thread;
pub mod trends;
pub mod verdicts;
pub mod wall;
pub mod ways;
pub mod welcome;

#[cfg(test)]
mod tests;
