//! The pure stages of a write: each looks at facts and answers, none touches the store.

pub mod answers;
pub mod approvals;
pub mod delta;
pub mod draft;
pub mod past;
pub mod related;
pub mod step;
pub mod valid;
pub mod work;
