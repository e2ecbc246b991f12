//! Service reports: periods and when each is over, and the figures of a period by the calculation rules.

pub mod figures;
pub mod periods;
