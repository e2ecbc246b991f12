//! Who may come in: accounts, browser sessions and tokens of machines.
//!
//! Secrets leave this module once, when they are made; what is stored is their SHA-256 or, for passwords, argon2id.

mod account;
mod check;
mod invitation;
mod password;
pub(crate) mod secret;
mod session;
mod throttle;
mod token;

pub use account::{Account, AccountEdit, AccountRow, NewAccount, Preferences, Terms};
pub use invitation::{Invitation, Invited};
pub use secret::digest;
pub use session::{Ending, IDLE, LIFETIME, Session, SignIn, Whence};
pub(crate) use throttle::Throttle;
pub use token::{NewToken, Token, TokenScope};
