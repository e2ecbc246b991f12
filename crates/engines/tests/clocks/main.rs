//! Clocks against what was agreed, calendars against a walk from minute to minute.

mod agreed;
mod build;
mod legs;
mod replay;
mod walk;
