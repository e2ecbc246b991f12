//! Automation: rules of the organisation that act on records by themselves. How a rule is read stands in
//! `engines::automation`; here it is told what happened, and acts through the door like everybody else.

mod act;
mod rehearse;
mod rules;

use engines::automation::{self, Definition};
use model::{Entry, Job, Moment, Record};
use serde_json::json;

pub use rehearse::{Rehearsal, WouldAct};
pub use rules::RuleEdit;

/// Name of the job in which a rule acts on one record.
pub const ACT: &str = "automation";
/// Name of the job that looks for what is due.
pub const DUE: &str = "automation-due";

/// Rules that follow from each other's acts, at most.
const CHAIN_MAX: usize = 3;

/// A rule as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub id: i64,
    pub name: String,
    pub definition: Definition,
    pub active: bool,
    /// E-mail of whoever saved it last: it never has more rights than they have.
    pub author: String,
    /// When it was saved; what was due before is not its business.
    pub since: Moment,
    /// Why it failed last; empty when it did not.
    pub error: String,
}

/// What a rule did to a record, or why it did nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub id: i64,
    pub rule: i64,
    pub number: String,
    pub cause: String,
    /// `done`, `failed` or `stopped`.
    pub outcome: String,
    pub told: String,
    pub at: Moment,
}

/// The jobs of the rules that an entry tells something. `chain` are the rules that led to it, the first one first.
pub(crate) fn promised<'r>(
    rules: &'r [Rule],
    chain: &'r [i64],
    record: &'r Record,
    entry: &'r Entry,
) -> impl Iterator<Item = Job> + 'r {
    let told = rules.iter().filter(|rule| rule.active && automation::is_told(&rule.definition, entry));
    told.map(move |rule| {
        let cause = format!("version {}", entry.version);
        Job {
            name: ACT,
            payload: json!({"rule": rule.id, "number": record.number, "cause": cause, "chain": chain}),
            run_at: entry.recorded,
            key: Some(format!("{ACT} {} {} {cause}", rule.id, record.number)),
        }
    })
}
