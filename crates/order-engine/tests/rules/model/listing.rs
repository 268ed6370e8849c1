//! Instrument lists once more.

use order_engine::{
    AccountId, ChangeList, InstrumentId, InstrumentList, ListChange, ListId, ListItemId, ListName,
};

use super::{Model, Refused};
use crate::support::*;

/// A list as the model knows it. What the engine calls it and its items is learned from the engine.
pub(crate) struct ModelList {
    id: Option<ListId>,
    account: AccountId,
    name: ListName,
    items: Vec<(Option<ListItemId>, InstrumentId)>,
}

impl Model {
    pub(super) fn create_list(&mut self, account: AccountId, name: &ListName) -> Result<(), Refused> {
        if self.lists.iter().any(|list| list.account == account && list.name == *name) {
            return Err("ListNameTaken");
        }
        self.lists.push(ModelList { id: None, account, name: name.clone(), items: Vec::new() });
        Ok(())
    }

    fn list(&self, account: AccountId, id: ListId) -> Result<usize, Refused> {
        let is_it = |list: &ModelList| list.account == account && list.id == Some(id);
        self.lists.iter().position(is_it).ok_or("UnknownList")
    }

    pub(super) fn change_list(&mut self, change: &ChangeList) -> Result<(), Refused> {
        let index = self.list(change.account, change.list)?;
        let items = &mut self.lists[index].items;
        match change.change {
            ListChange::Add(instrument) if instrument > XYZ_USD => Err("UnknownInstrument"),
            ListChange::Add(instrument) if items.iter().any(|item| item.1 == instrument) => {
                Err("InstrumentListed")
            }
            ListChange::Add(instrument) => {
                items.push((None, instrument));
                Ok(())
            }
            ListChange::Remove(id) => {
                let at = items.iter().position(|item| item.0 == Some(id)).ok_or("UnknownListItem")?;
                items.remove(at);
                Ok(())
            }
        }
    }

    pub(super) fn delete_list(&mut self, account: AccountId, id: ListId) -> Result<(), Refused> {
        let index = self.list(account, id)?;
        self.lists.remove(index);
        Ok(())
    }

    /// Takes the names of what was made last from the engine.
    pub(crate) fn learn(&mut self, list: &InstrumentList) {
        for known in self.lists.iter_mut().filter(|known| known.id.is_none() || known.id == Some(list.id)) {
            known.id = Some(list.id);
            if let (Some(item), Some(made)) = (known.items.last_mut(), list.items.last()) {
                item.0 = Some(made.id);
            }
        }
    }

    /// The lists of an account: names and instruments.
    pub(crate) fn listed(&self, account: AccountId) -> Vec<(ListName, Vec<InstrumentId>)> {
        let own = self.lists.iter().filter(|list| list.account == account);
        own.map(|list| (list.name.clone(), list.items.iter().map(|item| item.1).collect())).collect()
    }
}
