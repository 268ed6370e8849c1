//! The revx facade.
