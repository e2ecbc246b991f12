//! Documents, know-how and messages (7.4 to 7.6).

pub mod acknowledgement;
pub mod communication;
pub mod communication_plan;
pub mod document;
pub mod document_version;
pub mod knowledge_article;
