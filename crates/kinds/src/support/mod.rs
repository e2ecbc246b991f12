//! Tickets and what is used to solve them (8.6).

pub mod handover_note;
pub mod incident;
pub mod known_error;
pub mod macro_;
mod major;
pub mod major_incident_review;
mod monitoring;
pub mod problem;
pub mod request_model;
pub mod service_request;
