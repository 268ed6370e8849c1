//! Where the records of the last segment end, and what is done about a torn one.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::error::{Fault, JournalError};
use crate::record::{self, ALIGNMENT, Chain, Record};
use crate::segment::{HEADER_BYTES, Segment};

/// What opening a journal found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// The last batch; zero when there is none.
    pub last_sequence: u64,
    /// What was cut off at the end, if anything was.
    pub cut_off: Option<CutOff>,
}

/// The torn end of a journal, that nobody was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutOff {
    /// The segment that it was cut from.
    pub path: PathBuf,
    /// Where it began, in bytes from the start of the segment.
    pub offset: u64,
    /// The file that its bytes were copied to.
    pub kept_in: PathBuf,
}

/// The end of the records of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) offset: usize,
    pub(crate) sequence: u64,
    pub(crate) chain: Chain,
    /// Whether something that is no record follows, which may be cut off.
    pub(crate) torn: bool,
}

/// Follows the records of the last segment to their end.
pub(crate) fn find_end(segment: &Segment) -> Result<End, JournalError> {
    let mut walk = Walk::new(segment);
    loop {
        match walk.step() {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(walk.end(false)),
            Err(error @ JournalError::Damaged { fault: Fault::Mark | Fault::Cut | Fault::Checksum, .. }) => {
                if was_durable(segment, walk.offset, walk.sequence + 1) {
                    return Err(error);
                }
                return Ok(walk.end(true));
            }
            // A whole record in the wrong place is not what a write that was cut short leaves behind.
            Err(error) => return Err(error),
        }
    }
}

/// Whether a record after a broken one says that the broken one was durable.
fn was_durable(segment: &Segment, offset: usize, sequence: u64) -> bool {
    (offset + ALIGNMENT..segment.bytes.len())
        .step_by(ALIGNMENT)
        .filter_map(|at| record::parse(segment.bytes.get(at..)?, segment.header.salt).ok())
        .any(|record| record.durable_through >= sequence)
}

/// Copies a torn end to a file of its own and zeroes it.
pub(crate) fn cut_off(segment: &Segment, file: &File, dir: &Path, end: &End) -> Result<CutOff, JournalError> {
    let tail = segment.bytes.get(end.offset..).unwrap_or_default();
    let used = tail.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let torn = tail.get(..used).unwrap_or_default();

    let kept_in = keep(dir, end.sequence + 1, torn)?;
    let offset = end.offset as u64;
    let zero = || {
        file.write_all_at(&vec![0; used], offset)?;
        file.sync_data()
    };
    zero().map_err(JournalError::io("cut the torn end off", &segment.path))?;
    tracing::warn!(
        file = %segment.path.display(), offset, bytes = used, kept_in = %kept_in.display(),
        "the last record of the journal was torn and is cut off; nobody was told that it was taken"
    );
    Ok(CutOff { path: segment.path.clone(), offset, kept_in })
}

/// Writes a copy under a name that is not taken.
fn keep(dir: &Path, sequence: u64, torn: &[u8]) -> Result<PathBuf, JournalError> {
    let mut copies = 1;
    loop {
        let path = dir.join(format!("torn-{sequence:020}-{copies}.bytes"));
        match File::create_new(&path) {
            Ok(mut file) => {
                let write = file.write_all(torn).and_then(|()| file.sync_all());
                write.map_err(JournalError::io("keep the torn end in", &path))?;
                crate::segment::sync_dir(dir)?;
                return Ok(path);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => copies += 1,
            Err(error) => return Err(JournalError::io("make", &path)(error)),
        }
    }
}

/// A walk over the records of a segment that checks that each follows upon the one before.
pub(crate) struct Walk<'a> {
    segment: &'a Segment,
    pub(crate) offset: usize,
    pub(crate) sequence: u64,
    chain: Chain,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(segment: &'a Segment) -> Self {
        let (sequence, chain) = (segment.header.first.saturating_sub(1), segment.header.chain);
        Self { segment, offset: HEADER_BYTES, sequence, chain }
    }

    /// Goes on where an earlier walk over the same segment stopped.
    pub(crate) const fn resume(segment: &'a Segment, end: &End) -> Self {
        Self { segment, offset: end.offset, sequence: end.sequence, chain: end.chain }
    }

    pub(crate) const fn end(&self, torn: bool) -> End {
        End { offset: self.offset, sequence: self.sequence, chain: self.chain, torn }
    }

    /// The next record; nothing when only zeros are left.
    pub(crate) fn step(&mut self) -> Result<Option<Record<'a>>, JournalError> {
        let rest = self.segment.bytes.get(self.offset..).unwrap_or_default();
        let found = match record::parse(rest, self.segment.header.salt) {
            Ok(found) => found,
            Err(Fault::Mark) if rest.iter().all(|byte| *byte == 0) => return Ok(None),
            Err(fault) => return Err(self.damaged(fault)),
        };
        let expected = self.sequence + 1;
        if found.sequence != expected {
            return Err(self.damaged(Fault::Sequence { expected, found: found.sequence }));
        }
        if found.chain != record::chain_after(&self.chain, found.sequence, found.payload) {
            return Err(self.damaged(Fault::Chain));
        }
        self.offset += found.framed_bytes();
        self.sequence = found.sequence;
        self.chain = found.chain;
        Ok(Some(found))
    }

    fn damaged(&self, fault: Fault) -> JournalError {
        JournalError::damaged(&self.segment.path, self.offset, fault)
    }
}
