//! engines

pub mod rules;
