//! All SQL of the house. The rest of the desk speaks of records, entries and queries.

pub mod access;
pub mod account;
pub mod alarm;
pub mod approval;
pub mod db;
pub mod events;
pub mod fault;
pub mod file;
pub mod filter;
pub mod house;
pub mod job;
pub mod journal;
pub mod known;
pub mod list;
pub mod lite;
pub mod live;
pub mod migrate;
pub mod once;
pub mod pack;
pub mod post;
pub mod record;
pub mod score;
pub mod search;
pub mod tally;
pub mod view;
pub mod words;
