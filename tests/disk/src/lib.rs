//! A disk in memory for tests of the journal: it fails on demand, fills up, and at a loss of power forgets what was not
//! synced, sector by sector and name by name, as a seed decides.
//!
//! Every operation that changes something, and every sync, is counted, and [`Trouble`] can be made for any of them, so that
//! a test can go through all of them one by one. Nothing here depends on time or on threads.

mod disk;
mod random;
mod store;

pub use disk::{SimDisk, Trouble};
pub use random::Random;
