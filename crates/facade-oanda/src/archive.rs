//! Full histories that were asked for. The address of one is its only secret, and it is good for an hour; what is in it
//! is written when it is fetched.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use order_engine::Timestamp;

use crate::times::TimeFormat;

/// Most histories whose addresses are good at a time; the oldest is forgotten first.
const MAX_ARCHIVES: usize = 256;
/// Seconds that an address is good for.
const GOOD_FOR: u64 = 3_600;
/// What an address ends with.
pub(crate) const EXTENSION: &str = ".json.zip";
/// Hex digits of a key.
const KEY_DIGITS: usize = 32;

/// A history that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Archive {
    /// `accountId`.
    pub(crate) account: u64,
    /// Format of its times.
    pub(crate) times: TimeFormat,
    /// Where it ends.
    pub(crate) until: Timestamp,
}

/// All that were asked for of late, on any mount.
#[derive(Debug, Default)]
pub(crate) struct Archives(Mutex<VecDeque<(String, Timestamp, Archive)>>);

impl Archives {
    /// Keeps a history under a key from now on.
    pub(crate) fn keep(&self, key: String, now: Timestamp, archive: Archive) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == MAX_ARCHIVES {
            kept.pop_front();
        }
        kept.push_back((key, now, archive));
    }

    /// The history of a key, while it is good.
    pub(crate) fn find(&self, key: &str, now: Timestamp) -> Option<Archive> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_good = |at: &Timestamp| now < at.plus_seconds(GOOD_FOR);
        let found = kept.iter().find(|(known, at, _)| known == key && is_good(at));
        found.map(|(_, _, archive)| archive.clone())
    }
}

/// Whether a path is that of a history, whatever the mount's prefix.
pub(crate) fn is_archive(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(EXTENSION).is_some_and(|key| {
        key.len() == KEY_DIGITS && key.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_good_for_an_hour() {
        let archives = Archives::default();
        let archive = Archive { account: 7, times: TimeFormat::Rfc3339, until: Timestamp::EPOCH };
        archives.keep("k".to_owned(), Timestamp::from_seconds(10), archive.clone());
        assert_eq!(archives.find("k", Timestamp::from_seconds(3_609)), Some(archive));
        assert_eq!(archives.find("k", Timestamp::from_seconds(3_610)), None);
        assert_eq!(archives.find("j", Timestamp::from_seconds(11)), None);
    }

    #[test]
    fn the_oldest_address_is_forgotten() {
        let archives = Archives::default();
        for number in 0..=MAX_ARCHIVES {
            let archive = Archive { account: 7, times: TimeFormat::Rfc3339, until: Timestamp::EPOCH };
            archives.keep(number.to_string(), Timestamp::EPOCH, archive);
        }
        assert_eq!(archives.find("0", Timestamp::EPOCH), None);
        assert!(archives.find("1", Timestamp::EPOCH).is_some());
    }

    #[test]
    fn only_whole_keys_are_addresses() {
        let key = "53e58d3509cef65f33998c879dcccbd9";
        assert!(is_archive(&format!("/{key}.json.zip")));
        assert!(is_archive(&format!("/oanda/{key}.json.zip")));
        for path in [
            "/v1/accounts",
            "/a.json.zip",
            &format!("/{key}.zip"),
            &format!("/{}.json.zip", key.to_uppercase()),
        ] {
            assert!(!is_archive(path), "{path}");
        }
    }
}
