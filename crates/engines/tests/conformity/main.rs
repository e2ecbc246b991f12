//! Every check against worlds that pass and worlds with a single fault, made from JSON Lines.

mod answers;
mod beside;
mod build;
mod faults;
mod incidents;
mod outlook;
mod standing;
mod whole;
