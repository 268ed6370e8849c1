//! Instrument lists. They are the account's notes: nothing that trades depends on them.

use std::sync::Arc;

use super::Engine;
use crate::command::{ChangeList, CreateList, DeleteList, ListChange};
use crate::event::{Change, Event, Outcome};
use crate::ids::{AccountId, ListId, ListItemId};
use crate::limits;
use crate::list::{InstrumentList, InstrumentLists, ListItem};
use crate::reject::{Capacity, Reject};

impl Engine {
    /// The instrument lists of an account, oldest first.
    #[must_use]
    pub fn lists(&self, account: AccountId) -> InstrumentLists {
        self.lists.get(&account).cloned().unwrap_or_default()
    }

    fn own_list(&self, account: AccountId, id: ListId) -> Result<&Arc<InstrumentList>, Reject> {
        self.known_account(account)?;
        let mut lists = self.lists.get(&account).into_iter().flatten();
        lists.find(|list| list.id == id).ok_or(Reject::UnknownList(id))
    }

    pub(super) fn decide_list(&self, create: &CreateList) -> Result<(), Reject> {
        self.known_account(create.account)?;
        let lists = self.lists.get(&create.account).map(Vec::as_slice).unwrap_or_default();
        if let Some(taken) = lists.iter().find(|list| list.name == create.name) {
            return Err(Reject::ListNameTaken(taken.id));
        }
        within(lists.len(), limits::MAX_LISTS_PER_ACCOUNT, Capacity::Lists)
    }

    pub(super) fn create_list(&mut self, create: &CreateList) -> Result<Outcome, Reject> {
        self.decide_list(create)?;
        let event = self.mint();
        let list = Arc::new(InstrumentList {
            id: ListId::new(event.get()),
            name: create.name.clone(),
            created_at: self.now,
            items: Vec::new(),
        });
        self.lists.entry(create.account).or_default().push(Arc::clone(&list));
        self.touched.lists.mark(create.account.get());
        let change = Change::ListChanged(list);
        let event = Event { id: event, at: self.now, account: create.account, change };
        Ok(Outcome { about: None, events: vec![event] })
    }

    pub(super) fn decide_list_change(&self, change: &ChangeList) -> Result<(), Reject> {
        let list = self.own_list(change.account, change.list)?;
        match change.change {
            ListChange::Add(instrument) => {
                self.known_market(instrument)?;
                if let Some(listed) = list.items.iter().find(|item| item.instrument == instrument) {
                    return Err(Reject::InstrumentListed(listed.id));
                }
                within(list.items.len(), limits::MAX_INSTRUMENTS_PER_LIST, Capacity::ListItems)
            }
            ListChange::Remove(id) => {
                let is_there = list.items.iter().any(|item| item.id == id);
                if is_there { Ok(()) } else { Err(Reject::UnknownListItem(id)) }
            }
        }
    }

    pub(super) fn change_list(&mut self, change: &ChangeList) -> Result<Outcome, Reject> {
        self.decide_list_change(change)?;
        let event = self.mint();
        let added = match change.change {
            ListChange::Remove(_) => None,
            ListChange::Add(instrument) => {
                let market = self.market(instrument);
                let traded = market.and_then(|market| Some(market.scales.price(market.last_trade?)));
                let id = ListItemId::new(event.get());
                Some(ListItem { id, instrument, added_at: self.now, price: traded })
            }
        };
        let lists = self.lists.get_mut(&change.account).into_iter().flatten();
        let mut changed = None;
        for list in lists.filter(|list| list.id == change.list) {
            let items = &mut Arc::make_mut(list).items;
            if let ListChange::Remove(id) = change.change {
                items.retain(|item| item.id != id);
            }
            items.extend(added.clone());
            changed = Some(Arc::clone(list));
        }
        self.touched.lists.mark(change.account.get());
        let event = changed.map(|list| Event {
            id: event,
            at: self.now,
            account: change.account,
            change: Change::ListChanged(list),
        });
        Ok(Outcome { about: None, events: event.into_iter().collect() })
    }

    pub(super) fn decide_list_deletion(&self, delete: &DeleteList) -> Result<(), Reject> {
        self.own_list(delete.account, delete.list).map(drop)
    }

    pub(super) fn delete_list(&mut self, delete: &DeleteList) -> Result<Outcome, Reject> {
        self.decide_list_deletion(delete)?;
        if let Some(lists) = self.lists.get_mut(&delete.account) {
            lists.retain(|list| list.id != delete.list);
            if lists.is_empty() {
                self.lists.remove(&delete.account);
            }
        }
        self.touched.lists.mark(delete.account.get());
        let mut events = Vec::new();
        self.emit(&mut events, delete.account, Change::ListDeleted(delete.list));
        Ok(Outcome { about: None, events })
    }
}

fn within(count: usize, limit: usize, what: Capacity) -> Result<(), Reject> {
    if count < limit { Ok(()) } else { Err(Reject::CapacityExhausted { what, limit: limit as u64 }) }
}
