//! The vendor's example payloads: the golden file that stands for each has its members, in their order and of their
//! types, and where the numbers can be the same ones, its numbers.
#![expect(clippy::unwrap_used, reason = "a failed expectation of a test is reported by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use testkit::golden;

const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vendors/oanda/README.md");

/// How many examples there are.
const EXAMPLES: u32 = 32;
/// The end of an order as the page has it. The recorded server appends the type, and so does this one.
const NOT_FOLLOWED: (u32, usize) = (18, 1);

/// Members whose values are the example's. Others depend on the clock, on ids, on balances and on what is configured.
const SAME_VALUE: [&str; 44] = [
    "ask",
    "avgPrice",
    "bid",
    "closeAsk",
    "closeBid",
    "closeMid",
    "code",
    "complete",
    "displayName",
    "granularity",
    "halted",
    "highAsk",
    "highBid",
    "highMid",
    "instrument",
    "lowAsk",
    "lowBid",
    "lowMid",
    "lowerBound",
    "maxTradeUnits",
    "maxTrailingStop",
    "message",
    "minTrailingStop",
    "moreInfo",
    "openAsk",
    "openBid",
    "openMid",
    "pip",
    "precision",
    "price",
    "profit",
    "reason",
    "side",
    "status",
    "stopLoss",
    "takeProfit",
    "takeProfitPrice",
    "totalUnits",
    "trailingStop",
    "type",
    "units",
    "upperBound",
    "volume",
    "amount",
];

/// A document whose members keep their order.
#[derive(Debug, Clone, PartialEq)]
enum Document {
    Scalar(&'static str, String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Document, E> {
        Ok(Document::Scalar("boolean", value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Document, E> {
        Ok(Document::Scalar("text", value.to_owned()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Document, E> {
        Ok(Document::Scalar("number", value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Document, E> {
        Ok(Document::Scalar("number", value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Document, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Document::List(list))
    }

    /// Numbers with all their digits come as an object with one member of this name.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Document, A::Error> {
        let mut object = Vec::new();
        while let Some(name) = members.next_key::<String>()? {
            if name == "$serde_json::private::Number" {
                return Ok(Document::Scalar("number", members.next_value()?));
            }
            object.push((name, members.next_value()?));
        }
        Ok(Document::Object(object))
    }
}

/// Why a document is not what an example shows; nothing when it is.
fn misfit(example: &Document, given: &Document, name: &str) -> Option<String> {
    match (example, given) {
        (Document::Scalar(kind, value), Document::Scalar(given_kind, given_value)) => {
            let differs = kind != given_kind || (SAME_VALUE.contains(&name) && value != given_value);
            differs.then(|| format!("{name}: {value} and {given_value}"))
        }
        (Document::List(examples), Document::List(given)) => {
            if examples.is_empty() != given.is_empty() {
                return Some(format!("{name}: a list is empty"));
            }
            examples.iter().find_map(|example| {
                let misfits: Vec<String> =
                    given.iter().map_while(|given| misfit(example, given, name)).collect();
                (misfits.len() == given.len()).then(|| format!("nothing is like {example:?}: {misfits:#?}"))
            })
        }
        (Document::Object(example), Document::Object(given)) => {
            let names = |members: &[(String, Document)]| {
                members.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
            };
            if names(example) != names(given) {
                return Some(format!("{:?} and {:?}", names(example), names(given)));
            }
            // No financing is charged here, so that no rate of interest can be the example's.
            let is_interest = name == "interestRate";
            example.iter().zip(given).find_map(|((member, example), (_, given))| {
                misfit(example, given, if is_interest { name } else { member })
            })
        }
        // A list of examples that the page shows without the object around it.
        (Document::List(_), Document::Object(members)) => match members.as_slice() {
            [(name, list @ Document::List(_))] => misfit(example, list, name),
            _ => Some(format!("{name}: one is a list")),
        },
        // One line of a stream.
        (Document::Object(_), Document::List(lines)) => {
            let is_there = lines.iter().any(|line| misfit(example, line, name).is_none());
            (!is_there).then(|| format!("{name}: no line is like {example:?}"))
        }
        (
            Document::Scalar(..) | Document::List(_) | Document::Object(_),
            Document::Scalar(..) | Document::List(_) | Document::Object(_),
        ) => Some(format!("{name}: {example:?} and {given:?}")),
    }
}

/// A text as one document, or as one in each line.
fn documents(text: &str) -> Document {
    let read = |text: &str| serde_json::from_str::<Document>(text);
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    read(text).unwrap_or_else(|_| Document::List(lines().map(read).collect::<Result<_, _>>().unwrap()))
}

/// The examples of the page by their number, each with all its payloads.
fn published(page: &str) -> BTreeMap<u32, Vec<Document>> {
    let section = page.split_once("## 17. Example payloads").unwrap().1;
    let section = section.split_once("\n## 18").unwrap().0;
    let mut examples: BTreeMap<u32, Vec<Document>> = BTreeMap::new();
    for part in section.split("\n**E").skip(1) {
        let (number, rest) = part.split_once(' ').unwrap();
        let blocks = rest.split("```").skip(1).step_by(2);
        let blocks = blocks.map(|block| documents(block.trim_start_matches("json")));
        examples.insert(number.parse().unwrap(), blocks.collect());
    }
    examples
}

/// The golden answers that stand for examples.
fn given() -> BTreeMap<u32, Vec<(String, Document)>> {
    let mut all: BTreeMap<u32, Vec<(String, Document)>> = BTreeMap::new();
    for exchange in golden::exchanges(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")) {
        let number = exchange.comment.as_deref().and_then(|comment| comment.strip_prefix("Example E"));
        let Some(number) = number else { continue };
        let where_it_is = format!("{}: {} {}", exchange.file, exchange.method, exchange.target);
        let document = match exchange.documents.as_slice() {
            [one] => documents(one),
            lines => documents(&lines.join("\n")),
        };
        all.entry(number.parse().unwrap()).or_default().push((where_it_is, document));
    }
    all
}

#[test]
fn every_example_has_a_golden_file() {
    let all: BTreeSet<u32> = given().into_keys().collect();
    assert_eq!(all, (1..=EXAMPLES).collect());
}

#[test]
fn golden_files_are_what_the_examples_show() {
    if !Path::new(PUBLISHED).exists() {
        println!("skipped: the vendor's examples are not here");
        return;
    }
    let published = published(&std::fs::read_to_string(PUBLISHED).unwrap());
    assert_eq!(published.len(), usize::try_from(EXAMPLES).unwrap());
    let given = given();
    for (number, examples) in &published {
        let answers = &given[number];
        if examples.is_empty() {
            continue;
        }
        let mut followed = BTreeSet::new();
        for (where_it_is, answer) in answers {
            let misfits: Vec<_> = examples.iter().map(|example| misfit(example, answer, "")).collect();
            let fitting = misfits.iter().position(Option::is_none);
            followed.insert(fitting.unwrap_or_else(|| panic!("E{number}, {where_it_is}: {misfits:#?}")));
        }
        let left_out = usize::from(*number == NOT_FOLLOWED.0) * NOT_FOLLOWED.1;
        assert_eq!(followed.len() + left_out, examples.len(), "E{number}: {followed:?}");
    }
}
