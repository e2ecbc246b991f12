//! Availability, continuity and information security (8.7).

pub mod availability_result;
pub mod availability_target;
pub mod continuity_plan;
pub mod continuity_requirement;
pub mod continuity_test;
pub mod continuity_use;
pub mod outage;
pub mod security_control;
pub mod security_incident;
