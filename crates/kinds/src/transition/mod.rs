//! Changes, releases and the way of a service into use (8.5).

pub mod acceptance;
pub mod change;
pub mod release;
pub mod service_design;
pub mod transition_plan;
pub mod transition_report;
pub mod trend_review;
