//! HTTP parts that every facade needs: the mount contract, the envelope guard, ids, times, decimals, losses, secrets and
//! rate limits.
//!
//! Nothing here knows a vendor. A facade is a function from its configuration, an engine handle and a mount point to a
//! [`Mount`]; the gateway needs nothing else.

pub mod decimal;
pub mod time;

mod connection;
mod envelope;
mod ids;
mod loss;
mod mount;
mod rate;
mod secret;

pub use connection::{Hangup, on_connect};
pub use envelope::{Renderer, RequestLine, envelope, enveloped};
pub use ids::{IdSource, UuidKind, kind_uuid, name_uuid, order_uuid, parse_kind_uuid, parse_order_uuid};
pub use loss::{Loss, LossKind, Translated, exit_losses};
pub use mount::{Endpoint, Mount, MountPoint};
pub use rate::{RateLimiter, TokenBucket};
pub use secret::{Secret, same_secret};
