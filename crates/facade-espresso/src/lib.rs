//! The espresso facade.
