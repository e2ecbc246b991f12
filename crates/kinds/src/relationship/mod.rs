//! Customers, suppliers and what was agreed with them (8.3, 8.2.3).

pub mod complaint;
pub mod contract;
pub mod contract_review;
pub mod customer;
pub mod customer_review;
pub mod dispute;
pub mod feedback;
pub mod internal_agreement;
pub mod other_party;
pub mod party_evaluation;
pub mod sla;
pub mod sla_result;
pub mod supplier_result;
pub mod survey;
pub mod workload_result;
