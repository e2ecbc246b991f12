//! Who does the work and what they can do (7.1 to 7.3).

pub mod awareness;
pub mod campaign;
pub mod competence;
pub mod person;
pub mod team;
pub mod training;
pub mod training_result;
