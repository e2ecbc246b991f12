//! Who may come in: accounts, browser sessions and tokens of machines.
//!
//! Secrets leave this module once, when they are made; what is stored is their SHA-256 or, for passwords, argon2id.

mod account;
mod secret;
mod session;
mod token;

pub use account::{Account, Preferences};
pub use secret::digest;
pub use session::{IDLE, LIFETIME, Session};
pub use token::TokenScope;
