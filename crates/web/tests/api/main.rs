//! The API from outside, on both databases: every kind by its declaration, bodies of every ill will, rights, the document.

mod bodies;
mod clocks;
mod documents;
mod every_kind;
mod handling;
mod rights;
mod schema;
mod stories;
mod world;

#[path = "../shared/place.rs"]
mod place;
