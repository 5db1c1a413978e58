//! The local mock of LLM APIs as a child process of a test.
//!
//! It stands outside the repository, under `TAUPE_SHARED` (default `../shared`). Where it or Python is missing a test
//! says so loudly and passes; with `CI=true` that is a failure.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The only key that the server accepts. It has no known pattern, so that only knowing it can keep it out of texts.
pub const KEY: &str = "very-secret-test-key-0123456789";

const STARTS_WITHIN: Duration = Duration::from_secs(60);
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// Seconds after which the server ends by itself.
const LIFETIME: &str = "300";

/// A running server; dropping it ends it.
pub struct MockLlm {
    child: Child,
    port: u16,
}

impl MockLlm {
    /// Starts a server on a free port, or says why there is none.
    pub fn start() -> Option<Self> {
        match Self::try_start() {
            Ok(server) => Some(server),
            Err(why) => {
                assert!(std::env::var("CI").as_deref() != Ok("true"), "the mock endpoint is needed in CI: {why}");
                eprintln!("SKIPPED: no mock endpoint, so this test shows nothing: {why}");
                None
            }
        }
    }

    fn try_start() -> Result<Self, String> {
        let shared = std::env::var_os("TAUPE_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
        let script = shared.join("tools/mock_llm/mock_llm.py");
        if !script.is_file() {
            return Err(format!("{} is not there", script.display()));
        }
        let unique = format!("taupe-mock-{}-{:?}", std::process::id(), thread::current().id());
        let port_file = std::env::temp_dir().join(unique.replace(['(', ')'], ""));
        let _ = std::fs::remove_file(&port_file);
        let child = Command::new("python3")
            .arg(&script)
            .args(["--port", "0", "--lifetime", LIFETIME, "--key", KEY, "--port-file"])
            .arg(&port_file)
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("python3 does not start: {error}"))?;
        let mut server = Self { child, port: 0 };
        let started = Instant::now();
        while started.elapsed() < STARTS_WITHIN {
            if let Some(port) = std::fs::read_to_string(&port_file).ok().and_then(|text| text.trim().parse().ok()) {
                let _ = std::fs::remove_file(&port_file);
                server.port = port;
                return Ok(server);
            }
            if let Ok(Some(status)) = server.child.try_wait() {
                return Err(format!("the mock endpoint ended at once: {status}"));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Err("the mock endpoint did not start in time".to_owned())
    }

    /// The URL of a path on the server: `/v1`, `/fault/429/v1`, `/f/groq/v1`.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The records of all requests so far, and the most that ran at once.
    pub fn records(&self) -> (Vec<Value>, u64) {
        let answer = self.control("GET", "requests", &Value::Null);
        let records = answer["requests"].as_array().cloned().unwrap_or_default();
        (records, answer["max_in_flight"].as_u64().unwrap_or(0))
    }

    /// The records of the chat completions in the order of their arrival, at least so many: the server may still be writing the last one when
    /// its reply has been read.
    #[track_caller]
    pub fn calls(&self, at_least: usize) -> Vec<Value> {
        let is_call = |record: &Value| record["method"] == "POST";
        let asked = Instant::now();
        loop {
            let mut calls: Vec<Value> = self.records().0.into_iter().filter(is_call).collect();
            calls.sort_by_key(|record| record["seq"].as_u64());
            if calls.len() >= at_least {
                return calls;
            }
            assert!(asked.elapsed() < ANSWERS_WITHIN, "{} of {at_least} calls arrived", calls.len());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Forgets the records and how often each fault acted.
    pub fn reset(&self) {
        self.control("POST", "reset", &json!({}));
    }

    /// Sets the replies of the server's model.
    pub fn script(&self, script: &Value) {
        let answer = self.control("POST", "config", &json!({"script": script}));
        assert_eq!(answer["ok"], true, "{answer}");
    }

    /// Checks that the key stood in its header and nowhere else, in all requests so far.
    #[track_caller]
    pub fn assert_key_was_kept(&self) {
        for record in self.records().0 {
            let leaks = [&record["key_leaks"], &record["auth"]["unexpected_headers"]];
            let is_clean = |value: &&Value| value.as_array().is_none_or(Vec::is_empty);
            assert!(leaks.iter().all(is_clean), "the key leaked: {record}");
        }
    }

    fn control(&self, method: &str, what: &str, body: &Value) -> Value {
        let body = body.to_string();
        let text = format!(
            "{method} /__mock/{what} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server runs");
        stream.write_all(text.as_bytes()).expect("the server reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the server answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        serde_json::from_str(body).expect("JSON")
    }
}

impl Drop for MockLlm {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
