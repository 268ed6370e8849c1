//! The oms facade.
