//! Work promised inside a transaction and done after it.

use serde_json::Value as Json;

use crate::time::Moment;

/// What to do (`name` picks the worker's function), with what, and not before when.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub name: &'static str,
    pub payload: Json,
    pub run_at: Moment,
    /// Two jobs with the same key are one while the first has not run.
    pub key: Option<String>,
}
