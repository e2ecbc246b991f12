//! Pages made by hand, for what people do many times a day. Only these may know a kind by name.

pub mod clause;
pub mod conformity;
pub mod account;
pub mod everything;
pub mod home;
pub mod lines;
pub mod menu;
pub mod my_work;
pub mod requirement;
pub mod search;
pub mod verdicts;
pub mod sign_in;

#[cfg(test)]
mod tests;
