//! An ordered, durable log of opaque batches.
