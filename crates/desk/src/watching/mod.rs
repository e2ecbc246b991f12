//! Whoever is named in a note of a record, and whoever watches it, hears of it: told in the transaction that writes it, with
//! no more than they may read themselves.

mod look;
mod teams;
mod tell;

use model::Moment;

pub(crate) use tell::tell;

/// A note in which somebody was named, as they may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub id: i64,
    pub kind: &'static str,
    pub number: String,
    pub title: String,
    /// E-mail of whoever wrote it; empty where it is not known.
    pub by: String,
    pub text: String,
    pub public: bool,
    pub at: Moment,
}
