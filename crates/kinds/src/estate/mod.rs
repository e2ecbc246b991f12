//! Assets, configuration items and places (8.2.5, 8.2.6).

pub mod asset;
pub mod ci;
pub mod ci_link;
pub mod ci_verification;
pub mod location;
