//! The file of archived orders: an embedded store of ordered tables.
//!
//! An order is written with all its versions and all its executions, as one row, together with what finds it: by account,
//! by client order id, by execution, and by the batch that it left the state with.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use journal::{Disk, DiskFile};
use order_engine::{AccountId, ClientOrderId, Execution, ExecutionId, Order, OrderId};
use redb::{
    Builder, Database, Durability, ReadTransaction, ReadableDatabase as _, ReadableTable as _, Table,
    TableDefinition, WriteTransaction,
};

use super::ArchiveError;
use super::backend::Backend;

/// Rows by order: versions, oldest first, and executions, oldest first, in CBOR.
const ORDERS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("orders");
const BY_ACCOUNT: TableDefinition<'_, (u32, u64), ()> = TableDefinition::new("orders by account");
const BY_CLIENT_ID: TableDefinition<'_, (u32, &str), u64> = TableDefinition::new("orders by client id");
const EXECUTIONS: TableDefinition<'_, (u32, u64), u64> = TableDefinition::new("orders by execution");
const BY_BATCH: TableDefinition<'_, (u64, u64), ()> = TableDefinition::new("orders by batch");
const MARKS: TableDefinition<'_, &str, u64> = TableDefinition::new("marks");

/// Through which batch everything is there.
const THROUGH: &str = "through";
/// The batch that emptied the state last.
const EMPTIED: &str = "emptied";

/// An order that left the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Archived {
    pub(crate) order: Arc<Order>,
    /// Oldest first.
    pub(crate) executions: Vec<Arc<Execution>>,
}

/// The store. Reading never waits for writing.
pub(crate) struct Store {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    /// Nothing while it cannot be opened. Whoever reads or writes shares it; only opening it anew waits for all of them.
    database: RwLock<Option<Database>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store of a file, or makes both.
    pub(crate) fn open(disk: Arc<dyn Disk>, path: &Path) -> Result<Self, ArchiveError> {
        let store = Self { disk, path: path.to_owned(), database: RwLock::new(None) };
        store.reopen()?;
        // Tables exist from here on, so that readers find them.
        store.write(Durability::Immediate, |_| Ok(()))?;
        // A name is durable once its directory is.
        store.path.parent().map_or(Ok(()), |dir| store.disk.sync_dir(dir))?;
        Ok(store)
    }

    /// Opens the store anew: one that failed to read or write takes nothing any more. What was not durable is not there.
    pub(crate) fn reopen(&self) -> Result<(), ArchiveError> {
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        // The one before lets go of the file first.
        *database = None;
        *database = Some(Builder::new().create_with_backend(Backend::new(self.file()?))?);
        Ok(())
    }

    fn file(&self) -> io::Result<Box<dyn DiskFile>> {
        match self.disk.open_for_writing(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.disk.create(&self.path),
            opened => opened,
        }
    }

    fn with<T>(&self, act: impl FnOnce(&Database) -> Result<T, ArchiveError>) -> Result<T, ArchiveError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        database.as_ref().map_or(Err(ArchiveError::NotOpen), act)
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&ReadTransaction) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        self.with(|database| read(&database.begin_read()?))
    }

    /// Through which batch everything is there; zero for none.
    pub(crate) fn through(&self) -> Result<u64, ArchiveError> {
        self.mark(THROUGH)
    }

    /// The batch that emptied the state last; zero for none.
    pub(crate) fn emptied(&self) -> Result<u64, ArchiveError> {
        self.mark(EMPTIED)
    }

    fn mark(&self, name: &str) -> Result<u64, ArchiveError> {
        self.read(|reading| Ok(reading.open_table(MARKS)?.get(name)?.map_or(0, |mark| mark.value())))
    }

    /// Adds orders that left the state with a batch. Adding what is there already changes nothing.
    pub(crate) fn add(&self, batches: &[(u64, Vec<Archived>)], is_durable: bool) -> Result<(), ArchiveError> {
        let durability = if is_durable { Durability::Immediate } else { Durability::None };
        self.write(durability, |tables| {
            for (batch, orders) in batches {
                orders.iter().try_for_each(|archived| tables.put(*batch, archived))?;
                tables.marks.insert(THROUGH, batch)?;
            }
            Ok(())
        })
    }

    /// Notes that everything through a batch is there, and makes all of it durable.
    pub(crate) fn settle(&self, through: u64) -> Result<(), ArchiveError> {
        self.write(Durability::Immediate, |tables| {
            let before = tables.marks.get(THROUGH)?.map_or(0, |mark| mark.value());
            tables.marks.insert(THROUGH, through.max(before))?;
            Ok(())
        })
    }

    /// Empties the archive with the state that a batch emptied.
    pub(crate) fn empty(&self, batch: u64) -> Result<(), ArchiveError> {
        self.with(|database| {
            let transaction = database.begin_write()?;
            transaction.delete_table(ORDERS)?;
            transaction.delete_table(BY_ACCOUNT)?;
            transaction.delete_table(BY_CLIENT_ID)?;
            transaction.delete_table(EXECUTIONS)?;
            transaction.delete_table(BY_BATCH)?;
            let mut tables = Tables::open(&transaction)?;
            tables.marks.insert(EMPTIED, batch)?;
            tables.marks.insert(THROUGH, batch)?;
            drop(tables);
            Ok(transaction.commit()?)
        })
    }

    /// Takes out what left the state with batches after one: batches that the log no longer has.
    pub(crate) fn cut_after(&self, batch: u64) -> Result<(), ArchiveError> {
        if self.through()? <= batch {
            return Ok(());
        }
        self.write(Durability::Immediate, |tables| {
            let rows = tables.by_batch.range((batch + 1, 0)..)?;
            let beyond: Vec<(u64, u64)> =
                rows.map(|row| row.map(|(key, _)| key.value())).collect::<Result<_, _>>()?;
            for (of_batch, order) in beyond {
                tables.remove(of_batch, order)?;
            }
            tables.marks.insert(THROUGH, batch)?;
            Ok(())
        })
    }

    fn write(
        &self,
        durability: Durability,
        change: impl FnOnce(&mut Tables<'_>) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        self.with(|database| {
            let mut transaction = database.begin_write()?;
            transaction.set_durability(durability)?;
            let mut tables = Tables::open(&transaction)?;
            change(&mut tables)?;
            drop(tables);
            Ok(transaction.commit()?)
        })
    }

    /// The order of an id.
    pub(crate) fn order(&self, id: OrderId) -> Result<Option<Archived>, ArchiveError> {
        self.read(|reading| row(reading, id.get()))
    }

    /// The order that a client order id was used for.
    pub(crate) fn by_client_id(
        &self,
        account: AccountId,
        id: &ClientOrderId,
    ) -> Result<Option<Archived>, ArchiveError> {
        self.read(|reading| {
            let by_id = reading.open_table(BY_CLIENT_ID)?;
            let Some(order) = by_id.get((account.get(), id.as_str()))? else { return Ok(None) };
            row(reading, order.value())
        })
    }

    /// Ids of an account's orders, the newest first, below one and at most so many.
    pub(crate) fn orders_back(
        &self,
        account: AccountId,
        before: Option<OrderId>,
        most: usize,
    ) -> Result<Vec<OrderId>, ArchiveError> {
        self.read(|reading| {
            let by_account = reading.open_table(BY_ACCOUNT)?;
            let end = before.map_or(u64::MAX, OrderId::get);
            let rows = by_account.range((account.get(), 0)..(account.get(), end))?.rev().take(most);
            rows.map(|row| Ok(OrderId::new(row?.0.value().1))).collect()
        })
    }

    /// An account's executions, the newest first, below one and at most so many.
    pub(crate) fn executions_back(
        &self,
        account: AccountId,
        before: Option<ExecutionId>,
        most: usize,
    ) -> Result<Vec<Arc<Execution>>, ArchiveError> {
        self.read(|reading| {
            let by_execution = reading.open_table(EXECUTIONS)?;
            let end = before.map_or(u64::MAX, ExecutionId::get);
            let mut found = Vec::new();
            let mut last: Option<(u64, Archived)> = None;
            for entry in by_execution.range((account.get(), 0)..(account.get(), end))?.rev().take(most) {
                let (key, order) = entry?;
                let (execution, order) = (ExecutionId::new(key.value().1), order.value());
                if last.as_ref().is_none_or(|(id, _)| *id != order) {
                    last = row(reading, order)?.map(|archived| (order, archived));
                }
                let of_order = last.iter().flat_map(|(_, archived)| &archived.executions);
                found.extend(of_order.filter(|of_order| of_order.id == execution).cloned());
            }
            Ok(found)
        })
    }
}

/// The tables of a transaction, opened once for all that it writes.
struct Tables<'t> {
    orders: Table<'t, u64, &'static [u8]>,
    by_account: Table<'t, (u32, u64), ()>,
    by_client_id: Table<'t, (u32, &'static str), u64>,
    executions: Table<'t, (u32, u64), u64>,
    by_batch: Table<'t, (u64, u64), ()>,
    marks: Table<'t, &'static str, u64>,
    buffer: Vec<u8>,
}

impl<'t> Tables<'t> {
    fn open(transaction: &'t WriteTransaction) -> Result<Self, ArchiveError> {
        Ok(Self {
            orders: transaction.open_table(ORDERS)?,
            by_account: transaction.open_table(BY_ACCOUNT)?,
            by_client_id: transaction.open_table(BY_CLIENT_ID)?,
            executions: transaction.open_table(EXECUTIONS)?,
            by_batch: transaction.open_table(BY_BATCH)?,
            marks: transaction.open_table(MARKS)?,
            buffer: Vec::new(),
        })
    }

    fn put(&mut self, batch: u64, archived: &Archived) -> Result<(), ArchiveError> {
        let Archived { order, executions } = archived;
        let (id, account) = (order.id.get(), order.account.get());
        let mut versions: Vec<Arc<Order>> = order.versions().collect();
        versions.reverse();
        let versions: Vec<&Order> = versions.iter().map(AsRef::as_ref).collect();
        let executions: Vec<&Execution> = executions.iter().map(AsRef::as_ref).collect();
        self.buffer.clear();
        minicbor::encode((&versions, &executions), &mut self.buffer)
            .map_err(|error| ArchiveError::Row(error.to_string()))?;
        self.orders.insert(id, self.buffer.as_slice())?;
        self.by_account.insert((account, id), ())?;
        self.by_batch.insert((batch, id), ())?;
        for client_id in order.all_client_ids() {
            self.by_client_id.insert((account, client_id.as_str()), id)?;
        }
        for execution in executions {
            self.executions.insert((account, execution.id.get()), id)?;
        }
        Ok(())
    }

    fn remove(&mut self, batch: u64, id: u64) -> Result<(), ArchiveError> {
        self.by_batch.remove((batch, id))?;
        let removed = self.orders.remove(id)?.map(|bytes| decode(bytes.value())).transpose()?;
        let Some(Archived { order, executions }) = removed else { return Ok(()) };
        let account = order.account.get();
        self.by_account.remove((account, id))?;
        for client_id in order.all_client_ids() {
            self.by_client_id.remove((account, client_id.as_str()))?;
        }
        for execution in executions {
            self.executions.remove((account, execution.id.get()))?;
        }
        Ok(())
    }
}

fn row(reading: &ReadTransaction, id: u64) -> Result<Option<Archived>, ArchiveError> {
    let orders = reading.open_table(ORDERS)?;
    let bytes = orders.get(id)?;
    bytes.map(|bytes| decode(bytes.value())).transpose()
}

fn decode(bytes: &[u8]) -> Result<Archived, ArchiveError> {
    let malformed = |error: minicbor::decode::Error| ArchiveError::Row(error.to_string());
    let (versions, executions): (Vec<Order>, Vec<Execution>) = minicbor::decode(bytes).map_err(malformed)?;
    let order = Order::of_versions(versions).ok_or_else(|| ArchiveError::Row("no version".to_owned()))?;
    Ok(Archived { order, executions: executions.into_iter().map(Arc::new).collect() })
}
