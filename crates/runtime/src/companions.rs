//! What others keep beside an engine: one value of a type for each engine, made when it is first asked for, so that
//! whatever serves the same engine at several places can share it. Nothing of it is state of the engine, and nothing of it
//! outlives the process.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Values by type.
#[derive(Debug, Default)]
pub(crate) struct Companions(Mutex<BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Companions {
    /// The value of a type.
    pub(crate) fn get<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let companion = known.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        match Arc::clone(companion).downcast() {
            Ok(companion) => companion,
            Err(_) => unreachable!("Invariant: what is kept under a type is of that type"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

    use super::*;

    #[test]
    fn there_is_one_of_each_type() {
        let companions = Companions::default();
        companions.get::<AtomicU32>().store(7, Ordering::Relaxed);
        assert_eq!(companions.get::<AtomicU32>().load(Ordering::Relaxed), 7);
        assert_eq!(companions.get::<AtomicU64>().load(Ordering::Relaxed), 0);
    }
}
