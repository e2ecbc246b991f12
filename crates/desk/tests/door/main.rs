//! The desk on both databases: the door, the journal, scopes, lists, imports and the past.

mod accounts;
mod agreed;
mod clocks;
mod conformity;
mod escalation;
mod filters;
mod house;
mod imports;
mod live;
mod problems;
mod procedures;
mod queue;
mod retelling;
mod silo;
mod world;
mod writes;
