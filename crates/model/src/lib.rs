//! The ten nouns of Plumbline. No I/O, no clock, no randomness: whatever depends on the world comes in as a value.
//!
//! - [`Kind`]: what a type of record is: its fields, lifecycle, links and rights.
//! - [`Field`]: one attribute of a kind, built in or added by the organisation.
//! - [`Lifecycle`]: the states a kind can be in and the steps between them; every state belongs to a phase.
//! - [`Record`]: one thing the organisation keeps.
//! - [`Link`]: a named, directed tie between two records.
//! - [`Entry`]: one line of the journal: who did what to which record, when, and what differed.
//! - [`Actor`]: who is acting, with which roles.
//! - [`Command`]: what an actor wants done to one record.
//! - [`Query`]: which records, in what order, showing what.
//! - [`Job`]: work promised inside a transaction and done after it.

pub mod actor;
pub mod approval;
pub mod canonical;
pub mod catalog;
pub mod command;
pub mod describe;
pub mod field;
pub mod filter;
pub mod filter_text;
pub mod filter_write;
pub mod handling;
pub mod hours;
pub mod house;
pub mod job;
pub mod journal;
pub mod kind;
pub mod lifecycle;
pub mod line;
pub mod link;
pub mod monitoring;
pub mod pause;
pub mod pieces;
pub mod proof;
pub mod query;
pub mod questions;
pub mod record;
pub mod refusal;
pub mod related;
pub mod suggest;
pub mod time;
pub mod types;
pub mod value;
pub mod words;

pub use actor::{Act, Actor, Role, Via};
pub use catalog::Catalog;
pub use command::{Command, Input, Target};
pub use field::{Column, Common, Field, Key};
pub use filter::Filter;
pub use job::Job;
pub use journal::{Entry, Mark};
pub use kind::{Area, Grant, Kind, Reach};
pub use lifecycle::{Lifecycle, Phase, Step};
pub use line::Line;
pub use link::Link;
pub use query::{Cursor, Order, Query};
pub use record::{Draft, Fields, Record, RecordId};
pub use refusal::{FieldError, Refusal};
pub use time::{Moment, Period};
pub use types::{Choices, Refs, Type};
pub use value::Value;

/// Dates without a time, as the calendar knows them.
pub use jiff::civil::Date;
/// Exact decimal numbers: shares, money and percentages are never binary floats (rules.md, convention 3).
pub use rust_decimal::Decimal;
