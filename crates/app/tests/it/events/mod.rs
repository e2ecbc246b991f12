//! Events of monitoring tools, from what they send to the incidents that they open, on both databases.

mod bringing;
pub mod house;
mod storm;
mod troubles;
