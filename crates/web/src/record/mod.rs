//! The generic pages of every kind: lists, records, forms. No kind is named here.
//!
//! `doors.rs` has the addresses; each of the other files draws one page or reads one form.

pub mod act;
pub mod address;
pub mod bulk;
mod chip;
pub mod clocks;
mod csv;
pub mod doors;
pub mod edit;
pub mod facts;
pub mod files;
pub mod form;
pub mod history;
pub mod list;
pub mod lookup;
mod merge;
mod monitored;
mod narrow;
pub mod page;
pub mod piece;
pub mod rows;
pub mod sent;
pub mod shape;
pub mod tabs;
pub mod timeline;
mod undo;
pub mod views;
