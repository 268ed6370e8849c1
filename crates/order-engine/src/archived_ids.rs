//! Client order ids of orders that the state has forgotten: enough of them to refuse a repetition.

use std::collections::VecDeque;

use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use crate::ids::{AccountId, ClientOrderId, OrderId};
use crate::limits::MAX_ARCHIVED_CLIENT_IDS;
use crate::lookup::Lookup;

/// Part of a cryptographic hash: as good as the id itself, and of one size.
type Key = [u8; 16];

/// The ids by their hashes. Of more than so many those that came first are forgotten.
#[derive(Debug, Default)]
pub(crate) struct ArchivedIds<const MOST: usize = MAX_ARCHIVED_CLIENT_IDS> {
    orders: Lookup<Key, OrderId>,
    /// In the order in which they came.
    keys: VecDeque<Key>,
}

impl<const MOST: usize> ArchivedIds<MOST> {
    /// The forgotten order that an id was used for.
    pub(crate) fn get(&self, account: AccountId, id: &ClientOrderId) -> Option<OrderId> {
        if self.orders.is_empty() {
            return None;
        }
        self.orders.get(&key(account, id)).copied()
    }

    /// Notes an id that is not noted yet.
    pub(crate) fn add(&mut self, account: AccountId, id: &ClientOrderId, order: OrderId) {
        self.put(key(account, id), order);
    }

    fn put(&mut self, key: Key, order: OrderId) {
        self.orders.insert(key, order);
        self.keys.push_back(key);
        if self.keys.len() > MOST
            && let Some(oldest) = self.keys.pop_front()
        {
            self.orders.remove(&oldest);
        }
    }

    /// What an image has of it, in pieces.
    pub(crate) fn image(&self) -> impl Iterator<Item = Vec<ArchivedIdImage>> {
        // Without a rest, so that a new field has to be looked at here.
        let Self { orders, keys } = self;
        let mut left = keys.iter();
        std::iter::from_fn(move || {
            let image = |key: &Key| Some(ArchivedIdImage { key: (*key).into(), order: *orders.get(key)? });
            let piece: Vec<_> = left.by_ref().take(IMAGE_PIECE).filter_map(image).collect();
            (!piece.is_empty()).then_some(piece)
        })
    }

    /// Takes a piece of an image; false when it repeats an id.
    pub(crate) fn restore(&mut self, piece: Vec<ArchivedIdImage>) -> bool {
        piece.into_iter().all(|ArchivedIdImage { key, order }| {
            let is_new = self.orders.get(&key).is_none();
            self.put(*key, order);
            is_new
        })
    }
}

/// Ids of one piece of an image.
const IMAGE_PIECE: usize = 1_024;

/// An id as an image has it.
#[derive(Debug, Encode, Decode)]
pub(crate) struct ArchivedIdImage {
    #[n(0)]
    key: ByteArray<16>,
    #[n(1)]
    order: OrderId,
}

fn key(account: AccountId, id: &ClientOrderId) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&account.get().to_le_bytes()).update(id.as_str().as_bytes());
    let mut key = Key::default();
    hasher.finalize_xof().fill(&mut key);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_ids_make_room() {
        let (account, mut ids) = (AccountId::new(1), ArchivedIds::<3>::default());
        let named = |number: u64| ClientOrderId::new(&format!("id {number}")).unwrap();
        for number in 0..5 {
            ids.add(account, &named(number), OrderId::new(number));
        }
        let known: Vec<_> = (0..5).filter_map(|number| ids.get(account, &named(number))).collect();
        assert_eq!(known, [2, 3, 4].map(OrderId::new));
        assert_eq!(ids.get(AccountId::new(2), &named(4)), None);
        let mut again = ArchivedIds::<3>::default();
        for piece in ids.image() {
            assert!(again.restore(piece));
        }
        again.add(account, &named(9), OrderId::new(9));
        assert_eq!((again.get(account, &named(2)), again.keys.len()), (None, 3));
    }
}
