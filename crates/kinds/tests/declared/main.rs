//! What the declarations promise: they fit together, say all that the fact base says, and their rules do what they say.

mod agreed;
mod catalog;
mod fact_base;
mod rights;
mod rules;
