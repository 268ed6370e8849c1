//! Watchlists: instrument lists of the core.

use facade_kit::{UuidKind, kind_uuid};
use order_engine::{InstrumentList, ListItem, ListName};
use uuid::Uuid;

use super::instruments::instrument;
use super::place::invalid;
use crate::error::ApiError;
use crate::naming::Directory;
use crate::{format, wire};

/// The id of a watchlist.
pub(crate) fn watchlist_id(list: &InstrumentList) -> Uuid {
    kind_uuid(UuidKind::List, list.created_at, list.id.get())
}

/// The id of an item of a watchlist.
pub(crate) fn watchlist_item_id(item: &ListItem) -> Uuid {
    kind_uuid(UuidKind::ListItem, item.added_at, item.id.get())
}

/// The name of a new watchlist.
///
/// # Errors
/// It is empty, too long, or not printable.
pub(crate) fn watchlist_name(text: &str) -> Result<ListName, ApiError> {
    ListName::new(text).map_err(|fault| invalid(format!("Invalid watchlist name: {fault}")))
}

/// A watchlist in a list of them.
pub(crate) fn watchlist(list: &InstrumentList) -> wire::Watchlist {
    wire::Watchlist {
        created_at: format::instant(list.created_at),
        id: watchlist_id(list).to_string(),
        name: list.name.to_string(),
    }
}

/// A watchlist with its items, in the order in which they were added.
pub(crate) fn watchlist_detail(list: &InstrumentList, directory: &Directory) -> wire::WatchlistDetail {
    let item = |item: &ListItem| wire::WatchlistItem {
        added_at: format::instant(item.added_at),
        added_price: item.price.map(|price| price.to_string()),
        id: watchlist_item_id(item).to_string(),
        instrument: directory.listing(item.instrument).map(instrument),
    };
    wire::WatchlistDetail {
        created_at: format::instant(list.created_at),
        id: watchlist_id(list).to_string(),
        items: list.items.iter().map(item).collect(),
        name: list.name.to_string(),
    }
}
