//! The oanda facade.
