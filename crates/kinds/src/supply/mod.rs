//! Money, demand and capacity (8.4).

pub mod budget;
pub mod capacity_plan;
pub mod capacity_reading;
pub mod capacity_requirement;
pub mod cost;
pub mod cost_review;
pub mod demand;
