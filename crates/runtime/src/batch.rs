//! What one record of the journal holds: the commands that were taken together, and when and by whom.
//!
//! It is a CBOR array of format, semantics version, node, the node's counter, proposed time and commands. Fields are
//! only ever added at the end; a reader of this version refuses a format that it does not know.

use std::convert::Infallible;

use minicbor::{Decoder, Encoder, encode};
use order_engine::{Command, Timestamp};

const FORMAT: u8 = 1;
const FIELDS: u64 = 6;

/// The rules by which the engine turns commands into state. A change of them raises it, and commands that were
/// logged under other rules are not replayed under these.
pub const SEMANTICS_VERSION: u32 = 1;

/// Why a record cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The record is in another format.
    #[error("it has format {found}, and this version reads format {FORMAT}; use the version that wrote it")]
    Format {
        /// Its format.
        found: u8,
    },
    /// The commands were logged under other rules.
    #[error(
        "it was written under rules {found}, and this version has rules {SEMANTICS_VERSION}; use the version that \
         wrote it"
    )]
    Semantics {
        /// Their version.
        found: u32,
    },
    /// The record is not what was ever written.
    #[error("it cannot be read: {0}")]
    Malformed(#[from] minicbor::decode::Error),
}

/// Who proposed a batch, as which of its own, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) node: u64,
    pub(crate) counter: u64,
    pub(crate) proposed: Timestamp,
}

/// A batch as it was logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) origin: Origin,
    pub(crate) commands: Vec<Command>,
}

impl Batch {
    /// Reads a record.
    pub(crate) fn decode(record: &[u8]) -> Result<Self, BatchError> {
        let mut decoder = Decoder::new(record);
        decoder.array()?;
        let format = decoder.u8()?;
        if format != FORMAT {
            return Err(BatchError::Format { found: format });
        }
        let semantics = decoder.u32()?;
        if semantics != SEMANTICS_VERSION {
            return Err(BatchError::Semantics { found: semantics });
        }
        let origin = Origin { node: decoder.u64()?, counter: decoder.u64()?, proposed: decoder.decode()? };
        Ok(Self { origin, commands: decoder.decode()? })
    }
}

/// A batch of a journal, for those who look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedBatch {
    /// The node that proposed it.
    pub node: u64,
    /// Which of that node's batches it is, from 1.
    pub counter: u64,
    /// When it was proposed. It is applied at this time, or at the time of the batch before when that is later.
    pub proposed: Timestamp,
    /// Its commands, in order.
    pub commands: Vec<Command>,
}

impl LoggedBatch {
    /// Reads what a journal holds as one batch.
    ///
    /// # Errors
    /// [`BatchError`] when this version cannot read it.
    pub fn read(payload: &[u8]) -> Result<Self, BatchError> {
        let Batch { origin: Origin { node, counter, proposed }, commands } = Batch::decode(payload)?;
        Ok(Self { node, counter, proposed, commands })
    }
}

/// A batch that is being put together. Its buffers are used again for the next one.
#[derive(Debug, Default)]
pub(crate) struct BatchWriter {
    commands: Vec<u8>,
    count: u64,
    record: Vec<u8>,
}

/// How far a batch had come at some moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    bytes: usize,
    count: u64,
}

impl BatchWriter {
    /// Starts over, with a buffer for the next record.
    pub(crate) fn clear(&mut self, record: Vec<u8>) {
        self.record = record;
        self.commands.clear();
        self.count = 0;
    }

    /// Bytes of the commands so far.
    pub(crate) fn bytes(&self) -> usize {
        self.commands.len()
    }

    /// Where the batch is now.
    pub(crate) fn mark(&self) -> Mark {
        Mark { bytes: self.commands.len(), count: self.count }
    }

    /// Forgets what was added since a mark.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.commands.truncate(mark.bytes);
        self.count = mark.count;
    }

    /// Adds a command.
    pub(crate) fn push(&mut self, command: &Command) {
        written(minicbor::encode(command, &mut self.commands));
        self.count += 1;
    }

    /// The record of the commands so far.
    pub(crate) fn finish(&mut self, origin: Origin) -> Vec<u8> {
        let mut record = std::mem::take(&mut self.record);
        record.clear();
        written(write_header(&mut record, origin, self.count));
        record.extend_from_slice(&self.commands);
        record
    }
}

/// All fields but the commands, of which only the number is written: they follow as they are.
fn write_header(
    record: &mut Vec<u8>,
    origin: Origin,
    commands: u64,
) -> Result<(), encode::Error<Infallible>> {
    let mut encoder = Encoder::new(record);
    encoder.array(FIELDS)?.u8(FORMAT)?.u32(SEMANTICS_VERSION)?;
    encoder.u64(origin.node)?.u64(origin.counter)?.encode(origin.proposed)?;
    encoder.array(commands)?;
    Ok(())
}

/// Memory takes whatever is written, and no type of a command refuses to be encoded.
fn written(result: Result<(), encode::Error<Infallible>>) {
    if let Err(error) = result {
        unreachable!("Invariant: a command can be encoded: {error}");
    }
}

#[cfg(test)]
mod tests {
    use order_engine::{
        AccountCode, AccountDefinition, AccountId, AccountSettings, AssetCode, CancelOrder, OrderId,
    };

    use super::*;

    const ORIGIN: Origin =
        Origin { node: 3, counter: 17, proposed: Timestamp::from_millis(1_700_000_000_000) };

    fn commands() -> Vec<Command> {
        let (code, currency) = (AccountCode::new("demo").unwrap(), AssetCode::new("USD").unwrap());
        vec![
            Command::Tick,
            Command::OpenAccount(AccountDefinition { code, currency, settings: AccountSettings::default() }),
            Command::Reset,
        ]
    }

    fn push_all(writer: &mut BatchWriter, commands: &[Command]) {
        for command in commands {
            writer.push(command);
        }
    }

    #[test]
    fn a_batch_comes_back_as_it_went() {
        let mut writer = BatchWriter::default();
        for _ in 0..2 {
            writer.clear(Vec::new());
            push_all(&mut writer, &commands());
            let batch = Batch::decode(&writer.finish(ORIGIN)).unwrap();
            assert_eq!(batch, Batch { origin: ORIGIN, commands: commands() });
        }
    }

    #[test]
    fn what_was_added_since_a_mark_can_be_taken_back() {
        let mut writer = BatchWriter::default();
        writer.push(&Command::Reset);
        let mark = writer.mark();
        push_all(&mut writer, &commands());
        writer.back_to(mark);
        assert_eq!(Batch::decode(&writer.finish(ORIGIN)).unwrap().commands, [Command::Reset]);
    }

    #[test]
    fn other_formats_and_rules_are_refused() {
        let mut writer = BatchWriter::default();
        writer.push(&Command::Tick);
        let record = writer.finish(ORIGIN);
        let changed = |at: usize| {
            let mut record = record.clone();
            record[at] += 1;
            Batch::decode(&record)
        };
        assert!(matches!(changed(1), Err(BatchError::Format { found: 2 })));
        assert!(matches!(changed(2), Err(BatchError::Semantics { found: 2 })));
    }

    #[test]
    fn a_record_that_is_cut_is_refused() {
        let mut writer = BatchWriter::default();
        push_all(&mut writer, &commands());
        let record = writer.finish(ORIGIN);
        for length in 0..record.len() {
            assert!(Batch::decode(&record[..length]).is_err(), "{length} bytes");
        }
    }

    /// A record of this format, byte for byte: what is in a journal stays readable.
    #[test]
    fn the_format_stays_what_it_is() {
        let (account, order) = (AccountId::new(1), OrderId::new(2));
        let commands =
            [Command::Tick, Command::CancelOrder(CancelOrder { account, order, client_order_id: None })];
        let mut writer = BatchWriter::default();
        push_all(&mut writer, &commands);
        let record = [
            &[0x86, 1, 1, 3, 17][..],
            &[0x1b, 0x17, 0x97, 0x9c, 0xfe, 0x36, 0x2a, 0x00, 0x00],
            &[0x82],
            &[0x82, 0, 0x80],
            &[0x82, 11, 0x81, 0x82, 1, 2],
        ];
        assert_eq!(writer.finish(ORIGIN), record.concat());
    }
}
