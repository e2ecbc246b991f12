//! Mail in and out: what becomes of messages, answers, and the whole way over real servers.

mod answers;
// The messages that the reader's own tests write; not all of them are of use here.
#[allow(dead_code)]
#[path = "../../../../mail/tests/broken/mod.rs"]
mod broken;
pub mod house;
mod on_ticket;
mod pipe;
mod reports;
mod servers;
mod story;
mod taken;
