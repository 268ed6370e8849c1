//! Reading the engine's image out of a snapshot, by several threads: one reads and splits it, one decodes what was split,
//! this one puts the state together, and one shows its orders, if anybody is to see them. Each is some pieces behind the
//! one before.

use std::io::{self, Read};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{Builder, Scope, ScopedJoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};
use order_engine::{DecodedPiece, Engine, ImageBuilder, ImageError, ImagePieces, Order};

use crate::restore::Restoring;
use crate::views::Views;

/// Pieces that may wait between two threads: enough for a thread that was held up not to hold up the others.
const WAITING: usize = 16;

/// Reads an image and puts its orders into empty views, if there are any. What follows the image is left alone.
pub(super) fn read(input: &mut (impl Read + Send), views: Option<&Views>) -> Result<Engine, ImageError> {
    std::thread::scope(|scope| {
        let (split, to_decode) = bounded(WAITING);
        let (decoded, to_build) = bounded(WAITING);
        let (shown, to_show) = bounded::<Vec<Arc<Order>>>(WAITING);
        // An error travels the same way as the pieces, so that the first one in the image is the one that is told. A
        // thread whose successor is gone ends.
        let splitting = spawn(scope, move || {
            let mut pieces = ImagePieces::new(input);
            while let Some(piece) = pieces.next_piece().transpose() {
                let is_last = piece.is_err();
                if split.send(piece).is_err() || is_last {
                    return;
                }
            }
        })?;
        let decoding = spawn(scope, move || {
            for piece in to_decode {
                let piece = piece.and_then(order_engine::ImagePiece::decode);
                if decoded.send(piece).is_err() {
                    return;
                }
            }
        })?;
        let show = |views| {
            spawn(scope, move || {
                let mut restoring = Restoring::new(views);
                to_show.into_iter().for_each(|orders| restoring.add(orders));
                restoring.finish();
            })
        };
        let showing = views.map(show).transpose()?;
        let shown = showing.is_some().then_some(shown);
        let built = build(to_build, shown.as_ref());
        drop(shown);
        for thread in [splitting, decoding].into_iter().chain(showing) {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
        built
    })
}

fn build(
    pieces: Receiver<Result<DecodedPiece, ImageError>>,
    shown: Option<&Sender<Vec<Arc<Order>>>>,
) -> Result<Engine, ImageError> {
    let mut builder = ImageBuilder::new();
    for piece in pieces {
        let Some(shown) = shown else {
            builder.add(piece?, |_| {})?;
            continue;
        };
        let mut orders = Vec::new();
        builder.add(piece?, |order| orders.push(Arc::clone(order)))?;
        if !orders.is_empty() {
            // The thread takes them until nobody sends any more.
            let _ = shown.send(orders);
        }
    }
    builder.finish()
}

fn spawn<'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, ()>> {
    Builder::new().name("snapshot-reader".to_owned()).spawn_scoped(scope, work)
}
