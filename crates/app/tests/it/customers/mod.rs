//! What people of customers meet: pages that all open, clocks that run from the first second, their word that counts, names
//! instead of numbers, and nothing that is ours alone.

mod begins;
mod orders;
mod pages;
mod rating;
mod tasks;
mod word;
