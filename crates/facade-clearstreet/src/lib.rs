//! The clearstreet facade.
