//! What every kind of record inherits from its declaration, on both databases: a kind that is added is tried here without
//! a test of its own. Each test is one property, held over all kinds; its failures name the kind.

mod doors;
mod export;
mod fields;
mod hidden;
pub mod house;
mod journal;
mod links;
mod lists;
mod pages;
mod rights;
pub mod sample;
mod steps;
