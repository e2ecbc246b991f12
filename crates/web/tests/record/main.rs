//! The generic pages over HTTP, as a browser without a script uses them.

mod every_kind;
mod forms;
mod lists;
mod world;
