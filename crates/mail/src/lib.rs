//! Mail as values: reading what came, deciding what becomes of it, walls against loops, cleaning for the eye, writing
//! answers. Nothing here sends, fetches, reads a clock or draws a number by chance.
//!
//! Start at [`letter::read`] (bytes become a letter, or a reason why not) and [`decide::decide`] (a letter and what is
//! known become exactly one outcome).

pub mod address;
pub mod bounce;
pub mod clean;
pub mod compose;
pub mod decide;
pub mod letter;
pub mod proof;
pub mod quote;
mod shape;
pub mod text;
pub mod walls;

pub use decide::{Decision, Outcome, decide};
pub use letter::{Enclosure, Letter, Reading, read};
pub use proof::{Found, Proof};
