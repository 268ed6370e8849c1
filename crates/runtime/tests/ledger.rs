//! The ledger as it is read: every movement once, newest first, and places from which a walk goes on.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::ops::ControlFlow;

use common::{DEMO, MAKER, in_memory, limit};
use order_engine::{
    AccountId, AdjustBalance, Amount, AssetId, Command, EntryCause, EntryId, EntryKind, LedgerEntry, Side,
};
use runtime::{EngineHandle, Views};

const USD: AssetId = AssetId::new(0);

fn entries(views: &Views, account: AccountId, before: Option<EntryId>, most: usize) -> Vec<LedgerEntry> {
    let mut seen = Vec::new();
    views.visit_entries_back(account, before, |entry| {
        seen.push(entry);
        if seen.len() == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    seen
}

async fn deposit(engine: &EngineHandle, units: i128) {
    let amount = Amount::from_units(units);
    engine.submit(Command::AdjustBalance(AdjustBalance { account: DEMO, asset: USD, amount })).await.unwrap();
}

#[tokio::test]
async fn entries_add_up_to_balances_and_come_in_pages() {
    let runtime = in_memory().await;
    let engine = runtime.handle();
    let seeded = entries(engine.views(), DEMO, None, usize::MAX).len();
    for round in 0..3 {
        deposit(&engine, 1_000 + round).await;
        engine.submit(Command::PlaceOrder(limit(MAKER, Side::Sell, "2.00", "0.02"))).await.unwrap();
        engine.submit(Command::PlaceOrder(limit(DEMO, Side::Buy, "2.00", "0.02"))).await.unwrap();
    }
    deposit(&engine, -5).await;
    let views = engine.views();
    let all = entries(views, DEMO, None, usize::MAX);
    assert!(all.windows(2).all(|pair| pair[0].id > pair[1].id), "newest first, each once");
    let kinds = |kind| all.iter().filter(|entry| entry.posting.kind == kind).count();
    assert_eq!((kinds(EntryKind::Adjustment) - seeded, kinds(EntryKind::Trade)), (4, 6));
    assert_eq!(all[0].cause, EntryCause::Adjustment);
    let holdings = views.holdings(DEMO).unwrap();
    for balance in &holdings.balances {
        let own = || all.iter().filter(|entry| entry.posting.asset == balance.asset);
        let sum: i128 = own().map(|entry| entry.posting.amount.units()).sum();
        assert_eq!(sum, balance.total.units(), "entries add up to the balance");
        assert_eq!(own().next().map(|entry| entry.posting.balance), Some(balance.total));
    }
    // Page by page, however long a page is, the same entries come.
    for most in [1, 2, 5] {
        let (mut paged, mut before) = (Vec::new(), None);
        loop {
            let page = entries(views, DEMO, before, most);
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            paged.extend(page);
        }
        assert_eq!(paged, all);
    }
}
