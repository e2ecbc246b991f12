//! Events of monitoring tools, from what they send to the incidents that they open, on both databases.

mod bringing;
mod house;
mod storm;
mod troubles;
