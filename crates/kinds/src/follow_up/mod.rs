//! What follows from all the others: actions, corrections, improvements (10).

pub mod action;
pub mod improvement;
pub mod nonconformity;
