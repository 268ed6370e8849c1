//! Properties over random batches and random harm.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;

use common::{options, read_all, segments};
use journal::{FileJournal, Journal};
use proptest::prelude::*;

fn appends() -> impl Strategy<Value = Vec<Vec<Vec<u8>>>> {
    let batch = prop::collection::vec(any::<u8>(), 0..300);
    prop::collection::vec(prop::collection::vec(batch, 0..5), 0..12)
}

fn append_all(journal: &mut FileJournal, appends: &[Vec<Vec<u8>>]) {
    for append in appends {
        journal.append(&append.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_was_appended_is_read(appends in appends(), reopen_at in 0_usize..12, segment_bytes in 256_u64..4_096) {
        let dir = tempfile::tempdir().unwrap();
        let (before, after) = appends.split_at(reopen_at.min(appends.len()));
        let (mut journal, _) = FileJournal::open(dir.path(), options(segment_bytes)).unwrap();
        append_all(&mut journal, before);
        drop(journal);
        let (mut journal, recovery) = FileJournal::open(dir.path(), options(segment_bytes)).unwrap();
        prop_assert_eq!(recovery.cut_off, None);
        append_all(&mut journal, after);
        let expected: Vec<Vec<u8>> = appends.concat();
        prop_assert_eq!(journal.last_sequence(), expected.len() as u64);
        prop_assert_eq!(read_all(&journal).unwrap(), expected);
    }

    /// Whatever becomes of the bytes: what can be read is a prefix of what was written.
    #[test]
    fn harm_never_invents_or_reorders(
        appends in appends(),
        segment in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        harm in prop::collection::vec(any::<u8>(), 1..64),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = FileJournal::open(dir.path(), options(1_024)).unwrap();
        append_all(&mut journal, &appends);
        drop(journal);
        let files = segments(dir.path());
        let file = segment.get(&files);
        let mut bytes = fs::read(file).unwrap();
        let at = at.index(bytes.len());
        let end = bytes.len().min(at + harm.len());
        bytes[at..end].copy_from_slice(&harm[..end - at]);
        fs::write(file, bytes).unwrap();

        let written: Vec<Vec<u8>> = appends.concat();
        if let Ok((journal, _)) = FileJournal::open(dir.path(), options(1_024))
            && let Ok(read) = read_all(&journal)
        {
            prop_assert!(written.starts_with(&read));
            prop_assert_eq!(journal.last_sequence(), read.len() as u64);
        }
    }
}
