//! Conformity with ISO/IEC 20000-1:2018: pure functions from the facts of one instant to a verdict per requirement.
//!
//! How to use it: fold every record with `model::journal::fold` as of the instant, then
//! `World::new(instant, settings, cases).with_judgements(judgements)` and [`assess`]. A record whose first history entry is
//! later than the instant is not handed in; marks later than the instant neither. These signatures are stable.
//!
//! - [`catalogue()`]: the standard as data, for pages and checks.
//! - [`World`]: the facts with their indexes. Building it and running every check is linear in the number of records.
//! - [`Standing`]: a world that is kept with its verdicts; after writes only the checks concerned run again.
//! - [`assess`], [`judge`]: verdicts; [`Assessment::to_json`] is the shape of contract.md section 5.
//!
//! - [`beside()`]: checks of our own, judged in the same way and counted apart.
//!
//! The words of the checks and how they are read stand in `data/iso-20000-1-2018.toml` ([reading]); each check below is
//! the function of the same requirement id, in the file of its clause group.

mod beside;
pub mod catalogue;
mod checks;
mod crossed;
mod fact;
mod finding;
mod lead;
mod outlook;
mod part;
mod questions;
mod seen;
mod shared;
mod span;
mod standing;
mod trace;
mod verdict;
mod wanted;
mod words;
mod world;

mod assurance;
mod context;
mod improvement;
mod leadership;
mod money;
mod performance;
mod planning;
mod relationship;
mod resolution;
mod services;
mod supply;
mod support;
mod transition;

pub use beside::{BESIDE, Own, beside, own};
pub use catalogue::{Catalogue, FRAMEWORK, Requirement, catalogue, requirements_of_kind};
pub use crossed::Crossed;
pub use lead::{LEAD_MAX, LEADS, Lead, lead_of};
pub use outlook::{Outlook, Turn};
pub use questions::{Questions, checklist, questions};
pub use seen::Seen;
pub use shared::Shared;
pub use span::plus_working_days;
pub use standing::{Standing, assess, judge};
pub use verdict::{Assessment, EXAMPLES, Judgement, Register, State, Verdict};
pub use wanted::{WantedTie, wanted_tie};
pub use world::{Case, Settings, World, is_told, lean};

/// Whether the program judges a requirement itself.
pub fn has_check(requirement: &str) -> bool {
    checks::find(requirement).is_some()
}
