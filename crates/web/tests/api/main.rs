//! The API from outside, on both databases: every kind by its declaration, bodies of every ill will, rights, the document.

mod stories;
mod world;
