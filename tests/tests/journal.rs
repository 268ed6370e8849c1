//! `dragoman journal`: looking at the log of a gateway that was stopped or killed, and repairing one that is damaged.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Output;

use dragoman_tests::dialects::{Clearstreet, Dialect, Ticket};
use dragoman_tests::gateway::{self, Data, Gateway, configuration};
use journal::{FileJournal, Journal as _, RealDisk};
use serde_json::Value;

fn journal(command: &[&str], directory: &Path) -> Output {
    let mut arguments = vec!["journal"];
    arguments.extend(command);
    let directory = directory.to_str().unwrap();
    arguments.extend(["--data-dir", directory]);
    gateway::run(&arguments)
}

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{}", err(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A directory with the log of some orders, and the ids of them, oldest first.
fn traded(orders: u32, is_killed: bool) -> (tempfile::TempDir, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(Data::Directory(directory.path()));
    let mut client = Clearstreet::new(gateway.url("clearstreet"));
    let place = |number| client.place(&Ticket::bid("TSLA", 1, &format!("20.{number:02}"))).unwrap();
    let ids = (0..orders).map(place).collect();
    if is_killed {
        gateway.kill();
    } else {
        assert!(gateway.terminate().success());
    }
    (directory, ids)
}

fn segment(directory: &Path) -> PathBuf {
    directory.join("00000000000000000001.journal")
}

/// Flips a bit of the record of a batch, counted from the first, and says where the record begins.
fn damage(directory: &Path, batch: usize) -> usize {
    let path = segment(directory);
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(4).enumerate().filter(|(_, window)| window == b"DRJr").nth(batch).unwrap().0;
    bytes[at + 60] ^= 1;
    fs::write(&path, bytes).unwrap();
    at
}

#[test]
fn verify_sums_up_what_there_is() {
    for is_killed in [false, true] {
        let (directory, ids) = traded(3, is_killed);
        let text = out(&journal(&["verify"], directory.path()));
        let line = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(name).map(str::trim));
            found.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
        };
        assert!(text.contains(": whole\n"), "{text}");
        assert_eq!(
            (line("segments"), line("batches")),
            ("1".to_owned(), "1 to 5".to_owned()),
            "the retention is one, and so is the seed"
        );
        assert!(line("commands").parse::<usize>().unwrap() > ids.len(), "{text}");
        assert_eq!(line("chain").len(), 32, "{text}");
        assert_eq!(line("closed").starts_with("yes"), !is_killed, "{text}");
    }
}

#[test]
fn verify_names_the_place_of_damage_and_ends_with_1() {
    let (directory, _) = traded(5, false);
    let at = damage(directory.path(), 3);
    let output = journal(&["verify"], directory.path());
    assert_eq!(output.status.code(), Some(1));
    let text = err(&output);
    assert!(text.contains(segment(directory.path()).to_str().unwrap()), "which file: {text}");
    assert!(text.contains(&format!("at byte {at}")) && text.contains("truncate-tail"), "{text}");
}

#[test]
fn the_commands_of_the_log_are_dumped_as_lines_of_json() {
    let (directory, ids) = traded(3, false);
    let dump = |range: &[&str]| {
        let text = out(&journal(&[&["dump"], range].concat(), directory.path()));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    let all = dump(&[]);
    let placed = |line: &&Value| line["kind"] == "PlaceOrder";
    assert_eq!(all.iter().filter(placed).count(), ids.len());
    let first = all.iter().find(placed).unwrap()["sequence"].as_u64().unwrap();
    let lines = dump(&["--from", &first.to_string(), "--to", &(first + 1).to_string()]);
    assert_eq!(lines.len(), 2, "{lines:?}");
    for (line, sequence) in lines.iter().zip(first..) {
        assert_eq!((&line["sequence"], &line["command"]), (&sequence.into(), &0.into()), "{line}");
        assert_eq!(line["kind"], "PlaceOrder", "{line}");
        assert!(line["detail"].as_str().unwrap().contains("Limit"), "{line}");
        assert!(line["proposed"].as_str().unwrap().ends_with('Z'), "{line}");
    }
}

#[test]
fn what_is_whole_of_a_damaged_log_can_still_be_dumped() {
    let (directory, _) = traded(5, true);
    let at = damage(directory.path(), 3);
    let output = journal(&["dump"], directory.path());
    assert_eq!(output.status.code(), Some(1), "what is missing is not passed over");
    let sequences: Vec<u64> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["sequence"].as_u64().unwrap())
        .collect();
    assert_eq!((sequences.first(), sequences.last()), (Some(&1), Some(&3)));
    assert!(err(&output).contains(&format!("at byte {at}, after batch 3")), "{}", err(&output));
    let before_it = journal(&["dump", "--to", "2"], directory.path());
    assert!(before_it.status.success(), "nobody asked for what is damaged: {}", err(&before_it));
}

/// The same log, but for the rules that its last batch was written under.
fn under_other_rules(directory: &Path, rules: impl Fn(u8) -> u8) -> tempfile::TempDir {
    let mut payloads = Vec::new();
    let read = journal::inspect(&RealDisk, directory, |batch| {
        payloads.push(batch.payload.clone());
        ControlFlow::Continue(())
    });
    read.unwrap();
    let last = payloads.last_mut().unwrap();
    // An array, the format, and the rules.
    last[2] = rules(last[2]);
    let other = tempfile::tempdir().unwrap();
    let mut journal = FileJournal::open(other.path(), journal::Options::default()).unwrap().0;
    let payloads: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
    journal.append(&payloads).unwrap();
    other
}

#[test]
fn a_log_of_older_or_newer_rules_is_refused_and_says_which_version_helps() {
    let (directory, _) = traded(1, false);
    for other in [-1_i8, 1] {
        let log = under_other_rules(directory.path(), |rules| rules.strict_add_signed(other));
        let before = fs::read(segment(log.path())).unwrap();
        let refused = err(&Gateway::refused(Data::Directory(log.path()), &configuration("")));
        let verified = journal(&["verify"], log.path());
        let dumped = journal(&["dump"], log.path());
        for text in [refused, err(&verified), err(&dumped)] {
            assert!(text.contains("batch 3 of the journal"), "{text}");
            assert!(
                text.contains("under rules ") && text.contains("use the version that wrote it"),
                "{text}"
            );
            assert!(!text.contains("truncate-tail"), "a log of other rules is not damaged: {text}");
        }
        assert_eq!((verified.status.code(), dumped.status.code()), (Some(1), Some(1)));
        assert_eq!(fs::read(segment(log.path())).unwrap(), before, "nothing is changed");
    }
}

#[test]
fn a_second_gateway_upon_a_directory_is_refused_and_the_first_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(Data::Directory(directory.path()));
    let refused = Gateway::refused(Data::Directory(directory.path()), &configuration(""));
    assert_eq!(refused.status.code(), Some(1));
    let text = err(&refused);
    let path = directory.path().to_str().unwrap();
    assert!(text.contains(path) && text.contains("in use by another process"), "{text}");
    Clearstreet::new(gateway.url("clearstreet")).place(&Ticket::bid("TSLA", 1, "20.00")).unwrap();
    gateway.kill();
    let gateway = Gateway::start(Data::Directory(directory.path()));
    assert_eq!(gateway.call_control("GET", "/health", "").status, 200, "a lock does not outlive its process");
}

#[test]
fn a_damaged_log_is_refused_with_what_helps_and_repaired_by_decision() {
    let (directory, ids) = traded(5, true);
    let at = damage(directory.path(), 3);
    let refused = err(&Gateway::refused(Data::Directory(directory.path()), &configuration("")));
    assert!(refused.contains(segment(directory.path()).to_str().unwrap()), "which file: {refused}");
    assert!(refused.contains(&format!("at byte {at}")), "where: {refused}");
    let path = directory.path().to_str().unwrap();
    let repair = format!("dragoman journal truncate-tail --data-dir {path} --after 3 --yes");
    assert!(
        refused.contains(&repair) && refused.contains("dragoman journal verify"),
        "what helps: {refused}"
    );

    let before = fs::read(segment(directory.path())).unwrap();
    let unsure = journal(&["truncate-tail", "--after", "3"], directory.path());
    assert_eq!(unsure.status.code(), Some(1));
    assert!(err(&unsure).contains("--yes"), "{}", err(&unsure));
    assert_eq!(fs::read(segment(directory.path())).unwrap(), before, "nothing is changed without it");

    let done = out(&journal(&["truncate-tail", "--after", "3", "--yes"], directory.path()));
    let kept = done.lines().find_map(|line| line.strip_prefix("kept in ")).unwrap();
    let cut = fs::read(kept).unwrap();
    assert_eq!(before[at..at + cut.len()], cut, "what was cut off is kept");
    assert!(before[at + cut.len()..].iter().all(|byte| *byte == 0), "all of it");
    out(&journal(&["verify"], directory.path()));

    let gateway = Gateway::start(Data::Directory(directory.path()));
    let mut client = Clearstreet::new(gateway.url("clearstreet"));
    for (number, id) in ids.iter().enumerate() {
        // The retention is the first batch, the seed the second, and the third is the first order.
        assert_eq!(client.read(id).unwrap().is_some(), number < 1, "order {number}");
    }
    client.place(&Ticket::bid("TSLA", 1, "20.50")).unwrap();
}

#[test]
fn a_batch_that_is_not_there_cannot_be_made_the_last() {
    let (directory, _) = traded(2, false);
    let output = journal(&["truncate-tail", "--after", "40", "--yes"], directory.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("batch 4 is the last"), "{}", err(&output));
    out(&journal(&["verify"], directory.path()));
}

#[test]
fn a_log_that_is_in_use_or_not_there_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let gateway = Gateway::start(Data::Directory(directory.path()));
    for command in [&["verify"][..], &["dump"], &["truncate-tail", "--after", "1", "--yes"]] {
        let output = journal(command, directory.path());
        assert_eq!(output.status.code(), Some(1));
        assert!(err(&output).contains("in use"), "{}", err(&output));
    }
    assert_eq!(gateway.call_control("GET", "/health", "").status, 200);

    let nowhere = directory.path().join("nowhere");
    assert_eq!(journal(&["verify"], &nowhere).status.code(), Some(1));
    assert!(!nowhere.exists(), "looking makes nothing");
}

#[test]
fn a_newest_segment_that_is_gone_is_missed() {
    let (directory, _) = traded(1, false);
    let path = segment(directory.path());
    fs::rename(&path, directory.path().join("elsewhere")).unwrap();
    let refused = err(&Gateway::refused(Data::Directory(directory.path()), &configuration("")));
    assert!(refused.contains(path.to_str().unwrap()) && refused.contains("missing"), "{refused}");
}
