//! The binary under test: started on free ports, asked where it listens, terminated or killed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::http::{Client, Reply, Request};

use crate::workspace;

/// The names of the facades, in the order of the columns of every table here.
pub const FACADES: [&str; 5] = ["oms", "revx", "espresso", "oanda", "clearstreet"];

/// How long a start or a stop may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// How the state is kept.
#[derive(Debug, Clone, Copy)]
pub enum Data<'path> {
    /// In memory.
    Ephemeral,
    /// In this directory.
    Directory(&'path Path),
}

/// A configuration that puts every facade and the control plane on a free port of its own, and then says what `more` says.
#[must_use]
pub fn configuration(more: &str) -> String {
    let mut text = String::from("[control]\nlisten = \"127.0.0.1:0\"\n");
    for facade in FACADES {
        let _ = write!(text, "\n[[mount]]\nfacade = \"{facade}\"\nlisten = \"127.0.0.1:0\"\n");
    }
    text.push('\n');
    text.push_str(more);
    text
}

/// A running gateway. It is killed when the value is dropped.
#[derive(Debug)]
pub struct Gateway {
    child: Child,
    urls: BTreeMap<String, String>,
    control: String,
    announcements: Vec<Value>,
    log: Arc<Mutex<String>>,
    // The configuration file lives as long as the process that read it.
    _home: tempfile::TempDir,
}

impl Gateway {
    /// Starts with every facade on a free port of its own and waits until all are ready.
    #[must_use]
    pub fn start(data: Data<'_>) -> Self {
        Self::start_with(data, &configuration(""))
    }

    /// Starts with this configuration and waits until it is ready.
    ///
    /// # Panics
    /// When it does not get ready.
    #[must_use]
    pub fn start_with(data: Data<'_>, configuration: &str) -> Self {
        Self::start_in(data, configuration, &[])
    }

    /// Starts with this configuration and these variables besides those of the test, and waits until it is ready.
    ///
    /// # Panics
    /// When it does not get ready.
    #[must_use]
    pub fn start_in(data: Data<'_>, configuration: &str, environment: &[(&str, &Path)]) -> Self {
        let (mut child, home) = spawn(data, configuration, environment);
        let log = follow_log(&mut child);
        let lines = follow_lines(&mut child);
        let mut gateway = Self {
            child,
            urls: BTreeMap::new(),
            control: String::new(),
            announcements: Vec::new(),
            log,
            _home: home,
        };
        gateway.wait_until_ready(&lines);
        gateway
    }

    /// Starts with this configuration, which must be refused, and answers what it printed.
    ///
    /// # Panics
    /// When it starts.
    #[must_use]
    pub fn refused(data: Data<'_>, configuration: &str) -> Output {
        let (mut child, _home) = spawn(data, configuration, &[]);
        let deadline = Instant::now() + PATIENCE;
        let status = wait_for_exit(&mut child, deadline);
        let mut output = Output {
            status: status.unwrap_or_else(|| {
                let _ = child.kill();
                panic!("the gateway runs, where it should have refused:\n{configuration}")
            }),
            stdout: Vec::new(),
            stderr: Vec::new(),
        };
        if let Some(mut pipe) = child.stdout.take() {
            let _ = pipe.read_to_end(&mut output.stdout);
        }
        if let Some(mut pipe) = child.stderr.take() {
            let _ = pipe.read_to_end(&mut output.stderr);
        }
        assert!(!output.status.success(), "a refused start ended with status 0");
        output
    }

    fn wait_until_ready(&mut self, lines: &Receiver<String>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let line = match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("the gateway did not get ready:\n{}", self.log())
                }
            };
            let event: Value = serde_json::from_str(&line)
                .unwrap_or_else(|error| panic!("standard output is not a line of JSON ({error}): {line}"));
            self.note(&event);
            let ready = event["event"] == "ready";
            self.announcements.push(event);
            if ready {
                return;
            }
        }
    }

    fn note(&mut self, event: &Value) {
        let Some(url) = event["url"].as_str() else { return };
        if event["control"] == true {
            url.clone_into(&mut self.control);
        }
        for facade in event["facades"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            self.urls.insert(facade.to_owned(), url.to_owned());
        }
    }

    /// The base URL of a facade.
    ///
    /// # Panics
    /// When it is not served.
    #[must_use]
    pub fn url(&self, facade: &str) -> &str {
        self.urls.get(facade).unwrap_or_else(|| panic!("{facade} is not served"))
    }

    /// The base URL of the control plane.
    #[must_use]
    pub fn control(&self) -> &str {
        &self.control
    }

    /// Every line of standard output up to the one that says ready.
    #[must_use]
    pub fn announcements(&self) -> &[Value] {
        &self.announcements
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it runs, and what it has logged: what a failed test should show.
    #[must_use]
    pub fn condition(&mut self) -> String {
        let state = match self.child.try_wait() {
            Ok(None) => "the gateway is running".to_owned(),
            Ok(Some(status)) => format!("the gateway has ended with {status}"),
            Err(error) => format!("the gateway cannot be asked: {error}"),
        };
        format!("{state}; its log:\n{}", self.log())
    }

    /// The number of its process.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended by itself, and says how.
    ///
    /// # Panics
    /// When it does not end.
    #[must_use]
    pub fn ended(mut self) -> ExitStatus {
        wait_for_exit(&mut self.child, Instant::now() + PATIENCE)
            .unwrap_or_else(|| panic!("the gateway goes on:\n{}", self.log()))
    }

    /// Calls the control plane.
    #[must_use]
    pub fn call_control(&self, method: &str, path: &str, body: &str) -> Reply {
        let host = self.control.trim_start_matches("http://");
        let request = Request::new(method, path).with_header("Host", host).with_json(body);
        Client::default().send(&self.control, &request)
    }

    /// Sets the quote that the house stands for.
    ///
    /// # Panics
    /// When it is refused.
    pub fn quote(&self, instrument: &str, [bid, ask, bid_size, ask_size]: [&str; 4]) {
        let body = serde_json::json!({"bid": bid, "ask": ask, "bid_size": bid_size, "ask_size": ask_size});
        let reply = self.call_control("PUT", &format!("/_dragoman/quotes/{instrument}"), &body.to_string());
        assert!((200..300).contains(&reply.status), "the quote was refused: {reply}");
    }

    /// Kills it as a loss of power would: no handler runs.
    pub fn kill(mut self) {
        self.end();
    }

    /// Asks it to stop, and waits for that.
    ///
    /// # Panics
    /// When it does not stop.
    #[must_use]
    pub fn terminate(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let told = Command::new("sh").args(["-c", "kill -TERM \"$1\"", "sh", &id]).status();
        assert!(told.is_ok_and(|status| status.success()), "the signal could not be sent");
        wait_for_exit(&mut self.child, Instant::now() + PATIENCE)
            .unwrap_or_else(|| panic!("the gateway does not stop:\n{}", self.log()))
    }

    fn end(&mut self) {
        // It may have ended by itself, which the caller learns from what it asks next.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.end();
    }
}

/// Runs the binary with these arguments to its end.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn run(arguments: &[&str]) -> Output {
    let output = Command::new(workspace::binary()).args(arguments).stdin(Stdio::null()).output();
    output.unwrap_or_else(|error| panic!("{} does not start: {error}", workspace::binary().display()))
}

fn spawn(data: Data<'_>, configuration: &str, environment: &[(&str, &Path)]) -> (Child, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary directory: {error}"));
    let file = home.path().join("gateway.toml");
    if let Err(error) = std::fs::write(&file, configuration) {
        panic!("the configuration could not be written: {error}");
    }
    let mut command = Command::new(workspace::binary());
    command.arg("serve").arg("--config").arg(&file).envs(environment.iter().copied());
    match data {
        Data::Ephemeral => command.arg("--ephemeral"),
        Data::Directory(path) => command.arg("--data-dir").arg(path),
    };
    command.current_dir(home.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    match command.spawn() {
        Ok(child) => (child, home),
        Err(error) => panic!("{} does not start: {error}", workspace::binary().display()),
    }
}

fn follow_lines(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(pipe) = child.stdout.take() {
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                // Nobody listens any more once it is ready; the pipe is emptied all the same.
                let _ = sender.send(line);
            }
        });
    }
    receiver
}

fn follow_log(child: &mut Child) -> Arc<Mutex<String>> {
    let log = Arc::new(Mutex::new(String::new()));
    if let Some(pipe) = child.stderr.take() {
        let log = Arc::clone(&log);
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_str(&line);
                log.push('\n');
            }
        });
    }
    log
}

fn wait_for_exit(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(2)),
            Ok(None) => return None,
            Err(error) => panic!("the gateway cannot be waited for: {error}"),
        }
    }
}
