//! Every field of every kind of command, with every bad shape that it can be written in: each is unreadable, or is refused and
//! changes nothing, or is taken and the books stay whole. Which extremes are taken is listed.
//!
//! Nobody has to name the fields: they are found in the command as it is logged.

mod samples;

use std::collections::{BTreeMap, BTreeSet};

use minicbor::data::Type;
use minicbor::{Decoder, Encode};
use order_engine::Command;

use crate::hostile::assert_books;
use crate::precedence::{all_tables, refusal};
use crate::support::*;

/// A bad shape: what it is called, and how it is written.
type Shape = (&'static str, Vec<u8>);

fn written(value: impl Encode<()>) -> Vec<u8> {
    minicbor::to_vec(value).unwrap()
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    written(<&minicbor::bytes::ByteSlice>::from(bytes))
}

fn decimal(text: &str) -> Vec<u8> {
    let number: rust_decimal::Decimal = text.parse().unwrap();
    bytes(&number.serialize())
}

/// Whole numbers: ids, instants, counts, rates, and which form of a choice it is.
fn numbers() -> Vec<Shape> {
    vec![
        ("0", written(0_u64)),
        ("1", written(1_u64)),
        ("2", written(2_u64)),
        ("3", written(3_u64)),
        ("one more than 32 bits", written(1_u64 << 32)),
        ("all of 32 bits", written(u64::from(u32::MAX))),
        ("half of 64 bits", written(1_u64 << 63)),
        ("all of 64 bits", written(u64::MAX)),
        ("below zero", written(-1_i64)),
        ("far below zero", written(i64::MIN)),
    ]
}

/// Prices, quantities and amounts.
fn decimals() -> Vec<Shape> {
    let amount = |units: i128| bytes(&units.to_be_bytes());
    vec![
        ("nothing", decimal("0")),
        ("below nothing", decimal("-1")),
        ("too fine", decimal("1.0000000000000000000000000001")),
        ("finest", decimal("0.0000000000000000000000000001")),
        ("large", decimal("1000000000000000000")),
        ("larger", decimal("9223372036854775807")),
        ("too large", decimal("79228162514264337593543950335")),
        ("far below", decimal("-79228162514264337593543950335")),
        ("no amount", amount(0)),
        ("one unit", amount(1)),
        ("less than no amount", amount(-1)),
        ("greatest amount", amount(i128::MAX)),
        ("least amount", amount(i128::MIN)),
        ("half of the amounts", amount(i128::MAX / 2)),
        ("no bytes", bytes(&[])),
        ("a byte too few", bytes(&[0xff; 15])),
        ("a byte too many", bytes(&[0; 17])),
    ]
}

fn texts() -> Vec<Shape> {
    let long = "x".repeat(3_000);
    vec![
        ("no text", written("")),
        ("a text", written("x")),
        ("blanks", written(" \n\0")),
        ("a long text", written(&long)),
    ]
}

fn others() -> Vec<Shape> {
    vec![("absent", written(None::<u8>)), ("true", written(true)), ("false", written(false))]
}

fn all_shapes() -> Vec<Shape> {
    [numbers(), decimals(), texts(), others()].concat()
}

/// A command as it is written, cut at its values: what comes before each value, the value, and where it is.
struct Fields {
    bytes: Vec<u8>,
    /// Of each value that is no list: its place in the lists around it, and from where to where it is written.
    values: Vec<(String, usize, usize)>,
}

impl Fields {
    fn of(command: &Command) -> Self {
        let bytes = minicbor::to_vec(command).unwrap();
        let mut values = Vec::new();
        let mut decoder = Decoder::new(&bytes);
        // How much is left of each list around, and at which place.
        let mut around: Vec<(u64, u64)> = Vec::new();
        while decoder.position() < bytes.len() {
            let from = decoder.position();
            let path: Vec<String> = around.iter().map(|(_, place)| place.to_string()).collect();
            let what = decoder.datatype().unwrap();
            let length = if what == Type::Array {
                decoder.array().unwrap().unwrap()
            } else if what == Type::Map {
                2 * decoder.map().unwrap().unwrap()
            } else {
                decoder.skip().unwrap();
                values.push((path.join("."), from, decoder.position()));
                0
            };
            if length > 0 {
                around.push((length, 0));
                continue;
            }
            // A value, or an empty list, is over; so is each list whose last it was.
            while let Some((left, place)) = around.last_mut() {
                (*left, *place) = (*left - 1, *place + 1);
                if *left > 0 {
                    break;
                }
                around.pop();
            }
        }
        assert!(around.is_empty(), "a command is whole");
        Self { bytes, values }
    }

    /// The command with another value in one place; nothing when that cannot be read.
    fn with(&self, (from, until): (usize, usize), value: &[u8]) -> Option<Command> {
        let bytes = [&self.bytes[..from], value, &self.bytes[until..]].concat();
        minicbor::decode(&bytes).ok()
    }
}

fn kind(command: &Command) -> String {
    let text = format!("{command:?}");
    text.split(|character: char| !character.is_alphanumeric()).next().unwrap().to_owned()
}

fn all_samples() -> Vec<(World, Command)> {
    let tables = all_tables();
    tables
        .iter()
        .map(|table| table.sample())
        .chain(samples::full().into_iter().map(|sample| sample()))
        .collect()
}

#[test]
fn every_kind_of_command_has_a_sample_that_is_taken() {
    let mut kinds = BTreeSet::new();
    for (mut world, command) in all_samples() {
        kinds.insert(kind(&command));
        assert_eq!(refusal(&mut world, command.clone()), None, "{command:?}");
    }
    let source = include_str!("../../src/command.rs");
    let list = &source[source.find("pub enum Command {").unwrap()..];
    let named = list.lines().filter_map(|line| {
        let end = line.find(['(', ','])?;
        let name = line.get(4..end)?;
        name.chars().all(char::is_alphanumeric).then_some(name)
    });
    let named: BTreeSet<String> = named.map(str::to_owned).collect();
    assert_eq!(kinds, named);
}

/// What is answered to a command in a world of its own: the name of the reason, or nothing when it is taken. What is taken
/// leaves the books whole, then and once time has passed and the market has moved.
fn answer(sample: impl Fn() -> World, world: &mut World, command: Command) -> Option<String> {
    let refused = refusal(world, command);
    if refused.is_none() {
        assert_books(world);
        drop(world.run(quote(BTC_USD, "90", "91", "5")));
        world.wait_seconds(500);
        world.run(Command::Tick).unwrap();
        assert_books(world);
        *world = sample();
    }
    refused
}

#[test]
fn every_field_takes_every_shape_without_a_panic() {
    let mut seen = BTreeMap::<&str, usize>::new();
    for (which, (_, command)) in all_samples().into_iter().enumerate() {
        let sample = || all_samples_at(which).0;
        let fields = Fields::of(&command);
        let mut world = sample();
        for (_, from, until) in &fields.values {
            for (_, value) in all_shapes() {
                let what = match fields.with((*from, *until), &value) {
                    None => "unreadable",
                    Some(changed) if changed == command => "the same",
                    Some(changed) => match answer(sample, &mut world, changed) {
                        Some(_) => "refused",
                        None => "taken",
                    },
                };
                *seen.entry(what).or_default() += 1;
            }
        }
    }
    // It did what it is for.
    assert!(seen["refused"] > 500 && seen["taken"] > 100, "{seen:?}");
    println!("{seen:?}");
}

fn all_samples_at(which: usize) -> (World, Command) {
    let tables = all_tables();
    match tables.get(which) {
        Some(table) => table.sample(),
        None => samples::full()[which - tables.len()](),
    }
}
