//! Context, leadership and planning (4, 5, 6).

pub mod context_issue;
pub mod interested_party;
pub mod management_plan;
pub mod objective;
pub mod opportunity;
pub mod policy;
pub mod process;
pub mod process_review;
pub mod risk;
pub mod risk_method;
pub mod role;
pub mod scope_statement;
