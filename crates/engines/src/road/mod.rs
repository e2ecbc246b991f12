//! The way to the certificate as calculation: windows of the cycle, the plan as a network, the scope against what is on
//! record, cost and return as they stand and as they might be, and whether a correction had its effect.

pub mod cycle;
pub mod effect;
pub mod network;
pub mod returns;
pub mod scenario;
pub mod scope;
