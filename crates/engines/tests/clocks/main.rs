//! Clocks against what was agreed, calendars against a walk from minute to minute.

mod agreed;
mod build;
mod legs;
mod promised;
mod replay;
mod walk;
