//! Suites that run the real binary.
