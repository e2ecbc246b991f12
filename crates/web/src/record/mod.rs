//! The generic pages of every kind: lists, records, forms. No kind is named here.
//!
//! `doors.rs` has the addresses; each of the other files draws one page or reads one form.

pub mod act;
pub mod address;
pub mod around;
pub mod beside;
pub mod bulk;
mod causes;
mod chip;
pub mod clocks;
pub mod doors;
pub mod edit;
pub(crate) mod export;
pub mod facts;
mod family;
pub mod files;
pub mod form;
pub mod hands;
pub mod history;
pub mod letters;
pub mod list;
pub mod lookup;
mod merge;
mod monitored;
mod narrow;
pub mod offer;
pub mod page;
pub mod piece;
pub mod pieces;
pub mod procedure;
pub mod rows;
pub mod ruled;
pub mod sent;
pub mod shape;
pub mod tabs;
pub mod timeline;
pub mod twins;
mod undo;
mod unread;
pub mod views;
pub mod watching;
pub mod work;
