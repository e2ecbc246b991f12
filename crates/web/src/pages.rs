//! Pages made by hand, for what people do many times a day. Only these may know a kind by name.

pub mod everything;
pub mod home;
pub mod lines;
pub mod menu;
pub mod my_work;
pub mod search;

#[cfg(test)]
mod tests;
