//! A hash map for point lookups that cannot be iterated, so that its order can never reach the state.

use std::hash::Hash;

use rustc_hash::FxBuildHasher;

/// Point lookups only.
#[expect(clippy::disallowed_types, reason = "never iterated: the type has no way to")]
#[derive(Debug)]
pub(crate) struct Lookup<K, V>(std::collections::HashMap<K, V, FxBuildHasher>);

impl<K: Eq + Hash, V> Lookup<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.0.insert(key, value);
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.0.remove(key)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[expect(clippy::disallowed_types, reason = "never iterated: the type has no way to")]
impl<K, V> Default for Lookup<K, V> {
    fn default() -> Self {
        Self(std::collections::HashMap::default())
    }
}
