//! Images that were changed on purpose, one thing at a time: what does not go together is refused, with what does not fit.

use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use order_engine::{
    Command, Engine, ExerciseKind, ImageBuilder, ImageError, ImagePieces, InstructExercise, Misfit,
    PlaceOrder, Side, limits,
};

use super::{image, varied};
use crate::support::*;

/// The sections that are changed here, by their numbers.
const BALANCE: u8 = 4;
const REALIZED: u8 = 5;
const POSITION: u8 = 7;
const CANDLES: u8 = 21;
const DEPOSITED: u8 = 30;
const COLLATERAL: u8 = 31;
const LIST: u8 = 32;
const EXERCISE: u8 = 39;
const ORDERS: u8 = 41;
const LEVEL: u8 = 42;
const PARKED: u8 = 47;

/// What a record is made of: lists, and what is in them as it is written.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    List(Vec<Value>),
    Item(Vec<u8>),
}

impl Value {
    fn read(d: &mut Decoder<'_>) -> Self {
        if d.datatype().unwrap() == Type::Array {
            let length = d.array().unwrap().unwrap();
            return Self::List((0..length).map(|_| Self::read(d)).collect());
        }
        let from = d.position();
        d.skip().unwrap();
        Self::Item(d.input()[from..d.position()].to_vec())
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::List(items) => {
                Encoder::new(&mut *out).array(items.len() as u64).unwrap();
                for item in items {
                    item.write(out);
                }
            }
            Self::Item(bytes) => out.extend(bytes),
        }
    }

    fn number(number: u64) -> Self {
        Self::Item(minicbor::to_vec(number).unwrap())
    }

    fn bytes(&self) -> Vec<u8> {
        let Self::Item(bytes) = self else { panic!("a list") };
        Decoder::new(bytes).bytes().unwrap().to_vec()
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        let mut item = Vec::new();
        Encoder::new(&mut item).bytes(bytes).unwrap();
        Self::Item(item)
    }

    fn items(&mut self) -> &mut Vec<Self> {
        let Self::List(items) = self else { panic!("no list") };
        items
    }

    /// The part to which these places lead.
    fn at(&mut self, path: &[usize]) -> &mut Self {
        path.iter().fold(self, |value, place| &mut value.items()[*place])
    }
}

/// The records of an image, each the content of a byte string.
fn records(image: &[u8]) -> Vec<&[u8]> {
    let mut decoder = Decoder::new(image);
    let mut records = Vec::new();
    while decoder.position() < image.len() {
        records.push(decoder.bytes().unwrap());
    }
    records
}

/// The records of an image, without the last, which counts them.
#[derive(Clone)]
struct Crafted(Vec<Value>);

impl Crafted {
    fn of(engine: &Engine) -> Self {
        let image = image(engine);
        let mut records: Vec<_> =
            records(&image).into_iter().map(|record| Value::read(&mut Decoder::new(record))).collect();
        records.pop();
        Self(records)
    }

    /// Where the records of a section are.
    fn section(&self, section: u8) -> Vec<usize> {
        let is_of = |record: &Value| record.clone().at(&[0]) == &Value::number(section.into());
        (0..self.0.len()).filter(|index| is_of(&self.0[*index])).collect()
    }

    /// The same with a change to the value of the first record of a section, and where that is, from one.
    fn changed(&self, section: u8, change: impl FnOnce(&mut Value)) -> (u64, Self) {
        let mut changed = self.clone();
        let index = self.section(section)[0];
        change(changed.0[index].at(&[1]));
        (index as u64 + 1, changed)
    }

    fn bytes(&self) -> Vec<u8> {
        self.counted_as(self.0.len() as u64)
    }

    /// The image, where its end says so many records.
    fn counted_as(&self, number: u64) -> Vec<u8> {
        let end = Value::List(vec![Value::number(63), Value::number(number)]);
        let mut image = Vec::new();
        for record in self.0.iter().chain([&end]) {
            let mut bytes = Vec::new();
            record.write(&mut bytes);
            Encoder::new(&mut image).bytes(&bytes).unwrap();
        }
        image
    }

    fn misfit(&self) -> Option<(u64, Misfit)> {
        match Engine::read_image(self.bytes().as_slice()) {
            Ok(_) => None,
            Err(ImageError::Inconsistent { record, fault }) => Some((record, fault)),
            Err(other) => panic!("{other}"),
        }
    }
}

/// A standing notice, a short position and an order that stands aside.
fn others() -> Crafted {
    let mut world = World::with_sessions();
    world.wait_seconds(20);
    world.run(Command::InstructExercise(notice("1"))).unwrap();
    let rests = |instrument, account, side, at| PlaceOrder { instrument, ..limit(account, side, "5", at) };
    world.place(PlaceOrder { short_sale: true, ..rests(XYZ_USD, ALICE, Side::Sell, "100") }).unwrap();
    world.place(rests(XYZ_USD, BOB, Side::Buy, "100")).unwrap();
    // It stands aside after the regular hours.
    world.place(rests(ADA_USD, ALICE, Side::Buy, "0.9")).unwrap();
    world.wait_seconds(26);
    world.run(Command::Tick).unwrap();
    let others = Crafted::of(&world.engine);
    assert_eq!(others.misfit(), None);
    others
}

fn notice(contracts: &str) -> InstructExercise {
    InstructExercise {
        account: ALICE,
        instrument: BTC_CALL,
        kind: ExerciseKind::DoNotExercise,
        quantity: quantity(contracts),
        client_id: None,
    }
}

#[test]
fn what_names_something_that_is_not_there_is_refused() {
    let (some, more) = (Crafted::of(&varied().engine), others());
    let unknown = Value::number(99);
    for (image, section, path) in [
        (&some, BALANCE, &[0][..]),
        (&some, BALANCE, &[1, 0]),
        (&some, REALIZED, &[0]),
        (&some, POSITION, &[0]),
        (&some, POSITION, &[1]),
        (&some, LEVEL, &[0]),
        (&some, CANDLES, &[0]),
        (&some, LIST, &[0]),
        (&some, DEPOSITED, &[0]),
        (&more, EXERCISE, &[0]),
        (&more, EXERCISE, &[1, 2]),
        (&more, COLLATERAL, &[0]),
        (&more, COLLATERAL, &[1]),
        (&more, PARKED, &[0]),
    ] {
        let (record, changed) = image.changed(section, |value| *value.at(path) = unknown.clone());
        assert_eq!(changed.misfit(), Some((record, Misfit::Unknown)), "section {section}, {path:?}");
    }
    let (record, changed) = some.with_list_of(1, |items| *items[0].at(&[1]) = unknown.clone());
    assert_eq!(changed.misfit(), Some((record, Misfit::Unknown)), "an instrument of a list");
}

#[test]
fn what_comes_twice_is_refused_though_it_is_counted() {
    for image in [Crafted::of(&varied().engine), others()] {
        for index in 0..image.0.len() {
            let mut twice = image.clone();
            twice.0.insert(index, image.0[index].clone());
            let refused = Engine::read_image(twice.bytes().as_slice());
            assert!(refused.is_err(), "record {} of {}: {:?}", index + 1, image.0.len(), image.0[index]);
        }
    }
}

#[test]
fn the_end_counts_the_records_before_it() {
    let image = Crafted::of(&World::new().engine);
    let number = image.0.len() as u64;
    for found in [number - 1, number + 1] {
        let refused = Engine::read_image(image.counted_as(found).as_slice());
        let fault = Misfit::Count { found };
        assert!(
            matches!(&refused, Err(ImageError::Inconsistent { fault: told, .. }) if *told == fault),
            "{refused:?}"
        );
    }
}

#[test]
fn a_version_of_an_order_comes_once() {
    let mut world = World::new();
    world.place(limit(ALICE, Side::Buy, "1", "98.00")).unwrap();
    let double = |value: &mut Value| *value = Value::of_bytes(&value.bytes().repeat(2));
    let (record, twice) = Crafted::of(&world.engine).changed(ORDERS, double);
    assert_eq!(twice.misfit(), Some((record, Misfit::Order)));
}

#[test]
fn candles_follow_each_other_in_a_row_that_there_is() {
    let image = Crafted::of(&varied().engine);
    let repeat = |value: &mut Value| {
        let candles = value.at(&[1, 1]).items();
        candles.insert(0, candles[0].clone());
    };
    let (record, repeated) = image.changed(CANDLES, repeat);
    assert_eq!(repeated.misfit(), Some((record, Misfit::Order)));
    let (record, elsewhere) = image.changed(CANDLES, |value| *value.at(&[1, 0]) = Value::number(4));
    assert_eq!(elsewhere.misfit(), Some((record, Misfit::Order)));
}

impl Crafted {
    /// The same where the last list has so many instruments, with a change to them.
    fn with_list_of(&self, number: usize, change: impl FnOnce(&mut Vec<Value>)) -> (u64, Self) {
        let mut changed = self.clone();
        let listed = |index: &usize| !changed.0[*index].clone().at(&[1, 1, 3]).items().is_empty();
        let index = self.section(LIST).into_iter().find(listed).unwrap();
        let items = changed.0[index].at(&[1, 1, 3]).items();
        items.resize(number, items[0].clone());
        change(items);
        (index as u64 + 1, changed)
    }

    /// The same with so many copies of the first record of a section, each with an id of its own.
    fn with_copies(&self, section: u8, number: usize) -> (u64, Self) {
        let mut changed = self.clone();
        let all = self.section(section);
        let mut first = self.0[all[0]].clone();
        changed.0.drain(all[0]..=all[all.len() - 1]);
        for copy in (0..number).rev() {
            *first.at(&[1, 1, 0]) = Value::number(1_000_000 + copy as u64);
            changed.0.insert(all[0], first.clone());
        }
        ((all[0] + number) as u64, changed)
    }
}

#[test]
fn there_are_no_more_lists_and_notices_than_an_account_can_have() {
    let (some, more) = (Crafted::of(&varied().engine), others());
    for (image, section, most) in
        [(&some, LIST, limits::MAX_LISTS_PER_ACCOUNT), (&more, EXERCISE, limits::MAX_EXERCISES_PER_ACCOUNT)]
    {
        assert_eq!(image.with_copies(section, most).1.misfit(), None);
        let (last, too_many) = image.with_copies(section, most + 1);
        assert_eq!(too_many.misfit(), Some((last, Misfit::Range)), "section {section}");
    }
    let most = limits::MAX_INSTRUMENTS_PER_LIST;
    assert_eq!(some.with_list_of(most, |_| {}).1.misfit(), None);
    let (record, too_long) = some.with_list_of(most + 1, |_| {});
    assert_eq!(too_long.misfit(), Some((record, Misfit::Range)));
}

#[test]
fn a_record_ends_where_its_value_ends() {
    let image = image(&World::new().engine);
    let mut all: Vec<_> = records(&image).into_iter().map(<[u8]>::to_vec).collect();
    all[3].push(0);
    let mut longer = Vec::new();
    for record in all {
        Encoder::new(&mut longer).bytes(&record).unwrap();
    }
    let refused = Engine::read_image(longer.as_slice());
    assert!(matches!(refused, Err(ImageError::Malformed { record: 4, .. })), "{refused:?}");
}

/// An image of several pieces.
fn long() -> Crafted {
    let mut world = World::new();
    for number in 0..3_000_u32 {
        let at = format!("{}.00", 10 + number % 40);
        world.place(limit(ALICE, Side::Buy, "0.1", &at)).unwrap();
    }
    Crafted::of(&world.engine)
}

#[test]
fn a_fault_in_a_later_piece_is_told_with_the_number_of_its_record() {
    let long = long();
    let mut pieces = 0;
    let bytes = long.bytes();
    let mut split = ImagePieces::new(bytes.as_slice());
    while split.next_piece().unwrap().is_some() {
        pieces += 1;
    }
    assert!(pieces > 2, "{pieces} pieces");
    let mut faulty = long.clone();
    let last = faulty.0.len() - 1;
    *faulty.0[last].at(&[1]) = Value::number(7);
    let refused = Engine::read_image(faulty.bytes().as_slice());
    let number = last as u64 + 1;
    assert!(matches!(refused, Err(ImageError::Malformed { record, .. }) if record == number), "{refused:?}");
}

#[test]
fn a_state_without_the_end_of_its_image_is_none() {
    let bytes = long().bytes();
    let mut builder = ImageBuilder::new();
    assert_eq!(format!("{builder:?}"), "ImageBuilder { records: 0, .. }");
    let piece = ImagePieces::new(bytes.as_slice()).next_piece().unwrap().unwrap();
    builder.add(piece.decode().unwrap(), |_| {}).unwrap();
    assert!(matches!(builder.finish(), Err(ImageError::Inconsistent { fault: Misfit::Order, .. })));
}

/// Many orders share a record, and so do many places in a queue, as many as the format says.
#[test]
fn records_are_as_long_as_the_format_says() {
    let long = long();
    let runs: Vec<usize> =
        long.section(ORDERS).iter().map(|index| long.bytes_of(*index, &[1]).len()).collect();
    let (last, full) = runs.split_last().unwrap();
    assert!(full.len() > 2 && full.iter().all(|run| (16_384..16_640).contains(run)), "{runs:?}");
    assert!(*last < 16_640, "{runs:?}");
    assert_eq!(long.section(LEVEL).len(), 40, "a price of seventy-five orders is one record");
    assert_eq!(*long.0[0].clone().at(&[1, 4]), Value::number(3_000), "the head counts the orders");
    let mut world = World::new();
    assert!(Crafted::of(&world.engine).section(ORDERS).is_empty(), "no orders are no record");
    for _ in 0..2_049 {
        world.place(limit(ALICE, Side::Buy, "0.1", "10")).unwrap();
    }
    let queue = Crafted::of(&world.engine);
    assert_eq!(queue.section(LEVEL).len(), 2);
}

impl Crafted {
    fn bytes_of(&self, index: usize, path: &[usize]) -> Vec<u8> {
        self.0[index].clone().at(path).bytes()
    }
}
