//! The way to the certificate and round its cycle: who certifies, what was certified, when it is looked at again, and the
//! plan that leads there.

pub mod certificate;
pub mod certification_audit;
pub mod certification_body;
pub mod implementation_plan;
pub mod plan_task;
pub mod requirement_gap;
pub mod stakeholder;
pub mod tender;
