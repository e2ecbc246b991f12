//! Services and what is said of them (8.2).

pub mod catalogue_entry;
pub mod holiday_proposal;
pub mod service;
pub mod service_calendar;
pub mod service_dependency;
pub mod service_requirement;
