//! Suites that run the real binary: they start it on free ports, speak to it in five dialects and with the vendors' own
//! clients, kill it, and start it again.
//!
//! [`gateway`] starts and ends the binary, [`dialects`] holds a small client for each dialect behind one trait, [`failing_disk`]
//! puts a disk under it that fails on demand, and [`programs`] runs scenarios that are programs of their own. Everything reports a failure by panicking, as a test does,
//! but for what a killed server may do to its callers: that is a [`dialects::Failure`].
#![expect(clippy::panic, reason = "a failed expectation of a test is reported by panicking")]

pub mod credentials;
pub mod dialects;
pub mod failing_disk;
pub mod gateway;
pub mod programs;
pub mod workspace;
