//! What a stream of events tells: the transactions of some accounts as they come about. What was before is not told.

use std::sync::Arc;

use order_engine::Event;

use super::feed::Tale;
use crate::access::Access;
use crate::state::State;
use crate::times::TimeFormat;
use crate::translate::told;
use crate::translate::transactions::Teller;
use crate::wire::stream::{Heartbeat, Message};
use crate::wire::transactions::TransactionType;

/// Transactions of some accounts.
pub(super) struct Transactions {
    state: Arc<State>,
    times: TimeFormat,
    accounts: Vec<Access>,
}

impl Transactions {
    pub(super) const fn new(state: Arc<State>, accounts: Vec<Access>, times: TimeFormat) -> Self {
        Self { state, times, accounts }
    }

    fn heartbeat(&self) -> Message {
        Message::Heartbeat(Heartbeat { time: self.times.seconds(self.state.engine.now()) })
    }
}

impl Tale for Transactions {
    fn opening(&mut self) -> Vec<Message> {
        vec![self.heartbeat()]
    }

    /// All types but that of a margin rate, which the vendor leaves out.
    fn follow(&mut self, events: &[Event]) -> Vec<Message> {
        let reference = self.state.engine.views().reference();
        let dialect = self.state.dialect(&reference, self.times);
        let mut messages = Vec::new();
        for event in events {
            let Some(access) = self.accounts.iter().find(|access| access.account.id == event.account) else {
                continue;
            };
            let teller = Teller { dialect, number: access.number, account: &access.account };
            let transactions = told(teller.entries(event)).into_iter().map(|entry| entry.transaction);
            let wanted =
                transactions.filter(|transaction| transaction.kind != TransactionType::SetMarginRate);
            messages.extend(wanted.map(|transaction| Message::Transaction(Box::new(transaction))));
        }
        messages
    }

    fn beat(&mut self) -> Vec<Message> {
        vec![self.heartbeat()]
    }
}
