//! Whose records a subscription is for.

use order_engine::AccountId;

use crate::auth::Caller;
use crate::state::State;
use crate::wire::SubscriptionTarget;

/// What a subscription selects. Targets add up; none at all selects everything that the caller may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selection {
    /// Everything that the caller may see, accounts that are opened later too.
    Visible {
        /// Owners; nothing for all.
        owners: Option<Vec<String>>,
    },
    /// Owners, and accounts as owner and code.
    Targets {
        /// Owners with all their accounts.
        owners: Vec<String>,
        /// Single accounts.
        accounts: Vec<(String, String)>,
    },
}

impl Selection {
    /// Reads targets: `Owner` with owner codes, `Account` with `<owner>/<account>`.
    ///
    /// # Errors
    /// A code: a target of another name, or an owner or an account that the caller cannot see.
    pub(super) fn of(
        targets: &[SubscriptionTarget],
        state: &State,
        caller: &Caller,
    ) -> Result<Self, &'static str> {
        if targets.is_empty() {
            let listed = caller.permissions.as_ref().map(|record| record.owners.clone());
            let owners = if caller.reads_all() { None } else { Some(listed.unwrap_or_default()) };
            return Ok(Self::Visible { owners });
        }
        let (mut owners, mut accounts) = (Vec::new(), Vec::new());
        let lexicon = state.lexicon();
        for target in targets {
            for value in &target.values {
                match target.name.as_str() {
                    "Owner" => {
                        let is_known = state.config.owners.iter().any(|owner| owner.code == *value);
                        if !is_known || !caller.sees_owner(value) {
                            return Err("Owner");
                        }
                        owners.push(value.clone());
                    }
                    "Account" => {
                        let (owner, account) = value.split_once('/').ok_or("Account")?;
                        if lexicon.account(owner, account).is_none() || !caller.sees_owner(owner) {
                            return Err("Account");
                        }
                        accounts.push((owner.to_owned(), account.to_owned()));
                    }
                    _ => return Err("Code"),
                }
            }
        }
        Ok(Self::Targets { owners, accounts })
    }

    /// Whether it selects the records of an account.
    pub(super) fn has(&self, account: AccountId, state: &State) -> bool {
        let lexicon = state.lexicon();
        let Some(key) = lexicon.key(account) else { return false };
        match self {
            Self::Visible { owners: None } => true,
            Self::Visible { owners: Some(owners) } => owners.contains(&key.owner_id),
            Self::Targets { owners, accounts } => {
                owners.contains(&key.owner_id)
                    || accounts.iter().any(|(owner, code)| *owner == key.owner_id && *code == key.account_id)
            }
        }
    }

    /// The accounts that it selects now.
    pub(super) fn accounts(&self, state: &State) -> Vec<AccountId> {
        let mut accounts = state.accounts(|_, _| true);
        accounts.retain(|account| self.has(*account, state));
        accounts
    }
}
