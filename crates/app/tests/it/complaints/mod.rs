//! What people complain of in programs of this sort, each complaint with the lesson that it teaches as a test from the outside.
//! `docs/complaints.md` lists all of them by number, also those that are proved elsewhere.

mod approvals;
mod clocks;
mod holidays;
pub mod house;
mod imports;
mod legs;
mod mail;
mod performance;
mod rights;
mod search;
mod talk;
